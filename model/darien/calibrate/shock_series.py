"""The dated events of a problem: what they compare, what is ordinary in it, and what may not be fitted."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass

import numpy as np

from darien.calibrate import changes
from darien.calibrate.around import Around, about, all_compared
from darien.calibrate.counted_series import must_be_countable
from darien.calibrate.design import Setting
from darien.calibrate.lags import Floats, months_of
from darien.calibrate.observing import Bools, Observation, observation
from darien.calibrate.predicting import SETTLING
from darien.calibrate.problem import Compared
from darien.scenario import library
from darien.scenario.errors import UserMistake

LEFT_OUT = 6  # months after a date, whose targets are not fitted
PLACEBOS, SPAN = 20, 3  # months without an event at most, and the months compared to each side of them


@dataclass(frozen=True)
class Declared:
    """What the shocks of a problem compare.

    ``around``: the months of each shock. ``series``: all that is compared, by name. ``reported``: by series,
    (months of the history, 2) persons, nan where nothing was reported. ``events``: the first and the last
    month of each shock. Months by their position in the history.
    """

    around: dict[str, Around]
    series: dict[str, Compared]
    reported: dict[str, Floats]
    events: list[tuple[int, int]]
    months: int

    def ordinary(self, span: int) -> Bools:
        """(months,) whether no shock lies within the span about a month."""
        return changes.quiet(self.months, span, self.events)


def declared(of: Setting) -> Declared:
    """What is compared. Raises UserMistake where there is nothing, or it cannot be."""
    months = len(months_of(of.base))
    if not of.problem.shocks:
        raise UserMistake(f"{of.file}: has no `shocks`, the dated events that test a fit")
    series = all_compared(of.problem)
    found = {name: _reported(f"{of.file}: shocks: {name}", of, one) for name, one in series.items()}
    around = {}
    for name, shock in of.problem.shocks.items():
        around[name] = Around(_month(of, shock.date), shock.months)
        if around[name].month < shock.months or around[name].end > months:
            raise UserMistake(
                f"{of.file}: shocks.{name}.date: {shock.date} has no {shock.months} months of the history "
                f"({of.base.period.start} to {of.base.period.end}) before and after it"
            )
        about(of, around[name], shock.series)
        if not without(_observation(of), shock.date).judged.any():
            raise UserMistake(
                f"{of.file}: shocks.{name}: no target is left without those of the {LEFT_OUT} months after it"
            )
    events = [(_month(of, one.date), _month(of, one.until or one.date)) for one in of.problem.shocks.values()]
    return Declared(around, series, found, events, months)


def _reported(place: str, of: Setting, one: Compared) -> Floats:
    """(months, 2) persons reported of a series. Raises UserMistake where it has no months, or is wrong."""
    must_be_countable(place, one, of.base, of.reported)
    index = months_of(of.base)
    found = np.zeros((len(index), 2))
    for k, side in enumerate((one, one.against)):
        if side is None:
            continue
        persons = of.reported.monthly(side.ids).reindex(index)
        if side.minus:
            persons = persons - of.reported.monthly(side.minus).reindex(index)
        if persons.isna().all():
            raise UserMistake(f"{place}: no months are reported in the period of the history")
        if (persons < 0).any():
            raise UserMistake(f"{place}: what `minus` counts is more than the whole")
        found[:, k] = persons.to_numpy(dtype=np.float64)
    return found


def _observation(of: Setting) -> Observation:
    return observation(of.problem, of.base, of.counter.points)


def _month(of: Setting, day: dt.date) -> int:
    start = of.base.period.start
    return 12 * (day.year - start.year) + day.month - start.month


def without(seen: Observation, date: dt.date) -> Observation:
    """The same data points, of which no target is fitted that reaches into the months after the date."""
    month = date.year * 12 + date.month - 1 + LEFT_OUT
    end = dt.date(month // 12, month % 12 + 1, min(date.day, 28))
    touched = np.array([point.end >= date and point.start < end for point in seen.points])
    return seen.only(~touched)


def dated_events() -> list[dt.date]:
    """The days of ``calibration/observed/events.csv``."""
    with (library.observed() / "events.csv").open(encoding="utf-8", newline="") as stream:
        return [dt.date.fromisoformat(row["date"]) for row in csv.DictReader(stream)]


def placebo_months(of: Setting, known: Declared) -> list[int]:
    """Months about which nothing happened, at most :data:`PLACEBOS`, spread over the history."""
    events = known.events + [(_month(of, day), _month(of, day)) for day in dated_events()]
    found = changes.quiet(known.months, SPAN, events)
    found[: SETTLING + SPAN] = False
    found[known.months - SPAN :] = False
    at = np.flatnonzero(found)
    chosen = np.linspace(0, len(at) - 1, min(PLACEBOS, len(at))).round().astype(int)
    return [int(month) for month in at[chosen]]
