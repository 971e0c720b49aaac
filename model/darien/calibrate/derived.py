"""What draws of a fit count where their departures come from: whether what is taken for granted is so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from darien.calibrate.lags import months_of
from darien.calibrate.targets import targets_of
from darien.record.counted import counted_monthly

if TYPE_CHECKING:
    import pandas as pd

    from darien.calibrate.design import Setting
    from darien.scenario.schema import Scenario

ByYear = dict[str, dict[str, float]]
"""Persons by group and year."""


def derived_counts(scenario: Scenario, counts: pd.DataFrame) -> ByYear:
    """Persons whom a run counts where the deriving series of their group counts them; all months.

    ``counts`` as in :class:`darien.record.run.Run`.
    """
    months = counted_monthly(counts, scenario)
    years = months.groupby(months.index.year.astype(str)).sum()
    return {str(name): years[name].to_dict() for name in years}


def derived_table(of: Setting, draws: Sequence[ByYear]) -> pd.DataFrame:
    """Reported beside simulated of the deriving series, for the years of which every month is known.

    Columns: ``group``, ``year``, ``reported``, and ``median``, ``low``, ``high`` (5 to 95 %) of what runs at
    the draws count, times the share that is reported; persons.
    """
    import pandas as pd

    years, rows = months_of(of.base).year.to_numpy(), []
    for name, target in targets_of(of.base, of.reported).items():
        for year in np.unique(years):
            reported = target.share * float(target.persons[years == year].sum())
            if np.isnan(reported):
                continue
            counted = target.share * np.array([draw[name][str(year)] for draw in draws])
            low, middle, high = np.quantile(counted, [0.05, 0.5, 0.95])
            rows.append((name, year, reported, middle, low, high))
    return pd.DataFrame(rows, columns=["group", "year", "reported", "median", "low", "high"])
