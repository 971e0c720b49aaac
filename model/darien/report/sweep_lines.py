"""A sweep over one parameter, or one and a few values of another: lines of each outcome with their ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from darien.report.panels import Box, Panel, boxes, ticks_to
from darien.report.sheet import Sheet, length
from darien.report.style import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    VERMILLION,
    head,
    key,
    note,
    number,
)
from darien.report.sweep_axes import Axis, Drawn, axes, outcomes, spread_words

if TYPE_CHECKING:
    from darien.record.swept import Swept

COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, BLACK)
DASHES = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (6, 2, 1, 2)), (0, (9, 2)), (0, (1, 1)))
_WIDE, _HIGH, _GAP, _FOOT = 12.6, 2.6, 1.1, 0.95  # inches


def line_axes(swept: Swept) -> tuple[Axis, Axis | None] | None:
    """The parameter along x and the one that makes the lines, of a sweep that lines can show; else None.

    Of two the one with more values runs along x, a scale of numbers before words.
    """
    found = axes(swept)
    if len(found) == 1:
        return found[0], None
    if len(found) != 2:
        return None
    x, lines = sorted(found, key=lambda axis: (not axis.continuous, -len(axis.values)))
    if len(lines.values) > len(COLOURS) or len(swept.points) < 2 * len(lines.values):
        return None
    return x, lines


def draw_lines(swept: Swept) -> Sheet | None:
    """A panel per outcome; None where no outcome varies, or lines cannot show the sweep."""
    chosen, shown = line_axes(swept), outcomes(swept)
    if chosen is None or not shown:
        return None
    x, lines = chosen
    columns = min(2, len(shown))
    rows = -(-len(shown) // columns)
    top = 1.85 if lines is not None else 1.3
    height = top + rows * (_HIGH + _GAP) - _GAP + _FOOT + 0.35
    sheet = Sheet(_WIDE, height)
    right = 0.4 if columns > 1 else 4.0
    grid = boxes(1.15, _WIDE - right, _FOOT + 0.35, height - top, columns, rows, gap_x=1.35, gap_y=_GAP)
    for place, one in enumerate(shown):
        _panel(sheet, grid[place // columns][place % columns], one, x, lines, swept)
    by = f", by {lines.words}" if lines is not None else ""
    several = shown[0].by_point.several
    ends = (
        ""
        if not several
        else " Bands: the range of the replicates."
        if x.continuous
        else " Bars: their range."
    )
    head(
        sheet,
        f"{swept.manifest['title']}: what {x.words} changes{by}",
        f"Lines: mean over the replicates of each point.{ends} Each panel has a scale of its own, "
        "which need not begin at 0.",
    )
    if lines is not None:
        said = [(lines.say(value), _look(i) | {"linewidth": 2.2}) for i, value in enumerate(lines.values)]
        sheet.write(0.25, height - 1.02, f"{lines.words}:", 11, up="middle")
        key(sheet, 0.42 + length(f"{lines.words}:", 11), height - 0.895, said, size=11)
    note(sheet, spread_words(swept))
    return sheet


def _look(line: int) -> dict[str, object]:
    return {"color": COLOURS[line], "linestyle": DASHES[line]}


def _panel(sheet: Sheet, box: Box, one: Drawn, x: Axis, lines: Axis | None, swept: Swept) -> None:
    mean, low, high = one.by_point.mean, one.by_point.low, one.by_point.high
    bottom, top = float(np.nanmin(low)), float(np.nanmax(high))
    room = 0.08 * (top - bottom) or 1.0
    floor = bottom - room if bottom - room > 0 or bottom < 0 else 0.0
    panel = Panel(sheet, box, x.limits(0.0 if x.continuous else 0.12), (floor, top + room))
    across, said = x.ticks()
    up = ticks_to(top + room, 5, bottom=floor)
    panel.frame(across, up, grid="y", marks=3.5)
    panel.label_x(across, said, 10.5)
    panel.label_y(up, None if top - floor > 4 else [number(float(tick)) for tick in up], 10.5)
    place = x.at(swept.points[x.name])
    kinds = np.zeros(len(place)) if lines is None else lines.at(swept.points[lines.name])
    for line, kind in enumerate(np.unique(kinds)):
        rows = np.flatnonzero(kinds == kind)
        rows = rows[np.argsort(place[rows], kind="stable")]
        rows = rows[np.isfinite(mean[rows])]
        _line(
            panel, place[rows], (mean[rows], low[rows], high[rows]), line, one.by_point.several, x.continuous
        )
    panel.write(0, 1, one.words, 12.5, up_by=9, face="bold")
    sheet.write(panel.left + panel.width / 2, panel.bottom - 0.34, x.words, 11, across="middle", up="top")


def _line(
    panel: Panel,
    x: npt.NDArray[np.float64],
    values: tuple[npt.NDArray[np.float64], ...],
    line: int,
    several: bool,
    continuous: bool,
) -> None:
    """One line with its band; of words, which nothing lies between, dots with bars."""
    mean, low, high = values
    colour = COLOURS[line]
    if continuous:
        if several:
            panel.band(x, low, high, colour, 0.2)
        panel.line(x, mean, width=2.1, zorder=3, **_look(line))  # type: ignore[arg-type]
    else:
        x = x + 0.06 * line
        for at, bottom, top in zip(x, low, high, strict=True):
            panel.line([at, at], [bottom, top], colour, 2.2, alpha=0.55)
    if len(x) <= 40:
        panel.marks(x, mean, colour, "o", 4.5 if continuous else 7, zorder=4)
