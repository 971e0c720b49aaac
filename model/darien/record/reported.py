"""Reported counts: what authorities published, by series (read by :mod:`darien.record.report_files`)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from darien.scenario.errors import nearest

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Reported:
    """Reported counts and what is known about each series.

    ``counts``: ``series_id``, ``place``, ``measure``, ``group``, ``start`` and ``end`` (datetime64,
    both days counted), ``value`` (float64, in the unit of the series), ``confidence``; in the order
    of the file. ``about``: indexed by ``series_id``, the columns of ``series.csv`` with ``first``
    and ``last`` as datetime64 and ``alternative`` as bool. ``members``: the nationalities (and
    regions) that the tables of a region hold, down to the last.
    """

    counts: pd.DataFrame
    about: pd.DataFrame
    members: dict[str, list[str]] = field(default_factory=dict)

    def series(self, series_id: str) -> pd.DataFrame:
        """The counts of one series, in order of time. Raises KeyError for an unknown name."""
        self.must_exist(series_id)
        rows = self.counts.iloc[self._positions.get(series_id, [])]
        return rows.sort_values(["start", "end"], kind="stable", ignore_index=True)

    def must_exist(self, series_id: str) -> None:
        """Raises KeyError, with the nearest known name, for an unknown series."""
        if series_id not in self.about.index:
            near = nearest(series_id, list(self.about.index))
            hint = f"; the nearest is {near}" if near else ""
            raise KeyError(f"no reported series is named {series_id}{hint}")

    @cached_property
    def group_of(self) -> dict[str, str]:
        """The group that each series counts."""
        return {str(name): str(group) for name, group in self.about["group"].items()}

    @cached_property
    def alternatives(self) -> set[str]:
        """The series that count a second time what another counts."""
        return set(self.about.index[self.about["alternative"]])

    @cached_property
    def _positions(self) -> dict[str, npt.NDArray[np.int64]]:
        """The rows of each series."""
        return dict(self.counts.groupby("series_id").indices)

    @cached_property
    def _whole(self) -> dict[str, dict[str, dict[dt.date, float]]]:
        """What counts exactly one month, and exactly one year: by ``M`` or ``Y``, series and first day."""
        starts = self.counts["start"].to_numpy("datetime64[D]")
        after = self.counts["end"].to_numpy("datetime64[D]") + 1
        values = self.counts["value"].to_numpy()
        names = self.counts["series_id"].to_numpy(object)
        found: dict[str, dict[str, dict[dt.date, float]]] = {}
        for unit in ("M", "Y"):
            first = starts.astype(f"datetime64[{unit}]")
            whole = (first.astype("datetime64[D]") == starts) & ((first + 1).astype("datetime64[D]") == after)
            found[unit] = defaultdict(dict)
            rows = (names[whole].tolist(), starts[whole].tolist(), values[whole].tolist())
            for name, start, value in zip(*rows, strict=True):
                table = found[unit][name]
                table[start] = table.get(start, 0.0) + value
        return found

    def monthly(self, ids: Iterable[str], *, complete: bool = True) -> pd.Series:
        """Persons per calendar month, summed over series.

        The index holds the first day of each month. Only rows that cover exactly one month count.
        ``complete`` leaves out months that some of the series lack; otherwise those that exist
        are summed.
        """
        return self._series(self._summed(tuple(ids), "M", complete), "month")

    def annual(self, ids: Iterable[str], *, complete: bool = True) -> pd.Series:
        """Persons per calendar year, summed over series; the index holds the 1st of January.

        Only rows that cover exactly one year count; ``complete`` as in :meth:`monthly`.
        """
        return self._series(self._summed(tuple(ids), "Y", complete), "year")

    def by_month(self, ids: Iterable[str]) -> Mapping[dt.date, float]:
        """What :meth:`monthly` gives, by the first day of each month: quick where it is asked for often."""
        return self._summed(tuple(ids), "M", True)

    def by_year(self, ids: Iterable[str]) -> Mapping[dt.date, float]:
        """What :meth:`annual` gives, by the 1st of January."""
        return self._summed(tuple(ids), "Y", True)

    @cached_property
    def _sums(self) -> dict[tuple[tuple[str, ...], str, bool], dict[dt.date, float]]:
        """What was summed before: a fit asks for the same sums at every point."""
        return {}

    def _summed(self, ids: tuple[str, ...], unit: str, complete: bool) -> dict[dt.date, float]:
        known = self._sums.get((ids, unit, complete))
        if known is not None:
            return known
        tables = []
        for name in ids:
            self.must_exist(name)
            tables.append(self._whole[unit].get(name, {}))
        sums: dict[dt.date, float] = {}
        for start in sorted(set().union(*tables)):
            values = [table[start] for table in tables if start in table]
            if not complete or len(values) == len(tables):
                sums[start] = sum(values)
        self._sums[ids, unit, complete] = sums
        return sums

    @staticmethod
    def _series(sums: dict[dt.date, float], span: str) -> pd.Series:
        import pandas as pd

        index = pd.DatetimeIndex(np.array(list(sums), dtype="datetime64[s]"), name=span)
        return pd.Series(list(sums.values()), index=index, name="persons", dtype="float64")
