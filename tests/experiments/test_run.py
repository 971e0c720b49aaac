"""Replicates: numbered, in order, the same for any number of workers."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from darien.experiments.run import run_replicates, simulate
from darien.record import store
from darien.scenario import files
from darien.scenario.schema import Scenario

from .pretend import SCENARIO

VERIFY = Path(__file__).parents[2] / "scenarios" / "verify"


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    (tmp_path / "base.yaml").write_text(SCENARIO)
    return files.load(tmp_path / "base.yaml")


def test_a_replicate_has_its_number_and_the_scenarios_seed(scenario: Scenario, model: ModuleType) -> None:
    run = simulate(scenario, replicate=4)
    assert (run.replicate, run.seed) == (4, 3)
    assert simulate(scenario, seed=9).seed == 9


def test_counts_and_journeys_only_where_asked_for(scenario: Scenario, model: ModuleType) -> None:
    assert list(simulate(scenario).counts["measure"]) == ["started", "started", "finished"]
    bare = simulate(scenario, starts_only=True)
    assert bare.counts[["where", "group", "measure", "persons"]].to_numpy().tolist() == [
        ["way", "all", "started", 9]
    ]
    assert list(bare.counts.columns) == list(simulate(scenario).counts.columns)
    pd.testing.assert_frame_equal(bare.outcomes, simulate(scenario).outcomes)
    assert simulate(scenario).journeys is None
    assert simulate(scenario, journeys=True).journeys is not None


def test_progress_counts_the_days_of_all_replicates(scenario: Scenario, model: ModuleType) -> None:
    seen: list[tuple[int, int]] = []
    runs = run_replicates(scenario, 2, progress=lambda done, of: seen.append((done, of)))
    assert [run.replicate for run in runs] == [0, 1]
    assert seen == [(done, 62) for done in range(1, 63)]


def test_needs_a_replicate(scenario: Scenario) -> None:
    with pytest.raises(ValueError, match="1 replicate or more"):
        run_replicates(scenario, 0)


def test_the_first_failure_is_passed_on(
    scenario: Scenario, model: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ArithmeticError("departures reach their ceiling")

    monkeypatch.setattr(model, "RouteModel", broken)
    with pytest.raises(ArithmeticError, match="ceiling"):
        run_replicates(scenario, 3)


def test_the_same_bytes_for_one_and_two_workers(tmp_path: Path) -> None:
    scenario = files.load(VERIFY / "measures.yaml", ["period.end=2020-02-15"])
    seen: list[int] = []
    one = run_replicates(scenario, 3, workers=1, journeys=True)
    two = run_replicates(scenario, 3, workers=2, journeys=True, progress=lambda done, _: seen.append(done))
    assert sorted(seen) == [46, 92, 138]
    store.write(tmp_path / "one", scenario, one, wall_seconds=1)
    store.write(tmp_path / "two", scenario, two[::-1], wall_seconds=1, workers=2)
    for name in (store.COUNTS, store.OUTCOMES, store.CAPACITIES, store.JOURNEYS, store.SCENARIO):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert len(one[0].counts) > 100
