"""``darien sensitivity`` and ``darien discover`` as a user runs them, on a world of a few milliseconds."""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from darien.cli import main
from darien.experiments.design import in_units
from darien.experiments.sensitivity import check_folder, design_of
from darien.experiments.sweep_file import LoadedSweep, load_sweep
from darien.record.whole import ResultError
from darien.scenario import library
from darien.scenario.errors import UserMistake

WORLD = """\
title: Tiny
why: to be run often
seed: 5
period: {start: 2020-01-10, end: 2020-03-05}
places:
  entry: {label: Entry, country: PAN, lat: 8.0, lon: -77.5}
  station: {label: Station, country: PAN, lat: 8.5, lon: -78.0}
  border: {label: Border, country: USA, lat: 26.0, lon: -98.0, destination: true}
legs:
  in: {from: entry, to: station, mode: bus, travel_days: {table: {1: 1.0}}}
  out:
    {from: station, to: border, mode: bus, travel_days: {table: {1: 0.5, 3: 0.5}},
    death_per_1000: {value: 20, low: 1, high: 200}}
groups:
  people: {label: People, nationalities: [Any], entries: [{shares: {entry: 1.0}}], funds_usd: 1000}
authorities:
  PAN: {label: Authority}
checkpoints:
  post: {authority: PAN, place: station, officers: 1000, inspections_per_officer_day: 10, coverage: 0.6,
    identification: 0.9, then: detain, detention: centre}
detention_centres:
  centre: {label: Centre, authority: PAN, place: station, beds: 20, limit_days: 5, when_full: release}
departures: {persons_per_day: {people: 20}, headroom: 1.5}
"""
SWEEP = """\
title: What moves what
why: a test
base: tiny.yaml
design: {design}
points: {points}
replicates: 3
outcomes: [reached_border, died, identified, detained_person_days, settled]
parameters:
  coverage: {{path: checkpoints.post.coverage, low: 0.1, high: 0.9}}
  death_per_1000: {{path: legs.out.death_per_1000, scale: log}}
  patience_days: {{path: parameters.patience_days, low: 20, high: 40}}
"""


def write(folder: Path, design: str = "morris", points: int | str = 8) -> Path:
    (folder / "tiny.yaml").write_text(WORLD, encoding="utf-8")
    file = folder / "what.yaml"
    file.write_text(SWEEP.format(design=design, points=points), encoding="utf-8")
    return file


