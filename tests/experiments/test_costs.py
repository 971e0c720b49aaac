"""Costs of a policy and of an outcome: by hand, with ranges, and where they cannot be told."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from darien.actors.results import policy_cost
from darien.experiments.costs import (
    CostRange,
    MeasureCost,
    cost_per_outcome,
    money,
    policy_cost_range,
    policy_costs,
    with_policy_cost,
)
from darien.scenario.schema import Scenario

from .draws import long
from .pretend import SCENARIO

YEAR = {"period": {"start": "2020-01-01", "end": "2023-12-31"}}  # 1461 days: 4 years of 365.25
PRICE = {"value": 100.0, "low": 40.0, "high": 300.0, "source": "a budget"}
OTHER = {"value": 10.0, "low": 10.0, "high": 20.0, "assumption": "a guess"}


def closure(name: str, price: Any = PRICE, **more: Any) -> dict[str, Any]:
    cost = {} if price is None else {"cost_usd_per_year": price}
    return {"measure": "border_closure", "name": name, "legs": ["way"], "from": "2020-01-01", **cost, **more}


def scenario(*policy: dict[str, Any]) -> Scenario:
    return Scenario.model_validate(yaml.safe_load(SCENARIO) | YEAR | {"policy": list(policy)})


def spans(found: CostRange) -> list[float]:
    return [found.low, found.central, found.high]


def cost(low: float, central: float, high: float) -> CostRange:
    return CostRange(low, central, high, (MeasureCost("one", "quota", 1, low, central, high, "said"),))


UNPRICED = CostRange(5, 5, 5, (MeasureCost("free", "quota", 1, None, None, None, ""),))


def test_a_measure_costs_its_price_for_as_long_as_it_is_in_force() -> None:
    found = policy_cost_range(scenario(closure("one"), closure("two", OTHER)), scenario())
    assert spans(found) == pytest.approx([4 * 50, 4 * 110, 4 * 320])
    assert [one.measure for one in found.measures] == ["one", "two"]
    assert [one.years for one in found.measures] == pytest.approx([4, 4])
    assert [one.source for one in found.measures] == ["a budget", "assumption: a guess"]
    assert found.unpriced == ()


def test_what_both_have_cancels_out_whatever_it_is_called() -> None:
    named, unnamed = closure("same"), closure("x", OTHER)
    del unnamed["name"]
    found = policy_cost_range(scenario(named, unnamed), scenario(unnamed, named))
    assert found.measures == ()
    assert spans(found) == [0, 0, 0]


def test_what_is_left_out_saves_its_price() -> None:
    found = policy_cost_range(scenario(), scenario(closure("one")))
    assert spans(found) == pytest.approx([-1200, -400, -160])


def test_one_price_for_other_dates_is_one_unknown() -> None:
    longer, shorter = closure("one"), closure("one", until="2021-12-31")
    found = policy_cost_range(scenario(longer), scenario(shorter))
    years = 1461 / 365.25 - 731 / 365.25
    assert spans(found) == pytest.approx([years * 40, years * 100, years * 300])
    assert len(found.measures) == 1


def test_another_price_is_another_unknown() -> None:
    found = policy_cost_range(scenario(closure("one", OTHER)), scenario(closure("one")))
    assert spans(found) == pytest.approx([4 * (10 - 300), 4 * (10 - 100), 4 * (20 - 40)])


def test_a_measure_without_a_cost_is_named() -> None:
    found = policy_cost_range(scenario(closure("free", None), closure("two", OTHER)), scenario())
    assert found.unpriced == ("free",)
    assert found.central == pytest.approx(40)
    assert all(math.isnan(usd) for usd in found.usd())


def test_a_bare_price_is_its_own_range() -> None:
    assert spans(policy_cost_range(scenario(closure("one", 7)), scenario())) == pytest.approx([28, 28, 28])


@pytest.mark.parametrize(
    "more",
    [{}, {"ramp_days": 400}, {"from": "2021-03-05"}, {"from": "2019-01-01", "until": "2020-02-01"}],
)
def test_the_central_cost_is_what_runs_record(more: dict[str, Any]) -> None:
    option, base = scenario(closure("one", **more), closure("two", OTHER)), scenario(closure("three", OTHER))
    found = policy_cost_range(option, base)
    assert found.central == pytest.approx(policy_cost(option) - policy_cost(base))


def test_the_parts_as_a_table() -> None:
    found = policy_costs(
        {"it": policy_cost_range(scenario(closure("one"), closure("free", None)), scenario())}
    )
    assert found["measure"].tolist() == ["one", "free"]
    assert found["central"].iloc[0] == pytest.approx(400)
    assert np.isnan(found["central"].iloc[1])
    assert list(policy_costs({}).columns) == list(found.columns)


OPTIONS = ("base", "saves", "unclear", "worse", "unpriced")
# Deaths in three draws: the first option spares 1, 2 and 3 lives.
DEATHS = [[[10], [9], [11], [12], [1]], [[10], [8], [9], [12], [1]], [[10], [7], [10], [13], [1]]]
COSTS = {name: cost(60, 100, 300) for name in OPTIONS[1:4]} | {"unpriced": UNPRICED}


def test_cost_per_life_by_hand() -> None:
    found = cost_per_outcome(long(DEATHS, OPTIONS, ["died"]), COSTS, {"died": "lower"}, drawn=True, level=1.0)
    row = found.set_index("option").loc["saves"]
    assert row["reads"] == ""
    assert row[["difference", "low", "high"]].tolist() == [-2, -3, -1]
    assert row[["usd_low", "usd_per_unit", "usd_high"]].tolist() == [60 / 3, 100 / 2, 300 / 1]


def test_what_cannot_be_told_is_told_in_words() -> None:
    found = cost_per_outcome(long(DEATHS, OPTIONS, ["died"]), COSTS, {"died": "lower"}, drawn=True)
    reads = found.set_index("option")["reads"]
    assert "holds 0" in reads["unclear"]
    assert "the other way" in reads["worse"]
    assert reads["unpriced"] == "no cost is given for free"
    untold = found[found["reads"] != ""]
    assert untold[["usd_per_unit", "usd_low", "usd_high"]].isna().all(axis=None)


def test_what_saves_money_costs_less_than_nothing() -> None:
    found = cost_per_outcome(
        long(DEATHS, OPTIONS, ["died"]),
        {"saves": cost(-300, -100, 60)},
        {"died": "lower"},
        drawn=True,
        level=1.0,
    ).iloc[0]
    assert [found["usd_low"], found["usd_per_unit"], found["usd_high"]] == [-300, -50, 60]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(1, 50), min_size=2, max_size=20),
    st.tuples(*[st.integers(-1000, 1000)] * 3).map(sorted),
    st.booleans(),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_the_range_holds_every_price_over_every_difference(
    spared: list[int], usd: list[int], drawn: bool, price: float, where: float
) -> None:
    values = [[[100], [100 - lives]] for lives in spared]
    row = cost_per_outcome(
        long(values, OPTIONS[:2], ["died"]), {"saves": cost(*map(float, usd))}, {"died": "lower"}, drawn
    ).iloc[0]
    if row["reads"]:
        assert row["low"] <= 0 <= row["high"]
        return
    one = usd[0] + price * (usd[2] - usd[0])
    lives = -(row["low"] + where * (row["high"] - row["low"]))
    room = 1e-9 * max(1.0, abs(row["usd_low"]), abs(row["usd_high"]))
    assert row["usd_low"] - room <= one / lives <= row["usd_high"] + room
    assert row["usd_low"] - room <= row["usd_per_unit"] <= row["usd_high"] + room


def test_costs_to_migrants_stand_beside_the_policy() -> None:
    values = [[[100, 20], [130, 10]], [[100, 20], [150, 20]]]
    found = money(
        long(values, OPTIONS[:2], ["spent", "bribes"]), {"saves": cost(60, 100, 300)}, drawn=True, level=1.0
    ).set_index(["who", "item"])
    assert found.loc[("policy", "policy_cost"), ["low", "central", "high"]].tolist() == [60, 100, 300]
    assert found.loc[("migrants", "spent"), ["low", "central", "high"]].tolist() == [30, 40, 50]
    assert found.loc[("migrants", "all"), ["low", "central", "high"]].tolist() == [20, 35, 50]


def test_what_has_no_price_never_looks_free() -> None:
    values = [[[0, 1], [7, 1], [0, 1]]]
    frame = long(values, ("base", "saves", "unpriced"), ["policy_cost", "died"])
    ranges = {"saves": cost(60, 100, 300), "unpriced": UNPRICED}
    for at, usd in (("low", 60), ("central", 100), ("high", 300)):
        rows, left_out = with_policy_cost(frame, ranges, at)  # type: ignore[arg-type]
        costs = rows[rows["outcome"] == "policy_cost"].set_index("option")["value"]
        assert costs.to_dict() == {"base": 0, "saves": usd}
        assert left_out == {"unpriced": ("free",)}
    with pytest.raises(ValueError, match="no cost range is given for unpriced"):
        with_policy_cost(frame, {"saves": cost(1, 1, 1)})
