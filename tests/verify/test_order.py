"""Order: visits within a day, replicates, workers, processes and hash seeds change no value."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from darien.actors.model import RouteModel
from darien.experiments.run import run_replicates, simulate
from darien.record.run import Run
from darien.scenario.schema import Scenario

from .random_scenarios import random_scenario
from .worlds import world

ROOT = Path(__file__).resolve().parents[2]


def _same(one: Run, other: Run) -> None:
    for name in ("counts", "outcomes", "capacities", "journeys"):
        frame, beside = getattr(one, name), getattr(other, name)
        assert (frame is None) == (beside is None), name
        if frame is not None and not frame.equals(beside):  # equals is quick, the assertion says where
            pd.testing.assert_frame_equal(frame, beside)
    assert one.events == other.events


def _shuffled(scenario: Scenario, order: int) -> Run:
    return RouteModel(scenario, collect=False, visit_order=order).run().result(journeys=True)


@pytest.mark.parametrize("name", ["pairing-limits", "queue", "flow-options"])
def test_the_order_of_visits_changes_nothing(name: str) -> None:
    scenario = world(name)
    plain = simulate(scenario, journeys=True)
    for order in (1, 2):
        _same(plain, _shuffled(scenario, order))


def test_the_order_of_visits_changes_nothing_in_random_scenarios() -> None:
    for number in range(60):
        scenario = Scenario.model_validate(random_scenario(random.Random(5000 + number)))
        try:
            _same(simulate(scenario, journeys=True), _shuffled(scenario, number + 1))
        except AssertionError as error:
            raise AssertionError(f"random scenario {5000 + number}: {error}") from error


def test_replicates_are_the_same_in_any_order_and_for_any_number_of_workers() -> None:
    scenario = world("pairing-limits")
    one = run_replicates(scenario, 3, workers=1, journeys=True)
    two = run_replicates(scenario, 3, workers=2, journeys=True)
    for first, second in zip(one, two, strict=True):
        _same(first, second)
    for replicate in (2, 0, 1):
        _same(one[replicate], simulate(scenario, replicate=replicate, journeys=True))
    assert not one[0].counts.equals(one[1].counts)


PROGRAM = """
import hashlib, random, sys
import pandas as pd
from darien.experiments.run import simulate
from verify.worlds import world
run = simulate(world("pairing-limits"), journeys=True)
digest = hashlib.sha256()
for frame in (run.counts, run.outcomes, run.journeys):
    digest.update(frame.to_csv(index=False).encode())
print(digest.hexdigest())
"""


def test_a_second_process_with_another_hash_seed_gives_the_same() -> None:
    digests = set()
    for hash_seed in ("1", "2"):
        environment = os.environ | {
            "PYTHONHASHSEED": hash_seed,
            "PYTHONPATH": os.pathsep.join([str(ROOT / "model"), str(ROOT / "tests")]),
        }
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=environment, check=True
        )
        digests.add(done.stdout.strip())
    assert len(digests) == 1
    assert len(digests.pop()) == 64
