"""Problem files: what they may say, where their mistakes are told, and what their data points are."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

from calibrate import small
from darien.calibrate.counted_series import DERIVED_SPREAD, Counter, DataPoint, data_points
from darien.calibrate.departures import wanted_of
from darien.calibrate.design import Conditioning, Setting, conditioning_at, setting
from darien.calibrate.effects import lever_file
from darien.calibrate.lags import Response, months_of
from darien.calibrate.observing import observation
from darien.calibrate.problem import Drift, Problem, Reporting, SpreadTimes, load_problem, locate
from darien.calibrate.targets import targets_of
from darien.calibrate.unknowns import checked_at, numbers_of, points, priors, scenario_at
from darien.record.assumptions import CountAssumptions
from darien.record.report_files import load_reported
from darien.scenario.at import quantity_at
from darien.scenario.errors import ScenarioError, UserMistake
from darien.scenario.files import load, to_yaml

GOOD = """\
title: A problem
why: a test
history: history-2014-2018
runs: 64
unknowns:
  weight: {paths: [parameters.cost_weight]}
  cover:
    paths: [checkpoints.tapachula.coverage, checkpoints.huixtla_bus.coverage]
    times: {value: 1, low: 0.5, high: 2}
    scale: log
reporting:
  honduras: {low: 0.5, high: 1.5, assumption: a test}
series:
  all:
    role: target
    ids: [HND_irregular_annual_all]
    counted: [{measure: entered, at: [danli]}]
    groups: [cuba]
    share: honduras
    spread: 0.2
