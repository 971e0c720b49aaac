"""Trade-offs in a picture: what options change in two outcomes, enforcement against harm.

Draws the tables ``axes`` and ``pareto`` that :mod:`darien.experiments.tradeoffs` makes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from darien.record.compared import BASE
from darien.report.displacement import signed
from darien.report.labels import place_labels
from darien.report.named_rows import WIDE, assumed, outcome_words, wrapped
from darien.report.panels import Floats, Panel
from darien.report.scales import Scale, around_zero
from darien.report.sheet import Sheet
from darien.report.style import BLACK, BLUE, GREY, VERMILLION, head, key, note, number

if TYPE_CHECKING:
    import pandas as pd

FEW = 6  # options, all of which are drawn, near the base or not
LABELLED = 15  # options with a number and a line in the list, at most
_HIGH, _LIST = 8.9, 4.25  # inches of the sheet, and of the list beside the panel
_LEFT, _BOTTOM, _TOP = 1.6, 2.35, 1.35  # inches beside, below and above the panel
_ARROW = 0.75  # inches
_WIDTHS = {90: 1.2, 50: 3.2}  # points of the line of an interval
_Entries = list[tuple[str, dict[str, Any]]]


def intervals_hold(manifest: dict[str, Any]) -> str:
    """What the intervals of a comparison's figures are of, by its manifest."""
    pairs, fit = manifest["replicates"], manifest.get("fit")
    if fit is not None:
        return (
            f"Intervals hold 50 and 90 % of the differences of {pairs} pairs of runs, each pair with another "
            f"draw of the fit {fit['name']}."
        )
    return (
        f"Intervals are of the mean of {pairs} pairs of runs (Student's t): they hold chance alone, not what "
        "is unknown about the model's numbers."
    )


@dataclass(frozen=True)
class _Axis:
    """One of the two outcomes: its rows by option, and its scale."""

    outcome: str
    rows: pd.DataFrame
    scale: Scale

    def at(self, option: str) -> float:
        """Where an option stands."""
        return float(self.scale(self.rows.loc[option, "difference"]))

    def ends(self, option: str, level: int) -> Floats:
        """Where its interval begins and ends."""
        return self.scale(self.rows.loc[option, [f"low_{level}", f"high_{level}"]].to_numpy(float))

    @property
    def better(self) -> str:
        return str(self.rows["better"].iloc[0])

    @property
    def words(self) -> str:
        return (
            f"{outcome_words(self.outcome)}: {self.rows['unit'].iloc[0]} more or fewer than the "
            f"{number(self.rows['base'].iloc[0])} of the base; {self.better} is called better"
        )


def draw_tradeoff(
    axes: pd.DataFrame, pareto: pd.DataFrame, across: str, up: str, manifest: dict[str, Any]
) -> Sheet:
    """Options by what they change in two outcomes, with their intervals both ways; the front is marked.

    ``across`` and ``up``: outcomes of ``axes``. The front is that over all outcomes of ``axes``, however
    many. Options near the base on both (both 90 % intervals hold 0) are named below, not drawn, where there
    are more than a few.
    Raises ValueError for an outcome that is not there.
    """
    tables = [axes[axes["outcome"] == outcome].set_index("option") for outcome in (across, up)]
    for outcome, rows in zip((across, up), tables, strict=True):
        if rows.empty:
            raise ValueError(f"axes.csv has no outcome {outcome}")
    options = [name for name in tables[0].index if name != BASE]
    near = [name for name in options if all(_holds_zero(rows.loc[name]) for rows in tables)]
    drawn = [name for name in options if name not in near]
    if not drawn or len(options) <= FEW:
        drawn, near = options, []
    x, y = (
        _Axis(
            outcome, rows, around_zero(rows.loc[drawn, "difference"], rows.loc[drawn, ["low_90", "high_90"]])
        )
        for outcome, rows in zip((across, up), tables, strict=True)
    )
    front = pareto.set_index("option")
    shown = _most_telling(drawn, front, x, y)
    sheet = Sheet(WIDE, _HIGH)
    panel = _panel(sheet, x, y)
    _points(panel, x, y, drawn, shown, front)
    _list(sheet, WIDE - _LIST, _HIGH - 1.4, shown, front)
    how = (
        "Each point is an option: how much it changes both, beside the base. An option is on the front where "
        f"no other is as good on all of {_stated(axes)} and better on one."
    )
    title = f"{outcome_words(up)} against {outcome_words(across)}"
    head(sheet, title[:1].upper() + title[1:], wrapped(how, 11.5))
    entries: _Entries = [
        ("on the front (of the means)", {"marker": "o", "markersize": 8, "color": BLUE}),
        ("not on it", {"marker": "o", "markersize": 8, "color": GREY, "markerfacecolor": "white"}),
        *((f"{level} % interval", {"linewidth": width}) for level, width in _WIDTHS.items()),
    ]
    key(sheet, _LEFT, 1.5, entries)
    said = ["Scales are drawn together away from 0."] if x.scale.bent or y.scale.bent else []
    if len(drawn) > len(shown):
        said.append(f"{len(drawn) - len(shown)} more options are drawn without a number.")
    said.append(intervals_hold(manifest))
    beside = (
        f"Near the base on both (both 90 % intervals hold 0), not drawn: {', '.join(near)}." if near else ""
    )
    said.append(assumed(manifest, (across, up)))
    note(sheet, wrapped(" ".join(filter(None, said)), 9.5), wrapped(beside, 9.5))
    return sheet


