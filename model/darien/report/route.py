"""The route as a map: who took which leg, as lines whose width is the flow."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from darien.report.coast import draw_coast
from darien.report.labels import place_labels
from darien.report.replicates import across, years
from darien.report.style import BLACK, BLUE, GREY, VERMILLION, head, new_figure, note, number, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from darien.record.store import Results

Points = npt.NDArray[np.float64]
CENTRAL_AMERICA = (-93.8, -75.6, 6.3, 17.6)  # west, east, south, north of the close view
CROWDED = 6  # places in Central America, from which on there is a close view of it
WIDEST = 13.0  # points, of the leg with the largest flow
THINNEST = 0.8
_STYLES = {"air": (0, (5, 4)), "boat": (0, (16, 5))}  # every other mode is on land: a solid line
_SHARE = np.linspace(0, 1, 60)[:, None]


@dataclass(frozen=True)
class Line:
    """A leg to draw: its flow in persons a year, and its curve in degrees."""

    name: str
    flow: float
    clandestine: bool
    mode: str
    curve: Points


def draw_route(results: Results, path: Path) -> Path:
    """Write the map: legs as lines, width by persons a year (mean of replicates), places by name."""
    lines = _lines(results)
    places = {name: (place.lon, place.lat, place.label) for name, place in results.scenario.places.items()}
    west, east, south, north = _window(places)
    close = [name for name in places if _in(places[name], CENTRAL_AMERICA)]
    inset = len(close) >= CROWDED and len(close) < len(places)
    figure = new_figure(16, 8.6 if inset else 11)
    largest = max((line.flow for line in lines), default=0.0)
    left = figure.add_axes((0.02, 0.09, 0.46 if inset else 0.70, 0.80), anchor="NW")
    _draw(left, lines, places, (west, east, south, north), largest, set(close) if inset else set())
    if inset:
        right = figure.add_axes((0.495, 0.26, 0.49, 0.63), anchor="NE")
        _draw(right, lines, places, CENTRAL_AMERICA, largest, set(places) - set(close))
        _frame(left, right)
        legend_at = (0.495, 0.08, 0.49, 0.21)
    else:
        legend_at = (0.74, 0.30, 0.25, 0.40)
    _legend(figure, legend_at, largest, lines)
    period = results.scenario.period
    head(
        figure,
        "Where people travel: the simulated flow on each leg of the route",
        f"The thicker the line, the more people travelled there in a year "
        f"({period.start} to {period.end}, {_mean_of(len(results.replicates))}, all groups).",
    )
    note(figure, "Line width grows with the square root of the number of people. Coasts: Natural Earth.")
    return save(figure, path)


def _mean_of(replicates: int) -> str:
    return "one replicate" if replicates == 1 else f"mean of {replicates} replicates"


def leg_flows(results: Results) -> dict[str, float]:
    """Persons a year who finished each leg, all groups, mean over replicates."""
    counts = results.counts
    rows = counts[(counts["kind"] == "leg") & (counts["measure"] == "finished")]
    mean = across(rows, results, ["where"]).mean(axis=1) / years(results)
    return {name: float(mean.get(name, 0.0)) for name in results.scenario.legs}


def _lines(results: Results) -> list[Line]:
    """All legs, largest flow first; legs between the same two places fan out."""
    flows = leg_flows(results)
    places = results.scenario.places
    fan: defaultdict[tuple[str, str], int] = defaultdict(int)
    lines = []
    for name, leg in sorted(results.scenario.legs.items(), key=lambda item: -flows[item[0]]):
        start, end = places[leg.origin], places[leg.to]
        bend = 0.10 + 0.16 * fan[leg.origin, leg.to]
        fan[leg.origin, leg.to] += 1
        curve = _curve(np.array([start.lon, start.lat]), np.array([end.lon, end.lat]), bend)
        lines.append(Line(name, flows[name], leg.clandestine, leg.mode, curve))
    return lines


def _curve(start: Points, end: Points, bend: float) -> Points:
    """A bow from start to end, to the right of the way, so that the way back bows to the other side."""
    along = end - start
    middle = (start + end) / 2 + bend * np.array([along[1], -along[0]])
    # The control point stands twice as far out as the curve's own middle.
    control = 2 * middle - (start + end) / 2
    return (1 - _SHARE) ** 2 * start + 2 * (1 - _SHARE) * _SHARE * control + _SHARE**2 * end


def _width(flow: float, largest: float) -> float:
    return max(THINNEST, WIDEST * float(np.sqrt(flow / largest))) if largest > 0 else THINNEST


def _draw(
    axes: Axes,
    lines: list[Line],
    places: dict[str, tuple[float, float, str]],
    window: tuple[float, float, float, float],
    largest: float,
    unnamed: set[str],
) -> None:
    draw_coast(axes, *window)
    for order, line in enumerate(lines):
        if line.flow <= 0:
            axes.plot(*line.curve.T, color="#8A8A8A", linewidth=1.1, linestyle=":", zorder=2)
            continue
        width = _width(line.flow, largest)
        color = VERMILLION if line.clandestine else BLUE
        axes.plot(
            *line.curve.T,
            color=color,
            linewidth=width,
            linestyle=_STYLES.get(line.mode, "solid"),
            alpha=0.8,
            solid_capstyle="butt",
            dash_capstyle="butt",
            zorder=3 + order / 1000,
        )
        _arrow(axes, line.curve, color, width)
    shown = [name for name in places if _in(places[name], window)]
    spots = np.array([places[name][:2] for name in shown])
    axes.plot(
        *spots.T, "o", color="white", markeredgecolor=BLACK, markersize=6, markeredgewidth=1.4, zorder=6
    )
    named = [name for name in shown if name not in unnamed]
    if named:
        inside = np.concatenate([line.curve for line in lines if line.flow > 0] or [np.empty((0, 2))])
        place_labels(
            axes, [places[n][2] for n in named], np.array([places[n][:2] for n in named]), inside, size=11
        )


def _arrow(axes: Axes, curve: Points, color: str, width: float) -> None:
    """An arrow head a little after the middle of a curve, where the curve is long enough to show one."""
    ends = axes.transData.transform(curve[[0, -1]])
    head_size = 9 + 1.6 * width
    if np.linalg.norm(ends[1] - ends[0]) < 3 * head_size * axes.figure.dpi / 72:
        return
    at = int(len(curve) * 0.58)
    axes.annotate(
        "",
        xy=tuple(curve[at + 1]),
        xytext=tuple(curve[at]),
        arrowprops={
            "arrowstyle": "-|>",
            "color": color,
            "mutation_scale": head_size,
            "linewidth": 0,
            "shrinkA": 0,
            "shrinkB": 0,
        },
        zorder=5,
        annotation_clip=True,
    )


def _window(places: dict[str, tuple[float, float, str]]) -> tuple[float, float, float, float]:
    lon = [place[0] for place in places.values()]
    lat = [place[1] for place in places.values()]
    margin = 0.06 * max(max(lon) - min(lon), max(lat) - min(lat), 10)
    return min(lon) - margin, max(lon) + margin, min(lat) - margin, max(lat) + margin


def _in(place: tuple[float, float, str], window: tuple[float, float, float, float]) -> bool:
    west, east, south, north = window
    return west < place[0] < east and south < place[1] < north


def _frame(left: Axes, right: Axes) -> None:
    """Show on the left map what the right one enlarges."""
    from matplotlib.patches import Rectangle

    west, east, south, north = CENTRAL_AMERICA
    left.add_patch(
        Rectangle(
            (west, south), east - west, north - south, fill=False, edgecolor=BLACK, linewidth=1.2, zorder=6
        )
    )
    left.text(
        east + 0.8,
        north - 0.3,
        "enlarged\non the right",
        fontsize=10,
        style="italic",
        va="top",
        color=BLACK,
        zorder=6,
    )
    right.text(
        0.985,
        0.975,
        "Central America, enlarged",
        transform=right.transAxes,
        ha="right",
        va="top",
        fontsize=12,
    )
    for side in right.spines.values():
        side.set_color(BLACK)
        side.set_linewidth(1.2)


def _legend(figure: Figure, at: tuple[float, float, float, float], largest: float, lines: list[Line]) -> None:
    from matplotlib.lines import Line2D

    axes = figure.add_axes(at)
    axes.axis("off")
    widths = [
        Line2D([], [], color=GREY, linewidth=_width(flow, largest), label=f"{number(flow)} persons a year")
        for flow in _round_flows(largest)
    ]
    first = axes.legend(
        handles=widths,
        loc="upper left",
        title="Width",
        fontsize=11,
        handlelength=3,
        labelspacing=0.9,
        alignment="left",
    )
    axes.add_artist(first)
    modes = {line.mode for line in lines}
    kinds = [
        Line2D([], [], color=BLUE, linewidth=4, label="open (a regular way to travel)"),
        Line2D([], [], color=VERMILLION, linewidth=4, label="clandestine (avoids control)"),
        Line2D([], [], color=GREY, linewidth=3, label="on land"),
    ]
    if "boat" in modes:
        kinds.append(Line2D([], [], color=GREY, linewidth=3, linestyle=_STYLES["boat"], label="by boat"))
    if "air" in modes:
        kinds.append(Line2D([], [], color=GREY, linewidth=3, linestyle=_STYLES["air"], label="by air"))
    if any(line.flow <= 0 for line in lines):
        kinds.append(Line2D([], [], color="#8A8A8A", linewidth=1.1, linestyle=":", label="nobody took it"))
    axes.legend(
        handles=kinds,
        loc="upper left",
        bbox_to_anchor=(0.42, 1.0) if at[2] > 0.4 else (0.0, 0.5),
        title="Colour and line",
        fontsize=11,
        handlelength=3,
        alignment="left",
    )


def _round_flows(largest: float) -> list[float]:
    """Three or four round numbers that span the flows, for the legend."""
    if largest <= 0:
        return []
    steps = [factor * 10.0**power for power in range(7) for factor in (1, 3)]
    fitting = [step for step in steps if largest / 400 <= step <= largest * 1.05]
    return fitting[:: -max(1, len(fitting) // 4)][:4][::-1] or [largest]
