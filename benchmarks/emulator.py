"""How far the emulator of a fit is off, beside how far it says it is, on runs that it has not seen.

    benchmarks/emulator.py results/calibrate-2014-2018 [--splits 5]

A third of the design is left out and predicted from the rest, some times over. Where the emulator knows its
errors, all figures are 1 and the last 90 %. In the directions in which unknowns move the counts most at a run
a fit takes an error for another value of the unknowns.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from scipy.linalg import solve_triangular

from darien.calibrate.design import setting
from darien.calibrate.emulating import Emulator, blurred_emulator, shapes
from darien.calibrate.lags import Floats
from darien.calibrate.observing import observation
from darien.calibrate.problem import locate
from darien.calibrate.runs import Kept
from darien.experiments.pool import Hands
from timing import machine

MOVED = 10  # directions that unknowns move most
STEP = 0.02  # of an unknown from 0 to 1, by which slopes are told


def main() -> None:
    """Print errors over allowed errors, one by one and all counts of a run together."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path, help="of a fit, whose runs are kept")
    parser.add_argument("--splits", type=int, default=5)
    arguments = parser.parse_args()
    of = setting(locate(arguments.folder.name.removeprefix("calibrate-")))
    design = Kept(arguments.folder / "runs", of).design(("design",), len(of.counter.points))
    seen = observation(of.problem, of.base, of.counter.points).seen(design.counts)
    how = shapes(design.units, seen, hands=Hands(2))
    alone, together, along, across = [], [], [], []
    for split in range(arguments.splits):
        order = np.random.default_rng(split).permutation(len(seen))
        out, rest = np.array_split(order, [len(order) // 3])
        made = blurred_emulator(design.units[rest], seen[rest], how)
        mean = made.mean(design.units[out])
        size = made.error(mean, design.units[out])
        for unit, scale, one in zip(design.units[out], size, seen[out] - mean, strict=True):
            slopes = slopes_at(made, unit)
            covariance = np.outer(scale, scale) * made.correlation + (slopes * made.blur**2) @ slopes.T
            factor = np.linalg.cholesky(covariance)
            white = solve_triangular(factor, one, lower=True)
            ways = np.linalg.svd(solve_triangular(factor, slopes, lower=True), full_matrices=False)[0]
            part = ways[:, :MOVED].T @ white
            alone.append(one / np.sqrt(np.diag(covariance)))
            together.append((white**2).mean())
            along.append((part**2).mean())
            across.append((white @ white - part @ part) / (len(one) - MOVED))
    off, squares = np.vstack(alone), np.array(together)
    print(machine())
    print(f"{len(seen)} runs, {seen.shape[1]} counts, {arguments.splits} times a third left out")
    print(f"standard deviation of errors over what is allowed: {off.std():.2f}")
    print(f"squared distance of a run, per count, over what is allowed: {squares.mean():.2f} in the mean")
    print(f"the same along the {MOVED} ways in which unknowns move counts most: {np.mean(along):.2f}")
    print(f"and across them: {np.mean(across):.2f}")
    print(f"inside 90 % intervals: {100 * (np.abs(off) < 1.645).mean():.0f} %")


def slopes_at(made: Emulator, unit: Floats) -> Floats:
    """(points, unknowns) of the mean by unknowns from 0 to 1, at a point."""
    ahead, back = (np.clip(unit + side * STEP * np.eye(len(unit)), 0, 1) for side in (1, -1))
    return np.asarray((made.mean(ahead) - made.mean(back)).T / np.diag(ahead - back))


if __name__ == "__main__":
    main()
