"""The route as a map: who took which leg, as lines whose width is the flow."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from darien.report.coast import draw_coast
from darien.report.labels import place_labels
from darien.report.panels import Box, Panel
from darien.report.replicates import across, years
from darien.report.sheet import Sheet
from darien.report.style import BLACK, BLUE, VERMILLION, head, key, note, number

if TYPE_CHECKING:
    from darien.record.store import Results

Points = npt.NDArray[np.float64]
CENTRAL_AMERICA = (-93.8, -75.6, 6.3, 17.6)  # west, east, south, north of the close view
CROWDED = 6  # places in Central America, from which on there is a close view of it
WIDEST = 13.0  # points, of the leg with the largest flow
THINNEST = 0.8
IDLE = "#8A8A8A"  # legs that nobody took
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


def draw_route(results: Results) -> Sheet:
    """The map: legs as lines, width by persons a year (mean of replicates), places by name."""
    lines = _lines(results)
    places = {name: (place.lon, place.lat, place.label) for name, place in results.scenario.places.items()}
    west, east, south, north = _window(places)
    close = [name for name in places if _in(places[name], CENTRAL_AMERICA)]
    inset = len(close) >= CROWDED and len(close) < len(places)
    sheet = Sheet(16, 8.6 if inset else 11)
    high = sheet.height
    largest = max((line.flow for line in lines), default=0.0)
    room = (0.02 * 16, 0.09 * high, (0.46 if inset else 0.70) * 16, 0.80 * high)
    left = _map(sheet, room, (west, east, south, north), to_right=False)
    _draw(left, lines, places, largest, set(close) if inset else set())
    if inset:
        room = (0.495 * 16, 0.26 * high, 0.49 * 16, 0.63 * high)
        right = _map(sheet, room, CENTRAL_AMERICA, to_right=True)
        _draw(right, lines, places, largest, set(places) - set(close))
        _frame(left, right)
        _keys(sheet, [(0.503 * 16, 0.275 * high), (0.71 * 16, 0.275 * high)], largest, lines)
    else:
        _keys(sheet, [(0.74 * 16, 0.70 * high), (0.74 * 16, 0.50 * high)], largest, lines)
    period = results.scenario.period
    head(
        sheet,
        "Where people travel: the simulated flow on each leg of the route",
        f"The thicker the line, the more people travelled there in a year "
        f"({period.start} to {period.end}, {_mean_of(len(results.replicates))}, all groups).",
    )
    note(sheet, "Line width grows with the square root of the number of people. Coasts: Natural Earth.")
    return sheet


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


def _map(sheet: Sheet, room: Box, window: tuple[float, float, float, float], *, to_right: bool) -> Panel:
    """The largest panel at the top of some room that shows a window of degrees without distortion."""
    west, east, south, north = window
    left, bottom, width, height = room
    wide = (east - west) * float(np.cos(np.radians((south + north) / 2)))
    scale = min(width / wide, height / (north - south))
    across, up = scale * wide, scale * (north - south)
    start = left + width - across if to_right else left
    return Panel(sheet, (start, bottom + height - up, across, up), (west, east), (south, north))


def _draw(
    panel: Panel,
    lines: list[Line],
    places: dict[str, tuple[float, float, str]],
    largest: float,
    unnamed: set[str],
) -> None:
    from matplotlib.collections import LineCollection

    draw_coast(panel)
    idle = [panel.inches(line.curve) for line in lines if line.flow <= 0]
    panel.add(LineCollection(idle, colors=IDLE, linewidths=1.1, linestyles=":", zorder=2))
    used = [line for line in lines if line.flow > 0]
    curves = [panel.inches(line.curve) for line in used]
    widths = [_width(line.flow, largest) for line in used]
    colors = [VERMILLION if line.clandestine else BLUE for line in used]
    panel.add(
        LineCollection(
            curves,
            colors=colors,
            linewidths=widths,
            linestyles=[_STYLES.get(line.mode, "solid") for line in used],
            alpha=0.8,
            capstyle="butt",
            joinstyle="round",
            zorder=3,
        )
    )
    _arrows(panel, curves, colors, widths)
    window = (*panel.xlim, *panel.ylim)
    shown = [name for name in places if _in(places[name], window)]
    x, y = np.array([places[name][:2] for name in shown]).reshape(-1, 2).T
    panel.marks(x, y, "white", "o", 6, markeredgecolor=BLACK, markeredgewidth=1.4, zorder=6)
    named = [name for name in shown if name not in unnamed]
    if named:
        inside = np.concatenate([line.curve for line in used] or [np.empty((0, 2))])
        place_labels(panel, [places[n][2] for n in named], np.array([places[n][:2] for n in named]), inside)
    _outline(panel, "#A8A8A8", 0.8)


def _arrows(panel: Panel, curves: list[Points], colors: list[str], widths: list[float]) -> None:
    """Arrow heads a little after the middle of the curves that are long enough to show one."""
    from matplotlib.collections import PolyCollection

    heads, of = [], []
    for curve, color, width in zip(curves, colors, widths, strict=True):
        size = (9 + 1.6 * width) / 72
        at = int(len(curve) * 0.58)
        tip, along = curve[at + 1], curve[at + 1] - curve[at]
        ends = np.linalg.norm(curve[-1] - curve[0])
        inside = panel.left <= tip[0] <= panel.left + panel.width
        inside = inside and panel.bottom <= tip[1] <= panel.bottom + panel.height
        if ends < 3 * size or not inside:
            continue
        along = along / np.linalg.norm(along)
        back, side = tip - 0.4 * size * along, 0.2 * size * np.array([-along[1], along[0]])
        heads.append([tip, back + side, back - side])
        of.append(color)
    panel.add(PolyCollection(heads, facecolors=of, linewidths=0, zorder=5))


def _outline(panel: Panel, color: str, width: float) -> None:
    from matplotlib.patches import Rectangle

    corner, size = (panel.left, panel.bottom), (panel.width, panel.height)
    edge = Rectangle(corner, *size, fill=False, edgecolor=color, linewidth=width, zorder=8)
    panel.add(edge, clip=False)


def _window(places: dict[str, tuple[float, float, str]]) -> tuple[float, float, float, float]:
    lon = [place[0] for place in places.values()]
    lat = [place[1] for place in places.values()]
    margin = 0.06 * max(max(lon) - min(lon), max(lat) - min(lat), 10)
    return min(lon) - margin, max(lon) + margin, min(lat) - margin, max(lat) + margin


def _in(place: tuple[float, float, str], window: tuple[float, float, float, float]) -> bool:
    west, east, south, north = window
    return west < place[0] < east and south < place[1] < north


def _frame(left: Panel, right: Panel) -> None:
    """Show on the left map what the right one enlarges."""
    from matplotlib.patches import Rectangle

    west, east, south, north = CENTRAL_AMERICA
    (x0, y0), (x1, y1) = left.inches([(west, south), (east, north)])
    box = Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, edgecolor=BLACK, linewidth=1.2, zorder=6)
    left.add(box)
    left.sheet.write(x1 + 0.09, y1 - 0.03, "enlarged\non the right", 10, face="italic", up="top")
    right.write(0.985, 0.975, "Central America, enlarged", 12, across="right", up="top")
    _outline(right, BLACK, 1.2)


def _keys(sheet: Sheet, at: list[tuple[float, float]], largest: float, lines: list[Line]) -> None:
    """What width and colour mean, each from a place on the sheet downwards."""
    widths: list[tuple[str, dict[str, Any]]] = [
        (f"{number(flow)} persons a year", {"linewidth": _width(flow, largest)})
        for flow in _round_flows(largest)
    ]
    modes = {line.mode for line in lines}
    kinds: list[tuple[str, dict[str, Any]]] = [
        ("open (a regular way to travel)", {"color": BLUE, "linewidth": 4}),
        ("clandestine (avoids control)", {"color": VERMILLION, "linewidth": 4}),
        ("on land", {"linewidth": 3}),
    ]
    for mode in ("boat", "air"):
        if mode in modes:
            kinds.append(
                (f"by {mode}", {"linewidth": 3, "linestyle": _STYLES[mode], "dash_capstyle": "butt"})
            )
    if any(line.flow <= 0 for line in lines):
        kinds.append(("nobody took it", {"color": IDLE, "linewidth": 1.1, "linestyle": ":"}))
    for (left, top), title, entries, pitch in (
        (at[0], "Width", widths, 0.29),
        (at[1], "Colour and line", kinds, 0.235),
    ):
        sheet.write(left, top, title, 11, up="top")
        key(sheet, left, top - 0.22, entries, size=11, rows=len(entries) or 1, pitch=pitch, wide=0.5)


def _round_flows(largest: float) -> list[float]:
    """Three or four round numbers that span the flows, for the legend."""
    if largest <= 0:
        return []
    steps = [factor * 10.0**power for power in range(7) for factor in (1, 3)]
    fitting = [step for step in steps if largest / 400 <= step <= largest * 1.05]
    return fitting[:: -max(1, len(fitting) // 4)][:4][::-1] or [largest]
