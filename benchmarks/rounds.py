"""How far the deriving counts come out at draws of a fit, by how often departures are rescaled.

    benchmarks/rounds.py results/calibrate-2014-2018 [--draws 8] [--stage nearer]

Departures are worked out at points near the posterior, or of the design, with one run a round; another run,
of other luck, says how far it counts what was to be counted, and how long all of it took. Without any round
they are the departures of the history.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from darien.calibrate.departures import WORKING
from darien.calibrate.design import conditioned, conditioning, conditioning_at, setting
from darien.calibrate.lags import months_of
from darien.calibrate.problem import locate
from darien.calibrate.runs import Kept
from darien.calibrate.unknowns import scenario_at
from darien.experiments.run import simulate
from darien.record.counted import counted_monthly
from timing import machine

ROUNDS = (0, 1, 2, 4)
MANY = 1000  # persons a year: of fewer an error is chance


def main() -> None:
    """Print the mean error of years and of months, and the year that is furthest off in the mean."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path, help="of a fit, whose runs are kept")
    parser.add_argument("--draws", type=int, default=8)
    parser.add_argument("--stage", default="nearer", help="of runs, at whose points: design, near, nearer")
    arguments = parser.parse_args()
    of = setting(locate(arguments.folder.name.removeprefix("calibrate-")))
    kept = Kept(arguments.folder / "runs", of)
    units = kept.design((arguments.stage,), len(of.counter.points)).units[: arguments.draws]
    how = conditioning(of)
    print(machine())
    print(f"{len(units)} points; errors as shares, of years with {MANY:,} persons and more")
    for rounds in ROUNDS:
        before = time.perf_counter()
        years: dict[tuple[str, int], list[float]] = {}
        months: list[float] = []
        for number, unit in enumerate(units):
            here = conditioning_at(of, how, unit)
            scenario = scenario_at(of.history, of.problem, of.base, of.simulated, unit)
            now = conditioned(scenario, here, WORKING + number, rounds)
            counted = counted_monthly(simulate(now, replicate=number).counts, now)
            year_of = months_of(now).year.to_numpy()
            for name, wanted in here.wanted.items():
                seen, known = counted[name].to_numpy(), ~np.isnan(wanted.persons)
                for year in np.unique(year_of[known]):
                    some = known & (year_of == year)
                    total = wanted.persons[some].sum()
                    if total >= MANY:
                        years.setdefault((name, int(year)), []).append(seen[some].sum() / total - 1)
                        months.append(np.abs(seen[some] - wanted.persons[some]).sum() / total)
        seconds = (time.perf_counter() - before) / len(units)
        worst = max(years, key=lambda which: abs(np.mean(years[which])))
        print(
            f"{rounds} rounds: {seconds:.2f} s a point; years "
            f"{np.mean([np.abs(one).mean() for one in years.values()]):.3f}, "
            f"months {np.mean(months):.3f}; furthest {worst[0]} {worst[1]} ({np.mean(years[worst]):+.2f})"
        )


if __name__ == "__main__":
    main()
