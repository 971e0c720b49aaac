"""Queue: a daily quota against arithmetic on the run's own arrivals."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from darien.experiments.run import simulate
from darien.scenario.schema import Scenario

from .books import Books
from .queue_reference import waiting, waits
from .worlds import plain, scenario_from, world


def _with_rate(rate: float, quota: float = 100) -> Scenario:
    return world(
        "queue",
        {"departures": {"persons_per_day": {"people": rate}}, "legs": {"gated": {"persons_per_day": quota}}},
    )


@functools.cache
def _run(rate: float, quota: float = 100, replicate: int = 0) -> Books:
    scenario = _with_rate(rate, quota)
    return Books(scenario, simulate(scenario, replicate=replicate))


@pytest.mark.parametrize("quota", [100, 100.5, 0.25])
@pytest.mark.parametrize("rate", [120, 80])
def test_the_queue_is_what_arithmetic_makes_of_the_arrivals(rate: float, quota: float) -> None:
    books = _run(rate, quota)
    arrivals = books.at("entered", "gate")[:, 0]
    assert books.at("stock_queued", "gate")[:, 0].tolist() == waiting(arrivals.tolist(), quota)


def test_the_queue_under_120_against_100_grows_by_20_a_day() -> None:
    growth = []
    for replicate in range(40):
        books = _run(120, replicate=replicate)
        queued = books.at("stock_queued", "gate")[:, 0]
        growth.append((queued[-1] - queued[10]) / (len(queued) - 11))
        assert (books.at("started", "gated")[11:, 0] == 100).all()
    error = np.std(growth, ddof=1) / np.sqrt(len(growth))
    assert error < 0.3
    assert abs(np.mean(growth) - 20) < 4 * error


def test_under_80_a_day_nobody_waits_long() -> None:
    for replicate in range(20):
        books = _run(80, replicate=replicate)
        arrivals = books.at("entered", "gate")[:, 0].tolist()
        assert max(waits(arrivals, 100)) <= 1
        # Poisson(80) exceeds 140 with a chance below 1e-9
        assert books.at("stock_queued", "gate").max() <= 40


@pytest.mark.parametrize("rate", [120, 80])
def test_first_come_is_first_served(rate: float) -> None:
    # Ten groups arrive; whom the gate has served by a day are, group by group, all who came before
    # some day and a part of those of that day.
    groups = [f"group_{number}" for number in range(10)]
    data = plain("queue")
    data["groups"] = dict.fromkeys(groups, data["groups"]["people"])
    data["departures"]["persons_per_day"] = dict.fromkeys(groups, rate / 10)
    scenario = scenario_from(data)
    books = Books(scenario, simulate(scenario))
    came = books.at("entered", "gate").cumsum(axis=0)
    served = books.at("started", "gated").cumsum(axis=0)
    assert served[-1].sum() > 9000
    for day in range(2, books.days):
        last = int(np.searchsorted(came.sum(axis=1), served[day].sum()))
        assert (came[last - 1] <= served[day]).all()
        assert (served[day] <= came[last]).all()
