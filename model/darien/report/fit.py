"""What a fit found: each unknown before and after, and each reported number beside its interval."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtr, ndtri

from darien.report.named_rows import ASSUMPTION
from darien.report.sheet import Sheet
from darien.report.style import BLACK, BLUE, GREY, PALE, VERMILLION, head, note, number

if TYPE_CHECKING:
    import pandas as pd

ROW = 0.26  # inches
TOP, FOOT = 1.35, 0.95
LEFT, RIGHT = 3.5, 2.3


@dataclass(frozen=True)
class FitTables:
    """The tables of a fit, as ``darien calibrate`` writes them."""

    title: str
    unknowns: pd.DataFrame
    predictions: pd.DataFrame


def read_fit(folder: Path) -> FitTables:
    """The tables of a fit in a folder. Raises ResultError where it is none."""
    import pandas as pd

    from darien.record.whole import read_manifest

    manifest = read_manifest(folder, "fit", 1)
    return FitTables(
        title=str(manifest["title"]),
        unknowns=pd.read_csv(folder / "unknowns.csv"),
        predictions=pd.read_csv(folder / "predictions.csv", parse_dates=["from", "to"]),
    )


def draw_unknowns(fit: FitTables) -> Sheet:
    """Each unknown: its prior as a bar of the whole width, its posterior in it, the variance removed."""
    table = fit.unknowns.sort_values("variance_removed", ascending=False)
    sheet, height = _sheet(len(table), 11.0)
    head(
        sheet,
        f"{fit.title}: what the counts tell about each unknown",
        "Grey: what was thought possible before. Blue: 90 % interval and middle after the fit.\n"
        "At the right: the share of the variance that the counts removed; below 20 % it is an assumption.",
    )
    for row, one in enumerate(table.to_dict("records")):
        y = height - TOP - (row + 0.5) * ROW
        width = sheet.width - LEFT - RIGHT
        ends = [_place(one[side], one) * width + LEFT for side in ("low", "high", "median")]
        _bar(sheet, LEFT, LEFT + width, y, PALE)
        informed = one["label"] != ASSUMPTION
        _bar(sheet, ends[0], ends[1], y, BLUE if informed else GREY)
        _dot(sheet, ends[2], y, "white")
        sheet.write(LEFT - 0.12, y, str(one["unknown"]).replace("_", " "), 10.5, across="right", up="middle")
        words = f"{max(0.0, one['variance_removed']):.0%}".replace("%", " %")
        sheet.write(LEFT + width + 0.15, y, words, 10.5, up="middle", color=BLUE if informed else GREY)
        span = f"{number(one['prior_low'])} to {number(one['prior_high'])}"
        sheet.write(sheet.width - 0.2, y, span, 9.5, across="right", up="middle", color=GREY)
    sheet.write(sheet.width - 0.2, height - TOP + 0.06, "prior from, to", 9.5, across="right", color=GREY)
    words = "Where a prior is flat in the logarithm, so is the bar."
    if (table["scale"] == "lognormal").any():
        words += (
            " A step of a drift has a normal prior: from, to are 5 and 95 % of it, and the bar is all of it."
        )
    note(sheet, words)
    return sheet


def draw_predictions(fit: FitTables) -> Sheet:
    """Each reported number as a dot, and the 90 % interval of what would be reported, on one log axis."""
    table = fit.predictions
    counts = table[(table["unit"] == "persons") & (table["reported"] > 1)]
    sheet, height = _sheet(len(counts), 11.0)
    head(
        sheet,
        f"{fit.title}: reported numbers and what the fit lets expect",
        "Dots: reported. Blue bars: 90 % interval after the fit, of numbers that were fitted.\n"
        "Orange bars: of numbers that were left out of the fit. Grey: before the fit. Persons, log scale.",
    )
    ends = counts[["reported", "low", "high"]].to_numpy()
    low, high = np.log10(max(1.0, ends.min() / 1.5)), np.log10(ends.max() * 1.5)
    width = sheet.width - LEFT - RIGHT

    def at(persons: float) -> float:
        share = (np.log10(max(persons, 1.0)) - low) / (high - low)
        return LEFT + float(np.clip(share, 0, 1)) * width

    sheet.write(
        sheet.width - 0.2, height - TOP + 0.06, "reported (expected)", 9.5, across="right", color=GREY
    )
    for power in range(int(np.ceil(low)), int(np.floor(high)) + 1):
        x = at(10.0**power)
        _line(sheet, x, x, FOOT, height - TOP, PALE, 0.8)
        sheet.write(x, FOOT - 0.2, number(10.0**power), 10, across="middle", color=GREY)
    for row, one in enumerate(counts.to_dict("records")):
        y = height - TOP - (row + 0.5) * ROW
        _bar(sheet, at(one["prior_low"]), at(one["prior_high"]), y, PALE)
        _bar(sheet, at(one["low"]), at(one["high"]), y, BLUE if one["role"] == "target" else VERMILLION)
        _dot(sheet, at(one["reported"]), y, BLACK)
        label = f"{_words(one['series'])}, {_span(one)}"
        sheet.write(LEFT - 0.12, y, label, 10, across="right", up="middle")
        words = f"{number(one['reported'])} ({number(one['low'])} to {number(one['high'])})"
        sheet.write(sheet.width - 0.2, y, words, 9.5, across="right", up="middle", color=GREY)
    if len(counts) < len(table):
        note(sheet, "Shares, middles of years and single persons stand in the table only.")
    else:
        note(sheet)
    return sheet


def _sheet(rows: int, width: float) -> tuple[Sheet, float]:
    height = TOP + rows * ROW + FOOT
    return Sheet(width, height), height


def _words(name: str) -> str:
    """A name as one reads it, without the years that some series have in it."""
    return re.sub(r"_\d{4}(?=_|$)", "", name).replace("_", " ")


def _span(one: dict[str, Any]) -> str:
    """The time that a number is of: 2016, 2015 to 2016, Jul 2016, Jul to Dec 2016."""
    first, last = one["from"], one["to"]
    if (first.month, last.month) == (1, 12):
        return f"{first:%Y}" if first.year == last.year else f"{first:%Y} to {last:%Y}"
    if first.year != last.year:
        return f"{first:%b %Y} to {last:%b %Y}"
    return f"{last:%b %Y}" if first.month == last.month else f"{first:%b} to {last:%b %Y}"


def _place(value: float, one: dict[str, Any]) -> float:
    """Where a value lies in its prior, from 0 to 1."""
    if one["scale"] == "lognormal":  # 5 and 95 % of it lie at the bounds that are told
        middle, reach = np.log(one["prior_low"] * one["prior_high"]) / 2, np.log(one["prior_high"])
        return float(ndtr((np.log(value) - middle) / (reach - middle) * ndtri(0.95)))
    if one["prior_low"] > 0 and one["scale"] == "log":
        return float(np.log(value / one["prior_low"]) / np.log(one["prior_high"] / one["prior_low"]))
    return float((value - one["prior_low"]) / (one["prior_high"] - one["prior_low"]))


def _line(sheet: Sheet, x0: float, x1: float, y0: float, y1: float, color: str, width: float) -> None:
    from matplotlib.lines import Line2D

    sheet.add(Line2D([x0, x1], [y0, y1], color=color, linewidth=width, solid_capstyle="butt"))


def _bar(sheet: Sheet, x0: float, x1: float, y: float, color: str) -> None:
    _line(sheet, x0, x1, y, y, color, 7.0)


def _dot(sheet: Sheet, x: float, y: float, color: str) -> None:
    from matplotlib.lines import Line2D

    sheet.add(
        Line2D([x], [y], marker="o", color=color, markersize=4.5, markeredgecolor=BLACK, markeredgewidth=0.5)
    )
