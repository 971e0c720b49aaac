"""Differences between paired replicates, with their intervals and what pairing gained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEVEL = 0.90  # of the interval
HALF = 0.50  # of the narrower one
ROUNDING = 1e-28  # variance over squared size, below which it is the rounding of equal differences
KEYS = ["outcome", "place", "group", "unit"]


def differences(
    base: pd.DataFrame, option: pd.DataFrame, level: float = LEVEL, drawn: bool = False
) -> pd.DataFrame:
    """Compare an option with a base, outcome by outcome.

    ``base`` and ``option`` have a row per outcome (index: outcome, place, group, unit) and a column
    per replicate; a row that one of them lacks (a centre that only the option has) counts as 0 there.
    Column r of both must come from the same seed and replicate number: that is the pairing.

    Returns, by the same index: ``base`` and ``option`` (means), ``difference`` and ``median`` (of the
    paired differences, option less base), ``low_50`` and ``high_50``, ``low`` and ``high`` (Student's t
    interval of their mean, at :data:`HALF` and at ``level``), ``higher`` (share of the pairs in which the
    option is higher, equal ones counting half), ``pairing_gain`` ((var(base) + var(option)) /
    var(difference): how many times more replicates the same interval would take with independent seeds;
    inf where the differences do not vary though the outcomes do, nan where nothing varies). A replicate in
    which the outcome does not exist (nan, such as mean days of nobody) is left out of that row;
    ``replicates`` says how many are left. With fewer than 2, intervals and gain are nan.

    ``drawn``: the pairs have other draws of the unknowns. Then the intervals hold that share of the paired
    differences themselves, that is of what the effect may be.
    """
    import pandas as pd

    if list(base.columns) != list(option.columns):
        raise ValueError("base and option have different replicates and cannot be paired")
    rows, one, other = aligned(base, option)
    count = (~np.isnan(one)).sum(axis=1)
    apart = other - one
    spread = np.where(_varies(apart, one, other), variance(apart), 0.0)
    spread[count < 2] = np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = (variance(one) + variance(other)) / spread
        higher = ((apart > 0).sum(axis=1) + 0.5 * (apart == 0).sum(axis=1)) / count
    mean = means(apart)
    found: dict[str, Any] = {
        "base": means(one),
        "option": means(other),
        "difference": mean,
        "median": quantiles(apart, [0.5])[0],
    }
    for names, share in ((("low_50", "high_50"), HALF), (("low", "high"), level)):
        if drawn:
            ends = quantiles(apart, [(1 - share) / 2, (1 + share) / 2])
        else:
            half = _t(share, count) * np.sqrt(spread / np.maximum(count, 1))
            ends = np.array([mean - half, mean + half])
        found |= dict(zip(names, ends, strict=True))
    found |= {"higher": higher, "pairing_gain": gain, "replicates": count}
    return pd.DataFrame(found, index=rows)


def aligned(base: pd.DataFrame, option: pd.DataFrame) -> tuple[pd.Index, Floats, Floats]:
    """The rows of both and their values (rows, replicates).

    0 where one lacks a row; nan in both where it is in one.
    """
    rows = base.index
    if not rows.equals(option.index):
        rows = base.index.union(option.index, sort=False)
        base, option = base.reindex(rows, fill_value=0.0), option.reindex(rows, fill_value=0.0)
    one, other = base.to_numpy(dtype=float), option.to_numpy(dtype=float)
    both = ~(np.isnan(one) | np.isnan(other))
    return rows, np.where(both, one, np.nan), np.where(both, other, np.nan)


def means(values: Floats) -> Floats:
    """The mean of each row, without what is nan; nan where all is."""
    there = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.where(there, values, 0.0).sum(axis=1) / there.sum(axis=1)


def variance(values: Floats) -> Floats:
    """The sample variance of each row, without what is nan; nan where fewer than 2 are left."""
    there = ~np.isnan(values)
    off = np.where(there, values - means(values)[:, None], 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        count = there.sum(axis=1)
        return np.where(count > 1, (off**2).sum(axis=1) / (count - 1), np.nan)


def quantiles(values: Floats, at: Sequence[float]) -> Floats:
    """Quantiles of each row, linear between its values, without what is nan: (quantiles, rows)."""
    if not values.shape[1]:
        return np.full((len(at), len(values)), np.nan)
    rising = np.sort(values, axis=1)  # nan at the end
    last = (~np.isnan(values)).sum(axis=1) - 1
    found = np.empty((len(at), len(values)))
    for place, share in enumerate(at):
        where = np.maximum(share * last, 0.0)
        below = where.astype(int)
        above = np.minimum(below + 1, np.maximum(last, 0))
        low, high = (np.take_along_axis(rising, n[:, None], axis=1)[:, 0] for n in (below, above))
        found[place] = low + (where - below) * (high - low)
    return found


def by_replicate(outcomes: list[pd.DataFrame]) -> pd.DataFrame:
    """Outcomes of replicates 0, 1, ... as one table: a row per outcome, a column per replicate.

    A row that only some replicates have (a country in which someone was held) is 0 in the others.
    """
    import pandas as pd

    # Hardly a replicate differs from the others in its rows: each layout is looked at once.
    layouts: list[tuple[pd.DataFrame, pd.MultiIndex, list[int]]] = []
    for number, frame in enumerate(outcomes):
        keys = frame[KEYS].reset_index(drop=True)
        same = next((numbers for known, _, numbers in layouts if known.equals(keys)), None)
        if same is None:
            layouts.append((keys, pd.MultiIndex.from_frame(keys), [number]))
        else:
            same.append(number)
    rows = layouts[0][1]
    for _, index, _ in layouts[1:]:
        rows = rows.union(index, sort=False)
    values = np.zeros((len(rows), len(outcomes)))
    for _, index, numbers in layouts:
        at = rows.get_indexer(index)
        for number in numbers:
            values[at, number] = outcomes[number]["value"].to_numpy(dtype=float)
    return pd.DataFrame(values, index=rows)


def _varies(apart: Floats, one: Floats, other: Floats) -> NDArray[np.bool_]:
    """Rows whose differences vary by more than the rounding of their outcomes."""
    return variance(apart) > ROUNDING * size(one, other) ** 2


def size(*values: Floats) -> Floats:
    """How large the values of each row are: the sum of the largest of each, by which rounding is judged."""
    return np.sum([np.nan_to_num(np.abs(one)).max(axis=1, initial=0.0) for one in values], axis=0)


def _t(level: float, count: NDArray[np.int_]) -> Floats:
    """Student's t for the interval of a mean of so many."""
    from scipy.stats import t

    return t.ppf((1 + level) / 2, np.maximum(count - 1, 1))
