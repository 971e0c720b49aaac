"""Panels and sheets: data come to the right inch, words stand where they are told to, ticks are round."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from darien.report.panels import Panel, boxes, days, month_ticks, steps, ticks_to
from darien.report.sheet import DPI, Sheet, Words, length
from darien.report.style import head, key, note, style


def ink(sheet: Sheet) -> np.ndarray:
    """Rows and columns of the picture that are not white: (n, 2), in inches from the upper left corner."""
    return np.argwhere(np.asarray(sheet.picture()).min(axis=2) < 128) / DPI


def test_data_come_to_the_right_inch() -> None:
    sheet = Sheet(4, 3)
    panel = Panel(sheet, (1, 0.5, 2, 2), (10, 20), (0, 100))
    assert panel.inches([(10, 0), (20, 100), (15, 25)]).tolist() == [[1, 0.5], [3, 2.5], [2, 1]]
    panel.line([0, 40], [50, 50], "black", 2)  # from beyond one edge to beyond the other
    found = ink(sheet)
    assert found[:, 1].min() == pytest.approx(1, abs=0.02)
    assert found[:, 1].max() == pytest.approx(3, abs=0.02)
    assert found[:, 0].mean() == pytest.approx(1.5, abs=0.02)


def test_a_mark_at_the_edge_is_whole() -> None:
    sheet = Sheet(4, 3)
    Panel(sheet, (1, 0.5, 2, 2), (0, 1), (0, 1)).marks([1], [0], "black", "o", 20)
    found = ink(sheet)
    assert found.mean(axis=0) == pytest.approx((2.5, 3), abs=0.02)
    assert np.ptp(found[:, 1]) == pytest.approx(20 / 72, abs=0.04)


def test_bars_bands_and_steps() -> None:
    sheet = Sheet(4, 3)
    panel = Panel(sheet, (1, 0.5, 2, 2), (0, 10), (1.5, -0.5))
    panel.bars([0, 1], [5, float("nan")], "black", thick=0.5)
    found = ink(sheet)
    assert (found[:, 1].min(), found[:, 1].max()) == pytest.approx((1, 2), abs=0.02)
    assert (found[:, 0].min(), found[:, 0].max()) == pytest.approx((0.75, 1.25), abs=0.02)

    sheet = Sheet(4, 3)
    x, y = steps(np.array([0.0, 2.0]), np.array([1.0, 3.0]), 6)
    assert x.tolist() == [0, 2, 2, 6]
    assert y.tolist() == [1, 1, 3, 3]
    Panel(sheet, (1, 0.5, 2, 2), (0, 4), (0, 4)).band(x, 0 * y, y, "black", 1)
    found = ink(sheet)
    left = found[found[:, 1] < 1.99]
    assert left[:, 0].min() == pytest.approx(2, abs=0.02)
    assert found[:, 0].min() == pytest.approx(1, abs=0.02)
    assert found[:, 1].max() == pytest.approx(3, abs=0.02)


@pytest.mark.parametrize(("across", "left"), [("left", 2.0), ("middle", 1.5), ("right", 1.0)])
@pytest.mark.parametrize(("up", "top"), [("base", 1.0), ("middle", 1.25), ("top", 1.52)])
def test_words_stand_about_their_point(across: str, left: float, up: str, top: float) -> None:
    sheet = Sheet(4, 3)
    size = 0.5 * 72 / 0.73  # capitals half an inch high
    long = length("H", size)
    sheet.write(2, 1.5, "H", size, across=across, up=up)
    found = ink(sheet)
    assert found[:, 0].min() == pytest.approx(top, abs=0.03)
    assert np.ptp(found[:, 0]) == pytest.approx(0.5, abs=0.03)
    middle = left + long / 2 + (0.5 if across == "middle" else 1 if across == "right" else 0)
    middle -= {"left": 0, "middle": long / 2, "right": long}[across]
    assert (found[:, 1].min() + found[:, 1].max()) / 2 == pytest.approx(middle, abs=0.03)


def test_lines_of_words_go_downwards() -> None:
    lines = Words(0, 10, "one\ntwo\nthree", 72, up="base", leading=1.5).base_lines()
    assert lines == [("one", 13), ("two", 11.5), ("three", 10)]
    (_, first), (_, last) = Words(0, 10, "one\ntwo", 72, up="middle", leading=1).base_lines()
    assert (first + 0.73 + last) / 2 == pytest.approx(10)


def test_upright_words_are_higher_than_wide() -> None:
    sheet = Sheet(4, 3)
    sheet.write(1, 2, "persons a month", 11, upright=True)
    found = ink(sheet)
    assert found.mean(axis=0) == pytest.approx((1, 1), abs=0.05)
    assert np.ptp(found[:, 0]) == pytest.approx(length("persons a month", 11), abs=0.05)
    assert np.ptp(found[:, 1]) < 0.2


def test_a_title_fits_its_sheet() -> None:
    for width in (16, 6):
        sheet = Sheet(width, 3)
        head(sheet, "How many people passed each country, month by month, by group", "Each panel alone.")
        title = sheet.words[0]
        assert title.x + length(title.text, title.size, title.face) < width
        assert (title.size == 17) == (width == 16)


def test_a_key_has_its_words_in_columns() -> None:
    sheet = Sheet(8, 3)
    with style():
        key(sheet, 1, 2, [("a", {}), ("longer", {"marker": "o"}), ("c", {"linewidth": 3})], rows=2, pitch=0.3)
    assert [words.text for words in sheet.words] == ["a", "longer", "c"]
    a, longer, c = sheet.words
    assert a.x == longer.x
    assert (a.y, longer.y) == pytest.approx((1.85, 1.55))
    assert c.x > longer.x + length("longer", 10.5)
    assert c.y == a.y


def test_a_grid_of_boxes_fills_the_room() -> None:
    grid = boxes(1, 9, 2, 8, 3, 2, gap_x=0.5, gap_y=1)
    assert [len(row) for row in grid] == [3, 3]
    assert grid[0][0] == pytest.approx((1, 5.5, 7 / 3, 2.5))
    left, bottom, width, height = grid[1][2]
    assert (left + width, bottom) == pytest.approx((9, 2))
    assert height == 2.5


def test_ticks_are_round_and_inside() -> None:
    assert ticks_to(910, 3, integer=True).tolist() == [0, 400, 800]
    assert ticks_to(5, 3, integer=True).tolist() == [0, 2, 4]
    assert ticks_to(0.1, 4)[-1] <= 0.1


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2014-01-01", "2018-12-31", ["2014", "2015", "2016", "2017", "2018"]),
        ("2014-03-15", "2015-06-30", ["Apr", "Jul", "Oct", "2015", "Apr"]),
        ("2014-02-01", "2014-05-31", ["Feb\n2014", "Mar", "Apr", "May"]),
        ("2014-11-20", "2015-01-31", ["Dec", "2015"]),
        ("2014-11-20", "2014-11-30", []),
    ],
)
def test_months_are_marked_by_year_quarter_or_month(first: str, last: str, words: list[str]) -> None:
    ticks, labels = month_ticks(pd.Timestamp(first), pd.Timestamp(last))
    assert labels == words
    assert len(ticks) == len(words)
    assert all((days(pd.DatetimeIndex([first]))[0] <= ticks) & (ticks <= days(pd.DatetimeIndex([last]))[0]))


def test_a_page_becomes_longer_for_a_long_note() -> None:
    sheet = Sheet(4, 2)
    sheet.write(0.2, 0.6, "the lowest words", 10)
    note(sheet, "one more line")
    assert sheet.lengthened() == 0
    assert sheet.picture().height == 2 * DPI
    note(sheet, "\n".join(["a line"] * 4))
    assert 0 < sheet.lengthened() < 1
    assert sheet.picture().height == 2 * DPI + round(sheet.lengthened() * DPI)
