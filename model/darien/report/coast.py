"""Coasts and borders of the Americas, from the package's own data."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from darien.report.panels import Panel
from darien.report.style import LAND, SEA


@cache
def rings() -> list[npt.NDArray[np.float64]]:
    """Closed outlines, one per piece of land of a country: (points, 2) of longitude and latitude."""
    text = (files("darien.report") / "data" / "coastline.csv").read_text(encoding="utf-8")
    country, ring, lon, lat = zip(*csv.reader(text.splitlines()[1:]), strict=True)
    points = np.array([lon, lat], dtype=np.float64).T
    names = list(zip(country, ring, strict=True))
    starts = [i for i, name in enumerate(names) if i and name != names[i - 1]]
    return np.split(points, starts)


def draw_coast(panel: Panel) -> None:
    """Land, borders and sea in a panel of degrees."""
    from matplotlib.collections import PolyCollection
    from matplotlib.patches import Rectangle

    (west, east), (south, north) = panel.xlim, panel.ylim

    def inside(ring: npt.NDArray[np.float64]) -> bool:
        low, high = ring.min(axis=0), ring.max(axis=0)
        return bool(low[0] < east and high[0] > west and low[1] < north and high[1] > south)

    corner, size = (panel.left, panel.bottom), (panel.width, panel.height)
    land = [panel.inches(ring) for ring in rings() if inside(ring)]
    panel.add(Rectangle(corner, *size, facecolor=SEA, zorder=0))
    panel.add(PolyCollection(land, facecolors=LAND, edgecolors="#B8B0A0", linewidths=0.6, zorder=0.1))
