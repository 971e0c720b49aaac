"""What a sweep file may not say: each mistake is told with its file and line, and ends with status 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from darien.experiments.design import points_of
from darien.experiments.sweep_file import load_sweep
from darien.scenario import library

from . import sweeps

HEAD = "title: A\nwhy: b\nbase: tiny.yaml\n"
BEDS = "parameters:\n  beds: {path: detention_centres.centre.beds"
GRID = HEAD + "design: grid\n"
LIST = HEAD + "design: list\npoints:\n"
SPREAD = HEAD + "design: sobol\npoints: 4\n"
MISTAKES = {
    "unknown key": (GRID + BEDS + ", values: [5]}\nreplicats: 3\n", 7, "replicates"),
    "missing key": ("title: A\nbase: tiny.yaml\ndesign: grid\n" + BEDS + ", values: [5]}\n", 1, "why"),
    "unknown design": (HEAD + "design: gird\n" + BEDS + ", values: [5]}\n", 4, "gird"),
    "no such base": (
        (GRID + BEDS + ", values: [5]}\n").replace("tiny.yaml", "nowhere.yaml"),
        *(3, "nowhere.yaml"),
    ),
    "no such path": (
        GRID + "parameters:\n  beds: {path: detention_centres.centre.bedz, values: [5]}\n",
        6,
        "beds",
    ),
    "value refused": (GRID + BEDS + ", values: [5, -3]}\n", 6, "-3"),
    "date out of range": (
        GRID + "parameters:\n  start: {path: policy.stronger.from, values: [2020-13-01]}\n",
        *(6, "2020-13-01"),
    ),
    "no values in a grid": (GRID + BEDS + "}\n", 6, "a grid needs values"),
    "values and a range": (GRID + BEDS + ", values: [5], low: 3}\n", 6, "either values, or low and high"),
    "same value twice": (GRID + BEDS + ", values: [5, 5]}\n", 6, "same value twice"),
    "path and paths": (GRID + BEDS + ", paths: [seed], values: [5]}\n", 6, "either path or paths"),
    "no path": (GRID + "parameters:\n  beds: {values: [5]}\n", 6, "either path or paths"),
    "one path in two parameters": (
        GRID + BEDS + ", values: [5]}\n  bunks: {path: detention_centres.centre.beds, values: [6]}\n",
        *(7, "is set by beds already"),
    ),
    "reserved name": (
        GRID + "parameters:\n  point: {path: detention_centres.centre.beds, values: [5]}\n",
        *(6, "parameters.point: is the name of a column of results"),
    ),
    "bad name": (
        GRID + "parameters:\n  Beds!: {path: detention_centres.centre.beds, values: [5]}\n",
        6,
        "Beds!",
    ),
    "points in a grid": (
        GRID + "points: 4\n" + BEDS + ", values: [5]}\n",
        5,
        "points: a grid has as many points",
    ),
    "no points": (HEAD + "design: sobol\n" + BEDS + "}\n", 4, "design: sobol needs points: how many"),
    "no points in all": (HEAD + "design: sobol\npoints: 0\n" + BEDS + "}\n", 5, "points"),
    "no range": (
        SPREAD + "parameters:\n  days: {path: detention_centres.centre.limit_days}\n",
        *(7, "gives no range"),
    ),
    "low above high": (SPREAD + BEDS + ", low: 9, high: 3}\n", 7, "low 9 is not below high 3"),
    "log of nothing": (SPREAD + BEDS + ", low: 0, high: 9, scale: log}\n", 7, "a low above 0"),
    "log of a list": (SPREAD + BEDS + ", values: [1, 2], scale: log}\n", 7, "a scale is for a range"),
    "unknown scale": (SPREAD + BEDS + ", low: 1, high: 9, scale: cubic}\n", 7, "cubic"),
    "point without a value": (LIST + "  - {beds: 5}\n  - {}\n" + BEDS + "}\n", 7, "has no value for beds"),
    "point of no parameter": (LIST + "  - {beds: 5, cots: 3}\n" + BEDS + "}\n", 6, "cots is no parameter"),
    "list without points": (
        HEAD + "design: list\n" + BEDS + "}\n",
        4,
        "design: list needs points: a list of mappings",
    ),
    "no replicates": (GRID + BEDS + ", values: [5]}\nreplicates: 0\n", 7, "replicates"),
    "unknown series": (GRID + BEDS + ", values: [5]}\nseries: hourly\n", 7, "hourly"),
    "unknown outcome": (GRID + BEDS + ", values: [5]}\noutcomes: [dyed]\n", 7, "did you mean died"),
    "unknown fit": (GRID + BEDS + ", values: [5]}\nfit: 1999-2003\n", 7, "1999-2003"),
    "fit of another world": (GRID + BEDS + ", values: [5]}\nfit: 2014-2018\n", 7, "fit"),
    "key twice": (GRID + "design: list\n" + BEDS + ", values: [5]}\n", 5, "design"),
    "no YAML": (GRID + "parameters: [\n", None, "beds.yaml:"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_line(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, line, said = MISTAKES[name]
    file = sweeps.write(tmp_path, text)
    assert sweeps.ended("sweep", file, "--out", tmp_path / "out") == 2
    err = capsys.readouterr().err
    assert said in err
    where = f"{file}:{line}: " if line is not None else f"{file}"
    assert any(each.startswith(where) for each in err.splitlines()), err
    assert not (tmp_path / "out").exists()


def test_all_mistakes_are_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = GRID + BEDS + ", values: [-1, -2]}\n  price: {path: legs.out.price_usd, values: [-5]}\n"
    file = sweeps.write(tmp_path, text)
    assert sweeps.ended("check", file) == 2
    err = capsys.readouterr().err
    assert [f"{given}" in err for given in ("-1", "-2", "-5")] == [True] * 3
    assert f"{file}:6: parameters.beds" in err
    assert f"{file}:7: parameters.price" in err


@pytest.mark.parametrize("design", ["morris", "saltelli"])
def test_designs_of_an_analysis_go_to_it(
    design: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = sweeps.write(tmp_path, SPREAD.replace("sobol", design) + BEDS + "}\n")
    assert sweeps.ended("sweep", file, "--out", tmp_path / "out") == 2
    assert "darien sensitivity" in capsys.readouterr().err


@pytest.mark.parametrize("name", [name for name in library.names() if name.startswith("sweeps/")])
def test_the_sweeps_of_the_library_are_sound(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert sweeps.ended("check", name) == 0
    assert f"{name}: ok: " in capsys.readouterr().out


def test_designs_spread_over_the_ranges(tmp_path: Path) -> None:
    text = (
        SPREAD.replace("points: 4", "points: 16")
        + BEDS
        + "}\n  price: {path: legs.out.price_usd, scale: log}\n"
    )
    for design in ("sobol", "latin_hypercube"):
        loaded = load_sweep(sweeps.write(tmp_path, text.replace("sobol", design)))
        points = points_of(loaded)
        assert len(points) == 16
        assert points["beds"].between(5, 40).all()
        assert points["price"].between(10, 90).all()
        # One of each sixteenth of the range: both designs see to it.
        assert sorted(((points["beds"] - 5) / 35 * 16).astype(int)) == list(range(16))
        assert points.equals(points_of(loaded))
