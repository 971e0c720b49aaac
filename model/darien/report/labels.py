"""Put names beside points so that they cover neither each other nor the lines of the map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from darien.report.panels import Panel
from darien.report.sheet import ASCENT, DESCENT, DPI, length

Points = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]  # left, bottom, right, top in pixels
_ANGLES = np.radians([0, 180, 45, 315, 135, 225, 90, 270, 22, 338, 158, 202, 67, 112, 247, 292])
_REACH = (9, 16, 26, 40, 58, 80, 110)  # points from the place to the nearest side of its name
# What a box costs for being far off, and for its angle, in the order of _around.
_FAR = np.add.outer(3.0 * np.arange(len(_REACH)), 0.1 * np.arange(len(_ANGLES))).ravel()


def place_labels(
    panel: Panel, texts: Sequence[str], at: Points, lines: Points, *, size: float = 11, pad: float = 2.5
) -> None:
    """Write each text near its point, with a thin line to it where it stands far off.

    Args:
        at: (n, 2) points in the panel's data, all of them kept clear.
        lines: (m, 2) points along what is drawn, in the panel's data, avoided where possible.
        size: font size in points; ``pad`` is the room left around a text.

    Greedy: the names with the nearest neighbours are placed first, each where it costs least.
    """
    pixel = DPI / 72
    left, bottom = panel.left * DPI, panel.bottom * DPI
    bounds = (left, bottom, left + panel.width * DPI, bottom + panel.height * DPI)
    spots = panel.inches(at) * DPI
    strokes = panel.inches(lines) * DPI
    strokes = strokes[_inside(strokes, np.array([bounds]))[:, 0]]
    height = ((ASCENT + DESCENT) * size + 2 * pad) * pixel
    boxes: list[Box] = []
    for index in _crowded_first(spots):
        width = length(texts[index], size) * DPI + 2 * pad * pixel
        tried = _around(spots[index], pixel, width, height)
        costs = _FAR + _costs(tried, boxes, spots, strokes, bounds)
        best, least = tried[0], np.inf
        for cost, box in sorted(zip(costs, map(tuple, tried), strict=True), key=lambda pair: pair[0]):
            if cost >= least:
                break
            cost += _leader_cost(spots, index, box, boxes)
            if cost < least:
                best, least = box, cost
        boxes.append(best)
        x, y = (side / DPI + pad / 72 for side in best[:2])
        panel.sheet.write(x, y, texts[index], size, up="bottom", outline=1.5)
        _leader(panel, spots[index], best, 14 * pixel)


def _crowded_first(spots: Points) -> list[int]:
    if len(spots) == 1:
        return [0]
    apart = np.linalg.norm(spots[:, None] - spots[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    return [
        int(i)
        for i in np.argsort(np.sort(apart, axis=1)[:, : min(3, len(spots) - 1)].mean(axis=1), kind="stable")
    ]


def _around(spot: Points, pixel: float, width: float, height: float) -> Points:
    """Boxes about a spot (left, bottom, right, top), one for each reach and angle, from near to far."""
    reach = np.repeat(_REACH, len(_ANGLES)) * pixel
    angles = np.tile(_ANGLES, len(_REACH))
    dx, dy = np.cos(angles), np.sin(angles)
    left = spot[0] + dx * (reach + width / 2 * abs(dx)) - width / 2 + dx * width / 2 * (1 - abs(dx))
    bottom = spot[1] + dy * (reach + height / 2) - height / 2
    return np.column_stack([left, bottom, left + width, bottom + height])


def _costs(tried: Points, boxes: list[Box], spots: Points, strokes: Points, frame: Box) -> Points:
    """How bad boxes are: over other names (worst), outside the frame, over places, over lines."""
    x0, y0, x1, y1 = tried.T
    area = (x1 - x0) * (y1 - y0)
    cost = np.zeros(len(tried))
    for a0, b0, a1, b1 in boxes:
        wide = np.clip(np.minimum(x1, a1) - np.maximum(x0, a0), 0, None)
        high = np.clip(np.minimum(y1, b1) - np.maximum(y0, b0), 0, None)
        cost += 400 * wide * high / area
    cost += 1000 * ((x0 < frame[0]) | (y0 < frame[1]) | (x1 > frame[2]) | (y1 > frame[3]))
    cost += 60 * _inside(spots, tried + np.array([-5, -5, 5, 5])).sum(axis=0)
    near = strokes[_inside(strokes, np.array([[x0.min(), y0.min(), x1.max(), y1.max()]]))[:, 0]]
    return cost + 0.35 * _inside(near, tried).sum(axis=0)


def _leader_cost(spots: Points, index: int, box: Box, boxes: list[Box]) -> float:
    """How much the line from a place to its name runs over other places and names."""
    end = _nearest(spots[index], box)
    along = spots[index] + np.linspace(0.1, 0.95, 12)[:, None] * (end - spots[index])
    others = np.delete(spots, index, axis=0)
    near = np.linalg.norm(along[:, None] - others[None], axis=2).min(axis=0) if len(others) else np.empty(0)
    crossed = _inside(along, np.array(boxes)).sum() if boxes else 0
    return 15 * float((near < 9).sum()) + 6 * float(crossed)


def _nearest(spot: Points, box: Box) -> Points:
    """The point of a box that is nearest to a spot."""
    return np.array([np.clip(spot[0], box[0], box[2]), np.clip(spot[1], box[1], box[3])])


def _inside(points: Points, boxes: Points) -> npt.NDArray[np.bool_]:
    """Which of some points lie in which boxes: (points, boxes)."""
    x, y = points[:, :1], points[:, 1:]
    return (x > boxes[:, 0]) & (y > boxes[:, 1]) & (x < boxes[:, 2]) & (y < boxes[:, 3])


def _leader(panel: Panel, spot: Points, box: Box, near: float) -> None:
    """A thin line from a place to its name, unless they stand side by side."""
    from matplotlib.lines import Line2D

    end = _nearest(spot, box)
    if np.linalg.norm(end - spot) <= near:
        return
    x, y = np.array([spot, end]).T / DPI
    panel.add(Line2D(x, y, color="#555555", linewidth=0.7, zorder=7))
