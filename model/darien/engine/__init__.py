"""The migrants: records, draws, the compiled world, the day."""
