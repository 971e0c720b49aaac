"""A sweep over a grid of two parameters: a map of each outcome, its colour and numbers the mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from darien.report.panels import Box, Panel, boxes
from darien.report.sheet import Sheet, length
from darien.report.style import BLACK, GREY, PALE, head, note
from darien.report.sweep_axes import Axis, Drawn, axes, outcomes, short, spread_words

if TYPE_CHECKING:
    from darien.record.swept import Swept

COLOURS = "cividis"  # made to look the same with and without colour blindness (Nunez and others 2018)
MOST = 4  # maps in one figure
_WIDE, _TOP, _FOOT = 12.6, 1.45, 1.3  # inches
_HIGH = 3.4
_FEW = 8  # values of a parameter, up to which numbers fit into the cells
_SMALLEST = 7  # points
_DARK = 0.5  # brightness, below which words are white


def is_grid(swept: Swept) -> bool:
    """Whether each value of one parameter meets each of the other, of two."""
    found = axes(swept)
    if len(found) != 2:
        return False
    pairs = swept.points[[axis.name for axis in found]].drop_duplicates()
    return len(pairs) == len(swept.points) == len(found[0].values) * len(found[1].values)


def draw_map(swept: Swept) -> Sheet | None:
    """A map per outcome; None where no outcome varies, or the points are no grid of two parameters."""
    shown = outcomes(swept, MOST)
    if not shown or not is_grid(swept):
        return None
    across, up = axes(swept)
    columns = min(2, len(shown))
    rows = -(-len(shown) // columns)
    height = _TOP + rows * (_HIGH + 1.05) - 1.05 + _FOOT
    sheet = Sheet(_WIDE, height)
    grid = boxes(1.15, _WIDE - 1.2, _FOOT, height - _TOP, columns, rows, gap_x=2.35, gap_y=1.05)
    for number_, one in enumerate(shown):
        box = grid[number_ // columns][number_ % columns]
        _map(sheet, box, one, across, up, swept)
    head(
        sheet,
        f"{swept.manifest['title']}: what {across.words} and {up.words} change",
        "Colour and large numbers: mean over replicates, each map on a scale of its own.\n"
        "Small numbers: half of the range of the replicates.",
    )
    note(sheet, spread_words(swept))
    return sheet


def _map(sheet: Sheet, box: Box, one: Drawn, across: Axis, up: Axis, swept: Swept) -> None:
    """One map: a cell per point, and the scale of its colours at the right."""
    from matplotlib import colormaps
    from matplotlib.patches import Rectangle

    left, bottom, width, height = box
    mean, low, high = one.by_point.mean, one.by_point.low, one.by_point.high
    least, most = float(np.nanmin(mean)), float(np.nanmax(mean))
    columns, rows = len(across.values), len(up.values)
    panel = Panel(sheet, box, (-0.5, columns - 0.5), (-0.5, rows - 0.5))
    x, y = across.order(swept.points[across.name]), up.order(swept.points[up.name])
    cell = (width / columns, height / rows)
    colours = colormaps[COLOURS]
    largest = max(abs(least), abs(most))
    halves = (high - low) / 2
    said = [
        (short(value, largest), f"±{short(half, half)}") for value, half in zip(mean, halves, strict=True)
    ]
    longest = max(length(text, 12) for text, _ in said)
    size = int(min(12.0, 12 * 0.86 * cell[0] / longest, 24 * cell[1]))
    for point in range(len(mean)):
        middle = (float(panel.x(x[point])), float(panel.y(y[point])))
        corner = (middle[0] - cell[0] / 2, middle[1] - cell[1] / 2)
        known = bool(np.isfinite(mean[point]))
        face = colours((mean[point] - least) / (most - least)) if known else PALE
        panel.add(Rectangle(corner, *cell, facecolor=face, edgecolor="white", linewidth=0.8))
        if columns > _FEW or rows > _FEW or not known or size < _SMALLEST:
            continue
        ink = "white" if np.dot(face[:3], (0.299, 0.587, 0.114)) < _DARK else BLACK
        look = {"across": "middle", "up": "middle", "color": ink}
        both = one.by_point.several and cell[1] > 0.36
        sheet.write(middle[0], middle[1] + (0.09 if both else 0), said[point][0], size, **look)
        if both:
            sheet.write(middle[0], middle[1] - 0.11, said[point][1], min(9, 0.85 * size), **look)
    panel.label_x(range(columns), [across.say(value) for value in across.values], 10.5)
    panel.label_y(range(rows), [up.say(value) for value in up.values], 10.5)
    panel.name_y(up.words, 11, away=_beside(up))
    sheet.write(left + width / 2, bottom - 0.36, across.words, 11, across="middle", up="top")
    panel.write(0, 1, one.words, 12.5, up_by=9, face="bold")
    _scale(sheet, (left + width + 0.16, bottom, 0.16, height), least, most)


def _scale(sheet: Sheet, box: Box, least: float, most: float) -> None:
    """Which colour is which number."""
    from matplotlib import colormaps
    from matplotlib.patches import Rectangle

    left, bottom, width, height = box
    steps = 64
    for step in range(steps):
        sheet.add(
            Rectangle(
                (left, bottom + step * height / steps),
                width,
                height / steps + 0.01,
                facecolor=colormaps[COLOURS](step / (steps - 1)),
                linewidth=0,
            )
        )
    for share in (0.0, 0.5, 1.0):
        y = bottom + share * height
        sheet.write(
            left + width + 0.06,
            y,
            short(least + share * (most - least), max(abs(least), abs(most))),
            9.5,
            up="middle",
            color=GREY,
        )


def _beside(axis: Axis) -> float:
    """How far from the edge a name clears the words of an axis, in inches."""
    return 0.3 + max(length(axis.say(value), 10.5) for value in axis.values)
