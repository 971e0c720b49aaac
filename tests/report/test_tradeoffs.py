"""The figures of trade-offs: what they name, what they tell in words, and that they are the same twice."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darien.report.costs import draw_costs
from darien.report.regret import draw_regret
from darien.report.scales import around_zero, by_tens
from darien.report.sheet import Sheet, length
from darien.report.tradeoffs import LABELLED, draw_tradeoff, intervals_hold
from darien.report.weightings import draw_weightings

MANIFEST: dict[str, Any] = {"replicates": 20, "fit": None}
NAMES = ["base", *(f"option-{number}" for number in range(1, 21))]


def axes(spread: float = 10) -> pd.DataFrame:
    """Options that are spread over two outcomes; the last of them is near the base on both."""
    rows = []
    for place, name in enumerate(NAMES):
        for outcome, way, sign in (("reached_border", "lower", -1), ("died", "lower", 1)):
            apart = 0.0 if name == "base" else sign * spread * place
            wide = 0.0 if name == "base" else 3.0 if place < len(NAMES) - 1 else 1e6
            rows.append(
                {
                    "option": name,
                    "outcome": outcome,
                    "unit": "persons",
                    "better": way,
                    "base": 1000.0,
                    "value": 1000 + apart,
                    "difference": apart,
                    "low_50": apart - wide / 3,
                    "high_50": apart + wide / 3,
                    "low_90": apart - wide,
                    "high_90": apart + wide,
                }
            )
    return pd.DataFrame(rows)


PARETO = pd.DataFrame(
    {
        "option": NAMES,
        "on_front": [place in (0, 3, 7) for place in range(len(NAMES))],
        "probability_on_front": np.linspace(0.9, 0.1, len(NAMES)),
        "dominated_by": "",
    }
)


def words(sheet: Sheet) -> list[str]:
    return [one.text for one in sheet.words]


def fits(sheet: Sheet) -> None:
    """Nothing that is written runs off the sheet at the left or right."""
    for one in sheet.words:
        if one.upright:
            continue
        wide = length(one.text, one.size, one.face)
        left = one.x - {"left": 0, "middle": wide / 2, "right": wide}[one.across]
        assert left >= 0, one.text
        assert left + wide <= sheet.width, one.text


def test_options_are_numbered_listed_and_those_near_the_base_named_below() -> None:
    sheet = draw_tradeoff(axes(), PARETO, "reached_border", "died", MANIFEST)
    said = words(sheet)
    listed = [name for name in NAMES if name in said]
    assert len([name for name in listed if name != "base"]) == LABELLED
    assert {"option-3", "option-7"} <= set(listed)
    assert any("not drawn: option-20." in text for text in said)
    assert any("4 more options are drawn without a number" in text for text in said)
    assert said.count("better") == 2
    assert any("lower is called better" in text for text in said)
    fits(sheet)


def test_the_same_tables_are_the_same_picture() -> None:
    one, two = (
        draw_tradeoff(axes(), PARETO, "reached_border", "died", MANIFEST).picture().tobytes()
        for _ in range(2)
    )
    assert one == two


def test_a_scale_is_bent_only_where_few_dwarf_the_others_and_says_so() -> None:
    table = axes()
    even = words(draw_tradeoff(table, PARETO, "reached_border", "died", MANIFEST))
    far = table["option"] == "option-1"
    columns = ["difference", "low_50", "high_50", "low_90", "high_90"]
    table.loc[far, columns] += 1e5
    bent = words(draw_tradeoff(table, PARETO, "reached_border", "died", MANIFEST))
    assert not any("drawn together" in text for text in even)
    assert any("drawn together" in text for text in bent)


def test_nothing_to_draw_is_a_figure_all_the_same() -> None:
    table = axes()
    table.loc[table["option"] != "base", "high_90"] = 1e6
    table.loc[table["option"] != "base", "low_90"] = -1e6
    sheet = draw_tradeoff(table, PARETO, "reached_border", "died", MANIFEST)
    assert any("option-1" in text for text in words(sheet))  # all are near the base: all are drawn
    assert not any("not drawn" in text for text in words(sheet))
    assert sheet.picture().width > 0


def test_an_outcome_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match=r"axes\.csv has no outcome robbed"):
        draw_tradeoff(axes(), PARETO, "robbed", "died", MANIFEST)
    with pytest.raises(ValueError, match=r"costs\.csv has no outcome robbed"):
        draw_costs(costs(), "robbed", MANIFEST)
    with pytest.raises(ValueError, match=r"regret\.csv has nothing of robbed"):
        draw_regret(regret(), "robbed", MANIFEST)


def test_what_intervals_hold_depends_on_the_draws() -> None:
    assert "chance alone" in intervals_hold(MANIFEST)
    assert "draw of the fit it" in intervals_hold({"replicates": 200, "fit": {"name": "it"}})


def regret() -> pd.DataFrame:
    mean = np.arange(len(NAMES), dtype=float)
    return pd.DataFrame(
        {
            "option": NAMES,
            "of": "died",
            "unit": "persons",
            "mean": mean,
            "low_90": 0.5 * mean,
            "p_90": 1.4 * mean,
            "high_90": 1.5 * mean,
            "maximum": 2 * mean,
            "probability_best": [0.6, 0.4, *[0.0] * (len(NAMES) - 2)],
        }
    )


def test_regret_shows_the_least_and_says_what_it_leaves_out() -> None:
    sheet = draw_regret(regret(), "died", MANIFEST, most=12)
    said = words(sheet)
    assert "option-11" in said
    assert "option-12" not in said
    assert any("9 options with more regret" in text for text in said)
    assert said.count("best in 60 %") == 1
    fits(sheet)


def weighed(outcomes: list[str]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Ten weightings: the first option is best in seven, the second in the others; and their sums."""
    rng = np.random.default_rng(3)
    cells = rng.dirichlet(np.ones(len(outcomes)), 10)
    cells = cells[np.argsort(cells[:, 0])]
    rows = [
        {
            "weighting": number,
            "option": name,
            **{f"weight_{o}": w for o, w in zip(outcomes, cell, strict=True)},
            "loss": 1.0,
            "best": float(name == NAMES[0 if number < 7 else 1]),
            "probability_best": {NAMES[0]: 0.6, NAMES[1]: 0.4}.get(name, 0.0),
        }
        for number, cell in enumerate(cells)
        for name in NAMES
    ]
    shares = pd.DataFrame(
        {
            "option": NAMES,
            "wins": [0.7, 0.3, *[0.0] * (len(NAMES) - 2)],
            "acceptability": [0.6, 0.4, *[0.0] * (len(NAMES) - 2)],
        }
    )
    swings = pd.DataFrame(
        {
            "outcome": outcomes,
            "unit": "persons",
            "better": "lower",
            "worst": NAMES[1],
            "worst_value": 30.0,
            "best": NAMES[0],
            "best_value": 20.0,
            "swing": 10.0,
            "sure": [0.6, *[1.0] * (len(outcomes) - 1)],
        }
    )
    return pd.DataFrame(rows), shares, swings


