"""Why a truth may be less likely than it should: ranks of its log-likelihood, by where errors come from.

    benchmarks/ranks.py results/calibrate-2014-2018 [--data-sets 24] [--workers 2]

Truths are points of the design that the emulator did not see. What is counted at them is made in three ways:
by the run itself; by the emulator, with an error as it says it makes them; and by the emulator with an error,
in its own standard deviations, that it made at another left-out point. Where the sampler and the size of the
errors are right, the mean rank of the truth among the draws is 0.5 in the last two. Where it is lower in the
first alone, errors hang on the unknowns in a way that the emulator does not know.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from darien.calibrate.design import setting
from darien.calibrate.emulating import Emulator, Shapes, blurred_emulator
from darien.calibrate.fitting import log_values
from darien.calibrate.lags import Floats
from darien.calibrate.made import kept_shapes
from darien.calibrate.observing import Observation, draw_reported, observation
from darien.calibrate.problem import locate
from darien.calibrate.recovering import likelihood_at, quick_fit
from darien.calibrate.runs import Kept
from darien.calibrate.unknowns import Prior
from darien.experiments.pool import Hands, results_of
from timing import machine

WAYS = ("the run itself", "the emulator, its own errors", "the emulator, errors of others")
PARTS = 10  # of the design, left out in turn


@dataclass(frozen=True)
class Job:
    """A data set: the point that is its truth, and all that makes its counts."""

    known: list[Prior]
    of: Observation
    units: Floats
    seen: Floats
    shapes: Shapes
    left_out: npt.NDArray[np.int64]
    truth: int
    errors: Floats  # (runs, points) of left-out points, in standard deviations


def main() -> None:
    """Print mean ranks and coverage by where errors come from."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path, help="of a fit, whose runs are kept")
    parser.add_argument("--data-sets", type=int, default=24)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    of = setting(locate(arguments.folder.name.removeprefix("calibrate-")))
    kept, hands = Kept(arguments.folder / "runs", of), Hands(arguments.workers)
    design = kept.design(("design",), len(of.counter.points))
    looked_at = observation(of.problem, of.base, of.counter.points)
    seen = looked_at.seen(design.counts)
    how = kept_shapes(kept.file.parent, design.units, seen, hands)
    parts = np.array_split(np.random.default_rng(3).permutation(len(seen)), PARTS)
    errors = np.vstack([left_out_errors(design.units, seen, how, part) for part in parts])
    jobs = [
        Job(
            of.priors,
            looked_at,
            design.units,
            seen,
            how,
            part,
            int(part[number // PARTS % len(part)]),
            errors,
        )
        for number in range(arguments.data_sets)
        for part in [parts[number % PARTS]]
    ]
    found = np.array(results_of(ranks, jobs, hands))  # (data sets, ways, rank and coverage)
    print(machine())
    print(f"{len(jobs)} data sets; expected by chance: 0.50, give or take {np.sqrt(1 / 12 / len(jobs)):.2f}")
    for way, (rank, covered) in zip(WAYS, found.mean(axis=0), strict=True):
        print(f"{way}: mean rank of the truth {rank:.2f}, unknowns covered {100 * covered:.0f} %")


def left_out_errors(units: Floats, seen: Floats, how: Shapes, part: npt.NDArray[np.int64]) -> Floats:
    """(runs of the part, points) errors at runs that an emulator did not see, in its standard deviations."""
    rest = np.setdiff1d(np.arange(len(seen)), part)
    made = blurred_emulator(units[rest], seen[rest], how)
    mean = made.mean(units[part])
    return np.asarray((seen[part] - mean) / made.error(mean, units[part]))


def ranks(job: Job) -> list[tuple[float, float]]:
    """Of each way the rank of the truth by its log-likelihood, and the share of unknowns that 90 % cover."""
    simulated, luck = job.units.shape[1], np.random.default_rng(job.truth)
    rest = np.setdiff1d(np.arange(len(job.seen)), job.left_out)
    truth = np.concatenate([job.units[job.truth], luck.uniform(size=len(job.known) - simulated)])
    with threadpool_limits(1):
        how = blurred_emulator(job.units[rest], job.seen[rest], job.shapes)
        mean = how.mean(truth[None, :simulated])
        error = how.error(mean, truth[None, :simulated])[0]
        own = how.drawn(truth[None, :simulated], luck)[0]
        others = mean[0] + error * job.errors[luck.integers(len(job.errors))]
        return [told(job, how, truth, counted, luck) for counted in (job.seen[job.truth], own, others)]


def told(
    job: Job, how: Emulator, truth: Floats, counted: Floats, luck: np.random.Generator
) -> tuple[float, float]:
    """Fit what would be reported of ``counted``; the rank of the truth, and the share that is covered."""
    simulated = job.units.shape[1]
    reported = draw_reported(job.of, counted, log_values(job.known, truth), luck)
    fit = quick_fit(job.known, simulated, job.of, how, reported, seed=job.truth)
    likely = likelihood_at(job.known, simulated, job.of, how, reported, np.vstack([truth, fit.units]))
    low, high = np.quantile(fit.units, [0.05, 0.95], axis=0)
    return float((likely[1:] < likely[0]).mean()), float(((low <= truth) & (truth <= high)).mean())


if __name__ == "__main__":
    main()
