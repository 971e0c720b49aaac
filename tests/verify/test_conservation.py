"""Conservation and the other invariants, over random valid scenarios and the scenarios of this suite."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from darien.experiments.run import simulate
from darien.scenario.schema import Scenario

from .books import STOCKS
from .invariants import check_all
from .random_scenarios import random_scenario
from .worlds import lanes, plain, scenario_from, world

everything = settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # shrinking a whole world takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@everything
@given(st.randoms(use_true_random=False))
def test_invariants_over_scenarios_that_hypothesis_finds(rng: random.Random) -> None:
    data = random_scenario(rng)
    note(repr(data))
    scenario = Scenario.model_validate(data)
    check_all(scenario, simulate(scenario))


@pytest.mark.parametrize("block", range(6))
def test_invariants_over_random_scenarios(block: int) -> None:
    for number in range(50 * block, 50 * block + 50):
        scenario = Scenario.model_validate(random_scenario(random.Random(number)))
        try:
            check_all(scenario, simulate(scenario))
        except AssertionError as error:
            raise AssertionError(f"random scenario {number}: {error}") from error


@pytest.mark.parametrize(
    "name", ["flow", "flow-options", "queue", "pairing", "pairing-limits", "measures", "adaptation"]
)
def test_invariants_of_the_suite(name: str) -> None:
    scenario = world(name, {"record_every": "day"})
    check_all(scenario, simulate(scenario))


def test_invariants_of_the_loss_lanes() -> None:
    data = lanes(plain("loss"), 5) | {
        "record_every": "day",
        "period": {"start": "2020-01-01", "end": "2021-12-31"},
    }
    books = check_all(scenario_from(data), simulate(scenario_from(data)))
    assert books.total("turned_away").sum() > 0


@pytest.mark.parametrize("every", ["week", "month"])
def test_conservation_holds_in_recorded_periods(every: str) -> None:
    for number in range(20):
        daily = random_scenario(random.Random(1000 + number))
        one = simulate(Scenario.model_validate(daily)).counts
        other = simulate(Scenario.model_validate({**daily, "record_every": every})).counts
        flows = ~one["measure"].astype(str).str.startswith("stock_")
        flows_by_period = ~other["measure"].astype(str).str.startswith("stock_")
        keys = ["where", "group", "measure"]
        daily_sums = one[flows].astype(dict.fromkeys(keys, str)).groupby(keys)["persons"].sum()
        sums = other[flows_by_period].astype(dict.fromkeys(keys, str)).groupby(keys)["persons"].sum()
        assert daily_sums.equals(sums)
        departed = other[other["measure"] == "departed"].groupby("date")["persons"].sum().cumsum()
        stocks = other[other["measure"].isin(STOCKS)].groupby("date")["persons"].sum()
        if len(departed):
            dates = stocks.index.union(departed.index)
            everyone = departed.reindex(dates).ffill().fillna(0)
            assert np.array_equal(everyone, stocks.reindex(dates).fillna(0))
