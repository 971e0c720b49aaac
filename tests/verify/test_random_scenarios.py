"""The generator gives valid scenarios, and between them all that it says it holds."""

from __future__ import annotations

import random

from darien.scenario.schema import Scenario

from .random_scenarios import random_scenario


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
    }
    rules = {centre.when_full for scenario in scenarios for centre in scenario.detention_centres.values()}
    assert rules == {"release", "crowd", "transfer", "not_apprehend"}
    assert any(
        reception.expelled.value for scenario in scenarios for reception in scenario.reception.values()
    )
    assert any(len(group.entries) > 1 for scenario in scenarios for group in scenario.groups.values())


def test_the_same_chance_gives_the_same_scenario() -> None:
    assert random_scenario(random.Random(5)) == random_scenario(random.Random(5))
    assert random_scenario(random.Random(5)) != random_scenario(random.Random(6))
