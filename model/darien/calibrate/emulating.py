"""An emulator of the mean counts, and the posterior that its explicit likelihood gives.

For each data point a quadratic surface of the unknowns, fitted by ridge regression to the runs of a design.
How far it is off at points it was not fitted to is measured by cross-validation, depends on how large the
count is, and enters the likelihood with its correlations between data points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from darien.calibrate.lags import Floats
from darien.calibrate.observing import Bools, Observation

FOLDS = 8
PENALTIES = np.logspace(-2, 4, 13)


@dataclass(frozen=True)
class Emulator:
    """Means of the data points by unknowns, and how far off they are."""

    surface: Any
    error_line: Floats  # (2, points) log variance of the error: at the mean count, and per unit above it
    centre: Floats  # (points,) mean of the data points over the design
    error_range: Floats  # (2, points) bounds of the standard deviation
    correlation: Floats  # (points, points) of the errors

    def mean(self, units: Floats) -> Floats:
        """(points of the design, data points) for unknowns from 0 to 1."""
        return np.asarray(self.surface.predict(2 * units - 1))

    def error(self, mean: Floats) -> Floats:
        """Standard deviation of the error where the mean is such: same shape."""
        log_variance = self.error_line[0] + self.error_line[1] * (mean - self.centre)
        return np.clip(np.exp(0.5 * log_variance), self.error_range[0], self.error_range[1])


def _surface() -> Any:
    return make_pipeline(PolynomialFeatures(2, include_bias=False), StandardScaler(), RidgeCV(PENALTIES))


def emulator(units: Floats, seen: Floats, penalties: int = FOLDS) -> Emulator:
    """Fit an emulator: ``units`` (runs, unknowns) from 0 to 1, ``seen`` (runs, data points)."""
    predicted = np.empty_like(seen)
    for rest, part in KFold(penalties, shuffle=True, random_state=1).split(units):
        fitted = _surface().fit(2 * units[rest] - 1, seen[rest])
        predicted[part] = fitted.predict(2 * units[part] - 1)
    residual = seen - predicted
    centre, points = seen.mean(axis=0), seen.shape[1]
    line = np.empty((2, points))
    for j in range(points):
        log_square = np.log(residual[:, j] ** 2 + 1e-8)
        slope, level = np.polyfit(predicted[:, j] - centre[j], log_square, 1)
        # The logarithm of a squared normal error is 1.27 below that of its variance, in the mean.
        line[:, j] = level + 1.27, slope
    usual = residual.std(axis=0)
    scaled = residual / np.maximum(usual, 1e-9)
    return Emulator(
        surface=_surface().fit(2 * units - 1, seen),
        error_line=line,
        centre=centre,
        error_range=np.array([0.3 * usual, 3.0 * usual]),
        correlation=np.corrcoef(scaled, rowvar=False),
    )


def log_likelihood(
    units: Floats, logs: Floats, of: Observation, how: Emulator, reported: Floats, fitted: Bools
) -> Floats:
    """(draws,) of ``reported`` (points,), at unknowns ``units`` (draws, simulated) with ``logs`` (draws,
    unknowns) the logarithms of the values of all; only where ``fitted`` (points,) is true."""
    keep = np.flatnonzero(fitted)
    mean = how.mean(units)
    error = how.error(mean)[:, keep]
    expected = of.expected(mean, logs)
    variance = of.variance(expected)[:, keep]
    off = (reported - expected)[:, keep]
    covariance = error[:, :, None] * error[:, None, :] * how.correlation[np.ix_(keep, keep)]
    covariance += np.eye(len(keep)) * variance[:, :, None]
    factor = np.linalg.cholesky(covariance)
    solved = np.linalg.solve(factor, off[:, :, None])[:, :, 0]
    log_det = np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
    return np.asarray(-0.5 * (solved**2).sum(axis=1) - log_det)
