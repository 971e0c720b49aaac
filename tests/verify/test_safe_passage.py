"""Safe passage in a small world: price, deaths, robbery and shelters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from .small_worlds import books_of, on, outcome, run_of, share_agrees

Plain = dict[str, Any]
HARD: Plain = {
    "checkpoints": {"post": {"coverage": 0}},
    "legs": {"out": {"price_usd": 150, "death_per_1000": 100, "robbery_per_100": 80}},
}
SINCE: Plain = {"measure": "safe_passage", "from": on(100), "until": on(249)}
INSIDE, OUTSIDE = slice(100, 250), slice(0, 100)


def test_a_bus_costs_so_many_times_the_fare() -> None:
    books, run = run_of({**SINCE, "legs": ["out"], "price_times": 0.3}, changes=[HARD])
    started = books.at("started", "out").sum(axis=1)
    fares = np.full(360, 150)
    fares[INSIDE] = 45
    assert outcome(run, "spent") == (started * fares).sum()


@pytest.mark.parametrize(("times", "share"), [(0.25, 0.025), (0, 0), (3, 0.3), (20, 1)])
def test_deaths_multiply(times: float, share: float) -> None:
    books = books_of({**SINCE, "legs": ["out"], "death_times": times}, changes=[HARD])
    died, finished = books.at("died", "out").sum(axis=1), books.at("finished", "out").sum(axis=1)
    share_agrees(died[INSIDE].sum(), (died + finished)[INSIDE].sum(), share)
    share_agrees(died[OUTSIDE].sum(), (died + finished)[OUTSIDE].sum(), 0.1)


@pytest.mark.parametrize(("times", "share"), [(0.25, 0.2), (0, 0), (1.25, 1)])
def test_robberies_multiply(times: float, share: float) -> None:
    books = books_of({**SINCE, "legs": ["out"], "robbery_times": times}, changes=[HARD])
    died, finished = books.at("died", "out").sum(axis=1), books.at("finished", "out").sum(axis=1)
    robbed = books.at("robbed", "out").sum(axis=1)
    share_agrees(robbed[INSIDE].sum(), (died + finished)[INSIDE].sum(), share)
    share_agrees(robbed[OUTSIDE].sum(), (died + finished)[OUTSIDE].sum(), 0.8)


def test_shelters_raise_the_share_that_stays_by_the_logit() -> None:
    worth: Plain = {"parameters": {"stay_worth": -1}, "checkpoints": {"post": {"coverage": 0}}}
    books = books_of({**SINCE, "shelters": ["station"], "stay_worth_added": 1.5}, changes=[worth])
    staying = books.at("stock_at_place", "station").sum(axis=1)  # for a day at a time
    out = books.at("started", "out").sum(axis=1)
    assert np.array_equal(staying + out, books.at("finished", "in").sum(axis=1) + np.r_[0, staying[:-1]])
    for days, value in ((OUTSIDE, -1), (INSIDE, 0.5), (slice(250, 360), -1)):
        chosen = staying[days].sum()
        share_agrees(chosen, (staying + out)[days].sum(), np.exp(value) / (1 + np.exp(value)))


def test_less_danger_and_a_lower_fare_draw_people_to_the_leg() -> None:
    other: Plain = {"from": "station", "to": "border", "mode": "bus", "travel_days": {"table": {2: 1.0}}}
    choice: Plain = {"legs": {"other": other}, "parameters": {"cost_weight": 2, "hazard_weight": 0.1}}
    safe = {**SINCE, "legs": ["out"], "death_times": 0.2, "price_times": 0.4}
    books = books_of(safe, changes=[HARD, choice])
    out, beside = books.at("started", "out").sum(axis=1), books.at("started", "other").sum(axis=1)
    for days, price, deaths in ((OUTSIDE, 150, 10), (INSIDE, 60, 2)):
        value = -2 * price / 1000 - 0.1 * deaths
        share_agrees(out[days].sum(), (out + beside)[days].sum(), 1 / (1 + np.exp(-value)))
