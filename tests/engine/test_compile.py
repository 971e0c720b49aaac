"""The compiled world against the scenario it comes from."""

from __future__ import annotations

import numpy as np
import pytest

from actors.worlds import scenario
from darien.engine.compile import compile_world, mean_travel_days, onward, travel_table
from darien.engine.people import departure_rates
from darien.scenario.world import TravelDays


def test_a_triangle_is_cut_into_whole_days() -> None:
    table = travel_table(TravelDays(min=2, mode=4, max=9))
    assert len(table) == 9
    assert table.sum() == pytest.approx(1)
    assert table[0] == 0
    assert table.argmax() + 1 == 4
    assert (table[1:] > 0).all()
    assert travel_table(TravelDays(min=3, mode=3, max=3)).tolist() == [0, 0, 1]


def test_a_table_is_taken_as_it_stands() -> None:
    assert travel_table(TravelDays(table={1: 0.25, 3: 0.75})).tolist() == [0.25, 0, 0.75]


def test_onward_is_the_cheapest_way_ahead() -> None:
    one = scenario()
    cost, usd = onward(one)
    bus = 3 * 150 / 2500 + 0.05 * mean_travel_days(one.legs["bus"])
    ways = {
        name: 3 * one.legs[name].price_usd.value / 2500 + 0.05 * mean_travel_days(one.legs[name])
        for name in ("trail", "boat")
    }
    assert cost[0].tolist() == pytest.approx([bus + min(ways.values()), bus, 0])
    assert usd[0].tolist() == pytest.approx([150 + (200 if ways["trail"] < ways["boat"] else 350), 150, 0])


def test_places_know_their_nests_and_checkpoints() -> None:
    world, at = compile_world(scenario())
    south, middle = world.places[at.places.index("south")], world.places[at.places.index("middle")]
    assert south["last_nest"] - south["first_nest"] == 1
    nest = world.nests[south["first_nest"]]
    legs = world.nest_legs[nest["first_leg"] : nest["last_leg"]]
    assert [at.legs[leg] for leg in legs] == ["trail", "boat"]
    assert middle["last_checkpoint"] - middle["first_checkpoint"] == 1


def test_parties_depart_at_the_rate_in_persons() -> None:
    world, _ = compile_world(scenario(persons_per_migrant={"cuba": 5}))
    mean_party = 0.7 + 2 * 0.2 + 4 * 0.1
    departing = world.departing["candidates_mean"] * world.departing["share"]
    assert departing[0] == pytest.approx(30 / mean_party / 5)
    assert departing[1] == pytest.approx(15)


def test_departures_above_their_headroom_are_an_error_that_says_what_to_do() -> None:
    few = scenario(departures={"persons_per_day": {"cuba": 30, "haiti": 15}, "times": {"cuba": 1.4}})
    reference, present = departure_rates(few)
    assert present[0, 0] == pytest.approx(1.4 * reference[0, 0])
    with pytest.raises(ValueError, match=r"headroom to at least 1\.6"):
        scenario(departures={"persons_per_day": {"cuba": 30, "haiti": 15}, "times": {"cuba": 1.6}})


def test_recorded_periods_end_with_weeks_months_and_the_period() -> None:
    for every, ends in (("day", 182), ("week", 26 + 1), ("month", 6)):
        world, _ = compile_world(scenario(record_every=every))
        assert world.dates["period_end"].sum() == ends
        assert world.dates["period_end"][-1] == 1


def test_dated_entries_take_over_from_their_date() -> None:
    groups = {
        "cuba": {
            "label": "Cuba",
            "nationalities": ["Cuba"],
            "funds_usd": 100,
            "entries": [{"shares": {"south": 1}}, {"from": "2016-02-01", "shares": {"middle": 1}}],
        }
    }
    world, at = compile_world(scenario(groups=groups))
    first = world.entries["place"][world.departing["first_entry"][0]]
    assert [at.places[p] for p in first[[30, 31]]] == ["south", "middle"]
    assert np.all(world.departing["last_entry"][0] - world.departing["first_entry"][0] == 1)
