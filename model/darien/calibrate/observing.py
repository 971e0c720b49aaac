"""How simulated persons become reported counts: reporting shares, chance, and spread beyond chance.

Counts are compared by their logarithm, shares by their log odds. Around the persons reported in the mean a
count has the variance of a Poisson draw and beyond it the spread that its series has (together that of a
negative binomial count). The chance of simulated migrants is part of the error of the emulator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from darien.calibrate.counted_series import DataPoint
from darien.calibrate.lags import Floats
from darien.calibrate.problem import Problem

Bools = npt.NDArray[np.bool_]
HALF = 0.5  # persons added before a logarithm is taken


@dataclass(frozen=True)
class Observation:
    """The data points of a problem as a fit sees them.

    ``share_of``: for each point the position of its reporting share among the unknowns, -1: none.
    ``spread``: (points,) standard deviation beyond chance, of the logarithm or of the log odds.
    ``target``: whether a point is fitted. ``is_share``: whether it is a share of persons.
    """

    points: list[DataPoint]
    share_of: npt.NDArray[np.int64]
    spread: Floats
    target: Bools
    is_share: Bools

    def seen(self, counts: Floats) -> Floats:
        """Counts (..., points, 2) as they are compared: (..., points)."""
        one, other = counts[..., 0] + HALF, counts[..., 1] + HALF
        return np.where(self.is_share, np.log(one / other), np.log(one))

    @property
    def reported(self) -> Floats:
        """(points,) what was reported, as it is compared."""
        return self.seen(np.array([(p.reported, p.other or 0.0) for p in self.points]))

    def expected(self, means: Floats, log_shares: Floats) -> Floats:
        """What is reported in the mean: (..., points), from (..., points) and (..., unknowns) log shares."""
        added = np.where(self.share_of >= 0, log_shares[..., self.share_of], 0.0)
        return means + np.where(self.is_share, 0.0, added)

    def variance(self, expected: Floats) -> Floats:
        """Variance of what is reported around its mean, of the same shape."""
        chance = np.where(self.is_share, 0.0, 1.0 / (np.exp(np.minimum(expected, 30.0)) + HALF))
        return self.spread**2 + chance

    def persons(self, seen: Floats) -> Floats:
        """Back from what is compared: persons, or a share from 0 to 1."""
        return np.where(self.is_share, 1.0 / (1.0 + np.exp(-seen)), np.maximum(np.exp(seen) - HALF, 0.0))


def observation(problem: Problem, points: Sequence[DataPoint], names: Sequence[str]) -> Observation:
    """The data points of a problem; ``names``: of all unknowns, reporting shares among them."""
    series = [problem.series[point.series] for point in points]
    return Observation(
        points=list(points),
        share_of=np.array([-1 if s.share is None else list(names).index(s.share) for s in series]),
        spread=np.array([s.spread for s in series]),
        target=np.array([s.role == "target" for s in series]),
        is_share=np.array([s.against is not None for s in series]),
    )


def draw_reported(of: Observation, means: Floats, log_shares: Floats, luck: np.random.Generator) -> Floats:
    """What would be reported, as it is compared, where the simulated counts are ``means``: (..., points)."""
    expected = of.expected(means, log_shares)
    noisy = expected + luck.normal(size=expected.shape) * of.spread
    persons = luck.poisson(np.exp(np.minimum(np.where(of.is_share, 0.0, noisy), 20.0)))
    return np.where(of.is_share, noisy, np.log(persons + HALF))
