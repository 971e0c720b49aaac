"""What counts as a change, as an ordinary one, and as a model's success or failure."""

from __future__ import annotations

import numpy as np
import pytest

from darien.calibrate import changes
from darien.calibrate.changes import (
    DIRECTION,
    MISSED,
    REPRODUCED,
    UNDECIDABLE,
    change,
    quiet,
    reported_of,
    usual,
    verdict,
)


def persons(*counts: float) -> np.ndarray:
    return np.column_stack([counts, np.zeros(len(counts))])


def test_a_change_is_of_means_and_leaves_the_month_of_the_date_out() -> None:
    found = changes.changes(persons(100, 200, 300, 9999, 10, 20, 30), 3, share=False)
    assert found[3] == pytest.approx(np.log(20.5 / 200.5))
    assert np.isnan(np.delete(found, 3)).all()  # no other month has three on each side


def test_a_change_of_a_share_is_one_of_its_odds() -> None:
    before, after = np.array([[20.0, 100.0]] * 3), np.array([[80.0, 200.0]] * 3)
    odds = np.log((80.5 / 200.5) / (20.5 / 100.5))
    assert change(before, after, share=True) == pytest.approx(odds)
    assert change(np.stack([before] * 2), np.stack([after] * 2), share=True) == pytest.approx([odds] * 2)
    assert change(before, after, share=False) == pytest.approx(np.log(80.5 / 20.5))


def test_a_month_that_is_not_reported_leaves_its_spans_without_a_change() -> None:
    counts = persons(*[100.0] * 9)
    counts[2] = np.nan
    found = changes.changes(counts, 2, share=False)
    assert np.flatnonzero(np.isfinite(found)).tolist() == [2, 5, 6]  # month 2 itself belongs to neither side


def test_nobody_counted_is_a_large_change_and_no_error() -> None:
    assert change(persons(0, 0), persons(0, 0), share=False) == 0
    assert change(persons(1000, 1000), persons(0, 0), share=False) == pytest.approx(np.log(0.5 / 1000.5))


def test_months_near_an_event_are_not_quiet_nor_those_while_it_lasts() -> None:
    assert np.flatnonzero(~quiet(20, 3, [(8, 8)])).tolist() == [5, 6, 7, 8, 9, 10, 11]
    assert np.flatnonzero(~quiet(20, 2, [(8, 12)])).tolist() == list(range(6, 15))
    assert quiet(20, 3, []).all()


def test_what_is_ordinary_is_measured_about_no_change_and_without_the_month_itself() -> None:
    found = np.array([0.5] * 12 + [9.0, np.nan, 7.0])
    ordinary = np.array([True] * 14 + [False])
    assert usual(found, ordinary, but=12) == pytest.approx(0.5)  # all alike, so no spread about their mean
    assert np.isnan(usual(found, ordinary, but=0) - usual(found[:12], ordinary[:12], but=0))  # 11 are too few
    assert usual(found, ordinary, but=0) > 2


@pytest.mark.parametrize(
    ("reported", "low", "median", "high", "said"),
    [
        (-2.0, -2.5, -1.5, -0.5, REPRODUCED),
        (-2.0, -1.5, -1.0, -0.5, DIRECTION),
        (-2.0, -4.0, -3.5, -3.0, DIRECTION),
        (-2.0, -1.5, -0.5, 0.1, MISSED),  # the sign is not sure, and the size is outside
        (-2.0, 0.1, 0.5, 1.0, MISSED),
        (-2.0, -2.5, 0.2, 0.5, MISSED),  # inside, but most of it on the other side
        (2.0, 0.5, 1.0, 1.5, DIRECTION),
        (0.9, 0.5, 1.0, 1.5, UNDECIDABLE),
        (-0.9, 0.5, 1.0, 1.5, UNDECIDABLE),
        (np.nan, 0.5, 1.0, 1.5, UNDECIDABLE),
    ],
)
def test_verdicts(reported: float, low: float, median: float, high: float, said: str) -> None:
    assert verdict(reported, 0.5, low, median, high) == said


def test_without_a_yardstick_nothing_is_decided() -> None:
    assert verdict(9.0, np.nan, 8.0, 9.0, 10.0) == UNDECIDABLE


def test_reports_have_the_spread_and_the_chance_of_their_months() -> None:
    luck = np.random.default_rng(1)
    made = reported_of(np.full((4, 6, 2), 400.0), 0.2, False, 500, luck)
    assert made.shape == (2000, 6, 2)
    assert np.log(made[..., 0]).std() == pytest.approx(np.hypot(0.2, 400**-0.5), rel=0.05)
    assert (made[..., 1] == 400).all()
    assert np.corrcoef(made[:, 0, 0], made[:, 1, 0])[0, 1] == pytest.approx(0, abs=0.1)
    whole = reported_of(np.zeros((1, 2, 2)), 0.2, True, 3, luck)
    assert (whole == 0).all()
