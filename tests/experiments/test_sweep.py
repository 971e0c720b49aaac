"""A sweep runs every point and replicate once, keeps what is done, and tells what it cannot do."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from darien.actors.model import RouteModel, prepare
from darien.experiments import one_run, sweep
from darien.experiments.design import table_of
from darien.experiments.one_run import monthly
from darien.experiments.run import simulate
from darien.experiments.sweep import run_points
from darien.experiments.sweep_file import load_sweep
from darien.record.swept import read_sweep
from darien.record.whole import ResultError
from darien.scenario.errors import ScenarioError, UserMistake

from . import sweeps


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sweep beds.yaml, and in ``out`` what it leaves."""
    folder = tmp_path_factory.mktemp("sweep")
    sweeps.run(sweeps.write(folder), folder / "out")
    return folder


@pytest.fixture
def again(done: Path, tmp_path: Path) -> Path:
    """A copy, to run again."""
    shutil.copytree(done, tmp_path / "copy")
    return tmp_path / "copy"


def test_the_table_holds_what_the_runs_gave(done: Path) -> None:
    found = read_sweep(done / "out")
    loaded = load_sweep(done / "beds.yaml")
    assert found.complete
    assert found.points.to_dict("list") == {
        "beds": [5, 5, 20, 20],
        "start": [pd.Timestamp(d) for d in ("2020-01-20", "2020-02-10") * 2],
    }
    for point, replicate in ((0, 0), (3, 2)):
        values = {"beds": int(found.points["beds"][point]), "start": found.points["start"][point].date()}
        outcomes = simulate(loaded.scenario_at(values), replicate=replicate).outcomes
        table = found.table[(found.table["point"] == point) & (found.table["replicate"] == replicate)]
        kept = table.set_index(["outcome", "place"])["value"]
        everyone = outcomes[(outcomes["group"] == "all") & ~outcomes["place"].isin(["in", "out"])]
        expected = everyone.set_index(["outcome", "place"])["value"]
        pd.testing.assert_series_equal(
            kept.reindex(expected.index), expected, check_index_type=False, check_dtype=False
        )
        assert set(table["beds"]) == {values["beds"]}


def test_points_are_paired(done: Path) -> None:
    found = read_sweep(done / "out")
    departed = found.of("departed")
    assert (departed.nunique() == 1).all()
    assert departed.loc[0].nunique() > 1
    assert found.of("turned_away").loc[0].mean() > found.of("turned_away").loc[2].mean()


def test_the_series_are_the_counts_of_the_runs_by_country(done: Path) -> None:
    found = read_sweep(done / "out")
    loaded = load_sweep(done / "beds.yaml")
    point = dict(zip(loaded.parameters, (5, pd.Timestamp("2020-01-20").date()), strict=True))
    counts = simulate(loaded.scenario_at(point), replicate=1).counts
    country = {"entry": "PAN", "station": "PAN", "border": "USA", "in": "PAN", "out": "USA", "route": "route"}
    counts = counts.assign(
        where=counts["where"].astype(str).map(country), measure=counts["measure"].astype(str)
    )
    counts = counts[~counts["measure"].isin(one_run.MOVING)]
    expected = counts.groupby(["date", "where", "measure"])["persons"].sum()
    series = found.series()
    series = series[(series["point"] == 0) & (series["replicate"] == 1)]
    kept = series.astype({"where": str, "measure": str}).set_index(["date", "where", "measure"])["persons"]
    assert kept.to_dict() == expected[expected != 0].to_dict()
    assert set(series["date"].dt.strftime("%Y-%m-%d")) == {"2020-01-10", "2020-02-01", "2020-03-01"}
    only = found.series(measures=["died"], where=["PAN", "USA"])
    assert set(only["measure"]) <= {"died"}


def test_what_is_prepared_gives_the_same_bytes_again(done: Path) -> None:
    """Replicates of a point share its world and policy: whoever runs first must leave them as they were."""
    loaded = load_sweep(done / "beds.yaml")
    scenario = loaded.base
    prepared = prepare(scenario)
    for replicate in (0, 1, 0):
        model = RouteModel(scenario, replicate=replicate, collect=False, prepared=prepared)
        model.run()
        series = monthly(model)
        assert series["persons"].sum() > 0
        shared = model.result()
        alone = simulate(scenario, replicate=replicate)
        pd.testing.assert_frame_equal(shared.outcomes, alone.outcomes)
        pd.testing.assert_frame_equal(shared.counts, alone.counts)