@pytest.fixture
def command(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Run the command in a folder of its own; gives exit status, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*words: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main([str(word) for word in words])
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return call


@pytest.fixture
def loaded(tmp_path: Path) -> LoadedSweep:
    return load_sweep(write(tmp_path))


def test_morris_of_a_tiny_world_finds_what_moves_each_outcome(
    command: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    file = write(tmp_path)
    status, out, err = command("sensitivity", file)
    assert (status, err) == (0, "")
    folder = tmp_path / "results" / "sensitivity-what"
    table = pd.read_csv(folder / "sensitivity.csv", dtype={"place": str}).fillna({"place": ""})
    assert len(table) == 4 * 3  # nobody settles here: no rows, but a note
    by_outcome = table.set_index(["outcome", "parameter"])
    assert by_outcome.loc["identified", "mu_star"].idxmax() == "coverage"
    assert by_outcome.loc["died", "mu_star"].idxmax() == "death_per_1000"
    assert by_outcome.loc[("identified", "coverage"), "mu"] > 0
    assert by_outcome.loc[("reached_border", "death_per_1000"), "mu"] < 0
    assert by_outcome.loc[("died", "death_per_1000"), "known"]
    assert not by_outcome.loc[("died", "patience_days"), "known"]  # nobody waits in a line here
    assert by_outcome.loc["died", "floor"].max() > 0
    pd.testing.assert_frame_equal(pd.read_parquet(folder / "sensitivity.parquet"), table, check_dtype=False)
    convergence = pd.read_csv(folder / "convergence.csv").set_index("outcome")
    assert convergence.loc["settled", "says"] == "is 0 at every point: nothing moves it"
    assert 0 < convergence.loc["died", "chance"] < convergence.loc["died", "chance_of_one"] < 1
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["kind"], manifest["method"], manifest["points"]) == ("sensitivity", "morris", 32)
    assert (folder / "figures" / "morris.png").is_file()
    assert "settled (persons)\n  is 0 at every point: nothing moves it" in out
    assert (folder / "sensitivity.txt").read_text(encoding="utf-8") in out


def test_more_samples_go_on_from_those_that_are_there_and_give_what_they_give_alone(
    command: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    file = write(tmp_path)
    assert command("sensitivity", file, "--out", "one")[0] == 0

    def finished() -> dict[int, bytes]:
        with sqlite3.connect(tmp_path / "one" / "runs" / "runs.sqlite") as store:
            return dict(store.execute("SELECT run, packed FROM outcome").fetchall())

    before = finished()
    assert command("sensitivity", file, "--samples", 16, "--out", "one")[0] == 0
    after = finished()
    assert before.items() <= after.items()  # none was run again
    assert command("sensitivity", file, "--samples", 16, "--out", "alone")[0] == 0
    for name in ("sensitivity.csv", "convergence.csv", "sensitivity.txt"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "alone" / name).read_bytes()


def test_sobol_with_pairs_and_outcomes_at_a_place(
    command: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    file = write(tmp_path)
    wanted = "identified@PAN,died"
    status, out, err = command(
        *("sensitivity", file, "--method", "sobol", "--samples", 8),
        *("--second-order", "--outcomes", wanted, "--out", "out"),
    )
    assert (status, err) == (0, "")
    table = pd.read_csv(tmp_path / "out" / "sensitivity.csv", keep_default_na=False)
    assert list(table[["outcome", "place"]].drop_duplicates().itertuples(index=False, name=None)) == [
        ("identified", "PAN"),
        ("died", ""),
    ]
    first = table[table["outcome"] == "identified"].set_index("parameter")
    assert first["ST"].idxmax() == "coverage"
    assert len(pd.read_csv(tmp_path / "out" / "pairs.csv")) == 2 * 3
    assert "not converged: " in out
    assert (tmp_path / "out" / "figures" / "sobol.png").is_file()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--method", "fast"], "--method: is morris or sobol; given fast"),
        (["--samples", "3"], "--samples: needs 8 or more; given 3"),
        (["--method", "sobol", "--samples", "12"], "8 or 16; given 12"),
        (["--outcomes", "dyed"], "--outcomes: dyed: no outcome is named dyed; did you mean died?"),
        (["--outcomes", "died@PAM"], "--outcomes: died@PAM: no place is named PAM; did you mean PAN?"),
        (["--dask", "tcp://here:1", "--workers", "2"], "--dask and --workers: give one of them"),
    ],
)
def test_a_mistake_is_told_before_anything_is_run(
    command: Callable[..., tuple[int, str, str]], tmp_path: Path, words: list[str], says: str
) -> None:
    status, out, err = command("sensitivity", write(tmp_path), *words)
    assert (status, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1
    assert not (tmp_path / "results").exists()


def test_a_sweep_of_another_design_needs_a_method(tmp_path: Path) -> None:
    swept = load_sweep(write(tmp_path, "latin_hypercube", 40))
    with pytest.raises(UserMistake, match=r"what\.yaml: is for a sweep: say --method morris"):
        design_of(swept)
    assert design_of(swept, "sobol").samples == 256
    assert design_of(swept, "morris").samples == 32


def test_a_file_may_say_saltelli_and_how_many(tmp_path: Path) -> None:
    design = design_of(load_sweep(write(tmp_path, "saltelli", 64)))
    assert (design.method, design.samples, design.points) == ("sobol", 64, 64 * 5)


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine", encoding="utf-8")
    with pytest.raises(ResultError, match=r"thesis\.tex"):
        check_folder(tmp_path)
    with pytest.raises(ResultError, match="is a file"):
        check_folder(tmp_path / "thesis.tex")


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**31), count=st.integers(1, 40))
def test_points_stay_inside_their_bounds_and_log_scales_are_even_in_the_logarithm(
    tmp_path_factory: pytest.TempPathFactory, seed: int, count: int
) -> None:
    swept = load_sweep(write(tmp_path_factory.mktemp("sweep")))
    unit = np.random.default_rng(seed).random((count, 3))
    unit[0] = np.random.default_rng(seed).integers(0, 2, 3)  # the very ends
    points = in_units(swept, unit)
    for column, name in enumerate(swept.parameters):
        low, high = swept.parameters[name].low, swept.parameters[name].high
        assert low is not None
        assert high is not None
        values = points[name].to_numpy(dtype=float)
        assert ((low <= values) & (values <= high)).all()
        if name == "death_per_1000":
            assert np.log(values / low) / np.log(high / low) == pytest.approx(unit[:, column], abs=1e-9)
        else:
            assert (values - low) / (high - low) == pytest.approx(unit[:, column], abs=1e-9)


