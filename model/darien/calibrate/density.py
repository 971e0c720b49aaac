"""The logarithm of the posterior density at a point, with its gradient: the slope that chains follow.

The value is that of :func:`~darien.calibrate.emulating.log_likelihood` with a standard normal prior: unknowns
are normal quantiles here, so that no chain meets a wall.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotri
from scipy.special import ndtr

from darien.calibrate.emulating import Emulator
from darien.calibrate.lags import Floats
from darien.calibrate.observing import Observation, mean_of_log
from darien.calibrate.unknowns import TAIL, Prior

PRECISION = np.float32  # of what chains spend most of their time on, as in the emulator
FARTHEST = 38.0  # normal quantiles, beyond which no float has a share left


class Density:
    """Log density and gradient of all unknowns, given what was reported of the targets.

    ``known``: all priors, of which the first ``simulated`` are those of a run. ``reported``: (points,).
    """

    def __init__(
        self, known: Sequence[Prior], simulated: int, of: Observation, how: Emulator, reported: Floats
    ) -> None:
        keep = np.flatnonzero(of.target)
        self._simulated = simulated
        self._logs = _logs_of(known)
        self._runs = np.ascontiguousarray(how.runs.T, dtype=PRECISION)
        self._halves = np.ascontiguousarray(-0.5 * how.precision[:, keep].T, dtype=PRECISION)
        self._weights = np.ascontiguousarray(how.weights[:, keep].T, dtype=PRECISION)
        self._centre, self._line = how.centre[keep], how.error_line[:, keep]
        self._least, self._most = how.error_range[:, keep]
        self._level, self._lines, self._squares = np.split(how.error_where, [1, 1 + simulated])
        self._where_range = how.where_range
        self._correlation = how.correlation[np.ix_(keep, keep)]
        self._reporting = of.reporting[keep]
        self._count = of.is_count[keep]
        part_of = of.part_of[keep]
        moving = np.flatnonzero(part_of.any(axis=0))  # whose spread is one of a point that is kept
        self._spread, self._spread_times = of.spread[moving], of.spread_times[moving]
        both = part_of[:, None, moving] * part_of[None, :, moving]
        self._one, self._other, self._by = np.nonzero(both)
        self._chance_of_middle = of.chance_of_middle[keep]
        self._reported = reported[keep]

    def __call__(self, normal: Floats) -> tuple[float, Floats]:
        """Value, up to a constant, and gradient (unknowns,) at normal quantiles (unknowns,).

        Beyond all that a float holds, where a chain may go while it looks for its steps, the value is minus
        infinity.
        """
        if not (np.abs(normal) < FARTHEST).all():
            return -np.inf, np.zeros_like(normal)
        unit = ndtr(normal)
        slope = np.exp(-0.5 * normal**2) / np.sqrt(2 * np.pi)  # of the unit by the quantile
        here = 2 * unit[: self._simulated] - 1
        away = here.astype(self._runs.dtype)[:, None] - self._runs
        near = self._halves @ (away * away)
        np.exp(near, out=near)
        near *= self._weights
        mean = self._centre + near.sum(axis=1)
        free = np.exp(0.5 * (self._line[0] + self._line[1] * (mean - self._centre)))
        free_where = self._level[0] + here @ (self._lines + self._squares * here)
        where = np.clip(free_where, *self._where_range)
        error = np.exp(0.5 * where) * np.clip(free, self._least, self._most)
        start, by_unit, by_normal = self._logs
        logs = start + by_unit * unit + by_normal * normal
        reported = mean + self._reporting @ logs
        mean_of_logs, by_reported = mean_of_log(reported)
        expected = np.where(self._count, mean_of_logs, reported)
        chance = np.where(self._count, np.exp(-expected), self._chance_of_middle)
        beyond = (self._spread * np.exp(self._spread_times @ logs)) ** 2
        off = self._reported - expected
        covariance = error[:, None] * error * self._correlation
        np.add.at(covariance, (self._one, self._other), beyond[self._by])
        factor, inverse = _factor_and_inverse(covariance, chance)
        solved = inverse @ off
        value = -0.5 * (off @ solved + normal @ normal) - np.log(np.diagonal(factor)).sum()

        by_covariance = np.outer(solved, solved) - inverse  # twice the slope by each of its elements
        by_error = (by_covariance * self._correlation) @ error
        by_chance = 0.5 * np.diagonal(by_covariance)
        by_beyond = 0.5 * np.bincount(self._by, by_covariance[self._one, self._other], len(beyond))
        by_expected = np.where(self._count, (solved - by_chance * chance) * by_reported, solved)
        bound = (free <= self._least) | (free >= self._most)
        by_mean = by_expected + by_error * np.where(bound, 0.0, 0.5 * self._line[1] * error)
        by_logs = self._reporting.T @ by_expected + self._spread_times.T @ (2 * beyond * by_beyond)
        gradient = (by_unit * slope + by_normal) * by_logs - normal
        by_run = (self._halves * by_mean.astype(self._runs.dtype)[:, None]).T @ near
        by_unknown = 2.0 * np.einsum("ij,ij->i", by_run, away).astype(np.float64)
        if where == free_where:
            by_unknown += 0.5 * (by_error @ error) * (self._lines + 2 * self._squares * here)
        gradient[: self._simulated] += 2 * slope[: self._simulated] * by_unknown
        return float(value), gradient


def _logs_of(known: Sequence[Prior]) -> Floats:
    """(3, unknowns): the logarithm of a value is the first, and the others times unit and quantile.

    0 on a linear scale, as :func:`~darien.calibrate.fitting.log_values` has it.
    """
    found = np.zeros((3, len(known)))
    for k, prior in enumerate(known):
        if prior.scale == "log":
            found[:, k] = np.log(prior.low), np.log(prior.high / prior.low), 0.0
        elif prior.scale == "lognormal":
            found[:, k] = np.log(prior.low * prior.high) / 2, 0.0, np.log(prior.high / prior.low) / 2 / TAIL
    return found


def _factor_and_inverse(covariance: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """The lower Cholesky factor and the inverse of a covariance, ``variance`` on its diagonal added.

    LAPACK itself: for matrices as small as these what is wrapped around it takes longer.
    """
    covariance.flat[:: len(covariance) + 1] += variance
    factor, failed = dpotrf(covariance, lower=1)
    if failed:
        raise np.linalg.LinAlgError("a covariance of counts is not positive definite")
    half, _ = dpotri(factor, lower=1)
    inverse = half + half.T
    inverse.flat[:: len(inverse) + 1] /= 2
    return factor, inverse
