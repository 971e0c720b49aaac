"""What pairing gains, outcome by outcome: in worlds made for it, and for the policies of the library.

    python benchmarks/pairing.py [PAIRS]
    python benchmarks/pairing.py --library [PAIRS] [--workers N] [--out FOLDER]

The first: where no limit binds, and where beds and a quota do. A checkpoint adds 10 points of coverage in
scenarios/verify/pairing.yaml and in pairing-limits.yaml. Base and policy run with the same seeds; the gain is
the variance of the difference of independent runs over that of the paired ones. The lower end of its 95 %
interval comes from a bootstrap over pairs.

The second: every policy of the library that moves arrivals by 1 to 20 %. FOLDER (results/pairing) keeps each
run as it ends, so a benchmark that was stopped goes on, and pairing.csv at the end.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "model")]

import pandas as pd  # noqa: E402

import pairing_library as library  # noqa: E402
from darien.experiments.run import simulate  # noqa: E402
from darien.scenario.schema import Scenario  # noqa: E402
from verify.agreement import pairing_gain  # noqa: E402
from verify.worlds import world  # noqa: E402

STRONGER = {
    "measure": "checkpoint",
    "strengthens": "post",
    "coverage_added": 0.1,
    "from": "2020-01-01",
}


def outcomes(scenario: Scenario, replicates: int) -> pd.DataFrame:
    """Outcomes of all groups, a column per replicate."""
    columns = []
    for replicate in range(replicates):
        frame = simulate(scenario, replicate=replicate).outcomes
        frame = frame[frame["group"].astype(str) == "all"]
        keys = pd.MultiIndex.from_arrays([frame["outcome"].astype(str), frame["place"].astype(str)])
        columns.append(pd.Series(frame["value"].to_numpy(), index=keys))
    return pd.concat(columns, axis=1).fillna(0.0)


def verify_worlds(pairs: int) -> None:
    """Print the gain of every outcome, without and with limits."""
    for name in ("pairing", "pairing-limits"):
        base = outcomes(world(name), pairs)
        policy = outcomes(world(name, {"policy": [STRONGER]}), pairs)
        base, policy = base.align(policy, fill_value=0.0)
        print(f"\n{name}: {pairs} pairs")
        print(f"{'outcome':<34}{'place':<14}{'base':>12}{'change':>12}{'gain':>9}{'from':>9}")
        for outcome, place in base.index:
            found = pairing_gain(base.loc[(outcome, place)], policy.loc[(outcome, place)])
            if found.gain == found.gain:
                print(
                    f"{outcome:<34}{place:<14}{found.base:>12,.1f}{found.change:>12,.2f}"
                    f"{found.gain:>9.1f}{found.lower:>9.1f}"
                )


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description="What pairing gains, outcome by outcome.")
    parser.add_argument("pairs", nargs="?", type=int, default=200)
    parser.add_argument("--library", action="store_true", help="the policies of the library")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ROOT / "results" / "pairing")
    asked = parser.parse_args()
    if asked.pairs < 3:
        parser.error(f"needs 3 pairs or more, got {asked.pairs}")
    if not asked.library:
        verify_worlds(asked.pairs)
        return
    found = library.measure(asked.pairs, asked.workers, asked.out)
    print(*library.told(found), sep="\n")
    library.write(found, asked.out / "pairing.csv")


if __name__ == "__main__":
    main()
