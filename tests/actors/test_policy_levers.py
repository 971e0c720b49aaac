"""Levers before, during and after each of the newer measures, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from actors.test_policy import DAY, FROM, levers
from actors.worlds import scenario
from darien.actors.model import RouteModel
from darien.engine.levers import RULES

Plain = dict[str, Any]
UNTIL = "2016-02-20"
RAMPED: Plain = {"from": FROM, "until": UNTIL, "ramp_days": 4}
DAYS = (DAY - 1, DAY, DAY + 1, DAY + 3, DAY + 19, DAY + 20)
SHARES = np.array([0, 0.25, 0.5, 1, 1, 0])  # of the measure in force on those days


def officers(measure: Plain, field: str) -> list[float]:
    """A field of the checkpoint's officers on the days above."""
    return [
        float(levers([{**measure, "checkpoints": ["post"], **RAMPED}], d).officers[0][field]) for d in DAYS
    ]


@pytest.mark.parametrize(
    ("field", "given", "expected"),
    [
        ("coverage", {"coverage_added": 0.2}, 0.6 + 0.2 * SHARES),
        ("coverage", {"coverage_added": 0.8}, np.minimum(1, 0.6 + 0.8 * SHARES)),
        ("identification", {"identification_added": -0.4}, 0.7 - 0.4 * SHARES),
        ("identification_forged", {"identification_forged_added": 0.3}, 0.3 * SHARES),
        ("inspections_per_officer", {"inspections_times": 3}, 10 * (1 + 2 * SHARES)),
        ("capacity", {"inspections_times": 0}, 40 * (1 - SHARES)),
    ],
)
def test_equipment(field: str, given: Plain, expected: Any) -> None:
    kiosk = {"measure": "equipment", "kind": "biometric_kiosk", **given}
    assert officers(kiosk, field) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("field", "given", "expected"),
    [
        ("officers", {"officers_added": 6}, 4 + 6 * SHARES),
        ("capacity", {"officers_added": 6, "inspections_times": 2}, (4 + 6 * SHARES) * 10 * (1 + SHARES)),
        ("coverage", {"coverage_added": 0.1}, 0.6 + 0.1 * SHARES),
        ("identification", {"identification_added": 0.1}, 0.7 + 0.1 * SHARES),
        # where officers can tell nobody's forged papers, a task force cannot either
        ("identification_forged", {"identification_added": 0.1}, 0 * SHARES),
        ("network_bribes_times", {"bribes_times": 0.2}, 1 - 0.8 * SHARES),
    ],
)
def test_task_force(field: str, given: Plain, expected: Any) -> None:
    assert officers({"measure": "task_force", **given}, field) == pytest.approx(expected)


def _paid(**measures: Plain) -> Any:
    post = {"bribe_share": 0.4, "extortion_share": 0.5, "extortion_usd": 19.6, "bribe_usd": 10}
    from actors.worlds import BASE
    from darien.actors.policy import Policy
    from darien.engine.compile import compile_world

    one = scenario(
        checkpoints={"post": {**BASE["checkpoints"]["post"], **post}},
        policy=[{**measure, "checkpoints": ["post"], "from": FROM} for measure in measures.values()],
    )
    return Policy(one, compile_world(one)[1]).levers_on(DAY).officers[0]


def test_anti_corruption_and_what_several_measures_do_together() -> None:
    none = _paid()
    assert (none["bribe_share"], none["extortion_share"], none["extortion_usd"]) == (0.4, 0.5, 20)
    controls: Plain = {"measure": "anti_corruption", "bribes_times": 0.5, "extortion_times": 0.2}
    one = _paid(controls=controls)
    assert (one["bribe_share"], one["network_bribes_times"]) == (0.2, 0.5)
    assert one["extortion_share"] == pytest.approx(0.1)
    both = _paid(controls=controls, force={"measure": "task_force", "bribes_times": 0.5})
    assert (both["bribe_share"], both["network_bribes_times"]) == (0.1, 0.25)
    worse = _paid(controls={"measure": "anti_corruption", "bribes_times": 9, "extortion_times": 9})
    assert (worse["bribe_share"], worse["extortion_share"], worse["network_bribes_times"]) == (1, 1, 9)


def test_mentors_and_takedowns_change_no_lever_by_themselves() -> None:
    mentors: Plain = {
        "measure": "mentors",
        "checkpoints": ["post"],
        "mentors": 2,
        "mentor_gain": 0.1,
        "from": FROM,
    }
    one: Any
    other: Any
    for one, other in zip(levers([mentors], DAY), levers([], DAY), strict=True):
        assert np.array_equal(one, other)


def test_vetting() -> None:
    vetting: Plain = {
        "measure": "vetting",
        "centre": "station",
        "interviews_per_day": 8,
        "sensitivity": 0.7,
        "specificity": 0.95,
        "flagged_days": 12.4,
        **RAMPED,
    }
    beds = [levers([vetting], day).beds[0] for day in DAYS]
    assert [b["interviews"] for b in beds] == pytest.approx(8 * SHARES)
    assert [b["flagged_days"] for b in beds] == [0, 12, 12, 12, 12, 0]
    assert (beds[1]["sensitivity"], beds[1]["specificity"]) == (0.7, 0.95)


