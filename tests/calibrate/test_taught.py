"""Which runs teach an emulator: those at which the people come whom departures were worked out from."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from darien.calibrate.counted_series import DataPoint
from darien.calibrate.emulating import blurred_emulator, emulator, shapes, whole_runs
from darien.calibrate.fitting import by_emulator
from darien.calibrate.lags import Floats
from darien.calibrate.observing import HALF, MANY, MOST_OFF, Observation
from darien.calibrate.recovering import recover, truths
from darien.calibrate.unknowns import Prior

WANTED = 8000.0
CLIFF = 0.3  # of the second unknown: below it hardly anybody comes by
KNOWN = [Prior("first", 0, 1, "linear"), Prior("second", 0, 1, "linear")]


def observed() -> Observation:
    """Two counts, and the number that departures were worked out from."""
    point = DataPoint("s", dt.date(2014, 1, 1), dt.date(2014, 12, 31), 4000.0)
    derived = replace(point, reported=WANTED, derived=True)
    no = np.zeros(3, dtype=bool)
    return Observation(
        points=[point, point, derived],
        reporting=np.zeros((3, 2)),
        spread=np.full(3, 0.1),
        spread_times=np.zeros((3, 2)),
        target=~no,
        is_share=no,
        is_middle=no,
    )


def counted(n: int = 200) -> tuple[Floats, Floats]:
    """Points, and counts (runs, points, 2): smooth where people come by, of nearly nobody where not."""
    luck = np.random.default_rng(3)
    units = luck.uniform(size=(n, 2))
    fall = np.exp(-200 * np.maximum(CLIFF - units[:, 1], 0))
    smooth = np.exp(7 + np.column_stack([units[:, 0], units.sum(axis=1), np.zeros(n)]))
    smooth[:, 2] = WANTED
    counts = smooth * fall[:, None] * np.exp(0.02 * luck.normal(size=(n, 3)))
    return units, np.stack([counts, np.zeros_like(counts)], axis=-1)


def test_a_run_at_which_few_come_teaches_only_that_they_do_not() -> None:
    of, (_, counts) = observed(), counted()
    found = of.taught(counts)
    few = np.abs(np.log((counts[:, 2, 0] + HALF) / (WANTED + HALF))) > np.log(MOST_OFF)
    assert 20 < few.sum() < 100
    assert (whole_runs(found) == ~few).all()
    assert np.isnan(found[few][:, :2]).all()
    assert (found[:, 2] == of.seen(counts)[:, 2]).all()
    assert (found[~few] == of.seen(counts)[~few]).all()


def test_of_a_group_that_is_small_chance_decides_and_nobody_judges() -> None:
    of, (_, counts) = observed(), counted()
    few = [replace(point, reported=MANY - 1.0) if point.derived else point for point in of.points]
    assert whole_runs(replace(of, points=few).taught(counts)).all()


def test_an_emulator_is_that_of_the_runs_which_teach_it() -> None:
    of, (units, counts) = observed(), counted()
    seen = of.taught(counts)
    whole = whole_runs(seen)
    how = shapes(units, seen)
    made, alone = emulator(units, seen, how), emulator(units[whole], seen[whole], how)
    assert made.mean(units)[:, :2] == pytest.approx(alone.mean(units)[:, :2], abs=1e-3)  # single precision
    # and what is derived is told by all of them: where nobody comes, that nobody does
    assert made.mean(np.array([[0.5, 0.1]]))[0, 2] < np.log(WANTED) - 3


def test_it_is_nearer_than_one_of_all_runs_where_people_come() -> None:
    of, (units, counts) = observed(), counted(400)
    out, rest = np.split(np.arange(400), [100])
    whole = whole_runs(of.taught(counts[out]))
    truth = of.seen(counts[out])[whole][:, :2]
    near, all_runs = (
        blurred_emulator(units[rest], seen, shapes(units[rest], seen)).mean(units[out][whole])[:, :2]
        for seen in (of.taught(counts[rest]), of.seen(counts[rest]))
    )
    assert np.std(near - truth) < 0.5 * np.std(all_runs - truth)


def test_a_posterior_stays_where_people_come() -> None:
    of, (units, counts) = observed(), counted(400)
    seen = of.taught(counts)
    how = blurred_emulator(units, seen, shapes(units, seen))
    found = by_emulator(KNOWN, 2, of, how, of.reported, draws=300, warm_up=150, chains=2)
    assert (found.units[:, 1] > CLIFF - 0.05).mean() > 0.99


def test_truths_of_a_recovery_are_runs_at_which_people_come() -> None:
    of, (units, counts) = observed(), counted()
    seen = of.taught(counts)
    assert whole_runs(seen)[truths(seen, 60)].all()
    assert len(set(truths(seen, 60))) == 60
    rows = recover(KNOWN, 2, of, units, seen, shapes(units, seen), 4)
    assert set(rows["method"]) == {"emulator", "abc"}
    assert not rows[["low", "high", "rank"]].isna().any().any()
