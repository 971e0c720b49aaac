"""Comparisons and sweeps from Python: the same as from files, readable, and mistakes told by argument."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL.Image import Image

import darien
from darien.experiments import compare_command
from darien.experiments.comparison import load
from darien.notebook import ComparisonResult, SweepResult
from darien.record.compared import read_displacement
from darien.record.swept import read_sweep
from darien.scenario.errors import UserMistake
from darien.scenario.schema import Scenario
from experiments import sweeps

BETTER = {"reached_border": "lower", "died": "lower", "detained_person_days": "lower"}
BEDS = "detention_centres.centre.beds"
FEWER = [f"{BEDS}=5"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sweeps.write(tmp_path_factory.mktemp("tiny"))
    return next(tmp_path_factory.getbasetemp().glob("tiny*/tiny.yaml"))


@pytest.fixture(scope="module")
def base(tiny: Path) -> Scenario:
    return darien.load(tiny)


@pytest.fixture(scope="module")
def compared(base: Scenario, tiny: Path) -> ComparisonResult:
    options: dict[str, Any] = {
        "beds": FEWER,
        "dear": darien.load(tiny, ["legs.out.price_usd=80"]),
        "short": {
            "policy": [
                {
                    "measure": "detention",
                    "name": "short",
                    "centre": "centre",
                    "limit_days": 2,
                    "from": "2020-01-10",
                }
            ],
            "why": "two days at most",
        },
    }
    return darien.compare(base, options, better=BETTER, replicates=4)


@pytest.fixture(scope="module")
def swept(base: Scenario) -> SweepResult:
    return darien.sweep(
        base, {BEDS: [5, 20], "policy.stronger.from": ["2020-01-20", "2020-02-10"]}, replicates=2
    )


def test_a_comparison_is_the_same_as_from_a_file(tiny: Path) -> None:
    file = tiny.parent / "as-a-file.yaml"
    file.write_text(f"title: A\nwhy: B\nbase: tiny\nreplicates: 3\noptions:\n  beds: {{set: [{FEWER[0]}]}}\n")
    from_file, _ = compare_command.run(load(file))
    for what in (tiny, str(tiny), darien.load(tiny)):
        pd.testing.assert_frame_equal(
            darien.compare(what, {"beds": FEWER}, replicates=3).to_frame(), from_file.table
        )
    pd.testing.assert_frame_equal(darien.compare(file).to_frame(), from_file.table)
    again = darien.compare(file, better=BETTER, replicates=2)
    assert again.compared.replicates == 2
    assert set(again.ranks["outcome"]) == set(BETTER)


def test_a_comparison_has_its_tables(compared: ComparisonResult) -> None:
    table = compared.to_frame()
    assert list(table["option"].unique()) == ["beds", "dear", "short"]
    beds = table.query("option == 'beds' and outcome == 'detained_person_days' and place == ''").iloc[0]
    assert beds["high"] < 0
    whole = compared.outcomes.query("place == '' and group == 'all'")
    assert len(whole.query("option == 'base' and outcome == 'died'")) == 4
    pairs = set(zip(compared.between["other"], compared.between["option"], strict=True))
    assert pairs == {("beds", "dear"), ("beds", "short"), ("dear", "short")}
    assert {"axes", "pareto", "regret", "costs"} <= set(compared.weighed)
    assert len(compared.ranks) == (1 + 3) * len(BETTER)  # the base is ranked too
    assert compared.break_even.empty
    assert compared.structures.empty
    assert compared.verdicts.empty
    assert compared.text().startswith("Conditional on the departures")


def test_a_comparison_reads_well(compared: ComparisonResult) -> None:
    said = repr(compared)
    assert said.startswith("Conditional on the departures")
    assert "4 pairs of each option with the base" in said
    of_beds = said[said.index("beds: the base") : said.index("dear: Tiny")]
    assert of_beds.index("enforcement") < of_beds.index("people on the way")
    assert "detained person days" in of_beds.split("people on the way")[1]
    assert "two days at most" in said
    assert "chance alone" in said


def test_a_comparison_is_drawn_and_saved(compared: ComparisonResult, tmp_path: Path) -> None:
    for draw in (
        compared.plot_tradeoff,
        compared.plot_regret,
        compared.plot_weightings,
        compared.plot_costs,
    ):
        assert isinstance(draw(), Image), draw.__name__
    usual, other = compared.plot_tradeoff(), compared.plot_tradeoff("reached_border", "detained_person_days")
    assert usual is not None
    assert other is not None
    assert usual.tobytes() != other.tobytes()
    assert compared.plot_displacement("beds") is None  # it moves nobody between the one way and itself
    assert read_displacement(compared.save(tmp_path / "kept")).options.keys() == {"beds", "dear", "short"}


def test_structures_and_break_even_are_asked_for_as_in_a_file(base: Scenario) -> None:
    asked = {
        "option": "few",
        "against": "base",
        "outcome": "detained_person_days",
        "over": "detention_centres.centre.limit_days",
        "values": [2, 5],
    }
    found = darien.compare(
        base,
        {"few": FEWER},
        better={"detained_person_days": "lower"},
        replicates=2,
        break_even={"limit": asked},
        structures=["no_networks"],
        structure_draws=2,
    )
    assert len(found.break_even) == 1
    assert set(found.structures["structure"]) >= {"no_networks"}
    assert list(found.verdicts["option"]) == ["base", "few"]


def test_a_sweep_has_its_tables_and_figures(swept: SweepResult) -> None:
    assert list(swept.points.columns) == ["beds", "from"]
    assert len(swept.points) == 4
    held = swept.of("detained_person_days")
    assert held.shape == (4, 2)
    assert (held.loc[2] > held.loc[0]).all()
    pd.testing.assert_frame_equal(swept.of("apprehended@PAN"), swept.of("apprehended"))
    assert {"beds", "from", "outcome", "value"} <= set(swept.to_frame())
    assert (swept.series(measures=["apprehended"])["persons"] > 0).all()
    assert swept.figures == ["map", "lines"]
    assert isinstance(swept.plot(), Image)
    assert isinstance(swept.plot("lines"), Image)
    assert swept.text().startswith("Tiny: 4 points")


def test_a_sweep_reads_well(swept: SweepResult) -> None:
    said = repr(swept)
    assert "4 points (grid), 2 replicates each" in said
    assert f"beds ({BEDS}): 5, 20" in said
    assert "from (policy.stronger.from): 2020-01-20, 2020-02-10" in said
    assert "reached border (persons)" in said
    assert "died (persons)" in said


def test_points_are_spread_over_ranges_or_listed(base: Scenario) -> None:
    fees = {
        "legs.out.price_usd": (10, 90),
        "deaths": {"path": "legs.out.death_per_1000", "low": 0, "high": 9},
    }
    spread = darien.sweep(base, fees, points=3, replicates=1, outcomes=["died"], series="none")
    assert spread.swept.manifest["design"] == "latin_hypercube"
    assert spread.points["price_usd"].between(10, 90).all()
    assert "price_usd (legs.out.price_usd): " in repr(spread)
    listed = darien.sweep(base, fees, points=spread.points, replicates=1, outcomes=["died"], series="none")
    pd.testing.assert_frame_equal(listed.to_frame(), spread.to_frame())


def test_the_folder_of_a_sweep_lives_as_long_as_it(base: Scenario, tmp_path: Path) -> None:
    found = darien.sweep(base, {BEDS: [5]}, replicates=1)
    folder = found.swept.folder
    assert folder.is_dir()
    del found
    gc.collect()
    assert not folder.exists()
    kept = darien.sweep(base, {BEDS: [5]}, replicates=1, folder=tmp_path / "kept")
    again = darien.sweep(tmp_path / "kept" / "sweep.yaml", replicates=1)  # it names its base beside it
    pd.testing.assert_frame_equal(read_sweep(tmp_path / "kept").table, kept.to_frame())
    pd.testing.assert_frame_equal(again.to_frame(), kept.to_frame())


PRICE = "legs.out.price_usd"
COMPARISONS: list[tuple[str, Callable[[Scenario], object]]] = [
    (
        r"options\.x\.set: legs\.out\.prise=3: unknown key",
        lambda b: darien.compare(b, {"x": ["legs.out.prise=3"]}),
    ),
    (
        r"options\.x\.set: legs\.out\.price_usd=-3: is out",
        lambda b: darien.compare(b, {"x": [f"{PRICE}=-3"]}),
    ),
    (r"options\.X y", lambda b: darien.compare(b, {"X y": FEWER})),
    (r"options\.x: given int; allowed", lambda b: darien.compare(b, {"x": 3})),  # type: ignore[dict-item]
    (r"options\.x\.scenario: no-such: no such file", lambda b: darien.compare(b, {"x": "no-such"})),
    (r"options\.x: runs from 2014", lambda b: darien.compare(b, {"x": "history-2014-2018"})),
    (r"options\.x\.sets: unknown key.*set", lambda b: darien.compare(b, {"x": {"sets": FEWER}})),
    (r"options\.x\.set\[0\]: given object", lambda b: darien.compare(b, {"x": {"set": [object()]}})),
    (r"options: given list", lambda b: darien.compare(b, [FEWER])),  # type: ignore[arg-type]
    (r"what: no-such: no such", lambda b: darien.compare("no-such", {"x": FEWER})),
    (r"what: given int", lambda b: darien.compare(3, {"x": FEWER})),  # type: ignore[arg-type]
    (r"options: are needed", darien.compare),
    (r"replicate: unknown key.*replicates", lambda b: darien.compare(b, {"x": FEWER}, replicate=3)),
    (r"replicates: .*2; given 1", lambda b: darien.compare(b, {"x": FEWER}, replicates=1)),
    (r"draws: are of a fit", lambda b: darien.compare(b, {"x": FEWER}, draws=20)),
    (r"workers: needs 1", lambda b: darien.compare(b, {"x": FEWER}, workers=0)),
    (r"better: states no harm", lambda b: darien.compare(b, {"x": FEWER}, better={"removed": "lower"})),
    (r"better\.died: .*given less", lambda b: darien.compare(b, {"x": FEWER}, better={"died": "less"})),
    (r"outcomes\.0: no outcome is named dyed", lambda b: darien.compare(b, {"x": FEWER}, outcomes=["dyed"])),
    (r"fit 2014-2018: is of history", lambda b: darien.compare(b, {"x": FEWER}, fit="2014-2018")),
    (r"fit: there is no built-in", lambda b: darien.compare(b, {"x": FEWER}, fit="history")),
    (r"break_even: is what", lambda b: darien.compare("answers", break_even={})),
]
SWEEPS: list[tuple[str, Callable[[Scenario], object]]] = [
    (r"what: nope: no such", lambda b: darien.sweep("nope", {"seed": [1, 2]})),
    (r"parameters: are needed", darien.sweep),
    (r"parameters: given list", lambda b: darien.sweep(b, [1])),  # type: ignore[arg-type]
    (r"parameters\.prise: legs", lambda b: darien.sweep(b, {"legs.out.prise": [1, 2]})),
    (r"parameters\.price_usd: .*given -2", lambda b: darien.sweep(b, {PRICE: [1, -2]})),
    (r"parameters\.legs.*given 3 numbers", lambda b: darien.sweep(b, {PRICE: (1, 2, 3)})),
    (r"parameters\.legs.*given int", lambda b: darien.sweep(b, {PRICE: 7})),
    (r"parameters\.price_usd\.low: ", lambda b: darien.sweep(b, {PRICE: (5, 2)}, points=3)),
    (r"points\[0\]: has no value", lambda b: darien.sweep(b, {PRICE: (5, 20)}, points=[{"price": 7}])),
    (r"point 0 \(price_usd=-7\)", lambda b: darien.sweep(b, {PRICE: (5, 20)}, points=[{PRICE: -7}])),
    (r"outcomes\[0\]: dyed", lambda b: darien.sweep(b, {PRICE: [5]}, outcomes=["dyed"])),
    (r"series: .*given daily", lambda b: darien.sweep(b, {PRICE: [5]}, series="daily")),
    (r"design: .*given sobl", lambda b: darien.sweep(b, {PRICE: (5, 9)}, design="sobl", points=4)),
    (r"replicates: needs 1", lambda b: darien.sweep(b, {PRICE: [5]}, replicates=0)),
    (r"workers: needs 1", lambda b: darien.sweep(b, {PRICE: [5]}, workers=0)),
    (r"fit: x: no fit", lambda b: darien.sweep(b, {PRICE: [5]}, fit="x")),
    (r"points: is what the sweep", lambda b: darien.sweep("unknowns-2014-2018", points=3)),
    (r"is a file, results need", lambda b: darien.sweep(b, {PRICE: [5]}, folder=__file__)),
]


@pytest.mark.parametrize(
    ("said", "wrong"), COMPARISONS + SWEEPS, ids=[said for said, _ in COMPARISONS + SWEEPS]
)
def test_a_mistake_names_the_argument(said: str, wrong: Callable[[Scenario], object], base: Scenario) -> None:
    with pytest.raises(UserMistake, match=rf"(^|: ){said}"):
        wrong(base)


def test_what_is_not_there_is_told(base: Scenario, compared: ComparisonResult, swept: SweepResult) -> None:
    with pytest.raises(UserMistake, match=r"^option: there is no bets; did you mean beds"):
        compared.plot_displacement("bets")
    with pytest.raises(UserMistake, match=r"^across: there is no diedd"):
        compared.plot_tradeoff(across="diedd")
    with pytest.raises(UserMistake, match=r"^outcome: there is no x; allowed: reached_border"):
        compared.plot_costs("x")
    with pytest.raises(UserMistake, match=r"^better: is needed"):
        darien.compare(base, {"x": FEWER}, replicates=2).plot_regret()
    with pytest.raises(UserMistake, match=r"^outcome: no outcome is named dyed"):
        swept.of("dyed")
    with pytest.raises(UserMistake, match=r"^figure: there is no x; allowed: map or lines"):
        swept.plot("x")
