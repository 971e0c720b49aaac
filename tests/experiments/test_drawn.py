"""Draws of a fit: every replicate has its own, a policy is not undone, and pairs share theirs."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from darien.experiments.compare_command import command
from darien.experiments.drawn import Draws, load_draws, must_suit
from darien.experiments.paired import KEYS, differences
from darien.scenario import files
from darien.scenario.at import value_at
from darien.scenario.errors import UserMistake
from darien.scenario.schema import Scenario

from .pretend import SCENARIO

HISTORY = SCENARIO.replace("{persons_per_day: {one: 5}}", '{monthly: {one: {"2020-01": 5}}}')
MEASURE = """policy:
  - {measure: quota, name: slow, from: 2020-01-02, leg: way, persons_per_day: 50}
"""
DRAWS = 24


@pytest.fixture
def fit(tmp_path: Path) -> Path:
    """The folder of a fit of one history, which drew a price, a quota, and departures."""
    (tmp_path / "history.yaml").write_text(HISTORY + MEASURE)
    folder = tmp_path / "fit"
    folder.mkdir()
    prices = [float(n) for n in range(DRAWS)]
    table = {
        "legs.way.price_usd": prices,
        "policy.slow.persons_per_day": [10.0 + n for n in range(DRAWS)],
        "departures.monthly.one.2020-01": [100.0 + n for n in range(DRAWS)],
    }
    pd.DataFrame(table).to_csv(folder / "draws.csv", index=False)
    about = {"history": str(tmp_path / "history.yaml"), "title": "A year", "converged": True, "draws": DRAWS}
    (folder / "draws.json").write_text(json.dumps(about))
    return folder


@pytest.fixture
def draws(fit: Path) -> Draws:
    return load_draws(str(fit))


def variant(fit: Path, text: str) -> Scenario:
    file = fit.parent / "variant.yaml"
    file.write_text(f"extends: history.yaml\ntitle: Another\nwhy: To see\n{text}")
    return files.load(file)


def test_a_replicate_has_the_values_and_departures_of_its_draw(draws: Draws) -> None:
    before = files.to_yaml(draws.history)
    drawn = draws.replicate(draws.history, 3)
    assert value_at(drawn, "legs.way.price_usd") == 3
    assert value_at(drawn, "policy.slow.persons_per_day") == 13
    assert drawn.departures.monthly == {"one": {"2020-01": 103.0}}
    assert drawn.groups == draws.history.groups
    assert files.to_yaml(draws.history) == before


def test_what_a_scenario_sets_otherwise_stays(fit: Path, draws: Draws) -> None:
    drawn = draws.replicate(variant(fit, "legs: {way: {price_usd: 9}}\n"), 3)
    assert value_at(drawn, "legs.way.price_usd") == 9
    assert value_at(drawn, "policy.slow.persons_per_day") == 13
    drawn = draws.replicate(variant(fit, 'departures: {monthly: {one: {"2020-01": 7}}}\n'), 3)
    assert drawn.departures.monthly == {"one": {"2020-01": 7.0}}
    assert value_at(drawn, "legs.way.price_usd") == 3


def test_a_measure_that_a_scenario_leaves_out_is_not_missed(fit: Path, draws: Draws) -> None:
    drawn = draws.replicate(variant(fit, "without: [slow]\n"), 3)
    assert not drawn.policy
    assert value_at(drawn, "legs.way.price_usd") == 3


def test_no_more_replicates_than_draws(draws: Draws) -> None:
    with pytest.raises(UserMistake, match=f"has {DRAWS} draws.*no replicate {DRAWS + 1}"):
        draws.replicate(draws.history, DRAWS)


def test_a_fit_of_other_years_is_refused(draws: Draws, fit: Path) -> None:
    must_suit(draws, variant(fit, "period: {start: 2020-01-03, end: 2020-01-09}\n"))
    later = variant(fit, "period: {start: 2020-01-03, end: 2020-02-09}\n" + "departures: {monthly: {one: "
                    '{"2020-01": 5, "2020-02": 5}}}\n')  # fmt: skip
    with pytest.raises(UserMistake, match="2020-01-01 to 2020-01-31; Another is of other years"):
        must_suit(draws, later)


def test_an_unknown_fit_is_told_with_what_there_is() -> None:
    with pytest.raises(UserMistake, match=r"--fit 2014-2108: no fit.*(did you mean|built in)"):
        load_draws("2014-2108")


def test_a_broken_fit_is_one_message(fit: Path) -> None:
    (fit / "draws.json").write_text("{")
    with pytest.raises(UserMistake, match="cannot be read"):
        load_draws(str(fit))


COMPARISON = """title: Dearer ways
why: To see what a price does
base: history
replicates: 24
luck: 1
options:
  quick: {set: [policy.slow.persons_per_day=90]}
  dear: {set: [legs.way.price_usd=30]}
"""


def test_pairs_share_their_draw_and_the_interval_holds_the_effect(
    fit: Path, tmp_path: Path, model: ModuleType
) -> None:
    (tmp_path / "prices.yaml").write_text(COMPARISON)
    written = command(tmp_path / "prices.yaml", out=tmp_path / "out", fit=str(fit))
    table = pd.read_csv(written / "comparison.csv", keep_default_na=False)
    died = table[(table["outcome"] == "died") & (table["group"] == "all")].set_index("option")
    # In the pretend model deaths are luck plus the price: 30 against the 0 to 23 that are drawn.
    assert died.loc["quick", "difference"] == 0
    assert died.loc["dear", "difference"] == pytest.approx(30 - 11.5)
    assert died.loc["dear", "low"] == pytest.approx(30 - 23 + 0.05 * 23)
    assert died.loc["dear", "high"] == pytest.approx(30 - 0.05 * 23)
    assert (died.loc["dear", "higher"], died.loc["quick", "higher"]) == (1.0, 0.5)
    text = (written / "comparison.txt").read_text()
    assert "The unknowns are drawn anew: 24 draws of the fit fit (A year)." in text
    assert json.loads((written / "manifest.json").read_text())["fit"]["draws"] == DRAWS


def test_a_fit_that_has_not_converged_says_so(fit: Path) -> None:
    about = json.loads((fit / "draws.json").read_text())
    (fit / "draws.json").write_text(json.dumps(about | {"converged": False}))
    assert "NOT CONVERGED" in load_draws(str(fit)).said


def test_few_pairs_are_refused_with_a_fit(fit: Path, tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_text(COMPARISON)
    with pytest.raises(UserMistake, match="needs 20 or more of them; given 8"):
        command(tmp_path / "prices.yaml", replicates=8, fit=str(fit))


def test_the_share_of_pairs_that_are_higher_counts_equal_ones_half() -> None:
    index = pd.MultiIndex.from_tuples([("died", "", "all", "persons")], names=KEYS)
    base, option = (pd.DataFrame([values], index=index) for values in ([1, 2, 3, 4], [2, 2, 2, 9]))
    assert differences(base, option, drawn=True).iloc[0]["higher"] == (2 + 0.5) / 4
