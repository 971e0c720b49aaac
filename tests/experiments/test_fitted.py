"""A run takes its unknowns from the fit of its history: each replicate a draw, or all of them the means."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest

from darien.cli import main
from darien.experiments import drawn
from darien.experiments.drawn import Draws, load_draws
from darien.experiments.fitted import at_mean, fit_of
from darien.experiments.run import Task, run_replicates
from darien.record import store
from darien.scenario import files
from darien.scenario.at import value_at
from darien.scenario.schema import Period

from .pretend import SCENARIO

HISTORY = SCENARIO.replace("{persons_per_day: {one: 5}}", '{monthly: {one: {"2020-01": 5}}}')
PRICE = "legs.way.price_usd"


def fit_in(folder: Path, name: str, converged: bool = True) -> Path:
    """A built-in fit of a history of its own, with three draws."""
    history = folder / "history.yaml"
    history.write_text(HISTORY)
    table = {PRICE: [1.0, 2.0, 6.0], "departures.monthly.one.2020-01": [4.0, 5.0, 9.0]}
    pd.DataFrame(table).to_csv(folder / f"{name}.csv", index=False)
    about = {"history": str(history), "title": "A month", "converged": converged, "draws": 3}
    (folder / f"{name}.json").write_text(json.dumps(about))
    return history


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A history of which there is a built-in fit, ``mine``."""
    monkeypatch.setattr(drawn, "folder", lambda: tmp_path)
    monkeypatch.setattr("darien.experiments.fitted.folder", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)
    return fit_in(tmp_path, "mine")


def command(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as end:
        main([str(argument) for argument in arguments])
    return int(end.value.code or 0)


def test_a_scenario_over_a_history_has_its_fit_and_no_other_has(history: Path) -> None:
    found = fit_of(files.load(history))
    assert found is not None
    assert found.name == "mine"
    shorter = files.load(history, ["period.end=2020-01-05"])
    assert fit_of(shorter) is not None
    late = Period(start=found.history.period.start, end=dt.date(2020, 12, 31))
    assert fit_of(found.history.model_copy(update={"period": late})) is None
    text = history.read_text().replace("  way:", "  other:")
    (history.parent / "elsewhere.yaml").write_text(text)
    assert fit_of(files.load(history.parent / "elsewhere.yaml")) is None


def test_a_fit_that_did_not_converge_is_not_taken(history: Path) -> None:
    fit_in(history.parent, "mine", converged=False)
    assert fit_of(files.load(history)) is None


def test_the_mean_of_the_draws(history: Path) -> None:
    draws = load_draws("mine")
    mean = at_mean(draws, draws.history)
    assert value_at(mean, PRICE) == pytest.approx(3)
    assert mean.departures.monthly["one"]["2020-01"] == pytest.approx(6)
    dear = at_mean(draws, files.load(history, [f"{PRICE}=50"]))
    assert value_at(dear, PRICE) == 50  # what the scenario sets stays


def test_replicates_have_draws_in_turn(history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draws: Draws = load_draws("mine")
    asked: list[Task] = []
    monkeypatch.setattr("darien.experiments.run.run_tasks", lambda tasks, *_: asked.extend(tasks))
    run_replicates(draws.history, 5, draws=draws)
    assert [value_at(task.scenario, PRICE) for task in asked] == [1, 2, 6, 1, 2]
    assert [task.replicate for task in asked] == [0, 1, 2, 3, 4]


def test_the_command_says_which_fit_it_took(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("run", history, "--no-figures", "--replicates", "2", "--out", "a") == 0
    assert "another draw of the unknowns: 3 draws of the fit mine (A month)" in capsys.readouterr().out
    assert store.read("a").manifest["fit"]["name"] == "mine"
    assert command("run", history, "--no-figures", "--replicates", "1", "--fixed", "--out", "b") == 0
    assert "draw" not in capsys.readouterr().out
    found = store.read("b")
    assert found.manifest["fit"] is None
    assert value_at(found.scenario, PRICE) == 3
    assert command("run", history, "--no-figures", "--replicates", "1", "--fit", "none", "--out", "c") == 0
    assert value_at(store.read("c").scenario, PRICE) == value_at(files.load(history), PRICE)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--fit", "mien"), "no fit of that name, and no such folder; did you mean mine?"),
        (("--fit", "none", "--fixed"), "no fit speaks of"),
    ],
)
def test_mistakes_are_told_in_one_line(
    history: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    assert command("run", history, "--out", "out", *arguments) == 2
    assert says in capsys.readouterr().err.splitlines()[-1]
    assert not Path("out").exists()
