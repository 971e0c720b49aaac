"""A structure changes what it names and nothing else; the shares that it fixes are those of the base."""

from __future__ import annotations

import pickle
from calendar import monthrange
from typing import get_args

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darien.experiments.run import simulate
from darien.experiments.structures import Name, fixed_shares, flat_departures, no_networks, structure
from darien.scenario import files, library
from darien.scenario.schema import Departures, Scenario
from verify.worlds import world


@pytest.fixture(scope="module")
def base() -> Scenario:
    return world("pairing", {"period": {"end": "2020-04-30"}})


@pytest.fixture(scope="module")
def history() -> Scenario:
    return files.load(library.find("takedowns-every-year"))


def starts(scenario: Scenario) -> pd.Series:
    """Persons who started each leg."""
    counts = simulate(scenario).counts
    rows = counts[(counts["measure"] == "started") & (counts["kind"] == "leg")]
    sums = rows.groupby("where", observed=True)["persons"].sum().astype(float)
    return sums.reindex(list(scenario.legs), fill_value=0.0)


def differs(one: Scenario, other: Scenario) -> set[str]:
    """The keys of the scenario, and of its parameters, that are not the same."""
    first, second = one.model_dump(), other.model_dump()
    keys = {key for key in first if first[key] != second[key]}
    if "parameters" in keys:
        keys.discard("parameters")
        inner, outer = first["parameters"], second["parameters"]
        keys |= {f"parameters.{key}" for key in inner if inner[key] != outer[key]}
    return keys


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("no_beliefs", {"parameters.belief_weight", "parameters.deterrence"}),
        ("plain_logit", {"parameters.nest_correlation"}),
        ("no_networks", {"smuggling_networks", "policy"}),
        ("flat_departures", {"departures"}),
    ],
)
def test_a_structure_changes_what_it_names_alone(history: Scenario, name: Name, changes: set[str]) -> None:
    assert differs(history, structure(name, history)(history)) == changes


def test_without_networks_nothing_is_left_to_take_down(history: Scenario) -> None:
    without = no_networks(history)
    gone = [measure for measure in history.policy if measure not in without.policy]
    assert gone
    assert {measure.measure for measure in gone} == {"smuggler_takedown"}


def test_fixed_shares_are_those_of_the_base(base: Scenario) -> None:
    before, after = starts(base), starts(fixed_shares(base)(base))
    for legs in (["jungle_a", "jungle_b", "sea"], ["hub_bus", "hub_air"], ["north_train", "north_truck"]):
        shares = [flow[legs] / flow[legs].sum() for flow in (before, after)]
        # Who cannot pay a fare cannot take its share, in the base as here.
        assert (shares[0] - shares[1]).abs().max() < 0.08
    assert after.sum() == pytest.approx(before.sum(), rel=0.05)


def test_with_fixed_shares_no_price_of_a_way_moves_anybody(base: Scenario) -> None:
    fixed = fixed_shares(base)
    slower = world(
        "pairing",
        {
            "period": {"end": "2020-04-30"},
            "legs": {"jungle_a": {"travel_days": {"min": 9, "mode": 12, "max": 20}, "preference": -2}},
        },
    )
    free, held = starts(base), starts(slower)
    assert held["jungle_a"] < 0.5 * free["jungle_a"]  # in the model as it is they go elsewhere
    assert starts(fixed(slower))["jungle_a"] == pytest.approx(starts(fixed(base))["jungle_a"], rel=0.02)


@given(
    st.dictionaries(
        st.sampled_from([f"{year}-{month:02d}" for year in (2015, 2016) for month in range(1, 13)]),
        st.floats(0, 1e4),
        min_size=1,
    )
)
def test_flat_departures_are_as_many_in_every_year(months: dict[str, float]) -> None:
    departures = Departures(monthly={"one": months})
    given_one = world("pairing").model_copy(update={"departures": departures})
    flat = flat_departures(given_one).departures.monthly["one"]
    assert set(flat) == set(months)
    for year in {month[:4] for month in months}:
        own = [month for month in months if month.startswith(year)]
        days = [monthrange(int(month[:4]), int(month[5:]))[1] for month in own]
        asked = sum(months[month] * n for month, n in zip(own, days, strict=True))
        assert sum(flat[month] * n for month, n in zip(own, days, strict=True)) == pytest.approx(asked)
        assert len({flat[month] for month in own}) == 1


@pytest.mark.parametrize("name", get_args(Name))
def test_structures_go_to_workers(base: Scenario, name: Name) -> None:
    made = structure(name, base)
    assert files.to_yaml(pickle.loads(pickle.dumps(made))(base)) == files.to_yaml(made(base))
