"""A network's review by hand: price and seats from what waited, what was sold, what was lost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from actors.worlds import scenario
from darien.actors.model import RouteModel
from darien.actors.networks import PRICE_RANGE, Market, Network

RING: dict[str, Any] = {
    "label": "Ring",
    "seats_per_day": {"trail": 20, "boat": 10},
    "bribed_share": 0.6,
    "bribe_usd": 50,
    "price_response": 0.8,
    "loss_response": 0.5,
    "price_return": 0.25,
    "growth_per_30_days": 0.4,
}
TRAIL, BOAT, BUS = range(3)


def _model(**networks: Any) -> RouteModel:
    return RouteModel(scenario(smuggling_networks=networks or {"ring": RING}), collect=False)


def _reviewed(
    market: Market,
    started: tuple[float, float, float],
    stopped: tuple[float, float, float] = (0, 0, 0),
    waiting: tuple[float, float, float] = (0, 0, 0),
) -> None:
    """What a review every 30 days does, on these figures by leg."""
    market.started, market.stopped, market.waiting = map(np.array, (started, stopped, waiting))
    seats = market.seats
    for network, share in [(network, network.share_of(seats)) for network in market.networks]:
        network.review(market, share)


def test_a_quiet_month_changes_nothing() -> None:
    model = _model()
    ring = model.network("ring")
    _reviewed(model.market, (300, 100, 900))
    assert (ring.price, ring.seats.tolist(), ring.sold.tolist()) == (1, [20, 10], [300, 100])


def test_price_rises_with_who_waits_and_who_is_lost_and_goes_part_of_the_way_back() -> None:
    model = _model()
    ring = model.network("ring")
    _reviewed(model.market, (600, 300, 0), stopped=(90, 0, 500), waiting=(180, 0, 7000))
    # 180 of 900 seats of a month; 90 lost of 900
    risen = 1 + 0.8 * 0.2 + 0.5 * 0.1
    assert ring.price == pytest.approx(risen + 0.25 * (1 - risen))
    price = ring.price
    _reviewed(model.market, (600, 300, 0))
    assert ring.price == pytest.approx(price + 0.25 * (1 - price))


def test_seats_grow_towards_what_is_asked_for_leg_by_leg() -> None:
    model = _model()
    ring = model.network("ring")
    _reviewed(model.market, (600, 300, 0), waiting=(300, 0, 0))
    # 900 asked for the trail in 30 days: ten more a day than there are
    assert ring.seats == pytest.approx([20 + 0.4 * 10, 10])
    _reviewed(model.market, (0, 0, 0))
    assert ring.seats == pytest.approx([24 - 0.4 * 4, 10])


def test_a_takedown_takes_seats_of_every_leg_and_they_come_back_by_a_share() -> None:
    model = _model()
    ring = model.network("ring")
    ring.take_down(0.5)
    assert ring.seats.tolist() == [10, 5]
    _reviewed(model.market, (200, 50, 0))
    assert ring.seats == pytest.approx([20 - 10 * 0.6, 10 - 5 * 0.6])
    ring.take_down(1)
    assert ring.seats.tolist() == [0, 0]
    _reviewed(model.market, (0, 0, 0))
    assert ring.price == pytest.approx(1.8 - 0.25 * 0.8)  # all of the seats were short
    assert ring.seats == pytest.approx([8, 4])


def test_price_stays_within_its_range() -> None:
    model = _model(ring={**RING, "price_return": 0})
    ring = model.network("ring")
    for _ in range(20):
        _reviewed(model.market, (600, 300, 0), waiting=(900, 0, 0))
    assert ring.price == PRICE_RANGE[1]
    ring.price = 0.1
    _reviewed(model.market, (0, 0, 0))
    assert ring.price == PRICE_RANGE[0]


def test_networks_on_one_leg_review_on_the_same_figures_in_any_order() -> None:
    other = {**RING, "label": "Other", "seats_per_day": {"trail": 60}, "growth_per_30_days": 1}
    found = []
    for names in (("ring", "other"), ("other", "ring")):
        model = _model(**{name: {"ring": RING, "other": other}[name] for name in names})
        _reviewed(model.market, (2400, 0, 0), waiting=(400, 0, 0))
        found.append([(model.network(n).price, *model.network(n).sold) for n in ("ring", "other")])
    assert found[0] == found[1]
    (_, ring_sold, _), (_, other_sold) = found[0]
    assert (ring_sold, other_sold) == (600, 1800)


def test_fares_seats_and_protection_of_the_legs_that_are_sold() -> None:
    dear = {**RING, "label": "Dear", "seats_per_day": {"trail": 60}, "bribed_share": 0.2, "bribe_usd": 10}
    model = _model(ring=RING, dear=dear)
    model.network("dear").price = 2.0
    levers = model.policy.levers_on(0)
    model.market.apply(levers)
    assert levers.legs["network"].tolist() == [1, 1, 0]
    # a quarter of the seats on the trail at 200 USD, the others at 400
    assert levers.legs["fare"].tolist() == [350, 350, 150]
    assert levers.quota.tolist() == [80, 10, np.inf]
    assert levers.legs["bribed_share"] == pytest.approx([0.25 * 0.6 + 0.75 * 0.2, 0.6, 0])
    assert levers.legs["bribe_usd"] == pytest.approx([0.25 * 50 + 0.75 * 10, 50, 0])


def test_a_quota_below_the_seats_stays() -> None:
    quota = {"measure": "quota", "leg": "trail", "persons_per_day": 3, "from": "2016-01-01"}
    one = scenario(smuggling_networks={"ring": RING}, policy=[quota])
    model = RouteModel(one, collect=False)
    model.step()
    assert model.levers.quota.tolist() == [3, 10, np.inf]


def test_the_data_collector_keeps_price_and_seats() -> None:
    short = {"start": "2016-01-01", "end": "2016-01-03"}
    model = RouteModel(scenario(smuggling_networks={"ring": RING}, period=short)).run()
    frame = model.datacollector.get_agenttype_vars_dataframe(Network)
    assert frame["price"].tolist() == [1, 1, 1]
    assert frame["seats"].tolist() == [30, 30, 30]
    assert set(frame["name"]) == {"ring"}
