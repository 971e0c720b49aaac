"""Pairing: policies without effect change no byte, and common draws make differences quiet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from darien.experiments.run import simulate
from darien.record.run import Run
from darien.record.store import write
from darien.scenario.schema import Scenario

from .agreement import Gain, pairing_gain
from .worlds import merged, plain, scenario_from, world

FIRST = "2020-03-01"
WITHOUT_EFFECT: dict[str, list[dict[str, Any]]] = {
    "a quota above all demand": [
        {"measure": "quota", "leg": leg, "persons_per_day": 100_000, "from": FIRST}
        for leg in ("sea", "north_train")
    ],
    "a checkpoint with coverage 0": [
        {
            "measure": "checkpoint",
            "name": "idle",
            "from": FIRST,
            "opens": {
                "authority": "PAN",
                "place": "station",
                "officers": 10,
                "inspections_per_officer_day": 10,
                "coverage": 0,
                "identification": 1,
                "then": "turn_back",
            },
        }
    ],
    "beds added where none is short": [
        {"measure": "detention", "centre": "centre", "beds_added": 5_000_000, "from": FIRST}
    ],
    "a course with no effect": [
        {
            "measure": "training",
            "checkpoints": ["post"],
            "trained_per_30_days": 0.5,
            "mentors": 3,
            "mentor_gain": 0.1,
            "turnover_per_year": 0.3,
            "course_days": 2,
            "from": FIRST,
        }
    ],
    "the limit that holds anyway": [
        {"measure": "detention", "centre": "centre", "limit_days": 20, "from": FIRST}
    ],
    "a closure of what is not there for the group": [
        {"measure": "border_closure", "legs": ["hub_air"], "groups": ["one"], "from": FIRST}
    ],
    "the reception that awaits anyway": [
        {
            "measure": "reception",
            "groups": ["one", "two"],
            "reception": {"admitted": 1, "expelled": 0, "removed": 0},
            "from": FIRST,
        }
    ],
    "an exit pass for nobody": [
        {
            "measure": "exit_pass",
            "authority": "PAN",
            "place": "station",
            "groups": [],
            "passes_per_day": 10,
            "processing_days": 2,
            "valid_days": 30,
            "from": FIRST,
        }
    ],
    "equipment that adds nothing": [
        {"measure": "equipment", "kind": "scanner", "checkpoints": ["post"], "from": FIRST}
    ],
    "controls that change nothing": [
        {
            "measure": "anti_corruption",
            "checkpoints": ["post"],
            "bribes_times": 1,
            "extortion_times": 1,
            "ramp_days": 40,
            "from": FIRST,
        }
    ],
    "a task force of nobody": [{"measure": "task_force", "checkpoints": ["post"], "from": FIRST}],
    "mentors from whom nothing is learnt": [
        {"measure": "mentors", "checkpoints": ["post"], "mentors": 3, "mentor_gain": 0.2, "from": FIRST}
    ],
    "information that changes nothing": [
        {
            "measure": "information_sharing",
            "enrolled_by": ["PAN"],
            "recognised_by": ["PAN"],
            "from": FIRST,
        }
    ],
    "forged papers as before": [
        {"measure": "papers_crackdown", "places": ["south"], "supply_times": 1, "from": FIRST}
    ],
    "a visa that keeps nobody home": [
        {
            "measure": "visa_requirement",
            "places": ["south"],
            "groups": ["one", "two"],
            "kept_home_share": 0,
            "from": FIRST,
        }
    ],
    "aid without effect": [
        {
            "measure": "aid_at_home",
            "groups": ["one", "two"],
            "usd_per_year": 1e9,
            "departures_cut_per_100_million": 0,
            "ramp_days": 60,
            "from": FIRST,
        }
    ],
    "a bus that is as the way was": [
        {
            "measure": "safe_passage",
            "legs": ["jungle_a", "sea"],
            "shelters": ["hub"],
            "ramp_days": 30,
            "from": FIRST,
        }
    ],
    "asylum for nobody": [
        {
            "measure": "asylum",
            "authority": "PAN",
            "place": "hub",
            "groups": [],
            "decision_days": 90,
            "patience_days": 60,
            "recognised_share": 0.9,
            "from": FIRST,
        }
    ],
    "seats home for everyone": [
        {
            "measure": "removal_agreement",
            "authority": "PAN",
            "groups": ["one"],
            "removal_share": 0.5,
            "removal_seats_per_day": 100_000,
            "from": FIRST,
        }
    ],
    "another rule for a centre that is never full": [
        {"measure": "detention", "centre": "centre", "when_full": "wait", "from": FIRST}
    ],
    "a takedown of nothing": [
        {"measure": "smuggler_takedown", "network": "ring", "seats_removed_share": 0, "from": FIRST}
    ],
}
ONLY_WITH_NETWORKS = "a takedown of nothing"
NEW = set(list(WITHOUT_EFFECT)[8:])
LIMITED = {"a quota above all demand", "a checkpoint with coverage 0", "the reception that awaits anyway"}
LIMITED |= {"a closure of what is not there for the group", "an exit pass for nobody"}
LIMITED |= NEW - {ONLY_WITH_NETWORKS, "another rule for a centre that is never full"}
NOT_BY_AIR = {"legs": {"hub_air": {"groups": ["two"]}}}
RING: dict[str, Any] = {
    "label": "Ring",
    "seats_per_day": {"jungle_a": 14, "sea": 30},
    "bribed_share": 0.3,
    "bribe_usd": 80,
    "price_response": 0.5,
    "loss_response": 0.3,
    "price_return": 0.3,
    "growth_per_30_days": 0.3,
}
ADAPTIVE: dict[str, Any] = {
    "smuggling_networks": {"ring": RING},
    "groups": {"one": {"smuggler_share": 0.7}},
    "checkpoints": {"post": {"extortion_share": 0.2, "extortion_usd": 20}},
    "parameters": {
        "belief_weight": 3,
        "belief_prior": 0.05,
        "belief_trust": 0.6,
        "belief_trust_spread": 0.2,
        "network_worth": 1,
        "deterrence": 0.2,
        "failure_prior": 0.1,
        "forged_papers_usd": 60,
    },
}
BASES = {"pairing": "pairing", "limits": "pairing-limits", "adaptive": "pairing"}


def _pairing(name: str, policy: list[dict[str, Any]]) -> Scenario:
    daily = {**NOT_BY_AIR, "record_every": "day", "policy": policy}
    data = merged(plain(BASES[name]), daily)
    return scenario_from(merged(data, ADAPTIVE) if name == "adaptive" else data)


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Run, Path]]:
    out = {}
    for name in BASES:
        scenario = _pairing(name, [])
        run = simulate(scenario, journeys=True)
        out[name] = run, write(tmp_path_factory.mktemp(name) / "base", scenario, [run], wall_seconds=0)
    return out


@pytest.mark.parametrize(
    ("name", "what"),
    [("pairing", what) for what in WITHOUT_EFFECT if what != ONLY_WITH_NETWORKS]
    + [("limits", what) for what in sorted(LIMITED)]
    + [("adaptive", what) for what in WITHOUT_EFFECT],
)
def test_a_policy_without_effect_changes_no_byte(
    name: str, what: str, bases: dict[str, tuple[Run, Path]], tmp_path: Path
) -> None:
    scenario = _pairing(name, WITHOUT_EFFECT[what])
    run = simulate(scenario, journeys=True)
    base, folder = bases[name]
    assert run.journeys is not None
    assert base.journeys is not None
    for frame, before in ((run.counts, base.counts), (run.journeys, base.journeys)):
        if not frame.equals(before):  # equals is quick, the assertion says where
            pd.testing.assert_frame_equal(frame, before)
    beside = write(tmp_path / "policy", scenario, [run], wall_seconds=0)
    for file in ("counts.parquet", "journeys.parquet"):
        assert (folder / file).read_bytes() == (beside / file).read_bytes(), file


@pytest.mark.parametrize("name", BASES)
def test_interviews_that_flag_nobody_change_nothing_else(
    name: str, bases: dict[str, tuple[Run, Path]]
) -> None:
    blind: dict[str, Any] = {"measure": "vetting", "centre": "centre", "interviews_per_day": 5, "from": FIRST}
    blind |= {"sensitivity": 0, "specificity": 1, "flagged_days": 30}
    run = simulate(_pairing(name, [blind]), journeys=True)
    base, _ = bases[name]
    vetted = run.counts["measure"] == "vetted"
    assert vetted.any()
    names = {"where": str, "kind": str, "group": str, "measure": str}
    others = run.counts[~vetted].reset_index(drop=True).astype(names)
    pd.testing.assert_frame_equal(others, base.counts.astype(names))
    pd.testing.assert_frame_equal(run.journeys, base.journeys)


def test_the_comparison_would_see_an_effect(bases: dict[str, tuple[Run, Path]]) -> None:
    stricter = {"measure": "checkpoint", "strengthens": "post", "coverage_added": 0.01, "from": FIRST}
    for name in BASES:
        run = simulate(_pairing(name, [stricter]), journeys=True)
        assert not run.counts.equals(bases[name][0].counts)


def _arrivals(scenario: Scenario, replicate: int) -> int:
    counts = simulate(scenario, replicate=replicate).counts
    return int(counts.loc[counts["measure"] == "reached_border", "persons"].sum())


def test_the_gain_of_pairing_for_a_mild_checkpoint_where_no_limit_binds() -> None:
    stronger = {"measure": "checkpoint", "strengthens": "post", "coverage_added": 0.1, "from": "2020-01-01"}
    base, policy = world("pairing"), world("pairing", {"policy": [stronger]})
    pairs = [(_arrivals(base, number), _arrivals(policy, number)) for number in range(200)]
    found: Gain = pairing_gain([one for one, _ in pairs], [other for _, other in pairs])
    print(
        f"arrivals {found.base:.0f}, change {found.change:.1f}: gain {found.gain:.1f}, from {found.lower:.1f}"
    )
    assert abs(found.change) >= 0.01 * found.base
    assert found.lower > 5, found
