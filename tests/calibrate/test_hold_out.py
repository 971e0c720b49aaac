"""The tables of a hold-out, from counts that are made up: who is right must win, and nothing may leak."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibrate.test_predicting import PROBLEM
from darien.calibrate import fit_page
from darien.calibrate.design import Setting, setting
from darien.calibrate.hold_out import (
    AHEAD,
    BEST,
    FITTED,
    LAST_VALUE,
    LAST_YEAR,
    MODEL,
    NO_AGENTS,
    RATIO,
    predict,
    settled,
    tables,
)
from darien.calibrate.predicting import Expected, Monthly, monthly


@pytest.fixture(scope="module")
def of(tmp_path_factory: pytest.TempPathFactory) -> Setting:
    file = tmp_path_factory.mktemp("hold_out") / "mine.yaml"
    file.write_text(PROBLEM, encoding="utf-8")
    return setting(file)


@pytest.fixture(scope="module")
def months(of: Setting) -> Monthly:
    return monthly(of)


def expected(of: Setting, months: Monthly, agents: float, chain: float) -> Expected:
    """Counts that are off the reported ones by a share that never changes, and by so much chance."""
    luck = np.random.default_rng(5)
    right = np.array([(point.reported, point.other or 0.0) for point in months.counter.points]) * 1.4
    units = np.full((6, len(of.priors)), 0.5)
    return Expected(
        units,
        right * np.exp(agents * luck.normal(size=(6, *right.shape))),
        right * np.exp(chain * luck.normal(size=right.shape)),
    )


def test_a_model_that_counts_right_beats_everyone(of: Setting, months: Monthly) -> None:
    found = tables(of, months, expected(of, months, agents=0.02, chain=0.4))
    by_month, by_series, summary = (found[name] for name in ("holdout-months", "holdout", "holdout-summary"))
    scores = by_series.set_index(["series", "predictor"])["crps"]
    for series in ("all", "share"):
        assert scores[series, MODEL] < 0.05
        assert scores[series, MODEL] < 0.5 * scores[series].drop([MODEL, FITTED]).min()
    assert set(by_series[by_series["series"] == "all"]["predictor"]) == {
        *(FITTED, MODEL, NO_AGENTS, LAST_YEAR, LAST_VALUE, RATIO, BEST)
    }
    assert RATIO not in scores["share"]  # who does not pass Panama has no ratio to it
    own = summary[(summary["predictor"] == MODEL) & (summary["against"] == NO_AGENTS)].iloc[0]
    assert own["part"] == "others"
    assert own["series"] == 2
    assert own["low"] <= own["ratio"] <= own["high"] < 0.5
    reported = by_month[(by_month["series"] == "all") & (by_month["predictor"] == MODEL)]
    assert reported["month"].tolist() == [f"2018-{month:02}" for month in range(1, 13)]
    assert np.expm1(months.seen[0, 48:]) == pytest.approx(reported["reported"].to_numpy())
    assert (reported["low"] <= reported["median"]).all()
    assert (reported["median"] <= reported["high"]).all()


def test_the_best_naive_rival_is_one_of_them_and_is_chosen_before(of: Setting, months: Monthly) -> None:
    found = tables(of, months, expected(of, months, agents=0.3, chain=0.3))["holdout"]
    for _, own in found.groupby("series"):
        scores = own.set_index("predictor")["crps"]
        chosen = own.set_index("predictor").loc[BEST, "chosen"]
        assert scores[BEST] == scores[chosen]


def made(seen: np.ndarray, fitted: np.ndarray) -> dict[str, np.ndarray]:
    luck = np.random.default_rng(2)
    agents, chain, given = (6 + luck.normal(size=size) for size in ((3, 60), 60, 60))
    return dict(predict(seen, 48, agents, chain, given, fitted, 0.0).samples)


def test_what_was_reported_of_the_year_changes_no_prediction() -> None:
    seen, fitted = 6 + np.random.default_rng(1).normal(size=60), np.zeros((AHEAD, 5))
    other = seen.copy()
    other[48:] = 0.0
    one, two = made(seen, fitted), made(other, fitted)
    assert set(one) == {FITTED, MODEL, NO_AGENTS, LAST_YEAR, LAST_VALUE, RATIO, BEST}
    for name in one:
        assert (one[name] == two[name]).all(), name
        assert np.isfinite(one[name]).all()


def test_a_series_that_begins_with_the_year_is_predicted_by_the_fit_alone() -> None:
    seen = np.full(60, np.nan)
    seen[48:] = 5.0
    assert set(made(seen, np.zeros((AHEAD, 5)))) == {FITTED}


def test_nobody_is_judged_by_months_in_which_the_route_fills() -> None:
    found = settled(np.arange(60.0))
    assert np.isnan(found[:6]).all()
    assert (found[6:] == np.arange(6.0, 60.0)).all()


def test_the_page_has_a_row_for_each_series(of: Setting, months: Monthly, tmp_path: Path) -> None:
    found = tables(of, months, expected(of, months, agents=0.02, chain=0.4))
    for name, table in found.items():
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    by_series = fit_page._holdout(pd.read_csv(tmp_path / "holdout.csv", keep_default_na=False))
    assert by_series.count("\n") == 3
    assert "| all | others | 0.0" in by_series
    best = found["holdout"].set_index(["series", "predictor"]).loc[("all", BEST), "crps"]
    assert f"**{best:.2f}**" in by_series
    summary = fit_page._rivals(pd.read_csv(tmp_path / "holdout-summary.csv"))
    assert "| others | model | no agents | 2 | 0." in summary


def test_numbers_left_out_are_scored_by_width_and_miss() -> None:
    table = pd.DataFrame(
        {
            "series": ["held", "missed", "fitted", "late"],
            "from": ["2014-01-01", "2016-01-01", "2014-01-01", "2014-01-01"],
            "to": ["2014-12-31", "2016-06-30", "2014-12-31", "2014-12-31"],
            "role": ["tests", "tests", "target", "tests"],
            "unit": ["persons", "persons", "persons", "months"],
            "reported": [1500.0, 5000.0, 7.0, 6.5],
            "low": [1000.0, 2000.0, 1.0, 5.5],
            "high": [2000.0, 4000.0, 9.0, 7.5],
            "inside": [True, False, True, True],
        }
    )
    found = fit_page._left_out(table)
    assert "| held | 2014 | 1,500 | 1,000 to 2,000 | 2.0 | yes | 1,000 |" in found
    assert "| missed | 2016-01 to 2016-06 | 5,000 | 2,000 to 4,000 | 2.0 | **no** | 22,000 |" in found
    assert "| late | 2014 | 6.5 | 5.5 to 7.5 |  | yes | 2 |" in found
    assert "2 of 3 inside." in found
    assert "fitted" not in found
