"""Where the journeys ended: the share of each group in each end, with ranges over replicates."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

from darien.report.replicates import across, interval_words, last_day, stocks, summary
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
    new_figure,
    note,
    number,
    save,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

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


def draw_ends(results: Results, path: Path) -> Path | None:
    """Write a row per group and a column per end; None if nobody departed."""
    shares, departed = end_shares(results)
    if shares.empty:
        return None
    groups = list(departed.index)
    figure = new_figure(16, 2.75 + 0.55 * len(groups))
    height = figure.get_figheight()
    grid = figure.subplots(1, len(ENDS), sharey=True)
    figure.subplots_adjust(left=0.19, right=0.985, top=1 - 1.75 / height, bottom=1.15 / height, wspace=0.09)
    for axes, (end, (title, where, color)) in zip(grid, ENDS.items(), strict=True):
        scale = DEATHS_PER if end == "stock_died" else 100
        _panel(axes, shares.xs(end, level="end").loc[groups] * scale, color, whole=scale == 100)
        axes.set_title(f"{title}\n{where}", loc="left", fontsize=12, fontweight="bold", color=BLACK)
        axes.set_xlabel("% of those who departed" if scale == 100 else f"per {scale:,} who departed")
    names = ["All groups" if group == "all" else results.scenario.groups[group].label for group in groups]
    grid[0].set_yticks(
        range(len(groups)),
        [
            f"{fill(name, 26)}\n{departed[group]:,.0f} departed"
            for name, group in zip(names, groups, strict=True)
        ],
    )
    grid[0].set_ylim(len(groups) - 0.5, -0.5)
    head(
        figure,
        "Where the journeys ended, by group",
        f"Of those who departed from {results.scenario.period.start}, what had become of them by "
        f"{results.scenario.period.end}.\nAcross a row the shares add up to 100 %. "
        f"Deaths have a scale of their own: per {DEATHS_PER:,} persons.",
    )
    note(
        figure,
        "Those who departed shortly before the last day had no time to get far: they are still on the way.",
        interval_words(len(results.replicates)),
    )
    return save(figure, path)


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


def _panel(axes: Axes, values: pd.DataFrame, color: str, whole: bool) -> None:
    """Bars from 0 with the mean written beside and the range as a line through the end of the bar."""
    rows = range(len(values))
    top = 100.0 if whole else max(float(values["high"].max()), 0.1)
    axes.barh(rows, values["mean"], height=0.62, color=color, alpha=0.85, zorder=2)
    axes.hlines(rows, values["low"], values["high"], color=BLACK, linewidth=2.2, zorder=3)
    for row, (mean, high) in enumerate(zip(values["mean"], values["high"], strict=True)):
        text = "" if mean != mean else _short(mean)  # nan: in some replicate none departed
        axes.text(max(mean, high) + 0.025 * top, row, text, va="center", fontsize=11, zorder=4)
    axes.set_xlim(0, top * 1.18)
    axes.axhline(0.5, color=GREY, linewidth=0.8)
    axes.grid(axis="x", color=PALE, linewidth=0.7, zorder=0)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    if whole:
        axes.set_xticks([0, 25, 50, 75, 100])


def _short(value: float) -> str:
    if value == 0:
        return "0"
    if value < 0.05:
        return "<0.1"
    return f"{value:.1f}" if value < 9.95 else number(value)
