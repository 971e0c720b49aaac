"""Cases with known answers: the engine against exact, independent solutions."""