"""


def problem(folder: Path, text: str = GOOD) -> Problem:
    """The problem of a text."""
    file = folder / "problem.yaml"
    file.write_text(text, encoding="utf-8")
    return load_problem(file)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("spread: 0.2", "spraed: 0.2", ":20: series.all.spraed: unknown key; allowed: did you mean spread?"),
        (
            "share: honduras",
            "share: hondruas",
            ":19: series.all.share: is no reporting share; given hondruas",
        ),
        (
            "    spread: 0.2\n",
            "    spread: 0.2\n    spread_times: far_off\n",
            ":21: series.all.spread_times: is none of `spread_times`; given far_off",
        ),
        (
            "series:\n",
            "spread_times:\n  honduras: {low: 0.5, high: 6, assumption: a test}\nseries:\n",
            ":14: spread_times.honduras: has the name of one of `reporting`; given honduras",
        ),
        (
            "series:\n",
            "spread_times:\n  far_off: {low: 6, high: 0.5, assumption: a test}\nseries:\n",
            ":14: spread_times.far_off: low 6 is not below high 0.5",
        ),
        (
            "    share: honduras\n",
            "    share: honduras\n    gains: {cuba: as_others}\n",
            ":20: series.all.gains.cuba: is no misdeclared share; given as_others",
        ),
        (
            "reporting:\n",
            "shape:\n  flat_wieght_total: {}\nreporting:\n",
            ":12: shape.flat_wieght_total: is no assumption about counts; given flat_wieght_total",
        ),
        (
            "series:\n",
            "levers: {visa: visa-ecuador-2016}\noutcomes: [died]\nrecovered: [visas]\nseries:\n",
            ":15: recovered[0]: is no lever; given visas; allowed: visa",
        ),
        (
            "series:\n",
            "levers: {visa: visa-ecuador-2016}\nseries:\n",
            ":13: levers: have no outcome to tell; allowed: `outcomes` beside it",
        ),
        (
            "series:\n",
            "drifts:\n  fine: {shares: [hondruas], step: 1, assumption: a test}\nseries:\n",
            ":14: drifts.fine.shares: is no reporting share; given hondruas",
        ),
        (
            "    spread: 0.2\n",
            "    spread: 0.2\n    within: alll\n",
            ":21: series.all.within: is no series; given alll; allowed: another series",
        ),
        (
            "    spread: 0.2\n",
            "    spread: 0.2\n    within: all\n",
            ":21: series.all.within: is a part of itself; given all",
        ),
        (
            "    role: target\n",
            "    role: target\n    years: middle\n",
            "series.all: the middle of a year hangs on no `share`",
        ),
        ("runs: 64", "runs: 3", ":4: runs: "),
        ("role: target", "role: derives", ":15: series.all.role: "),
        ("low: 0.5, high: 1.5", "low: 1.5, high: 0.5", "reporting.honduras: low 1.5 is not below high 0.5"),
        ("    times: {value: 1, low: 0.5, high: 2}\n", "", "has several paths: give `times`"),
        ("why: a test\n", "", "why: is missing"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(ScenarioError) as error:
        problem(tmp_path, GOOD.replace(old, new, 1))
    assert told in str(error.value)


@pytest.mark.parametrize("name", ["2014-2018", "2018-2023"])
def test_a_built_in_problem_is_sound(name: str) -> None:
    of = setting(locate(name))
    roles = {of.problem.series[point.series].role for point in of.counter.points if not point.derived}
    assert roles == {"target", "tests"}
    for unit in (0.0, 0.5, 1.0):
        at = np.full(len(of.simulated), unit)
        assert to_yaml(scenario_at(of.history, of.problem, of.base, of.simulated, at)) != to_yaml(of.base)


def test_what_derives_departures_is_fitted_and_is_no_success() -> None:
    """Else a fit finds unknowns under which few come by, and departures are left short."""
    of = setting(locate("2014-2018"))
    derived = {point.series: point for point in of.counter.points if point.derived}
    assert set(derived) == {f"derived {name}" for name, group in of.base.groups.items() if group.derives}
    cuba = derived["derived cuba"]
    assert (cuba.start, cuba.end) == (dt.date(2015, 1, 1), dt.date(2018, 12, 31))  # the route is full by then
    share = of.base.groups["cuba"].derives.reported_share.value  # type: ignore[union-attr]
    years = of.reported.annual(["PAN_irregular_annual_Cuba"])["2015":"2018"]
    assert cuba.reported == pytest.approx(years.sum() / share)
    seen = observation(of.problem, of.base, of.counter.points)
    assert seen.target[seen.derived].all()
    assert (seen.reporting[seen.derived] == 0).all()
    assert (seen.spread[seen.derived] == DERIVED_SPREAD).all()
    counted = np.tile([[point.reported, point.other or 0.0] for point in of.counter.points], (2, 1, 1))
    counted[1, of.counter.points.index(cuba)] /= 6
    expected = seen.expected(seen.seen(counted), np.zeros((2, len(of.priors))))
    off = (seen.reported - expected)[:, seen.derived] / seen.spread[seen.derived]
    assert np.abs(off[0]).max() < 0.1
    assert off[1].max() > 10


def test_a_problem_that_is_not_there_names_the_nearest() -> None:
    with pytest.raises(UserMistake, match="did you mean 2014-2018"):
        locate("2014-2017")
    assert locate("2014-2018").name == "2014-2018.yaml"


def test_priors_come_from_the_scenario_or_the_file(tmp_path: Path) -> None:
    of, scenario = problem(tmp_path), load("history-2014-2018")
    weight, cover, share = priors(of, scenario)
    given = quantity_at(scenario, "parameters.cost_weight")
    assert (weight.low, weight.high) == (given.low, given.high)
    assert (cover.value(0.0), cover.value(0.5), cover.value(1.0)) == pytest.approx((0.5, 1.0, 2.0))
    assert (share.name, share.value(1.0)) == ("honduras", pytest.approx(1.5))
    with pytest.raises(UserMistake, match="nothing there"):
        quantity_at(scenario, "checkpoints.tapachulla.coverage")
    with pytest.raises(UserMistake, match="is not a number"):
        quantity_at(scenario, "checkpoints.tapachula")


def test_a_point_sets_single_values_and_multiplies_others(tmp_path: Path) -> None:
    of, scenario = problem(tmp_path), load("history-2014-2018")
    known = priors(of, scenario)
    numbers = numbers_of(of, scenario, known[:2], np.array([0.25, 1.0]))
    assert numbers["parameters.cost_weight"] == pytest.approx(float(known[0].value(0.25)))
    for name in ("tapachula", "huixtla_bus"):
        before = quantity_at(scenario, f"checkpoints.{name}.coverage").value
        assert numbers[f"checkpoints.{name}.coverage"] == pytest.approx(min(1, 2 * before))
    changed = load("history-2014-2018", [f"{path}={value}" for path, value in numbers.items()])
    assert changed.parameters.cost_weight.value == numbers["parameters.cost_weight"]


def shaped(low: float | None, high: float | None) -> Setting:
    """A problem of the small route of which the months inside years are not known."""
    of = series(shape={"flat_weight_total": {"low": low, "high": high}})
    base = small.scenario()
    found = data_points(of, base, load_reported())
    here = Path("problem.yaml")
    return Setting(here, of, here, base, priors(of, base), Counter(of.series, found, base), load_reported())


def test_the_shape_of_months_inside_years_is_an_unknown() -> None:
    of = shaped(0.0, 1.0)
    assert [prior.name for prior in of.simulated] == ["coverage", "flat_weight_total"]
    targets = targets_of(of.base, of.reported)
    lag = Response(np.eye(60), np.zeros(60), np.ones(60))
    usual = Conditioning(
        pd.DataFrame(),
        dict.fromkeys(targets, lag),
        wanted_of(targets, dict.fromkeys(targets, lag), months_of(of.base)),
    )
    flat = conditioning_at(of, usual, np.array([0.5, 1.0])).wanted["cuba"].persons
    steep = conditioning_at(of, usual, np.array([0.5, 0.0])).wanted["cuba"].persons
    half = conditioning_at(of, usual, np.array([0.5, 0.5])).wanted["cuba"].persons
    assert np.ptp(flat[:12]) == 0
    assert np.ptp(steep[:12]) > np.ptp(half[:12]) > 0
    assert half == pytest.approx((flat + steep) / 2)
    assert half == pytest.approx(usual.wanted["cuba"].persons)  # the usual weight is 0.5
    known = replace(of, problem=series(), priors=of.priors[:1])
    assert conditioning_at(known, usual, np.array([0.5])) is usual


def test_the_prior_of_a_shape_is_the_range_of_the_assumption() -> None:
    usual = CountAssumptions().flat_weight_total
    assert [(p.low, p.high) for p in shaped(None, None).priors[1:]] == [(usual.low, usual.high)]
    with pytest.raises(UserMistake, match=r"shape\.flat_weight_total: its low 0\.9 is not below"):
        shaped(0.9, None)


def test_a_design_is_the_same_for_everyone_and_spread_out(tmp_path: Path) -> None:
    drawn = points(problem(tmp_path), 2)
    assert np.array_equal(drawn, points(problem(tmp_path), 2))
    assert drawn.shape == (64, 2)
    assert (np.histogram(drawn[:, 0], bins=8, range=(0, 1))[0] == 8).all()


def series(shape: dict[str, Any] | None = None, **changes: Any) -> Problem:
    """A problem of one series."""
    one = {
        "role": "target",
        "ids": ["HND_irregular_annual_all"],
        "counted": [{"measure": "entered", "at": ["darien"]}],
        "groups": ["cuba"],
        "spread": 0.1,
    }
    unknowns = {"coverage": {"paths": ["checkpoints.road.coverage"], "low": 0.1, "high": 0.9}}
    return Problem.model_validate(
        {
            "title": "t",
            "why": "w",
            "history": "h",
            "runs": 64,
            "unknowns": unknowns,
            "shape": shape or {},
            "series": {"one": one | changes},
        }
    )


def test_data_points_are_the_years_of_the_period() -> None:
    found = data_points(series(), small.scenario(), load_reported())
    assert [(p.start.year, p.reported) for p in found][:2] == [(2014, 5993), (2015, 21122)]
    assert len(found) == 5
    assert found[0].label == "one 2014"
    until = data_points(series(until=dt.date(2015, 12, 31)), small.scenario(), load_reported())
    assert until == found[:2]


def test_months_are_summed_to_years_and_held_against_others() -> None:
    of = series(
        ids=["MEX_expelled_total_monthly_Honduras"],
        years="sum",
        groups=["northern_triangle"],
        against={"ids": ["USASWB_USBP_M_Honduras"], "counted": [{"measure": "entered", "at": ["darien"]}]},
    )
    reported = load_reported()
    found = data_points(of, small.scenario(), reported)
    assert [point.start.year for point in found] == [2015, 2016, 2017, 2018]
    annual = reported.annual(["MEX_expelled_total_annual_Honduras"])
    assert found[0].reported == annual[pd.Timestamp(2015, 1, 1)]
    monthly = reported.monthly(["USASWB_USBP_M_Honduras"])
    assert found[0].other == monthly["2015"].sum()


def test_months_tell_the_middle_of_a_year() -> None:
    ids = ["MEX_detentions_monthly_Cuba", "MEX_detentions_monthly_Haiti"]
    reported = load_reported()
    (point,) = data_points(series(ids=ids, years="middle"), small.scenario(), reported)
    months = reported.monthly(ids)["2018"].to_numpy()
    assert (point.middle, point.start, point.end) == (True, dt.date(2018, 1, 1), dt.date(2018, 12, 31))
    assert point.other == months.sum()
    assert point.reported / months.sum() == pytest.approx(np.average(np.arange(12) + 0.5, weights=months))


def test_shares_move_by_a_step_with_every_year() -> None:
    of = series(share="honduras").model_copy(
        update={
            "reporting": {"honduras": Reporting(low=0.5, high=1.5, assumption="a test")},
            "drifts": {"fine": Drift(shares=["honduras"], step=0.5, assumption="a test")},
        }
    )
    base = small.scenario()
    spans = [(2014, 2014), (2016, 2016), (2015, 2016)]
    points = [DataPoint("one", dt.date(a, 1, 1), dt.date(b, 12, 31), 1.0) for a, b in spans]
    seen = observation(of, base, points)
    known = priors(of, base)
    assert [prior.name for prior in known][-5:] == [
        "honduras",
        *(f"fine_{year}" for year in (2015, 2016, 2017, 2018)),
    ]
    assert seen.reporting[:, :-5].max() == 0
    assert seen.reporting[:, -5:].tolist() == [
        [1, 0, 0, 0, 0],
        [1, 1, 1, 0, 0],
        [1, 1, pytest.approx(366 / 731), 0, 0],
    ]
    step = known[-1]
    assert step.value(np.array([0.5, 0.95])) == pytest.approx([1, step.high])
    assert np.log(step.value(ndtr(1.0))) == pytest.approx(0.5)
    setting_of = Setting(Path(), of, Path(), base, known, Counter(of.series, points, base), load_reported())
    assert [prior.name for prior in setting_of.simulated] == [prior.name for prior in known[:-5]]


def test_a_spread_is_multiplied_for_the_series_that_name_an_unknown() -> None:
    of = series(spread_times="far_off").model_copy(
        update={"spread_times": {"far_off": SpreadTimes(low=0.5, high=6, assumption="a test")}}
    )
    base, year = small.scenario(), DataPoint("one", dt.date(2014, 1, 1), dt.date(2014, 12, 31), 1.0)
    seen, known = observation(of, base, [year]), priors(of, base)
    assert (known[-1].name, known[-1].value(0.0), known[-1].value(1.0)) == ("far_off", 0.5, 6)
    logs = np.log([prior.value(0.5) if prior.scale != "linear" else 1.0 for prior in known])
    assert seen.beyond_chance(logs) == pytest.approx(of.series["one"].spread * np.sqrt(3))
    assert seen.log_reported(np.zeros(1), logs) == [0]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ("    role: tests\n", "has the role target, and its part tests; given all"),
        ("    role: target\n    years: middle\n", "has parts of its own kind only: neither is a share or"),
        ("    role: target\n    within: more\n", "is a part of itself; given more"),
        ("    role: target\n", "has the share honduras, and its part 1; given all"),
    ],
)
def test_what_cannot_be_a_part_is_told(tmp_path: Path, changes: str, told: str) -> None:
    some = GOOD[GOOD.index("  all:\n") :].replace("    share: honduras\n", "")
    more = some.replace("  all:\n", "  more:\n").replace("    role: target\n", changes)
    within = "" if "within" in changes else "    within: all\n"
    with pytest.raises(ScenarioError, match=told):
        problem(tmp_path, GOOD + more + within)


def test_a_part_shares_the_spread_of_the_count_that_holds_its_time() -> None:
    whole = series().series["one"]
    part = whole.model_copy(update={"within": "one"})
    of = series().model_copy(update={"series": {"one": whole, "some": part}})
    base = small.scenario()
    years = [DataPoint("one", dt.date(y, 1, 1), dt.date(y, 12, 31), 1.0) for y in (2015, 2016)]
    months = DataPoint("some", dt.date(2016, 3, 1), dt.date(2016, 7, 20), 1.0)
    assert observation(of, base, [*years, months]).part_of.tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 1]]
    with pytest.raises(UserMistake, match="no count of one holds the time from 2016-03-01"):
        observation(of, base, [years[0], months])


@pytest.mark.parametrize("name", ["2014-2018", "2018-2023"])
def test_a_point_is_the_scenario_that_a_file_with_its_numbers_is(name: str) -> None:
    """A run's quick way to a point leaves out the checks, and nothing else."""
    of = setting(locate(name))
    for file in (of.history, *(lever_file(of, lever) for lever in of.problem.levers.values())):
        unit = np.random.default_rng(1).uniform(size=len(of.simulated))
        quick = scenario_at(file, of.problem, of.base, of.simulated, unit)
        checked = checked_at(file, of.problem, of.base, of.simulated, unit)
        assert _bare(quick.model_dump()) == _bare(checked.model_dump())


