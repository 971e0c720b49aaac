"""Differences between paired replicates, with their interval and what pairing gained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

LEVEL = 0.90  # of the interval
_ROUNDING = 1e-28  # variance over squared size, below which it is the rounding of equal differences
KEYS = ["outcome", "place", "group", "unit"]


def differences(
    base: pd.DataFrame, option: pd.DataFrame, level: float = LEVEL, drawn: bool = False
) -> pd.DataFrame:
    """Compare an option with a base, outcome by outcome.

    ``base`` and ``option`` have a row per outcome (index: outcome, place, group, unit) and a column
    per replicate; a row that one of them lacks (a centre that only the option has) counts as 0 there.
    Column r of both must come from the same seed and replicate number: that is the pairing.

    Returns, by the same index: ``base`` and ``option`` (means), ``difference`` (mean of option less
    base), ``low`` and ``high`` (Student's t interval of the mean of the paired differences, at
    ``level``), ``pairing_gain`` ((var(base) + var(option)) / var(difference): how many times more
    replicates the same interval would take with independent seeds; inf where the differences do
    not vary though the outcomes do, nan where nothing varies). A replicate in which the outcome does
    not exist (nan, such as mean days of nobody) is left out of that row; ``replicates`` says how
    many are left. With fewer than 2, interval and gain are nan.

    ``drawn``: every pair has another draw of the unknowns. Then ``low`` and ``high`` hold the share
    ``level`` of the paired differences themselves, that is of what the effect may be, and ``higher`` is
    the share of pairs in which the option is higher (equal ones count half).
    """
    import pandas as pd
    from scipy.stats import t

    if list(base.columns) != list(option.columns):
        raise ValueError("base and option have different replicates and cannot be paired")
    rows = base.index.union(option.index, sort=False)
    one, other = base.reindex(rows, fill_value=0.0), option.reindex(rows, fill_value=0.0)
    both = one.notna() & other.notna()
    one, other = one.where(both), other.where(both)
    apart = other - one
    count = both.sum(axis=1)
    mean, spread = apart.mean(axis=1), apart.var(axis=1, ddof=1)
    spread = spread.where(spread > _ROUNDING * (other.abs().max(axis=1) + one.abs().max(axis=1)) ** 2, 0.0)
    half = pd.Series(t.ppf((1 + level) / 2, np.maximum(count - 1, 1)), index=rows) * np.sqrt(spread / count)
    alone = one.var(axis=1, ddof=1) + other.var(axis=1, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = alone.to_numpy() / spread.to_numpy()
    found = pd.DataFrame(
        {
            "base": one.mean(axis=1),
            "option": other.mean(axis=1),
            "difference": mean,
            "low": mean - half,
            "high": mean + half,
            "pairing_gain": gain,
            "replicates": count,
        }
    )
    if drawn:
        found["low"] = apart.quantile((1 - level) / 2, axis=1)
        found["high"] = apart.quantile((1 + level) / 2, axis=1)
        found["higher"] = ((apart > 0).sum(axis=1) + 0.5 * (apart == 0).sum(axis=1)) / count
    return found


def by_replicate(outcomes: list[pd.DataFrame]) -> pd.DataFrame:
    """Outcomes of replicates 0, 1, ... as one table: a row per outcome, a column per replicate.

    A row that only some replicates have (a country in which someone was held) is 0 in the others.
    """
    import pandas as pd

    columns = [frame.set_index(KEYS)["value"] for frame in outcomes]
    rows = columns[0].index
    for column in columns[1:]:
        rows = rows.union(column.index, sort=False)
    return pd.DataFrame(
        {number: column.reindex(rows, fill_value=0.0) for number, column in enumerate(columns)}
    )
