"""The statistics of the suite: Poisson cells, pooled, and the gain of pairing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]


def pooled(observed: npt.ArrayLike, expected: npt.ArrayLike, least: float = 50.0) -> tuple[Floats, Floats]:
    """Neighbouring cells of one series joined until each is expected to hold ``least`` or more.

    What is left over at the end joins the last cell; a series that expects less
    than ``least`` in all is one cell.
    """
    joined_observed: list[float] = []
    joined_expected: list[float] = []
    seen = due = 0.0
    for count, mean in zip(np.asarray(observed, float), np.asarray(expected, float), strict=True):
        seen, due = seen + count, due + mean
        if due >= least:
            joined_observed.append(seen)
            joined_expected.append(due)
            seen = due = 0.0
    if seen or due:
        if joined_expected:
            joined_observed[-1] += seen
            joined_expected[-1] += due
        else:
            joined_observed, joined_expected = [seen], [due]
    return np.array(joined_observed), np.array(joined_expected)


@dataclass(frozen=True)
class Agreement:
    """The outcome of a test of many Poisson cells against their expected totals."""

    cells: int
    least_p: float  # two-sided, of the worst cell
    worst: str
    family: float  # family-wise error, Bonferroni over the cells

    @property
    def agrees(self) -> bool:
        return self.least_p * self.cells >= self.family


def poisson_agreement(
    series: dict[str, tuple[npt.ArrayLike, npt.ArrayLike]], family: float = 0.001, least: float = 50.0
) -> Agreement:
    """Tests named series of (observed totals, expected totals) cell by cell, exactly.

    A cell that cannot be reached (expected 0) must be empty.
    """
    names, counts, means = [], [], []
    for name, (observed, expected) in series.items():
        count, mean = pooled(observed, expected, least)
        names += [f"{name}, cell {number}" for number in range(len(count))]
        counts.append(count)
        means.append(mean)
    count, mean = np.concatenate(counts), np.concatenate(means)
    reached = mean > 0
    p = np.where(count == 0, 1.0, 0.0)
    tail = np.minimum(
        stats.poisson.cdf(count[reached], mean[reached]), stats.poisson.sf(count[reached] - 1, mean[reached])
    )
    p[reached] = np.minimum(1.0, 2.0 * tail)
    at = int(p.argmin())
    return Agreement(len(p), float(p[at]), f"{names[at]}: {count[at]:g} for {mean[at]:.1f} expected", family)


@dataclass(frozen=True)
class Gain:
    """How much less the paired difference varies than that of independent seeds."""

    base: float
    change: float  # mean of policy - base
    gain: float  # variance ratio; infinite where the paired difference never varies
    lower: float  # lower end of the 95 % interval


def pairing_gain(base: npt.ArrayLike, policy: npt.ArrayLike, seed: int = 0, draws: int = 2000) -> Gain:
    """Gain of pairing from replicates run with the same seeds under base and policy.

    The difference of two independent runs has the variance of the one plus that
    of the other. The lower bound is the 2.5 % quantile of a bootstrap over pairs.
    """
    one, other = np.asarray(base, float), np.asarray(policy, float)
    if one.shape != other.shape or one.ndim != 1 or len(one) < 3:
        raise ValueError("needs two equally long lists of at least 3 replicates")
    rng = np.random.default_rng(seed)
    pick = rng.integers(0, len(one), (draws, len(one)))

    def ratio(a: Floats, b: Floats) -> Floats:
        apart = a.var(axis=-1, ddof=1) + b.var(axis=-1, ddof=1)
        paired = (b - a).var(axis=-1, ddof=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(apart == 0, np.nan, apart / paired))

    gains = ratio(one[pick], other[pick])
    lower = float(np.nanquantile(gains, 0.025)) if np.isfinite(gains).any() else float("nan")
    return Gain(float(one.mean()), float((other - one).mean()), float(ratio(one, other)), lower)


def agree(one: npt.ArrayLike, other: npt.ArrayLike) -> float:
    """z of the difference of two means of independent replicates (0 where neither varies and both agree)."""
    a, b = np.asarray(one, float), np.asarray(other, float)
    error = np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    apart = a.mean() - b.mean()
    if error == 0:
        return 0.0 if apart == 0 else float(np.sign(apart) * np.inf)
    return float(apart / error)
