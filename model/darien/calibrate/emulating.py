"""An emulator of the mean counts, and the likelihood that it makes explicit.

For each data point a Gaussian process of the unknowns, with a length scale for each (how far it must move to
matter), fitted to the runs of a design. How far it is off at points it was not fitted to is told by leaving
one run out after the other, depends on how large the count is and where the unknowns are, and enters the
likelihood with its correlations between data points. What of it looks like other unknowns stands apart
(:mod:`darien.calibrate.blur`).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular
from sklearn.covariance import LedoitWolf
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.linear_model import RidgeCV
from threadpoolctl import threadpool_limits

from darien.calibrate.blur import beside, blur_of
from darien.calibrate.lags import Floats
from darien.calibrate.observing import Bools, Observation
from darien.experiments.pool import ONE, Hands, results_of

Singles = npt.NDArray[np.float32]
TOGETHER = 64  # draws at a time: more do not stay near the processor
TAUGHT = 256  # runs at most from which length scales are found: what takes long grows with their cube
MOST_ERROR = 1.5  # times the usual one: a larger error would excuse points that are far from every count
PARTS = 10  # of the runs, whose errors are held against those of the others
STRENGTHS = np.logspace(-2, 4, 20)  # of the penalty, from which ridge regression chooses
LENGTHS = (0.3, 50.0)  # where unknowns run from -1 to 1; beyond the upper one an unknown does nothing


@dataclass(frozen=True)
class Shapes:
    """How each data point varies: ``lengths`` (points, unknowns), ``signal`` and ``noise`` (points,)
    variances as shares of the variance over the design."""

    lengths: Floats
    signal: Floats
    noise: Floats


@dataclass(frozen=True)
class Emulator:
    """Means of the data points by unknowns, and how far off they are."""

    runs: Floats  # (runs, unknowns) from -1 to 1
    precision: Floats  # (unknowns, points) 1 / length ** 2
    weights: Floats  # (runs, points)
    centre: Floats  # (points,) mean of the data points over the runs
    error_line: Floats  # (2, points) log variance of the error: at the centre, and per unit above it
    error_range: Floats  # (2, points) bounds of the standard deviation
    error_where: Floats  # (1 + 2 unknowns,) log variance of all errors: 1, unknowns, and their squares
    where_range: tuple[float, float]  # bounds of it
    correlation: Floats  # (points, points) of the errors
    blur: Floats  # (unknowns,) standard deviations, from 0 to 1, by which it speaks of unknowns beside a run

    @cached_property
    def _single(self) -> tuple[Singles, Singles, Singles]:
        """Runs, precision and weights in single precision, the last two point by point."""
        return (
            self.runs.astype(np.float32),
            np.ascontiguousarray(-0.5 * self.precision.T, dtype=np.float32),
            np.ascontiguousarray(self.weights.T, dtype=np.float32)[:, :, None],
        )

    def mean(self, units: Floats) -> Floats:
        """(draws, points) for unknowns (draws, unknowns) from 0 to 1."""
        parts = range(0, len(units), TOGETHER)
        found = [self._mean(units[first : first + TOGETHER]) for first in parts]
        return np.concatenate(found) if found else np.zeros((0, len(self.centre)))

    def _mean(self, units: Floats) -> Floats:
        # Chains spend nearly all their time here: single precision, one large product, in place.
        runs, precision, weights = self._single
        away = (2 * units - 1).astype(np.float32)[:, None, :] - runs
        away *= away
        near = precision @ away.reshape(-1, away.shape[2]).T
        np.exp(near, out=near)
        counted = near.reshape(len(precision), len(units), len(runs)) @ weights
        return np.asarray(self.centre + counted[:, :, 0].T)

    def error(self, mean: Floats, units: Floats) -> Floats:
        """(draws, points) standard deviation of the error, where the mean is such, for unknowns ``units``."""
        log_variance = self.error_line[0] + self.error_line[1] * (mean - self.centre)
        usual = np.clip(np.exp(0.5 * log_variance), self.error_range[0], self.error_range[1])
        where = _terms(2 * units - 1) @ self.error_where
        return np.asarray(usual * np.exp(0.5 * np.clip(where, *self.where_range))[:, None])

    def drawn(self, units: Floats, luck: np.random.Generator) -> Floats:
        """(draws, points) what runs at unknowns ``units`` would count: means beside them and joint errors."""
        near = beside(units, self.blur, luck)
        mean = self.mean(near)
        return mean + self.errors(self.error(mean, near), luck)

    def errors(self, size: Floats, luck: np.random.Generator) -> Floats:
        """(draws, points) joint errors, of standard deviations ``size`` (draws, points)."""
        return np.asarray((luck.normal(size=size.shape) @ self._factor.T) * size)

    @cached_property
    def _factor(self) -> Floats:
        return np.asarray(np.linalg.cholesky(self.correlation + 1e-9 * np.eye(len(self.correlation))))


def shapes(units: Floats, seen: Floats, hands: Hands = ONE) -> Shapes:
    """Length scales and variances of each data point, by maximum likelihood (scikit-learn).

    ``units``: (runs, unknowns) from 0 to 1; ``seen``: (runs, points).
    """
    some = np.unique(np.linspace(0, len(units) - 1, min(TAUGHT, len(units))).astype(int))
    jobs = [(2 * units[some] - 1, seen[some, j]) for j in range(seen.shape[1])]
    found = results_of(_shape, jobs, hands)
    return Shapes(*(np.array(part) for part in zip(*found, strict=True)))


def _shape(job: tuple[Floats, Floats]) -> tuple[Floats, float, float]:
    units, seen = job
    start = ConstantKernel(1.0, (0.05, 50.0)) * RBF(np.full(units.shape[1], 2.0), LENGTHS)
    process = GaussianProcessRegressor(start + WhiteKernel(0.1, (1e-4, 2.0)), normalize_y=True)
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a length at its bound: no effect
        kernel = process.fit(units, seen).kernel_
    return kernel.k1.k2.length_scale, kernel.k1.k1.constant_value, kernel.k2.noise_level


def emulator(units: Floats, seen: Floats, how: Shapes) -> Emulator:
    """The emulator of some runs, where data points vary as ``how`` says, without blur."""
    made, left_out, _ = _means(units, seen, how)
    return _with_errors(made, units, seen - left_out, left_out)


def blurred_emulator(units: Floats, seen: Floats, how: Shapes) -> Emulator:
    """The same, its errors told apart from other unknowns.

    They are held against what the errors of other runs tell of them: what is said of errors has many numbers
    of its own, and fits those that it was told by.
    """
    made, left_out, slopes = _means(units, seen, how)
    predicted, errors = seen - left_out, np.empty_like(seen)
    for part in np.array_split(np.random.default_rng(12).permutation(len(seen)), PARTS):
        rest = np.setdiff1d(np.arange(len(seen)), part)
        told = _with_errors(made, units[rest], predicted[rest], left_out[rest])
        size, whiten = told.error(predicted[part], units[part]), np.linalg.inv(told._factor)
        errors[part] = (left_out[part] / size) @ whiten.T
        slopes[part] = whiten @ (slopes[part] / size[:, :, None])
    left, blur = blur_of(errors, slopes)
    whole = _with_errors(made, units, predicted, left_out)
    beyond = float(np.log(left))
    where, least, most = whole.error_where.copy(), *whole.where_range
    where[0] += beyond
    bounds = (least + beyond, most + beyond)
    return replace(whole, error_where=where, where_range=bounds, blur=blur)


def _means(units: Floats, seen: Floats, how: Shapes) -> tuple[Emulator, Floats, Floats]:
    """The emulator of some runs, whose errors are not told yet. And of each run where it is left out how far
    it is off (runs, points), and the slopes there of the mean by unknowns from 0 to 1 (runs, points,
    unknowns)."""
    runs, points = 2 * units - 1, seen.shape[1]
    centre, spread = seen.mean(axis=0), np.maximum(seen.std(axis=0), 1e-9)
    scaled = (seen - centre) / spread
    precision = how.lengths.T**-2
    squares = (runs[:, None, :] - runs[None]) ** 2
    weights, left_out = np.empty_like(seen), np.empty_like(seen)
    slopes = np.empty((*seen.shape, runs.shape[1]))
    for j in range(points):
        covariance = how.signal[j] * np.exp(-0.5 * squares @ precision[:, j])
        inverse = np.linalg.inv(covariance + (how.noise[j] + 1e-8) * np.eye(len(runs)))
        solved = inverse @ scaled[:, j]
        weights[:, j] = how.signal[j] * spread[j] * solved
        left_out[:, j] = spread[j] * solved / np.diag(inverse)
        near = covariance * (spread[j] * solved - inverse * left_out[:, j, None])
        slopes[:, j] = 2 * precision[:, j] * (near @ runs - near.sum(axis=1)[:, None] * runs)
    made = Emulator(
        runs=runs,
        precision=precision,
        weights=weights,
        centre=centre,
        error_line=np.zeros((2, points)),
        error_range=np.array([np.zeros(points), np.full(points, np.inf)]),
        error_where=np.zeros(1 + 2 * runs.shape[1]),
        where_range=(0.0, 0.0),
        correlation=np.eye(points),
        blur=np.zeros(runs.shape[1]),
    )
    return made, left_out, slopes


def _with_errors(made: Emulator, units: Floats, predicted: Floats, left_out: Floats) -> Emulator:
    """The emulator with what some runs tell of its errors: of unknowns ``units``, where it ``predicted`` data
    points and was off by ``left_out``."""
    line = np.empty_like(made.error_line)
    for j, centre in enumerate(made.centre):
        beyond = predicted[:, j] - centre
        slope, level = np.polyfit(beyond, np.log(left_out[:, j] ** 2 + 1e-8), 1)
        # Few runs that are far off hardly move the mean of logarithms: the level is that of the variance.
        level += np.log(np.mean(left_out[:, j] ** 2 / np.exp(level + slope * beyond)))
        line[:, j] = level, slope
    usual = left_out.std(axis=0)
    even = replace(made, error_line=line, error_range=np.array([0.5 * usual, MOST_ERROR * usual]))
    squares = ((left_out / even.error(predicted, units)) ** 2).mean(axis=1)
    where = _where(2 * units - 1, squares)
    told = _terms(2 * units - 1) @ where
    alone = replace(even, error_where=where, where_range=(float(told.min()), float(told.max())))
    return replace(alone, correlation=_together(left_out / alone.error(predicted, units)))


def _terms(runs: Floats) -> Floats:
    """(runs, 1 + 2 unknowns) 1, unknowns from -1 to 1, and their squares."""
    return np.hstack([np.ones((len(runs), 1)), runs, runs**2])


def _where(runs: Floats, squares: Floats) -> Floats:
    """How the mean square error of a run (runs,) hangs on its unknowns: of its logarithm, by :func:`_terms`.

    Runs far off lie together, where unknowns are at their ends. How much of that is luck, ridge regression
    finds by leaving runs out.
    """
    line = RidgeCV(STRENGTHS).fit(_terms(runs)[:, 1:], np.log(squares))
    where = np.concatenate([[line.intercept_], line.coef_])
    # The mean of logarithms hardly knows those far off: the level is that of the squares.
    where[0] += np.log(np.mean(squares / np.exp(_terms(runs) @ where)))
    return where


def _together(off: Floats) -> Floats:
    """(points, points) correlations of errors (runs, points), each by its own standard deviation.

    Shrunk towards none at all (Ledoit and Wolf): as the runs have them they claim that some combinations of
    counts are emulated almost without error.
    """
    covariance = LedoitWolf().fit(off).covariance_
    scale = np.sqrt(np.diag(covariance))
    return np.asarray(covariance / np.outer(scale, scale))


def log_likelihood(
    units: Floats, logs: Floats, of: Observation, how: Emulator, reported: Floats, fitted: Bools
) -> Floats:
    """(draws,) of ``reported`` (points,), at unknowns ``units`` (draws, simulated) with ``logs`` (draws,
    unknowns) the logarithms of the values of all; only where ``fitted`` (points,) is true."""
    keep = np.flatnonzero(fitted)
    mean = how.mean(units)
    error = how.error(mean, units)[:, keep]
    expected = of.expected(mean, logs)
    off = (reported - expected)[:, keep]
    covariance = error[:, :, None] * error[:, None, :] * how.correlation[np.ix_(keep, keep)]
    covariance += of.covariance(expected, logs, keep)
    factor = np.linalg.cholesky(covariance)
    solved = solve_triangular(factor, off[:, :, None], lower=True)[:, :, 0]
    log_det = np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
    return np.asarray(-0.5 * (solved**2).sum(axis=1) - log_det)


def drawn_given(
    units: Floats,
    logs: Floats,
    of: Observation,
    how: Emulator,
    reported: Floats,
    fitted: Bools,
    luck: np.random.Generator,
) -> Floats:
    """(draws, points) what runs at unknowns ``units`` counted, given what was reported of them.

    Arguments as of :func:`log_likelihood`. What was ``reported`` tells not only the unknowns but also how far
    off the emulator is at them: errors are drawn given it, as the likelihood has them (Matheron's rule: a
    joint draw of errors and reports, moved by what the report was off).
    """
    keep = np.flatnonzero(fitted)
    counted = [np.zeros((0, len(reported)))]
    for first in range(0, len(units), TOGETHER):
        here, log = units[first : first + TOGETHER], logs[first : first + TOGETHER]
        mean = how.mean(here)
        size = how.error(mean, here)
        expected = of.expected(mean, log)
        error = how.errors(size, luck)
        by_chance = luck.normal(size=expected.shape) * np.sqrt(of.chance(expected))
        off = (reported - expected - error - by_chance - of.drawn_beyond(expected, log, luck))[:, keep]
        together = size[:, :, None] * size[:, None, keep] * how.correlation[:, keep]
        covariance = together[:, keep] + of.covariance(expected, log, keep)
        moved = together @ np.linalg.solve(covariance, off[:, :, None])
        counted.append(mean + error + moved[:, :, 0])
    return np.concatenate(counted)
