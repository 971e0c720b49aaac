"""Which option is best under which weighting: by hand, and what must hold whatever the numbers are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darien.experiments.tradeoffs import dominated
from darien.experiments.weightings import acceptability, losses, simplex, swings, weightings

from .test_tradeoffs import cubes, of

# Each option is the whole swing better than the other on one outcome; a third is in between on both.
OPPOSED = [[[0, 0], [10, 20], [2, 4]]]


@pytest.mark.parametrize("outcomes", [1, 2, 3, 4, 5])
def test_weightings_lie_evenly_within_the_simplex(outcomes: int) -> None:
    grid = simplex(outcomes)
    assert grid.shape[1] == outcomes
    assert (grid > 0).all()
    assert np.allclose(grid.sum(axis=1), 1)
    assert np.allclose(grid.mean(axis=0), 1 / outcomes, atol=0.03)
    assert len(np.unique(grid.round(12), axis=0)) == len(grid)


def test_two_outcomes_go_from_all_weight_on_the_one_to_all_on_the_other() -> None:
    first = simplex(2)[:, 0]
    assert (np.diff(first) < 0).all()
    assert first[0] > 0.99
    assert 0.5 in first.round(12)


def test_the_best_changes_where_the_weights_cross() -> None:
    found = weightings(of(OPPOSED))
    best = found[found["best"] == 1].set_index("weighting")
    # Losses are w (0 | 1 | 0.2) for deaths and 1 - w times (1 | 0 | 0.8) for the others: even at w = 0.5.
    heavy, light = best[best["weight_died"] > 0.51], best[best["weight_died"] < 0.49]
    assert set(heavy["option"]) == {"base"}
    assert set(light["option"]) == {"option-1"}
    even = found[found["weight_died"].round(12) == 0.5]
    assert even["best"].tolist() == pytest.approx([1 / 3] * 3)
    shares = acceptability(found).set_index("option")
    assert shares["wins"].sum() == pytest.approx(1)
    assert shares.loc["base", "wins"] == pytest.approx(shares.loc["option-1", "wins"])
    assert shares.loc["base", "acceptability"] == pytest.approx(shares.loc["base", "wins"])  # a single draw


def test_expectation_and_draws_may_disagree() -> None:
    # The option is better in two draws of three, and so much worse in the third that its mean is worse.
    case = of([[[5, 0], [4, 0]], [[5, 0], [4, 0]], [[5, 0], [20, 0]]])
    found = weightings(case)
    own = found[found["option"] == "option-1"]
    assert (own["best"] == 0).all()
    assert own["probability_best"].to_numpy() == pytest.approx(2 / 3)


def test_swings_say_what_a_weight_is_of() -> None:
    found = swings(of(OPPOSED)).set_index("outcome")
    assert found.loc["died", ["worst", "best", "swing", "sure"]].tolist() == ["option-1", "base", 10, 1]
    assert found.loc["apprehended", ["worst_value", "best_value"]].tolist() == [0, 20]


def test_an_outcome_that_no_option_changes_counts_for_nothing() -> None:
    case = of([[[1, 7], [2, 7]], [[1, 9], [2, 9]]])
    assert (losses(case)[:, :, 1] == 0).all()
    found = weightings(case)
    assert found[found["best"] == 1]["option"].unique().tolist() == ["base"]


@settings(deadline=None, max_examples=40)
@given(cubes())
def test_a_dominated_option_is_best_under_no_weighting(values: Any) -> None:
    case = of(values[:1])
    worse = dominated(case).groupby("option")["probability"].max()
    found = weightings(case).set_index("option")
    for option in worse[worse == 1].index:
        # One draw: expectation and draw are the same, and all weights are above 0.
        assert (found.loc[option, ["best", "probability_best"]] == 0).all(axis=None)


@settings(deadline=None, max_examples=40)
@given(cubes(), st.integers(1, 1000))
def test_units_do_not_matter(values: Any, times: int) -> None:
    one = weightings(of(values))
    scaled = values.copy()
    scaled[:, :, 0] *= times
    other = weightings(of(scaled))
    assert np.allclose(one["loss"], other["loss"])
    assert np.allclose(one["best"], other["best"])


@settings(deadline=None, max_examples=40)
@given(cubes())
def test_shares_of_a_weighting_add_up_to_one(values: Any) -> None:
    sums = weightings(of(values)).groupby("weighting")[["best", "probability_best"]].sum()
    assert np.allclose(sums, 1)
