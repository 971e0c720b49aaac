"""The real history: events per second with their mix, bytes per migrant, seconds per replicate.

An event is one migrant settled on one day. The kernel's own time is what the
rate is taken over; the seconds of a replicate are those of the whole run, from
the scenario to the last day.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from timing import print_table, timed

if TYPE_CHECKING:
    from darien.scenario.schema import Scenario

HISTORY = "history-2014-2018"


@dataclass(frozen=True)
class Measured:
    """One run: its size, how fast the kernel was, how long the whole took."""

    name: str
    migrants: int
    bytes_each: float
    events: int
    mix: dict[str, int]
    kernel_seconds: float
    wall_seconds: float

    @property
    def events_per_second(self) -> float:
        """Events over the kernel's seconds."""
        return self.events / self.kernel_seconds


def load_history(days: int | None = None) -> Scenario:
    """The history, or its first days: measures that start later then have no effect."""
    from darien.scenario import files
    from darien.scenario.schema import Period

    scenario = files.load(HISTORY)
    if days is None:
        return scenario
    start = scenario.period.start
    short = Period(start=start, end=start + dt.timedelta(days=days - 1))
    return scenario.model_copy(update={"period": short})


def at_weight(scenario: Scenario, weight: int | None, times: float = 1.0) -> Scenario:
    """The scenario with every group at one weight (None: as it is) and its departures multiplied."""
    from darien.scenario.quantity import Quantity

    update: dict[str, object] = {}
    if weight is not None:
        update["persons_per_migrant"] = dict.fromkeys(scenario.groups, weight)
    if times != 1:
        given = scenario.departures
        # The rates themselves: departures.times may not go above departures.headroom.
        rates = {
            "monthly": {
                group: {month: times * persons for month, persons in months.items()}
                for group, months in given.monthly.items()
            },
            "persons_per_day": {
                group: Quantity(value=times * persons.value)
                for group, persons in given.persons_per_day.items()
            },
        }
        update["departures"] = given.model_copy(update=rates)
    return scenario.model_copy(update=update)


def measure(name: str, scenario: Scenario, repeats: int = 1) -> Measured:
    """Run a scenario so many times and keep the quickest."""
    from darien.actors.model import RouteModel

    runs = []
    for _ in range(repeats):
        setup_seconds, model = timed(lambda: RouteModel(scenario, collect=False))
        run_seconds, _ = timed(model.run)
        runs.append(
            Measured(
                name=name,
                migrants=len(model.migrants),
                bytes_each=model.migrants.nbytes_each,
                events=model.events,
                mix=dict(model.event_mix),
                kernel_seconds=model.kernel_seconds,
                wall_seconds=setup_seconds + run_seconds,
            )
        )
        del model
    return min(runs, key=lambda run: run.kernel_seconds)


def print_runs(runs: list[Measured]) -> None:
    """Print sizes and rates, then the mix of events in per cent."""
    print_table(
        ["", "migrants", "bytes each", "million events", "million events/s", "seconds in all"],
        [
            [
                run.name,
                f"{run.migrants:,}",
                f"{run.bytes_each:.0f}",
                f"{run.events / 1e6:,.2f}",
                f"{run.events_per_second / 1e6:,.2f}",
                f"{run.wall_seconds:.2f}",
            ]
            for run in runs
        ],
    )
    kinds = list(runs[0].mix)
    print()
    print_table(
        ["mix of events, %", *(kind.replace("_", " ") for kind in kinds)],
        [[run.name, *(f"{100 * run.mix[kind] / run.events:.1f}" for kind in kinds)] for run in runs],
    )


def run_history(small: int, large: int, repeats: int = 3, days: int | None = None) -> list[Measured]:
    """Measure the history as it is, with every group at weight 1, and at two sizes; print and return.

    The two sizes, in migrants, are reached by multiplying departures (`small`, with the weights as
    they are; `large`, at weight 1), which fills limits more or less than they were filled.
    """
    history = load_history(days)
    measure("", at_weight(history, None, times=0.001))  # compiles
    as_it_is = measure("as it is", history, repeats)
    at_one = measure("every group at weight 1", at_weight(history, 1), repeats)
    runs = [
        as_it_is,
        measure(f"{small:,} migrants", at_weight(history, None, small / as_it_is.migrants), repeats),
        at_one,
        measure(f"{large:,} migrants", at_weight(history, 1, large / at_one.migrants), repeats),
    ]
    print_runs(runs)
    return runs
