"""What is predicted month by month: which series, from which data, with which departures."""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibrate import small
from darien.calibrate import predicting
from darien.calibrate.departures import Wanted
from darien.calibrate.design import Conditioning, setting
from darien.calibrate.fitting import Posterior
from darien.calibrate.lags import Response, days_of, months_of
from darien.calibrate.observing import observation
from darien.calibrate.predicting import (
    as_fitted,
    before_origin,
    even,
    evened,
    expect,
    monthly,
    monthly_series,
    origin_of,
    panama,
)
from darien.calibrate.problem import load_problem, locate
from darien.calibrate.runs import Kept
from darien.calibrate.targets import targets_of
from darien.experiments.pool import ONE
from darien.experiments.run import Show
from darien.record.report_files import load_reported
from darien.scenario.errors import UserMistake

PROBLEM = """\
title: A problem
why: a test
history: history-2014-2018
runs: 64
unknowns:
  weight: {paths: [parameters.cost_weight]}
reporting:
  honduras: {low: 0.5, high: 2, assumption: a test}
series:
  all:
    role: target
    ids: [HND_irregular_annual_all]
    until: 2017-12-31
    counted: [{measure: entered, at: [danli]}]
    groups: [cuba, haiti]
    share: honduras
    spread: 0.1
  all_2018:
    role: tests
    ids: [HND_irregular_annual_all]
    from: 2018-01-01
    counted: [{measure: entered, at: [danli]}]
    groups: [cuba, haiti]
    share: honduras
    spread: 0.1
  share:
    role: target
    ids: [MEX_expelled_total_monthly_Guatemala]
    years: sum
    counted: [{measure: removed, at: [MEX]}]
    groups: [northern_triangle]
    against:
      ids: [USASWB_USBP_M_Guatemala]
      counted: [{measure: finished, at: [cross_tijuana]}]
    spread: 0.25
  half_year:
    role: tests
    ids: [MEX_extracontinental_halfyear]
    counted: [{measure: apprehended, at: [MEX]}]
    groups: [africa]
    spread: 0.1
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("predicting") / "mine.yaml"
    made.write_text(PROBLEM, encoding="utf-8")
    return made


def test_series_are_found_by_month_and_one_that_goes_on_is_one(file: Path) -> None:
    months = monthly(setting(file))
    assert months.names == ["all", "share"]
    assert months.problem.series["all"].ids == ["HND_irregular_monthly_all"]
    assert months.origin == 48
    assert np.isfinite(months.seen[0]).all()
    assert np.isnan(months.seen[1, :12]).all()  # Mexico's removals begin in 2015
    rows = load_reported().series("HND_irregular_monthly_all")
    row = rows[rows["start"] == "2016-05-01"]
    assert np.expm1(months.seen[0, 28]) == pytest.approx(float(row["value"].iloc[0]))


def test_every_series_of_2018_to_2023_that_has_months_is_predicted_for_2023() -> None:
    problem = load_problem(locate("2018-2023"))
    found = monthly_series(problem, load_reported(), dt.date(2023, 1, 1), dt.date(2023, 12, 31))
    assert "honduras_venezuela" in found
    assert found["mexico_detained_south_america"].ids == [
        f"MEX_detentions_monthly_{name}" for name in ("Ecuador", "Colombia", "Peru")
    ]
    assert not any(name.endswith("_2023") for name in found)
    assert all(series.until is None and series.start is None for series in found.values())


def test_only_what_ends_before_the_origin_is_fitted(file: Path) -> None:
    of = setting(file)
    seen = observation(of.problem, of.base, of.counter.points)
    assert origin_of(of.base) == dt.date(2018, 1, 1)
    past = before_origin(seen, origin_of(of.base))
    assert past.target[past.derived].all()  # of the year that is predicted it is given
    judged = past.target & ~past.derived
    fitted = [point for point, target in zip(past.points, judged, strict=True) if target]
    assert {point.end.year for point in fitted} == {2014, 2015, 2016, 2017}
    assert {point.series for point in fitted} == {"all", "share"}
    assert seen.target.sum() == past.target.sum() + 1  # the share of 2018
    with pytest.raises(UserMistake, match="two years or more"):
        origin_of(small.scenario("2014-01-01", "2014-12-31"))


def test_years_without_months_are_taken_as_even() -> None:
    years, days = (
        np.repeat([2018, 2019], 12),
        np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] * 2, float),
    )
    persons, spread = np.arange(24.0), np.repeat([True, False], 12)
    found = even(persons, spread, years, days)
    assert found[:12].sum() == pytest.approx(persons[:12].sum())
    assert found[:12] / days[:12] == pytest.approx(np.full(12, 66 / 365))
    assert (found[12:] == persons[12:]).all()


def test_the_shape_of_honduras_months_is_taken_out_of_what_departures_must_give() -> None:
    scenario = small.scenario("2018-01-01", "2019-12-31")
    months = months_of(scenario)
    shaped = np.where(months.month == 5, 500.0, 10.0)
    spread = np.repeat([True, False], 12)
    how = Response(np.eye(24), np.zeros(24), np.array([1.0, 0.0]))
    rates = pd.DataFrame({"cuba": shaped / days_of(scenario)}, index=months)
    wanted = Wanted(shaped, spread, months.year.to_numpy())
    found = evened(Conditioning(rates, {"cuba": how}, {"cuba": wanted}), scenario)
    assert found.wanted["cuba"].persons[:12].sum() == pytest.approx(610)
    assert np.ptp(found.wanted["cuba"].persons[:12]) < 6
    assert (found.wanted["cuba"].persons[12:] == shaped[12:]).all()
    assert found.rates["cuba"][:12].nunique() == 1
    assert rates["cuba"].nunique() > 1  # as it was


def test_panama_stands_beside_the_groups_it_counts(file: Path) -> None:
    of = setting(file)
    months = monthly(of)
    given = panama(of, months)
    assert np.isnan(given[1]).all()  # the Northern Triangle does not pass Panama
    reported = load_reported()
    year = sum(
        float(reported.annual([f"PAN_irregular_annual_{name}"])["2016-01-01"]) for name in ("Cuba", "Haiti")
    )
    share = targets_of(of.base, reported)["cuba"].share
    assert np.expm1(given[0, 24:36]).sum() == pytest.approx(year / share, rel=0.05)
    assert np.ptp(np.expm1(given[0, 24:36])) < 0.12 * np.expm1(given[0, 24])  # no shape of Honduras in it


def test_panama_counts_nationalities_whose_departures_another_country_derives() -> None:
    of = setting(locate("2018-2023"))
    months = monthly(of)
    given = np.expm1(panama(of, months)[months.names.index("honduras_south_america")])
    reported = load_reported()
    names = ("Ecuador", "Colombia", "Peru")
    by_month = reported.monthly([f"PAN_irregular_monthly_{name}" for name in names])
    assert given[24:] == pytest.approx(by_month["2020-01-01":"2023-12-01"].to_numpy())
    year = reported.annual([f"PAN_irregular_annual_{name}" for name in names])["2019-01-01"]
    assert given[12:24].sum() == pytest.approx(float(year))
    assert np.ptp(given[12:24]) < 0.12 * given[12:24].max()


def test_what_would_be_reported_has_the_share_and_spread_of_the_fit(file: Path) -> None:
    of = setting(file)
    months = monthly(of)
    size = len(months.counter.points)
    counts = np.full((3, size, 2), 1000.0)
    low, high = of.priors[-1].low, of.priors[-1].high
    unit = np.log(0.8 / low) / np.log(high / low)
    expected = predicting.Expected(np.tile([0.5, unit], (3, 1)), counts, counts[0])
    made = as_fitted(of, months, expected)
    assert made.shape == (2, 60, 3 * predicting.REPORTS)
    assert np.median(made[0]) == pytest.approx(np.log(800), abs=0.02)
    assert made[0].std() == pytest.approx(np.hypot(0.1, 800**-0.5), rel=0.1)
    assert np.nanmedian(made[1]) == pytest.approx(0, abs=0.05)  # as many in one part as in the other
    assert np.isnan(made[1, :12]).all()


def test_runs_and_chain_are_kept_and_count_alike(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predicting, "DRAWS", 1)
    show: Show = lambda what: nullcontext()  # noqa: E731
    of = setting(file)
    kept, months = Kept(tmp_path / "runs", of), monthly(of)
    units = np.array([[0.5, 0.5]])
    posterior = Posterior(units, units, 1.0, 500.0)
    found = expect(of, kept, months, posterior, ONE, show)
    size = len(months.counter.points)
    assert found.agents.shape == (1, size, 2)
    assert found.chain.shape == (size, 2)
    past = np.array([point.end.year in (2015, 2016, 2017) for point in months.counter.points])
    both = np.array([found.agents[0][past].sum(axis=0), found.chain[past].sum(axis=0)])
    assert both.min() > 10_000
    assert both[0] == pytest.approx(both[1], rel=0.3)  # the chain has the shares of such a run
    monkeypatch.setattr(
        "darien.calibrate.predicting.simulate", None
    )  # a run that was kept does not run again
    again = expect(of, kept, months, posterior, ONE, show)
    assert (again.agents == found.agents).all()
    assert (again.chain == found.chain).all()
    other = replace(posterior, units=np.array([[0.6, 0.5]]))
    with pytest.raises(UserMistake, match="runs failed"):
        expect(of, kept, months, other, ONE, show)
