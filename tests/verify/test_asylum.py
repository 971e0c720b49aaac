"""Asylum in a small world: claims, decisions to the day, those who do not wait for them, what follows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from .agreement import poisson_agreement
from .small_worlds import books_of, geometric, later, on, share_agrees

Plain = dict[str, Any]
ASYLUM: Plain = {
    "measure": "asylum",
    "name": "office",
    "authority": "PAN",
    "place": "station",
    "decision_days": 10,
    "patience_days": 1e9,
    "recognised_share": 0.5,
    "settled_share": 0.4,
    "valid_days": 2,
    "from": on(0),
}
CLAIM: Plain = {"checkpoints": {"post": {"coverage": 0}}, "parameters": {"asylum_worth": 120}}
WALL: Plain = {"authority": "PAN", "leg": "out", "officers": 1000, "inspections_per_officer_day": 1000}
WALL |= {"coverage": 1, "identification": 1, "then": "turn_back"}
WALLED: Plain = {"measure": "checkpoint", "name": "wall", "opens": WALL, "from": on(0)}


def test_claims_are_decided_on_their_day_and_nobody_claims_twice() -> None:
    books = books_of(ASYLUM, changes=[CLAIM])
    claimed = books.at("claimed", "station")
    assert np.array_equal(claimed, books.at("finished", "in"))
    recognised, refused = books.at("recognised", "station"), books.at("refused", "station")
    assert np.array_equal(recognised + refused, later(claimed, 10))
    assert np.array_equal(
        books.at("stock_claiming", "station"), (claimed - later(claimed, 10)).cumsum(axis=0)
    )
    settled = books.at("settled", "station")
    share_agrees(recognised.sum(), (recognised + refused).sum(), 0.5)
    share_agrees(settled.sum(), recognised.sum(), 0.4)
    assert np.array_equal(books.total("stock_settled"), settled.cumsum(axis=0))
    # all others go on the same day
    assert np.array_equal(books.at("started", "out"), recognised + refused - settled)
    assert not books.total("abandoned").any()


@pytest.mark.parametrize("valid", [1, 2])
def test_who_is_recognised_and_goes_on_has_a_pass_and_who_is_refused_has_none(valid: int) -> None:
    books = books_of({**ASYLUM, "valid_days": valid}, WALLED, changes=[CLAIM])
    with_pass = books.at("recognised", "station") - books.at("settled", "station")
    through = later(with_pass, 2) if valid == 2 else np.zeros_like(with_pass)  # the leg takes two days
    assert np.array_equal(books.at("reached_border", "border"), through)
    assert np.array_equal(books.at("claimed", "station"), books.at("finished", "in"))
    assert books.at("turned_back", "out").sum() > books.at("refused", "station")[:340].sum()


def test_claims_are_abandoned_by_a_geometric_patience() -> None:
    books = books_of({**ASYLUM, "patience_days": 8}, changes=[CLAIM])
    claimed, abandoned = books.at("claimed", "station").sum(axis=1), books.at("abandoned", "station")
    chances = geometric(8, 9)  # on the tenth day the decision comes first
    expected = sum(later(claimed.astype(float), wait) * p for wait, p in enumerate(chances, start=1))
    found = poisson_agreement({"abandoned": (abandoned.sum(axis=1), expected)})
    assert found.agrees, found
    decided = books.at("recognised", "station") + books.at("refused", "station")
    share_agrees(decided.sum(), claimed[:350].sum(), (7 / 8) ** 9)
    share_agrees(books.at("recognised", "station").sum(), decided.sum(), 0.5)
    settled = books.at("settled", "station")
    assert np.array_equal(books.at("started", "out"), abandoned + decided - settled)
    assert np.array_equal(books.at("claimed", "station"), books.at("finished", "in"))


def test_an_office_is_for_its_groups_and_its_days_and_decides_what_it_was_asked() -> None:
    office = {**ASYLUM, "groups": ["two"], "from": on(50), "until": on(199)}
    books = books_of(office, changes=[CLAIM])
    claimed, came = books.at("claimed", "station"), books.at("finished", "in")
    assert not claimed[:, 0].any()
    assert np.array_equal(claimed[50:200, 1], came[50:200, 1])
    assert not claimed[:50].any()
    assert not claimed[200:].any()
    recognised, refused = books.at("recognised", "station"), books.at("refused", "station")
    assert np.array_equal(recognised + refused, later(claimed, 10))
    share_agrees(books.at("settled", "station").sum(), claimed.sum(), 0.2)
    assert recognised[200:210].sum() > 0.3 * claimed[190:200].sum()


def test_those_who_try_again_may_claim_again() -> None:
    home: Plain = {"reception": {"one": {"admitted": 0, "expelled": 0, "removed": 1}}}
    home["groups"] = {"one": {"retry_share": 1}}
    books = books_of(ASYLUM, changes=[CLAIM, home])
    assert books.total("tried_again").sum() > 5000
    assert np.array_equal(books.at("claimed", "station"), books.at("finished", "in"))


def test_a_claim_is_weighed_against_the_way_on() -> None:
    worth: Plain = {"asylum_worth": 2, "time_weight_per_day": 0.05}
    books = books_of(ASYLUM, changes=[CLAIM, {"parameters": worth}])
    claimed, came = books.at("claimed", "station").sum(), books.at("finished", "in").sum()
    # 2 x 0.5 - 0.05 x 10 for a claim; two days on the way for the leg
    share_agrees(claimed, came, 1 / (1 + np.exp(-0.05 * 2 - 0.5)))
