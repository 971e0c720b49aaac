"""Detention and removal in a small world: limits, beds, rules for a full centre, who is sent home."""

from __future__ import annotations

from typing import Any

import numpy as np

from .agreement import poisson_agreement
from .small_worlds import EVERYONE, books_of, geometric, later, on, share_agrees

Plain = dict[str, Any]


def test_everyone_is_held_to_the_limit() -> None:
    books = books_of(changes=[EVERYONE])
    admitted = books.at("admitted", "station")
    assert np.array_equal(admitted, books.at("finished", "in"))
    assert np.array_equal(books.at("released", "station"), later(admitted, 20))
    assert np.array_equal(books.at("started", "out"), later(admitted, 20))
    assert np.array_equal(
        books.at("stock_detained", "station"), (admitted - later(admitted, 20)).cumsum(axis=0)
    )


def test_a_shorter_limit_lets_go_at_once_those_held_longer() -> None:
    measure: Plain = {
        "measure": "detention",
        "centre": "centre",
        "limit_days": 8,
        "from": on(100),
        "until": on(199),
    }
    books = books_of(measure, changes=[EVERYONE])
    admitted = books.at("admitted", "station").sum(axis=1)
    released = books.at("released", "station").sum(axis=1)
    assert np.array_equal(released[:100], later(admitted, 20)[:100])
    assert released[100] == admitted[80:93].sum()
    assert np.array_equal(released[101:200], admitted[93:192])
    # from day 200 the old limit holds again for those still held
    assert not released[200:212].any()
    assert np.array_equal(released[212:], admitted[192:340])


def test_a_longer_limit_keeps_those_held() -> None:
    measure: Plain = {"measure": "detention", "centre": "centre", "limit_days": 50, "from": on(100)}
    books = books_of(measure, changes=[EVERYONE])
    admitted = books.at("admitted", "station").sum(axis=1)
    released = books.at("released", "station").sum(axis=1)
    assert np.array_equal(released[:100], later(admitted, 20)[:100])
    assert not released[100:130].any()
    assert np.array_equal(released[130:], admitted[80:310])


def test_parties_with_minors_have_their_own_limit() -> None:
    families = {"groups": {"one": {"party_size": {3: 1.0}, "minors_share": 1}}}
    shorter = {"detention_centres": {"centre": {"limit_minors_days": 6}}}
    books = books_of(changes=[EVERYONE, families, shorter])
    admitted, released = books.at("admitted", "station"), books.at("released", "station")
    assert np.array_equal(released[:, 0], later(admitted[:, 0], 6))
    assert np.array_equal(released[:, 1], later(admitted[:, 1], 20))


def _expected_admissions(asking: np.ndarray, beds: np.ndarray, limit: int) -> np.ndarray:
    """Who gets a bed by day: beds of those admitted ``limit`` days ago fall free first."""
    admitted = np.zeros(len(asking), dtype=np.int64)
    for day in range(len(asking)):
        held = admitted[max(0, day - limit + 1) : day].sum()
        admitted[day] = min(asking[day], max(0, beds[day] - held))
    return admitted


def test_a_full_centre_lets_go_and_beds_added_fill_at_once() -> None:
    few = {"detention_centres": {"centre": {"beds": 700}}}
    measure: Plain = {
        "measure": "detention",
        "centre": "centre",
        "beds_added": 300,
        "beds_times": 2,
        "from": on(150),
    }
    books = books_of({**measure, "until": on(249)}, changes=[EVERYONE, few])
    asking = books.at("apprehended", "station").sum(axis=1)
    beds = np.full(360, 700)
    beds[150:250] = 700 * 2 + 300
    admitted = _expected_admissions(asking, beds, 20)
    assert np.array_equal(books.at("admitted", "station").sum(axis=1), admitted)
    assert np.array_equal(books.at("turned_away", "station").sum(axis=1), asking - admitted)
    # who is turned away goes on the same day
    assert np.array_equal(
        books.at("started", "out"), books.at("turned_away", "station") + books.at("released", "station")
    )


def test_a_crowded_centre_takes_more_than_its_beds() -> None:
    crowd = {"detention_centres": {"centre": {"beds": 700, "when_full": "crowd", "crowding": 1.5}}}
    books = books_of(changes=[EVERYONE, crowd])
    asking = books.at("apprehended", "station").sum(axis=1)
    assert np.array_equal(
        books.at("admitted", "station").sum(axis=1), _expected_admissions(asking, np.full(360, 1050), 20)
    )
    assert books.at("stock_detained", "station").sum(axis=1).max() == 1050