def _panel(sheet: Sheet, x: _Axis, y: _Axis) -> Panel:
    """The empty panel: scales, a cross at the base, names of the axes, arrows to what is called better."""
    box = (_LEFT, _BOTTOM, WIDE - _LIST - _LEFT - 0.25, _HIGH - _BOTTOM - _TOP)
    panel = Panel(sheet, box, x.scale.limits, y.scale.limits)
    ticks_x, ticks_y = x.scale.ticks(6), y.scale.ticks(7)
    panel.frame(x.scale(ticks_x), y.scale(ticks_y), marks=3.5)
    panel.label_x(x.scale(ticks_x), [signed(value) for value in ticks_x], 11)
    panel.label_y(y.scale(ticks_y), [signed(value) for value in ticks_y], 11)
    panel.line(panel.xlim, [0, 0], GREY, 1.1)
    panel.line([0, 0], panel.ylim, GREY, 1.1)
    sheet.write(panel.left, panel.bottom - 0.62, x.words, 11.5, up="top")
    panel.write(0, 1, y.words, 11.5, up_by=9)
    _better(panel, x.better, y.better)
    return panel


def _points(
    panel: Panel, x: _Axis, y: _Axis, drawn: list[str], shown: list[str], front: pd.DataFrame
) -> None:
    """The options with their intervals, and the numbers of those in the list."""
    strokes = [_along(panel.xlim, 0.0), _along(panel.ylim, 0.0)[:, ::-1]]
    for name in drawn:
        on_front = bool(front.loc[name, "on_front"])
        color = BLUE if on_front else GREY
        for level, width in _WIDTHS.items():
            panel.line(x.ends(name, level), [y.at(name)] * 2, color, width)
            panel.line([x.at(name)] * 2, y.ends(name, level), color, width)
        strokes += [_along(x.ends(name, 90), y.at(name)), _along(y.ends(name, 90), x.at(name))[:, ::-1]]
        look = {} if on_front else {"markerfacecolor": "white", "markeredgewidth": 1.6}
        panel.marks([x.at(name)], [y.at(name)], color, "o", 8, zorder=5, **look)
    panel.marks([0], [0], BLACK, "s", 8, zorder=6)
    texts = [*(str(position) for position in range(1, len(shown) + 1)), "base"]
    at = np.array([*((x.at(name), y.at(name)) for name in shown), (0.0, 0.0)])
    place_labels(panel, texts, at, np.concatenate(strokes), size=12)


def _along(ends: Any, across: float) -> Floats:
    """Points along a level line, for names to keep clear of."""
    low, high = ends
    return np.column_stack([np.linspace(low, high, 40), np.full(40, across)])


def _holds_zero(row: pd.Series) -> bool:
    return bool(row["low_90"] <= 0 <= row["high_90"])


def _most_telling(drawn: list[str], front: pd.DataFrame, x: _Axis, y: _Axis) -> list[str]:
    """At most :data:`LABELLED` options: those on the front, the likeliest on it, the farthest out."""
    most = {axis.outcome: axis.rows["difference"].abs().max() or 1.0 for axis in (x, y)}

    def far(name: str) -> float:
        return sum(abs(axis.rows.loc[name, "difference"]) / most[axis.outcome] for axis in (x, y))

    def rank(name: str) -> tuple[bool, float, float]:
        return not front.loc[name, "on_front"], -front.loc[name, "probability_on_front"], -far(name)

    return sorted(drawn, key=rank)[:LABELLED]


def _list(sheet: Sheet, left: float, top: float, shown: list[str], front: pd.DataFrame) -> None:
    """The numbers with what they stand for and how probably each is on the front."""
    sheet.write(left, top, "share of draws in which it is on the front", 11, color=GREY, up="top")
    step = min(0.42, (top - 2.3) / max(1, len(shown)))
    for position, name in enumerate(shown):
        y = top - 0.45 - position * step
        on = bool(front.loc[name, "on_front"])
        sheet.write(left + 0.28, y, str(position + 1), 12, across="right", up="middle", face="bold")
        color = BLACK if on else GREY
        share = f"{100 * front.loc[name, 'probability_on_front']:.0f} %"
        sheet.write(left + 0.88, y, share, 11, across="right", up="middle", color=color)
        sheet.write(left + 1.0, y, name, 11, up="middle", color=color, face="bold" if on else "regular")


def _better(panel: Panel, way_x: str, way_y: str) -> None:
    """Arrows along both edges towards what is called better, with the word for it."""
    look = {"color": VERMILLION, "face": "bold"}
    right, above = way_x == "higher", way_y == "higher"
    tip, y, back = panel.left + (panel.width if right else 0), panel.bottom - 0.45, -1 if right else 1
    _arrow(panel, (tip + back * _ARROW, y), (tip, y))
    side = "right" if right else "left"
    panel.sheet.write(tip + back * (_ARROW + 0.1), y, "better", 11.5, up="middle", across=side, **look)
    tip, x, back = panel.bottom + (panel.height if above else 0), panel.left - 1.28, -1 if above else 1
    _arrow(panel, (x, tip + back * _ARROW), (x, tip))
    panel.sheet.write(x, tip + back * (_ARROW + 0.4), "better", 11.5, upright=True, **look)


def _arrow(panel: Panel, tail: tuple[float, float], tip: tuple[float, float]) -> None:
    """An arrow between two places of the sheet."""
    from matplotlib.patches import FancyArrowPatch

    look: dict[str, Any] = {"arrowstyle": "simple", "mutation_scale": 18, "color": VERMILLION, "linewidth": 0}
    panel.add(FancyArrowPatch(tail, tip, shrinkA=0, shrinkB=0, **look), clip=False)


def _stated(axes: pd.DataFrame) -> str:
    """The stated outcomes with their directions: died (lower), reached border (lower)."""
    ways = axes.drop_duplicates("outcome").set_index("outcome")["better"]
    return ", ".join(f"{outcome_words(str(name))} ({way})" for name, way in ways.items())
