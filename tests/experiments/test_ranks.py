"""Ranks: known ones, ties, assumptions without one, and what must always hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from darien.experiments.evidence import ASSUMPTION, NO_COST
from darien.experiments.paired import KEYS
from darien.experiments.ranks import ranks

NAMES = ["base", "a", "b", "c"]
CUBES = arrays(float, st.tuples(st.just(4), st.integers(1, 9)), elements=st.integers(0, 3).map(float))
HELD = [f"rank_{n}" for n in range(1, 5)]


def tables(values: Any, names: list[str] = NAMES) -> dict[str, pd.DataFrame]:
    index = pd.MultiIndex.from_tuples([("died", "", "all", "persons")], names=KEYS)
    cube = np.asarray(values, dtype=float)
    return {name: pd.DataFrame([row], index=index) for name, row in zip(names, cube, strict=True)}


def ranked(
    values: Any, way: str = "lower", labels: Mapping[tuple[str, str], str] | None = None
) -> pd.DataFrame:
    return ranks(tables(values), {"died": way}, labels or {}).set_index("option")


def test_ranks_are_counted_over_the_pairs() -> None:
    found = ranked([[1, 4], [2, 3], [3, 2], [4, 1]])
    assert found["median_rank"].tolist() == [2.5] * 4
    assert found.loc["base", HELD].tolist() == [0.5, 0, 0, 0.5]
    assert found.loc["a", HELD].tolist() == [0, 0.5, 0.5, 0]
    assert found["probability_best"].tolist() == [0.5, 0, 0, 0.5]


def test_equals_share_the_ranks_they_stand_on() -> None:
    found = ranked([[1], [1], [2], [3]])
    assert found.loc["base", HELD].tolist() == found.loc["a", HELD].tolist() == [0.5, 0.5, 0, 0]
    assert found["median_rank"].tolist() == [1.5, 1.5, 3, 4]


def test_an_assumption_gets_no_rank_and_the_others_are_ranked_without_it() -> None:
    found = ranked([[3], [1], [2], [4]], labels={("a", "died"): ASSUMPTION})
    assert found["ranked"].tolist() == [True, False, True, True]
    assert found["median_rank"].dropna().to_dict() == {"base": 2, "b": 1, "c": 3}
    assert found.loc["a", [*HELD, "probability_best"]].isna().all()
    assert found["rank_4"].isna().all()


def test_an_option_whose_cost_is_not_given_gets_no_rank() -> None:
    found = ranked([[1], [0], [2], [3]], labels={("a", "died"): NO_COST})
    assert found["ranked"].tolist() == [True, False, True, True]
    assert found.loc["base", "probability_best"] == 1


def test_the_base_alone_has_no_rank() -> None:
    found = ranked([[3], [1], [2], [4]], labels={(name, "died"): ASSUMPTION for name in "abc"})
    assert not found["ranked"].any()
    assert found[["median_rank", "low_rank", "probability_best", *HELD]].isna().all(axis=None)


def test_pairs_in_which_it_does_not_exist_are_left_out() -> None:
    found = ranked([[1.0, 9.0], [2.0, float("nan")], [3.0, 1.0], [4.0, 1.0]])
    assert found["median_rank"].tolist() == [1, 2, 3, 4]
    assert ranked(np.full((4, 2), np.nan))[["median_rank", "probability_best"]].isna().all(axis=None)


@given(CUBES)
def test_probabilities_add_up_by_option_and_by_rank(values: npt.NDArray[np.float64]) -> None:
    held = ranked(values)[HELD].to_numpy(dtype=float)
    np.testing.assert_allclose(held.sum(axis=0), 1)
    np.testing.assert_allclose(held.sum(axis=1), 1)


@given(CUBES, st.permutations(range(4)))
def test_the_order_of_options_says_nothing(values: npt.NDArray[np.float64], order: list[int]) -> None:
    other = ranks(tables(values[order], [NAMES[n] for n in order]), {"died": "lower"}, {})
    pd.testing.assert_frame_equal(ranked(values), other.set_index("option").loc[NAMES])


@given(CUBES)
def test_the_other_direction_turns_ranks_round(values: npt.NDArray[np.float64]) -> None:
    lower, higher = ranked(values), ranked(values, "higher")
    np.testing.assert_allclose(lower["median_rank"], 5 - higher["median_rank"])
    np.testing.assert_allclose(lower[HELD], higher[HELD[::-1]])
