"""Runs about a date: departures worked out from what was counted before it, and carried on after it.

The history ends with the month before that of the date while departures are worked out, so that no later
count can tell of them. Then each group sets out as it did in the last three months, and the run goes on to
the last month that is compared. What changes in it comes from the rules of the model alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from darien.calibrate.counted_series import Counter, DataPoint
from darien.calibrate.departures import WORKING, given_rates
from darien.calibrate.design import Conditioning, Job, Setting, conditioned, conditioning_at, shared
from darien.calibrate.lags import Response, months_of, with_rates
from darien.calibrate.problem import Compared, Problem
from darien.calibrate.unknowns import scenario_at, values_at
from darien.experiments.run import simulate
from darien.scenario.errors import UserMistake
from darien.scenario.schema import Period

if TYPE_CHECKING:
    import pandas as pd

    from darien.scenario.schema import Scenario

LEVEL = 3  # months before the date whose mean departures are carried on
TOLD = 0.5  # of those counted, who must be so before the date, for a month of departures to be known


@dataclass(frozen=True)
class Around:
    """The months that are compared; ``month``: that of the date, by its position in the history."""

    month: int
    span: int

    @property
    def months(self) -> list[int]:
        """Those before, then those after; the month of the date is none of them."""
        return [*range(self.month - self.span, self.month), *range(self.month + 1, self.end)]

    @property
    def end(self) -> int:
        """The first month that is not run."""
        return self.month + self.span + 1


def ended(scenario: Scenario, months: int) -> Scenario:
    """The scenario to the end of so many months."""
    day = scenario.period.start.replace(day=1)
    for _ in range(months):
        day = (day + dt.timedelta(days=31)).replace(day=1)
    end = min(day - dt.timedelta(days=1), scenario.period.end)
    return scenario.model_copy(update={"period": Period(start=scenario.period.start, end=end)})


def known_before(how: Conditioning, months: int) -> Conditioning:
    """What working out departures needs of a history that ends after so many months.

    It begins with the departures of the whole history, of which the last know of later counts: months of whom
    less than :data:`TOLD` are counted by then have the level of those before them.
    """
    rates, responses, wanted = how.rates.iloc[:months].copy(), {}, {}
    for name, old in how.responses.items():
        matrix = old.matrix[:months, :months]
        after = old.after[:months] + old.matrix[months:, :months].sum(axis=0)
        responses[name] = Response(matrix, after, old.lag)
        want = how.wanted[name]
        wanted[name] = replace(
            want, persons=want.persons[:months], spread=want.spread[:months], years=want.years[:months]
        )
        unknown = matrix.sum(axis=0) < TOLD * responses[name].share
        last = months - 1 - int(np.argmin(unknown[::-1])) if not unknown.all() else 0
        given = rates[name].to_numpy().copy()
        given[last + 1 :] = given[max(0, last + 1 - LEVEL) : last + 1].mean()
        rates[name] = given
    return Conditioning(rates, responses, wanted)


def carried(rates: pd.DataFrame, months: pd.DatetimeIndex) -> pd.DataFrame:
    """Departures (months by groups, persons per day) to the end of ``months``, those that follow as before.

    Each month that is added has the mean of the last :data:`LEVEL`; those that are there stay as they are.
    """
    found = rates.reindex(months)
    return found.fillna(rates.iloc[-LEVEL:].mean())


def about(of: Setting, around: Around, series: Mapping[str, Compared]) -> Counter:
    """Counts the months of some series about a date. Raises UserMistake for a wrong name of a place."""
    import pandas as pd

    starts = months_of(of.base)[around.months]
    points = [
        DataPoint(name, start.date(), (start + pd.offsets.MonthEnd(0)).date(), np.nan)
        for name in series
        for start in starts
    ]
    try:
        return Counter(series, points, of.base)
    except KeyError as error:
        raise UserMistake(f"{of.file}: shocks: {error.args[0]}") from error


def all_compared(problem: Problem) -> dict[str, Compared]:
    """Every series of the shocks by its name, once. Raises UserMistake where a name means two series."""
    found: dict[str, Compared] = {}
    for shock, one in problem.shocks.items():
        for name, series in one.series.items():
            if found.setdefault(name, series) != series:
                raise UserMistake(
                    f"shocks.{shock}.series.{name}: another shock has another series of that name"
                )
    return found


@cache
def _counter(file: Path, conditioning: Path, around: Around, names: tuple[str, ...]) -> Counter:
    of, _ = shared(file, conditioning)
    known = all_compared(of.problem)
    return about(of, around, {name: known[name] for name in names})


def count_about(around: Around, names: Sequence[str], job: Job) -> list[list[list[float]]]:
    """(series, months, 2) persons that a run at a draw counts about a date, departures carried on."""
    of, how = shared(job.file, job.conditioning)
    unit = np.array(job.unit)
    scenario = scenario_at(of.history, of.problem, of.base, of.simulated, unit)
    values = values_at(of.simulated, job.unit)
    before = ended(scenario, around.month)
    known = known_before(conditioning_at(of, how, unit), around.month)
    past = conditioned(before, known, WORKING + job.number)
    rates = carried(given_rates(past, how.rates.columns), months_of(of.base)[: around.end])
    run = simulate(with_rates(ended(scenario, around.end), rates), replicate=job.number)
    counts = _counter(job.file, job.conditioning, around, tuple(names)).read(run.counts, values)
    found: list[list[list[float]]] = counts.reshape(len(names), len(around.months), 2).tolist()
    return found
