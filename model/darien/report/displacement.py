"""How an option moved people between the ways out of a place, month by month."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from darien.record.compared import BASE
from darien.report.panels import Box, Panel, boxes, days, month_ticks, ticks_to
from darien.report.sheet import Sheet, wrapped
from darien.report.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    PURPLE,
    TITLE_LINE,
    VERMILLION,
    head,
    note,
    number,
)

if TYPE_CHECKING:
    import pandas as pd

    from darien.record.compared import Displacement
    from darien.scenario.schema import Scenario
    from darien.scenario.world import Leg, Place

ALL = ""  # the rows of all legs out of a place together
PLACES = 4  # panels at most
LEAST = 0.1  # of the largest shift: a place with less has no panel
COLORS = (BLUE, VERMILLION, GREEN, PURPLE)  # one for each leg of a panel, at most
BY_MODE = {"air": "by air", "foot": "on foot"}  # by bus, by boat, ...
_WIDE, _RIGHT = 12.6, 4.0  # inches of the sheet, and of the labels beside the panels
_HIGH, _GAP, _FOOT = 2.9, 1.0, 1.4  # inches of a panel, between two, and below the last
_ROUNDING = 1e-6  # persons
MINUS = "\N{MINUS SIGN}"


def draw_displacement(found: Displacement, option: str) -> Sheet | None:
    """A panel per place out of which the option moved most people between legs, from south to north.

    None where it clearly moved nobody.
    """
    monthly = found.by_month[found.by_month["option"] == option]
    total = found.total[found.total["option"] == option].set_index(["place", "leg"])
    shown = shifted(monthly)
    if not shown:
        return None
    scenario, says = found.scenario(option), found.options[option]
    title = f"{says[:1].upper()}{says[1:]}: who took another way, and when"
    title = wrapped(title, 17, 0.96 * _WIDE, "bold")
    top = 1.62 + TITLE_LINE * title.count("\n")
    height = top + len(shown) * (_HIGH + _GAP) - _GAP + _FOOT
    sheet = Sheet(_WIDE, height)
    grid = boxes(0.98, _WIDE - _RIGHT, _FOOT, height - top, 1, len(shown), gap_x=0, gap_y=_GAP)
    for (box,), place in zip(grid, shown, strict=True):
        here = monthly[monthly["place"] == place]
        panel = _panel(sheet, box, here, total.loc[place], scenario)
        panel.write(0, 1, f"Out of {scenario.places[place].label}", 12.5, up_by=22, face="bold")
        panel.write(0, 1, _together(total.loc[(place, ALL)]), 10.5, up_by=7, color=GREY)
    order = " Places from south to north, each on a scale of its own." if len(shown) > 1 else ""
    head(
        sheet,
        title,
        "How many more (above 0) or fewer (below 0) people set out on each way in each month than in the "
        f"base:\n{found.scenario(BASE).title}.{order}",
    )
    note(sheet, how_to_read(found.manifest))
    return sheet


def how_to_read(manifest: dict[str, Any]) -> str:
    """What bands and brackets of the figure hold, by the manifest of a comparison."""
    pairs, fit = manifest["replicates"], manifest.get("fit")
    tables = "All places and ways that changed stand in displacement_total.csv."
    if fit is not None:
        return (
            f"Mean difference of {pairs} pairs of runs, each of the same people with the same luck, and each "
            f"pair with another draw of the fit {fit['name']}.\nBands, and numbers in brackets: 90 % of the "
            "differences, which is what the effect may be. Clear is a month whose interval leaves out 0.\n"
            + tables
        )
    return (
        f"Mean difference of {pairs} pairs of runs, each of the same people with the "
        "same luck. Bands, and numbers in brackets: its 90 % interval (Student's t).\n"
        "The interval holds chance alone, not what is unknown about the numbers of the model. Clear is a "
        f"month whose interval leaves out 0;\nof months without any effect 1 in 10 does so too. {tables}"
    )


def shifted(monthly: pd.DataFrame) -> list[str]:
    """Places to show of one option: at most :data:`PLACES` with the largest shift, in the order given.

    The shift of a place is half of the persons, over months and legs, who are on a leg or missing from it
    beside what the base's split of all who set out would give: so it tells moving between legs from more
    or fewer people coming by. Of each leg and month no more count than by how much the interval of its
    difference keeps from 0. A place with less than :data:`LEAST` of the largest shift is left out.
    """
    together = monthly.groupby(["place", "month"])["value"].transform("sum")
    apart = (monthly["value"] - together * monthly["base_share"]).abs()
    sure = np.maximum(monthly["low"], -monthly["high"]).clip(lower=0)
    shift = np.minimum(apart, sure).groupby(monthly["place"], sort=False).sum() / 2
    shift = shift[(shift > _ROUNDING) & (shift >= LEAST * shift.max())]
    largest = shift.sort_values(ascending=False, kind="stable").index[:PLACES]
    return [place for place in shift.index if place in largest]


def leg_words(legs: dict[str, Leg], places: dict[str, Place]) -> dict[str, str]:
    """Each of some legs out of one place in words, with its name where the words would fit another too."""
    words = {
        name: f"{BY_MODE.get(leg.mode, f'by {leg.mode}')} to {places[leg.to].label}"
        + (", clandestine" if leg.clandestine else "")
        for name, leg in legs.items()
    }
    said = list(words.values())
    return {
        name: f"{text} ({name.replace('_', ' ')})" if said.count(text) > 1 else text
        for name, text in words.items()
    }


def _panel(sheet: Sheet, box: Box, here: pd.DataFrame, total: pd.DataFrame, scenario: Scenario) -> Panel:
    """The differences of the legs out of one place over time, each with its band and its label."""
    legs = {name: scenario.legs[name] for name in here["leg"].unique()}
    size = here["difference"].abs().groupby(here["leg"], sort=False).sum()
    drawn = size[size > 0].sort_values(ascending=False, kind="stable").index[: len(COLORS)]
    lines = {name: here[here["leg"] == name] for name in legs if name in drawn}
    low = min(float(line["low"].min()) for line in lines.values())
    high = max(float(line["high"].max()) for line in lines.values())
    room = 0.06 * (high - low)
    x = days(lines[drawn[0]]["month"])
    panel = Panel(sheet, box, (x[0], max(x[-1], x[0] + 1)), (low - room, high + room))
    ticks, months = month_ticks(here["month"].iloc[0], here["month"].iloc[-1])
    persons = ticks_to(high + room, 5, bottom=low - room)
    panel.frame(ticks, persons, marks=3.5)
    panel.label_x(ticks, months, 10.5)
    panel.label_y(persons, [signed(value) for value in persons], 10.5)
    panel.name_y("persons a month", 10.5, away=0.88)
    panel.line(panel.xlim, [0, 0], BLACK, 1.2)
    colors = dict(zip(lines, COLORS, strict=False))
    for name, line in lines.items():
        panel.band(x, line["low"], line["high"], colors[name], 0.25)
        panel.line(x, line["difference"], colors[name], 1.9, zorder=3)
    words = leg_words(legs, scenario.places)
    highest_first = sorted(lines, key=lambda name: -total.loc[name, "difference"])
    labels = {name: _label(words[name], total.loc[name]) for name in highest_first}
    _tie(panel, labels, {name: float(line["difference"].iloc[-1]) for name, line in lines.items()}, colors)
    if len(lines) < len(legs):
        panel.write(
            1, 1, f"{len(lines)} of {len(legs)} ways drawn", 10.5, up_by=25, across="right", color=GREY
        )
    return panel


def _tie(panel: Panel, labels: dict[str, str], ends: dict[str, float], colors: dict[str, str]) -> None:
    """Labels beside a panel, one below the other, each tied to the end of its line."""
    from matplotlib.lines import Line2D

    step = panel.height / len(labels)
    right = panel.left + panel.width
    for row, (name, words) in enumerate(labels.items()):
        middle = panel.bottom + panel.height - (row + 0.5) * step
        x, y = [right + 0.04, right + 0.22, right + 0.34], [float(panel.y(ends[name])), middle, middle]
        panel.add(Line2D(x, y, color=colors[name], linewidth=1.6), clip=False)
        panel.sheet.write(right + 0.42, middle, words, 11, up="middle", leading=1.2)


def _label(words: str, total: pd.Series) -> str:
    """A leg, what it gained or lost over the whole period, and since when that was clear."""
    import pandas as pd

    when = total["first_month"]
    lines = [
        fill(words, 40),
        f"{signed(total['difference'])} in all ({_interval(total)})",
        f"first clear {when:%b %Y}" if pd.notna(when) else "clear in no month",
    ]
    if total["base"] > 0:
        lines[-1] = f"{signed(100 * total['difference'] / total['base'])} % of its base; {lines[-1]}"
    return "\n".join(lines)


def _together(total: pd.Series) -> str:
    """How many set out from a place in the base, and what became of all its legs together."""
    return (
        f"{number(total['base'])} persons set out in the base; "
        f"all ways together: {signed(total['difference'])} ({_interval(total)})"
    )


def _interval(total: pd.Series) -> str:
    return f"{signed(total['low'])} to {signed(total['high'])}"


def signed(value: float) -> str:
    """A difference as one would read it out, with its sign: +1,200; +3.5; 0."""
    size = number(round(abs(value), 1))
    return size if size == "0" else f"{'+' if value > 0 else MINUS}{size}"