def _bare(said: object) -> object:
    """What a scenario says without the sources of its numbers, nor their ranges: a draw has none."""
    if isinstance(said, dict):
        words = ("source", "assumption", "low", "high")
        return {key: _bare(one) for key, one in said.items() if "value" not in said or key not in words}
    return [_bare(one) for one in said] if isinstance(said, list) else said


def test_a_problem_weighs_migrants_as_it_says(tmp_path: Path) -> None:
    weighed = GOOD.replace("runs: 64", "runs: 64\npersons_per_migrant: {cuba: 7, northern_triangle: 30}")
    (tmp_path / "weighed.yaml").write_text(weighed, encoding="utf-8")
    of = setting(tmp_path / "weighed.yaml")
    usual = load("history-2014-2018").persons_per_migrant
    assert of.base.persons_per_migrant == {**usual, "cuba": 7, "northern_triangle": 30}
    at = scenario_at(of.history, of.problem, of.base, of.simulated, np.full(len(of.simulated), 0.5))
    assert at.persons_per_migrant == of.base.persons_per_migrant
    assert not any(
        "persons" in path for path in numbers_of(of.problem, of.base, of.simulated, np.full(9, 0.5))
    )


def test_later_years_are_taken_off_a_long_span() -> None:
    of = series(
        ids=["HND_irregular_2014_2019_by_nat"],
        members=["Cuba"],
        minus=["HNDnat_irregular_annual_Cuba"],
    )
    (point,) = data_points(of, small.scenario(), load_reported())
    assert (point.start, point.end) == (dt.date(2014, 1, 1), dt.date(2017, 12, 31))
    assert point.reported == 51113 - 2939 - 21084


