"""What is made of runs is kept, and made anew where anything that makes it differs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from darien.calibrate import made
from darien.calibrate.counted_series import DataPoint
from darien.calibrate.emulating import Emulator
from darien.calibrate.fitting import Posterior
from darien.calibrate.lags import Floats
from darien.calibrate.made import kept_posterior, kept_shapes
from darien.calibrate.observing import Observation
from darien.calibrate.unknowns import Prior
from darien.experiments.pool import ONE

KNOWN = [Prior("first", 0, 1, "linear"), Prior("second", 0, 1, "linear")]
YEAR = DataPoint("s", dt.date(2014, 1, 1), dt.date(2014, 12, 31), 50.0, None)
SEEN = Observation(
    points=[YEAR, YEAR],
    reporting=np.zeros((2, 2)),
    spread=np.full(2, 0.1),
    spread_times=np.zeros((2, 2)),
    target=np.ones(2, dtype=bool),
    is_share=np.zeros(2, dtype=bool),
    is_middle=np.zeros(2, dtype=bool),
)
RUNS = np.array([[0.1, 0.2], [0.3, 0.4]])


def _must_not_be_made(*what: object, **how: object) -> Posterior:
    raise AssertionError("made anew")


def test_a_posterior_is_kept_and_made_anew_where_anything_that_makes_it_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Posterior(np.array([[0.25, 0.75]]), np.array([[0.2, 0.8]]), r_hat=1.005, effective=812.5)
    monkeypatch.setattr(made, "by_emulator", lambda *what, **how: first)
    how = cast(Emulator, None)  # which what it was taught from stands for

    def kept(draws: int = 10, units: Floats = RUNS) -> Posterior:
        return kept_posterior(tmp_path, KNOWN, units, units + 1, SEEN, how, draws, ONE)

    kept()
    monkeypatch.setattr(made, "by_emulator", _must_not_be_made)
    again = kept()
    assert (again.units == first.units).all()
    assert (again.emulated == first.emulated).all()
    assert (again.converged, again.r_hat, again.effective) == (True, 1.005, 812.5)
    with pytest.raises(AssertionError, match="made anew"):
        kept(draws=11)
    with pytest.raises(AssertionError, match="made anew"):
        kept(units=RUNS / 2)


def test_the_shapes_of_data_points_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    units = np.random.default_rng(1).uniform(size=(40, 2))
    seen = units @ np.array([[1.0, 0.0], [2.0, 1.0]])
    first = kept_shapes(tmp_path, units, seen, ONE)
    monkeypatch.setattr(made, "shapes", _must_not_be_made)
    again = kept_shapes(tmp_path, units, seen, ONE)
    assert all((getattr(again, of) == getattr(first, of)).all() for of in ("lengths", "signal", "noise"))
    with pytest.raises(AssertionError, match="made anew"):
        kept_shapes(tmp_path, units, seen + 1, ONE)
