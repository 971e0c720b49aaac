"""The command as a user meets it: what it prints, where, and with which exit status.

The simulation itself is stood in for by made-up runs: what it gives is tested where it lives.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import darien
from conftest import Folder
from darien.cli import main
from darien.experiments.outcomes_text import CONDITIONAL
from darien.record.run import COUNT_COLUMNS, Run
from darien.scenario.files import load
from darien.scenario.schema import Scenario

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("mesa", "numba", "pandas", "matplotlib", "pyarrow", "scipy")


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the command here; gives exit status, stdout and stderr."""

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        status = end.value.code
        out, err = capsys.readouterr()
        assert status is None or isinstance(status, int)
        return status or 0, out, err

    return call


def process(*arguments: str, program: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command (or a program) in a process of its own."""
    words = ["-c", program] if program is not None else ["-m", "darien.cli", *arguments]
    return subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT / "model")},
    )


def made_up(scenario: Scenario, replicate: int) -> Run:
    """A run in which replicate n brings 1000 + 100 n persons to the border."""
    outcomes = pd.DataFrame(
        [
            ("reached_border", "", "all", 1000.0 + 100 * replicate, "persons"),
            ("reached_border", "", "cuba", 600.0, "persons"),
            ("apprehended", "PAN", "all", 12.5 + replicate, "persons"),
            ("apprehended", "CRI", "all", 0.0, "persons"),
            ("inspected", "PAN", "all", 99.0, "persons"),
            ("flow", "bus_north", "all", 55.0, "persons"),
            ("died", "", "all", 0.0, "persons"),
        ],
        columns=["outcome", "place", "group", "value", "unit"],
    )
    counts = pd.DataFrame([(pd.Timestamp("2016-01-01"), "route", "route", "cuba", "departed", 10)])
    counts.columns = pd.Index(COUNT_COLUMNS)
    capacities = pd.DataFrame(
        [(pd.Timestamp("2016-01-01"), "second", "meteti", "PAN", 60.0, 30.0)],
        columns=["date", "centre", "place", "country", "beds", "limit_days"],
    )
    return Run(replicate, scenario.seed, counts, outcomes, capacities, None, 1000, 10, 0.5)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Scenario, int, int, bool]]:
    """What the simulation is asked for: scenario, replicates, workers, journeys."""
    calls: list[tuple[Scenario, int, int, bool]] = []

    def run_replicates(
        scenario: Scenario,
        replicates: int,
        workers: int = 1,
        journeys: bool = False,
        progress: object = None,
        draws: object = None,
    ) -> list[Run]:
        assert progress is None, "no bar where there is no terminal"
        assert draws is None, "no fit speaks of a small world"
        calls.append((scenario, replicates, workers, journeys))
        return [made_up(scenario, number) for number in range(replicates)]

    monkeypatch.setattr("darien.experiments.run.run_replicates", run_replicates)
    return calls


Command = Callable[..., tuple[int, str, str]]
Asked = list[tuple[Scenario, int, int, bool]]


def test_run_prints_outcomes_with_their_range_and_writes_results(
    folder: Folder, command: Command, asked: Asked
) -> None:
    status, out, err = command("run", "small.yaml", "--no-figures")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == CONDITIONAL
    assert lines[1] == "Small: mean (smallest to largest of 3 replicates)"
    assert lines[2].split() == ["reached", "border", "1,100", "(1,000", "to", "1,200)", "persons"]
    assert lines[3].split() == ["apprehended", "PAN", "13.5", "(12.5", "to", "14.5)", "persons"]
    assert lines[4].split() == ["died", "0", "(0", "to", "0)", "persons"]
    assert lines[5] == ""
    assert lines[6].startswith("3 replicates, 30 migrants, 3,000 events; 1.5 s simulated")
    assert lines[7] == "Results: results/small"
    assert gc.isenabled()
    assert (folder.path / "results/small/manifest.json").is_file()
    written = load(folder.path / "results/small/scenario.yaml")
    assert written.title == "Small"
    assert [(s.seed, n, w, j) for s, n, w, j in asked] == [(7, 3, 1, False)]


def test_run_takes_its_options(folder: Folder, command: Command, asked: Asked) -> None:
    status, out, _ = command(
        *("run", "small.yaml", "--no-figures", "--seed", "99", "--replicates", "25", "--workers", "2"),
        *(
            "--set",
            "parameters.cost_weight=5",
            "--set",
            "title=Dear",
            "--record-every",
            "month",
            "--out",
            "there",
        ),
    )
    assert status == 0
    assert "Dear: mean (5 to 95 % of 25 replicates)" in out
    assert "(1,120 to 3,280)" in out
    (scenario, replicates, workers, journeys) = asked[0]
    assert (scenario.seed, replicates, workers, journeys) == (99, 25, 2, False)
    assert scenario.parameters.cost_weight.value == 5
    assert scenario.record_every == "month"
    assert (folder.path / "there/outcomes.csv").is_file()


def test_one_replicate_has_no_range(folder: Folder, command: Command, asked: Asked) -> None:
    _, out, _ = command("run", "small.yaml", "--no-figures", "--replicates", "1")
    assert "Small: 1 replicate\n" in out
    assert out.splitlines()[2].split() == ["reached", "border", "1,000", "persons"]


def test_run_refuses_a_folder_of_something_else_before_it_simulates(
    folder: Folder, command: Command, asked: Asked
) -> None:
    folder.write("mine/diary.txt", "dear diary")
    status, out, err = command("run", "small.yaml", "--out", "mine")
    assert status == 2
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "mine" in err
    assert asked == []
    assert (folder.path / "mine/diary.txt").read_text() == "dear diary"


def test_run_says_what_is_probably_not_meant(folder: Folder, command: Command, asked: Asked) -> None:
    status, _, err = command(
        "run", "small.yaml", "--no-figures", "--set", "persons_per_migrant.haiti=20", "--replicates", "1"
    )
    assert status == 0
    assert err.splitlines()[0].startswith("note: detention_centres.panama_city: 100 beds hold fewer than 10")


def test_a_shorter_period_is_no_fault_but_told_in_one_line(
    folder: Folder, command: Command, asked: Asked
) -> None:
    shorter = ("--set", "period.end=2016-01-31")
    never = "note: 1 measure of the policy lies outside 2016-01-01 to 2016-01-31 and is never in force"
    status, out, err = command("check", "small.yaml", *shorter)
    assert (status, err) == (0, f"small.yaml: {never}\n")
    assert "1 measure, 2016-01-01 to 2016-01-31 (31 days)" in out
    status, _, err = command("run", "small.yaml", "--no-figures", *shorter)
    assert (status, err) == (0, f"{never}\n")
    assert load(folder.path / "results/small/scenario.yaml").policy == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "small.yaml", "--seed", "-1"], "--seed"),
        (["run", "small.yaml", "--replicates", "0"], "--replicates"),
        (["run", "small.yaml", "--workers", "none"], "--workers"),
        (["run", "small.yaml", "--record-every", "hour"], "--record-every"),
        (["run", "small.yaml", "--speed", "9"], "No such option"),
        (["run"], "Missing argument"),
        (["rnu", "small.yaml"], "No such command"),
        (["run", "verify/queeu"], "did you mean verify/queue?"),
        (["check", "nowhere.yaml"], "nowhere.yaml: no such file"),
        (["compare", "nowhere.yaml"], "nowhere.yaml"),
        (["departures", "nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_mistakes_on_the_command_line(
    folder: Folder, command: Command, arguments: list[str], words: str
) -> None:
    status, out, err = command(*arguments)
    assert status == 2
    assert out == ""
    assert words in err
    assert "Traceback" not in err


def test_check_says_what_is_there(folder: Folder, command: Command) -> None:
    status, out, err = command("check", "small.yaml")
    assert (status, err) == (0, "")
    assert out == (
        "small.yaml: ok: 3 places, 3 legs, 2 groups, 1 checkpoint, 2 detention centres, 1 measure, "
        "2016-01-01 to 2016-03-31 (91 days)\n"
    )


def test_check_takes_a_world_for_a_world(folder: Folder, command: Command) -> None:
    status, out, _ = command("check", "world.yaml")
    assert status == 0
    assert out.startswith("world.yaml: ok, a world to build on")
    folder.write("world.yaml", (folder.path / "world.yaml").read_text().replace("to: border", "to: boarder"))
    status, _, err = command("check", "world.yaml")
    assert status == 2
    assert err.splitlines() == [
        "world.yaml:25: legs.bus_north.to: there is no place boarder; did you mean border?"
    ]


def test_check_prints_the_faults_of_all_files(folder: Folder, command: Command) -> None:
    folder.overlay("seed: -1\n", "a.yaml")
    folder.overlay("sede: 1\n", "b.yaml")
    status, out, err = command("check", "a.yaml", "small.yaml", "b.yaml")
    assert status == 2
    assert out.startswith("small.yaml: ok")
    assert [line.split(": ")[0] for line in err.splitlines()] == ["a.yaml:4", "b.yaml:4"]


def test_check_takes_a_comparison_for_a_comparison(folder: Folder, command: Command) -> None:
    text = "title: Two\nwhy: To see\nbase: small.yaml\noptions:\n  more: {set: [seed=12]}\n"
    folder.write("two.yaml", text)
    assert command("check", "two.yaml") == (0, "two.yaml: ok: 20 pairs each of small.yaml and more\n", "")
    folder.write("two.yaml", text.replace("seed=", "sede="))
    status, out, err = command("check", "two.yaml", "small.yaml")
    assert (status, out.splitlines()[0][:14]) == (2, "small.yaml: ok")
    assert "did you mean `seed`?" in err
    status, _, err = command("check", "two.yaml", "--resolved")
    assert status == 2
    assert "is a comparison" in err


def test_check_resolved_prints_a_scenario_that_stands_alone(folder: Folder, command: Command) -> None:
    status, out, _ = command("check", "--resolved", "small.yaml", "--set", "seed=12")
    assert status == 0
    folder.write("alone/resolved.yaml", out)
    assert load("alone/resolved.yaml") == load("small.yaml", ["seed=12"]).model_copy(update={"extends": None})


def test_list_names_worlds_scenarios_and_measures(command: Command) -> None:
    status, out, _ = command("list")
    assert status == 0
    lines = [line.strip() for line in out.splitlines()]
    assert "Worlds" in lines
    assert any(line.startswith("verify/queue ") for line in lines)
    assert any(line.startswith("quota ") and line.endswith("the rest queue.") for line in lines)


def test_schema_is_json(command: Command) -> None:
    status, out, _ = command("schema")
    assert status == 0
    assert json.loads(out)["title"] == "darien scenario"


def test_version_is_that_of_the_project(command: Command) -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    assert "version" in project["project"]["dynamic"]
    assert project["tool"]["hatch"]["version"]["path"] == "model/darien/__init__.py"
    assert command("version") == (0, f"darien {darien.__version__}\n", "")
    assert command("--version") == (0, f"darien {darien.__version__}\n", "")


@pytest.mark.parametrize("arguments", [["--help"], ["check", "verify/queue"], ["version"]])
def test_light_commands_import_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys\nfrom darien.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit as end:\n    assert not end.code\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    done = process(program=program)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_package_gives_its_names_when_asked() -> None:
    assert darien.load is load
    assert {"RouteModel", "load", "run", "__version__"} <= set(dir(darien))
    with pytest.raises(AttributeError, match="has no attribute 'laod'"):
        darien.laod  # noqa: B018


def test_an_interrupt_ends_with_130_and_no_traceback(folder: Folder) -> None:
    program = (
        "import signal\nimport darien.scenario.files as files\nfrom darien.cli import main\n"
        # Whoever runs the tests in the background may have told them to ignore interrupts.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "files.load = lambda *_: signal.raise_signal(signal.SIGINT)\n"
        "main(['run', 'small.yaml'])"
    )
    done = process(program=program)
    assert done.returncode == 130
    assert "Traceback" not in done.stderr


def test_a_dead_worker_is_told_without_traceback(
    folder: Folder, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    from darien.experiments.pool import WorkerDied

    def dies(*_: object, **__: object) -> list[Run]:
        raise WorkerDied("a worker died three times")

    monkeypatch.setattr("darien.experiments.run.run_replicates", dies)
    assert command("run", "small.yaml") == (1, "", "a worker died three times\n")


def test_a_reader_that_leaves_early_breaks_nothing() -> None:
    done = subprocess.run(
        f"{sys.executable} -m darien.cli schema | head -1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT / "model")},
    )
    assert done.stdout == "{\n"
    assert "Traceback" not in done.stderr


TOO_MANY = """
title: Aid that raises departures
why: More than the scenario left room for
extends: verify/measures
policy:
  - measure: aid_at_home
    groups: [one]
    usd_per_year: 100000000
    departures_cut_per_100_million: -0.5
    from: 2020-02-01
"""


@pytest.mark.parametrize("arguments", [("run", "--replicates", "1"), ("compare", "--workers", "2")])
def test_departures_above_their_headroom_are_told_in_one_line(
    command: Callable[..., tuple[int, str, str]], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """Also by a worker in a process of its own: the error comes back as it was."""
    file = tmp_path / "too-many.yaml"
    file.write_text(TOO_MANY)
    status, _, err = command(arguments[0], file, *arguments[1:], "--out", tmp_path / "out")
    told = "departures of one would exceed departures.headroom (1 times the reference rate) on 2020-02-01"
    assert (status, err.splitlines()[-1]) == (2, f"{told}; raise departures.headroom")
    assert not (tmp_path / "out").exists()


def test_calibrate_tells_mistakes_in_one_message(command: Command, tmp_path: Path) -> None:
    status, _, err = command("calibrate", "2014-2019")
    assert (status, len(err.splitlines())) == (2, 1)
    assert "did you mean 2014-2018?" in err
    text = (Path(__file__).parents[1] / "calibration" / "2014-2018.yaml").read_text(encoding="utf-8")
    file = tmp_path / "bad.yaml"
    file.write_text(text.replace("parameters.cost_weight", "parameters.cost_wieght"), encoding="utf-8")
    status, _, err = command("calibrate", file, "--out", tmp_path / "out")
    assert status == 2
    assert "parameters.cost_wieght: the scenario has nothing there" in err
    assert not (tmp_path / "out").exists()
