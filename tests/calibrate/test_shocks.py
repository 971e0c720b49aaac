"""Dated events as tests of a fit: what is compared, what is left out, and the tables that come of it."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibrate.test_fit_command import PROBLEM as FITTED
from calibrate.test_fit_command import made_of
from darien.calibrate import fit_command, runs, shocks
from darien.calibrate.around import Around
from darien.calibrate.changes import MISSED, REPRODUCED, UNDECIDABLE
from darien.calibrate.design import Job, setting
from darien.calibrate.fit_command import command, told
from darien.calibrate.fitting import Posterior
from darien.calibrate.observing import observation
from darien.calibrate.problem import load_problem, locate
from darien.calibrate.shock_series import dated_events, declared, placebo_months, without
from darien.calibrate.shock_text import placebo_page, placebo_told, shocks_page
from darien.calibrate.shocks import DRAWS, drawn
from darien.report.figures import draw_fit
from darien.scenario.errors import ScenarioError, UserMistake

SHOCKS = """\
shocks:
  cubans:
    date: 2017-01-12
    why: a test
    size: [idle]
    series:
      months: &months
        ids: [HND_irregular_monthly_all]
        counted: [{measure: entered, at: [danli]}]
        groups: [cuba, haiti]
        spread: 0.1
        quota: {from: 2017-02-01, until: 2017-02-28, low: 1, high: 2, assumption: a test}
  panama:
    date: 2016-05-09
    why: a test
    series:
      months: *months
  letter:
    date: 2016-09-21
    why: a test
    unseen: nobody counted by month
