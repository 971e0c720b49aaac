"""The chain task: the same small model in darien, plain numpy and Mesa, in one process.

A chain of 10 places. Everyone starts at the first and moves on with probability
0.05 a day, for 365 days. The unit is a person-day: people times days, divided
by wall seconds. The answer is known: who has made all 9 moves has had 9
successes or more in 365 tries, so each rival's share of arrivals is checked
against the binomial before its time counts.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from timing import print_table, timed

PLACES = 10
MOVE_PROBABILITY = 0.05
DAYS = 365


@dataclass(frozen=True)
class Rate:
    """How fast one rival was: people, days, and the shortest wall time in seconds."""

    name: str
    people: int
    days: int
    seconds: float

    @property
    def person_days_per_second(self) -> float:
        """People times days over seconds."""
        return self.people * self.days / self.seconds


@dataclass(frozen=True)
class Task:
    """One rival, ready to run: what to time, then how many people it had and how many arrived."""

    run: Callable[[], object]
    people: Callable[[], int]
    arrived: Callable[[], int]


def arrived_share(days: int) -> float:
    """The exact share that has reached the last place after so many days."""
    moves = PLACES - 1
    short = sum(
        math.comb(days, k) * MOVE_PROBABILITY**k * (1 - MOVE_PROBABILITY) ** (days - k) for k in range(moves)
    )
    return 1 - short


def check(name: str, arrived: int, people: int, days: int) -> None:
    """Raise AssertionError where the share of arrivals is not the binomial one (5 standard errors)."""
    exact = arrived_share(days)
    allowed = 5 * math.sqrt(exact * (1 - exact) / people) + 1 / people
    share = arrived / people
    assert abs(share - exact) <= allowed, f"{name}: {share:.5f} arrived, {exact:.5f} should have"


def scenario_of_chain(people: int, days: int, seed: int) -> dict[str, object]:
    """The chain as a darien scenario (plain data): a leg lasts as long as the waiting for the move.

    All depart on the first day, the last of a month, since departures are rates by
    month. A wait beyond the period is put on the first day after it.
    """
    first_day = dt.date(2014, 1, 31)
    waits = {day: MOVE_PROBABILITY * (1 - MOVE_PROBABILITY) ** (day - 1) for day in range(1, days + 1)}
    waits[days + 1] = 1 - sum(waits.values())
    dates = (first_day + dt.timedelta(days=day) for day in range(days + 1))
    rates = dict.fromkeys((f"{date:%Y-%m}" for date in dates), 0.0)
    rates[f"{first_day:%Y-%m}"] = float(people)
    places = [f"place_{number}" for number in range(PLACES)]
    return {
        "title": "A chain of places",
        "why": "To compare speed with other ways of writing the same model",
        "seed": seed,
        "period": {"start": first_day, "end": first_day + dt.timedelta(days=days)},
        "record_every": "month",
        "places": {
            name: {
                "label": name,
                "country": "COL",
                "lat": 0,
                "lon": number,
                "destination": number == PLACES - 1,
            }
            for number, name in enumerate(places)
        },
        "legs": {
            f"leg_{number}": {
                "from": places[number],
                "to": places[number + 1],
                "mode": "bus",
                "travel_days": {"table": waits},
            }
            for number in range(PLACES - 1)
        },
        "groups": {
            "everyone": {
                "label": "Everyone",
                "nationalities": ["Colombia"],
                "entries": [{"shares": {places[0]: 1.0}}],
                "funds_usd": 1000,
            }
        },
        "departures": {"monthly": {"everyone": rates}, "headroom": 1},
    }


def darien_chain(people: int, days: int) -> Task:
    """Prepare darien's chain. The number of people is Poisson around `people`, as departures are."""
    from darien.actors.model import RouteModel
    from darien.scenario.schema import Scenario

    model = RouteModel(Scenario.model_validate(scenario_of_chain(people, days, seed=1)), collect=False)

    def arrived() -> int:
        outcomes = model.result().outcomes
        wanted = (outcomes["outcome"] == "reached_border") & (outcomes["group"] == "all")
        return int(outcomes.loc[wanted, "value"].sum())

    return Task(model.run, lambda: len(model.migrants), arrived)


def mesa_chain(people: int, days: int, shuffled: bool) -> Task:
    """Prepare Mesa's chain."""
    from mesa_chain import MesaChain

    model = MesaChain(people, shuffled)
    return Task(lambda: model.run(days), lambda: people, model.arrived)


def numpy_chain(people: int, days: int) -> Task:
    """Prepare the plain numpy chain: one array of places, one draw per person and day."""
    rng = np.random.default_rng(1)
    place = np.zeros(people, dtype=np.int8)
    draws = np.empty(people, dtype=np.float32)
    last = PLACES - 1

    def run() -> None:
        for _ in range(days):
            rng.random(out=draws, dtype=np.float32)
            np.add(place, draws < MOVE_PROBABILITY, out=place)
            np.minimum(place, last, out=place)

    return Task(run, lambda: people, lambda: int(np.count_nonzero(place == last)))


def run_chain(people: int, mesa_people: int, days: int = DAYS, repeats: int = 3) -> list[Rate]:
    """Time every rival, print the table of ratios and return the rates, darien's first.

    What is built before the first day is not timed for any of them, nor is darien's
    compilation. The quick ones are run `repeats` times and the quickest counts; Mesa,
    which takes most of a minute, is run once. Plain numpy keeps no counts by day, which
    favours numpy.
    """
    rivals: dict[str, Callable[[], Task]] = {
        "darien": lambda: darien_chain(people, days),
        "plain numpy": lambda: numpy_chain(people, days),
        "Mesa agents, fixed order": lambda: mesa_chain(mesa_people, days, shuffled=False),
        "Mesa agents, shuffled": lambda: mesa_chain(mesa_people, days, shuffled=True),
    }
    darien_chain(100, days).run()  # compiles
    rates = []
    for name, prepare in rivals.items():
        shortest = float("inf")
        for _ in range(1 if name.startswith("Mesa") else repeats):
            task = prepare()
            seconds, _ = timed(task.run)
            check(name, task.arrived(), task.people(), days)
            shortest = min(shortest, seconds)
        rates.append(Rate(name, task.people(), days, shortest))
    fastest = rates[0].person_days_per_second
    print_table(
        ["chain of 10 places", "people", "million person-days/s", "darien does"],
        [
            [
                rate.name,
                f"{rate.people:,}",
                f"{rate.person_days_per_second / 1e6:,.2f}",
                f"{fastest / rate.person_days_per_second:,.2f} times as many",
            ]
            for rate in rates
        ],
    )
    return rates
