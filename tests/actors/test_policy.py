"""Levers by date: what each kind of measure changes, when it begins, ramps and ends."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from actors.worlds import BASE, scenario
from darien.actors.policy import Policy, apply, change_days, share_in_force
from darien.actors.results import policy_cost
from darien.engine.compile import compile_world
from darien.engine.levers import Levers

FROM = "2016-02-01"
DAY = 31  # of that date


def levers(policy: list[dict[str, Any]], day: int) -> Levers:
    one = scenario(policy=policy)
    return Policy(one, compile_world(one)[1]).levers_on(day)


def test_a_measure_holds_on_its_days_only() -> None:
    closure = {
        "measure": "border_closure",
        "legs": ["bus"],
        "from": FROM,
        "until": "2016-02-10",
        "groups": ["haiti"],
    }
    closed = [int(levers([closure], day).closed[1, 2]) for day in (DAY - 1, DAY, DAY + 9, DAY + 10)]
    assert closed == [0, 1, 1, 0]
    assert levers([closure], DAY).closed.sum() == 1


def test_a_ramp_rises_in_a_straight_line() -> None:
    stronger = {
        "measure": "checkpoint",
        "strengthens": "post",
        "from": FROM,
        "ramp_days": 10,
        "officers_added": 20,
        "coverage_added": 0.2,
        "identification_added": -0.5,
    }
    officers = [levers([stronger], DAY + n).officers[0] for n in (-1, 0, 4, 9, 30)]
    assert [o["officers"] for o in officers] == pytest.approx([4, 6, 14, 24, 24])
    assert [o["coverage"] for o in officers] == pytest.approx([0.6, 0.62, 0.7, 0.8, 0.8])
    assert officers[-1]["identification"] == pytest.approx(0.2)
    assert officers[-1]["capacity"] == pytest.approx(240)


def test_a_checkpoint_that_is_opened_covers_nobody_before() -> None:
    opened = {
        "measure": "checkpoint",
        "name": "new_post",
        "from": FROM,
        "opens": {**BASE["checkpoints"]["post"], "place": None, "leg": "trail", "coverage": 0.3},
    }
    assert [levers([opened], day).officers["coverage"][1] for day in (DAY - 1, DAY)] == [0, 0.3]


def test_detention_beds_limit_and_rule() -> None:
    changes = [
        {"measure": "detention", "centre": "station", "from": FROM, "beds_times": 0.5, "beds_added": 10},
        {"measure": "detention", "centre": "station", "from": "2016-03-01", "limit_days": 10},
        {
            "measure": "detention",
            "centre": "station",
            "from": "2016-03-01",
            "when_full": "crowd",
            "crowding": 1.5,
        },
    ]
    before, after = levers(changes, DAY).beds[0], levers(changes, DAY + 60).beds[0]
    assert (before["beds"], before["limit_days"], before["limit_minors_days"]) == (70, 20, 20)
    assert (after["limit_days"], after["limit_minors_days"], after["when_full"], after["crowding"]) == (
        10,
        10,
        1,
        1.5,
    )


def test_removal_reception_quota_and_passes() -> None:
    policy: list[dict[str, Any]] = [
        {
            "measure": "removal_agreement",
            "authority": "PAN",
            "groups": ["haiti"],
            "removal_share": 0.9,
            "removal_days": 4,
            "from": FROM,
        },
        {
            "measure": "reception",
            "groups": ["cuba"],
            "reception": {"admitted": 0.5, "expelled": 0, "removed": 0.5},
            "from": FROM,
        },
        {"measure": "quota", "leg": "bus", "persons_per_day": 25, "from": FROM},
        {
            "measure": "exit_pass",
            "authority": "PAN",
            "place": "middle",
            "passes_per_day": 40,
            "processing_days": 3,
            "valid_days": 20,
            "from": FROM,
        },
    ]
    before, after = levers(policy, DAY - 1), levers(policy, DAY)
    assert before.removal["share"].tolist() == [[0.4, 0]]
    assert after.removal["share"].tolist() == [[0.4, 0.9]]
    assert after.removal["days"].tolist() == [[8, 4]]
    assert before.reception.tolist() == [[1, 0, 0], [1, 0, 0]]
    assert after.reception.tolist() == [[0.5, 0, 0.5], [1, 0, 0]]
    assert np.isinf(before.quota[:3]).all()
    assert after.quota[2:].tolist() == [25, 40]
    assert (before.counter_open.sum(), after.counter_open.sum()) == (0, 2)
    for levers_then in (before, after):  # a counter has its rules while it is closed too
        assert levers_then.quota[3] == 40
        assert tuple(levers_then.passes[0]) == (1.0, 3, 20)


def test_every_kind_of_measure_has_a_rule() -> None:
    from typing import get_args

    from darien.scenario.measures import Measure

    kinds = get_args(get_args(Measure)[0])
    assert len(kinds) >= 8
    assert all(kind in apply.registry for kind in kinds)


def test_change_days_and_share_in_force() -> None:
    one = scenario(
        policy=[{"measure": "quota", "leg": "bus", "persons_per_day": 9, "from": FROM, "until": "2016-02-03"}]
    )
    assert change_days(one.policy, one.period.start, one.period.days) == {0, DAY, DAY + 3}
    assert share_in_force(one.policy[0], dt.date(2016, 2, 3)) == 1
    assert share_in_force(one.policy[0], dt.date(2016, 2, 4)) == 0


def test_cost_counts_days_in_force() -> None:
    half = {
        "measure": "quota",
        "leg": "bus",
        "persons_per_day": 9,
        "from": "2016-06-01",
        "cost_usd_per_year": 365.25,
    }
    assert policy_cost(scenario(policy=[half])) == pytest.approx(30)
    assert policy_cost(scenario()) == 0
