"""Put names beside points so that they cover neither each other nor the lines of the map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Points = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]  # left, bottom, right, top in pixels
_ANGLES = np.radians([0, 180, 45, 315, 135, 225, 90, 270, 22, 338, 158, 202, 67, 112, 247, 292])
_REACH = (9, 16, 26, 40, 58, 80, 110)  # points from the place to the nearest side of its name


def place_labels(
    axes: Axes, texts: Sequence[str], at: Points, lines: Points, *, size: float = 11, pad: float = 2.5
) -> None:
    """Write each text near its point, with a thin line to it where it stands far off.

    Args:
        at: (n, 2) points in data coordinates, all of them kept clear.
        lines: (m, 2) points along what is drawn, in data coordinates, avoided where possible.
        size: font size in points; ``pad`` is the room left around a text.

    Greedy: the names with the nearest neighbours are placed first, each where it costs least.
    The figure's size and the axes' limits must be final.
    """
    from matplotlib.patheffects import withStroke

    figure = axes.figure
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    axes.apply_aspect()
    pixel = figure.dpi / 72
    frame = axes.get_window_extent(renderer)
    bounds = (frame.x0, frame.y0, frame.x1, frame.y1)
    spots = axes.transData.transform(at)
    strokes = axes.transData.transform(lines) if len(lines) else np.empty((0, 2))
    boxes: list[Box] = []
    for index in _crowded_first(spots):
        x, y = at[index]
        text = axes.text(x, y, texts[index], fontsize=size, ha="left", va="bottom", zorder=8)
        text.set_path_effects([withStroke(linewidth=3, foreground="white")])
        extent = text.get_window_extent(renderer)
        width, height = extent.width + 2 * pad * pixel, extent.height + 2 * pad * pixel
        best: tuple[float, float, float] = (np.inf, 0, 0)
        for step, reach in enumerate(_REACH):
            for turn, angle in enumerate(_ANGLES):
                x, y = _corner(spots[index], angle, reach * pixel, width, height)
                box = (x, y, x + width, y + height)
                cost = 3.0 * step + 0.1 * turn
                if cost < best[0]:
                    cost += _cost(box, boxes, spots, strokes, bounds)
                if cost < best[0]:
                    cost += _leader_cost(spots, index, box, boxes)
                if cost < best[0]:
                    best = (cost, x, y)
        _, x, y = best
        boxes.append((x, y, x + width, y + height))
        corner = axes.transData.inverted().transform((x + pad * pixel, y + pad * pixel))
        text.set_position((float(corner[0]), float(corner[1])))
        _leader(axes, spots[index], boxes[-1], 14 * pixel)


def _crowded_first(spots: Points) -> list[int]:
    if len(spots) == 1:
        return [0]
    apart = np.linalg.norm(spots[:, None] - spots[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    return [
        int(i)
        for i in np.argsort(np.sort(apart, axis=1)[:, : min(3, len(spots) - 1)].mean(axis=1), kind="stable")
    ]


def _corner(spot: Points, angle: float, reach: float, width: float, height: float) -> tuple[float, float]:
    """Lower left corner of a box whose nearest side is ``reach`` from the spot, in that direction."""
    dx, dy = float(np.cos(angle)), float(np.sin(angle))
    return (
        spot[0] + dx * (reach + width / 2 * abs(dx)) - width / 2 + dx * width / 2 * (1 - abs(dx)),
        spot[1] + dy * (reach + height / 2) - height / 2,
    )


def _cost(
    box: Box,
    boxes: list[Box],
    spots: Points,
    strokes: Points,
    frame: Box,
) -> float:
    """How bad a box is: over other names (worst), outside the frame, over places, over lines."""
    x0, y0, x1, y1 = box
    area = (x1 - x0) * (y1 - y0)
    cost = 0.0
    for a0, b0, a1, b1 in boxes:
        cost += 400 * max(0.0, min(x1, a1) - max(x0, a0)) * max(0.0, min(y1, b1) - max(y0, b0)) / area
    if x0 < frame[0] or y0 < frame[1] or x1 > frame[2] or y1 > frame[3]:
        cost += 1000
    cost += 60 * _within(spots, box, 5)
    return cost + 0.35 * _within(strokes, box, 0)


def _leader_cost(spots: Points, index: int, box: Box, boxes: list[Box]) -> float:
    """How much the line from a place to its name runs over other places and names."""
    end = _nearest(spots[index], box)
    along = spots[index] + np.linspace(0.1, 0.95, 12)[:, None] * (end - spots[index])
    others = np.delete(spots, index, axis=0)
    near = np.linalg.norm(along[:, None] - others[None], axis=2).min(axis=0) if len(others) else np.empty(0)
    return 15 * float((near < 9).sum()) + 6 * sum(_within(along, other, 0) for other in boxes)


def _nearest(spot: Points, box: Box) -> Points:
    """The point of a box that is nearest to a spot."""
    return np.array([np.clip(spot[0], box[0], box[2]), np.clip(spot[1], box[1], box[3])])


def _within(points: Points, box: Box, margin: float) -> int:
    x0, y0, x1, y1 = box
    inside = (points > (x0 - margin, y0 - margin)) & (points < (x1 + margin, y1 + margin))
    return int(inside.all(axis=1).sum())


def _leader(axes: Axes, spot: Points, box: Box, near: float) -> None:
    """A thin line from a place to its name, unless they stand side by side."""
    end = _nearest(spot, box)
    if np.linalg.norm(end - spot) <= near:
        return
    ends = axes.transData.inverted().transform(np.array([spot, end]))
    axes.plot(ends[:, 0], ends[:, 1], color="#555555", linewidth=0.7, zorder=7)
