"""How full the detention centres were, day by day, against their beds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from darien.report.replicates import across, interval_words, summary
from darien.report.style import BLACK, BLUE, GREY, VERMILLION, head, new_figure, note, save, thousands

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from darien.record.store import Results

_STEP = {"day": "the end of each day", "week": "the end of each week", "month": "the end of each month"}


def draw_detention(results: Results, path: Path) -> Path | None:
    """Write persons held against beds, a panel per place that has centres; None where no one has beds."""
    centres = results.capacities
    places = list(dict.fromkeys(centres["place"]))
    if not places:
        return None
    columns = 1 if len(places) == 1 else 2
    rows = -(-len(places) // columns)
    figure = new_figure(8.0 * columns, 2.2 + 3.4 * rows)
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True)
    top, foot = 1.35 / figure.get_figheight(), 0.95 / figure.get_figheight()
    figure.subplots_adjust(
        left=0.055 * 2 / columns,
        right=0.98,
        top=1 - top - 0.35 / figure.get_figheight(),
        bottom=foot,
        hspace=0.38,
        wspace=0.13,
    )
    panels, every = grid.ravel(), results.scenario.record_every
    for axes, place in zip(panels, places, strict=False):
        here = centres[centres["place"] == place]
        _panel(axes, occupancy(results, place), beds_by_day(results, here), _title(results, here), every)
    for axes in panels[len(places) :]:
        axes.axis("off")
    for axes in grid[:, 0]:
        axes.set_ylabel("persons")
    figure.legend(
        *panels[0].get_legend_handles_labels(),
        loc="upper left",
        bbox_to_anchor=(0.012, 1 - 0.72 / figure.get_figheight()),
        ncols=3,
        fontsize=10.5,
    )
    head(
        figure,
        "How full detention was: people held, against the beds there are",
        f"Simulated people held at {_STEP[results.scenario.record_every]}.",
    )
    note(figure, interval_words(len(results.replicates)))
    return save(figure, path)


def occupancy(results: Results, place: str) -> pd.DataFrame:
    """Persons held at a place at the end of each recorded period: mean, low and high over replicates."""
    counts = results.counts
    rows = counts[(counts["measure"] == "stock_detained") & (counts["where"] == place)]
    held = across(rows, results, ["date"])
    return summary(held.reindex(_dates(results), fill_value=0))


def beds_by_day(results: Results, centres: pd.DataFrame) -> pd.Series:
    """Beds of some centres together, by day: a change holds from its date until the next."""
    import pandas as pd

    period = results.scenario.period
    days = pd.date_range(period.start, period.end, freq="D")
    table = centres.pivot_table(index="date", columns="centre", values="beds", aggfunc="last")
    return table.reindex(days.union(table.index)).ffill().fillna(0).sum(axis=1).reindex(days)


def _dates(results: Results) -> pd.DatetimeIndex:
    """Every recorded date of the period, also those on which nothing was counted."""
    import pandas as pd

    period = results.scenario.period
    code = {"day": "D", "week": "W-MON", "month": "MS"}[results.scenario.record_every]
    starts = pd.date_range(period.start, period.end, freq=code)
    return starts.union(pd.DatetimeIndex([period.start]))


def _title(results: Results, here: pd.DataFrame) -> str:
    names = list(dict.fromkeys(here["centre"]))
    known = results.scenario.detention_centres
    titles = ", ".join(known[name].label if name in known else name for name in names)
    return f"{titles} ({here['country'].iloc[0]})"


def _panel(axes: Axes, held: pd.DataFrame, beds: pd.Series, title: str, every: str) -> None:
    axes.set_title(title, loc="left", pad=22)
    axes.fill_between(held.index, held["low"], held["high"], step="post", color=BLUE, alpha=0.25, linewidth=0)
    axes.plot(
        held.index,
        held["mean"],
        color=BLUE,
        linewidth=1.3,
        drawstyle="steps-post",
        label="people held (simulated)",
    )
    axes.plot(beds.index, beds, color=BLACK, linewidth=1.6, linestyle=(0, (8, 3)), label="beds")
    limit = beds.reindex(held.index, method="ffill")
    axes.fill_between(
        held.index,
        limit,
        held["mean"],
        where=(held["mean"] > limit).to_numpy(),
        step="post",
        color=VERMILLION,
        alpha=0.75,
        linewidth=0,
        label="more people than beds",
    )
    over = float((held["mean"] > limit).mean())
    words = (
        "never over its beds" if over == 0 else f"over its beds at the end of {100 * over:.0f} % of {every}s"
    )
    axes.text(
        0,
        1.03,
        f"most held {held['mean'].max():,.0f}; {words}",
        transform=axes.transAxes,
        fontsize=10.5,
        color=GREY,
    )
    top = max(float(held["high"].max()), min(float(beds.max()), 4 * max(float(held["high"].max()), 1)))
    axes.set_ylim(0, top * 1.12)
    if beds.max() > top * 1.12:
        axes.text(
            0.995,
            0.93,
            f"beds: {beds.max():,.0f}, above the panel",
            transform=axes.transAxes,
            ha="right",
            fontsize=10,
        )
    axes.set_xlim(held.index[0], beds.index[-1])
    thousands(axes)
