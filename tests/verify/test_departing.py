"""Before the journey, in a small world: forged papers, visas, aid, and word of those who failed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from darien.actors.model import DeparturesError

from .agreement import poisson_agreement
from .small_worlds import books_of, on, outcome, run_of, share_agrees

Plain = dict[str, Any]
TWO_ENTRIES: Plain = {"groups": {"one": {"entries": [{"shares": {"entry": 0.6, "camp": 0.4}}]}}}


def _journeys(*policy: Plain, changes: list[Plain]) -> tuple[pd.DataFrame, Any]:
    _, run = run_of(*policy, changes=changes, journeys=True)
    assert run.journeys is not None
    frame = run.journeys.assign(day=(run.journeys["departed"] - pd.Timestamp("2020-01-01")).dt.days)
    return frame, run


PAPERS: Plain = {
    "groups": {"one": {"forged_papers_share": 0.5, "genuine_papers_share": 0.2}},
    "parameters": {"forged_papers_usd": 150},
}
CRACKDOWN: Plain = {
    "measure": "papers_crackdown",
    "places": ["entry"],
    "supply_times": 0.4,
    "price_times": 2,
    "from": on(100),
}


def test_a_crackdown_makes_forged_papers_fewer_and_dearer_where_it_is() -> None:
    people, run = _journeys(CRACKDOWN, changes=[TWO_ENTRIES, PAPERS])
    one = people[people["group"] == "one"]
    forged = one["papers"] == "forged"
    before, there = one["day"] < 100, one["entry"] == "entry"
    share_agrees(forged[before].sum(), before.sum(), 0.5)
    share_agrees(forged[~before & ~there].sum(), (~before & ~there).sum(), 0.5)
    share_agrees(forged[~before & there].sum(), (~before & there).sum(), 0.5 * 0.4)
    share_agrees((one["papers"] == "genuine").sum(), len(one), 0.2)
    price = np.where(before | ~there, 150, 300)
    paid = np.where(forged, price, 0)
    assert np.array_equal(one["spent"], paid)  # the legs are free
    assert np.array_equal(one["funds"], 1000 - paid)
    assert outcome(run, "paid_for_papers") == paid.sum()
    assert not (people[people["group"] == "two"]["papers"] != "none").any()


def test_who_cannot_pay_for_papers_has_none() -> None:
    people, run = _journeys({**CRACKDOWN, "price_times": 7}, changes=[PAPERS])
    late = people["day"] >= 100
    assert not (people[late]["papers"] == "forged").any()  # 1,050 USD, of 1,000
    assert outcome(run, "paid_for_papers") == 150 * (people["papers"] == "forged").sum()
    exact, _ = _journeys({**CRACKDOWN, "price_times": 20 / 3}, changes=[PAPERS])
    late = (exact["day"] >= 100) & (exact["group"] == "one")
    share_agrees((exact[late]["papers"] == "forged").sum(), late.sum(), 0.5 * 0.4)


def test_a_visa_keeps_some_home_and_sends_some_elsewhere() -> None:
    visa: Plain = {"measure": "visa_requirement", "places": ["entry"], "groups": ["one"], "from": on(100)}
    visa |= {"kept_home_share": 0.3, "diverted_share": 0.5, "diverted_to": "camp"}
    base, _ = _journeys(changes=[TWO_ENTRIES])
    people, run = _journeys(visa, changes=[TWO_ENTRIES])

    def count(frame: pd.DataFrame, group: str, entry: str, late: bool = True) -> int:
        when = (frame["day"] >= 100) == late
        return int((when & (frame["group"] == group) & (frame["entry"] == entry)).sum())

    needed, elsewhere = count(base, "one", "entry"), count(base, "one", "camp")
    share_agrees(count(people, "one", "entry"), needed, 0.2)
    share_agrees(count(people, "one", "camp") - elsewhere, needed, 0.5)
    for group, entry, late in (("one", "entry", False), ("one", "camp", False), ("two", "entry", True)):
        assert count(people, group, entry, late) == count(base, group, entry, late)
    assert outcome(run, "departed") == len(people)


def test_a_visa_is_only_for_its_groups_and_days() -> None:
    visa: Plain = {"measure": "visa_requirement", "places": ["entry"], "groups": ["one"]}
    visa |= {"kept_home_share": 1, "from": on(100), "until": on(199)}
    base, books = books_of(), books_of(visa)
    departed, before = books.total("departed"), base.total("departed")
    assert not departed[100:200, 0].any()
    outside = np.r_[0:100, 200:360]
    assert np.array_equal(departed[outside], before[outside])
    assert np.array_equal(departed[:, 1], before[:, 1])


AID: Plain = {"measure": "aid_at_home", "groups": ["one"], "usd_per_year": 2.5e8, "from": on(60)}


def test_aid_cuts_departures_by_what_is_spent_in_a_straight_line() -> None:
    base = books_of()
    books = books_of({**AID, "departures_cut_per_100_million": 0.12, "ramp_days": 100})
    before, departed = base.total("departed"), books.total("departed")
    assert np.array_equal(departed[:, 1], before[:, 1])
    cut = 0.3 * np.clip((np.arange(360) - 59) / 100, 0, 1)
    for first in range(60, 360, 60):
        days = slice(first, first + 60)
        share = 1 - (cut[days] * before[days, 0]).sum() / before[days, 0].sum()
        share_agrees(departed[days, 0].sum(), before[days, 0].sum(), share)
    assert np.array_equal(departed[:60], before[:60])
    # those who stay home are among those who would have gone
    assert (departed <= before).all()


def test_aid_may_raise_departures_up_to_the_headroom() -> None:
    roomy = {"departures": {"headroom": 1.5}}
    base = books_of(changes=[roomy]).total("departed")
    more = books_of({**AID, "departures_cut_per_100_million": -0.1}, changes=[roomy]).total("departed")
    assert (more >= base).all()
    share_agrees(base[60:, 0].sum(), more[60:, 0].sum(), 1 / 1.25)
    assert np.array_equal(more[:, 1], base[:, 1])
    exactly = books_of({**AID, "departures_cut_per_100_million": -0.2}, changes=[roomy]).total("departed")
    share_agrees(base[60:, 0].sum(), exactly[60:, 0].sum(), 1 / 1.5)


def test_departures_above_the_headroom_are_an_error() -> None:
    roomy = {"departures": {"headroom": 1.5}}
    with pytest.raises(DeparturesError, match=r"departures of one .*headroom \(1.5 .* on 2020-03-01"):
        books_of({**AID, "departures_cut_per_100_million": -0.21}, changes=[roomy])


def test_no_more_than_all_stay_home() -> None:
    departed = books_of({**AID, "departures_cut_per_100_million": 0.9}).total("departed")
    assert not departed[60:, 0].any()
    assert departed[60:, 1].all()


def _expected_departures(ended: np.ndarray, rate: float, deterrence: float, prior: float) -> np.ndarray:
    """By day, given who succeeded and failed each day (days, 2): what was heard up to the day before."""
    weight, kept = 30 * rate, 1 - 1 / 60
    heard, failure, expected = np.zeros(2), prior, []
    for today in ended:
        expected.append(rate * max(0.0, 1 - deterrence * (failure - prior)))
        heard = kept * heard + today
        failure = (weight * prior + heard[1]) / (weight + heard.sum())
    return np.array(expected)


def test_departures_fall_as_failure_is_heard_of_and_rise_as_success_is() -> None:
    border: Plain = {
        "reception": {"one": {"admitted": 0, "expelled": 0, "removed": 1}},
        "departures": {"headroom": 1.5},
        "checkpoints": {"post": {"coverage": 0}},
    }
    feedback = {"parameters": {"deterrence": 0.8, "failure_prior": 0.3}}
    books = books_of(changes=[border, feedback])
    departed = books.total("departed")
    removed, arrived = books.total("removed"), np.diff(books.total("stock_arrived"), axis=0, prepend=0)
    series: dict[str, Any] = {}
    for g, (name, rate) in enumerate((("one", 60), ("two", 40))):
        ended = np.stack([arrived[:, g], removed[:, g]], axis=1)
        series[name] = departed[:, g], _expected_departures(ended, rate, 0.8, 0.3)
    assert series["one"][1][-1] < 0.8 * 60
    assert series["two"][1][-1] > 1.1 * 40
    found = poisson_agreement(series)
    assert found.agrees, found


def test_giving_up_and_removal_from_detention_are_failures_too() -> None:
    law: Plain = {
        "authorities": {"PAN": {"removal_share": {"one": 1}, "removal_days": 1}},
        "checkpoints": {"post": {"coverage": 1, "identification": 1}},
        "parameters": {"deterrence": 1, "failure_prior": 0, "give_up_worth": 0},
    }
    books = books_of(changes=[law])
    arrived = np.diff(books.total("stock_arrived"), axis=0, prepend=0)
    failed = books.total("removed") + books.total("returned")
    series: dict[str, Any] = {}
    for g, (name, rate) in enumerate((("one", 60), ("two", 40))):
        ended = np.stack([arrived[:, g], failed[:, g]], axis=1)
        series[name] = books.total("departed")[:, g], _expected_departures(ended, rate, 1, 0)
    found = poisson_agreement(series)
    assert found.agrees, found
