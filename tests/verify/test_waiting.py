"""Waiting outside a full centre, and for a seat home, in a small world."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from .agreement import poisson_agreement
from .small_worlds import EVERYONE, books_of, geometric, later, on, outcome, run_of, share_agrees

Plain = dict[str, Any]


def _full(beds: float, **more: Any) -> Plain:
    return {"detention_centres": {"centre": {"beds": beds, "when_full": "wait", **more}}}


def _admissions(asking: np.ndarray, beds: np.ndarray, limit: int) -> np.ndarray:
    """Who waits has the free beds first; nobody loses patience."""
    admitted, waiting = np.zeros(len(asking), dtype=np.int64), 0
    for day, new in enumerate(asking):
        free = max(0, beds[day] - admitted[max(0, day - limit + 1) : day].sum())
        admitted[day] = min(waiting + new, free)
        waiting += new - admitted[day]
    return admitted


def test_who_finds_a_full_centre_waits_outside_and_is_admitted_in_turn() -> None:
    more: Plain = {"measure": "detention", "centre": "centre", "beds_added": 3000, "from": on(200)}
    books = books_of(more, changes=[EVERYONE, _full(1200), {"parameters": {"patience_days": 1e9}}])
    asking = books.at("apprehended", "station")
    assert np.array_equal(asking, books.at("finished", "in"))
    beds = np.where(np.arange(360) < 200, 1200, 4200)
    admitted = books.at("admitted", "station")
    assert np.array_equal(admitted.sum(axis=1), _admissions(asking.sum(axis=1), beds, 20))
    waiting = (asking - admitted).cumsum(axis=0)
    assert waiting.sum(axis=1).max() > 5000
    assert waiting[-1].sum() == 0
    assert np.array_equal(books.at("stock_queued", "station"), waiting)
    assert books.at("turned_away", "station").sum() > 5000
    assert books.at("stock_detained", "station").sum(axis=1).max() <= 4200
    # first come, first served: of each group, who had come by the day that is being served
    came, served = asking.cumsum(axis=0), admitted.cumsum(axis=0)
    total = came.sum(axis=1)
    for day in range(360):
        turn = int(np.searchsorted(total, served[day].sum(), side="left"))
        assert (served[day] <= came[turn]).all()
        assert (served[day] >= (came[turn - 1] if turn else 0)).all()
    # each is held to the limit from admission on, not from apprehension on
    assert np.array_equal(books.at("released", "station"), later(admitted, 20))


def test_a_party_that_does_not_fit_lets_nobody_pass() -> None:
    threes: Plain = {"groups": {"one": {"party_size": {3: 1.0}}}}
    books = books_of(changes=[EVERYONE, _full(100), threes])
    held = books.at("stock_detained", "station").sum(axis=1)
    assert held.max() <= 100
    assert held[60:].min() >= 98


def test_patience_outside_a_centre_is_geometric_and_then_people_go_on() -> None:
    books = books_of(changes=[EVERYONE, _full(0), {"parameters": {"patience_days": 10}}])
    came, out = books.at("apprehended", "station").sum(axis=1), books.at("started", "out").sum(axis=1)
    expected = sum(later(came.astype(float), n) * p for n, p in enumerate(geometric(10, 359), start=1))
    found = poisson_agreement({"out": (out, expected)})
    assert found.agrees, found
    assert np.array_equal(books.at("turned_away", "station").sum(axis=1), came)
    assert not books.total("admitted").any()
    assert np.array_equal(books.at("stock_queued", "station").sum(axis=1), (came - out).cumsum())


def test_days_outside_count_as_queued_and_not_as_detained() -> None:
    books, run = run_of(changes=[EVERYONE, _full(1200)])
    assert outcome(run, "queued_person_days", "PAN") == books.at("stock_queued", "station").sum()
    assert outcome(run, "detained_person_days") == books.at("stock_detained", "station").sum()


HOME: Plain = {
    "authorities": {"PAN": {"removal_share": {"one": 1, "two": 1}, "removal_days": 1, "removal_usd": 900}}
}


@pytest.mark.parametrize("seats", [30, 12.5])
def test_at_most_so_many_a_day_are_removed_and_the_others_leave_at_their_limit(seats: float) -> None:
    law: Plain = {"authorities": {"PAN": {"removal_seats_per_day": seats}}}
    books, run = run_of(changes=[EVERYONE, HOME, law])
    admitted = books.at("admitted", "station").sum(axis=1)
    removed, released = (books.at(m, "station").sum(axis=1) for m in ("removed", "released"))
    # the first are admitted on day 1 and ask on day 2; some always wait from then on
    assert np.array_equal(removed.cumsum()[2:], np.floor(seats * np.arange(1, 359)))
    assert outcome(run, "removal_cost") == 900 * removed.sum()
    # who was admitted on a day is out 20 days later, and who is released was held to the limit
    gone = (removed + released).cumsum()
    assert (gone >= later(admitted.cumsum(), 20)).all()
    assert (released <= later(admitted, 20)).all()
    assert (released.cumsum()[20:] >= later(admitted.cumsum(), 20)[20:] - removed.cumsum()[20:]).all()
    # a seat goes to nobody in particular
    share = removed.sum() / admitted.sum()
    by_group = books.at("removed", "station").sum(axis=0)
    share_agrees(by_group[0], books.at("admitted", "station")[:, 0].sum(), share)


def test_seats_for_everyone_are_as_no_limit() -> None:
    law: Plain = {"authorities": {"PAN": {"removal_seats_per_day": 1e6}}}
    one, other = (run_of(changes=[EVERYONE, HOME, *more])[1] for more in ([], [law]))
    assert one.counts.equals(other.counts)


def test_an_agreement_may_bring_seats() -> None:
    agreement: Plain = {
        "measure": "removal_agreement",
        "authority": "PAN",
        "groups": ["one"],
        "removal_share": 1,
        "removal_days": 1,
        "removal_seats_per_day": 25,
        "from": on(100),
        "until": on(249),
    }
    removed = books_of(agreement, changes=[EVERYONE]).at("removed", "station")
    assert not removed[:, 1].any()
    assert (removed[100:250, 0] == 25).all()
    assert not removed[:100].any()
    assert not removed[250:].any()


def test_an_idle_day_leaves_no_seats_to_a_later_one() -> None:
    # few come: seats are short on no day on average, yet never more than the day's are taken
    law: Plain = {"authorities": {"PAN": {"removal_seats_per_day": 110}}}
    removed = books_of(changes=[EVERYONE, HOME, law]).at("removed", "station").sum(axis=1)
    assert removed.max() == 110
