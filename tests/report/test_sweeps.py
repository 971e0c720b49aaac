"""Figures of sweeps, of sensitivity and of the box: what fits a design, and what is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from darien.report.discovery import Found as FoundBox
from darien.report.discovery import draw_box
from darien.report.sensitivity import Found, draw_sensitivity
from darien.report.sheet import Sheet
from darien.report.sweep_axes import axes, outcomes, short, spread_words
from darien.report.sweeps import drawings

from .made_up_sweep import grid, made_up_sweep

DIED = {"died": lambda p: 100.0 + p.iloc[:, 0] * 3}


def words(sheet: Sheet | None) -> list[str]:
    assert sheet is not None
    assert 0.005 < float((np.asarray(sheet.picture()).min(axis=2) < 230).mean()) < 0.95
    return [one.text for one in sheet.words]


def drawn(swept: Any) -> dict[str, list[str]]:
    return {name: words(drawing()) for name, drawing in drawings(swept).items()}


def test_one_parameter_gives_lines() -> None:
    found = drawn(made_up_sweep(grid(limit_days=[5, 10, 30]), DIED, 25, noise=2))
    assert list(found) == ["lines"]
    text = found["lines"]
    assert "Died (persons)" in text
    assert {"5", "10", "30"} <= set(text)
    assert any("middle 90 % of 25 replicates" in line for line in text)


def test_a_grid_of_two_gives_a_map_and_lines() -> None:
    swept = made_up_sweep(grid(coverage=[0.1, 0.5, 0.9], officers=[10, 20]), DIED, 5)
    found = drawn(swept)
    assert list(found) == ["map", "lines"]
    assert {"100", "102", "103", "coverage", "officers"} <= set(found["map"])
    assert found["map"].count("±0") == 6
    assert "officers:" in found["lines"]


def test_a_map_of_many_values_has_no_numbers_in_its_cells() -> None:
    swept = made_up_sweep(grid(one=list(range(12)), two=list(range(12))), DIED, 3)
    found = drawn(swept)
    assert list(found) == ["map"]
    assert not any(line.startswith("±") for line in found["map"])


def test_dates_and_words_have_axes_too() -> None:
    dates = pd.to_datetime(["2015-01-01", "2016-01-01"])
    died = {"died": lambda p: p["begins"].dt.year - 2000.0 + 2 * (p["rule"] == "crowd")}
    swept = made_up_sweep(grid(begins=list(dates), rule=["crowd", "release"]), died)
    found = drawn(swept)
    assert list(found) == ["map", "lines"]
    for text in found.values():
        assert {"2015-01-01", "crowd", "release"} <= set(text)
    by_words = drawn(
        made_up_sweep(grid(rule=["crowd", "release"]), {"died": lambda p: p["rule"].str.len() * 1.0})
    )
    assert "crowd" in by_words["lines"]


def test_many_parameters_give_strands_of_each_outcome() -> None:
    chance = np.random.default_rng(1)
    given = pd.DataFrame(
        {"a": 10 ** chance.uniform(-1, 1, 64), "b": chance.random(64), "c": chance.random(64)}
    )
    swept = made_up_sweep(given, {**DIED, "removed": lambda p: p["b"]}, log=("a",))
    found = drawn(swept)
    assert list(found) == ["strands-died", "strands-removed"]
    assert "highest 6 of 64 points" in found["strands-died"]
    assert any(line.startswith("a (log)") for line in found["strands-died"])


def test_points_that_are_no_grid_give_strands() -> None:
    given = pd.DataFrame({"a": [0.1, 0.4, 0.7, 0.9], "b": [0.3, 0.1, 0.9, 0.2]})
    assert list(drawn(made_up_sweep(given, DIED))) == ["strands-died"]


def test_outcomes_that_do_not_vary_are_left_out() -> None:
    swept = made_up_sweep(grid(a=[1, 2]), {"died": lambda p: p["a"] * 0 + 7.0})
    assert outcomes(swept) == []
    assert [drawing() for drawing in drawings(swept).values()] == [None]


def test_log_axes_lie_between_their_ends() -> None:
    swept = made_up_sweep(pd.DataFrame({"a": [0.5, 1.0, 2.0, 4.0, 8.0, 40.0]}), DIED, log=("a",))
    [axis] = axes(swept)
    at, said = axis.ticks()
    assert said == ["0.5", "1", "2", "5", "10", "20"] or set(said) <= {
        "0.5",
        "1",
        "2",
        "3",
        "5",
        "10",
        "20",
        "30",
    }
    assert axis.limits() == pytest.approx((np.log10(0.5), np.log10(40)))
    assert (at >= axis.limits()[0] - 1e-3).all()


def test_a_parameter_between_ends_is_drawn_between_them() -> None:
    swept = made_up_sweep(pd.DataFrame({"a": [0.2, 0.8]}), DIED)
    swept.parameters["a"] |= {"low": 0.0, "high": 1.0, "values": None}
    assert axes(swept)[0].limits() == (0.0, 1.0)


def test_what_is_said_of_the_spread() -> None:
    given = grid(a=[1, 2])
    assert "One replicate" in spread_words(made_up_sweep(given, DIED, 1))
    assert "lowest and highest of 5" in spread_words(made_up_sweep(given, DIED, 5))
    fitted = made_up_sweep(given, DIED, 30)
    fitted.manifest["fit"] = "history"
    assert "as the fit leaves them" in spread_words(fitted)


def test_numbers_in_little_room() -> None:
    assert short(1_143_079, 1_200_000) == "1.14 M"
    assert short(10_000, 80_000) == "10 k"
    assert short(9_399, 9_999) == "9,399"


def sensitivity(method: str, replicates: int = 3) -> Found:
    names = ["cost_weight", "belief_weight"]
    main, other = ("mu_star", "sigma") if method == "morris" else ("ST", "S1")
    table = pd.DataFrame(
        {"outcome": "died", "place": "", "unit": "persons", "parameter": names, main: [0.8, 0.1]}
    ).assign(
        **{f"{main}_conf": 0.1, other: [0.6, 0.05], "S1_conf": 0.1, "floor": 0.1, "known": [True, False]}
    )
    convergence = pd.DataFrame({"outcome": ["died"], "place": [""], "converged": [False]})
    manifest = {"title": "Made up", "method": method, "samples": 8, "points": 32, "replicates": replicates}
    return Found({**manifest, "parameters": names}, table, convergence)


@pytest.mark.parametrize("method", ["morris", "sobol"])
def test_indices_have_bars_and_say_what_is_not_known(method: str) -> None:
    text = words(draw_sensitivity(sensitivity(method)))
    assert {"cost weight", "belief weight", "not converged", "what chance alone would give"} <= set(text)
    assert "what chance alone would give" not in words(draw_sensitivity(sensitivity(method, replicates=1)))


def test_no_index_no_figure() -> None:
    none = sensitivity("sobol")
    assert draw_sensitivity(Found(none.manifest, none.table.iloc[:0], none.convergence)) is None


def test_the_box_is_drawn_with_its_limits() -> None:
    chance = np.random.default_rng(1)
    given = pd.DataFrame({"a": chance.random(50), "begins": chance.integers(16801, 17000, 50)})
    given = given.assign(rule=chance.choice(["crowd", "release"], 50), of_interest=given["a"] > 0.6)
    open_ = {"low": None, "high": None, "values": None, "qp_low": None, "qp_high": None, "scale": "linear"}
    limits = [
        {**open_, "parameter": "a", "kind": "number", "low": 0.6, "qp_low": 1e-9},
        {
            **open_,
            "parameter": "begins",
            "kind": "date",
            "low": 16832,
            "high": 16990,
            "qp_low": 0.2,
            "qp_high": 0.3,
        },
        {**open_, "parameter": "rule", "kind": "words", "values": ["crowd"], "qp_low": 0.01},
    ]
    manifest = {"title": "Made up", "outcome": "died", "side": "above", "threshold": 5.0, "unit": "persons"}
    shares = {"density": 0.9, "base_rate": 0.4, "coverage": 0.8, "limits": limits}
    text = words(draw_box(FoundBox({**manifest, **shares}, given)))
    assert {"0.6", "2016-02-01", "below 0.001", "low 0.2; high 0.3", "0.01", "crowd"} <= set(text)
