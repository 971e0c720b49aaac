"""Means and ranges over replicates, and counts by month: what the figures draw."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

    from darien.record.store import Results

Floats = npt.NDArray[np.float64]
MANY = 20  # replicates, from which on a 5 to 95 % range is more than the two extremes


def interval_words(results: Results) -> str:
    """What the drawn ranges are, for the reader."""
    replicates, fit = len(results.replicates), results.manifest.get("fit")
    if replicates == 1:
        return "One replicate only: how sure this is cannot be shown."
    holds = "chance alone, same parameters" if fit is None else f"each another draw of the fit {fit['name']}"
    if replicates < MANY:
        return f"Ranges span the lowest and highest of {replicates} replicates ({holds})."
    return f"Ranges hold the middle 90 % of {replicates} replicates ({holds})."


@dataclass(frozen=True)
class Ranges:
    """Means and ranges over replicates of a row of numbers, such as the months of a period."""

    mean: Floats
    low: Floats
    high: Floats
    several: bool  # replicates, without which low and high are the mean


def ranges(values: Floats) -> Ranges:
    """Mean, low and high over replicates.

    ``values``: a column per replicate. Low and high are the 5th and 95th percentile, or lowest and
    highest where there are fewer than 20 replicates. A number that some replicate lacks (nan) is
    taken from the others.
    """
    replicates = values.shape[1]
    if replicates == 1:
        only = values[:, 0]
        return Ranges(only, only, only, several=False)
    low, high = (0.05, 0.95) if replicates >= MANY else (0.0, 1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of a row that is nan throughout
        mean, ends = np.nanmean(values, axis=1), np.nanquantile(values, [low, high], axis=1)
    return Ranges(mean, ends[0], ends[1], several=True)


def summary(values: pd.DataFrame) -> pd.DataFrame:
    """The :func:`ranges` of a table as columns mean, low and high."""
    import pandas as pd

    found = ranges(values.to_numpy(dtype=np.float64))
    return pd.DataFrame({"mean": found.mean, "low": found.low, "high": found.high}, index=values.index)


def across(frame: pd.DataFrame, results: Results, by: list[str]) -> pd.DataFrame:
    """Persons summed by ``by``, a column per replicate; where a replicate counted none, 0."""
    table = frame.groupby([*by, "replicate"], observed=True)["persons"].sum().unstack(fill_value=0)
    # Few rows are left: names as plain text from here on, so that tables can be joined.
    table.index = _plain(table.index)
    return table.reindex(columns=results.replicates, fill_value=0)


def _plain(index: pd.Index) -> pd.Index:
    import pandas as pd

    if isinstance(index, pd.MultiIndex):
        return index.set_levels([_plain(level) for level in index.levels])
    return index.astype(str) if isinstance(index.dtype, pd.CategoricalDtype) else index


def stocks(results: Results) -> list[str]:
    """The measures that are stocks, of those that were counted."""
    return [name for name in results.counts["measure"].cat.categories if name.startswith("stock_")]


def months(results: Results) -> pd.DatetimeIndex:
    """First day of each month of the period. The last may be cut short by the period's end."""
    import pandas as pd

    period = results.scenario.period
    return pd.date_range(period.start.replace(day=1), period.end, freq="MS")


def month_of(dates: pd.Series) -> pd.Series:
    """The first day of each date's month."""
    return dates.dt.to_period("M").dt.to_timestamp()


def years(results: Results) -> float:
    """Length of the simulated period."""
    return results.scenario.period.days / 365.25


def last_day(results: Results) -> pd.Timestamp:
    """The date under which the last stocks stand: the first day of the last recorded period."""
    counts = results.counts
    return counts.loc[counts["measure"].isin(stocks(results)), "date"].max()


def labels(results: Results, groups: list[str]) -> list[str]:
    """The labels of groups, as the scenario has them."""
    return [results.scenario.groups[name].label for name in groups]
