"""Exit passes, closures, quotas and reception in a small world: direction, size, first and last day."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from .agreement import poisson_agreement
from .small_worlds import EVERYONE, books_of, later, on, share_agrees

Plain = dict[str, Any]


def _wall(coverage: float = 1.0) -> Plain:
    wall: Plain = {
        "authority": "PAN",
        "leg": "out",
        "officers": 1000,
        "inspections_per_officer_day": 1000,
    }
    wall |= {"coverage": coverage, "identification": 1, "then": "turn_back"}
    return {"measure": "checkpoint", "name": "wall", "opens": wall, "from": on(0)}


@pytest.mark.parametrize(("valid", "through"), [(1, False), (2, True)])
def test_a_pass_on_release_protects_up_to_its_last_day(valid: int, through: bool) -> None:
    # the leg takes two days: a pass of two days just holds
    books = books_of(_wall(), changes=[EVERYONE, {"authorities": {"PAN": {"release_pass_days": valid}}}])
    finished, back = books.at("finished", "out"), books.at("turned_back", "out")
    assert finished.sum() > 10_000
    assert np.array_equal(back, np.zeros_like(back) if through else finished)
    assert np.array_equal(books.at("identified", "out"), finished)


def test_an_exit_pass_counter_serves_so_many_a_day_and_protects() -> None:
    nobody = {"checkpoints": {"post": {"coverage": 0}}, "parameters": {"present_worth": 60}}
    counter: Plain = {
        "measure": "exit_pass",
        "name": "counter",
        "authority": "PAN",
        "place": "station",
    }
    counter |= {"passes_per_day": 70, "processing_days": 4, "valid_days": 2, "from": on(0)}
    books = books_of(counter, _wall(), changes=[nobody])
    presented = books.at("presented", "station").sum(axis=1)
    assert (presented[2:] == 70).all()  # 100 a day come to the counter
    queued = books.at("finished", "in").sum(axis=1).cumsum() - presented.cumsum()
    in_process = sum(later(presented, days) for days in range(4))
    assert np.array_equal(books.at("stock_queued", "station").sum(axis=1), queued + in_process)
    assert np.array_equal(books.at("started", "out").sum(axis=1), later(presented, 4))
    assert not books.at("turned_back", "out").any()


def test_a_counter_that_closes_serves_by_its_rules_whoever_came_before() -> None:
    nobody = {"checkpoints": {"post": {"coverage": 0}}, "parameters": {"present_worth": 60}}
    counter: Plain = {"measure": "exit_pass", "authority": "PAN", "place": "station", "until": on(99)}
    counter |= {"passes_per_day": 70, "processing_days": 4, "valid_days": 2, "from": on(0)}
    books = books_of(counter, _wall(), changes=[nobody])
    came = books.at("finished", "in").sum(axis=1)
    presented = books.at("presented", "station").sum(axis=1)
    assert (presented[2:100] == 70).all()
    assert not presented[100:].any()
    # those who were being served have a pass; those who waited outside and those who come later have none
    without = came * (np.arange(books.days) >= 100)
    without[100] += came[:100].sum() - presented.sum()
    turned_back = books.at("turned_back", "out").sum(axis=1)
    assert np.array_equal(turned_back[:103], later(without, 2)[:103])  # then the first try again


def test_a_pass_is_granted_to_a_share() -> None:
    nobody = {"checkpoints": {"post": {"coverage": 0}}, "parameters": {"present_worth": 0}}
    counter: Plain = {
        "measure": "exit_pass",
        "name": "counter",
        "authority": "PAN",
        "place": "station",
        "groups": ["one"],
    }
    counter |= {
        "passes_per_day": 1e6,
        "processing_days": 1,
        "valid_days": 2,
        "granted_share": 0.7,
        "from": on(0),
    }
    books = books_of(counter, _wall(), changes=[nobody])
    # half of those without a pass present themselves (both options are worth 0)
    presented = books.at("presented", "station")
    assert not presented[:, 1].any()
    chose = books.at("presented", "station")[:, 0] + books.at("started", "out")[:, 0]
    with_pass = books.at("finished", "out")[:, 0] - books.at("turned_back", "out")[:, 0]
    share_agrees(presented[:, 0].sum(), chose.sum() - with_pass.sum(), 0.5)
    share_agrees(with_pass[3:].sum(), presented[:-3, 0].sum(), 0.7)


def test_a_pass_granted_at_one_counter_tells_nothing_about_the_next() -> None:
    # Who has no pass of the first counter is held for good at the wall behind it; of those who come
    # through, the second counter gives its pass to a half, as of anyone.
    place = {"label": "Second", "country": "CRI", "lat": 10.0, "lon": -84.0}
    changes: Plain = {
        "places": {"second": place},
        "legs": {
            "out": {"to": "second"},
            "last": {"from": "second", "to": "border", "mode": "bus", "travel_days": {"table": {1: 1.0}}},
        },
        "authorities": {"CRI": {"label": "Other authority"}},
        "checkpoints": {
            "post": {"place": None, "leg": "out", "coverage": 1, "identification": 1},
            "end": {**_wall()["opens"], "authority": "CRI", "leg": "last"},
        },
        "detention_centres": {"centre": {"limit_days": 5000}},
        "parameters": {"present_worth": 0},
    }
    counter: Plain = {"measure": "exit_pass", "passes_per_day": 1e6, "processing_days": 1, "valid_days": 3}
    counter |= {"granted_share": 0.5, "from": on(0)}
    one = {**counter, "name": "one", "authority": "PAN", "place": "station"}
    two = {**counter, "name": "two", "authority": "CRI", "place": "second"}
    books = books_of(one, two, changes=[changes])
    through = books.at("finished", "last") - books.at("turned_back", "last")
    share_agrees(through[2:].sum(), books.at("presented", "second")[:-2].sum(), 0.5)


def test_a_closure_stops_its_groups_on_its_days_only() -> None:
    detour = {
        "from": "station",
        "to": "border",
        "mode": "foot",
        "preference": -40,
        "travel_days": {"table": {5: 1.0}},
    }
    closure: Plain = {
        "measure": "border_closure",
        "legs": ["out"],
        "groups": ["one"],
        "from": on(100),
        "until": on(149),
    }
    nobody = {"checkpoints": {"post": {"coverage": 0}}}
    books = books_of(closure, changes=[nobody, {"legs": {"detour": detour}}])
    out, round_about = books.at("started", "out"), books.at("started", "detour")
    came = books.at("finished", "in")
    shut = np.zeros((360, 2), dtype=bool)
    shut[100:150, 0] = True
    assert np.array_equal(out, np.where(shut, 0, came))
    assert np.array_equal(round_about, np.where(shut, came, 0))


def test_a_closure_sends_those_who_queue_back_to_choose() -> None:
    detour = {
        "from": "station",
        "to": "border",
        "mode": "foot",
        "preference": -40,
        "travel_days": {"table": {5: 1.0}},
    }
    legs = {"legs": {"detour": detour, "out": {"persons_per_day": 70}}}
    closure: Plain = {
        "measure": "border_closure",
        "legs": ["out"],
        "groups": ["one"],
        "from": on(100),
        "until": on(149),
    }
    books = books_of(closure, changes=[{"checkpoints": {"post": {"coverage": 0}}}, legs])
    queued = books.at("stock_queued", "station")
    assert queued[99].min() > 500
    round_about = books.at("started", "detour")
    assert round_about[100, 0] == queued[99, 0] + books.at("finished", "in")[100, 0]
    assert not queued[100:150, 0].any()
    assert not round_about[:, 1].any()
    assert (books.at("started", "out")[100:110, 1] == 70).all()  # the others move up


def test_a_closure_without_another_way_only_delays() -> None:
    closure: Plain = {
        "measure": "border_closure",
        "legs": ["out"],
        "from": on(100),
        "until": on(149),
    }
    patience = {"checkpoints": {"post": {"coverage": 0}}, "parameters": {"patience_days": 5}}
    books = books_of(closure, changes=[patience])
    waiting = books.at("stock_at_place", "station").sum(axis=1)
    came = books.at("finished", "in").sum(axis=1)
    assert waiting[149] == came[100:150].sum()
    assert waiting[149 + 60] == 0
    assert books.at("started", "out").sum() == came.sum()


def test_a_quota_measure_holds_on_its_days_and_its_queue_leaves_at_once_after_it() -> None:
    quota = {"measure": "quota", "leg": "out", "persons_per_day": 70, "from": on(100), "until": on(149)}
    books = books_of(quota, changes=[{"checkpoints": {"post": {"coverage": 0}}}])
    came = books.at("finished", "in").sum(axis=1)
    out = books.at("started", "out").sum(axis=1)
    assert np.array_equal(out[:100], came[:100])
    assert (out[103:150] == 70).all()
    assert out[150] == books.at("stock_queued", "station")[149].sum() + came[150]
    assert np.array_equal(out[151:], came[151:])


def test_reception_shares_and_those_expelled_come_again() -> None:
    border = {"reception": {"one": {"admitted": 0.5, "expelled": 0.3, "removed": 0.2}}}
    books = books_of(changes=[{"checkpoints": {"post": {"coverage": 0}}}, border])
    reached = books.at("reached_border", "border")
    share_agrees(books.at("expelled", "border")[:, 0].sum(), reached[:, 0].sum(), 0.3)
    share_agrees(books.at("removed", "border")[:, 0].sum(), reached[:, 0].sum(), 0.2)
    assert np.array_equal(books.total("stock_arrived")[:, 1], reached[:, 1].cumsum())
    # back at the border two days after an expulsion: a day at the camp, a day on the leg
    first = later(books.at("finished", "in")[:, 0].astype(float), 2)
    expected = sum(later(first, 2 * times) * 0.3**times for times in range(40))
    found = poisson_agreement({"reached": (reached[:, 0], expected)})
    assert found.agrees, found


def test_a_reception_measure_changes_what_awaits_from_its_day() -> None:
    change: Plain = {"measure": "reception", "groups": ["two"], "from": on(180)}
    change |= {"reception": {"admitted": 0.1, "expelled": 0, "removed": 0.9}}
    books = books_of(change, changes=[{"checkpoints": {"post": {"coverage": 0}}}])
    removed, reached = books.at("removed", "border"), books.at("reached_border", "border")
    assert not removed[:180].any()
    assert not removed[:, 0].any()
    share_agrees(removed[180:, 1].sum(), reached[180:, 1].sum(), 0.9)