def test_discover_finds_where_deaths_are_many(
    command: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    file = write(tmp_path, "sobol", 64)
    assert command("sweep", file, "--out", "swept")[0] == 0
    assert (tmp_path / "swept" / "figures" / "strands-died.png").is_file()
    deaths = pd.read_csv(tmp_path / "swept" / "table.csv", keep_default_na=False)
    deaths = deaths[deaths["outcome"].eq("died") & deaths["place"].eq("")]
    bound = float(deaths.groupby("point")["value"].mean().quantile(0.7))
    status, out, err = command("discover", "swept", "--outcome", "died", "--above", bound, "--out", "box")
    assert (status, err) == (0, "")
    assert "death_per_1000" in out
    assert "coverage" in out.splitlines()[2]
    box = json.loads((tmp_path / "box" / "manifest.json").read_text(encoding="utf-8"))
    assert box["limits"][0]["parameter"] == "death_per_1000"
    assert box["limits"][0]["low"] > 10
    assert box["density"] >= 0.8
    assert (tmp_path / "box" / "figures" / "box.png").is_file()
    points = pd.read_csv(tmp_path / "box" / "points.csv")
    assert len(points) == 64
    assert (points["value"] > bound).equals(points["of_interest"])
    # The whole sweep as the workbench loads it.
    assert command("results", "export", "swept", "--to", "swept.tar.gz")[0] == 0
    assert (tmp_path / "swept.tar.gz").stat().st_size > 1000
    for words, says in (
        (["--outcome", "dyed", "--above", "1"], "--outcome: no outcome is named dyed; did you mean died?"),
        (["--outcome", "died"], "say either --above or --below"),
        (["--outcome", "died", "--above", "1e9"], "0 of 64 points lie above 1e+09"),
    ):
        status, out, err = command("discover", "swept", *words)
        assert (status, out) == (2, "")
        assert says in err
    assert not (tmp_path / "results").exists()


def test_without_salib_it_says_what_to_install(
    command: Callable[..., tuple[int, str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "SALib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "SALib", None)
    status, out, err = command("sensitivity", write(tmp_path))
    assert (status, out) == (2, "")
    assert err == "a sensitivity analysis needs SALib: pip install 'darien[sensitivity]'\n"


def test_the_example_that_the_how_to_shows_is_the_one_that_is_built_in() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "how-to-sensitivity.md"
    [shown] = re.findall(r"^```yaml\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    example = yaml.safe_load(library.find("sweeps/unknowns-2014-2018").read_text(encoding="utf-8"))
    assert {**yaml.safe_load(shown), "why": ""} == {**example, "why": ""}
    assert list(load_sweep("unknowns-2014-2018").parameters) == list(example["parameters"])


def test_where_nothing_varies_there_is_no_index_and_no_figure(
    command: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    status, out, err = command("sensitivity", write(tmp_path), "--outcomes", "settled", "--out", "out")
    assert (status, err) == (0, "")
    assert "is 0 at every point: nothing moves it" in out
    assert out.endswith("Results: out\n")
    table = pd.read_csv(tmp_path / "out" / "sensitivity.csv")
    assert len(table) == 0
    assert list(table.columns[:4]) == ["outcome", "place", "unit", "parameter"]
