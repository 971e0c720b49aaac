"""Equipment, task forces and mentors at a checkpoint: each field on its own, on its days."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from darien.actors.model import RouteModel

from .small_worlds import books_of, on, share_agrees
from .worlds import day_by_day, world

Plain = dict[str, Any]
SINCE: Plain = {"checkpoints": ["post"], "from": on(100), "until": on(249)}
KIOSKS: Plain = {"measure": "equipment", "kind": "biometric_kiosk", **SINCE}
FEW = {"checkpoints": {"post": {"officers": 2, "inspections_per_officer_day": 10, "coverage": 1}}}
INSIDE = slice(100, 250)


def test_scanners_find_more_of_those_who_pass() -> None:
    base, books = books_of(), books_of({**KIOSKS, "kind": "scanner", "coverage_added": 0.2})
    inspected, came = books.at("inspected", "station"), books.at("finished", "in")
    share_agrees(inspected[INSIDE].sum(), came[INSIDE].sum(), 0.7)
    outside = np.r_[0:100, 250:360]
    assert np.array_equal(inspected[outside], base.at("inspected", "station")[outside])
    identified = books.at("identified", "station")
    share_agrees(identified[INSIDE].sum(), inspected[INSIDE].sum(), 0.6)


def test_kiosks_identify_more_of_those_without_papers() -> None:
    base, books = books_of(), books_of({**KIOSKS, "identification_added": 0.3})
    assert np.array_equal(books.at("inspected", "station"), base.at("inspected", "station"))
    identified, inspected = books.at("identified", "station"), books.at("inspected", "station")
    share_agrees(identified[INSIDE].sum(), inspected[INSIDE].sum(), 0.9)
    share_agrees(identified[:100].sum(), inspected[:100].sum(), 0.6)


def test_readers_tell_forged_papers_where_nobody_could() -> None:
    forged: Plain = {"groups": {"one": {"forged_papers_share": 1}}, "checkpoints": {"post": {"coverage": 1}}}
    readers = {**KIOSKS, "kind": "document_reader", "identification_forged_added": 0.35}
    books = books_of(readers, changes=[forged])
    identified, inspected = books.at("identified", "station"), books.at("inspected", "station")
    assert not identified[:100, 0].any()
    share_agrees(identified[INSIDE, 0].sum(), inspected[INSIDE, 0].sum(), 0.35)
    share_agrees(identified[INSIDE, 1].sum(), inspected[INSIDE, 1].sum(), 0.6)


def test_quicker_inspections_raise_what_officers_manage() -> None:
    inspected = books_of({**KIOSKS, "inspections_times": 2.5}, changes=[FEW]).at("inspected", "station")
    a_day = inspected.sum(axis=1)
    assert (a_day[1:100] == 20).all()
    assert (a_day[INSIDE] == 50).all()
    assert (a_day[250:] == 20).all()


def test_a_task_force_adds_officers_pace_cover_skill_and_integrity() -> None:
    force: Plain = {"measure": "task_force", **SINCE, "officers_added": 1, "inspections_times": 1.5}
    a_day = books_of(force, changes=[FEW]).at("inspected", "station").sum(axis=1)
    assert (a_day[1:100] == 20).all()
    assert (a_day[INSIDE] == 45).all()  # three officers, 15 each
    force = {
        "measure": "task_force",
        **SINCE,
        "coverage_added": 0.3,
        "identification_added": -0.2,
        "bribes_times": 0.4,
    }
    books = books_of(force, changes=[{"checkpoints": {"post": {"bribe_share": 0.5, "bribe_usd": 10}}}])
    came, inspected = books.at("finished", "in"), books.at("inspected", "station")
    identified, bribed = books.at("identified", "station"), books.at("bribed", "station")
    for days, cover, skill, taken in ((slice(0, 100), 0.5, 0.6, 0.5), (INSIDE, 0.8, 0.4, 0.2)):
        share_agrees(inspected[days].sum(), came[days].sum(), cover)
        share_agrees(identified[days].sum(), inspected[days].sum(), skill)
        share_agrees(bribed[days].sum(), identified[days].sum(), taken)


MENTORS: Plain = {
    "measure": "mentors",
    "mentors": 3,
    "mentor_gain": 0.06,
    "turnover_per_year": 0.4,
    **SINCE,
}


def _mentored(officers: float) -> list[float]:
    """Trained share after each review: turnover first, then what mentors bring on."""
    share, path = 0.0, []
    for review in range(12):
        share *= 0.6 ** (30 / 365)
        if 100 <= 30 * review <= 249:
            share += min(1.0, 0.06 * 3 * 10 / officers) * (1 - share)
        path.append(share)
    return path


@pytest.mark.parametrize("officers", [9, 1])
def test_mentors_bring_on_officers_without_taking_them_off_the_line(officers: int) -> None:
    post = {"checkpoints": {"post": {"officers": officers, "skill": 0.1}}}
    model = RouteModel(world("measures", {"policy": [MENTORS], **post}), collect=False)
    (training,) = model.trainings
    shares, capacities = [], []

    def look() -> None:
        shares.append(training.trained["post"])
        capacities.append(model.checkpoint("post").capacity)

    day_by_day(model, look)
    assert shares == pytest.approx(np.repeat(_mentored(officers), 30))
    assert model.checkpoint("post").skill == pytest.approx(0.1 + 0.9 * shares[-1])
    assert set(capacities) == {officers * 1000.0}


def test_who_is_mentored_identifies_more() -> None:
    post: Plain = {"checkpoints": {"post": {"officers": 9, "coverage": 1, "identification": 0.3}}}
    books = books_of(MENTORS, changes=[post, {"parameters": {"skill_identification": 0.5}}])
    inspected, identified = books.at("inspected", "station"), books.at("identified", "station")
    for review, trained in enumerate(_mentored(9)):
        days = slice(30 * review, 30 * review + 30)
        share_agrees(identified[days].sum(), inspected[days].sum(), 0.3 + 0.5 * trained)
