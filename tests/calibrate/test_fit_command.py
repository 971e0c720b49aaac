"""``darien calibrate`` from its runs on: tables, words and figures of a fit whose runs are made up."""

from __future__ import annotations

import json
import re
import shutil
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from darien.calibrate import fit_command, fit_page, fit_summary, hold_out, made, runs
from darien.calibrate.design import Design, Setting, setting
from darien.calibrate.drawing import Drawn
from darien.calibrate.effects import effects_table
from darien.calibrate.fit_command import ROUNDS, command, told
from darien.calibrate.fitting import Posterior, by_emulator
from darien.calibrate.lags import Floats
from darien.calibrate.predicting import Expected, Monthly
from darien.calibrate.problem import locate
from darien.calibrate.recovering import EFFECT, LIKELIHOOD, SUPPOSED, TOTAL
from darien.calibrate.recovery_tables import recovery_tables
from darien.calibrate.runs import Kept
from darien.experiments.drawn import load_draws
from darien.experiments.evidence import ASSUMPTION, EVIDENCE
from darien.experiments.pool import ONE
from darien.report.figures import draw_fit
from darien.scenario.errors import ScenarioError, UserMistake

PROBLEM = """\
title: A problem
why: a test
history: history-2014-2018
runs: 64
unknowns:
  weight: {paths: [parameters.cost_weight]}
  taste: {paths: [parameters.clandestine_taste]}
  idle: {paths: [parameters.patience_days], scale: log}
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
  detained:
    role: target
    ids: [MEX_detentions_annual_Africa]
    counted: [{measure: apprehended, at: [MEX]}]
    groups: [africa]
    spread: 0.1
  half_year:
    role: tests
    ids: [MEX_extracontinental_halfyear]
    counted: [{measure: apprehended, at: [MEX]}]
    groups: [africa]
    spread: 0.1
"""
MEANS = np.log([6000.0, 20000.0, 28000.0, 4600.0, 2800.0, 2000.0])  # but for `weight` and `taste`
SLOPES = np.array([[0.0, 0.0, 0.0, 0.0, 4.0, 2.0], [1.0, 0.5, 0.2, 0.1, 0.0, 0.0], [0.0] * 6])


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A problem with runs that are done, and the folder of its fit."""
    tmp_path = tmp_path_factory.mktemp("fit")
    file = tmp_path / "mine.yaml"
    file.write_text(PROBLEM, encoding="utf-8")
    of = setting(file)
    assert sum(not point.derived for point in of.counter.points) == 6
    return made_of(file, tmp_path / "out", recoveries=2)


def run_none(of: Setting, kept: Kept, stage: str, units: Floats, *more: object) -> None:
    """Runs of three unknowns and six data points, made up and kept; what derives departures comes out."""
    derived = np.array([point.reported for point in of.counter.points if point.derived])
    for number in set(range(len(units))) - kept.numbers(stage, units):
        means = MEANS + (units[number] - 0.25) @ SLOPES
        came_out = derived * np.random.default_rng(number).lognormal(sigma=0.03, size=len(derived))
        counted = np.concatenate([np.exp(means), came_out])
        kept.put(stage, number, units[number], np.column_stack([counted, np.zeros(len(counted))]))


PROGRAMME = "  programme: {paths: [policy.programme_tapachula.coverage_added], low: 0, high: 0.5}\n"


@pytest.mark.parametrize(
    ("levers", "outcomes", "unknown", "told"),
    [
        (
            "{without: without-southern-border-programme}",
            "[arrived]",
            PROGRAMME,
            r"levers.without: .* has no policy.programme_tap.*, which",
        ),
        (
            "{visa: visa-ecuador-2016}",
            "[arrived, dyed]",
            "",
            r"outcomes\[1\]: dyed is no outcome of a run.*mean died",
        ),
        (
            "{visa: visa-ecuador-2016}",
            "[arrived]",
            "  patience: {paths: [parameters.patience_days], low: -5, high: 20}\n",
            r"mine.yaml:\d+: unknowns.patience: low: parameters.patience_days is out of range; given -5",
        ),
    ],
    ids=["a policy that lacks what an unknown sets", "what is no outcome", "a prior beyond what may be"],
)
def test_what_cannot_be_answered_is_told_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, levers: str, outcomes: str, unknown: str, told: str
) -> None:
    monkeypatch.setattr(fit_command, "make_fit", lambda *what: _must_not_be_made())
    file = tmp_path / "mine.yaml"
    asked = f"levers: {levers}\noutcomes: {outcomes}\nseries:\n"
    text = PROBLEM.replace("reporting:\n", unknown + "reporting:\n").replace("series:\n", asked)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=told):
        command(str(file), tmp_path / "out")


@pytest.mark.parametrize(
    ("converges_after", "stays_after", "rounds"), [(0, 0, 2), (1, 0, 3), (0, 1, 3), (9, 0, 5), (0, 9, 5)]
)
def test_more_runs_follow_near_a_posterior_that_is_not_settled(
    monkeypatch: pytest.MonkeyPatch, converges_after: int, stays_after: int, rounds: int
) -> None:
    of = setting(locate("2014-2018"))
    points, simulated = len(of.counter.points), len(of.simulated)
    design = Design(np.full((2, simulated), 0.5), np.ones((2, points, 2)))
    ran: list[str] = []

    def posterior_of(*given: object) -> Posterior:
        stages = given[-1]
        assert isinstance(stages, tuple)
        assert stages == ("design", *ran)
        further = len(ran) - len(fit_command.ROUNDS)
        units = np.random.default_rng(1).uniform(size=(100, len(of.priors)))
        units[:, 0] += np.clip(further + 1, 0, stays_after)  # by a round more than three standard deviations
        return Posterior(units, units, 1.0 if further >= converges_after else 1.4, 500.0)

    monkeypatch.setattr(fit_command, "run_design", lambda *given: design)
    monkeypatch.setattr(fit_command, "kept_shapes", lambda *given: None)
    monkeypatch.setattr(fit_command, "emulator_of", lambda *given: None)
    monkeypatch.setattr(fit_command, "posterior_of", posterior_of)
    monkeypatch.setattr(fit_command, "run_stage", lambda of, kept, stage, *given: ran.append(stage))
    kept: Any = SimpleNamespace(file=Path("runs"))
    fit = fit_command.make_fit(of, kept, ONE, lambda what: nullcontext())
    assert len(ran) == len(set(ran)) == rounds
    assert fit.stages == ("design", *ran)
    assert fit.settled == (max(converges_after, stays_after) <= fit_command.MORE_ROUNDS)


def _must_not_be_made() -> Posterior:
    raise AssertionError("made anew")


def made_of(file: Path, out: Path, recoveries: int = 0, held_out: bool = False, shocks: bool = False) -> Path:
    """The fit, with short chains, and runs and draws that are made up: test_drawing.py makes some."""
    draws = pd.DataFrame({"parameters.cost_weight": [1.5, 2.5]})
    columns = ["group", "year", "reported", "median", "low", "high"]
    rows = [("africa", 2016, 3000.0, 3150.0, 2900.0, 3300.0), ("haiti", 2015, 6.0, 3.0, 0.0, 9.0)]
    derived = pd.DataFrame(rows, columns=columns)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fit_command, "run_stage", run_none)
        patch.setattr(runs, "run_stage", run_none)
        patch.setattr(fit_command, "DRAWN", 400)
        patch.setattr(fit_command, "PAST_DRAWS", 400)
        patch.setattr(made, "by_emulator", partial(by_emulator, warm_up=150))
        patch.setattr(fit_command, "run_draws", lambda *what: Drawn(draws, [], []))
        patch.setattr(fit_command, "derived_table", lambda *what: derived)
        patch.setattr(hold_out, "expect", expected)
        return command(str(file), out, recoveries=recoveries, held_out=held_out, shocks=shocks)


def expected(of: Setting, kept: Kept, months: Monthly, posterior: Posterior, *more: object) -> Expected:
    """What a model counts that is right but for a share and some chance."""
    reported = np.array([(point.reported, point.other or 0.0) for point in months.counter.points])
    agents = 2 * reported * np.random.default_rng(1).lognormal(sigma=0.1, size=(8, *reported.shape))
    return Expected(posterior.units[:8], agents, agents.mean(axis=0))


def test_a_fit_tells_what_the_counts_say_and_what_they_do_not(fitted: Path) -> None:
    unknowns = pd.read_csv(fitted / "unknowns.csv").set_index("unknown")
    assert unknowns.loc["weight", "variance_removed"] > 0.9
    assert unknowns.loc["weight", "label"] == EVIDENCE
    # 2,791 Africans were reported in 2018; 2,800 stand for a quarter of the range
    low, high = unknowns.loc["weight", ["prior_low", "prior_high"]]
    assert unknowns.loc["weight", "median"] == pytest.approx(low + 0.25 * (high - low), rel=0.1)
    assert abs(unknowns.loc["idle", "variance_removed"]) < 0.2
    assert unknowns.loc["idle", "label"] == ASSUMPTION
    predictions = pd.read_csv(fitted / "predictions.csv")
    assert predictions["role"].tolist() == ["target"] * 5 + ["tests"]
    detained = predictions[predictions["series"] == "detained"].iloc[0]
    assert detained["low"] < 2791 < detained["high"]
    assert detained["inside"]
    assert detained["prior_low"] < detained["low"]
    half = predictions[predictions["series"] == "half_year"].iloc[0]
    assert not half["inside"]  # 6,342 reported, 2,000 simulated
    words = told(fitted)
    assert "tests: 0 of 1 reported numbers inside" in words
    assert "conditional on departures" in words
    assert len(pd.read_csv(fitted / "posterior.csv")) == 300
    draws = load_draws(str(fitted))
    assert draws.table["parameters.cost_weight"].tolist() == [1.5, 2.5]
    assert draws.about["history"] == "history-2014-2018"
    assert draws.history.departures.monthly


def test_a_fit_is_read_by_arviz_and_drawn(fitted: Path) -> None:
    import arviz as az

    data = az.from_netcdf(str(fitted / "fit.nc"))  # type: ignore[no-untyped-call]
    assert set(data.posterior.data_vars) == {"weight", "taste", "idle", "honduras"}
    points = [str(point) for point in data.observed_data["point"].values]
    assert sum(not point.startswith("derived ") for point in points) == 6
    assert sum(point.startswith("derived ") for point in points) == 9  # fitted too
    data.close()
    drawn = draw_fit(fitted)
    assert [file.name for file in drawn] == ["unknowns.png", "predictions.png"]
    for file in drawn:
        assert len(np.unique(np.asarray(Image.open(file)).reshape(-1, 3), axis=0)) > 20


def test_the_page_has_every_table(fitted: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(fitted, tmp_path / "fit")
    (folder / "effects.csv").write_text(
        "lever,outcome,prior_low,prior_high,median,low,high,variance_removed,label\n"
        f'a_policy,arrived,-0.1,0.1,0.02,-0.09,0.1,0.05,"{ASSUMPTION}"\n'
        f'a_policy,died,-0.1,0.1,0.02,0.01,0.03,0.9,"{EVIDENCE}"\n'
        f'another,died,-0.1,0.1,0.02,-0.09,0.1,0.05,"{ASSUMPTION}"\n'
    )
    (folder / "holdout.csv").write_text(
        "series,part,predictor,chosen,months,crps,coverage\nall,others,model as fitted,,12,0.3,0.9\n"
    )
    (folder / "holdout-summary.csv").write_text(
        "part,predictor,against,series,ratio,low,high,coverage,coverage_against\n"
        "others,model,no agents,3,0.9,0.8,1.1,0.92,0.85\n"
    )
    (folder / "shocks.csv").write_text(
        "shock,date,series,before,after,reported_change,usual,low,median,high,verdict,converged,note\n"
        "cubans,2017-01-12,all,3436,245,-2.6,0.5,-3,-2.5,-2,reproduced,True,\n"
    )
    (folder / "placebo.csv").write_text("date,series,false_alarm,exceeds\n2015-01,all,True,False\n")
    tables = fit_page.tables(folder)
    page = (Path(__file__).parents[2] / "docs" / "fit.md").read_text(encoding="utf-8")
    marks = set(re.findall(r"<!-- (\w+) of 2014-2018 -->", page))
    assert set(tables) == marks
    assert (
        f"| a policy | arrived | -10.0 % to +10.0 % | +2.0 % | -9.0 % to +10.0 % | 5 % | {ASSUMPTION} |"
        in tables["effects"]
    )
    assert "| a policy | died (+1.0 % to +3.0 %) | 1 |\n| another | none | 1 |" in tables["informed"]
    assert "| half_year | 2016-01 to 2016-06 | tests | 6,342 |" in tables["predictions"]
    assert "| effects of policies that they inform |  | 1 of 3 |" in tables["summary"]
    assert "over that of no agents | below 1 to its upper end | 0.90 (0.80 to 1.10) |" in tables["summary"]
    assert "| last year, others: months inside 90 % | 80 to 97 % | 92 % |" in tables["summary"]
    assert "| dated events |  | reproduced: 1 |" in tables["summary"]
    assert "| 1 in 10 by chance | 1 of 1 |" in tables["summary"]
    assert "| others | model | no agents | 3 | 0.90 | 0.80 to 1.10 | 92 % | 85 % |" in tables["rivals"]
    assert "1 of 1 inside" not in tables["left_out"]
    assert tables["methods"].count("\n") == 3  # a head and two ways
    assert "`total`" in tables["recovery"]
    together = pd.DataFrame({"one": ["weight"], "other": ["taste"], "correlation": [-0.6]})
    assert "| africa | 2016 | derived | 3,000 | 3,150 | 2,900 to 3,300 | +5 % |" in tables["derived"]
    assert "| haiti | 2015 | derived | 6 | 3 | 0 to 9 |  |" in tables["derived"]  # few: by chance
    assert "| `weight` | `taste` | -0.60 |" in fit_page._pairs(together)
    assert fit_page._pairs(together[:0]).startswith("No two unknowns go together")


def test_the_last_year_is_predicted_beside_rivals_where_asked_for(fitted: Path, tmp_path: Path) -> None:
    assert not (fitted / "holdout.csv").exists()
    shutil.copytree(fitted.parent, tmp_path / "out")
    folder = made_of(fitted.parents[1] / "mine.yaml", tmp_path / "out", held_out=True)
    scores = pd.read_csv(folder / "holdout.csv").set_index(["series", "predictor"])["crps"]
    assert scores["all", hold_out.MODEL] < scores["all", hold_out.LAST_YEAR]
    assert set(scores["detained"].index) == {hold_out.FITTED}  # no month of it before 2018
    months = pd.read_csv(folder / "holdout-months.csv")
    assert set(months["month"]) == {f"2018-{month:02}" for month in range(1, 13)}
    assert "below 1: better" in told(folder)
    predicted = json.loads((folder / "manifest.json").read_text())["predicted"]
    assert predicted["from"] == "2018-01-01"
    assert ("NOT CONVERGED: the chains from before" in told(folder)) is not predicted["converged"]
    assert "| all | others |" in fit_page._holdout(pd.read_csv(folder / "holdout.csv", keep_default_na=False))
    drawn = draw_fit(folder)[-1]
    assert drawn.name == "holdout.png"
    assert len(np.unique(np.asarray(Image.open(drawn)).reshape(-1, 3), axis=0)) > 20
    # a posterior of 2014 to 2017 stands beside those of all years: of the design, and after each round
    assert len(list((tmp_path / "out" / "runs").glob("posterior-*.npz"))) == 2 + len(ROUNDS)


def test_two_fits_of_the_same_runs_are_the_same_bytes(fitted: Path) -> None:
    before = {file.name: file.read_bytes() for file in fitted.glob("*.csv")}
    again = made_of(fitted.parents[1] / "mine.yaml", fitted.parent)
    assert {file.name: file.read_bytes() for file in again.glob("*.csv")} == before
    assert json.loads((again / "manifest.json").read_text())["design_runs"] == 64


def test_effects_are_told_with_what_the_counts_removed() -> None:
    def draws(effects: list[float]) -> list[dict[str, dict[str, float]]]:
        return [{"base": {"arrived": 100.0}, "wall": {"arrived": 100.0 * (1 + one)}} for one in effects]

    wide, narrow = list(np.linspace(-0.2, 0.2, 41)), list(np.linspace(-0.02, 0.02, 41))
    (row,) = effects_table(draws(wide), draws(narrow)).to_dict("records")
    assert (row["low"], row["high"]) == pytest.approx((-0.018, 0.018))
    assert row["variance_removed"] == pytest.approx(0.99)
    assert row["label"] == EVIDENCE
    (row,) = effects_table(draws(wide), draws(wide)).to_dict("records")
    assert row["variance_removed"] == pytest.approx(0)
    assert row["label"] == ASSUMPTION


def test_a_problem_without_months_in_the_last_year_is_told_before_it_is_fitted(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    start, end = PROBLEM.index("  all:\n"), PROBLEM.index("  half_year:\n")
    file.write_text(PROBLEM[:start] + PROBLEM[end:], encoding="utf-8")
    with pytest.raises(UserMistake, match="no series has months in 2018"):
        command(str(file), tmp_path / "out", held_out=True)
    assert not (tmp_path / "out").exists()


def test_a_history_that_is_not_there_is_told(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(PROBLEM.replace("history-2014-2018", "history-2014-2019"), encoding="utf-8")
    with pytest.raises(UserMistake, match="did you mean history-2014-2018"):
        setting(file)


def test_effects_recovered_are_told_apart_from_unknowns() -> None:
    def row(unknown: str, coverage: float, method: str = "emulator") -> dict[str, object]:
        told = {"made_by": SUPPOSED, "method": method, "unknown": unknown, "data_sets": 8}
        return told | {"coverage": coverage, "contraction": 0.6, "width": 0.4, "uniform_p": 0.5}

    unknowns = [row("weight", 0.9), row("cover", 0.7), row("weight", 0.5, "abc")]
    beside = [row(TOTAL, 0.1), row(LIKELIHOOD, 0.2)]
    effects = [
        row(f"{EFFECT}a_policy on {outcome}", held) for outcome, held in (("died", 1), ("arrived", 0.8))
    ]
    everything = pd.DataFrame([*unknowns, *beside, *effects])
    tables = recovery_tables(everything)
    assert "| emulator | 8 | 80 % | 70 % to 90 % | 60 % | 0.40 | 2 |" in tables["methods"]
    assert "| `log-likelihood` | 8 | 20 % |" in tables["recovery"]
    assert "a_policy" not in tables["recovery"]
    assert "| a policy | **all** | 90 % | 60 % |" in tables["recovered_effects"]
    assert "| a policy | arrived | 80 % | 60 % |" in tables["recovered_effects"]
    assert recovery_tables(pd.DataFrame(unknowns))["recovered_effects"] == "No effect was recovered."
    short = {asked: found for asked, _, found in fit_summary._recovery(everything)}
    assert (
        short["known truths of 8 data sets, held by the 90 % intervals"] == "80 % (70 % to 90 % one by one)"
    )
    assert short["known effects of policies, held"] == "90 % (80 % to 100 % one by one)"
    assert short["those that contract by more than half"] == "2 of 2"
    assert [found for asked, found in short.items() if asked.startswith("ranks uniform")] == ["0.5, 0.5"]


def test_the_page_is_renewed_from_folders_of_fits_only(fitted: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="holds no fit; darien calibrate makes one"):
        fit_page.main([str(fitted.parent), str(tmp_path)])
