"""Scores against closed forms, and what must hold for any numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from darien.calibrate.scoring import LEVEL, covered, crps, interval, interval_score, ratio

numbers = st.floats(-1e3, 1e3)
samples = st.lists(numbers, min_size=1, max_size=30).map(np.array)


@pytest.mark.parametrize("seen", [-2.0, 0.0, 0.3, 4.0])
def test_crps_of_a_normal_is_its_closed_form(seen: float) -> None:
    middle, width = 0.5, 1.7
    quantiles = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000, middle, width)
    z = (seen - middle) / width
    exact = width * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert crps(quantiles, np.array(seen)) == pytest.approx(exact, rel=1e-3)


@given(samples, numbers)
def test_crps_is_the_mean_distance_less_half_that_between_samples(made: np.ndarray, seen: float) -> None:
    expected = np.abs(made - seen).mean() - np.abs(made[:, None] - made).mean() / 2
    found = float(crps(made, np.array(seen)))
    assert found == pytest.approx(expected, abs=1e-9)
    assert found >= -1e-9
    assert float(crps(made + 3, np.array(seen + 3))) == pytest.approx(found, abs=1e-9)
    assert float(crps(2 * made, np.array(2 * seen))) == pytest.approx(2 * found, abs=1e-9)


def test_crps_of_one_sample_is_its_error_and_of_nothing_seen_nothing() -> None:
    found = crps(np.array([[3.0], [3.0], [3.0]]), np.array([5.0, 3.0, np.nan]))
    assert found[:2].tolist() == [2.0, 0.0]
    assert np.isnan(found[2])


def test_an_interval_is_scored_by_its_width_and_ten_times_for_each_side() -> None:
    low, high = np.array([2.0, 2.0, 2.0]), np.array([5.0, 5.0, 5.0])
    seen = np.array([3.0, 1.5, 6.0])
    assert interval_score(low, high, seen) == pytest.approx([3.0, 3.0 + 20 * 0.5, 3.0 + 20 * 1.0])
    assert covered(low, high, seen).tolist() == [True, False, False]


def test_the_interval_of_evenly_spread_samples_leaves_a_twentieth_at_each_end() -> None:
    low, middle, high = interval(np.linspace(0, 1, 10_001))
    assert (low, middle, high) == pytest.approx(((1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2))


@given(st.floats(0.1, 10), st.integers(1, 6))
def test_a_predictor_that_is_always_so_much_better_is_so_in_every_resample(times: float, series: int) -> None:
    theirs = np.random.default_rng(series).uniform(0.1, 1, size=(series, 12))
    assert ratio(times * theirs, theirs) == pytest.approx((times, times, times))


def test_a_month_that_one_of_the_two_lacks_counts_for_neither() -> None:
    ours, theirs = np.full((2, 12), 1.0), np.full((2, 12), 2.0)
    ours[0, 3] = np.nan
    theirs[1, 5], ours[1, 5] = np.nan, 99.0
    assert ratio(ours, theirs) == pytest.approx((0.5, 0.5, 0.5))
    with pytest.raises(ValueError, match="no month has a score of both"):
        ratio(np.full((1, 12), np.nan), theirs[:1])


def test_the_interval_of_a_ratio_knows_that_a_series_errs_as_a_whole() -> None:
    luck = np.random.default_rng(3)
    noise = luck.gamma(4, 0.25, size=(8, 12))
    _, low, high = ratio(noise, luck.gamma(4, 0.25, size=(8, 12)))
    whole = luck.gamma(1, 1, size=(8, 1)) * noise
    _, lower, higher = ratio(whole, noise)
    assert low < 1 < high
    assert higher / lower > 1.5 * high / low
