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
from darien.calibrate.emulating import Emulator, emulator, shapes
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
        made = emulator(design.units[rest], seen[rest], how)
        mean = made.mean(design.units[out])
        size = made.error(mean, design.units[out])
        off = (seen[out] - mean) / size
        factor: Floats = np.asarray(np.linalg.cholesky(made.correlation), dtype=np.float64)
        alone.append(off)
        white = solve_triangular(factor, off.T, lower=True).T
        together.append((white**2).mean(axis=1))
        for unit, scale, one in zip(design.units[out], size, white, strict=True):
            part = moved(made, unit, scale, factor).T @ one
            along.append((part**2).mean())
            across.append((one @ one - part @ part) / (len(one) - MOVED))
    off, squares = np.vstack(alone), np.concatenate(together)
    print(machine())
    print(f"{len(seen)} runs, {seen.shape[1]} counts, {arguments.splits} times a third left out")
    print(f"standard deviation of errors over what is allowed: {off.std():.2f}")
    print(f"squared distance of a run, per count, over what is allowed: {squares.mean():.2f} in the mean")
    print(f"the same along the {MOVED} ways in which unknowns move counts most: {np.mean(along):.2f}")
    print(f"and across them: {np.mean(across):.2f}")
    print(f"inside 90 % intervals: {100 * (np.abs(off) < 1.645).mean():.0f} %")


def moved(made: Emulator, unit: Floats, size: Floats, factor: Floats) -> Floats:
    """(points, :data:`MOVED`) the directions in which unknowns move the counts most at a point, in units of
    the joint errors there: of standard deviations ``size``, their correlations the square of ``factor``."""
    ahead, back = (np.clip(unit + side * STEP * np.eye(len(unit)), 0, 1) for side in (1, -1))
    slopes = (made.mean(ahead) - made.mean(back)) / np.diag(ahead - back)[:, None]
    white = solve_triangular(factor, (slopes / size).T, lower=True)
    return np.asarray(np.linalg.svd(white, full_matrices=False)[0][:, :MOVED])


if __name__ == "__main__":
    main()
