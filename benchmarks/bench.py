"""All benchmarks, on this machine, in one run: `make bench`, or `bench.py --smoke` for a quick check.

The figures mean something only side by side: they come from one machine, in one
run, on one core.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Callable

from chain import run_chain
from growth import run_growth
from history import run_history
from timing import machine

LARGEST = 10_000_000  # migrants, in the benchmark of growth


def full() -> dict[str, Callable[[], None]]:
    """The benchmarks in their full size, by name."""
    return {
        "chain": lambda: chain_table(people=100_000, mesa_people=100_000, days=365, repeats=7),
        "history": lambda: history_table(small=200_000, large=2_000_000, repeats=3),
        "growth": lambda: growth_table(weights=(100, 10, 1), largest=LARGEST),
    }


def smoke() -> dict[str, Callable[[], None]]:
    """The same code on small cases: it shows that the benchmarks run, not how fast darien is."""
    return {
        "chain": lambda: chain_table(people=2_000, mesa_people=500, days=120, repeats=1),
        "history": lambda: history_table(small=1_000, large=2_000, repeats=1, days=90),
        "growth": lambda: growth_table(weights=(10, 1), largest=2_000, days=90),
    }


def chain_table(people: int, mesa_people: int, days: int, repeats: int) -> None:
    """The chain task; every rival's answer is checked against the exact one inside."""
    rates = run_chain(people, mesa_people, days, repeats)
    assert all(rate.seconds > 0 for rate in rates)


def history_table(small: int, large: int, repeats: int, days: int | None = None) -> None:
    """The real history; the mix of events must add up to the events."""
    for run in run_history(small, large, repeats, days):
        assert run.events > run.migrants > 0, f"{run.name}: {run.events} events of {run.migrants} migrants"
        assert sum(run.mix.values()) == run.events, f"{run.name}: the mix does not add up to the events"
        assert 0 < run.kernel_seconds <= run.wall_seconds


def growth_table(weights: tuple[int, ...], largest: int, days: int | None = None) -> None:
    """Growth; a tenth of the persons per migrant must give about ten times the migrants."""
    runs = run_growth(weights, largest, days)
    for fewer, more in itertools.pairwise(runs):
        assert 5 < more.migrants / fewer.migrants < 20, f"{fewer.migrants} and {more.migrants} migrants"


def main() -> None:
    """Run what is asked for, and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="small cases, in well under a minute")
    parser.add_argument("--only", choices=sorted(full()), action="append", help="one benchmark (repeatable)")
    arguments = parser.parse_args()
    print(machine())
    for name, run in (smoke() if arguments.smoke else full()).items():
        if arguments.only is None or name in arguments.only:
            print(f"\n== {name}")
            run()


if __name__ == "__main__":
    main()