def test_two_workers_leave_the_same_bytes(done: Path, tmp_path: Path) -> None:
    file = sweeps.write(tmp_path)
    sweeps.run(file, tmp_path / "out", workers=2)
    assert sweeps.content(tmp_path / "out") == sweeps.content(done / "out")


def test_what_is_there_is_not_run_again(again: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sweeps.content(again / "out")
    monkeypatch.setattr(sweep, "work", None)  # nothing may call it
    told: list[tuple[int, int]] = []
    sweeps.run(again / "beds.yaml", again / "out", progress=lambda n, of: told.append((n, of)))
    assert told == [(12, 12)]
    assert sweeps.content(again / "out") == before


def test_more_replicates_and_points_keep_what_is_there(again: Path) -> None:
    told: list[int] = []
    text = sweeps.SWEEP.replace("[5, 20]", "[5, 20, 40]").replace("replicates: 3", "replicates: 4")
    (again / "beds.yaml").write_text(text)
    found = sweeps.run(again / "beds.yaml", again / "out", progress=lambda n, of: told.append(n))
    assert told[0] == 12
    assert len(found.runs) == 6 * 4
    assert found.complete
    fewer = sweeps.run(again / "beds.yaml", again / "out", replicates=2)
    assert fewer.complete
    assert set(fewer.table["replicate"]) == {0, 1}
    assert set(fewer.series()["replicate"]) == {0, 1}


def test_another_scenario_or_code_is_run_anew(again: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = (again / "tiny.yaml").read_text()
    (again / "tiny.yaml").write_text(world.replace("limit_days: 5", "limit_days: 9"))
    told: list[int] = []
    sweeps.run(again / "beds.yaml", again / "out", progress=lambda n, of: told.append(n))
    assert told[0] == 0
    (again / "tiny.yaml").write_text(world)
    told.clear()
    sweeps.run(again / "beds.yaml", again / "out", progress=lambda n, of: told.append(n))
    assert told == [12]  # those of before are still there
    (again / "tiny.yaml").write_text(world.replace("label: Centre", "label: The centre"))
    sweeps.run(again / "beds.yaml", again / "out", progress=lambda n, of: told.append(n))
    assert told == [12, 12]  # a label decides no number
    monkeypatch.setattr(sweep, "code_version", lambda: "other")
    told.clear()
    sweeps.run(again / "beds.yaml", again / "out", progress=lambda n, of: told.append(n))
    assert told[0] == 0


@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_runs_whose_series_are_lost_are_done_again(
    tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "RUNS_IN_PART", 4)  # so that a part holds the replicates of one point
    file, out = sweeps.write(tmp_path), tmp_path / "out"
    sweeps.run(file, out)
    before = sweeps.content(out)
    part = sorted((out / "series").iterdir())[1]
    if damage == "cut":
        part.write_bytes(part.read_bytes()[:-9])
    else:
        part.unlink()
    told: list[int] = []
    sweeps.run(file, out, progress=lambda n, of: told.append(n))
    assert told[0] == 9
    assert sweeps.content(out) == before
    assert f"{part}: is missing or cut short; its 3 runs are done again" in capsys.readouterr().err


def test_series_may_be_left_out_and_asked_for_later(tmp_path: Path) -> None:
    file = sweeps.write(tmp_path, sweeps.SWEEP + "series: none\n")
    found = sweeps.run(file, tmp_path / "out")
    assert found.complete
    with pytest.raises(ResultError, match="has no series"):
        found.series()
    sweeps.write(tmp_path)
    assert len(sweeps.run(file, tmp_path / "out").series()) > 100


def test_outcomes_by_name_are_told_at_legs_too_and_cost_no_run(again: Path) -> None:
    (again / "beds.yaml").write_text(sweeps.SWEEP + "outcomes: [started, died]\n")
    told: list[int] = []
    found = sweeps.run(again / "beds.yaml", again / "out", progress=lambda n, of: told.append(n))
    assert told == [12]
    assert set(found.table["outcome"]) == {"started", "died"}
    assert set(found.table.loc[found.table["outcome"] == "started", "place"]) == {"in", "out"}
    assert "started" not in set(read_sweep(again / "out").table.columns)


def test_an_unknown_outcome_is_a_fault_of_its_line(tmp_path: Path) -> None:
    file = sweeps.write(tmp_path, sweeps.SWEEP + "outcomes:\n  - died\n  - reached_boarder\n")
    with pytest.raises(ScenarioError, match=r"beds.yaml:11: outcomes\[1\]: .*did you mean reached_border"):
        sweeps.run(file, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_bad_points_are_all_told_before_anything_runs(tmp_path: Path) -> None:
    file = sweeps.write(tmp_path)
    loaded = load_sweep(file)
    day = pd.Timestamp("2020-02-01").date()
    points = table_of(loaded, [[5, day], [-1, day], [20, day], [-2, day]])
    with pytest.raises(ScenarioError) as caught:
        run_points(loaded, points, tmp_path / "out")
    said = str(caught.value)
    assert "point 1 (beds=-1, start=2020-02-01): parameters.beds" in said
    assert "point 3 (beds=-2, start=2020-02-01): parameters.beds" in said
    assert len(caught.value.faults) == 2
    assert not (tmp_path / "out").exists()


FAILING = """\
    title: Too many
    why: a test
    base: tiny.yaml
    design: list
    points: [{times: 1.0}, {times: 1.2}]
    parameters:
      times: {path: departures.times.people}
    replicates: 2
"""


def test_runs_that_fail_are_named_and_the_others_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = sweeps.write(tmp_path, FAILING)
    monkeypatch.setattr(sweep, "work", _fails_at_point_one)
    with pytest.raises(
        UserMistake, match=r"2 of 4 runs failed; the first is point 1 \(times=1.2\), replicate 0: out of"
    ):
        sweeps.run(file, tmp_path / "out")
    kept = read_sweep(tmp_path / "out")
    assert list(kept.runs["point"]) == [0, 0]
    assert set(kept.table["point"]) == {0}
    assert not kept.complete
    monkeypatch.undo()
    told: list[int] = []
    assert sweeps.run(file, tmp_path / "out", progress=lambda n, of: told.append(n)).complete
    assert told[0] == 2


def _fails_at_point_one(job: one_run.Job) -> one_run.Kept:
    if job.point == 1:
        raise UserMistake("out of room")
    return job()


def test_an_interruption_keeps_what_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = sweeps.write(tmp_path)
    count = 0

    def stops(job: one_run.Job) -> one_run.Kept:
        nonlocal count
        count += 1
        if count == 7:
            raise KeyboardInterrupt
        return job()

    monkeypatch.setattr(sweep, "work", stops)
    with pytest.raises(KeyboardInterrupt):
        sweeps.run(file, tmp_path / "out")
    assert len(read_sweep(tmp_path / "out").runs) == 6
    monkeypatch.undo()
    told: list[int] = []
    found = sweeps.run(file, tmp_path / "out", progress=lambda n, of: told.append(n))
    assert told[0] == 6
    whole = sweeps.run(file, tmp_path / "whole")
    pd.testing.assert_frame_equal(found.table, whole.table)
    pd.testing.assert_frame_equal(found.series(), whole.series())


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    file = sweeps.write(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep me")
    with pytest.raises(ResultError, match="exists and is not a result of darien"):
        sweeps.run(file, tmp_path / "mine")
    assert os.listdir(tmp_path / "mine") == ["notes.txt"]


def test_what_does_not_exist_is_missing_and_what_is_nothing_is_zero(tmp_path: Path) -> None:
    """Zeros are not kept, what does not exist is: mean days of nobody are missing, not 0."""
    world = sweeps.WORLD.replace("people: 8}", "people: 0}")
    file = sweeps.write(tmp_path)
    (tmp_path / "tiny.yaml").write_text(world)
    table = sweeps.run(file, tmp_path / "out").table
    assert table.loc[table["outcome"] == "days_on_the_way", "value"].isna().all()
    assert (table.loc[table["outcome"] == "departed", "value"] == 0).all()
    assert np.isfinite(table.loc[table["outcome"] == "removed", "value"]).all()
