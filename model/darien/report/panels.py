"""Panels of a sheet: rectangles with scales of their own.

What matplotlib's Axes do, for a small part of their time: an Axes with its ticks takes longer to
make and to draw than all that stands in it, and a figure may have forty.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from darien.report.style import GREY, PALE, number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist

    from darien.report.sheet import Sheet

Box = tuple[float, float, float, float]  # left, bottom, width and height in inches
Floats = npt.NDArray[np.float64]
_GRID, _BANDS, _LINES, _FRAME = 0.5, 1, 2, 2.5  # what covers what
_POINT = 1 / 72  # inches


class Panel:
    """A rectangle with scales of its own, which artists are placed in by their data."""

    def __init__(
        self,
        sheet: Sheet,
        box: Box,
        xlim: tuple[float, float],
        ylim: tuple[float, float],
    ) -> None:
        """``xlim`` and ``ylim``: the limits, in the units of the data."""
        from matplotlib.transforms import Bbox, TransformedBbox

        self.sheet = sheet
        self.left, self.bottom, self.width, self.height = box
        self.xlim, self.ylim = xlim, ylim
        self._edges = TransformedBbox(Bbox.from_bounds(*box), sheet.figure.dpi_scale_trans)

    def x(self, values: npt.ArrayLike) -> Floats:
        """Inches from the left edge of the figure."""
        low, high = self.xlim
        return self.left + self.width * (np.asarray(values, dtype=np.float64) - low) / (high - low)

    def y(self, values: npt.ArrayLike) -> Floats:
        """Inches from the lower edge of the figure."""
        low, high = self.ylim
        return self.bottom + self.height * (np.asarray(values, dtype=np.float64) - low) / (high - low)

    def inches(self, points: npt.ArrayLike) -> Floats:
        """Points (n, 2) of the data in inches from the lower left corner of the sheet."""
        given = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        return np.column_stack([self.x(given[:, 0]), self.y(given[:, 1])])

    def line(self, x: npt.ArrayLike, y: npt.ArrayLike, color: str, width: float, **look: Any) -> None:
        """A line through points, cut at the edges of the panel; ``look`` as for Line2D."""
        from matplotlib.lines import Line2D

        self.add(Line2D(self.x(x), self.y(y), color=color, linewidth=width, **{"zorder": _LINES} | look))

    def marks(
        self, x: npt.ArrayLike, y: npt.ArrayLike, color: str, marker: str, size: float, **look: Any
    ) -> None:
        """Marks at points, whole also where they reach over an edge; ``look`` as for Line2D."""
        from matplotlib.lines import Line2D

        given: dict[str, Any] = {"linestyle": "none", "marker": marker, "markersize": size, "color": color}
        self.add(Line2D(self.x(x), self.y(y), **{"zorder": _LINES} | given | look), clip=False)

    def band(
        self, x: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike, color: str, alpha: float
    ) -> None:
        """The area between two lines."""
        from matplotlib.patches import Polygon

        across = np.concatenate([self.x(x), self.x(x)[::-1]])
        up = np.concatenate([self.y(low), self.y(high)[::-1]])
        self.add(Polygon(np.column_stack([across, up]), color=color, alpha=alpha, linewidth=0, zorder=_BANDS))

    def bars(self, rows: npt.ArrayLike, lengths: npt.ArrayLike, color: str, thick: float) -> None:
        """Bars from the left edge, ``thick`` in the units of y."""
        from matplotlib.patches import Rectangle

        ends, half = self.x(lengths), thick / 2
        for row, end in zip(np.asarray(rows), ends, strict=True):
            low, high = sorted(self.y([row - half, row + half]))
            if np.isfinite(end):
                self.add(
                    Rectangle(
                        (self.left, low),
                        end - self.left,
                        high - low,
                        color=color,
                        alpha=0.85,
                        linewidth=0,
                        zorder=_LINES,
                    )
                )

    def write(self, x: float, y: float, words: str, size: float, *, up_by: float = 0, **look: Any) -> None:
        """Words at a place of the panel, both from 0 to 1, and so many points above it."""
        bottom = self.bottom + up_by * _POINT
        self.sheet.write(self.left + x * self.width, bottom + y * self.height, words, size, **look)

    def frame(
        self,
        x_ticks: npt.ArrayLike,
        y_ticks: npt.ArrayLike,
        *,
        grid: str = "xy",
        marks: float = 2,
    ) -> None:
        """The left and lower edge, with tick marks (points long) and lines through the ticks of ``grid``."""
        from matplotlib.collections import LineCollection

        right, top = self.left + self.width, self.bottom + self.height
        across, up = self.x(x_ticks), self.y(y_ticks)
        edges = [
            [(self.left, top), (self.left, self.bottom)],
            [(self.left, self.bottom), (right, self.bottom)],
        ]
        if marks:
            edges += [[(x, self.bottom - marks * _POINT), (x, self.bottom)] for x in across]
            edges += [[(self.left - marks * _POINT, y), (self.left, y)] for y in up]
        through = [[(x, self.bottom), (x, top)] for x in across] if "x" in grid else []
        through += [[(self.left, y), (right, y)] for y in up] if "y" in grid else []
        for lines, color, width, order in ((through, PALE, 0.6, _GRID), (edges, GREY, 0.8, _FRAME)):
            self.add(
                LineCollection(lines, colors=color, linewidths=width, zorder=order, capstyle="butt"),
                clip=False,
            )

    def label_x(self, ticks: npt.ArrayLike, labels: Sequence[str], size: float, *, pad: float = 6) -> None:
        """Labels below the ticks, ``pad`` points from the edge."""
        for x, label in zip(self.x(ticks), labels, strict=True):
            self.sheet.write(float(x), self.bottom - pad * _POINT, label, size, across="middle", up="top")

    def label_y(self, ticks: npt.ArrayLike, labels: Sequence[str] | None, size: float) -> None:
        """Labels to the left of the ticks: the numbers themselves where there are no others."""
        words = labels if labels is not None else [number(float(tick)) for tick in np.asarray(ticks)]
        for y, label in zip(self.y(ticks), words, strict=True):
            self.sheet.write(self.left - 6 * _POINT, float(y), label, size, across="right", up="middle")

    def name_y(self, words: str, size: float, away: float = 0.74) -> None:
        """What the numbers at the left edge count, upright beside them, so many inches from the edge."""
        self.sheet.write(self.left - away, self.bottom + self.height / 2, words, size, upright=True)

    def add(self, artist: Artist, *, clip: bool = True) -> None:
        """Put something on the sheet that is laid out in inches, cut at the edges of the panel or not."""
        self.sheet.add(artist, self._edges if clip else None)


def boxes(
    left: float, right: float, bottom: float, top: float, columns: int, rows: int, gap_x: float, gap_y: float
) -> list[list[Box]]:
    """The boxes of a grid of panels between four edges, rows from above; everything in inches."""
    width = (right - left - (columns - 1) * gap_x) / columns
    height = (top - bottom - (rows - 1) * gap_y) / rows
    return [
        [
            (left + column * (width + gap_x), top - height - row * (height + gap_y), width, height)
            for column in range(columns)
        ]
        for row in range(rows)
    ]


def ticks_to(top: float, most: int, *, bottom: float = 0, integer: bool = False) -> Floats:
    """Round numbers from ``bottom`` up to ``top``, about ``most`` of them."""
    from matplotlib.ticker import MaxNLocator

    found = np.asarray(MaxNLocator(most, integer=integer).tick_values(bottom, top))
    return found[(found >= bottom) & (found <= top)]


def days(dates: pd.DatetimeIndex | pd.Series) -> Floats:
    """Dates as days since 1970."""
    return dates.to_numpy(dtype="datetime64[D]").astype(np.float64)


def month_ticks(first: pd.Timestamp, last: pd.Timestamp) -> tuple[Floats, list[str]]:
    """Where to mark a span of time, in days since 1970, and with which words: years, quarters or months."""
    import pandas as pd

    months = pd.date_range(first.replace(day=1), last, freq="MS")
    shown = months[months >= first]
    if len(months) > 30:
        shown = shown[shown.month == 1]
    elif len(months) > 6:
        shown = shown[shown.month % 3 == 1]
    words = [str(month.year) if month.month == 1 else f"{month:%b}" for month in shown]
    if words and len(months) <= 30 and not any(word.isdigit() for word in words):
        words[0] += f"\n{shown[0].year}"
    return days(shown), words


def steps(x: Floats, y: Floats, end: float) -> tuple[Floats, Floats]:
    """A line that holds each value until the next, and the last until ``end``."""
    return np.repeat(np.append(x, end), 2)[1:-1], np.repeat(y, 2)
