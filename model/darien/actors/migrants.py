"""The migrants of a model: columns, a pandas frame, single views, and the questions of an AgentSet.

They are records in one array, not Python objects: selections are made with masks
and a view is made only for the migrant that is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from darien.engine.books import N_MIGRANTS
from darien.engine.records import MIGRANT, PAPERS, PAPERS_BITS, SMUGGLER, STATES

if TYPE_CHECKING:
    from pandas import DataFrame
    from pandas.api.typing import DataFrameGroupBy

    from darien.actors.model import RouteModel

# What one may ask of a migrant, and how it is read from the records.
_PLAIN = ("size", "minors", "funds", "spent", "bribes", "detained_days", "attempt", "decision")
COLUMNS = (
    "group",
    "state",
    "place",
    "leg",
    "entry",
    "departed",
    "since",
    *_PLAIN,
    "persons",
    "papers",
    "smuggler",
    "risk",
    "removals",
    "days_on_the_way",
)


class Migrant:
    """A read-only view of one migrant: a party, or as many parties as ``persons_per_migrant`` says."""

    __slots__ = ("_migrants", "position")

    def __init__(self, migrants: Migrants, position: int) -> None:
        self._migrants = migrants
        self.position = position

    def __getattr__(self, name: str) -> Any:
        if name not in COLUMNS:
            raise AttributeError(f"a migrant has no {name!r}; it has {', '.join(COLUMNS)}")
        value = self._migrants.column(name, slice(self.position, self.position + 1))[0]
        return value.item() if isinstance(value, np.generic) else value

    def __repr__(self) -> str:
        return f"<Migrant {self.position}: {self.group}, {self.persons} persons, {self.state}>"


class Migrants:
    """All migrants of a model so far, or a selection of them, in order of departure.

    Answers what one asks a Mesa AgentSet: ``len``, iteration, indexing, ``select``,
    ``get``, ``agg``, ``groupby``.
    """

    def __init__(self, model: RouteModel, chosen: npt.NDArray[np.int64] | None = None) -> None:
        self._model = model
        self._chosen = chosen

    @property
    def records(self) -> npt.NDArray[np.void]:
        """The raw records (see darien.engine.records.MIGRANT); a copy for a selection."""
        made = self._model.books.migrants[: self._model.books.counts[N_MIGRANTS]]
        return made if self._chosen is None else made[self._chosen]

    @property
    def nbytes_each(self) -> int:
        """Bytes of one record."""
        return MIGRANT.itemsize

    def __len__(self) -> int:
        return int(self._model.books.counts[N_MIGRANTS]) if self._chosen is None else len(self._chosen)

    def __getitem__(self, position: int) -> Migrant:
        if not -len(self) <= position < len(self):
            raise IndexError(f"migrant {position} of {len(self)}")
        return Migrant(self, position % len(self))

    def __iter__(self) -> Iterator[Migrant]:
        return (Migrant(self, position) for position in range(len(self)))

    def __repr__(self) -> str:
        return f"<Migrants: {len(self)} records, {int(self.column('persons').sum())} persons>"

    def column(self, name: str, part: slice = slice(None)) -> npt.NDArray[Any]:
        """One attribute of all migrants, as an array.

        Raises:
            AttributeError: no such attribute.
        """
        records = self.records[part]
        model = self._model
        if name in _PLAIN:
            return records[name].copy()
        if name == "group":
            return np.array(model.index.groups, dtype=object)[records["group"]]
        if name == "state":
            return np.array(STATES, dtype=object)[records["state"]]
        if name in ("place", "entry"):
            return np.array(model.index.places, dtype=object)[records[name]]
        if name == "leg":
            on_leg = records["state"] == STATES.index("on_leg")
            legs = np.array([*model.index.legs, ""], dtype=object)
            return legs[np.where(on_leg, records["leg"].astype(np.int64), -1)]
        if name in ("departed", "since"):
            start = np.datetime64(model.scenario.period.start, "D")
            return start + records[name].astype("timedelta64[D]")
        if name == "persons":
            return records["size"].astype(np.int64) * model.world.groups["weight"][records["group"]]
        if name == "papers":
            return np.array(PAPERS, dtype=object)[records["flags"] & PAPERS_BITS]
        if name == "smuggler":
            return (records["flags"] & SMUGGLER) > 0
        if name == "risk":
            return records["risk"] / 256.0
        if name == "removals":
            return records["attempt"].astype(np.int64) + (records["state"] == STATES.index("removed"))
        if name == "days_on_the_way":
            gone = np.isin(
                records["state"], [STATES.index(s) for s in ("returned", "settled", "died", "arrived")]
            )
            until = np.where(gone, records["since"].astype(np.int64), model.day - 1)
            return until - records["departed"].astype(np.int64)
        raise AttributeError(f"migrants have no {name!r}; they have {', '.join(COLUMNS)}")

    def to_frame(self) -> DataFrame:
        """One row per migrant, one column per attribute."""
        import pandas as pd

        return pd.DataFrame({name: self.column(name) for name in COLUMNS})

    def select(
        self,
        filter_func: Callable[[Migrant], bool] | None = None,
        at_most: int | float = np.inf,
        **equal: Any,
    ) -> Migrants:
        """Those for whom a function is true and attributes have the given values.

        Args:
            filter_func: asked of each migrant that the values leave; slow on millions.
            at_most: how many at the most; a float up to 1 is a share, as in Mesa.
            equal: attribute=value, for example ``state="detained"``; quick.
        """
        mask = np.ones(len(self), dtype=bool)
        for name, value in equal.items():
            mask &= self.column(name) == value
        positions = np.flatnonzero(mask)
        if filter_func is not None:
            positions = np.array([p for p in positions if filter_func(self[int(p)])], dtype=np.int64)
        if isinstance(at_most, float) and at_most <= 1:
            at_most = int(len(self) * at_most)
        if at_most < len(positions):
            positions = positions[: int(at_most)]
        return Migrants(self._model, positions if self._chosen is None else self._chosen[positions])

    def get(self, attr_names: str | Sequence[str]) -> list[Any]:
        """Values of an attribute, or lists of values of several, one per migrant."""
        if isinstance(attr_names, str):
            return self.column(attr_names).tolist()
        return [
            list(values) for values in zip(*(self.column(name).tolist() for name in attr_names), strict=True)
        ]

    def agg(self, attribute: str, func: Callable[[npt.NDArray[Any]], Any]) -> Any:
        """A function of an attribute of all migrants, for example ``agg("funds", np.mean)``."""
        return func(self.column(attribute))

    def groupby(self, by: str) -> DataFrameGroupBy[Any, Any]:
        """The frame, grouped by an attribute."""
        return self.to_frame().groupby(by)
