"""Training: the skill that courses and mentors give, review by review, and what it changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from darien.actors.model import RouteModel

from .small_worlds import books_of, on, share_agrees
from .worlds import world

COURSE: dict[str, Any] = {
    "measure": "training",
    "name": "course",
    "checkpoints": ["post"],
    "trained_per_30_days": 0.25,
    "course_days": 6,
    "mentors": 2,
    "mentor_gain": 0.05,
    "turnover_per_year": 0.4,
    "from": on(60),
    "until": on(239),
}
OFFICERS = 5
POST = {
    "checkpoints": {
        "post": {
            "officers": OFFICERS,
            "inspections_per_officer_day": 1000,
            "coverage": 1,
            "identification": 0.3,
            "skill": 0.2,
            "bribe_share": 0.4,
            "bribe_usd": 10,
        }
    }
}


def _trained() -> list[float]:
    """Trained share of the officers after each review: turnover first, then the untrained learn."""
    share, path = 0.0, []
    for review in range(12):
        share *= 0.6 ** (30 / 365)
        if 60 <= 30 * review <= 239:
            share += (0.25 + 0.05 * 2 * 10 / OFFICERS) * (1 - share)
        path.append(share)
    return path


def test_skill_follows_courses_mentors_and_turnover() -> None:
    model = RouteModel(world("measures", {"policy": [COURSE], **POST}), collect=False)
    skills = []
    while model.running:
        model.step()
        skills.append(model.checkpoint("post").skill)
    by_review = 0.2 + 0.8 * np.array(_trained())  # of what is left to learn
    assert skills == pytest.approx(np.repeat(by_review, 30))
    assert by_review[1] == pytest.approx(0.2)
    assert by_review[2] == pytest.approx(0.2 + 0.8 * 0.45)
    assert (np.diff(by_review[7:]) < 0).all()


def test_skill_raises_identification_and_lowers_bribes() -> None:
    skills = {"parameters": {"skill_identification": 0.5, "skill_bribes": -0.3}}
    books = books_of(COURSE, changes=[POST, skills])
    inspected = books.at("inspected", "station").sum(axis=1)
    identified = books.at("identified", "station").sum(axis=1)
    bribed = books.at("bribed", "station").sum(axis=1)
    for review, trained in enumerate(_trained()):
        days = slice(30 * review, 30 * review + 30)
        gained = 0.8 * trained
        share_agrees(identified[days].sum(), inspected[days].sum(), 0.3 + 0.5 * gained)
        share_agrees(bribed[days].sum(), identified[days].sum(), 0.4 - 0.3 * gained)


def test_officers_are_off_the_line_during_courses_and_the_skilled_are_quicker() -> None:
    few = {
        "checkpoints": {"post": {"inspections_per_officer_day": 10}},
        "parameters": {"skill_inspections": 0.5},
    }
    inspected = books_of(COURSE, changes=[POST, few]).at("inspected", "station").sum(axis=1)
    trained = 0.0
    for review, after in enumerate(_trained()):
        before = trained * 0.6 ** (30 / 365)
        off_line = 0.25 * (1 - before) * OFFICERS * 6 / 30 if 60 <= 30 * review <= 239 else 0.0
        a_day = (OFFICERS - off_line) * 10 * (1 + 0.5 * 0.8 * after)
        days = inspected[max(1, 30 * review) : 30 * review + 30]
        assert a_day < 90  # 100 a day come
        assert abs(days.sum() - a_day * len(days)) <= 1
        trained = after


def test_training_may_work_the_wrong_way_or_not_at_all() -> None:
    none = books_of(changes=[POST])
    for worth in (0.0, -0.2):
        books = books_of(COURSE, changes=[POST, {"parameters": {"skill_identification": worth}}])
        before, after = none.at("identified", "station").sum(), books.at("identified", "station").sum()
        assert after == before if worth == 0 else after < 0.95 * before
