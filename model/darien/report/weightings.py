"""Which option is best under which weighting: a strip for two outcomes, a triangle for three, bars for more.

Draws the tables of :mod:`darien.experiments.weightings`: ``weightings``, ``acceptability`` and ``swings``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from darien.report.named_rows import WIDE, assumed, named_rows, outcome_words, rows_height, wrapped
from darien.report.panels import Panel
from darien.report.sheet import Sheet
from darien.report.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PALE,
    PURPLE,
    SKY,
    VERMILLION,
    head,
    key,
    note,
    number,
)

if TYPE_CHECKING:
    import pandas as pd

COLORS = (BLUE, ORANGE, GREEN, VERMILLION, SKY, PURPLE)  # one for each option with its own; others are grey
PREFIX = "weight_"
_LIST = 4.3  # inches beside a strip or triangle
_LEAST = 0.005  # of the space of weights: an option with less has no bar


def draw_weightings(
    weightings: pd.DataFrame, acceptability: pd.DataFrame, swings: pd.DataFrame, manifest: dict[str, Any]
) -> Sheet:
    """The best option over the space of weights, by how many outcomes are weighed."""
    outcomes = [column.removeprefix(PREFIX) for column in weightings if column.startswith(PREFIX)]
    draw = {2: _strip, 3: _triangle}.get(len(outcomes), _bars)
    sheet = draw(weightings, acceptability, outcomes, swings.set_index("outcome"))
    unsure = swings[swings["sure"] < 0.9]["outcome"]
    doubt = (
        "The options may not differ at all on "
        f"{', '.join(outcome_words(name) for name in unsure)}: its best and worst "
        "change places in more than a tenth of the draws."
        if len(unsure)
        else ""
    )
    swing = (
        "A weight is of the swing: how much going from the worst option's mean to the best one's counts on "
        f"that outcome. {_swings(swings)}."
    )
    doubt = " ".join(filter(None, [doubt, assumed(manifest, list(swings["outcome"]))]))
    note(sheet, wrapped(swing, 9.5), wrapped(doubt, 9.5))
    return sheet


def _strip(
    weightings: pd.DataFrame, acceptability: pd.DataFrame, outcomes: list[str], swings: pd.DataFrame
) -> Sheet:
    """How probable each option is to be best as weight goes from one outcome to the other."""
    sheet = Sheet(WIDE, 7.2)
    box = (0.95, 2.0, WIDE - _LIST - 1.2, 7.2 - 2.0 - 1.75)
    panel = Panel(sheet, box, (0, 100), (0, 100))
    strip = Panel(sheet, (box[0], box[1] + box[3] + 0.12, box[2], 0.34), (0, 100), (0, 1))
    colors = _colors(acceptability)
    x = (
        100
        * weightings[weightings["option"] == weightings["option"].iloc[0]][PREFIX + outcomes[1]].to_numpy()
    )
    under = np.zeros(len(x))
    for name in [*(n for n in colors if colors[n] != GREY), *(n for n in colors if colors[n] == GREY)]:
        own = weightings[weightings["option"] == name]
        over = under + 100 * own["probability_best"].to_numpy()
        panel.band(x, under, over, colors[name], 0.85 if colors[name] != GREY else 0.4)
        under = over
    half = (x.max() - x.min()) / (len(x) - 1) / 2
    for name in colors:
        best = weightings[weightings["option"] == name]["best"].to_numpy() > 0
        for at in x[best]:
            strip.band([at - half, at + half], [0, 0], [1, 1], colors[name], 0.95)
    ticks = np.array([0, 25, 50, 75, 100])
    panel.frame(ticks, ticks, marks=3.5)
    panel.label_x(ticks, [f"{tick} %" for tick in ticks], 11)
    panel.label_y(ticks, [f"{tick} %" for tick in ticks], 11)
    panel.name_y("draws in which it is best", 11.5, away=0.72)
    strip.write(0, 1, "best in expectation", 11.5, up_by=5)
    ends = [_called(name, swings) for name in outcomes]
    sheet.write(box[0], box[1] - 0.4, f"\N{LEFTWARDS ARROW} all weight on {ends[0]}", 11.5, up="top")
    sheet.write(
        box[0] + box[2],
        box[1] - 0.62,
        f"all weight on {ends[1]} \N{RIGHTWARDS ARROW}",
        11.5,
        up="top",
        across="right",
    )
    _list(sheet, WIDE - _LIST + 0.15, 7.2 - 1.1, acceptability, colors)
    head(
        sheet,
        f"Which option is best, from all weight on {outcome_words(outcomes[0])} to all on "
        f"{outcome_words(outcomes[1])}",
        "Each place along the bottom is a weighting of the two outcomes; above it, in how many draws each "
        "option is the best one.",
    )
    return sheet


def _triangle(
    weightings: pd.DataFrame, acceptability: pd.DataFrame, outcomes: list[str], swings: pd.DataFrame
) -> Sheet:
    """The best option at each place of a triangle whose corners are all weight on one outcome."""
    high = 8.9
    sheet = Sheet(WIDE, high)
    side = 6.4
    box = (0.9, 2.15, side, side * np.sqrt(3) / 2)
    panel = Panel(sheet, box, (0, 1), (0, np.sqrt(3) / 2))
    corners = np.array([[0, 0], [1, 0], [0.5, np.sqrt(3) / 2]])
    edge = np.vstack([corners, corners[:1]])
    panel.line(edge[:, 0], edge[:, 1], GREY, 1.2)
    for share in (0.25, 0.5, 0.75):
        for k in range(3):
            one, other, far = corners[k], corners[(k + 1) % 3], corners[(k + 2) % 3]
            ends = np.array([share * far + (1 - share) * one, share * far + (1 - share) * other])
            panel.line(ends[:, 0], ends[:, 1], PALE, 0.8, zorder=0.6)
    colors = _colors(acceptability)
    best = weightings[weightings["best"] > 0]
    weights = best[[PREFIX + name for name in outcomes]].to_numpy()
    places = weights @ corners
    cells = weightings["weighting"].nunique()
    pitch = side / ((np.sqrt(8 * cells + 1) - 1) / 2)  # a triangle of so many cells has so many along a side
    for name in colors:
        mine = (best["option"] == name).to_numpy()
        for low, top, size in ((0, 0.5, 0.45), (0.5, 0.9, 0.72), (0.9, 1.01, 1.0)):
            sure = best["probability_best"].to_numpy()
            picked = mine & (sure >= low) & (sure < top)
            points = 72 * pitch * size
            panel.marks(
                places[picked, 0], places[picked, 1], colors[name], "h", points, markeredgewidth=0, zorder=3
            )
    called = [_called(name, swings) for name in outcomes]
    sheet.write(box[0] - 0.55, box[1] - 0.12, f"all weight on\n{called[0]}", 11.5, up="top")
    sheet.write(
        box[0] + side + 0.2, box[1] - 0.12, f"all weight on\n{called[1]}", 11.5, up="top", across="right"
    )
    top = box[1] + box[3]
    sheet.write(box[0] + side / 2 + 0.3, top + 0.02, f"all weight on\n{called[2]}", 11.5, up="middle")
    _list(sheet, WIDE - _LIST + 0.15, high - 1.35, acceptability, colors)
    for row, (size, words) in enumerate(
        ((1.0, "best in 90 % of the draws or more"), (0.72, "in 50 to 90 %"), (0.45, "in fewer than half"))
    ):
        look = {"marker": "h", "markersize": 72 * pitch * size, "markeredgewidth": 0, "color": BLACK}
        key(sheet, WIDE - _LIST + 0.1, 2.45 - 0.3 * row, [(words, look)])
    head(
        sheet,
        "Which option is best under which weighting of three outcomes",
        "Each place is a weighting: the nearer to a corner, the more that outcome counts. Colour: the option "
        "that is best in expectation;\nsize: how sure that is over the draws.",
    )
    return sheet


def _bars(
    weightings: pd.DataFrame, acceptability: pd.DataFrame, outcomes: list[str], swings: pd.DataFrame
) -> Sheet:
    """How much of the space of weights each option wins."""
    table = acceptability.sort_values(["acceptability", "wins"], ascending=False, kind="stable")
    shown = table[(table["acceptability"] >= _LEAST) | (table["wins"] >= _LEAST)]
    sheet = Sheet(WIDE, rows_height(len(shown), 0.35))
    highest = float(shown[["acceptability", "wins"]].max().max())
    panel = named_rows(sheet, list(shown["option"]), (0.0, min(100.0, 108 * highest)), below=0.35)
    rows = np.arange(len(shown), dtype=float)
    panel.bars(rows, 100 * shown["acceptability"], BLUE, 0.55)
    panel.marks(100 * shown["wins"], rows, VERMILLION, "D", 7, zorder=5)
    sheet.write(panel.left, panel.bottom - 0.36, "% of the weightings", 11.5, up="top")
    entries = [
        ("best, over weightings and draws", {"linewidth": 9, "color": BLUE, "alpha": 0.85}),
        ("best in expectation", {"marker": "D", "markersize": 7, "color": VERMILLION}),
    ]
    key(sheet, panel.left, panel.bottom - 0.6, entries)
    called = ", ".join(_called(name, swings) for name in outcomes)
    rest = len(table) - len(shown)
    head(
        sheet,
        "How often each option is best, whatever the weights",
        wrapped(
            f"Over all weightings of {called}. "
            + (f"{rest} more options are best under hardly any of them." if rest else ""),
            11.5,
        ),
    )
    return sheet


def _colors(acceptability: pd.DataFrame) -> dict[str, str]:
    """A colour for each of the options that win most, grey for the others, the largest first."""
    table = acceptability.assign(most=acceptability[["wins", "acceptability"]].max(axis=1))
    table = table.sort_values(["most", "acceptability"], ascending=False, kind="stable")
    names = [str(name) for name in table[table["most"] > 0]["option"]]
    return {name: COLORS[place] if place < len(COLORS) else GREY for place, name in enumerate(names)}


def _list(sheet: Sheet, left: float, top: float, acceptability: pd.DataFrame, colors: dict[str, str]) -> None:
    """Colours with the options they stand for, and how much of the space of weights each wins."""
    from matplotlib.patches import Rectangle

    table = acceptability.set_index("option")
    own = [name for name, color in colors.items() if color != GREY]
    lines = [
        (
            name,
            colors[name],
            f"best in expectation under {_percent(table.loc[name, 'wins'])} of the weightings,\n"
            f"in {_percent(table.loc[name, 'acceptability'])} of weightings and draws",
        )
        for name in own
    ]
    others = [name for name in colors if name not in own]
    if others:
        sums = table.loc[others].sum()
        lines.append(
            (
                f"{len(others)} others",
                GREY,
                f"{_percent(sums['wins'])} of the weightings,\n"
                f"{_percent(sums['acceptability'])} of weightings and draws",
            )
        )
    for row, (name, color, words) in enumerate(lines):
        y = top - 0.66 * row
        sheet.add(Rectangle((left, y - 0.26), 0.26, 0.26, color=color, alpha=0.9, linewidth=0))
        sheet.write(left + 0.38, y, name, 11.5, up="top", face="bold")
        sheet.write(left + 0.38, y - 0.21, words, 10, up="top", color=GREY)


def _called(outcome: str, swings: pd.DataFrame) -> str:
    return f"{outcome_words(outcome)} ({swings.loc[outcome, 'better']} is better)"


def _percent(share: float) -> str:
    return "less than 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def _swings(swings: pd.DataFrame) -> str:
    """What full weight on each outcome is a weight of."""
    return "; ".join(
        f"{outcome_words(str(row['outcome']))}: {number(row['worst_value'])} to "
        f"{number(row['best_value'])} {row['unit']}"
        for row in swings.to_dict("records")
    )
