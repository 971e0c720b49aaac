"""Rivals on series that are made so that one of them is right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darien.calibrate.rivals import (
    LAGS,
    Ratio,
    best,
    errors,
    last_value,
    last_year,
    own_score,
    predicted,
    ratios,
    spread,
)
from darien.calibrate.scoring import covered, interval

ORIGIN, MONTHS = 48, 60


def noise(size: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=size)


def predict(rival: object, seen: np.ndarray) -> np.ndarray:
    made = predicted(rival, seen, ORIGIN, MONTHS - ORIGIN, 0.0)  # type: ignore[arg-type]
    assert made is not None
    return made


def test_a_series_that_comes_back_every_year_is_known_by_the_year_before() -> None:
    seen = np.tile(np.linspace(3, 9, 12), 5)
    assert best([last_value, last_year], seen, ORIGIN, 12, 0.0) is last_year
    assert predict(last_year, seen) == pytest.approx(np.tile(seen[ORIGIN:, None], 200))


def test_a_random_walk_is_known_by_its_last_value() -> None:
    seen = 20 + np.cumsum(0.3 * noise(MONTHS))
    assert best([last_year, last_value], seen, ORIGIN, 12, 0.0) is last_value
    low, middle, high = interval(predict(last_value, seen))
    assert middle == pytest.approx(np.full(12, seen[ORIGIN - 1]), abs=0.05)
    assert high[11] - low[11] > 2 * (high[0] - low[0])  # further ahead less is known


def test_lag_and_ratio_of_a_series_that_follows_another_are_found() -> None:
    panama = 8 + np.cumsum(0.4 * noise(MONTHS))
    seen = np.full(MONTHS, np.nan)
    seen[2:] = panama[:-2] - 1.5 + 0.01 * noise(MONTHS - 2, seed=2)
    chosen = best(ratios(panama, LAGS), seen, ORIGIN, 12, 0.0)
    assert isinstance(chosen, Ratio)
    assert chosen.lag == 2
    assert interval(predict(chosen, seen))[1] == pytest.approx(panama[ORIGIN - 2 : -2] - 1.5, abs=0.02)
    assert best([last_year, last_value, chosen], seen, ORIGIN, 12, 0.0) is chosen


def test_a_ratio_that_moves_is_taken_from_the_last_months() -> None:
    panama = 8 + 0.5 * noise(MONTHS)
    seen = panama + np.cumsum(np.full(MONTHS, 0.1))
    chosen = best(ratios(panama), seen, ORIGIN, 12, 0.0)
    assert isinstance(chosen, Ratio)
    assert chosen.window == 3


@given(st.integers(0, 10_000), st.sampled_from([last_year, last_value, "ratio"]))
def test_nothing_from_the_origin_on_is_looked_at(seed: int, which: object) -> None:
    panama, seen = 5 + noise(MONTHS, seed), 5 + noise(MONTHS, seed + 1)
    rival = best(ratios(panama, LAGS), seen, ORIGIN, 12, 0.0) if which == "ratio" else which
    other = seen.copy()
    other[ORIGIN:] = 99.0
    assert (predict(rival, seen) == predict(rival, other)).all()
    assert own_score(rival, seen, ORIGIN, 12, 0.0) == own_score(rival, other, ORIGIN, 12, 0.0)  # type: ignore[arg-type]


def test_errors_stand_by_start_and_horizon_up_to_the_origin() -> None:
    seen = np.array([1.0, 2.0, 4.0, 8.0, 99.0, 99.0])
    found = errors(last_value, seen, 4, 3)
    assert found[1].tolist() == [1.0, 3.0, 7.0]
    assert found[3][0] == 4.0
    assert np.isnan(found[3][1:]).all()
    assert np.isnan(found[0]).all()


def test_no_rival_is_formed_of_too_few_months() -> None:
    short = np.full(MONTHS, np.nan)
    short[ORIGIN - 10 :] = 5 + noise(MONTHS - ORIGIN + 10)
    none = np.full(MONTHS, np.nan)
    none[ORIGIN:] = 5.0
    for seen in (short, none):
        assert predicted(last_year, seen, ORIGIN, 12, 0.0) is None
        assert best([last_year], seen, ORIGIN, 12, 0.0) is None
    assert spread(errors(last_value, none, ORIGIN, 12)) is None


def test_no_count_below_nobody_is_predicted() -> None:
    assert predict(last_value, np.abs(0.5 * noise(MONTHS))).min() == 0.0


def test_intervals_of_the_right_rival_hold_nine_in_ten() -> None:
    inside = []
    for seed in range(150):
        seen = 20 + np.cumsum(0.3 * noise(MONTHS, seed))
        low, _, high = interval(predict(last_value, seen))
        inside.append(covered(low, high, seen[ORIGIN:]).mean())
    assert 0.82 < float(np.mean(inside)) < 0.96