def test_a_full_centre_transfers_to_another() -> None:
    second = {"label": "Second", "authority": "PAN", "place": "camp", "beds": 300, "limit_days": 10}
    two: Plain = {
        "detention_centres": {"centre": {"beds": 700, "when_full": "transfer", "transfer_to": "second"}}
    }
    two["detention_centres"]["second"] = second
    books = books_of(changes=[EVERYONE, two])
    asking = books.at("apprehended", "station").sum(axis=1)
    first = _expected_admissions(asking, np.full(360, 700), 20)
    other = _expected_admissions(asking - first, np.full(360, 300), 10)
    assert other.sum() > 0
    assert np.array_equal(books.at("admitted", "station").sum(axis=1), first)
    assert np.array_equal(books.at("admitted", "camp").sum(axis=1), other)
    assert np.array_equal(books.total("turned_away").sum(axis=1), asking - first - other)
    # who is let go there goes on from there
    assert np.array_equal(books.at("started", "again"), books.at("released", "camp"))


def test_a_full_centre_may_not_apprehend() -> None:
    rule = {"detention_centres": {"centre": {"beds": 700, "when_full": "not_apprehend"}}}
    books = books_of(changes=[EVERYONE, rule])
    identified = books.at("identified", "station").sum(axis=1)
    admitted = books.at("admitted", "station").sum(axis=1)
    assert np.array_equal(admitted, _expected_admissions(identified, np.full(360, 700), 20))
    assert np.array_equal(books.at("apprehended", "station").sum(axis=1), admitted)
    assert admitted.sum() < identified.sum()


def test_who_has_no_bed_is_nobody_in_particular() -> None:
    few = {"detention_centres": {"centre": {"beds": 700}}}
    books = books_of(changes=[EVERYONE, few])
    asking, admitted = books.at("apprehended", "station")[40:], books.at("admitted", "station")[40:]
    share = admitted.sum() / asking.sum()
    share_agrees(admitted[:, 0].sum(), asking[:, 0].sum(), share)


def _removals(admitted: np.ndarray, share: float, mean: float, limit: int, first_day: int = 0) -> np.ndarray:
    """Expected removals by day of those held to ``limit``; removal is possible from ``first_day`` on."""
    expected = np.zeros(len(admitted))
    for day, persons in enumerate(admitted):
        if day + limit < first_day:
            continue
        for wait, chance in enumerate(geometric(mean, limit), start=1):
            ends = max(day + wait, first_day)
            if ends < len(expected):
                expected[ends] += persons * share * chance
    return expected


def test_a_share_is_removed_after_a_wait() -> None:
    law = {"authorities": {"PAN": {"removal_share": {"one": 0.4}, "removal_days": 12}}}
    books = books_of(changes=[EVERYONE, law])
    admitted, removed = books.at("admitted", "station"), books.at("removed", "station")
    assert not removed[:, 1].any()
    found = poisson_agreement({"removed": (removed[:, 0], _removals(admitted[:, 0], 0.4, 12, 20))})
    assert found.agrees, found
    # the others are held to the limit
    reach = geometric(12, 20).sum() * 0.4
    share_agrees(books.at("released", "station")[:, 0].sum(), admitted[:340, 0].sum(), 1 - reach)
    assert np.array_equal(books.total("stock_removed").sum(axis=1), removed.sum(axis=1).cumsum())


def test_a_removal_agreement_holds_for_those_already_detained() -> None:
    agreement: Plain = {
        "measure": "removal_agreement",
        "authority": "PAN",
        "groups": ["two"],
        "removal_share": 0.5,
    }
    books = books_of({**agreement, "removal_days": 6, "from": on(150)}, changes=[EVERYONE])
    admitted, removed = books.at("admitted", "station"), books.at("removed", "station")
    assert not removed[:150].any()
    assert not removed[:, 0].any()
    expected = _removals(admitted[:, 1], 0.5, 6, 20, first_day=150)
    assert expected[150] > 150  # those whose wait would have been over by now
    found = poisson_agreement({"removed": (removed[:, 1], expected)})
    assert found.agrees, found


def test_some_of_those_removed_try_again() -> None:
    law = {"authorities": {"PAN": {"removal_share": {"one": 1.0}, "removal_days": 1}}}
    books = books_of(changes=[EVERYONE, law, {"groups": {"one": {"retry_share": 0.5}}}])
    removed, again = books.at("removed", "station")[:, 0], books.total("tried_again")[:, 0]
    expected = np.zeros(360)
    for day, persons in enumerate(removed):
        waits = geometric(10, 360)
        expected[day + 1 :] += 0.5 * persons * waits[: 359 - day]
    found = poisson_agreement({"tried_again": (again, expected)})
    assert found.agrees, found
    stock = books.total("stock_removed")[:, 0]
    assert np.array_equal(stock, removed.cumsum() - again.cumsum())
