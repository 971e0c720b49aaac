"""Fronts and regret: by hand, and what must hold whatever the numbers are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from darien.experiments.stated import Direction, Stated, stated
from darien.experiments.tradeoffs import axes, dominated, pareto, regret, regrets
from darien.experiments.weightings import weightings
from darien.scenario.errors import UserMistake

from .draws import long

BETTER: dict[str, Direction] = {"died": "lower", "apprehended": "higher", "robbed": "lower"}
NAMES = ("base", *(f"option-{number}" for number in range(1, 6)))


def of(values: Any) -> Stated:
    """Values (draws, options, outcomes) of as many of BETTER."""
    cube = np.asarray(values, dtype=float)
    better = dict(list(BETTER.items())[: cube.shape[2]])
    return Stated(NAMES[: cube.shape[1]], better, dict.fromkeys(better, "persons"), cube)


@st.composite
def cubes(draw: st.DrawFn, outcomes: int | None = None) -> Any:
    shape = (
        draw(st.integers(1, 6)),
        draw(st.integers(2, len(NAMES))),
        outcomes or draw(st.integers(2, len(BETTER))),
    )
    return draw(arrays(np.float64, shape, elements=st.integers(-9, 9).map(float)))


# Deaths and apprehended of the base, of what is better on both, of the most of both, of what is in between.
BY_HAND = [[[5, 10], [4, 12], [9, 20], [6, 11]], [[5, 10], [4, 12], [9, 20], [4, 30]]]


def test_the_front_by_hand() -> None:
    found = pareto(of(BY_HAND)).set_index("option")
    # Means: (5, 10), (4, 12), (9, 20), (5, 20.5): the last dominates the third.
    assert found["on_front"].tolist() == [False, True, False, True]
    assert found["probability_on_front"].tolist() == [0, 0.5, 0.5, 0.5]
    assert found.loc["base", "dominated_by"] == "option-1; option-3"
    share = dominated(of(BY_HAND)).set_index(["option", "by"])["probability"]
    assert share["base", "option-1"] == 1
    assert share["option-3", "option-1"] == 0.5
    assert share["option-1", "option-3"] == 0.5
    assert share["option-1", "base"] == 0


def test_those_that_are_alike_do_not_dominate_each_other() -> None:
    assert pareto(of([[[1, 1], [1, 1]]]))["on_front"].all()


def test_where_options_stand() -> None:
    frame = long(BY_HAND, NAMES[:4], ["died", "apprehended"])
    found = axes(stated(frame, {"died": "lower", "apprehended": "higher"}), drawn=True)
    row = found.set_index(["option", "outcome"]).loc[("option-3", "apprehended")]
    assert row[["base", "value", "difference"]].tolist() == [10, 20.5, 10.5]
    assert row[["low_90", "high_90"]].tolist() == pytest.approx([1 + 0.05 * 19, 20 - 0.05 * 19])
    assert row["low_90"] < row["low_50"] < row["high_50"] < row["high_90"]
    assert (found[found["option"] == "base"]["difference"] == 0).all()


def test_regret_by_hand() -> None:
    found = regret(of(BY_HAND)).set_index(["of", "option"])
    deaths = found.loc["died"]
    assert deaths["mean"].tolist() == [1, 0, 5, 1]
    assert deaths["maximum"].tolist() == [1, 0, 5, 2]
    assert deaths["probability_best"].tolist() == [0, 0.75, 0, 0.25]
    assert found.loc["apprehended"]["mean"].tolist() == [15, 13, 5, 4.5]


def test_weighted_regret_is_in_swings() -> None:
    # One draw: the option is the full swing better on deaths, the base on those apprehended.
    values = [[[10, 30], [0, 10]]]
    found = regret(of(values), weights={"died": 3, "apprehended": 1})
    weighted = found[found["of"] == "weighted"].set_index("option")
    assert weighted["mean"].tolist() == pytest.approx([0.5, 0])
    assert weighted["unit"].tolist() == ["swings", "swings"]


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ({"dies": 1}, "dies is not among the outcomes under better; did you mean died"),
        ({"died": -1}, "must be 0 or more; given -1"),
        ({"died": 0}, "all are 0"),
    ],
)
def test_weights_that_are_none(weights: dict[str, float], words: str) -> None:
    with pytest.raises(UserMistake, match=words):
        regret(of(BY_HAND), weights=weights)


@settings(deadline=None, max_examples=60)
@given(cubes())
def test_some_option_has_no_regret_in_each_draw_and_none_has_less(values: Any) -> None:
    case = of(values)
    even: Mapping[str, float] = dict.fromkeys(case.outcomes, 1.0)
    asked: list[str | Mapping[str, float]] = [*case.outcomes, even]
    for what in asked:
        found = regrets(case, what)
        assert (found >= 0).all()
        assert (found.min(axis=1) == 0).all()


@settings(deadline=None, max_examples=60)
@given(cubes(), st.randoms(use_true_random=False))
def test_the_order_of_options_does_not_matter(values: Any, luck: Any) -> None:
    order = list(range(values.shape[1]))
    luck.shuffle(order)
    one = of(values)
    names = tuple(one.options[place] for place in order)
    other = Stated(names, one.better, one.units, one.values[:, order])
    for table in (pareto, regret, weightings):
        before, after = (_sorted(table(case)) for case in (one, other))
        if "dominated_by" in before:
            for frame in (before, after):
                frame["dominated_by"] = [sorted(words.split("; ")) for words in frame["dominated_by"]]
        pd.testing.assert_frame_equal(before, after)


@settings(deadline=None, max_examples=60)
@given(cubes(), st.data())
def test_a_dominated_option_changes_the_front_of_no_other(values: Any, data: Any) -> None:
    case = of(values)
    over = data.draw(st.integers(0, len(case.options) - 1))
    worse = data.draw(
        arrays(np.float64, values.shape[::2], elements=st.integers(0, 3).map(float)).filter(
            lambda less: (less.sum(axis=1) > 0).all()
        )
    )
    away = np.array([-1.0 if way == "higher" else 1.0 for way in case.better.values()])
    added = case.values[:, over] + away * worse
    more = Stated(
        (*case.options, "added"), case.better, case.units, np.concatenate([values, added[:, None]], axis=1)
    )
    before, after = pareto(case), pareto(more)
    assert after["on_front"].tolist() == [*before["on_front"], False]
    assert after["probability_on_front"].tolist() == [*before["probability_on_front"], 0]


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    keys = [name for name in ("weighting", "of", "option") if name in frame]
    return frame.sort_values(keys).reset_index(drop=True)