"""


def test_a_fit_is_tested_by_events_and_resumes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(FITTED + SHOCKS, encoding="utf-8")
    monkeypatch.setattr(fit_command, "SHOCK_DRAWS", 200)
    monkeypatch.setattr(runs, "warm_up", lambda *what: None)
    monkeypatch.setattr(runs, "_keep_conditioning", lambda *what: None)
    monkeypatch.setattr(shocks, "count_about", falls)
    folder = made_of(file, tmp_path / "out", shocks=True)

    table = pd.read_csv(folder / "shocks.csv").set_index("shock")
    assert table.index.tolist() == ["cubans", "panama", "letter"]
    assert table["verdict"].tolist() == [REPRODUCED, UNDECIDABLE, UNDECIDABLE]
    cubans = table.loc["cubans"]
    assert (cubans["before"], cubans["after"]) == pytest.approx((3436, 245))
    assert cubans["reported_change"] == pytest.approx(np.log(245.5 / 3436.5))
    assert cubans["low"] < cubans["reported_change"] < cubans["high"]
    assert cubans["note"] == "2017-02: 6.5 to 12.9 times the quota"  # 362 persons in 28 days
    assert table.loc["letter", "note"] == "nobody counted by month"
    assert "no larger than twice" in table.loc["panama", "note"]
    placebo = pd.read_csv(folder / "placebo.csv")
    assert placebo["date"].tolist() == [f"2014-{m}" for m in (11, 12)] + [f"2015-{m:02}" for m in range(1, 7)]
    assert placebo["false_alarm"].all()  # the same fall where nothing happened
    words = told(folder)
    assert re.search(r"cubans \(2017-01-12\), months: 0\.071, ordinary up to [\d.]+, simulated 0\.0", words)
    assert "8 months without an event, 8 tests: 8 false alarms" in words
    assert "false alarm: 2015-03 months" in words
    assert ("NOT CONVERGED: the chains without the months after it, of" in words) is not table[
        "converged"
    ].dropna().astype(bool).all()
    assert draw_fit(folder)[-1].name == "shocks.png"

    before = {file.name: file.read_bytes() for file in folder.glob("*.csv")}
    monkeypatch.setattr(shocks, "count_about", _must_not_run)
    again = made_of(file, tmp_path / "out", shocks=True)
    assert {file.name: file.read_bytes() for file in again.glob("*.csv")} == before


def falls(around: Around, names: tuple[str, ...], job: Job) -> list[list[list[float]]]:
    """Twice as many as Honduras reported before and after January 2017, wherever the date lies."""
    one = [[6872.0, 0.0]] * around.span + [[490.0, 0.0]] * around.span
    return [one for _ in names]


def _must_not_run(*what: object) -> None:
    raise AssertionError("run anew")


def test_a_problem_without_shocks_is_told_before_it_is_fitted(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(FITTED, encoding="utf-8")
    with pytest.raises(UserMistake, match="has no `shocks`"):
        command(str(file), tmp_path / "out", shocks=True)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("HND_irregular_monthly_all", "HND_irregular_monthly_al", "the nearest is HND_irregular_monthly_all"),
        ("HND_irregular_monthly_all", "HND_irregular_annual_all", "months: no months are reported"),
        ("HND_irregular_monthly_all", "PANalt_irregular_monthly_all", "is a second count"),
        ("date: 2017-01-12", "date: 2018-10-12", r"shocks\.cubans\.date: 2018-10-12 has no 3 months"),
        ("date: 2017-01-12", "date: 2013-01-12", r"shocks\.cubans\.date: 2013-01-12 has no 3 months"),
        ("[cuba, haiti]", "[kuba]", "there is no group kuba"),
        ("[danli]", "[danly]", "danly is no place"),
    ],
)
def test_a_wrong_declaration_is_told_before_anything_runs(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    file = tmp_path / "mine.yaml"
    text = SHOCKS.replace(old, new)
    assert text != SHOCKS
    file.write_text(FITTED + text, encoding="utf-8")
    with pytest.raises(UserMistake, match=said):
        command(str(file), tmp_path / "out", shocks=True)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("size: [idle]", "size: [idel]", "shocks.cubans.size: is no unknown; given idel"),
        ("    unseen: nobody counted by month\n", "", "needs `series`, or `unseen`"),
        ("date: 2017-01-12", "date: 2017-01-12\n    until: 2016-01-12", "before its date"),
        ("spread: 0.1", "spread: 0.1\n        members: [Cuba]", "`members` cannot be compared by month"),
        ("spread: 0.1", "spread: 0.1\n        gains: {africa: no}", "gains.africa: is no misdeclared share"),
        ("date: 2017-01-12", "day: 2017-01-12", "shocks.cubans.day: unknown key"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(FITTED + SHOCKS.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        load_problem(file)
    assert said in str(error.value)


def test_targets_that_reach_into_the_months_after_an_event_are_left_out(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(FITTED, encoding="utf-8")
    of = setting(file)
    seen = observation(of.problem, of.base, of.counter.points)

    def fitted(date: dt.date) -> list[str]:
        left = without(seen, date).target & ~seen.derived
        return [point.label for point, target in zip(seen.points, left, strict=True) if target]

    assert fitted(dt.date(2017, 1, 12)) == ["all 2014", "all 2015", "all 2016", "detained 2018"]
    assert fitted(dt.date(2016, 9, 21)) == ["all 2014", "all 2015", "detained 2018"]  # to 20 March 2017
    assert fitted(dt.date(2016, 7, 1)) == ["all 2014", "all 2015", "all 2017", "detained 2018"]
    assert without(seen, dt.date(2016, 7, 1)).target[seen.derived].all()
    assert (seen.target & ~seen.derived).sum() == 5  # as it was


def test_how_large_an_effect_is_comes_from_its_prior(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(FITTED + SHOCKS, encoding="utf-8")
    of = setting(file)
    middle = np.full((50, 4), 0.5)
    posterior = Posterior(middle, middle, 1.0, 500.0)
    units = drawn(of, posterior, of.problem.shocks["cubans"])
    assert units.shape == (DRAWS, 3)
    assert (units[:, :2] == 0.5).all()
    assert units[:, 2].std() == pytest.approx(12**-0.5, rel=0.1)
    assert (drawn(of, posterior, of.problem.shocks["panama"]) == 0.5).all()


@pytest.mark.parametrize("name", ["2014-2018", "2018-2023"])
def test_the_shocks_of_a_problem_can_be_compared(name: str) -> None:
    of = setting(locate(name))
    known = declared(of)
    events = known.events + [
        (position, position)
        for day in dated_events()
        for position in [12 * (day.year - of.base.period.start.year) + day.month - 1]
    ]
    placebos = placebo_months(of, known)
    assert 5 <= len(placebos) <= 20
    assert len(set(placebos)) == len(placebos)
    for month in placebos:
        assert not any(first - 3 <= month <= last + 3 for first, last in events)
    for shock, around in known.around.items():
        for series in of.problem.shocks[shock].series:
            assert np.isfinite(known.reported[series][around.months]).all()


def test_what_the_data_say_of_october_2022() -> None:
    of = setting(locate("2018-2023"))
    others = declared(of).reported["panama_others"][:, 0]
    assert others[12 * 4 + 8] == 9805
    assert others[12 * 4 + 11] == 18923


def test_failures_stay_on_the_page() -> None:
    row = {"shock": "an_event", "date": "2017-01-12", "series": "months", "before": 100.0, "after": 0.2}
    row |= {"reported_change": -3.0, "usual": 0.5, "low": -0.1, "median": 0.0, "high": 0.1}
    row |= {"verdict": MISSED, "converged": False, "note": np.nan}
    page = shocks_page(pd.DataFrame([row]))
    assert "| an event (2017-01-12) | months | 100 | 0.20 | 0.05 | 2.7 | 0.9 to 1.1 | **missed** |  |" in page
    assert "Missed: 1. Chains too short to have converged: of 1 events." in page
    columns = ["date", "series", "false_alarm", "exceeds"]
    assert "No month" in placebo_told(pd.DataFrame(columns=columns))
    placebo = pd.DataFrame([("2015-01", "a", True, False), ("2015-02", "a", False, True)], columns=columns)
    assert "| a | 2 | 1 | 1 | 2015-01 |" in placebo_page(placebo)
