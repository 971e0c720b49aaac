"""The store: read back as written, whole or absent, and never over what is not its own."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from darien.record import store
from darien.record.run import CAPACITY_COLUMNS, OUTCOME_COLUMNS, Run
from darien.record.version import code_version, package_versions
from darien.record.whole import ResultError
from darien.scenario import files
from darien.scenario.schema import Scenario


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return Scenario.model_validate(
        {
            "title": "Two places",
            "why": "To store something",
            "seed": 11,
            "period": {"start": pd.Timestamp("2020-01-01").date(), "end": pd.Timestamp("2020-01-31").date()},
            "places": {
                "here": {"label": "Here", "country": "COL", "lat": 8, "lon": -77},
                "there": {"label": "There", "country": "USA", "lat": 26, "lon": -98, "destination": True},
            },
            "legs": {
                "way": {"from": "here", "to": "there", "mode": "bus", "travel_days": {"table": {2: 1.0}}}
            },
            "groups": {
                "one": {
                    "label": "One",
                    "nationalities": ["Any"],
                    "entries": [{"shares": {"here": 1.0}}],
                    "funds_usd": 1000,
                }
            },
            "departures": {"persons_per_day": {"one": 5}},
        }
    )


def made(replicate: int, **changes: object) -> Run:
    """A replicate with counts in no order and a zero among them."""
    persons = [3, 0, 4 + replicate, 2]
    run = Run(
        replicate=replicate,
        seed=11,
        counts=pd.DataFrame(
            {
                "date": pd.to_datetime(["2020-01-02", "2020-01-01", "2020-01-01", "2020-01-01"]),
                "where": ["way", "here", "route", "here"],
                "kind": ["leg", "place", "route", "place"],
                "group": ["one"] * 4,
                "measure": ["finished", "entered", "departed", "stock_at_place"],
                "persons": persons,
            }
        ),
        outcomes=pd.DataFrame(
            [
                ("deaths", "", "all", 0.1 + replicate / 3, "persons"),
                ("apprehended", "PAN", "one", 7.0, "persons"),
            ],
            columns=list(OUTCOME_COLUMNS),
        ),
        capacities=pd.DataFrame(
            [(pd.Timestamp("2020-01-01"), "centre", "here", "COL", 30.0, 15.0)],
            columns=list(CAPACITY_COLUMNS),
        ),
        journeys=None,
        events=100 + replicate,
        migrants=9,
        seconds=0.25,
    )
    return replace(run, **changes)  # type: ignore[arg-type]


def test_reads_back_what_was_written(tmp_path: Path, scenario: Scenario) -> None:
    folder = store.write(tmp_path / "deep" / "out", scenario, [made(1), made(0)], wall_seconds=2.5, workers=2)
    found = store.read(folder)
    assert found.replicates == [0, 1]
    assert found.manifest["scenario"] == files.fingerprint(scenario)
    assert found.manifest["code"] == code_version()
    assert found.manifest["events"] == [100, 101]
    assert found.manifest["versions"]["numpy"] == package_versions()["numpy"]
    assert {"seed": 11, "wall_seconds": 2.5, "workers": 2}.items() <= found.manifest.items()
    assert list(found.counts.columns) == [
        *("replicate", "date", "where", "kind", "group", "measure", "persons")
    ]
    first = found.counts[found.counts["replicate"] == 0]
    assert list(zip(first["date"].dt.day, first["where"], first["persons"], strict=True)) == [
        (1, "here", 2),
        (1, "route", 4),
        (2, "way", 3),
    ]
    assert found.counts["persons"].min() > 0
    assert isinstance(found.counts["where"].dtype, pd.CategoricalDtype)
    assert found.outcomes["value"].tolist() == [0.1, 7.0, 0.1 + 1 / 3, 7.0]
    assert found.outcomes["place"].tolist() == ["", "PAN", "", "PAN"]
    assert found.capacities["beds"].tolist() == [30.0, 30.0]
    assert found.capacities["replicate"].tolist() == [0, 1]
    assert found.journeys is None
    assert files.fingerprint(found.scenario) == files.fingerprint(scenario)


def test_the_files_do_not_depend_on_the_order_of_runs(tmp_path: Path, scenario: Scenario) -> None:
    shuffled = replace(made(0), counts=made(0).counts.iloc[::-1])
    store.write(tmp_path / "a", scenario, [made(0), made(1)], wall_seconds=1)
    store.write(tmp_path / "b", scenario, [made(1), shuffled], wall_seconds=9, workers=2)
    for name in (store.COUNTS, store.OUTCOMES, store.CAPACITIES, store.SCENARIO):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_journeys_are_written_where_they_were_asked_for(tmp_path: Path, scenario: Scenario) -> None:
    journeys = pd.DataFrame({"group": ["one", "one"], "spent": [10, 20]})
    runs = [made(number, journeys=journeys) for number in (0, 1)]
    found = store.read(store.write(tmp_path / "out", scenario, runs, wall_seconds=1))
    assert found.journeys is not None
    assert found.journeys["replicate"].tolist() == [0, 0, 1, 1]
    assert found.journeys["spent"].tolist() == [10, 20, 10, 20]


def test_a_run_that_counted_nobody_can_be_stored(tmp_path: Path, scenario: Scenario) -> None:
    empty = made(0, counts=made(0).counts.iloc[:0])
    found = store.read(store.write(tmp_path / "out", scenario, [empty], wall_seconds=1))
    assert len(found.counts) == 0
    assert found.counts["persons"].dtype == "int64"


def test_counts_are_stored_as_dictionaries(tmp_path: Path, scenario: Scenario) -> None:
    store.write(tmp_path / "out", scenario, [made(0)], wall_seconds=1)
    schema = pq.read_schema(tmp_path / "out" / store.COUNTS)
    assert str(schema.field("where").type).startswith("dictionary<values=")
    assert str(schema.field("date").type) == "timestamp[ms]"
    assert str(schema.field("persons").type) == "int64"


@pytest.mark.parametrize(
    ("runs", "says"),
    [
        ([], "no runs"),
        ([made(0), made(0)], "same replicate"),
        ([made(0), made(1, seed=12)], "different seeds"),
        ([made(0), made(1, journeys=pd.DataFrame({"spent": [1]}))], "carry journeys"),
    ],
)
def test_runs_that_do_not_belong_together_leave_nothing(
    tmp_path: Path, scenario: Scenario, runs: list[Run], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        store.write(tmp_path / "out", scenario, runs, wall_seconds=1)
    assert list(tmp_path.iterdir()) == []


def test_a_result_is_replaced_whole(tmp_path: Path, scenario: Scenario) -> None:
    out = tmp_path / "out"
    store.write(out, scenario, [made(0), made(1)], wall_seconds=1)
    (out / "figures").mkdir()
    (out / "figures" / "route.png").write_bytes(b"old")
    store.write(out, scenario, [made(5)], wall_seconds=1)
    assert store.read(out).replicates == [5]
    assert not (out / "figures").exists()
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_a_folder_of_the_user_is_left_alone(tmp_path: Path, scenario: Scenario) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with pytest.raises(ResultError, match="not a result of darien"):
        store.check(mine)
    with pytest.raises(ResultError, match="not a result of darien"):
        store.write(mine, scenario, [made(0)], wall_seconds=1)
    assert [entry.name for entry in mine.iterdir()] == ["thesis.txt"]


def test_notes_that_a_user_put_among_results_are_not_deleted(tmp_path: Path, scenario: Scenario) -> None:
    out = store.write(tmp_path / "out", scenario, [made(0)], wall_seconds=1)
    (out / "notes.txt").write_text("what I think of it")
    with pytest.raises(ResultError, match=r"did not write \(notes.txt\)"):
        store.write(out, scenario, [made(1)], wall_seconds=1)
    assert (out / "notes.txt").read_text() == "what I think of it"
    assert store.read(out).replicates == [0]


def test_an_empty_folder_is_taken(tmp_path: Path, scenario: Scenario) -> None:
    (tmp_path / "out").mkdir()
    store.write(tmp_path / "out", scenario, [made(0)], wall_seconds=1)
    assert store.read(tmp_path / "out").replicates == [0]


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(ResultError, match="is a file"):
        store.check(tmp_path / "out")
    with pytest.raises(ResultError, match="is a file"):
        store.check(tmp_path / "out" / "below")


def test_a_full_disk_leaves_what_was_there(
    tmp_path: Path, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = store.write(tmp_path / "out", scenario, [made(0)], wall_seconds=1)
    before = (out / "manifest.json").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(store, "_write_counts", full)
    with pytest.raises(ResultError, match="No space left on device"):
        store.write(out, scenario, [made(1)], wall_seconds=1)
    assert (out / "manifest.json").read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_a_read_only_folder_is_refused_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # chmod would not stop root
    with pytest.raises(ResultError, match="cannot be written to"):
        store.check(tmp_path / "out")


def test_what_is_no_result_is_not_read(tmp_path: Path, scenario: Scenario) -> None:
    with pytest.raises(ResultError, match="not a result"):
        store.read(tmp_path / "nowhere")
    out = store.write(tmp_path / "out", scenario, [made(0)], wall_seconds=1)
    manifest = json.loads((out / "manifest.json").read_text())
    (out / "manifest.json").write_text(json.dumps(manifest | {"format": 99}))
    with pytest.raises(ResultError, match="written in format 99"):
        store.read(out)
    (out / "manifest.json").write_text("{")
    with pytest.raises(ResultError, match="cannot be read"):
        store.read(out)
    (out / "manifest.json").write_text(json.dumps(manifest))
    (out / store.COUNTS).unlink()
    with pytest.raises(ResultError, match="cannot read results"):
        store.read(out)
