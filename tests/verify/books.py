"""The counts of a run as arrays: persons by day, place or leg, and group."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from darien.record.run import Run
from darien.scenario.schema import Scenario

Persons = npt.NDArray[np.int64]

STOCKS = (
    "stock_at_place",
    "stock_on_leg",
    "stock_queued",
    "stock_claiming",
    "stock_detained",
    "stock_removed",
    "stock_returned",
    "stock_settled",
    "stock_died",
    "stock_arrived",
)


class Books:
    """Counts recorded by day, as arrays of shape (days, where, groups).

    ``where`` names places, legs and ``route``; what was never counted is 0.
    """

    def __init__(self, scenario: Scenario, run: Run) -> None:
        self.days = scenario.period.days
        self.where = [*scenario.places, *scenario.legs, "route"]
        self.groups = list(scenario.groups)
        counts = run.counts
        self.measures = sorted(counts["measure"].astype(str).unique())
        start = pd.Timestamp(scenario.period.start)
        days = (counts["date"] - start).dt.days.to_numpy()
        where = _positions(counts["where"].astype(str), self.where)
        group = _positions(counts["group"].astype(str), self.groups)
        measure = _positions(counts["measure"].astype(str), self.measures)
        shape = (len(self.measures), self.days, len(self.where), len(self.groups))
        self._persons: Persons = np.zeros(shape, dtype=np.int64)
        np.add.at(self._persons, (measure, days, where, group), counts["persons"].to_numpy())

    def of(self, measure: str) -> Persons:
        """All counts of a measure, shape (days, where, groups)."""
        if measure not in self.measures:
            return np.zeros(self._persons.shape[1:], dtype=np.int64)
        return self._persons[self.measures.index(measure)]

    def total(self, measure: str) -> Persons:
        """Counts of a measure over all places and legs, shape (days, groups)."""
        return self.of(measure).sum(axis=1)

    def at(self, measure: str, where: str) -> Persons:
        """Counts of a measure at one place or leg, shape (days, groups)."""
        return self.of(measure)[:, self.where.index(where)]


def _positions(names: pd.Series, known: Iterable[str]) -> npt.NDArray[np.int64]:
    codes = pd.Index(list(known)).get_indexer(names)
    if (codes < 0).any():
        raise ValueError(f"not in the scenario: {sorted(set(names[codes < 0]))}")
    return codes.astype(np.int64)
