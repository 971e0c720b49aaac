"""Break-evens whose place is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from darien.experiments.break_even import by_draw, crossings, told
from darien.experiments.comparison import BreakEven

OF = BreakEven(option="training", against="officers", outcome="died", over="a.share", values=[0.0, 1.0, 3.0])


@pytest.mark.parametrize(
    ("apart", "found"),
    [
        ([-1, 1, 2], [0.5]),
        ([-1, -1, 3], [1.5]),
        ([1, 2, 3], []),
        ([-1, 1, -1], [0.5, 2.0]),
        ([0, 1, 2], [0.0]),
        ([-2, -1, 0], [3.0]),
        ([-1, 0, 1], [1.0]),
        ([0, 0, 1], [0.0]),
        ([0, 0, 0], []),
    ],
)
def test_known_crossings(apart: list[float], found: list[float]) -> None:
    assert crossings(OF.values, np.array(apart, dtype=float)) == found


def says(apart: Any) -> dict[str, object]:
    draws = by_draw("enough", OF, np.asarray(apart, dtype=float))
    return dict(told({"enough": OF}, draws).iloc[0])


def test_the_sentence_says_what_must_be_exceeded() -> None:
    row = says([[-1, 1, 2]] * 3 + [[1, 1, 1]])
    assert (row["median"], row["one"], row["none_more"], row["rising"]) == (0.5, 0.75, 0.25, 1)
    assert row["says"] == (
        "training has more died than officers only where share exceeds 0.5 (90 % of the draws: below 0 to "
        "0.5); in 25 % of the draws it has more at every value from 0 to 3."
    )


@pytest.mark.parametrize("side", [1, -1])
def test_draws_without_a_crossing_count_as_beyond_the_values(side: int) -> None:
    crossing, never, always = [-1, 1, 2], [-1, -1, -1], [1, 1, 1]
    row = says(side * np.array([crossing] * 10 + [never] * 3 + [always]))
    assert (row["low"], row["median"], row["high"]) == (-np.inf, 0.5, np.inf)
    assert "(90 % of the draws: below 0 to above 3)" in str(row["says"])
    row = says(side * np.array([crossing] * 2 + [never] * 3))
    assert row["median"] == np.inf
    assert "a value above 3 (90 % of the draws: 0.5 to above 3)" in str(row["says"])


def test_draws_that_cross_the_other_way_have_no_place() -> None:
    row = says([[-1, 1, 2]] * 3 + [[1, -3, -3]] * 2)
    assert (row["low"], row["median"], row["high"]) == (0.5, 0.5, 0.5)


def test_draws_that_turn_the_other_way_are_told() -> None:
    row = says([[1, -1, -2]] * 3 + [[-1, 1, 2]])
    assert "only where share stays below 0.5" in str(row["says"])
    assert "in 25 % where it exceeds a value" in str(row["says"])


def test_none_several_and_equal_ones_are_counted_apart() -> None:
    row = says([[-1, -1, -1], [-1, 1, -1], [0, 0, 0], [1, 1, 1]])
    shares = {key: row[key] for key in ("one", "none_more", "none_less", "none_same", "several")}
    assert shares == {"one": 0, "none_more": 0.25, "none_less": 0.25, "none_same": 0.25, "several": 0.25}
    assert "no value from 0 to 3 is enough" in str(row["says"])
    assert np.isnan(row["median"])  # type: ignore[call-overload]


def test_a_draw_without_the_outcome_is_left_out() -> None:
    assert says([[-1.0, 1.0, 2.0], [float("nan"), 1, 2]])["one"] == 1
    assert (
        says([[float("nan"), 1, 2]])["says"] == "training against officers: died exist in none of the draws."
    )