@pytest.mark.parametrize(
    "outcomes",
    [["died", "reached_border"], ["died", "robbed", "reached_border"], ["a", "b", "c", "died"]],
    ids=["strip", "triangle", "bars"],
)
def test_weightings_name_the_winners_the_swings_and_what_is_not_sure(outcomes: list[str]) -> None:
    sheet = draw_weightings(*weighed(outcomes), MANIFEST)
    said = words(sheet)
    assert {"base", "option-1"} <= set(said)
    assert "option-2" not in said
    assert any("30 to 20 persons" in text for text in said)
    assert any("may not differ at all" in text for text in said)
    fits(sheet)
    assert len(sheet.picture().getcolors(1 << 24) or []) > 10


def costs() -> pd.DataFrame:
    reads = [
        "",
        "",
        "cannot be told: the interval of the difference holds 0",
        "no cost is given for one, two",
    ]
    empty = float("nan")
    return pd.DataFrame(
        {
            "option": NAMES[1:5],
            "outcome": "died",
            "unit": "persons",
            "better": "lower",
            "usd_per_unit": [1e3, 1e6, empty, empty],
            "usd_low": [1e2, 1e5, empty, empty],
            "usd_high": [1e4, 1e7, empty, empty],
            "reads": reads,
        }
    )


def test_costs_that_cannot_be_told_are_told_in_words() -> None:
    sheet = draw_costs(costs(), "died", MANIFEST)
    said = words(sheet)
    assert "Cost of the policy per person fewer: deaths" in said
    assert "Cannot be told: the interval of the difference holds 0: option-3." in said
    assert "No cost is given: option-4." in said
    assert any("by powers of ten" in text for text in said)
    fits(sheet)


def test_costs_below_nothing_stand_on_an_even_scale() -> None:
    table = costs()
    table.loc[0, "usd_low"] = -500
    assert not any("powers of ten" in text for text in words(draw_costs(table, "died", MANIFEST)))


def test_where_nothing_can_be_told_there_are_words_only() -> None:
    sheet = draw_costs(costs().iloc[2:], "died", MANIFEST)
    assert "For none of the options can it be told." in words(sheet)


@settings(deadline=None)
@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=20))
def test_a_scale_keeps_the_order_and_holds_all(values: list[float]) -> None:
    scale = around_zero(values, values)
    places = scale(sorted(values))
    assert (np.diff(places) >= 0).all()
    assert scale.limits[0] <= min(places.min(), 0)
    assert scale.limits[1] >= max(places.max(), 0)
    ticks = scale.ticks(6)
    assert (np.diff(ticks) > 0).all()
    assert len(ticks) <= 10


def test_powers_of_ten_are_evenly_apart() -> None:
    scale = by_tens(10, 1e5)
    assert np.allclose(np.diff(scale([10, 100, 1000, 1e4, 1e5])), np.log(10), atol=1e-3)