def test_information_sharing() -> None:
    sharing: Plain = {
        "measure": "information_sharing",
        "enrolled_by": ["PAN"],
        "recognised_by": ["PAN"],
        "identification": 0.8,
        "processing_times": 0.5,
        "second_pass": False,
    }
    rules = [levers([{**sharing, **RAMPED}], day).authorities[0] for day in DAYS]
    assert [r["identification"] for r in rules] == pytest.approx(0.8 * SHARES)
    assert [r["processing_times"] for r in rules] == pytest.approx(1 - 0.5 * SHARES)
    assert [r["enrols"] for r in rules] == [r["recognises"] for r in rules] == [0, 1, 1, 1, 1, 0]
    assert [r["second_pass"] for r in rules] == [1, 0, 0, 0, 0, 1]
    only_enrols = {**sharing, "recognised_by": ["USA"], "from": FROM}
    one = scenario(authorities={"USA": {"label": "USA"}}, policy=[only_enrols])
    model = RouteModel(one, collect=False)
    later = model.policy.levers_on(DAY).authorities
    assert later["enrols"].tolist() == [1, 0]
    assert later["recognises"].tolist() == [0, 1]


def test_asylum_opens_to_its_groups_and_its_rules_outlive_it() -> None:
    office: Plain = {
        "measure": "asylum",
        "authority": "PAN",
        "place": "middle",
        "groups": ["haiti"],
        "decision_days": 40.4,
        "patience_days": 25,
        "recognised_share": 0.3,
        "settled_share": 0.6,
        "valid_days": 90,
        **RAMPED,
    }
    each = [levers([office], day) for day in DAYS]
    assert [int(one.office_open[0, 1]) for one in each] == [0, 1, 1, 1, 1, 0]
    assert not any(one.office_open[0, 0] for one in each)
    assert {tuple(one.offices[0]) for one in each} == {(40, 25.0, 0.3, 0.6, 90)}


def test_papers_and_visas() -> None:
    crackdown: Plain = {"measure": "papers_crackdown", "places": ["south"], "supply_times": 0.2, **RAMPED}
    crackdown["price_times"] = 3
    places = [levers([crackdown], day).places for day in DAYS]
    assert [p["papers_supply"][0] for p in places] == pytest.approx(1 - 0.8 * SHARES)
    assert {p["papers_supply"][1] for p in places} == {1}
    priced = scenario(policy=[crackdown], parameters={"forged_papers_usd": 100})
    usd = RouteModel(priced, collect=False).policy.levers_on(DAY + 1).places["papers_usd"]
    assert usd.tolist() == [200, 100, 100]
    visa: Plain = {"measure": "visa_requirement", "places": ["south"], "groups": ["haiti"], **RAMPED}
    visa |= {"kept_home_share": 0.4, "diverted_share": 0.6, "diverted_to": "middle"}
    visas = [levers([visa], day).visas for day in DAYS]
    assert [v[0, 1]["kept_home"] for v in visas] == pytest.approx(0.4 * SHARES)
    assert [v[0, 1]["diverted"] for v in visas] == pytest.approx(0.6 * SHARES)
    assert visas[1][0, 1]["to"] == 1
    assert not visas[3][0, 0]["kept_home"]
    assert not visas[3][1:]["kept_home"].any()


def test_aid() -> None:
    aid: Plain = {
        "measure": "aid_at_home",
        "groups": ["cuba"],
        "usd_per_year": 3e8,
        "departures_cut_per_100_million": 0.2,
        **RAMPED,
    }
    departing = np.array([levers([aid], day).departing for day in DAYS])
    assert departing[:, 0] == pytest.approx(1 - 0.6 * SHARES)
    assert (departing[:, 1] == 1).all()
    twice = levers([aid, {**aid, "name": "other"}], DAY + 5).departing
    assert twice[0] == pytest.approx(0.4 * 0.4)
    assert levers([{**aid, "usd_per_year": 1e10}], DAY + 5).departing[0] == 0
    more = {**aid, "departures_cut_per_100_million": -0.1}
    assert levers([more], DAY + 5).departing[0] == pytest.approx(1.3)


def test_safe_passage() -> None:
    passage: Plain = {
        "measure": "safe_passage",
        "legs": ["trail"],
        "price_times": 0.5,
        "death_times": 0.1,
        "robbery_times": 2,
        "shelters": ["south"],
        "stay_worth_added": 1.2,
        **RAMPED,
    }
    each = [levers([passage], day) for day in DAYS]
    assert [one.legs["fare"][0] for one in each] == np.round(200 * (1 - 0.5 * SHARES)).tolist()
    assert [one.legs["death_times"][0] for one in each] == pytest.approx(1 - 0.9 * SHARES)
    assert [one.legs["robbery_times"][0] for one in each] == pytest.approx(1 + SHARES)
    assert [one.places["stay_worth_added"][0] for one in each] == pytest.approx(1.2 * SHARES)
    assert each[3].legs[["fare", "death_times", "robbery_times"]][1:].tolist() == [(350, 1, 1), (150, 1, 1)]


def test_seats_home_and_a_queue_outside() -> None:
    agreement: Plain = {
        "measure": "removal_agreement",
        "authority": "PAN",
        "groups": ["cuba"],
        "removal_share": 1,
        "removal_seats_per_day": 7.5,
        **RAMPED,
    }
    each = [levers([agreement], day) for day in DAYS]
    assert [one.authorities["removal_seats"][0] for one in each] == [np.inf, 7.5, 7.5, 7.5, 7.5, np.inf]
    assert [one.removal["share"][0, 0] for one in each] == pytest.approx(0.4 + 0.6 * SHARES)
    wait: Plain = {"measure": "detention", "centre": "station", "when_full": "wait", "from": FROM}
    assert RULES[levers([wait], DAY).beds[0]["when_full"]] == "wait"
    assert RULES[levers([wait], DAY - 1).beds[0]["when_full"]] == "release"
