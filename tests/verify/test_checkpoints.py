"""Checkpoints in a small world: coverage, identification, capacity, bribes, papers, turning back, dates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from .agreement import poisson_agreement
from .small_worlds import books_of, later, on, share_agrees

Plain = dict[str, Any]


def test_a_checkpoint_apprehends_coverage_times_identification() -> None:
    books = books_of()
    came = books.at("finished", "in").sum()
    share_agrees(books.at("inspected", "station").sum(), came, 0.5)
    share_agrees(books.at("apprehended", "station").sum(), came, 0.5 * 0.6)
    assert books.total("apprehended").sum() == books.total("identified").sum()


def test_a_strengthened_checkpoint_covers_more_from_the_first_to_the_last_day() -> None:
    measure: Plain = {
        "measure": "checkpoint",
        "strengthens": "post",
        "from": on(100),
        "until": on(299),
    }
    base, more = books_of(), books_of({**measure, "coverage_added": 0.2, "identification_added": 0.3})
    assert np.array_equal(base.at("finished", "in"), more.at("finished", "in"))
    came = more.at("finished", "in")
    inspected = more.at("inspected", "station")
    assert np.array_equal(inspected[:100], base.at("inspected", "station")[:100])
    assert np.array_equal(inspected[300:], base.at("inspected", "station")[300:])
    share_agrees(inspected[100:300].sum(), came[100:300].sum(), 0.7)
    share_agrees(more.at("identified", "station")[100:300].sum(), inspected[100:300].sum(), 0.9)
    # one draw serves both: who was inspected still is
    assert (inspected >= base.at("inspected", "station")).all()


def test_coverage_ramps_up_in_a_straight_line() -> None:
    measure: Plain = {
        "measure": "checkpoint",
        "strengthens": "post",
        "from": on(50),
        "ramp_days": 200,
    }
    books = books_of({**measure, "coverage_added": 0.4})
    came = books.at("finished", "in").sum(axis=1)
    inspected = books.at("inspected", "station").sum(axis=1)
    share = 0.5 + 0.4 * np.clip((np.arange(360) - 49) / 200, 0, 1)
    for first in range(0, 360, 60):
        days = slice(first, first + 60)
        expected = (share[days] * came[days]).sum() / came[days].sum()
        share_agrees(inspected[days].sum(), came[days].sum(), expected)


def test_an_opened_checkpoint_turns_people_back_as_often_as_they_try() -> None:
    opened: Plain = {
        "authority": "PAN",
        "leg": "out",
        "officers": 1000,
        "inspections_per_officer_day": 1000,
    }
    opened |= {"coverage": 0.5, "identification": 0.8, "then": "turn_back", "turn_back_days": 3}
    nobody = {"checkpoints": {"post": {"coverage": 0}}}
    books = books_of(
        {"measure": "checkpoint", "name": "wall", "opens": opened, "from": on(0)}, changes=[nobody]
    )
    finished, back = books.at("finished", "out"), books.at("turned_back", "out")
    share_agrees(back.sum(), finished.sum(), 0.4)
    # they are back at the station three days later and try again the same day
    came_back = books.at("entered", "station") - books.at("finished", "in")
    assert np.array_equal(came_back, later(back, 3))
    assert np.array_equal(books.at("started", "out"), books.at("entered", "station"))
    # of those who have tried before, the same share: luck is drawn anew on each visit
    assert np.array_equal(finished.sum(axis=0) - back.sum(axis=0), books.total("reached_border").sum(axis=0))
    days = np.arange(360)
    expected = np.zeros(360)
    for tries in range(60):
        first = later(books.at("finished", "in").sum(axis=1).astype(float), 2 + 5 * tries)
        expected += first * 0.4**tries * (days >= 0)
    cells = poisson_agreement({"finished": (finished.sum(axis=1), expected)})
    assert cells.agrees, cells


@pytest.mark.parametrize(("officers", "per_day"), [(2, 20.0), (2.5, 12.5)])
def test_officers_inspect_as_many_as_they_manage(officers: float, per_day: float) -> None:
    few = {"checkpoints": {"post": {"officers": officers, "inspections_per_officer_day": per_day / officers}}}
    inspected = books_of(changes=[few]).at("inspected", "station").sum(axis=1)[1:]
    assert inspected.max() <= np.ceil(per_day)
    assert abs(inspected.cumsum() - per_day * np.arange(1, 360)).max() <= 1


def test_a_bribe_lets_go_a_share_of_those_identified() -> None:
    books = books_of(changes=[{"checkpoints": {"post": {"bribe_share": 0.25, "bribe_usd": 50}}}])
    identified = books.at("identified", "station").sum()
    share_agrees(books.at("bribed", "station").sum(), identified, 0.25)
    assert books.at("bribed", "station").sum() + books.at("apprehended", "station").sum() == identified


def test_papers_decide_who_is_identified() -> None:
    papers = {"genuine_papers_share": 0.3, "forged_papers_share": 0.5}
    forged = {"post": {"coverage": 1, "identification": 0.8, "identification_forged": 0.2}}
    books = books_of(changes=[{"groups": {"one": papers}, "checkpoints": forged}])
    identified, inspected = (
        books.at("identified", "station").sum(axis=0),
        books.at("inspected", "station").sum(axis=0),
    )
    share_agrees(identified[0], inspected[0], 0.2 * 0.8 + 0.5 * 0.2)
    share_agrees(identified[1], inspected[1], 0.8)
