"""The statistics of pairs against those of pandas and scipy, row by row."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import stats

from darien.experiments.paired import KEYS, differences, means, quantiles, variance

NUMBERS = st.one_of(st.floats(-1e6, 1e6), st.just(float("nan")))
TABLES = arrays(float, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=8), elements=NUMBERS)


@given(TABLES)
def test_means_variances_and_quantiles_are_those_of_pandas(values: npt.NDArray[np.float64]) -> None:
    table = pd.DataFrame(values)
    size = 1e-9 * (1 + np.nan_to_num(np.abs(values)).max())
    np.testing.assert_allclose(means(values), table.mean(axis=1), atol=size)
    np.testing.assert_allclose(variance(values), table.var(axis=1), rtol=1e-6, atol=size**2 * 1e6)
    for at, found in zip((0.05, 0.5, 0.95), quantiles(values, [0.05, 0.5, 0.95]), strict=True):
        np.testing.assert_allclose(found, table.quantile(at, axis=1), atol=size)


def rows(values: npt.NDArray[np.float64]) -> pd.DataFrame:
    names = [(f"outcome {n}", "", "all", "persons") for n in range(len(values))]
    return pd.DataFrame(values, index=pd.MultiIndex.from_tuples(names, names=KEYS))


def test_many_rows_at_once_are_what_each_is_alone() -> None:
    chance = np.random.default_rng(1)
    base, option = chance.normal(50, 9, (6, 12)), chance.normal(52, 9, (6, 12))
    base[2, :4] = option[3, 5] = np.nan
    found = differences(rows(base), rows(option))
    for n in range(len(base)):
        there = ~np.isnan(base[n]) & ~np.isnan(option[n])
        test = stats.ttest_rel(option[n][there], base[n][there])
        apart = (option[n] - base[n])[there]
        row = found.iloc[n]
        assert row["replicates"] == there.sum()
        assert (row["low"], row["high"]) == pytest.approx(tuple(test.confidence_interval(0.9)))
        assert (row["low_50"], row["high_50"]) == pytest.approx(tuple(test.confidence_interval(0.5)))
        assert row["median"] == pytest.approx(np.median(apart))
        assert row["higher"] == (apart > 0).mean()
        gain = (base[n][there].var(ddof=1) + option[n][there].var(ddof=1)) / apart.var(ddof=1)
        assert row["pairing_gain"] == pytest.approx(gain)


def test_under_draws_the_interval_is_of_the_differences_themselves() -> None:
    base, option = np.zeros((1, 21)), np.arange(21.0)[None]
    row = differences(rows(base), rows(option), drawn=True).iloc[0]
    assert (row["low"], row["low_50"], row["high_50"], row["high"]) == pytest.approx((1, 5, 15, 19))


def test_fewer_than_two_pairs_have_no_interval() -> None:
    row = differences(rows(np.array([[1.0, np.nan]])), rows(np.array([[3.0, 4.0]]))).iloc[0]
    assert row["difference"] == 2
    assert np.isnan([row["low"], row["high"], row["pairing_gain"]]).all()
