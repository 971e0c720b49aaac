"""Comparisons: paired as they say, checked by hand, and mistakes in their files told with the line."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from darien.experiments import compare, comparison
from darien.experiments.compare_command import command
from darien.experiments.paired import KEYS, by_replicate, differences
from darien.experiments.tables import in_order, shown
from darien.record.whole import ResultError
from darien.scenario.errors import ScenarioError, UserMistake

from .pretend import SCENARIO

COMPARISON = """title: Dearer ways
why: To see what a price does
base: base
replicates: 6
options:
  dear:
    set: [legs.way.price_usd=10]
  same: {scenario: base.yaml}
"""


BREAK_EVEN = """break_even:
  enough:
    option: dear
    against: same
    outcome: died
    over: legs.way.price_usd
    values: [1, 9]"""
QUOTA = "{measure: quota, name: slow, from: 2020-01-02, leg: wey, persons_per_day: 5}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text(SCENARIO)
    path = tmp_path / "prices.yaml"
    path.write_text(COMPARISON)
    return path


def outcomes(values: list[list[float]], names: list[str]) -> pd.DataFrame:
    index = pd.MultiIndex.from_tuples([(name, "", "all", "persons") for name in names], names=KEYS)
    return pd.DataFrame(values, index=index)


def row(table: pd.DataFrame, option: str, outcome: str, place: str = "", group: str = "all") -> pd.Series:
    at = (table["option"] == option) & (table["outcome"] == outcome)
    found = table[at & (table["place"] == place) & (table["group"] == group)]
    assert len(found) == 1
    return found.iloc[0]


def test_interval_and_gain_are_those_of_a_paired_t_test() -> None:
    chance = np.random.default_rng(4)
    luck = chance.normal(100, 10, 30)
    base = luck + chance.normal(0, 1, 30)
    option = luck + 5 + chance.normal(0, 1, 30)
    found = differences(outcomes([base.tolist()], ["deaths"]), outcomes([option.tolist()], ["deaths"])).iloc[
        0
    ]
    interval = stats.ttest_rel(option, base).confidence_interval(0.90)
    assert found["difference"] == pytest.approx((option - base).mean())
    assert (found["low"], found["high"]) == pytest.approx((interval.low, interval.high))
    gain = (base.var(ddof=1) + option.var(ddof=1)) / (option - base).var(ddof=1)
    assert found["pairing_gain"] == pytest.approx(gain)
    assert gain > 20


def test_an_outcome_that_one_side_lacks_is_zero_there() -> None:
    found = differences(outcomes([[1, 2]], ["deaths"]), outcomes([[1, 2], [4, 6]], ["deaths", "bribes"]))
    assert found["difference"].tolist() == [0, 5]
    assert found["base"].tolist() == [1.5, 0]


def test_replicates_without_the_outcome_are_left_out() -> None:
    found = differences(outcomes([[1, math.nan, 3]], ["days"]), outcomes([[2, 5, 6]], ["days"])).iloc[0]
    assert found["replicates"] == 2
    assert found["difference"] == 2
    assert found["base"] == 2


def test_nothing_that_varies_has_no_gain() -> None:
    found = differences(outcomes([[3, 3]], ["deaths"]), outcomes([[3, 3]], ["deaths"])).iloc[0]
    assert math.isnan(found["pairing_gain"])
    assert found["low"] == found["high"] == 0


def test_unpaired_replicates_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be paired"):
        differences(outcomes([[1, 2]], ["deaths"]), outcomes([[1, 2, 3]], ["deaths"]))


def test_options_run_under_the_luck_of_the_base(file: Path, model: ModuleType) -> None:
    compared = compare.compare(comparison.load(file))
    assert sorted(model.built) == sorted([("One way", number, "month") for number in range(6)] * 3)
    dear = row(compared.table, "dear", "died")
    assert dear["difference"] == pytest.approx(6)
    assert (dear["low"], dear["high"]) == pytest.approx((6, 6))
    assert dear["pairing_gain"] == math.inf
    assert dear["value"] - dear["base"] == pytest.approx(6)
    assert row(compared.table, "dear", "apprehended", "PAN")["difference"] == 3
    assert row(compared.table, "same", "removed", "MEX")["difference"] == 0
    own = compared.outcomes.query("option == 'dear' and outcome == 'removed'")["value"]
    of_base = compared.outcomes.query("option == 'base' and outcome == 'removed'")["value"]
    assert own.to_numpy() == pytest.approx(of_base.to_numpy() * 10 / 4)


def test_the_seed_of_an_option_is_that_of_the_base(file: Path, model: ModuleType) -> None:
    file.write_text(COMPARISON.replace("price_usd=10]", "price_usd=10, seed=77]"))
    assert comparison.load(file).options["dear"].seed == 3


def test_command_prints_and_writes(
    file: Path, model: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = command(file, workers=1, replicates=4, out=tmp_path / "out")
    printed = capsys.readouterr().out
    assert printed.startswith("Conditional on the departures")
    assert (out / "comparison.txt").read_text() == printed
    assert "4 pairs of each, seed 3" in printed
    assert "[legs.way.price_usd=10]" in printed
    lines = printed.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("== dear"))
    first += next(number for number, line in enumerate(lines[first:]) if line.startswith("outcome  "))
    listed = [line.split(" (")[0] for line in lines[first + 2 : first + 7]]
    assert listed == ["reached border", "apprehended", "removed", "removed", "died"]
    assert lines[first + 2].endswith("the same     -")
    assert "No outcome differs from the base in any pair." in printed
    assert "higher" in lines[first + 6]
    table = pd.read_csv(out / "comparison.csv", keep_default_na=False)
    assert set(table["option"]) == {"dear", "same"}
    manifest = json.loads((out / "manifest.json").read_text())
    assert (manifest["kind"], manifest["replicates"], manifest["seed"]) == ("comparison", 4, 3)
    assert sorted(path.name for path in (out / "scenarios").iterdir()) == [
        "base.yaml",
        "dear.yaml",
        "same.yaml",
    ]
    pd.testing.assert_series_equal(
        pd.read_parquet(out / "outcomes.parquet")["value"],
        compare.compare(comparison.load(file), 4).outcomes["value"],
    )


def test_a_folder_that_cannot_be_used_is_refused_before_anything_runs(
    file: Path, model: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("")
    with pytest.raises(ResultError, match="not a result of darien"):
        command(file, out=tmp_path / "mine")
    assert model.built == []


def test_a_scenario_is_compared_with_what_it_extends(file: Path, model: ModuleType, tmp_path: Path) -> None:
    overlay = tmp_path / "dear-way.yaml"
    overlay.write_text("title: A dear way\nwhy: To ask\nextends: base.yaml\nlegs: {way: {price_usd: 10}}\n")
    loaded = comparison.load(overlay)
    assert (loaded.comparison.title, list(loaded.options)) == ("A dear way", ["dear-way"])
    compared = compare.compare(loaded, 3)
    assert row(compared.table, "dear-way", "died")["difference"] == pytest.approx(6)


def test_a_row_that_only_some_replicates_have_is_zero_in_the_others() -> None:
    held = pd.DataFrame([("apprehended", "PAN", "all", "persons", 4.0)], columns=[*KEYS, "value"])
    none = held.iloc[:0].astype({"value": float})
    days = pd.DataFrame([("days_on_the_way", "", "all", "days", math.nan)], columns=[*KEYS, "value"])
    table = by_replicate([pd.concat([held, days]), pd.concat([none, days])])
    assert table.loc[("apprehended", "PAN", "all", "persons")].tolist() == [4, 0]
    assert table.loc[("days_on_the_way", "", "all", "days")].isna().all()


def test_tables_list_harm_beside_enforcement() -> None:
    assert in_order(["departed", "died", "apprehended", "reached_border"]) == [
        *("reached_border", "apprehended", "died", "departed")
    ]
    table = pd.DataFrame(
        [
            ("died", "", "all", -1, 1),
            ("died", "", "one", -1, 1),
            ("died", "MEX", "all", -1, 1),
            ("removed", "", "all", 0, 0),
            ("removed", "MEX", "all", -1, 1),
            ("removed", "PAN", "all", 0, 0),
            ("started", "way", "all", -1, 1),
            ("peak_occupancy", "station", "all", -1, 1),
            ("peak_occupancy", "camp", "all", 0, 0),
        ],
        columns=["outcome", "place", "group", "low", "high"],
    ).assign(base=5, value=5)
    assert shown(table)[["outcome", "place"]].to_numpy().tolist() == [
        ["removed", ""],
        ["removed", "MEX"],
        ["died", ""],
        ["peak_occupancy", "station"],
    ]
    assert shown(table, ["died"])["place"].tolist() == ["", "MEX"]


def test_an_outcome_that_does_not_exist_is_refused(file: Path, model: ModuleType, tmp_path: Path) -> None:
    file.write_text(COMPARISON + "outcomes: [dyed]\n")
    with pytest.raises(UserMistake, match=r"prices.yaml:9: outcomes.0: no outcome is named dyed; did you m"):
        command(file, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("change", "line", "says"),
    [
        (("replicates: 6", "replicate: 6"), 4, "unknown key; allowed: did you mean replicates?"),
        (
            ("replicates: 6", "replicates: 1"),
            4,
            "replicates: input should be greater than or equal to 2; given 1",
        ),
        (("replicates: 6", "replicates: many"), 4, "given many"),
        (("base: base\n", ""), 1, "base: is missing"),
        (("    set:", "    sets:"), 7, "options.dear.sets: unknown key; allowed: did you mean set?"),
        (("  dear:\n", "  base:\n"), 5, "cannot be named base"),
        (("  dear:\n", "  Very dear:\n"), 6, "options.Very dear"),
        (("title: Dearer ways", "title: [1, 2]"), 1, "title"),
        (("[legs.way.price_usd=10]", "legs.way.price_usd=10"), 7, "options.dear.set"),
        (("replicates: 6", "base: other"), 4, "base"),
        (("legs.way.price_usd=10", "legs.wey.price_usd=10"), 7, "options.dear.set: legs.wey.price_usd=10: "),
        (("legs.way.price_usd=10", "period.end=2020-02-01"), 6, "only the same days compare"),
        (("scenario: base.yaml", "scenario: bose.yaml"), 8, "options.same.scenario: "),
        (("replicates: 6", "draws: 30"), 4, "draws: are of a fit"),
        (("replicates: 6", "structures: [no_belief]"), 4, "structures.0"),
        (("replicates: 6", "structures: [no_beliefs]"), 4, "structures: is about ranks"),
        (("replicates: 6", "better: {died: less}"), 4, "better.died: input should be 'lower' or 'higher'"),
        (("replicates: 6", "better: {removed: higher}"), 4, "better: states no harm to migrants"),
        (("replicates: 6", "better: {died: lower}\nweights: {dyed: 1}"), 5, "weights.dyed: has no direction"),
        (("replicates: 6", "better: {died: lower}\nweights: {died: 0}"), 5, "weights: all are 0"),
        (("replicates: 6", BREAK_EVEN.replace("option: dear", "option: deer")), 6, "did you mean dear?"),
        (("replicates: 6", BREAK_EVEN.replace("against: same", "against: dear")), 7, "against itself"),
        (("replicates: 6", BREAK_EVEN.replace("[1, 9]", "[9, 1]")), 10, "must rise"),
        (
            ("replicates: 6", BREAK_EVEN.replace("over: legs.way", "over: legs.wey")),
            9,
            "enough.over: legs.wey",
        ),
        (("    set: [legs.way.price_usd=10]", f"    policy: [{QUOTA}]"), 7, "policy.slow"),
    ],
)
def test_mistakes_in_the_file_are_told_with_their_line(
    file: Path, change: tuple[str, str], line: int, says: str
) -> None:
    assert change[0] in COMPARISON
    file.write_text(COMPARISON.replace(*change))
    with pytest.raises(ScenarioError) as caught:
        comparison.load(file)
    assert len(caught.value.faults) == 1
    assert f"prices.yaml:{line}: " in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("scenario: base.yaml", "scenario: bose.yaml"), "bose.yaml"),
        (("legs.way.price_usd=10", "legs.wey.price_usd=10"), "wey"),
        (("legs.way.price_usd=10", "period.end=2020-02-01"), "only the same days compare"),
    ],
)
def test_scenarios_that_do_not_fit_are_named(file: Path, change: tuple[str, str], says: str) -> None:
    file.write_text(COMPARISON.replace(*change))
    with pytest.raises(UserMistake, match=says):
        comparison.load(file)


def test_one_replicate_is_too_few(file: Path, model: ModuleType) -> None:
    with pytest.raises(UserMistake, match="needs 2 or more"):
        command(file, replicates=1)
    assert model.built == []


def test_a_comparison_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserMistake, match="no-such-question"):
        comparison.load("no-such-question")
    with pytest.raises(UserMistake, match="is a folder"):
        comparison.load(tmp_path)


def test_the_shipped_comparison_loads_and_asks_what_it_says() -> None:
    loaded = comparison.load("answers")
    stations = {
        name: next(measure for measure in scenario.policy if measure.name == "stations")
        for name, scenario in loaded.options.items()
        if name.startswith(("limit", "beds"))
    }
    limits = {name: measure.limit_days.value for name, measure in stations.items()}  # type: ignore[union-attr]
    assert limits == {"limit-15": 15, "limit-30": 30, "limit-60": 60, "beds-halved": 30, "beds-doubled": 30}
    assert stations["beds-halved"].beds_times.value == 0.5  # type: ignore[union-attr]
    assert stations["beds-doubled"].beds_times.value == 2  # type: ignore[union-attr]
    assert {"checkpoint-darien", "training-tapachula"} < set(loaded.options)
    assert {scenario.record_every for scenario in [loaded.base, *loaded.options.values()]} == {"month"}
