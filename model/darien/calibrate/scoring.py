"""How good predictions were: scores of samples and intervals, and of two predictors against each other.

Lower is better for all scores. Counts are compared on a logarithmic scale, so that an error of a tenth weighs
the same in a small series as in a large one, and scores of series can be averaged.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from darien.calibrate.lags import Floats

LEVEL = 0.9  # of the intervals
BLOCK = 3  # months that are drawn together: errors of neighbouring months are alike
RESAMPLES = 4000


def crps(samples: Floats, seen: Floats) -> Floats:
    """The continuous ranked probability score, (...,), of samples (..., samples) that are equally likely.

    In the unit of what is predicted; of one sample it is the absolute error. nan where ``seen`` is.
    """
    ordered = np.sort(samples, axis=-1)
    size = ordered.shape[-1]
    off = np.abs(ordered - seen[..., None]).mean(axis=-1)
    weights = 2 * np.arange(1, size + 1) - size - 1
    score: Floats = off - (ordered * weights).sum(axis=-1) / size**2
    return score


def interval(samples: Floats) -> tuple[Floats, Floats, Floats]:
    """Low end, middle and high end of the central interval of :data:`LEVEL`: each (...,)."""
    low, middle, high = np.quantile(samples, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2], axis=-1)
    return low, middle, high


def interval_score(low: Floats, high: Floats, seen: Floats) -> Floats:
    """Width of the interval, and for what lies outside its distance times 2 / (1 - :data:`LEVEL`)."""
    outside = np.maximum(low - seen, 0.0) + np.maximum(seen - high, 0.0)
    score: Floats = high - low + 2 / (1 - LEVEL) * outside
    return score


def covered(low: Floats, high: Floats, seen: Floats) -> npt.NDArray[np.bool_]:
    """Whether the interval holds what was seen."""
    return (low <= seen) & (seen <= high)


def ratio(ours: Floats, theirs: Floats, seed: int = 1) -> tuple[float, float, float]:
    """Mean score of ours over that of theirs, with the 90 % interval of a block bootstrap.

    ``ours``, ``theirs``: (series, months) scores, nan where there is none. Series are drawn with replacement,
    and for all of them the same blocks of months, round the end of the year. Cells that one of the two lacks
    are left out for both. Raises ValueError where no cell is left.
    """
    both = np.isfinite(ours) & np.isfinite(theirs)
    if not both.any():
        raise ValueError("no month has a score of both")
    one, other = np.where(both, ours, 0.0), np.where(both, theirs, 0.0)
    luck = np.random.default_rng(seed)
    series, months = ours.shape
    rows = luck.integers(0, series, (RESAMPLES, series))
    starts = luck.integers(0, months, (RESAMPLES, -(-months // BLOCK)))
    columns = ((starts[:, :, None] + np.arange(BLOCK)) % months).reshape(RESAMPLES, -1)[:, :months]
    of_series, of_months = _times(rows, series), _times(columns, months)
    above, below = (np.einsum("rs,sm,rm->r", of_series, score, of_months) for score in (one, other))
    drawn = np.divide(above, below, out=np.full(RESAMPLES, np.nan), where=below > 0)
    low, high = np.nanquantile(drawn, [0.05, 0.95])
    return float(one.sum() / other.sum()), float(low), float(high)


def _times(drawn: npt.NDArray[np.int64], of: int) -> Floats:
    """(resamples, of) how often each was drawn, from (resamples, draws) positions."""
    found: Floats = (drawn[:, :, None] == np.arange(of)).sum(axis=1).astype(np.float64)
    return found
