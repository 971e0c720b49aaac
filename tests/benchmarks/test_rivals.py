"""The benchmark's rivals solve the task that they are timed on."""

import pytest

from chain import (
    MOVE_PROBABILITY,
    PLACES,
    Task,
    arrived_share,
    check,
    mesa_chain,
    numpy_chain,
    scenario_of_chain,
)
from darien.scenario.schema import Scenario
from history import at_weight


def test_the_exact_share_is_that_of_a_walk_through_the_chain() -> None:
    at = [1.0] + [0.0] * (PLACES - 1)
    for _ in range(120):
        moved = [MOVE_PROBABILITY * share for share in at[:-1]]
        at = [share - out + into for share, out, into in zip(at, [*moved, 0.0], [0.0, *moved], strict=True)]
    assert arrived_share(120) == pytest.approx(at[-1], rel=1e-12)


@pytest.mark.parametrize(
    "task",
    [numpy_chain(20_000, 200), mesa_chain(500, 200, shuffled=False), mesa_chain(500, 200, shuffled=True)],
    ids=["numpy", "mesa in fixed order", "mesa shuffled"],
)
def test_a_rival_gives_the_exact_share(task: Task) -> None:
    task.run()
    check("rival", task.arrived(), task.people(), 200)


def test_a_wrong_share_is_refused() -> None:
    exact = arrived_share(200)
    with pytest.raises(AssertionError, match="should have"):
        check("rival", round(20_000 * exact * 1.1), 20_000, 200)


def test_the_scenario_waits_as_long_as_the_walk() -> None:
    scenario = Scenario.model_validate(scenario_of_chain(1000, 50, seed=1))
    assert scenario.period.days == 51  # the day of departure, and 50 on which to move
    table = scenario.legs["leg_0"].travel_days.table
    assert table is not None
    assert table[3] == pytest.approx(MOVE_PROBABILITY * (1 - MOVE_PROBABILITY) ** 2)
    assert table[51] == pytest.approx((1 - MOVE_PROBABILITY) ** 50)


def test_departures_are_multiplied_and_weights_set() -> None:
    scenario = Scenario.model_validate(scenario_of_chain(1000, 50, seed=1))
    changed = at_weight(scenario, 10, times=3)
    assert changed.persons_per_migrant == {"everyone": 10}
    assert changed.departures.monthly["everyone"]["2014-01"] == 3000
    assert at_weight(scenario, None) == scenario
