"""How long after setting out people are counted, and what share is: read from the model.

Departures are switched on in one month of every few (pulses). Who is counted after a pulse and
before the next one set out in it. With as many runs as there are months between pulses, each month of
the period has its pulse: so the model itself says, for every month of departures, which share is
counted in that month and in those after it, with all that moves it: travel, stays, queues,
detention, new attempts, entry places that change, closures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

    from darien.scenario.schema import Scenario

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Response:
    """How the departures of a group turn into counts.

    ``matrix``: (months, months) persons counted in month m (row) per person who set out in month d
    (column). ``after``: (months,) persons counted after the period per person. ``lag``: (months
    between pulses,) share of those counted who are so k months after setting out, over the period.
    """

    matrix: Floats
    after: Floats
    lag: Floats

    @property
    def share(self) -> Floats:
        """(months,) persons counted at any time per person who set out."""
        return self.matrix.sum(axis=0) + self.after

    @property
    def reach(self) -> Floats:
        """(months,) share of a month's counts that can be had when the route starts empty.

        In a flow as steady as the first month's, those counted in month m who set out since the
        start.
        """
        months, lags = len(self.after), len(self.lag)
        reach = np.ones(months)
        first = self._by_lag[0]
        for month in range(min(lags, months)):
            here = sum(self.matrix[month, d] for d in range(month + 1))
            before = first[month + 1 :].sum()
            if here + before > 0:
                reach[month] = here / (here + before)
        return reach

    def times(self, part: float) -> Response:
        """The same lags, with another share of those who set out counted."""
        return Response(part * self.matrix, part * self.after, self.lag)

    @property
    def _by_lag(self) -> Floats:
        months, lags = len(self.after), len(self.lag)
        rows = np.zeros((months, lags))
        for d in range(months):
            inside = self.matrix[d : d + lags, d]
            rows[d, : len(inside)] = inside
        return rows


def months_of(scenario: Scenario) -> pd.DatetimeIndex:
    """The months of the period, by their first day."""
    import pandas as pd

    start = scenario.period.start.replace(day=1)
    return pd.date_range(start, scenario.period.end, freq="MS", name="month")


def days_of(scenario: Scenario) -> Floats:
    """How many days of each month lie in the period."""
    import pandas as pd

    days = pd.date_range(scenario.period.start, scenario.period.end, freq="D")
    counts = pd.Series(1.0, index=days).groupby(days.to_period("M")).sum()
    return counts.to_numpy(dtype=np.float64)


def with_rates(scenario: Scenario, rates: pd.DataFrame) -> Scenario:
    """The scenario with departures in persons per day by month (rows) and group (columns).

    It records by month. Groups that are not among the columns keep what they had.
    """
    monthly = dict(scenario.departures.monthly)
    names = [month.strftime("%Y-%m") for month in rates.index]
    for group in rates.columns:
        monthly[str(group)] = dict(zip(names, (float(rate) for rate in rates[group]), strict=True))
    constant = {name: rate for name, rate in scenario.departures.persons_per_day.items() if name not in rates}
    departures = scenario.departures.model_copy(
        update={"monthly": monthly, "persons_per_day": constant, "series": None}
    )
    return scenario.model_copy(update={"departures": departures, "record_every": "month"})


def pulse_rates(rates: pd.DataFrame, every: int, offset: int, least: dict[str, float]) -> pd.DataFrame:
    """Persons per day in one of every so many months, from ``offset`` on, and none in the others.

    Each group's mean rate, or its ``least`` where that is more.
    """
    on = np.arange(len(rates)) % every == offset
    pulses = rates.copy()
    for group in rates.columns:
        pulses[group] = np.where(on, max(float(rates[group].mean()), least[str(group)]), 0.0)
    return pulses


def response(counted: list[Floats], departed: list[Floats]) -> Response:
    """What pulses say of one group.

    Args:
        counted: for each offset of the pulses, persons counted by month.
        departed: for each offset, persons who set out by month.

    Months after the end are filled in by the lag of the whole period. A group of whom nobody is
    counted has a matrix of zeros.
    """
    every, months = len(counted), len(counted[0])
    by_lag = np.full((months, every), np.nan)
    gone = np.zeros(months)
    for d in range(months):
        offset = d % every
        gone[d] = departed[offset][d]
        if gone[d] > 0:
            seen = counted[offset][d : d + every] / gone[d]
            by_lag[d, : len(seen)] = seen
    whole = ~np.isnan(by_lag).any(axis=1)
    totals = (by_lag[whole] * gone[whole, None]).sum(axis=0)
    if totals.sum() <= 0:
        lag = np.zeros(every)
        lag[0] = 1.0
        return Response(matrix=np.zeros((months, months)), after=np.zeros(months), lag=lag)
    lag = totals / totals.sum()

    share = totals.sum() / gone[whole].sum()
    for d in range(months):
        seen = ~np.isnan(by_lag[d])
        if lag[seen].sum() >= 0.3:  # enough of its counts lie in the period to tell the rest
            share = np.nansum(by_lag[d]) / lag[seen].sum()
        by_lag[d] = np.where(seen, by_lag[d], share * lag)
    matrix, after = np.zeros((months, months)), np.zeros(months)
    for d in range(months):
        inside = min(every, months - d)
        matrix[d : d + inside, d] = by_lag[d, :inside]
        after[d] = by_lag[d, inside:].sum()
    return Response(matrix=matrix, after=after, lag=lag)
