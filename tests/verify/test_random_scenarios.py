"""The generator gives valid scenarios, and between them all that it says it holds."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from darien.scenario.files import faults, fingerprint, load, to_yaml
from darien.scenario.schema import Scenario

from .random_scenarios import random_scenario
from .worlds import FOLDER, world


def test_random_scenarios_are_valid_and_varied() -> None:
    scenarios = [Scenario.model_validate(random_scenario(random.Random(seed))) for seed in range(300)]
    measures = {measure.measure for scenario in scenarios for measure in scenario.policy}
    assert measures == {
        "checkpoint",
        "detention",
        "training",
        "removal_agreement",
        "exit_pass",
        "border_closure",
        "quota",
        "reception",
        "task_force",
        "equipment",
        "anti_corruption",
        "mentors",
        "vetting",
        "information_sharing",
        "asylum",
        "papers_crackdown",
        "visa_requirement",
        "smuggler_takedown",
        "aid_at_home",
        "safe_passage",
    }
    rules = {centre.when_full for scenario in scenarios for centre in scenario.detention_centres.values()}
    assert rules == {"release", "crowd", "transfer", "not_apprehend", "wait"}
    assert any(
        reception.expelled.value for scenario in scenarios for reception in scenario.reception.values()
    )
    assert any(len(scenario.smuggling_networks) > 1 for scenario in scenarios)
    assert any(authority.removal_seats_per_day for s in scenarios for authority in s.authorities.values())
    assert any(len(group.entries) > 1 for scenario in scenarios for group in scenario.groups.values())


def test_the_same_chance_gives_the_same_scenario() -> None:
    assert random_scenario(random.Random(5)) == random_scenario(random.Random(5))
    assert random_scenario(random.Random(5)) != random_scenario(random.Random(6))


def test_random_scenarios_pass_the_checks_of_the_file_reader(tmp_path: Path) -> None:
    for seed in range(60):
        data = random_scenario(random.Random(seed))
        path = tmp_path / f"random-{seed}.yaml"
        path.write_text(to_yaml(Scenario.model_validate(data)), encoding="utf-8")
        assert not faults(path), (seed, faults(path))
        assert fingerprint(load(path)) == fingerprint(Scenario.model_validate(data))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_file_reader_reads_the_cases_as_this_suite_does(path: Path) -> None:
    assert fingerprint(load(path)) == fingerprint(world(path.stem))
