"""Coasts and borders of the Americas, from the package's own data."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from darien.report.style import LAND, SEA

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@cache
def rings() -> list[npt.NDArray[np.float64]]:
    """Closed outlines, one per piece of land of a country: (points, 2) of longitude and latitude."""
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    text = (files("darien.report") / "data" / "coastline.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        ring = found.setdefault((row["country"], row["ring"]), [])
        ring.append((float(row["lon"]), float(row["lat"])))
    return [np.array(points) for points in found.values()]


def draw_coast(axes: Axes, west: float, east: float, south: float, north: float) -> None:
    """Land, borders and sea within a window of degrees; sets the limits of the axes to it."""
    from matplotlib.collections import PolyCollection

    def inside(ring: npt.NDArray[np.float64]) -> bool:
        low, high = ring.min(axis=0), ring.max(axis=0)
        return bool(low[0] < east and high[0] > west and low[1] < north and high[1] > south)

    axes.set_facecolor(SEA)
    axes.add_collection(
        PolyCollection(
            [ring for ring in rings() if inside(ring)],
            facecolors=LAND,
            edgecolors="#B8B0A0",
            linewidths=0.6,
            zorder=0,
        )
    )
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_aspect(1 / np.cos(np.radians((south + north) / 2)))
    axes.set_xticks([])
    axes.set_yticks([])
    for side in axes.spines.values():
        side.set_visible(True)
        side.set_color("#A8A8A8")
