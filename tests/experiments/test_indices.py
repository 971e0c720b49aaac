"""Sensitivity indices against known answers, without the model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darien.experiments.indices import MAIN, Indices, analyse, shares_of_chance
from darien.experiments.sensitivity_design import Design, Floats, Method
from darien.scenario.errors import UserMistake

ISHIGAMI = ["one", "two", "three"]
# Ishigami and Homma 1990, with a = 7, b = 0.1: the variance of its parts.
V_ONE, V_TWO, V_BOTH = 0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2, 49 / 8, 8 * 0.01 * np.pi**8 / 225
V = V_ONE + V_TWO + V_BOTH
FIRST = np.array([V_ONE, V_TWO, 0]) / V
TOTAL = np.array([V_ONE + V_BOTH, V_TWO, V_BOTH]) / V


def ishigami(unit: Floats) -> Floats:
    x = np.pi * (2 * unit - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def of(
    function: Callable[[Floats], Floats], design: Design, noise: float = 0, replicates: int = 1
) -> Indices:
    values = function(design.unit())[:, None]
    luck = np.random.default_rng(5).normal(0, noise, (len(values), replicates))
    return analyse(design, values + luck)


def test_sobol_finds_the_indices_of_ishigami_and_its_intervals_hold_them() -> None:
    found = of(ishigami, Design("sobol", ISHIGAMI, 1024, seed=1, second_order=True))
    table = found.table
    assert list(table.index) == ISHIGAMI
    assert np.abs(table["S1"] - FIRST).max() < 0.02
    assert np.abs(table["ST"] - TOTAL).max() < 0.02
    for name, truth in (("S1", FIRST), ("ST", TOTAL)):
        assert (np.abs(table[name] - truth) <= table[f"{name}_conf"]).all()
    assert table["known"].all()
    assert list(table["S1_known"]) == [True, True, False]  # the third acts through the first only
    pairs = found.pairs.set_index(["parameter", "with"])
    assert pairs.loc[("one", "three"), "S2"] == pytest.approx(V_BOTH / V, abs=0.05)
    assert list(pairs["known"]) == [False, True, False]


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    held = []
    for seed in range(20):
        table = of(ishigami, Design("sobol", ISHIGAMI, 256, seed)).table
        held += list(np.abs(table["S1"] - FIRST) <= table["S1_conf"])
        held += list(np.abs(table["ST"] - TOTAL) <= table["ST_conf"])
    assert (
        np.mean(held) > 0.9
    )  # Sobol's sequence is better than the bootstrap thinks: it holds more, not less


def test_morris_orders_parameters_by_what_they_move() -> None:
    def made(unit: Floats) -> Floats:
        return (
            10 * unit[:, 0] + 3 * unit[:, 1] - 1 * unit[:, 2] + 4 * unit[:, 3] * unit[:, 4] + 0 * unit[:, 5]
        )

    names = ["ten", "three", "down", "with", "other", "none"]
    table = of(made, Design("morris", names, 200, seed=2)).table
    assert table["mu_star"][["ten", "three", "down", "none"]].tolist() == pytest.approx(
        [10, 3, 1, 0], abs=1e-9
    )
    assert table["mu"][["ten", "three", "down"]].tolist() == pytest.approx([10, 3, -1], abs=1e-9)
    assert table["mu_star"]["with"] == pytest.approx(2, abs=0.3)
    assert table["sigma"][["ten", "three", "down", "none"]].max() < 1e-9
    assert table["sigma"][["with", "other"]].min() > 1
    assert list(table["known"]) == [True, True, True, True, True, False]


@pytest.mark.parametrize("method", ["morris", "sobol"])
def test_says_that_few_samples_have_not_converged_and_many_have(method: Method) -> None:
    few = of(ishigami, Design(method, ISHIGAMI, 8, seed=1)).convergence
    many = of(ishigami, Design(method, ISHIGAMI, 4096, seed=1)).convergence
    assert few is not None
    assert many is not None
    assert not few.converged
    assert few.said.startswith("not converged: ")
    assert few.next_samples is not None
    assert few.next_samples >= 16
    assert f"Take --samples {few.next_samples}" in few.said
    Design(method, ISHIGAMI, few.next_samples, seed=1)  # is one that the method takes
    assert many.converged
    assert many.next_samples is None
    assert many.width < few.width


def test_an_order_that_changes_is_not_converged() -> None:
    design = Design("sobol", ["one", "two"], 1024, seed=1)
    half = design.points // 2

    def turns(unit: Floats) -> Floats:
        first = np.arange(len(unit)) < half
        return np.where(first, 10 * unit[:, 0] + unit[:, 1], 100 * unit[:, 1] + unit[:, 0])

    found = of(turns, design).convergence
    assert found is not None
    assert not found.converged
    assert found.swapped == (("one", "two"),)
    assert "one and two" in found.said


@pytest.mark.parametrize("method", ["morris", "sobol"])
def test_the_floor_is_what_a_parameter_without_effect_gets_from_chance(method: Method) -> None:
    design = Design(method, ["moves", "idle", "idler"], 512, seed=3)
    found = of(lambda unit: 5 * unit[:, 0], design, noise=2, replicates=4)
    main = found.table[MAIN[method]]
    assert main["idle"] == pytest.approx(found.table["floor"]["idle"], rel=0.15)
    assert main["idler"] == pytest.approx(found.table["floor"]["idler"], rel=0.15)
    assert found.table["floor"]["idle"] > 0.1
    assert list(found.table["known"]) == [True, False, False]


def test_luck_that_is_the_same_at_every_point_blurs_nothing() -> None:
    design = Design("sobol", ISHIGAMI, 256, seed=1)
    alone = of(ishigami, design).table
    luck = np.random.default_rng(0).normal(0, 100, 6)
    found = analyse(design, ishigami(design.unit())[:, None] + luck)
    assert found.table["floor"].max() < 1e-9
    assert np.allclose(found.table[["S1", "ST"]], alone[["S1", "ST"]])
    assert found.chance < 1e-9
    assert found.chance_of_one > 0.9


def test_shares_of_chance_are_those_of_the_variances_drawn() -> None:
    chance = np.random.default_rng(1)
    values = chance.normal(0, 3, (4000, 1)) + chance.normal(0, 4, (4000, 5))
    left, of_one = shares_of_chance(values)
    assert left == pytest.approx((16 / 5) / (9 + 16 / 5), abs=0.02)
    assert of_one == pytest.approx(16 / 25, abs=0.02)
    assert all(np.isnan(shares_of_chance(values[:, :1])))


def test_one_replicate_has_no_floor() -> None:
    found = of(ishigami, Design("sobol", ISHIGAMI, 64, seed=1))
    assert found.table["floor"].isna().all()
    assert np.isnan(found.chance)


def test_an_outcome_that_does_not_vary_or_does_not_exist_gets_a_note() -> None:
    design = Design("sobol", ISHIGAMI, 64, seed=1)
    same = analyse(design, np.full((design.points, 2), 7.0))
    assert same.note == "is 7 at every point: nothing moves it"
    lost = np.ones((design.points, 2))
    lost[3, 1] = np.nan
    gone = analyse(design, lost)
    assert gone.note == f"does not exist at 1 of {design.points} points: no indices"
    for found in (same, gone):
        assert found.table.empty
        assert found.convergence is None


def test_values_of_another_design_are_refused() -> None:
    with pytest.raises(ValueError, match="needs 320 points, got 319"):
        analyse(Design("sobol", ISHIGAMI, 64, seed=1), np.zeros((319, 2)))


@settings(max_examples=25, deadline=None)
@given(
    method=st.sampled_from(["morris", "sobol"]),
    power=st.integers(3, 6),
    count=st.integers(2, 5),
    seed=st.integers(0, 2**31),
)
def test_points_stay_inside_and_the_same_seed_gives_the_same(
    method: Method, power: int, count: int, seed: int
) -> None:
    names = [f"p{i}" for i in range(count)]
    design = Design(method, names, 2**power, seed)
    unit = design.unit()
    assert unit.shape == (design.points, count)
    assert unit.min() >= 0
    assert unit.max() <= 1
    assert np.array_equal(unit, Design(method, names, 2**power, seed).unit())
    # A larger design begins with the points of a smaller one, so that their runs are not lost.
    assert np.array_equal(Design(method, names, 2 ** (power + 1), seed).unit()[: len(unit)], unit)


@pytest.mark.parametrize(
    ("method", "names", "samples", "second", "says"),
    [
        ("sobol", ISHIGAMI, 100, False, "64 or 128; given 100"),
        ("sobol", ISHIGAMI, 4, False, "needs 8 or more; given 4"),
        ("morris", ["one"], 32, False, "needs two parameters or more; given 1"),
        ("morris", ISHIGAMI, 32, True, "only with --method sobol"),
    ],
)
def test_numbers_that_cannot_be_are_refused(
    method: Method, names: list[str], samples: int, second: bool, says: str
) -> None:
    with pytest.raises(UserMistake, match=says):
        Design(method, names, samples, 1, second)
