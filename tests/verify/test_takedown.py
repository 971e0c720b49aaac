"""A network that sells seats, and a takedown of it, against its own formulas on the run's own counts."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest

from darien.actors.model import RouteModel

from .books import Books
from .small_worlds import on, outcome
from .worlds import day_by_day, merged, world

Plain = dict[str, Any]
Floats = npt.NDArray[np.float64]
RING: Plain = {
    "label": "Ring",
    "seats_per_day": {"out": 110},
    "price_response": 0.5,
    "price_return": 0.4,
    "growth_per_30_days": 0.3,
}
LINE: Plain = {
    "checkpoints": {"post": {"coverage": 0}},
    "legs": {"out": {"price_usd": 100}},
    "smuggling_networks": {"ring": RING},
}
TAKEDOWN: Plain = {
    "measure": "smuggler_takedown",
    "network": "ring",
    "seats_removed_share": 0.5,
    "from": on(100),
}


class Path(NamedTuple):
    books: Books
    seats: Floats  # by day
    price: Floats
    model: RouteModel


def _run(*policy: Plain, changes: Plain) -> Path:
    scenario = world("measures", merged(LINE, {**changes, "policy": list(policy)}))
    model = RouteModel(scenario, collect=False)
    seats, price = [], []

    def look() -> None:
        ring = model.network("ring")
        seats.append(float(ring.seats.sum()))
        price.append(ring.price)

    day_by_day(model, look)
    return Path(Books(scenario, model.result()), np.array(seats), np.array(price), model)


def _expected(
    books: Books, usual: float, down: int = -1, share: float = 0
) -> tuple[list[float], list[float]]:
    """Seats and price by day, from who waited and who set out."""
    queued, started = (
        books.at("stock_queued", "station").sum(axis=1),
        books.at("started", "out").sum(axis=1),
    )
    seats, price, by_day = usual, 1.0, []
    for day in range(books.days):
        if day and day % 30 == 0:
            waiting, sold = queued[day - 1], started[day - 30 : day].sum()
            price *= 1 + 0.5 * waiting / (30 * seats)
            price += 0.4 * (1 - price)
            price = min(max(price, 0.25), 4.0)
            seats += 0.3 * (max(usual, (sold + waiting) / 30) - seats)
        if day == down:
            seats *= 1 - share
        by_day.append((seats, price))
    return [s for s, _ in by_day], [p for _, p in by_day]


def test_after_a_takedown_price_rises_while_people_wait_and_seats_come_back() -> None:
    found = _run(TAKEDOWN, changes={})
    queued = found.books.at("stock_queued", "station").sum(axis=1)
    seats, price = _expected(found.books, 110, down=100, share=0.5)
    assert found.seats == pytest.approx(seats)
    assert found.price == pytest.approx(price)
    assert found.seats[99] == 110
    assert found.seats[100] == 55  # on the day itself
    assert queued[95:100].max() < 60
    assert queued[100:121].min() >= 0
    assert queued[119] > 20 * 35  # 45 more come each day than are carried
    assert price[100] == price[119] == pytest.approx(1)
    assert price[120] > 1.1
    assert max(price) == max(price[120:300])
    # as many set out as there are seats, while anyone waits
    started = found.books.at("started", "out").sum(axis=1)
    assert started[100:120].sum() == 20 * 55
    assert (np.abs(started[101:].cumsum() - found.seats[101:].cumsum())[queued[101:] > 0] < 60).all()


def test_seats_that_nobody_misses_come_back_at_the_stated_rate() -> None:
    slack = {"smuggling_networks": {"ring": {"seats_per_day": {"out": 400}}}}
    found = _run(TAKEDOWN, changes=slack)
    reviews = np.maximum(0, np.arange(360) // 30 - 3)  # the first after the takedown is on day 120
    missing = np.where(np.arange(360) < 100, 0.0, 200 * 0.7**reviews)
    assert found.seats == pytest.approx(400 - missing)
    assert (found.price == 1).all()


def test_price_returns_to_the_usual_once_nobody_waits() -> None:
    many = {"smuggling_networks": {"ring": {"seats_per_day": {"out": 220}}}}
    found = _run({**TAKEDOWN, "seats_removed_share": 0.8, "from": on(60)}, changes=many)
    first = int(found.price.argmax())
    assert 90 <= first <= 180
    later = found.price[first::30]
    queued = found.books.at("stock_queued", "station").sum(axis=1)
    calm = np.flatnonzero(queued[first:] > 150)[-1] + first
    assert calm < 270
    reviews = found.price[30 * (calm // 30 + 1) :: 30]
    assert reviews[1:] - 1 == pytest.approx((reviews[:-1] - 1) * 0.6, rel=0.1, abs=1e-3)
    assert (np.diff(later) < 0).all()
    assert found.price[-1] < 1.05


def test_a_network_grows_beyond_its_usual_seats_while_more_ask() -> None:
    few = {"smuggling_networks": {"ring": {"seats_per_day": {"out": 80}}}}
    found = _run(changes=few)
    seats, price = _expected(found.books, 80)
    assert found.seats == pytest.approx(seats)
    assert found.price == pytest.approx(price)
    assert found.seats[:120].max() > 90
    assert (np.diff(found.seats[:120]) >= 0).all()
    assert (found.books.at("started", "out").sum(axis=1)[5:30] == 80).all()


def test_the_fare_follows_the_price_and_is_the_networks_revenue() -> None:
    found = _run(TAKEDOWN, changes={})
    started = found.books.at("started", "out").sum(axis=1)
    fares = np.round(100 * found.price)
    run = found.model.result()
    assert outcome(run, "spent") == (started * fares).sum()
    assert outcome(run, "smugglers_revenue") == outcome(run, "spent")


def test_losses_raise_the_price() -> None:
    wall: Plain = {"authority": "PAN", "leg": "out", "officers": 1000, "inspections_per_officer_day": 1000}
    wall |= {"coverage": 0.5, "identification": 1, "detention": "centre"}
    law: Plain = {"authorities": {"PAN": {"removal_share": {"one": 1, "two": 1}, "removal_days": 1}}}
    losing: Plain = {"smuggling_networks": {"ring": {"seats_per_day": {"out": 1e5}, "loss_response": 0.2}}}
    watched = {"measure": "checkpoint", "name": "wall", "opens": wall, "from": on(0)}
    found = _run(watched, changes=merged(losing, law))
    started = found.books.at("started", "out").sum(axis=1)
    stopped = found.books.at("apprehended", "out").sum(axis=1)
    price, path = 1.0, []
    for day in range(360):
        if day and day % 30 == 0:
            lost = stopped[day - 30 : day].sum() / started[day - 30 : day].sum()
            price *= 1 + 0.2 * lost
            price += 0.4 * (1 - price)
        path.append(price)
    assert found.price == pytest.approx(path)
    assert path[-1] == pytest.approx(0.4 / (1 - 1.1 * 0.6), rel=0.01)


def test_all_seats_gone_come_back_too() -> None:
    found = _run({**TAKEDOWN, "seats_removed_share": 1}, changes={})
    started = found.books.at("started", "out").sum(axis=1)
    assert not started[100:120].any()
    assert found.seats[100] == 0
    assert found.seats[120] == pytest.approx(
        0.3 * max(110, found.books.at("stock_queued", "station")[119].sum() / 30)
    )
    assert started[120:150].sum() > 30 * 30


def test_two_networks_share_a_leg_by_seats() -> None:
    dear = {**RING, "label": "Dear", "seats_per_day": {"out": 330}}
    two = {"smuggling_networks": {"dear": dear}}
    found = _run(TAKEDOWN, changes=two)
    model = found.model
    ring, dear_one = model.network("ring"), model.network("dear")
    assert dear_one.seats.sum() == 330
    assert model.market.seats[model.index.legs.index("out")] == ring.seats.sum() + 330
    share = ring.seats.sum() / (ring.seats.sum() + 330)
    assert ring.share_of(model.market.seats).tolist() == pytest.approx([share])
    sold = found.books.at("started", "out")[300:330].sum()  # up to the last review
    assert ring.sold.sum() + dear_one.sold.sum() == pytest.approx(sold)
    assert ring.sold.sum() / sold == pytest.approx(share, rel=0.02)


def test_of_a_takedown_before_the_period_what_has_not_come_back_is_missing() -> None:
    slack = {"smuggling_networks": {"ring": {"seats_per_day": {"out": 400}}}}
    found = _run({**TAKEDOWN, "from": on(-65)}, changes=slack)  # two reviews before the first day
    reviews = 2 + np.arange(360) // 30
    assert found.seats == pytest.approx(400 - 200 * 0.7**reviews)


def test_who_sees_others_wait_for_no_seat_at_all_stays_instead() -> None:
    gone = {**TAKEDOWN, "seats_removed_share": 1}
    stuck: Plain = {"smuggling_networks": {"ring": {"growth_per_30_days": 0}}}
    minds: Plain = {"parameters": {"stay_worth": -20, "time_weight_per_day": 1}}
    found = _run(gone, changes=merged(stuck, minds))
    joined = np.diff(found.books.at("stock_queued", "station").sum(axis=1), prepend=0)
    assert joined[100] > 70  # nobody has been seen to wait in vain yet
    assert not joined[101:].any()
