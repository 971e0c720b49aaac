"""Draws with departures of their own: two of them, from the history itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from darien.calibrate import drawing
from darien.calibrate.derived import derived_table
from darien.calibrate.design import setting
from darien.calibrate.drawing import after, before, run_draws
from darien.calibrate.effects import run_effects
from darien.calibrate.runs import Kept
from darien.experiments.drawn import MONTHLY
from darien.experiments.pool import ONE, Hands

PROBLEM = """\
title: A problem
why: a test
history: history-2014-2018
runs: 64
unknowns:
  weight: {paths: [parameters.cost_weight]}
  north:
    paths: [checkpoints.acayucan.coverage, checkpoints.reynosa.coverage]
    times: {value: 1, low: 0.5, high: 2}
levers: {shut: checkpoint-darien}
outcomes: [apprehended, arrived]
assumed:
  skill: {paths: [parameters.skill_bribes]}
series:
  detained:
    role: target
    ids: [MEX_detentions_annual_Africa]
    counted: [{measure: apprehended, at: [MEX]}]
    groups: [africa]
    spread: 0.1
"""


def test_a_draw_has_every_path_and_departures_and_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "DRAWN", 2)
    file = tmp_path / "mine.yaml"
    file.write_text(PROBLEM, encoding="utf-8")
    of = setting(file)
    kept = Kept(tmp_path / "runs", of)
    posterior = np.array([[0.25, 0.5], [0.75, 1.0]])
    units = after(of, posterior)
    drawn = run_draws(of, kept, units, True, Hands(2))
    draws = drawn.table
    low, high = of.priors[0].low, of.priors[0].high
    assert set(draws["parameters.cost_weight"]) <= {low + 0.25 * (high - low), low + 0.75 * (high - low)}
    given = of.base.checkpoints["reynosa"].coverage.value
    assert (draws["checkpoints.reynosa.coverage"].round(9) >= round(given, 9)).all()
    assert draws["parameters.skill_bribes"].nunique() == 2  # drawn from its prior
    months = [path for path in draws if path.startswith(MONTHLY)]
    assert len(months) == 60 * len(of.base.departures.monthly)
    assert (draws[months] >= 0).all(axis=None)
    alone = run_draws(of, kept, units[:1], False, ONE)  # nothing counted: another run, the same draw
    pd.testing.assert_frame_equal(alone.table, draws[:1])
    assert alone.outcomes == drawn.outcomes[:1] == run_effects(of, kept, of.problem.levers, units[:1], ONE)
    assert drawn.outcomes[0]["shut"]["apprehended"] != drawn.outcomes[0]["base"]["apprehended"] > 0
    monkeypatch.setattr("darien.calibrate.telling.work_through", _must_not_run)
    pd.testing.assert_frame_equal(run_draws(of, kept, units, True, ONE).table, draws)
    _must_come_out(derived_table(of, drawn.counts))


def _must_come_out(derived: pd.DataFrame) -> None:
    """Panama's years and those of the US Border Patrol, which departures were worked out from."""
    years = derived.set_index(["group", "year"])
    assert years.loc[("cuba", 2015), "reported"] == pytest.approx(24_623)
    many = years[(years["reported"] > 3000) & (years.index.get_level_values("year") > 2014)]
    assert {"cuba", "haiti", "south_asia", "northern_triangle"} <= set(many.index.get_level_values("group"))
    assert (many["median"] / many["reported"] - 1).abs().max() < 0.15, many
    assert (derived["low"] <= derived["median"]).all()
    assert (derived["median"] <= derived["high"]).all()


def test_draws_of_the_prior_are_points_of_the_design(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "DRAWN", 3)
    file = tmp_path / "mine.yaml"
    file.write_text(PROBLEM, encoding="utf-8")
    of = setting(file)
    design = np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6], [0.7, 0.8]])
    units = before(of, design)
    assert units.shape == (3, 3)
    assert (units[:, :2] == design[:3]).all()
    assert len(set(units[:, 2])) == 3  # what is assumed is drawn too


def _must_not_run(
    of: object, kept: object, task: object, units: np.ndarray, done: set[int], *more: object
) -> None:
    assert set(range(len(units))) == set(done), "a draw that was kept would run again"
