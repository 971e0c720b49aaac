"""darien results: lists, shows, prunes and exports; touches nothing that is not its own."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
import zipfile
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from darien import cli
from darien.experiments.exporting import export
from darien.experiments.results import age_said, prune, result_in, results_below, size_said
from darien.experiments.run import run_replicates
from darien.record import store
from darien.record.swept import read_sweep
from darien.record.whole import ResultError
from darien.scenario import files
from darien.scenario.errors import UserMistake

from . import sweeps


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a sweep and a run in results/."""
    folder = tmp_path_factory.mktemp("made")
    sweeps.run(sweeps.write(folder), folder / "results" / "beds")
    scenario = files.load(folder / "tiny.yaml")
    store.write(folder / "results" / "tiny", scenario, run_replicates(scenario, 2), wall_seconds=1)
    return folder


@pytest.fixture
def results(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, which is the working folder."""
    shutil.copytree(made, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    return Path("results")


def test_the_list(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (results / "notes").mkdir()
    cli.app(["results", "list"], standalone_mode=False)
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["folder", "kind", "runs", "size", "age", "code", "title"]
    assert [line.split()[:3] for line in lines] == [
        ["results/beds", "sweep", "12"],
        ["results/tiny", "run", "2"],
    ]
    assert all("current" in line for line in lines)
    manifest = results / "beds" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"code": "', '"code": "0'))
    assert [result.current for result in results_below(results)] == [False, True]


def test_where_there_is_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.app(["results", "list", str(tmp_path)], standalone_mode=False)
    assert capsys.readouterr().out == f"{tmp_path}: no results\n"
    with pytest.raises(ResultError, match="no such folder"):
        results_below(tmp_path / "none")
    with pytest.raises(ResultError, match="this is not a result"):
        result_in(tmp_path)


def test_what_one_shows(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.app(["results", "show", "results/beds"], standalone_mode=False)
    said = capsys.readouterr().out
    assert said.startswith("Beds and dates\n")
    assert "12 of 12" in said
    assert "detention_centres.centre.beds: [5, 20]" in said
    assert "the same as now" in said
    assert "runs.sqlite" in said


def test_pruning_takes_what_is_of_no_use_and_no_more(results: Path) -> None:
    before = sweeps.content(results / "beds")
    world = Path("tiny.yaml").read_text()
    Path("tiny.yaml").write_text(world.replace("limit_days: 5", "limit_days: 9"))
    sweeps.run(Path("beds.yaml"), results / "beds")
    Path("tiny.yaml").write_text(world)
    sweeps.run(Path("beds.yaml"), results / "beds")
    foreign = [results / "beds" / "notes.txt", results / "beds" / "series" / "part-mine.parquet"]
    left = [
        results / "beds" / "series" / "part-000000-00009-0123456789ab.parquet",
        results / "beds" / "table.csv.aside",
    ]
    for path in (*foreign, *left):
        path.write_text("x")
    young, old = results / ".beds.abc.part", results / ".beds.def.part"
    for path in (young, old):
        path.mkdir()
        (path / "table.csv").write_text("half")
    for path in (old / "table.csv", old):
        os.utime(path, (0, time.time() - 7200))
    gone = prune(results / "beds")
    assert gone.runs == 12
    assert gone.files == 1 + len(left) + 1  # the part of 12 runs, what was left, the old folder's file
    assert gone.size > 0
    assert all(path.exists() for path in (*foreign, young))
    assert not any(path.exists() for path in (*left, old))
    foreign[1].unlink()
    assert sweeps.content(results / "beds") == before
    assert prune(results / "beds").runs == 0


def test_pruning_keeps_a_file_that_another_run_needs(results: Path) -> None:
    """A part holds runs of several points: if one of them is of no use any more, the others still are."""
    with closing(sqlite3.connect(results / "beds" / "runs.sqlite")) as rows, rows:
        rows.execute("UPDATE point SET scenario = 'other' WHERE point = 2")
    found = read_sweep(results / "beds")
    assert set(found.series()["point"]) == {0, 1, 3}
    assert prune(results / "beds").runs == 3
    assert set(read_sweep(results / "beds").series()["point"]) == {0, 1, 3}
    assert set(read_sweep(results / "beds").table["point"]) == {0, 1, 3}
    sweeps.run(Path("beds.yaml"), results / "beds")
    series = read_sweep(results / "beds").series()
    assert set(series["point"]) == {0, 1, 2, 3}
    assert not series.duplicated(["point", "replicate", "date", "where", "measure"]).any()


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_sweep_as_a_table(results: Path, suffix: str) -> None:
    to = export(results / "beds", Path(f"mine.{suffix}"))
    assert to.read_bytes() == (results / "beds" / f"table.{suffix}").read_bytes()
    table = pd.read_csv(to, keep_default_na=False) if suffix == "csv" else pd.read_parquet(to)
    expected = read_sweep(results / "beds").table
    assert list(table.columns) == list(expected.columns)
    assert table["value"].astype(float).tolist() == expected["value"].tolist()
    assert table["start"].astype(str).tolist() == expected["start"].dt.strftime("%Y-%m-%d").tolist()


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_run_as_a_table(results: Path, suffix: str) -> None:
    to = export(results / "tiny", Path(f"mine.{suffix}"))
    table = pd.read_csv(to, keep_default_na=False) if suffix == "csv" else pd.read_parquet(to)
    assert list(table.columns) == ["replicate", "outcome", "place", "group", "value", "unit"]
    assert set(table["replicate"]) == {0, 1}


def test_a_zip_is_enough_to_do_it_again(results: Path, tmp_path: Path) -> None:
    to = export(results / "beds", Path("mine.zip"))
    assert export(results / "beds", Path("other.zip")).read_bytes() == to.read_bytes()
    with zipfile.ZipFile(to) as archive:
        archive.extractall(tmp_path / "elsewhere")
    again = tmp_path / "elsewhere"
    assert {path.name for path in again.iterdir()} == {
        *("constraints.txt", "manifest.json", "points.csv", "reproduce.txt", "scenarios", "sweep.yaml"),
        *("table.csv", "table.parquet", "tiny.yaml"),
    }
    assert "numpy==" in (again / "constraints.txt").read_text()
    assert "darien sweep sweep.yaml --replicates 3" in (again / "reproduce.txt").read_text()
    found = sweeps.run(again / "sweep.yaml", again / "out", replicates=3)
    assert found.complete
    assert (again / "out" / "table.csv").read_bytes() == (again / "table.csv").read_bytes()


def test_what_cannot_be_exported(results: Path) -> None:
    with pytest.raises(UserMistake, match=r"ends in none of \.csv, \.parquet, \.zip"):
        export(results / "beds", Path("mine.xlsx"))
    with pytest.raises(UserMistake, match="there is no folder nowhere"):
        export(results / "beds", Path("nowhere/mine.csv"))
    Path("mine.csv").mkdir()
    with pytest.raises(ResultError, match=r"mine\.csv: cannot be written"):
        export(results / "beds", Path("mine.csv"))


def test_a_mistake_is_one_line_and_status_2(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["results", "prune", "nowhere"])
    assert ended.value.code == 2
    assert capsys.readouterr().err == "nowhere: no such folder\n"


def test_sizes_and_ages_in_words() -> None:
    assert [size_said(n) for n in (0, 999, 1500, 2_000_000, 3e9)] == [
        "0 B",
        "999 B",
        "1.5 kB",
        "2 MB",
        "3 GB",
    ]
    assert [age_said(n) for n in (5, 60, 7300, 90_000)] == ["just now", "1 minute", "2 hours", "1 day"]
