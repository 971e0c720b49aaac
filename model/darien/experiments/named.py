"""Outcomes by name, as a user writes them: ``died`` of the whole route, ``apprehended@PAN`` at a place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from darien.scenario.errors import UserMistake, listed, nearest

if TYPE_CHECKING:
    import pandas as pd

    from darien.experiments.sweep_file import LoadedSweep
    from darien.record.swept import Swept

EVERYWHERE = ""


@dataclass(frozen=True)
class Named:
    """One outcome of everyone, at a place or (empty) on the whole route."""

    outcome: str
    place: str = EVERYWHERE

    def __str__(self) -> str:
        return f"{self.outcome}@{self.place}" if self.place != EVERYWHERE else self.outcome

    @property
    def identifier(self) -> str:
        """The name as a Python identifier."""
        return re.sub(r"\W", "_", f"{self.outcome}_{self.place}" if self.place else self.outcome)

    def of(self, swept: Swept) -> pd.DataFrame:
        """Its values in a sweep: a row per point, a column per replicate."""
        return swept.of(self.outcome, self.place)


def every_outcome(table: pd.DataFrame) -> Iterator[Named]:
    """All outcomes of a sweep's table, in its order."""
    first = table[table["point"].eq(table["point"].iloc[0])]  # every point has all of them
    for row in first[["outcome", "place"]].drop_duplicates().itertuples(index=False):
        yield Named(str(row.outcome), str(row.place))


def find(table: pd.DataFrame, wanted: Sequence[str] | None, option: str) -> list[Named]:
    """The outcomes that are wanted; None: all, of the whole route.

    Raises UserMistake, which begins with ``option``, for one that no run has.
    """
    known = list(every_outcome(table))
    if wanted is None:
        return [one for one in known if one.place == EVERYWHERE]
    by_name = {str(one): one for one in known}
    found = []
    for name in dict.fromkeys(wanted):
        if name not in by_name:
            near = nearest(name, list(by_name))
            whole = [str(one) for one in known if one.place == EVERYWHERE]
            hint = f"did you mean {near}?" if near else f"known: {listed(whole, most=100)}"
            raise UserMistake(f"{option}: no outcome is named {name}; {hint}")
        found.append(by_name[name])
    return found


def check(loaded: LoadedSweep, wanted: Sequence[str], option: str) -> None:
    """Refuse, before anything is run, outcomes that no run has or that the sweep leaves out.

    Raises UserMistake, which begins with ``option``.
    """
    from darien.experiments.run import warm_up

    base, asked = loaded.base, loaded.sweep.outcomes
    known = list(dict.fromkeys(warm_up(base).outcomes["outcome"])) if asked is None else list(asked)
    places = {place.country for place in base.places.values()} | {*base.detention_centres, *base.legs}
    for name in wanted:
        outcome, _, place = name.partition("@")
        for word, among, what in ((outcome, known, "outcome"), (place, sorted(places), "place")):
            if word not in among and not (what == "place" and "@" not in name):
                near = nearest(word, among)
                hint = f"did you mean {near}?" if near else f"known: {listed(among, most=100)}"
                raise UserMistake(f"{option}: {name}: no {what} is named {word}; {hint}")


def unit_of(table: pd.DataFrame, one: Named) -> str:
    """The unit of an outcome."""
    return str(table.loc[table["outcome"].eq(one.outcome) & table["place"].eq(one.place), "unit"].iloc[0])
