"""What of a variance is the unknowns and what is chance: one-way random effects over draws.

Each draw of the unknowns runs ``luck`` times, each time with other chance. Runs of one draw differ by chance
alone; draws differ by their unknowns, and by what chance leaves in the mean of ``luck`` runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from darien.experiments.paired import LEVEL, ROUNDING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class MeanSquares:
    """Of each row: the mean squares of an analysis of variance.

    ``between`` draws (its expectation is chance + luck x unknowns, as variances), ``within`` draws (chance;
    0 where ``luck`` is 1, so that chance and unknowns stay together), and the number of ``draws``.
    """

    between: Floats
    within: Floats
    draws: NDArray[np.int_]
    luck: int

    @property
    def unknowns(self) -> Floats:
        """The variance that the unknowns make (rows): never below 0."""
        return np.maximum(self.between - self.within, 0.0) / self.luck

    @property
    def within_freedom(self) -> NDArray[np.int_]:
        """Degrees of freedom within draws (rows)."""
        return self.draws * (self.luck - 1)


def mean_squares(values: Floats, size: Floats, luck: int) -> MeanSquares:
    """The mean squares of ``values`` (rows, draws x luck; the runs of a draw side by side).

    A draw that is nan in any of its runs is left out of that row. ``size`` (rows): how large the numbers are
    of which the values were made, so that their rounding is taken for no variance.
    """
    by_draw = values.reshape(len(values), -1, luck)
    there = np.logical_not(np.isnan(by_draw).any(axis=2))
    draws = there.sum(axis=1)
    mean = np.where(there, by_draw.mean(axis=2), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = mean.sum(axis=1) / draws
        off = np.where(there, mean - middle[:, None], 0.0)
        between = luck * (off**2).sum(axis=1) / (draws - 1)
        apart = np.where(there[:, :, None], by_draw - mean[:, :, None], 0.0)
        within = (apart**2).sum(axis=(1, 2)) / (draws * (luck - 1)) if luck > 1 else np.zeros(len(values))
    between = np.where(draws > 1, between, np.nan)
    least = ROUNDING * size**2
    return MeanSquares(
        between=np.where(between <= least, 0.0, between),
        within=np.where(within <= least, 0.0, within),
        draws=draws,
        luck=luck,
    )


def unknowns_share(of: MeanSquares, level: float = LEVEL) -> tuple[Floats, Floats, Floats]:
    """The share of the variance of one run that the unknowns make, and its interval; the rest is chance.

    (rows) each. The interval is the exact one of an intraclass correlation (by F, normal within and between
    draws), cut at 0 and 1. nan where luck is 1, or nothing varies: then the share cannot be told.
    """
    from scipy.stats import f

    rows = len(of.between)
    if of.luck < 2:
        return (np.full(rows, np.nan),) * 3
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = of.between / of.within
        free = np.maximum(of.draws - 1, 1), np.maximum(of.within_freedom, 1)
        tail = (1 + level) / 2
        shares = [
            (one - 1) / (one + of.luck - 1)
            for one in (ratio, ratio / f.ppf(tail, *free), ratio * f.ppf(tail, *free[::-1]))
        ]
    told = (of.between > 0) | (of.within > 0)
    # All between draws: chance plays no part (inf over inf above).
    shares = [np.where((of.within == 0) & (of.between > 0), 1.0, share) for share in shares]
    middle, low, high = (np.where(told, np.clip(share, 0.0, 1.0), np.nan) for share in shares)
    return middle, low, high
