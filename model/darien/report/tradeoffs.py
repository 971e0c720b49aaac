"""Trade-offs in pictures: enforcement against harm, and what each option may be regretted by.

Draws the tables that :mod:`darien.experiments.tradeoffs` makes: ``axes``, ``pareto`` and ``regret``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from darien.record.compared import BASE
from darien.report.displacement import signed
from darien.report.labels import place_labels
from darien.report.named_rows import FOOT, WIDE, named_rows, outcome_words, rows_height, wrapped
from darien.report.panels import Panel
from darien.report.scales import around_zero
from darien.report.sheet import Sheet
from darien.report.style import BLACK, BLUE, GREY, VERMILLION, head, key, note, number

if TYPE_CHECKING:
    import pandas as pd

LABELLED = 15  # options with a number and a line in the list, at most
_HIGH, _LIST = 8.9, 4.25  # inches of the sheet, and of the list beside the panel


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


def draw_tradeoff(
    axes: pd.DataFrame, pareto: pd.DataFrame, across: str, up: str, manifest: dict[str, Any]
) -> Sheet:
    """Options by what they change in two outcomes, with their intervals both ways; the front is marked.

    ``across`` and ``up``: outcomes of ``axes``. The front is that over all outcomes of ``axes``, however
    many. Options that are near the base on both (both 90 % intervals hold 0) are named below, not drawn.
    Raises ValueError for an outcome that is not there.
    """
    tables = {}
    for outcome in (across, up):
        tables[outcome] = axes[axes["outcome"] == outcome].set_index("option")
        if tables[outcome].empty:
            raise ValueError(f"axes.csv has no outcome {outcome}")
    x, y = tables[across], tables[up]
    unclear = [name for name in x.index if name != BASE and _holds_zero(x.loc[name], y.loc[name])]
    drawn = [name for name in x.index if name != BASE and name not in unclear]
    front = pareto.set_index("option")
    shown = _most_telling(drawn, front, x, y)
    sheet = Sheet(WIDE, _HIGH)
    left, bottom = 1.25, 2.35
    box = (left, bottom, WIDE - _LIST - left - 0.25, _HIGH - bottom - 1.35)
    of_x = around_zero(x.loc[drawn, "difference"], x.loc[drawn, ["low_90", "high_90"]].to_numpy().ravel())
    of_y = around_zero(y.loc[drawn, "difference"], y.loc[drawn, ["low_90", "high_90"]].to_numpy().ravel())
    panel = Panel(sheet, box, of_x.limits, of_y.limits)
    ticks_x, ticks_y = of_x.ticks(6), of_y.ticks(7)
    panel.frame(of_x(ticks_x), of_y(ticks_y), marks=3.5)
    panel.label_x(of_x(ticks_x), [signed(value) for value in ticks_x], 11)
    panel.label_y(of_y(ticks_y), [signed(value) for value in ticks_y], 11)
    panel.line(panel.xlim, of_y([0, 0]), GREY, 1.1)
    panel.line(of_x([0, 0]), panel.ylim, GREY, 1.1)
    strokes = [np.column_stack([of_x([0] * 80), np.linspace(*panel.ylim, 80)])]
    strokes.append(np.column_stack([np.linspace(*panel.xlim, 80), of_y([0] * 80)]))
    for name in drawn:
        color = BLUE if front.loc[name, "on_front"] else GREY
        here = (of_x(x.loc[name, "difference"]), of_y(y.loc[name, "difference"]))
        for level, width in ((90, 1.2), (50, 3.2)):
            ends_x = of_x(x.loc[name, [f"low_{level}", f"high_{level}"]].to_numpy(float))
            ends_y = of_y(y.loc[name, [f"low_{level}", f"high_{level}"]].to_numpy(float))
            panel.line(ends_x, [here[1]] * 2, color, width)
            panel.line([here[0]] * 2, ends_y, color, width)
            strokes.append(np.column_stack([np.linspace(*ends_x, 30), np.repeat(here[1], 30)]))
            strokes.append(np.column_stack([np.repeat(here[0], 30), np.linspace(*ends_y, 30)]))
        panel.marks([here[0]], [here[1]], color, "o", 8, zorder=5, **_look(bool(front.loc[name, "on_front"])))
    panel.marks(of_x([0]), of_y([0]), BLACK, "s", 8, zorder=6)
    places = np.array(
        [[float(of_x(x.loc[n, "difference"])), float(of_y(y.loc[n, "difference"]))] for n in shown]
    )
    texts = [str(position) for position in range(1, len(shown) + 1)]
    at = np.vstack([places.reshape(-1, 2), [[float(of_x(0)), float(of_y(0))]]])
    place_labels(panel, [*texts, "base"], at, np.concatenate(strokes), size=12)
    _better(panel, x["better"].iloc[0], y["better"].iloc[0])
    _name_axes(panel, x, y, (across, up), (of_x.bent, of_y.bent))
    _list(sheet, WIDE - _LIST, _HIGH - 1.4, shown, front)
    alike = list(dict.fromkeys(axes["outcome"]))
    how = (
        "Each point is an option: how much it changes both, beside the base. An option is on the front where "
        f"no other is as good on all of {_together(axes, alike)} and better on one."
    )
    head(sheet, f"{outcome_words(up)} against {outcome_words(across).lower()}", wrapped(how, 11.5))
    entries: list[tuple[str, dict[str, Any]]] = [
        ("on the front (of the means)", {"marker": "o", "markersize": 8, "color": BLUE}),
        ("not on it", {"marker": "o", "markersize": 8, "color": GREY, "markerfacecolor": "white"}),
        ("50 % interval", {"linewidth": 3.2}),
        ("90 % interval", {"linewidth": 1.2}),
    ]
    key(sheet, left, 1.5, entries)
    bent = "Scales are drawn together away from 0. " if of_x.bent or of_y.bent else ""
    near = (
        f"Near the base on both (both 90 % intervals hold 0), not drawn: {', '.join(unclear)}."
        if unclear
        else ""
    )
    rest = len(drawn) - len(shown)
    more = f"{rest} more options are drawn without a number. " if rest else ""
    note(sheet, wrapped(bent + more + intervals_hold(manifest), 9.5), wrapped(near, 9.5))
    return sheet


def draw_regret(regret: pd.DataFrame, of: str, most: int = 20) -> Sheet:
    """How far each option falls short of the best one of each draw: mean, 90 % interval, maximum.

    ``of``: an outcome, or 'weighted'. The ``most`` with the least mean are drawn. Raises ValueError for
    an outcome that is not there.
    """
    table = regret[regret["of"] == of].sort_values("mean", kind="stable")
    if table.empty:
        raise ValueError(f"regret.csv has nothing of {of}")
    left_out, table = len(table) - most, table.iloc[:most]
    unit = table["unit"].iloc[0]
    sheet = Sheet(WIDE, rows_height(len(table)))
    top = float(table["maximum"].max()) or 1.0
    panel = named_rows(sheet, list(table["option"]), (0.0, 1.04 * top), right=1.75)
    rows = np.arange(len(table), dtype=float)
    panel.bars(rows, table["mean"], BLUE, 0.55)
    for row, (low, high) in enumerate(table[["low_90", "high_90"]].to_numpy(float)):
        panel.line([low, high], [row, row], BLACK, 1.5, zorder=4)
    panel.marks(table["maximum"], rows, VERMILLION, "D", 6, zorder=5)
    for row, share in enumerate(table["probability_best"]):
        panel.write(1, 1 - (row + 0.5) / len(table), f"best in {100 * share:.0f} %", 11, up="middle")
    words = "all stated outcomes, weighted" if of == "weighted" else outcome_words(of).lower()
    panel.sheet.write(panel.left, panel.bottom - 0.45, f"regret: {words} ({unit})", 11.5, up="top")
    head(
        sheet,
        f"What each option may be regretted by: {words}",
        "In each draw the regret of an option is how far it falls short of the one that is best in that "
        "draw. Shorter is better.\nAn option with a small mean and a large maximum is a gamble.",
    )
    entries = [
        ("mean over the draws", {"linewidth": 9, "color": BLUE, "alpha": 0.85}),
        ("from 5 to 95 % of the draws", {"linewidth": 1.5, "color": BLACK}),
        ("largest in any draw", {"marker": "D", "markersize": 6, "color": VERMILLION}),
    ]
    key(sheet, panel.left, FOOT - 0.75, entries)
    note(sheet, f"{left_out} options with more regret are in regret.csv only." if left_out > 0 else "")
    return sheet


def _look(on_front: bool) -> dict[str, Any]:
    return {} if on_front else {"markerfacecolor": "white", "markeredgewidth": 1.6}


def _holds_zero(*rows: pd.Series) -> bool:
    return all(row["low_90"] <= 0 <= row["high_90"] for row in rows)


def _most_telling(drawn: list[str], front: pd.DataFrame, x: pd.DataFrame, y: pd.DataFrame) -> list[str]:
    """At most :data:`LABELLED` options: those on the front, the likeliest on it, the farthest out."""
    far = {
        name: sum(abs(t.loc[name, "difference"]) / (t["difference"].abs().max() or 1.0) for t in (x, y))
        for name in drawn
    }
    first = sorted(
        drawn,
        key=lambda name: (
            not front.loc[name, "on_front"],
            -front.loc[name, "probability_on_front"],
            -far[name],
        ),
    )
    return first[:LABELLED]


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
    right, above = way_x == "higher", way_y == "higher"
    end = panel.left + (panel.width if right else 0)
    y = panel.bottom - 0.45
    _arrow(panel, (end - 0.75 if right else end + 0.75, y), (end, y))
    side = "right" if right else "left"
    look = {"color": VERMILLION, "face": "bold"}
    panel.sheet.write(end + (-0.85 if right else 0.85), y, "better", 11.5, up="middle", across=side, **look)
    end = panel.bottom + (panel.height if above else 0)
    x = panel.left - 0.88
    _arrow(panel, (x, end - 0.75 if above else end + 0.75), (x, end))
    panel.sheet.write(x, end + (-1.15 if above else 1.15), "better", 11.5, upright=True, **look)


def _arrow(panel: Panel, tail: tuple[float, float], tip: tuple[float, float]) -> None:
    """An arrow between two places of the sheet."""
    from matplotlib.patches import FancyArrowPatch

    look: dict[str, Any] = {"arrowstyle": "simple", "mutation_scale": 18, "color": VERMILLION, "linewidth": 0}
    panel.add(FancyArrowPatch(tail, tip, shrinkA=0, shrinkB=0, **look), clip=False)


def _name_axes(
    panel: Panel, x: pd.DataFrame, y: pd.DataFrame, names: tuple[str, str], bent: tuple[bool, bool]
) -> None:
    words = [
        f"{outcome_words(name).lower()}: {table['unit'].iloc[0]} more or fewer than the "
        f"{number(table['base'].iloc[0])} of the base; {table['better'].iloc[0]} is called better"
        for name, table in zip(names, (x, y), strict=True)
    ]
    panel.sheet.write(panel.left, panel.bottom - 0.62, words[0], 11.5, up="top")
    panel.write(0, 1, words[1], 11.5, up_by=9)


def _together(axes: pd.DataFrame, outcomes: list[str]) -> str:
    """The stated outcomes with their directions: died (lower), reached border (lower)."""
    ways = axes.drop_duplicates("outcome").set_index("outcome")["better"]
    return ", ".join(f"{outcome_words(name).lower()} ({ways[name]})" for name in outcomes)
