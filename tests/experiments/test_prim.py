"""A box that is known is found again, by PRIM of the EMA workbench, from what it loads of our archive."""

from __future__ import annotations

import sys
import tarfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from darien.experiments.discovery import export_ema, in_numbers, to_ema
from darien.experiments.prim import discover
from darien.scenario.errors import UserMistake
from report.made_up_sweep import made_up_sweep

COUNT = 1000


def points() -> pd.DataFrame:
    chance = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "coverage": chance.random(COUNT),
            "officers": chance.integers(0, 100, COUNT),
            "begins": pd.Timestamp("2016-01-01") + pd.to_timedelta(chance.integers(0, 1000, COUNT), "D"),
            "rule": chance.choice(["crowd", "release", "transfer"], COUNT),
        }
    )


def fails(given: pd.DataFrame) -> pd.Series[bool]:
    return (given["coverage"] > 0.6) & (given["officers"] < 40)


@pytest.fixture(scope="module")
def swept() -> Any:
    return made_up_sweep(
        points(),
        {"died": lambda p: 10.0 + 90.0 * fails(p), "reached_border": lambda p: 500 - 10 * p["coverage"]},
        replicates=4,
        noise=3,
    )


def test_the_box_is_recovered() -> None:
    given = points()
    values = np.where(fails(given), 100.0, 10.0)
    box = discover(given, values, 50, "above", density=0.8)
    limits = box.limits.set_index("parameter")
    assert list(limits.index) == ["coverage", "officers"] or list(limits.index) == ["officers", "coverage"]
    assert limits.loc["coverage", "low"] == pytest.approx(0.6, abs=0.03)
    assert limits.loc["officers", "high"] == pytest.approx(40, abs=3)
    assert np.isnan(limits.loc["coverage", "high"])
    assert np.isnan(limits.loc["officers", "low"])
    assert limits.loc["coverage", "qp_low"] < 1e-6
    assert limits.loc["officers", "qp_high"] < 1e-6
    assert box.coverage > 0.95
    assert box.density > 0.9
    assert box.base_rate == pytest.approx(fails(given).mean())
    assert box.coverage == (box.inside & box.of_interest).sum() / box.of_interest.sum()
    assert box.density == (box.inside & box.of_interest).sum() / box.inside.sum()


def test_a_box_of_dates_and_words_is_recovered() -> None:
    given = points()
    late = (given["begins"] > "2017-06-30") & (given["rule"] != "crowd")
    box = discover(given, np.where(late, 1.0, 2.0), 1.5, "below")
    limits = box.limits.set_index("parameter")
    assert set(limits.index) == {"begins", "rule"}
    assert limits.loc["rule", "values"] == ["release", "transfer"]
    begins = np.datetime64(int(limits.loc["begins", "low"]), "D")
    assert abs(begins - np.datetime64("2017-07-01")) <= np.timedelta64(25, "D")


@pytest.mark.parametrize(
    ("threshold", "density", "says"),
    [
        (200, 0.8, "0 of 1000 points lie above 200 .they run from 10 to 100.: a box needs 10 or more"),
        (-1, 0.8, "1000 of 1000 points lie above -1"),
        (50, 0.1, "a box of 10% would be everything"),
    ],
)
def test_where_no_box_can_be_it_says_why(threshold: float, density: float, says: str) -> None:
    given = points()
    with pytest.raises(UserMistake, match=says):
        discover(given, np.where(fails(given), 100.0, 10.0), threshold, "above", density)


def test_where_no_box_is_dense_enough_it_says_so() -> None:
    chance = np.random.default_rng(3).random(COUNT)
    with pytest.raises(UserMistake, match=r"no box in which 95% of the points lie above 0\.9 was found"):
        discover(points(), chance, 0.9, "above", density=0.95)


def test_an_outcome_that_is_missing_somewhere_is_refused() -> None:
    with pytest.raises(UserMistake, match="does not exist at 1000 of 1000 points"):
        discover(points(), np.full(COUNT, np.nan), 1, "above")


def test_without_the_workbench_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "ema_workbench"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "ema_workbench", None)
    given = points()
    with pytest.raises(UserMistake, match=r"ema_workbench.*pip install 'darien\[discovery\]'"):
        discover(given, np.where(fails(given), 100.0, 10.0), 50, "above")


def test_the_workbench_loads_the_archive_and_finds_the_box_in_it(swept: Any, tmp_path: Path) -> None:
    file = export_ema(swept, tmp_path / "made-up.tar.gz")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ema_workbench import load_results
        from ema_workbench.analysis import prim

        experiments, outcomes = load_results(str(file))
        ours, arrays = to_ema(swept)
        assert list(experiments.columns) == list(ours.columns)
        assert experiments["coverage"].to_numpy() == pytest.approx(ours["coverage"].to_numpy(), abs=0)
        assert isinstance(experiments["rule"].dtype, pd.CategoricalDtype)
        assert list(experiments["scenario"]) == list(range(COUNT))
        assert set(outcomes) == {"died", "died_replicates", "reached_border", "reached_border_replicates"}
        assert outcomes["died"].shape == (COUNT,)
        assert outcomes["died_replicates"].shape == (COUNT, 4)
        for name, values in arrays.items():
            assert outcomes[name] == pytest.approx(values, abs=0)
        assert outcomes["died_replicates"].mean(axis=1) == pytest.approx(outcomes["died"])
        x = experiments.drop(columns=["scenario", "policy", "model"])
        box = prim.Prim(x, outcomes["died"] > 50, threshold=0.8).find_box()
    last = box.box_lims[-1]
    assert last["coverage"].iloc[0] == pytest.approx(0.6, abs=0.05)
    assert last["officers"].iloc[1] == pytest.approx(40, abs=4)


def test_the_archive_is_the_same_bytes_twice_and_never_half_written(swept: Any, tmp_path: Path) -> None:
    one, two = (export_ema(swept, tmp_path / f"{name}.tar.gz").read_bytes() for name in ("one", "two"))
    assert one == two
    with tarfile.open(tmp_path / "one.tar.gz") as archive:
        assert "metadata.json" in archive.getnames()
    with pytest.raises(UserMistake, match=r"ends in \.tar\.gz"):
        export_ema(swept, tmp_path / "archive.zip")
    with pytest.raises(UserMistake, match="cannot be written"):
        export_ema(swept, tmp_path / "nowhere" / "archive.tar.gz")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["one.tar.gz", "two.tar.gz"]


def test_numbers_stay_numbers_and_dates_become_days() -> None:
    found = in_numbers(points().assign(yes=[True, False] * (COUNT // 2)))
    assert found["officers"].dtype == np.float64
    assert found["coverage"].dtype == np.float64
    assert found["begins"].min() >= 16801  # 2016-01-01
    assert found["begins"].dtype == np.float64
    assert isinstance(found["yes"].dtype, pd.CategoricalDtype)
