"""Where the journeys ended: the share of each group in each end, with ranges over replicates."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np

from darien.report.panels import Box, Panel, boxes, ticks_to
from darien.report.replicates import across, interval_words, last_day, stocks, summary
from darien.report.sheet import Sheet
from darien.report.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    head,
    note,
    number,
)

if TYPE_CHECKING:
    import pandas as pd

    from darien.record.store import Results

ENDS = {
    "stock_arrived": ("Arrived", "in the United States", BLUE),
    "stock_settled": ("Settled", "on the way", GREEN),
    "stock_returned": ("Gave up", "and went home", SKY),
    "stock_removed": ("Removed", "to their country", ORANGE),
    "stock_died": ("Died", "on the way", VERMILLION),
    "on_the_way": ("Still on the way", "on the last day", PURPLE),
}
DEATHS_PER = 1000  # deaths are read per so many persons, all else per 100


def draw_ends(results: Results) -> Sheet | None:
    """A row per group and a column per end; None if nobody departed."""
    shares, departed = end_shares(results)
    if shares.empty:
        return None
    groups = list(departed.index)
    width, height = 16.0, 2.75 + 0.55 * len(groups)
    sheet = Sheet(width, height)
    grid = boxes(0.19 * width, 0.985 * width, 1.15, height - 1.75, len(ENDS), 1, gap_x=0.18, gap_y=0)[0]
    names = ["All groups" if group == "all" else results.scenario.groups[group].label for group in groups]
    for box, (end, (title, where, color)) in zip(grid, ENDS.items(), strict=True):
        scale = DEATHS_PER if end == "stock_died" else 100
        panel = _panel(sheet, box, shares.xs(end, level="end").loc[groups] * scale, color, whole=scale == 100)
        panel.write(0, 1, f"{title}\n{where}", 12, up_by=6, face="bold")
        unit = "% of those who departed" if scale == 100 else f"per {scale:,} who departed"
        panel.write(0.5, 0, unit, 11, up_by=-20, across="middle", up="top")
        if box is grid[0]:
            departing = [
                f"{fill(name, 26)}\n{departed[group]:,.0f} departed"
                for name, group in zip(names, groups, strict=True)
            ]
            panel.label_y(range(len(groups)), departing, 11)
    head(
        sheet,
        "Where the journeys ended, by group",
        f"Of those who departed from {results.scenario.period.start}, what had become of them by "
        f"{results.scenario.period.end}.\nAcross a row the shares add up to 100 %. "
        f"Deaths have a scale of their own: per {DEATHS_PER:,} persons.",
    )
    note(
        sheet,
        "Those who departed shortly before the last day had no time to get far: they are still on the way.",
        interval_words(results),
    )
    return sheet


def end_shares(results: Results) -> tuple[pd.DataFrame, pd.Series]:
    """Shares of the persons departed, and how many departed (mean over replicates), largest first.

    Shares: indexed by group ('all' first) and end, columns mean, low and high over replicates.
    """
    import pandas as pd

    counts = results.counts
    last = counts[(counts["date"] == last_day(results)) & counts["measure"].isin(stocks(results))]
    ends = last["measure"].astype(str)
    last = last.assign(end=ends.where(ends.isin(list(ENDS)), "on_the_way"))
    persons = across(last, results, ["group", "end"])
    departed = across(counts[counts["measure"] == "departed"], results, ["group"])
    departed = departed[departed.sum(axis=1) > 0].sort_index()
    departed = departed.loc[departed.mean(axis=1).sort_values(ascending=False, kind="stable").index]
    departed = pd.concat([departed.sum().to_frame("all").T, departed])
    together = persons.groupby("end").sum()
    together.index = pd.MultiIndex.from_product([["all"], together.index], names=["group", "end"])
    full = pd.MultiIndex.from_product([departed.index, list(ENDS)], names=["group", "end"])
    persons = pd.concat([together, persons]).reindex(full, fill_value=0)
    # 0 / 0 gives nan where a replicate had no one of the group.
    shares = persons / departed.reindex(full.get_level_values("group")).to_numpy()
    return summary(shares), departed.mean(axis=1)


def _panel(sheet: Sheet, box: Box, values: pd.DataFrame, color: str, whole: bool) -> Panel:
    """Bars from 0 with the mean written beside and the range as a line through the end of the bar."""
    rows = np.arange(len(values))
    top = 100.0 if whole else max(float(values["high"].max()), 0.1)
    panel = Panel(sheet, box, (0, top * 1.18), (len(values) - 0.5, -0.5))
    ticks = np.array([0, 25, 50, 75, 100]) if whole else ticks_to(top * 1.18, 4)
    panel.frame(ticks, [], grid="x", marks=0)
    panel.label_x(ticks, [f"{tick:g}" for tick in ticks], 11, pad=4)
    panel.bars(rows, values["mean"], color, thick=0.62)
    for row, (mean, low, high) in enumerate(values.itertuples(index=False)):
        if mean != mean:  # in no replicate did anyone of the group depart
            continue
        if high > low:
            panel.line([low, high], [row, row], BLACK, 2.2, zorder=3, solid_capstyle="butt")
        at = (max(mean, high) + 0.025 * top) / (top * 1.18)
        panel.write(at, 1 - (row + 0.5) / len(values), _short(mean), 11, up="middle")
    panel.line([0, top * 1.18], [0.5, 0.5], GREY, 0.8)
    return panel


def _short(value: float) -> str:
    if value == 0:
        return "0"
    if value < 0.05:
        return "<0.1"
    return f"{value:.1f}" if value < 9.95 else number(value)