def test_people_whom_other_series_count_are_taken_off() -> None:
    first: dict[str, Any] = {"from": dt.date(2016, 1, 1)}
    minus = ["COL_irregular_annual_Haiti", "COL_irregular_annual_Cuba"]
    of = series(ids=["COL_irregular_annual_all"], minus=minus, **first)
    (point,) = data_points(of, small.scenario(), load_reported())
    assert (point.start, point.end) == (dt.date(2016, 1, 1), dt.date(2016, 12, 31))
    assert point.reported == 33981 - 20366 - 8167


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"ids": ["PAN_irregular_annual_Cuba"]}, "derives the departures of cuba: it is no target"),
        ({"ids": ["HND_irregular_anual_all"]}, "the nearest is HND_irregular_annual_all"),
        ({"ids": ["PAN_irregular_annual_all_alt"]}, "no reported series"),
        ({"groups": ["cubans"]}, "there is no group cubans"),
        ({"until": dt.date(2013, 1, 1)}, "no counts from"),
    ],
)
def test_series_that_cannot_be_targets_are_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(UserMistake, match=told):
        data_points(series(**changes), small.scenario(), load_reported())


def test_a_second_count_is_never_fitted() -> None:
    reported = load_reported()
    alternative = reported.about.index[reported.about["alternative"]][0]
    with pytest.raises(UserMistake, match="second count"):
        data_points(series(ids=[alternative]), small.scenario(), reported)


