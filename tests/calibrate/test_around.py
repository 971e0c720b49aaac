"""Departures about a date: nothing that was counted after it may tell of them, and they go on as before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibrate import small
from darien.calibrate import around, design
from darien.calibrate.around import Around, carried, count_about, ended, known_before
from darien.calibrate.departures import Wanted
from darien.calibrate.design import Conditioning, Job, setting
from darien.calibrate.lags import Response, days_of, months_of
from darien.calibrate.runs import Kept
from darien.calibrate.shock_series import declared
from darien.calibrate.telling import at_draws
from darien.experiments.pool import ONE
from darien.scenario.errors import UserMistake

HISTORY = """\
title: A short history
why: a test
extends: history-2014-2018.yaml
period: {start: 2014-01-01, end: 2014-12-31}
"""
PROBLEM = """\
title: A problem
why: a test
history: short.yaml
runs: 64
unknowns:
  weight: {paths: [parameters.cost_weight]}
series:
  all:
    role: target
    ids: [HND_irregular_monthly_all]
    counted: [{measure: entered, at: [danli]}]
    groups: [cuba, haiti]
    spread: 0.1
shocks:
  made_up:
    date: 2014-09-15
    why: a test
    months: 2
    series:
      all: &all
        ids: [HND_irregular_monthly_all]
        counted: [{measure: entered, at: [danli]}]
        groups: [cuba, south_asia]
        spread: 0.2
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "short.yaml").write_text(HISTORY, encoding="utf-8")
    made = tmp_path / "mine.yaml"
    made.write_text(PROBLEM, encoding="utf-8")
    return made


def test_the_months_about_a_date() -> None:
    here = Around(10, 3)
    assert here.months == [7, 8, 9, 11, 12, 13]
    assert here.end == 14


def test_a_history_ends_with_a_month() -> None:
    scenario = small.scenario("2014-01-01", "2015-12-31")
    assert ended(scenario, 14).period.end == dt.date(2015, 2, 28)
    assert ended(scenario, 24).period.end == dt.date(2015, 12, 31)
    assert len(months_of(ended(scenario, 14))) == 14


def test_departures_go_on_as_before_and_those_before_stay() -> None:
    months = pd.date_range("2014-01-01", periods=9, freq="MS", name="month")
    luck = np.random.default_rng(1)
    before = pd.DataFrame(luck.uniform(size=(5, 2)), index=months[:5], columns=["cuba", "haiti"])
    found = carried(before, months)
    assert found.iloc[:5].equals(before)
    for month in range(5, 9):
        assert found.iloc[month].to_numpy() == pytest.approx(before.iloc[2:5].mean().to_numpy())
    assert len(before) == 5  # as it was


def whole(after: float) -> Conditioning:
    """Two years in which a month of departures is counted in the next; ``after``: counts from March 2015."""
    scenario = small.scenario("2014-01-01", "2015-12-31")
    months = months_of(scenario)
    matrix, counted = np.eye(24, k=-1), np.full(24, 100.0)
    counted[14:] = after
    beyond = np.zeros(24)
    beyond[-1] = 1.0
    rates = pd.DataFrame({"cuba": np.append(counted[1:], after) / days_of(scenario)}, index=months)
    wanted = Wanted(counted, np.zeros(24, bool), months.year.to_numpy())
    return Conditioning(rates, {"cuba": Response(matrix, beyond, np.array([0.0, 1.0]))}, {"cuba": wanted})


def test_no_later_count_tells_of_departures() -> None:
    one, other = known_before(whole(500.0), 14), known_before(whole(1.0), 14)
    assert one.rates.equals(other.rates)  # those of February 2015 are counted in March: not known
    assert one.rates["cuba"].iloc[13] == pytest.approx(one.rates["cuba"].iloc[10:13].mean())
    assert (one.wanted["cuba"].persons == 100).all()
    assert len(one.wanted["cuba"].persons) == 14
    assert one.responses["cuba"].matrix.shape == (14, 14)
    assert one.responses["cuba"].share == pytest.approx(np.ones(14))  # the rest is counted after the end


def test_a_group_that_is_never_counted_keeps_its_departures() -> None:
    how = whole(100.0)
    nobody = Response(np.zeros((24, 24)), np.zeros(24), np.array([1.0]))
    found = known_before(Conditioning(how.rates, {"cuba": nobody}, how.wanted), 14)
    assert found.rates.equals(how.rates.iloc[:14])


def test_a_name_has_one_meaning(file: Path) -> None:
    other = PROBLEM[PROBLEM.index("  made_up") :].replace("made_up", "other").replace("0.2", "0.3")
    file.write_text(PROBLEM + other.replace("&all", ""), encoding="utf-8")
    with pytest.raises(UserMistake, match=r"shocks\.other\.series\.all: another shock has another series"):
        declared(setting(file))


def test_runs_about_a_date_are_kept_and_end_with_the_last_month(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = setting(file)
    here = declared(of).around["made_up"]
    kept = Kept(tmp_path / "runs", of)
    ends: list[dt.date] = []
    units = np.array([[0.5]])
    watch(monkeypatch, ends)
    task = partial(count_about, here, ("all",))
    found = np.array(at_draws(of, kept, "about", ["a"], task, units, ONE, None))
    assert found.shape == (1, 1, 4, 2)
    assert found[..., 0].min() > 50
    assert (found[..., 1] == 0).all()
    assert ends == [dt.date(2014, 8, 31), dt.date(2014, 11, 30)]
    again = np.array(at_draws(of, kept, "about", ["a"], _must_not_run, units, ONE, None))
    assert (again == found).all()


def watch(monkeypatch: pytest.MonkeyPatch, ends: list[dt.date]) -> None:
    """Notes the last day of every run at a draw."""
    for module in (design, around):
        real: Callable[..., object] = module.simulate

        def simulate(scenario: object, *, real: Callable[..., object] = real, **how: int) -> object:
            ends.append(scenario.period.end)  # type: ignore[attr-defined]
            return real(scenario, **how)

        monkeypatch.setattr(module, "simulate", simulate)


def _must_not_run(job: Job) -> list[list[list[float]]]:
    raise AssertionError("run anew")
