"""Vetting in a small world: who is interviewed, who is flagged rightly and wrongly, how long each is held."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from .small_worlds import EVERYONE, books_of, later, on, outcome, run_of, share_agrees

Plain = dict[str, Any]
VETTING: Plain = {
    "measure": "vetting",
    "centre": "centre",
    "interviews_per_day": 1e6,
    "sensitivity": 0.8,
    "specificity": 0.9,
    "flagged_days": 7,
    "from": on(0),
}
BASE_RATE = {"parameters": {"vetting_base_rate": 0.1}}


def _interviewed(admitted: npt.NDArray[np.int64], per_day: float) -> list[int]:
    """Interviews by day: what is left of a day is carried only while someone is left out."""
    credit, done = 0.0, []
    for persons in admitted:
        credit += per_day
        vetted = min(int(persons), int(credit))
        credit = credit - vetted if vetted < persons else 0.0
        done.append(vetted)
    return done


@pytest.mark.parametrize("per_day", [70.4, 99.5, 0.3])
def test_interviews_are_as_many_as_there_is_time_for(per_day: float) -> None:
    books = books_of({**VETTING, "interviews_per_day": per_day}, changes=[EVERYONE])
    admitted = books.at("admitted", "station").sum(axis=1)
    assert books.at("vetted", "station").sum(axis=1).tolist() == _interviewed(admitted, per_day)


def test_who_is_interviewed_is_nobody_in_particular() -> None:
    books = books_of({**VETTING, "interviews_per_day": 50}, changes=[EVERYONE])
    vetted, admitted = books.at("vetted", "station").sum(axis=0), books.at("admitted", "station").sum(axis=0)
    share_agrees(vetted[0], admitted[0], vetted.sum() / admitted.sum())


def test_flags_are_right_and_wrong_by_base_rate_sensitivity_and_specificity() -> None:
    books, run = run_of(VETTING, changes=[EVERYONE, BASE_RATE])
    vetted, flagged = books.at("vetted", "station").sum(), books.at("flagged", "station").sum()
    wrongly = books.at("falsely_flagged", "station").sum()
    assert vetted == books.at("admitted", "station").sum()
    share_agrees(flagged, vetted, 0.1 * 0.8 + 0.9 * 0.1)
    share_agrees(wrongly, vetted, 0.9 * 0.1)
    share_agrees(flagged - wrongly, flagged, 0.08 / 0.17)
    assert outcome(run, "positive_predictive_value") == pytest.approx((flagged - wrongly) / flagged)
    assert outcome(run, "assumed_base_rate") == 0.1
    assert outcome(run, "detained_days_of_false_flags") == 7 * wrongly


def test_who_is_flagged_leaves_exactly_so_many_days_later() -> None:
    none = books_of(changes=[EVERYONE, BASE_RATE])
    books = books_of(VETTING, changes=[EVERYONE, BASE_RATE])
    admitted, flagged = books.at("admitted", "station"), books.at("flagged", "station")
    assert np.array_equal(admitted, none.at("admitted", "station"))
    assert flagged.sum() > 3000
    expected = later(admitted - flagged, 20) + later(flagged, 27)
    assert np.array_equal(books.at("released", "station"), expected)
    assert np.array_equal(books.at("started", "out"), expected)


def test_a_flag_holds_no_longer_than_the_measure() -> None:
    books = books_of({**VETTING, "until": on(199)}, changes=[EVERYONE, BASE_RATE])
    admitted, flagged = (
        books.at("admitted", "station").sum(axis=1),
        books.at("flagged", "station").sum(axis=1),
    )
    released = books.at("released", "station").sum(axis=1)
    assert not flagged[200:].any()
    assert np.array_equal(released[:200], (later(admitted - flagged, 20) + later(flagged, 27))[:200])
    assert released[200] == admitted[180] + flagged[173:180].sum()
    assert np.array_equal(released[201:], admitted[181:340])


def test_a_perfect_interview_flags_exactly_the_base_rate() -> None:
    perfect = {**VETTING, "sensitivity": 1, "specificity": 1}
    books = books_of(perfect, changes=[EVERYONE, {"parameters": {"vetting_base_rate": 0.25}}])
    assert not books.total("falsely_flagged").any()
    share_agrees(books.total("flagged").sum(), books.total("vetted").sum(), 0.25)


def test_adults_are_vetted_and_the_party_is_held_together() -> None:
    families = {"groups": {"one": {"party_size": {3: 1.0}, "minors_share": 1}}}
    all_wrong = {**VETTING, "interviews_per_day": 40, "specificity": 0}
    books, run = run_of(all_wrong, changes=[EVERYONE, families])
    vetted, flagged = books.at("vetted", "station"), books.at("flagged", "station")
    assert np.array_equal(vetted, flagged)
    assert np.array_equal(flagged, books.at("falsely_flagged", "station"))
    assert (vetted.sum(axis=1)[2:] == 40).all()  # a family takes one interview: some 20 families and 40 alone
    held_longer = np.stack([3 * vetted[:, 0], vetted[:, 1]], axis=1)
    admitted = books.at("admitted", "station")
    expected = later(admitted - held_longer, 20) + later(held_longer, 27)
    assert np.array_equal(books.at("released", "station"), expected)
    assert outcome(run, "detained_days_of_false_flags") == 7 * held_longer.sum()


def test_trained_officers_find_more() -> None:
    mentors: Plain = {"measure": "mentors", "checkpoints": ["post"], "mentors": 40, "mentor_gain": 0.1}
    mentors["from"] = on(90)
    few = {"checkpoints": {"post": {"officers": 100}}}
    worth = {"parameters": {"vetting_base_rate": 1, "skill_vetting": 0.5}}
    books = books_of({**VETTING, "sensitivity": 0.2}, mentors, changes=[EVERYONE, few, worth])
    vetted, flagged = books.at("vetted", "station"), books.at("flagged", "station")
    for review in range(12):
        trained = 0.0 if review < 3 else 1 - 0.6 ** (review - 2)
        days = slice(30 * review, 30 * review + 30)
        share_agrees(flagged[days].sum(), vetted[days].sum(), 0.2 + 0.5 * trained)
