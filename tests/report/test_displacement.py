"""The figure of who took another way: which places it shows, its words, and that it is the same twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from darien.record.compared import (
    BASE,
    DISPLACEMENT,
    DISPLACEMENT_TOTAL,
    FORMAT,
    KIND,
    SCENARIOS,
    read_displacement,
)
from darien.record.whole import MANIFEST, ResultError, write_json
from darien.report.displacement import MINUS, draw_displacement, how_to_read, leg_words, shifted, signed
from darien.report.figures import draw_comparison
from darien.report.sheet import length
from darien.scenario.files import to_yaml

from .made_up import leg_name, scenario

MONTHS = pd.date_range("2015-01-01", "2016-12-01", freq="MS").strftime("%Y-%m")
FROM = 8  # of the months: when the option begins
BOAT, TRAIL = (
    leg_name(("turbo", to, mode, True)) for to, mode in (("panama_city", "boat"), ("bajo_chiquito", "foot"))
)
NORTH = [leg_name(("mexico_city", to, "bus", False)) for to in ("us_border_texas", "tijuana")]


def rows(place: str, leg: str, base: float, difference: float, half: float = 5) -> pd.DataFrame:
    """A leg with so many persons a month in the base, and so many more from the option's first month on."""
    apart = np.where(np.arange(len(MONTHS)) >= FROM, difference, 0.0)
    half_widths = np.where(np.arange(len(MONTHS)) >= FROM, half, 0.0)
    return pd.DataFrame(
        {
            "option": "closed",
            "place": place,
            "leg": leg,
            "month": MONTHS,
            "base": base,
            "value": base + apart,
            "difference": apart,
            "low": apart - half_widths,
            "high": apart + half_widths,
        }
    )


def monthly(*legs: pd.DataFrame) -> pd.DataFrame:
    table = pd.concat(legs, ignore_index=True)
    table["base_share"] = table["base"] / table.groupby(["place", "month"])["base"].transform("sum")
    return table


def comparison(folder: Path, table: pd.DataFrame) -> Path:
    """A folder as a comparison leaves it, as far as the figure reads it."""
    sums = table.groupby(["option", "place", "leg"], sort=False, as_index=False).sum(numeric_only=True)
    together = sums.groupby(["option", "place"], sort=False, as_index=False).sum(numeric_only=True)
    total = pd.concat([together.assign(leg=""), sums], ignore_index=True)
    clear = (total["low"] > 0) | (total["high"] < 0)
    total = total.assign(to="", first_month=np.where(clear, MONTHS[FROM], ""), months_apart=0, months=24)
    (folder / SCENARIOS).mkdir(parents=True)
    table.to_csv(folder / DISPLACEMENT, index=False)
    total.to_csv(folder / DISPLACEMENT_TOTAL, index=False)
    for name in (BASE, "closed"):
        (folder / SCENARIOS / f"{name}.yaml").write_text(to_yaml(scenario()))
    says = {
        "closed": "boats to Panama City are stopped for good, so that everyone must walk through the jungle"
    }
    write_json(folder / MANIFEST, {"kind": KIND, "format": FORMAT, "replicates": 6, "says": says})
    return folder


SHIFT = monthly(rows("turbo", BOAT, 300, -100), rows("turbo", TRAIL, 100, 100))


