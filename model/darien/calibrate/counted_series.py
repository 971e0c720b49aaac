"""The data points of a problem: what was reported in a span of time, and what a run counts of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from darien.calibrate.lags import Floats
from darien.calibrate.problem import Countable, Problem, Series, Side
from darien.calibrate.targets import targets_of
from darien.record.counted import KindsOfRows, spots
from darien.scenario.errors import UserMistake

if TYPE_CHECKING:
    import pandas as pd

    from darien.record.reported import Reported
    from darien.scenario.schema import Scenario


DERIVED_SPREAD = 0.1  # of the logarithm of a group's deriving counts of some years, of which most is chance
HALF_MONTH = 0.5  # from the end of a month back to its middle

Span = tuple[dt.date, dt.date]  # both days counted
Spot = tuple[str, str, str]  # measure, kind (place or leg), name


@dataclass(frozen=True)
class DataPoint:
    """One reported number: persons from ``start`` to ``end`` (both counted), a share of persons, or the
    middle of a year.

    ``reported``: the number; for a share also ``other``, the persons in the other part. For a ``middle``
    the months (from 0 to 12) at which the persons were counted, summed, and in ``other`` the persons.
    ``derived``: departures were worked out from it.
    """

    series: str
    start: dt.date
    end: dt.date
    reported: float
    other: float | None = None
    middle: bool = False
    derived: bool = False

    @property
    def label(self) -> str:
        """The series and the span of time, in short."""
        whole_year = (self.start.month, self.start.day, self.end.month, self.end.day) == (1, 1, 12, 31)
        if whole_year and self.start.year == self.end.year:
            return f"{self.series} {self.start.year}"
        return f"{self.series} {self.start:%Y-%m} to {self.end:%Y-%m}"


def data_points(problem: Problem, scenario: Scenario, reported: Reported) -> list[DataPoint]:
    """All data points, series by series, in order of time.

    Raises UserMistake for a series that is unknown, an alternative, derives the same group's departures,
    or has no counts in the period.
    """
    found = []
    for name, series in problem.series.items():
        _check(name, series, scenario, reported)
        first = max(series.start or dt.date.min, scenario.period.start)
        last = min(series.until or dt.date.max, scenario.period.end)
        one = _spans(name, series, reported, first, last)
        other = None if series.against is None else _spans(name, series.against, reported, first, last)
        middle = series.years == "middle"
        if middle:
            one, other = _by_year(_times(one)), _by_year(one)
        elif series.years == "sum":
            one, other = _by_year(one), None if other is None else _by_year(other)
        here = [
            DataPoint(name, *span, persons, None if other is None else other[span], middle)
            for span, persons in sorted(one.items())
            if other is None or span in other
        ]
        if not here:
            raise UserMistake(f"series.{name}: no counts from {first} to {last}")
        found += here
    return found


def derived_series(scenario: Scenario) -> dict[str, Series]:
    """What departures of each group are worked out from, as a series, by a name that no problem can give."""
    why = (
        f"years of the deriving series come out within a twentieth where they can; {DERIVED_SPREAD:g} is wide"
    )
    return {
        f"derived {name}": Series(
            role="target",
            ids=[*group.derives.annual, *group.derives.monthly],
            counted=group.derives.counted,
            groups=[name],
            spread=DERIVED_SPREAD,
            assumption=why,
        )
        for name, group in scenario.groups.items()
        if group.derives is not None
    }


def derived_points(scenario: Scenario, reported: Reported) -> list[DataPoint]:
    """For each group the persons who passed in the years of a history but the first, in which the route
    fills; none of a group of which a month is not known.

    They are given to every draw. Where unknowns let so few come by that no credible number of departures
    brings them out, that speaks against those unknowns, and nothing else would say it.
    """
    start, end = scenario.period.start, scenario.period.end
    first = dt.date(start.year + 1, 1, 1) if end.year > start.year else start
    before = 12 * (first.year - start.year) + first.month - start.month
    found = []
    for name, target in targets_of(scenario, reported).items():
        persons = float(target.persons[before:].sum())
        if persons > 0:  # not nan
            found.append(DataPoint(f"derived {name}", first, end, persons, derived=True))
    return found


def _check(name: str, series: Series, scenario: Scenario, reported: Reported) -> None:
    """Roles are kept apart: what derives departures, or is a second count of it, is no target."""
    must_be_countable(f"series.{name}", series, scenario, reported)
    for group in (*series.groups, *series.gains, *series.loses):
        derives = scenario.groups[group].derives
        deriving = set() if derives is None else {*derives.annual, *derives.monthly}
        if series.against is None and deriving & set(series.ids):
            both = ", ".join(sorted(deriving & set(series.ids)))
            raise UserMistake(f"series.{name}: {both} derives the departures of {group}: it is no target")


def must_be_countable(place: str, series: Countable, scenario: Scenario, reported: Reported) -> None:
    """Raises UserMistake where a series is unknown or an alternative, or there is no such group.

    ``place``: where in a problem it stands, for the message.
    """
    for side in (series, series.against):
        for one in () if side is None else (*side.ids, *side.minus):
            try:
                reported.must_exist(one)
            except KeyError as error:
                raise UserMistake(f"{place}: {error.args[0]}") from error
            if bool(reported.about.loc[one, "alternative"]):
                raise UserMistake(f"{place}: {one} is a second count of what another series counts")
    for group in (*series.groups, *series.gains, *series.loses):
        if group not in scenario.groups:
            raise UserMistake(f"{place}: there is no group {group}")


def _spans(name: str, side: Side, reported: Reported, first: dt.date, last: dt.date) -> dict[Span, float]:
    """Persons by span, for the spans that all ids have; the counts of ``minus`` inside each taken off."""
    tables = []
    for one in side.ids:
        rows = reported.series(one)
        if side.members is not None:
            rows = rows[rows["group"].isin(side.members)]
        spans = zip(rows["start"].dt.date, rows["end"].dt.date, strict=True)
        table: dict[Span, float] = {}
        for span, value in zip(spans, rows["value"], strict=True):
            table[span] = table.get(span, 0.0) + float(value)
        tables.append(table)
    common = set(tables[0]).intersection(*tables[1:])
    sums = {span: sum(table[span] for table in tables) for span in common}
    if side.minus:
        sums = dict(_less(name, side, reported, *item) for item in sums.items())
    return {span: value for span, value in sums.items() if first <= span[0] and span[1] <= last}


def _times(months: dict[Span, float]) -> dict[Span, float]:
    """Persons times the middle of their month, in months since the year began."""
    return {span: persons * (span[0].month - HALF_MONTH) for span, persons in months.items()}


def _by_year(months: dict[Span, float]) -> dict[Span, float]:
    """Whole years of which every month is there."""
    years: dict[int, list[float]] = {}
    for (start, _), persons in months.items():
        years.setdefault(start.year, []).append(persons)
    return {
        (dt.date(year, 1, 1), dt.date(year, 12, 31)): sum(persons)
        for year, persons in years.items()
        if len(persons) == 12
    }


def _less(name: str, side: Side, reported: Reported, span: Span, persons: float) -> tuple[Span, float]:
    """A span without the people, or a long one without the later years, that other series count."""
    cut = span[1]
    for one in side.minus:
        rows = reported.series(one)
        inside = rows[(rows["start"].dt.date >= span[0]) & (rows["start"].dt.date <= span[1])]
        persons -= float(inside["value"].sum())
        later = (day for day in inside["start"].dt.date if day > span[0])
        cut = min([cut, *(day - dt.timedelta(days=1) for day in later)])
    if persons < 0:
        raise UserMistake(f"series.{name}: what `minus` counts is more than the whole")
    return (span[0], cut), persons


class Counter:
    """Reads the simulated counterpart of every data point out of a run's counts."""

    def __init__(
        self, series: Mapping[str, Countable], points: Sequence[DataPoint], scenario: Scenario
    ) -> None:
        self.points = list(points)
        self._series = series
        self._sides = {name: _where(one, scenario) for name, one in series.items()}
        self._against = {
            name: _where(one.against, scenario) for name, one in series.items() if one.against is not None
        }

    def read(self, counts: pd.DataFrame, values: Mapping[str, float]) -> Floats:
        """(points, 2) persons in the run: counted, and in the other part (0 where there is none).

        Of a middle: months at which they were counted, summed, and persons.

        ``counts`` as in :class:`darien.record.run.Run`, recorded by month: of one that lies partly in a span
        that part of its persons is taken. ``values``: of the misdeclared shares, among others.
        """
        import pandas as pd

        counts = counts.sort_values("date", kind="stable")
        dates = counts["date"].to_numpy("datetime64[M]")
        persons = counts["persons"].to_numpy(np.float64)
        group, groups = pd.factorize(counts["group"])
        kinds = KindsOfRows(counts, ["measure", "kind", "where"])
        rows: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        for name, series in self._series.items():
            part = dict.fromkeys(series.groups, 1.0)
            part |= {group: values[share] for group, share in series.gains.items()}
            part |= {group: 1 - values[share] for group, share in series.loses.items()}
            mine = np.array([part.get(one, 0.0) for one in groups])[group] * persons
            rows[name] = (
                mine * kinds.are(self._sides[name]),
                mine * kinds.are(self._against.get(name, set())),
            )
        found = np.zeros((len(self.points), 2))
        months = dates.astype(int) % 12 + 1 - HALF_MONTH
        for i, point in enumerate(self.points):
            first, last = np.datetime64(point.start, "M"), np.datetime64(point.end, "M")
            inside = slice(np.searchsorted(dates, first), np.searchsorted(dates, last, side="right"))
            if point.middle:
                persons_then = rows[point.series][0][inside]
                found[i] = (persons_then * months[inside]).sum(), persons_then.sum()
                continue
            days = _part_of_months(dates[inside], point)
            for side in range(2):
                found[i, side] = (rows[point.series][side][inside] * days).sum()
        return found


def _part_of_months(months: npt.NDArray[np.datetime64], point: DataPoint) -> Floats:
    """What part of the days of each month lies in the span of a data point."""
    begins, ends = months.astype("datetime64[D]"), (months + 1).astype("datetime64[D]")
    first, after = np.datetime64(point.start), np.datetime64(point.end) + 1
    return np.asarray((np.minimum(ends, after) - np.maximum(begins, first)) / (ends - begins))


def _where(side: Side, scenario: Scenario) -> set[Spot]:
    """Measures, kinds and names of the places and legs where a side is counted."""
    return {(part.measure, kind, where) for part in side.counted for kind, where in spots(scenario, part.at)}
