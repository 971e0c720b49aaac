"""What is the unknowns and what is chance, where the truth is known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from darien.experiments.variance import mean_squares, unknowns_share

ONE = np.ones(1)


def simulated(unknowns: float, chance: float, draws: int, luck: int, rows: int) -> npt.NDArray[np.float64]:
    found = np.random.default_rng(3)
    of_draw = found.normal(0, unknowns, (rows, draws, 1))
    return (of_draw + found.normal(0, chance, (rows, draws, luck))).reshape(rows, draws * luck)


def test_a_known_share_is_found_and_its_interval_holds_it_as_often_as_it_says() -> None:
    values = simulated(2.0, 1.0, draws=30, luck=3, rows=2000)
    of = mean_squares(values, np.ones(2000), luck=3)
    assert of.unknowns.mean() == pytest.approx(4.0, rel=0.03)
    assert of.within.mean() == pytest.approx(1.0, rel=0.03)
    share, low, high = unknowns_share(of)
    assert np.median(share) == pytest.approx(0.8, abs=0.02)
    assert np.mean((low <= 0.8) & (high >= 0.8)) == pytest.approx(0.9, abs=0.02)
    assert ((low <= share) & (share <= high)).all()


def test_all_chance_is_no_unknowns() -> None:
    of = mean_squares(np.array([[1.0, 3.0, 1.0, 3.0, 1.0, 3.0]]), ONE, luck=2)
    assert (of.between[0], of.within[0], of.unknowns[0]) == (0, 2, 0)
    share, low, _ = unknowns_share(of)
    assert (share[0], low[0]) == (0, 0)


def test_no_chance_is_all_unknowns() -> None:
    share, low, high = unknowns_share(mean_squares(np.array([[1.0, 1, 4, 4, 7, 7]]), ONE, luck=2))
    assert (share[0], low[0], high[0]) == (1, 1, 1)


def test_one_run_a_draw_cannot_tell_them_apart() -> None:
    of = mean_squares(np.array([[1.0, 2.0, 6.0]]), ONE, luck=1)
    assert (of.between[0], of.within[0]) == (pytest.approx(7), 0)
    assert np.isnan(unknowns_share(of)).all()


def test_what_does_not_vary_has_no_share_and_rounding_is_no_variance() -> None:
    values = np.full((1, 6), 1e9) + np.array([[0, 1e-7, 0, 0, 0, 1e-7]])
    of = mean_squares(values, np.full(1, 1e9), luck=2)
    assert (of.between[0], of.within[0]) == (0, 0)
    assert np.isnan(unknowns_share(of)).all()


def test_a_draw_without_the_outcome_in_a_run_is_left_out() -> None:
    values = np.array([[1.0, 1, np.nan, 50, 4, 4]])
    of = mean_squares(values, ONE, luck=2)
    assert of.draws[0] == 2
    assert (of.between[0], of.within[0]) == (pytest.approx(9), 0)
