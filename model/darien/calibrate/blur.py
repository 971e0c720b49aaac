"""How far beside the unknowns of a run lie those at which the emulator counts what the run counts.

Where an emulator is off along the ways in which unknowns move the counts, a fit takes its error for other
unknowns: no correlation of errors that is the same everywhere knows these ways, which differ from place to
place. So an error has two parts: the run counts what the emulator says of unknowns beside its own, by a
normal distance for each unknown (Berkson 1950, doi:10.1080/01621459.1950.10483349, of the error in what a
measure is read against), and what is left.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq, minimize

from darien.calibrate.lags import Floats

WIDEST = 0.3  # of an unknown from 0 to 1: about the standard deviation of its prior
START, LEAST = 0.05, 1e-3  # of an unknown from 0 to 1
MOST_TIMES = 10.0  # that the likeliest blur is stretched, at most


def beside(units: Floats, blur: Floats, luck: np.random.Generator) -> Floats:
    """Points (draws, unknowns) from 0 to 1 that lie beside ``units`` by standard deviations ``blur``.

    Beyond 0 and 1 turned back: as likely from here to there as from there to here.
    """
    away = np.abs(units + blur * luck.normal(size=units.shape)) % 2
    return np.asarray(np.where(away > 1, 2 - away, away))


def blur_of(errors: Floats, slopes: Floats) -> tuple[float, Floats]:
    """The mean square of what is left of errors, and the blur (unknowns,), from 0 to 1.

    ``errors``: (runs, points) of runs left out. ``slopes``: (runs, points, unknowns) of the mean by the
    unknowns there. Both in units of the joint errors as they are supposed: independent, of variance 1. Which
    unknowns blur how much relative to each other is told by maximum likelihood. How much all of them, and
    what is left, so that errors are as large as they are told to be along the slopes and across: few runs
    that are far off hardly move a likelihood.
    """
    points, unknowns = slopes.shape[1:]
    if points <= unknowns:
        return 1.0, np.zeros(unknowns)  # nothing lies across the slopes: what is left cannot be told
    basis, ways = np.linalg.qr(slopes)
    along = np.einsum("rpk,rp->rk", basis, errors)
    left = float(((errors**2).sum(axis=1) - (along**2).sum(axis=1)).mean()) / (points - unknowns)
    blur = _likeliest(along, ways, left)
    moved, sizes, _ = np.linalg.svd(ways * blur)
    squares = np.einsum("rkd,rk->rd", moved, along) ** 2

    def over(times: float) -> float:
        return float((squares / (left + (times * sizes) ** 2)).mean()) - 1

    if over(0.0) <= 0:
        times = 0.0
    elif over(MOST_TIMES) >= 0:
        times = MOST_TIMES
    else:
        times = brentq(over, 0.0, MOST_TIMES)
    return left, np.minimum(times * blur, WIDEST)


def _likeliest(along: Floats, ways: Floats, left: float) -> Floats:
    """(unknowns,) the blur of highest likelihood where ``left`` is the variance of the rest.

    ``along``: (runs, directions) errors. ``ways``: (runs, directions, unknowns) slopes.
    """
    rest = left * np.eye(along.shape[1])

    def value(logs: Floats) -> tuple[float, Floats]:
        variance = np.exp(2 * logs)
        covariance = rest + (ways * variance) @ ways.transpose(0, 2, 1)
        inverse = np.linalg.inv(covariance)
        solved = np.einsum("rde,re->rd", inverse, along)
        log_det = np.linalg.slogdet(covariance)[1]
        by_variance = np.einsum("rdk,rdk->rk", ways, inverse @ ways)
        by_variance -= np.einsum("rdk,rd->rk", ways, solved) ** 2
        return float(((along * solved).sum(axis=1) + log_det).mean()), 2 * variance * by_variance.mean(axis=0)

    start = np.full(ways.shape[2], np.log(START))
    bounds = [(np.log(LEAST), np.log(WIDEST))] * len(start)
    return np.asarray(np.exp(minimize(value, start, jac=True, method="L-BFGS-B", bounds=bounds).x))
