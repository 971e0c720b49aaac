"""Outcomes by name, as a user writes them: ``died``, ``apprehended@PAN``, ``died:cuba``, ``removed@MEX:cuba``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from darien.scenario.errors import UserMistake, listed, nearest

if TYPE_CHECKING:
    import pandas as pd

    from darien.record.swept import Swept

EVERYWHERE, EVERYONE = "", "all"


@dataclass(frozen=True)
class Named:
    """One outcome of a place (empty: the whole route) and a group (``all``: everyone)."""

    outcome: str
    place: str = EVERYWHERE
    group: str = EVERYONE

    def __str__(self) -> str:
        place = f"@{self.place}" if self.place != EVERYWHERE else ""
        return self.outcome + place + (f":{self.group}" if self.group != EVERYONE else "")

    @property
    def identifier(self) -> str:
        """The name as a Python identifier."""
        parts = [self.outcome, self.place, "" if self.group == EVERYONE else self.group]
        return re.sub(r"\W", "_", "_".join(part for part in parts if part))

    def of(self, swept: Swept) -> pd.DataFrame:
        """Its values in a sweep: a row per point, a column per replicate."""
        return swept.of(self.outcome, self.place, self.group)


def every_outcome(table: pd.DataFrame) -> Iterator[Named]:
    """All outcomes of a sweep's table, in its order."""
    for row in table[["outcome", "place", "group"]].drop_duplicates().itertuples(index=False):
        yield Named(row.outcome, row.place, row.group)


def find(table: pd.DataFrame, wanted: Sequence[str] | None, option: str) -> list[Named]:
    """The outcomes that are wanted; None: all, of the whole route and everyone.

    Raises UserMistake, which begins with ``option``, for one that no run has.
    """
    known = list(every_outcome(table))
    if wanted is None:
        return [one for one in known if one.place == EVERYWHERE and one.group == EVERYONE]
    by_name = {str(one): one for one in known}
    found = []
    for name in dict.fromkeys(wanted):
        if name not in by_name:
            near = nearest(name, list(by_name))
            whole = [str(one) for one in known if one.place == EVERYWHERE and one.group == EVERYONE]
            hint = f"did you mean {near}?" if near else f"known: {listed(whole, most=100)}"
            raise UserMistake(f"{option}: no outcome is named {name}; {hint}")
        found.append(by_name[name])
    return found


def unit_of(table: pd.DataFrame, one: Named) -> str:
    """The unit of an outcome."""
    rows = table[
        table["outcome"].eq(one.outcome) & table["place"].eq(one.place) & table["group"].eq(one.group)
    ]
    return str(rows["unit"].iloc[0])