def test_a_run_is_counted_where_and_when_the_series_was() -> None:
    scenario = small.scenario()
    of = series(counted=[{"measure": "entered", "at": ["darien"]}, {"measure": "apprehended", "at": ["MEX"]}])
    spans = [
        DataPoint("one", dt.date(2015, 1, 1), dt.date(2015, 12, 31), 1.0),
        DataPoint("one", dt.date(2015, 12, 1), dt.date(2016, 1, 18), 1.0),
    ]
    rows = [
        ("2014-12-01", "darien", "place", "cuba", "entered", 1),
        ("2015-01-01", "darien", "place", "cuba", "entered", 10),
        ("2015-12-01", "north", "leg", "cuba", "apprehended", 100),
        ("2015-12-01", "north", "leg", "northern_triangle", "apprehended", 1000),
        ("2016-01-01", "darien", "place", "cuba", "entered", 31000),
        ("2016-01-01", "quito", "place", "cuba", "entered", 100000),
    ]
    counts = pd.DataFrame(rows, columns=["date", "where", "kind", "group", "measure", "persons"])
    counts["date"] = pd.to_datetime(counts["date"])
    assert Counter(of.series, spans, scenario).read(counts, {}).tolist() == [[110, 0], [18100, 0]]
    # A quarter of the Northern Triangle's people say that they are Cubans, and half of the Cubans do not.
    shares = {"gains": {"northern_triangle": "as_cubans"}, "loses": {"cuba": "as_others"}}
    of = of.model_copy(update={"series": {"one": of.series["one"].model_copy(update=shares)}})
    values = {"as_cubans": 0.25, "as_others": 0.5, "else": 1.0}
    read = Counter(of.series, spans, scenario).read(counts, values)
    assert read.tolist() == [[55 + 250, 0], [9050 + 250, 0]]
    yearly = of.model_copy(update={"series": {"one": of.series["one"].model_copy(update={"loses": {}})}})
    months = [
        DataPoint("one", dt.date(2015, 1, 1), dt.date(2015, 12, 31), 1.0, 1.0, middle=True),
        DataPoint("one", dt.date(2017, 1, 1), dt.date(2017, 12, 31), 1.0, 1.0, middle=True),
    ]
    read = Counter(yearly.series, months, scenario).read(counts, values)
    assert read.tolist() == [[0.5 * 10 + 11.5 * (100 + 250), 10 + 100 + 250], [0, 0]]
