"""Extortion, bribes and what networks pay, and controls against them, in a small world."""

from __future__ import annotations

from typing import Any

import numpy as np

from .small_worlds import EVERYONE, books_of, on, outcome, run_of, share_agrees

Plain = dict[str, Any]
SINCE = {"checkpoints": ["post"], "from": on(100), "until": on(249)}
PAID = {"checkpoints": {"post": {"bribe_share": 0.5, "bribe_usd": 40}}}
EXTORTION = {"checkpoints": {"post": {"extortion_share": 0.4, "extortion_usd": 30}}}


def _phases() -> tuple[slice, slice, slice]:
    return slice(0, 100), slice(100, 250), slice(250, 360)


def test_a_share_of_those_inspected_must_pay_and_goes_on_as_the_others() -> None:
    none, (books, run) = books_of(), run_of(changes=[EXTORTION])
    extorted, inspected = books.at("extorted", "station"), books.at("inspected", "station")
    share_agrees(extorted.sum(), inspected.sum(), 0.4)
    assert outcome(run, "lost_to_extortion") == 30 * extorted.sum()
    assert outcome(run, "extorted", "PAN") == extorted.sum()
    for measure in ("inspected", "identified", "started", "admitted"):
        assert np.array_equal(books.of(measure), none.of(measure)), measure


def test_nobody_pays_more_than_the_party_has() -> None:
    much = {"checkpoints": {"post": {"extortion_share": 1, "extortion_usd": 600}}}
    threes = {"groups": {"one": {"party_size": {3: 1.0}, "funds_usd": 500}}}
    books, run = run_of(changes=[much, threes])
    extorted = books.at("extorted", "station").sum(axis=0)
    assert outcome(run, "lost_to_extortion", group="one") == 500 * extorted[0]
    assert outcome(run, "lost_to_extortion", group="two") == 600 * extorted[1]


def test_controls_lower_extortion_and_bribes_on_their_days() -> None:
    controls: Plain = {"measure": "anti_corruption", "bribes_times": 0.3, "extortion_times": 0.25, **SINCE}
    books = books_of(controls, changes=[EVERYONE, EXTORTION, PAID])
    bribed, identified = books.at("bribed", "station"), books.at("identified", "station")
    extorted, inspected = books.at("extorted", "station"), books.at("inspected", "station")
    for days, times in zip(_phases(), (1, 0.3, 1), strict=True):
        share_agrees(bribed[days].sum(), identified[days].sum(), 0.5 * times)
    for days, times in zip(_phases(), (1, 0.25, 1), strict=True):
        share_agrees(extorted[days].sum(), inspected[days].sum(), 0.4 * times)


def test_controls_that_make_things_worse_stop_at_everyone() -> None:
    worse: Plain = {"measure": "anti_corruption", "bribes_times": 3, "extortion_times": 5, **SINCE}
    books = books_of(worse, changes=[EVERYONE, EXTORTION, PAID])
    days = _phases()[1]
    assert np.array_equal(books.at("bribed", "station")[days], books.at("identified", "station")[days])
    assert np.array_equal(books.at("extorted", "station")[days], books.at("inspected", "station")[days])


def test_a_network_pays_for_its_clients_and_controls_lower_that() -> None:
    ring = {"label": "Ring", "seats_per_day": {"in": 1e6}, "bribed_share": 0.8, "bribe_usd": 70}
    clients: Plain = {"smuggling_networks": {"ring": ring}, "groups": {"one": {"smuggler_share": 0.6}}}
    controls: Plain = {"measure": "anti_corruption", "bribes_times": 0.5, **SINCE}
    books, run = run_of(controls, changes=[EVERYONE, clients])
    bribed, identified = books.at("bribed", "station"), books.at("identified", "station")
    assert not bribed[:, 1].any()
    for days, times in zip(_phases(), (1, 0.5, 1), strict=True):
        share_agrees(bribed[days, 0].sum(), identified[days, 0].sum(), 0.6 * 0.8 * times)
    assert outcome(run, "bribes_by_networks") == 70 * bribed.sum()
    assert outcome(run, "bribes") == 0
    # who is let go is not held, and is not met a second time
    assert np.array_equal(books.at("admitted", "station"), identified - bribed)


def test_who_is_not_let_go_for_the_network_may_still_pay_alone() -> None:
    ring = {"label": "Ring", "seats_per_day": {"in": 1e6}, "bribed_share": 0.4, "bribe_usd": 70}
    clients: Plain = {"smuggling_networks": {"ring": ring}, "groups": {"one": {"smuggler_share": 1}}}
    books, run = run_of(changes=[EVERYONE, clients, PAID])
    bribed, identified = (books.at(m, "station").sum(axis=0) for m in ("bribed", "identified"))
    share_agrees(bribed[0], identified[0], 0.4 + 0.6 * 0.5)
    share_agrees(bribed[1], identified[1], 0.5)
    alone = bribed[1] + outcome(run, "bribes", group="one") / 40
    assert outcome(run, "bribes") == 40 * alone
    assert outcome(run, "bribes_by_networks") == 70 * (bribed.sum() - alone)


def test_a_network_elsewhere_protects_nobody_here() -> None:
    ring = {"label": "Ring", "seats_per_day": {"out": 1e6}, "bribed_share": 1, "bribe_usd": 70}
    clients: Plain = {"smuggling_networks": {"ring": ring}, "groups": {"one": {"smuggler_share": 1}}}
    assert not books_of(changes=[EVERYONE, clients]).total("bribed").any()
