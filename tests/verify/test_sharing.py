"""Information sharing: who is enrolled, and what it changes at a partner's checkpoint and counter.

Group one is held at the first post and released; group two enters behind it and is known to nobody. Both then
come to a second country.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from .books import Books
from .small_worlds import books_of, later, on, share_agrees

Plain = dict[str, Any]
POST = {"officers": 1000, "inspections_per_officer_day": 1000, "coverage": 1, "identification": 1}
WORLD: Plain = {
    "places": {
        "second": {"label": "Second", "country": "CRI", "lat": 10.0, "lon": -84.0},
        "third": {"label": "Third", "country": "NIC", "lat": 12.0, "lon": -86.0},
    },
    "legs": {
        "out": {"to": "second"},
        "onward": {"from": "second", "to": "third", "mode": "bus", "travel_days": {"table": {1: 1.0}}},
        "last": {"from": "third", "to": "border", "mode": "bus", "travel_days": {"table": {1: 1.0}}},
    },
    "groups": {"two": {"entries": [{"shares": {"station": 1.0}}]}},
    "authorities": {"CRI": {"label": "Second"}, "NIC": {"label": "Third"}},
    "checkpoints": {
        "post": {"coverage": 1, "identification": 1},
        "partner": {
            **POST,
            "authority": "CRI",
            "place": "second",
            "identification": 0.1,
            "detention": "cells",
        },
        "far": {**POST, "authority": "NIC", "leg": "last", "identification": 0.2, "detention": "cells_far"},
    },
    "detention_centres": {
        "cells": {"label": "Cells", "authority": "CRI", "place": "second", "beds": 1e6, "limit_days": 5},
        "cells_far": {"label": "Far", "authority": "NIC", "place": "third", "beds": 1e6, "limit_days": 500},
    },
}
SHARING: Plain = {
    "measure": "information_sharing",
    "enrolled_by": ["PAN"],
    "recognised_by": ["CRI"],
    "identification": 0.7,
    "from": on(0),
}


def _identified(books: Books, where: str = "second") -> list[tuple[int, int]]:
    identified, inspected = (
        books.at("identified", where).sum(axis=0),
        books.at("inspected", where).sum(axis=0),
    )
    return [(int(part), int(whole)) for part, whole in zip(identified, inspected, strict=True)]


def test_the_enrolled_are_identified_at_a_partners_checkpoint() -> None:
    one, two = _identified(books_of(SHARING, changes=[WORLD]))
    share_agrees(*one, 0.7)
    share_agrees(*two, 0.1)


@pytest.mark.parametrize(
    "changed",
    [{"enrolled_by": ["NIC"]}, {"recognised_by": ["PAN"]}, {"from": on(359)}, {"identification": 0}],
)
def test_only_those_enrolled_by_one_of_the_exchange_and_only_there(changed: Plain) -> None:
    none = books_of(changes=[WORLD])
    books = books_of({**SHARING, **changed}, changes=[WORLD])
    assert books.measures == none.measures
    for measure in none.measures:
        assert np.array_equal(books.of(measure)[:359], none.of(measure)[:359]), measure


def test_officers_who_identify_more_anyway_lose_nothing() -> None:
    better = {"checkpoints": {"partner": {"identification": 0.9}}}
    one, two = _identified(books_of(SHARING, changes=[WORLD, better]))
    share_agrees(*one, 0.9)
    share_agrees(*two, 0.9)


def test_genuine_papers_protect_from_recognition_too() -> None:
    papers = {"groups": {"one": {"genuine_papers_share": 0.4}}}
    one, _ = _identified(books_of(SHARING, changes=[WORLD, papers]))
    # those with papers were not identified at the first post either
    share_agrees(*one, 0.6 * 0.7)


def test_who_is_released_is_recognised_further_on_again() -> None:
    # the second country enrols whom it holds: a tenth of group two, and more of group one
    both = {**SHARING, "enrolled_by": ["PAN", "CRI"], "recognised_by": ["CRI", "NIC"]}
    books = books_of(both, changes=[WORLD])
    one, two = _identified(books, "last")
    share_agrees(*one, 0.7)
    share_agrees(*two, 0.1 * 0.7 + 0.9 * 0.2)


COUNTER: Plain = {
    "measure": "exit_pass",
    "name": "counter",
    "authority": "CRI",
    "place": "second",
    "passes_per_day": 1e6,
    "processing_days": 5,
    "valid_days": 2,
    "from": on(0),
}
OPEN: Plain = {
    "checkpoints": {"partner": {"coverage": 0}, "far": {"coverage": 0}},
    "parameters": {"present_worth": 60},
}


def test_a_counter_is_quicker_for_the_enrolled() -> None:
    quicker = {**SHARING, "processing_times": 0.5}
    books = books_of(quicker, COUNTER, changes=[WORLD, OPEN])
    presented, started = books.at("presented", "second"), books.at("started", "onward")
    assert np.array_equal(presented, books.at("finished", "out"))
    assert np.array_equal(started[:, 0], later(presented[:, 0], 3))  # 2.5 days, in whole days
    assert np.array_equal(started[:, 1], later(presented[:, 1], 5))


def test_the_enrolled_may_have_no_second_pass() -> None:
    # who waits on at the second place for want of a way presents again as soon as a pass has run out
    no_second = {**SHARING, "enrolled_by": ["CRI"], "second_pass": False}
    stay: Plain = {"parameters": {"stay_worth": 30}, "legs": {"onward": {"preference": -60}}}
    repeated = books_of({**SHARING, "enrolled_by": ["CRI"]}, COUNTER, changes=[WORLD, OPEN, stay])
    once = books_of(no_second, COUNTER, changes=[WORLD, OPEN, stay])
    came = once.at("finished", "out")
    assert np.array_equal(once.at("presented", "second"), came)
    # five days for the first pass, three more with it, then again
    again = sum(later(came, 8 * times) for times in range(45))
    assert np.array_equal(repeated.at("presented", "second"), again)
    none = books_of({**no_second, "enrolled_by": ["PAN"]}, COUNTER, changes=[WORLD, OPEN])
    assert not none.at("presented", "second")[:, 0].any()
    assert np.array_equal(none.at("presented", "second")[:, 1], none.at("finished", "out")[:, 1])


@pytest.mark.parametrize("at_border", [True, False])
def test_the_border_admits_fewer_of_the_enrolled(at_border: bool) -> None:
    known = {**SHARING, "recognised_by": ["USA"] if at_border else ["CRI"], "admitted_times": 0.25}
    border: Plain = {"authorities": {"USA": {"label": "Border"}}, "checkpoints": {"far": {"coverage": 0}}}
    shares: Plain = {"reception": {"one": {"admitted": 0.6, "expelled": 0.3, "removed": 0.1}}}
    books = books_of(known, changes=[WORLD, border, shares])
    reached = int(books.at("reached_border", "border")[:, 0].sum())
    removed, expelled = (int(books.at(what, "border")[:, 0].sum()) for what in ("removed", "expelled"))
    # from the camp some come again: of each who comes, whether for the first time or not, the same shares
    share_agrees(removed, reached, 0.1 + 0.6 * 0.75 if at_border else 0.1)
    share_agrees(expelled, reached, 0.3)
    assert not books.at("removed", "border")[:, 1].any()
