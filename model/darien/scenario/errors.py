"""What can be wrong with what a user gave, and how it is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches


class UserMistake(Exception):
    """Something the user can put right: told in one message, exit status 2, no traceback."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a scenario, and where it was written.

    ``file`` is a path as a person would type it, or the ``--set`` that gave the
    value; ``line`` counts from 1 and is None where no line is to blame. ``path``
    is the place in the merged scenario, such as ``legs.darien_foot.price_usd``.
    """

    file: str
    line: int | None
    path: str
    message: str
    given: str | None = None
    allowed: str | None = None

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        parts = [f"{where}: {self.path}: {self.message}" if self.path else f"{where}: {self.message}"]
        if self.given is not None:
            parts.append(f"given {self.given}")
        if self.allowed is not None:
            parts.append(f"allowed: {self.allowed}")
        return "; ".join(parts)


class ScenarioError(UserMistake):
    """A scenario that cannot be used. Holds every fault that was found, in order of the files."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[list[Fault]]]:
        return type(self), (self.faults,)


def nearest(word: object, known: Sequence[str], cutoff: float = 0.6) -> str | None:
    """The known word that ``word`` was most likely meant to be, or None."""
    found = get_close_matches(str(word).lower(), [k.lower() for k in known], n=1, cutoff=cutoff)
    if not found:
        return None
    return next(k for k in known if k.lower() == found[0])


def listed(words: Sequence[str], most: int = 12) -> str:
    """Some of the words, as one would read them out: ``a, b or c``."""
    if not words:
        return "none"
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
