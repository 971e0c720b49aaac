"""What a user calls better: mistakes are told, and no harm is no answer."""

from __future__ import annotations

import numpy as np
import pytest

from darien.experiments.stated import HARMS, interval, note, stated, table
from darien.scenario.errors import UserMistake

from .draws import long

OPTIONS, OUTCOMES = ("base", "one"), ("died", "reached_border")
VALUES = [[[5, 100], [4, 90]], [[6, 110], [7, 80]]]  # draws, options, outcomes


def test_values_are_those_of_the_whole_route_and_all_groups() -> None:
    found = stated(long(VALUES, OPTIONS, OUTCOMES), {"reached_border": "lower", "died": "lower"})
    assert found.options == OPTIONS
    assert found.outcomes == ("reached_border", "died")
    assert found.values.tolist() == np.asarray(VALUES)[:, :, ::-1].tolist()
    assert found.units == {"died": "persons", "reached_border": "persons"}


def test_more_is_better_in_what_is_turned() -> None:
    found = stated(long(VALUES, OPTIONS, OUTCOMES), {"died": "lower", "reached_border": "higher"})
    assert found.goodness[0].tolist() == [[-5, 100], [-4, 90]]


def test_a_draw_without_a_number_is_left_out_for_all() -> None:
    frame = long(VALUES, OPTIONS, OUTCOMES)
    gone = (frame["replicate"] == 0) & (frame["option"] == "one") & (frame["outcome"] == "died")
    frame.loc[gone, "value"] = np.nan
    found = stated(frame, {"died": "lower", "reached_border": "lower"})
    assert found.left_out == 1
    assert found.values.tolist() == [VALUES[1]]


def test_a_row_that_is_not_there_counts_nobody() -> None:
    frame = long(VALUES, OPTIONS, OUTCOMES)
    frame = frame[~((frame["option"] == "one") & (frame["outcome"] == "died"))]
    assert stated(frame, {"died": "lower"}).values[:, 1, 0].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("better", "words"),
    [
        ({"dyed": "lower"}, "no outcome of the whole route is named dyed; did you mean died"),
        ({"died": "less"}, "better.died: given less; allowed: lower or higher"),
        ({"reached_border": "lower"}, "no harm to migrants"),
        ({"died": "higher", "reached_border": "lower"}, "no harm to migrants"),
    ],
)
def test_mistakes_are_told(better: dict[str, str], words: str) -> None:
    with pytest.raises(UserMistake, match=words):
        stated(long(VALUES, OPTIONS, OUTCOMES), better)


def test_each_harm_alone_will_do() -> None:
    for harm in HARMS:
        assert stated(long(np.asarray(VALUES)[:, :, :1], OPTIONS, [harm]), {harm: "lower"}).outcomes == (
            harm,
        )


def test_a_note_where_nothing_of_enforcement_is_stated() -> None:
    assert "enforcement" in note({"died": "lower"})
    assert note({"died": "lower", "apprehended": "higher"}) == ""


def test_two_values_for_one_replicate_are_refused() -> None:
    frame = long(VALUES, OPTIONS, ["died", "died"])
    with pytest.raises(ValueError, match="more than one value"):
        table(frame[(frame["place"] == "") & (frame["group"] == "all")], "died")


def test_intervals_of_draws_and_of_means() -> None:
    apart = np.arange(101.0)
    assert interval(apart, 0.9, drawn=True) == pytest.approx((5, 95))
    low, high = interval(np.array([1.0, 3.0, np.nan]), 0.9, drawn=False)
    assert (low, high) == pytest.approx((2 - 6.3138, 2 + 6.3138), abs=1e-3)  # t of 1 degree of freedom
    assert np.isnan(interval(np.array([1.0]), 0.9, drawn=True)).all()
