"""Pulls of series and pairs of unknowns, where both are known."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from calibrate.test_fitting import KNOWN, SLOPES, SPREAD, TRUTH, runs, taught, toy
from darien.calibrate.counted_series import DataPoint
from darien.calibrate.diagnosing import pulls, together
from darien.calibrate.fitting import Posterior, by_emulator
from darien.calibrate.observing import Observation

WAYS = np.hstack([SLOPES, SLOPES, SLOPES])  # three authorities count the same
VARIANCE = SPREAD**2 + 0.02**2


def test_a_series_that_was_reported_higher_pulls_its_unknown_up() -> None:
    luck = np.random.default_rng(5)
    units = luck.uniform(size=(300, 2))
    seen = 8 + units @ WAYS + 0.02 * luck.normal(size=(300, 9))
    said = 8 + TRUTH @ WAYS + np.repeat([0.1, 0.0, 0.0], 3)  # the first of them counts more than the others
    points = [
        DataPoint(series, dt.date(2014, 1, 1), dt.date(2014, 12, 31), float(np.exp(one) - 0.5))
        for series, one in zip(np.repeat(["high", "b", "c"], 3), said, strict=True)
    ]
    no = np.zeros(9, dtype=bool)
    of = Observation(points, np.zeros((9, 2)), np.full(9, SPREAD), np.zeros((9, 2)), ~no, no, no)
    how = taught(units, seen)
    posterior = by_emulator(KNOWN, 2, of, how, of.reported, draws=1000)
    moved = pulls(KNOWN, 2, of, how, posterior).set_index(["series", "unknown"])
    spread = np.sqrt(np.diag(np.linalg.inv(WAYS @ WAYS.T / VARIANCE)))
    whole = np.linalg.lstsq(WAYS.T, said - 8, rcond=None)[0]
    rest = np.linalg.lstsq(WAYS[:, 3:].T, said[3:] - 8, rcond=None)[0]
    for k, unknown in enumerate(("first", "second")):
        assert moved.loc[("high", unknown), "pull"] == pytest.approx((whole - rest)[k] / spread[k], abs=0.2)
        assert moved.loc[("high", unknown), "pull"] > 0 > moved.loc[("b", unknown), "pull"]


def test_a_series_on_which_all_hangs_is_not_a_number() -> None:
    units, seen = runs()
    points = [DataPoint(name, dt.date(2014, 1, 1), dt.date(2014, 12, 31), 3000.0) for name in "aab"]
    of = replace(toy(), points=points, spread=np.full(3, 0.001))
    how = taught(units, seen)
    units = np.random.default_rng(3).uniform(size=(500, 2))
    moved = pulls(KNOWN, 2, of, how, Posterior(units, units, 1.0, 500.0))
    assert moved["pull"].isna().any()
    assert (moved.loc[moved["pull"].isna(), "pareto_k"] > 0.7).all()


def test_unknowns_that_go_together_are_named_strongest_first() -> None:
    luck = np.random.default_rng(1).normal(size=(3, 500))
    values = pd.DataFrame({"a": luck[0], "b": -luck[0] + 0.1 * luck[1], "c": luck[0] + luck[1], "d": luck[2]})
    pairs = together(values)
    assert pairs.iloc[0][["one", "other"]].tolist() == ["a", "b"]
    assert pairs.iloc[0]["correlation"] < -0.9
    assert "d" not in {*pairs["one"], *pairs["other"]}