def test_a_shift_is_drawn_with_its_words_twice_the_same(tmp_path: Path) -> None:
    folder = comparison(tmp_path / "out", SHIFT)
    (file,) = draw_comparison(folder)
    assert file == folder / "figures" / "displacement-closed.png"
    pixels = imread(file)
    assert 0.01 < float((pixels[..., :3].min(axis=2) < 0.9).mean()) < 0.5
    before = file.read_bytes()
    assert [again.read_bytes() for again in draw_comparison(folder)] == [before]

    sheet = draw_displacement(read_displacement(folder), "closed")
    assert sheet is not None
    said = [words.text for words in sheet.words]
    text = "\n".join(said)
    assert "Boats to Panama City are stopped for good" in text
    assert "Out of Turbo" in text
    assert "persons a month" in said
    assert "6 pairs of runs" in text
    assert "90 % interval" in text
    assert (
        f"{MINUS}1,600 in all ({MINUS}1,680 to {MINUS}1,520)\n{MINUS}22 % of its base; first clear Sep 2015"
        in text
    )
    assert "+1,600 in all (+1,520 to +1,680)\n+67 % of its base; first clear Sep 2015" in text
    for words in sheet.words:
        assert words.x >= 0
        wide = 0 if words.upright or words.across == "right" else length(words.text, words.size, words.face)
        assert words.x + wide <= sheet.width
        assert 0 <= words.y <= sheet.height


def test_places_are_shown_where_people_changed_their_way() -> None:
    moved = [rows("mexico_city", NORTH[0], 500, 40), rows("mexico_city", NORTH[1], 500, -40)]
    assert shifted(monthly(SHIFT, *moved)) == ["turbo", "mexico_city"]
    fewer = [rows("mexico_city", NORTH[0], 500, -100), rows("mexico_city", NORTH[1], 500, -100)]
    assert shifted(monthly(SHIFT, *fewer)) == ["turbo"], "fewer came by, none of them changed"
    assert shifted(monthly(SHIFT, rows("mexico_city", NORTH[0], 500, -100))) == ["turbo"], (
        "there is one way only"
    )
    unclear = [
        rows("mexico_city", NORTH[0], 500, 40, half=41),
        rows("mexico_city", NORTH[1], 500, -40, half=41),
    ]
    assert shifted(monthly(SHIFT, *unclear)) == ["turbo"]
    assert shifted(monthly(*unclear)) == []
    little = [rows("mexico_city", NORTH[0], 500, 12), rows("mexico_city", NORTH[1], 500, -12)]
    assert shifted(monthly(SHIFT, *little)) == ["turbo"], "less than a tenth of the largest shift"


def test_at_most_four_places_are_shown_in_their_order() -> None:
    pairs = []
    for number, size in enumerate((60, 90, 50, 80, 70)):
        pairs += [rows(f"p{number}", f"a{number}", 500, size), rows(f"p{number}", f"b{number}", 500, -size)]
    assert shifted(monthly(*pairs)) == ["p0", "p1", "p3", "p4"]


def test_an_option_that_moves_nobody_has_no_figure(tmp_path: Path) -> None:
    folder = comparison(tmp_path / "out", SHIFT.iloc[:0])
    assert draw_comparison(folder) == []
    with pytest.raises(ResultError, match="not a result"):
        draw_comparison(tmp_path)


def test_legs_are_told_by_how_and_where_to() -> None:
    told = scenario()
    legs = {"trail_a": told.legs[TRAIL], "trail_b": told.legs[TRAIL], "sea": told.legs[BOAT]}
    assert leg_words(legs, told.places) == {
        "trail_a": "on foot to Bajo Chiquito, clandestine (trail a)",
        "trail_b": "on foot to Bajo Chiquito, clandestine (trail b)",
        "sea": "by boat to Panama City, clandestine",
    }


def test_differences_are_read_with_their_sign() -> None:
    assert [signed(value) for value in (1234.6, 3.54, 0.04, 0, -0.04, -12)] == [
        *("+1,235", "+3.5", "0", "0", "0", f"{MINUS}12")
    ]


def test_the_note_says_what_the_interval_holds() -> None:
    chance = how_to_read({"replicates": 20, "fit": None})
    assert "Student's t" in chance
    assert "chance alone" in chance
    assert how_to_read({"replicates": 20}) == chance  # comparisons of before
    drawn = how_to_read({"replicates": 100, "fit": {"name": "2014-2018"}})
    assert "another draw of the fit 2014-2018" in drawn
    assert "what the effect may be" in drawn
    assert "chance alone" not in drawn
