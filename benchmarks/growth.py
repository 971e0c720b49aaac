"""How the time per event grows with the number of migrants.

The same persons of the real history, so the same limits and the same mix of
events, split into fewer or more migrants by the persons that each stands for.
"""

from __future__ import annotations

from history import Measured, at_weight, load_history, measure
from timing import print_table


def run_growth(weights: tuple[int, ...], largest: int, days: int | None = None) -> list[Measured]:
    """Measure the history at some weights, heaviest first, with `largest` migrants at weight 1."""
    history = load_history(days)
    heaviest = max(weights)
    probe = measure("", at_weight(history, heaviest))  # compiles, and says how many there are
    times = largest / (probe.migrants * heaviest)
    runs = [
        measure(f"{weight} persons each", at_weight(history, weight, times), repeats=2 if weight > 1 else 1)
        for weight in sorted(weights, reverse=True)
    ]
    first = runs[0].events_per_second
    print_table(
        ["same persons", "migrants", "million events", "ns per event", "time per event grows by"],
        [
            [
                run.name,
                f"{run.migrants:,}",
                f"{run.events / 1e6:,.2f}",
                f"{1e9 / run.events_per_second:.0f}",
                f"{first / run.events_per_second:.2f} times",
            ]
            for run in runs
        ],
    )
    return runs
