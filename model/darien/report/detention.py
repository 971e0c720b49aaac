"""How full the detention centres were, day by day, against their beds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from darien.report.panels import Box, Panel, boxes, days, month_ticks, steps, ticks_to
from darien.report.replicates import across, interval_words, summary
from darien.report.sheet import Sheet
from darien.report.style import BLACK, BLUE, GREY, VERMILLION, head, key, note

if TYPE_CHECKING:
    import pandas as pd

    from darien.record.store import Results

DASHES = (0, (8, 3))  # of the line of beds
_STEP = {"day": "the end of each day", "week": "the end of each week", "month": "the end of each month"}


def draw_detention(results: Results) -> Sheet | None:
    """Persons held against beds, a panel per place that has centres; None where no one has beds."""
    # Beds follow from the scenario; only limits differ with the draws of a fit.
    centres = results.capacities[results.capacities["replicate"] == results.replicates[0]]
    places = list(dict.fromkeys(centres["place"]))
    if not places:
        return None
    columns = 1 if len(places) == 1 else 2
    rows = -(-len(places) // columns)
    width, height = 8.0 * columns, 2.2 + 3.4 * rows
    sheet = Sheet(width, height)
    grid = boxes(0.88, width - 0.32, 0.95, height - 1.7, columns, rows, gap_x=0.9, gap_y=0.95)
    for position, place in enumerate(places):
        row, column = divmod(position, columns)
        here = centres[centres["place"] == place]
        held, beds = occupancy(results, place), beds_by_day(results, here)
        lowest = position + columns >= len(places)
        panel = _panel(sheet, grid[row][column], held, beds, results, label=lowest)
        panel.write(0, 1, _title(results, here), 12, up_by=22)
        if column == 0:
            panel.name_y("persons", 11)
    entries: list[tuple[str, dict[str, Any]]] = [
        ("people held (simulated)", {"color": BLUE, "linewidth": 1.3}),
        ("beds", {"color": BLACK, "linewidth": 1.6, "linestyle": DASHES}),
        ("more people than beds", {"color": VERMILLION, "alpha": 0.75, "linewidth": 8}),
    ]
    key(sheet, 0.021 * width, height - 0.80, entries)
    head(
        sheet,
        "How full detention was: people held, against the beds there are",
        f"Simulated people held at {_STEP[results.scenario.record_every]}.",
    )
    note(sheet, interval_words(results))
    return sheet


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
    dates = pd.date_range(period.start, period.end, freq="D")
    beds = np.zeros(len(dates))
    for _, changes in centres.groupby("centre"):
        changes = changes.sort_values("date", kind="stable")
        latest = changes["date"].searchsorted(dates, side="right") - 1
        beds += np.where(latest < 0, 0.0, changes["beds"].to_numpy()[latest])
    return pd.Series(beds, index=dates)


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


def _panel(
    sheet: Sheet, box: Box, held: pd.DataFrame, beds: pd.Series, results: Results, *, label: bool
) -> Panel:
    """One place: people held with their range, the beds, and where the former are above the latter."""
    most, most_beds = float(held["high"].max()), float(beds.max())
    top = 1.12 * max(most, min(most_beds, 4 * max(most, 1)), 1)
    x, by_day, counts = days(held.index), days(beds.index), ticks_to(top, 5)
    end = by_day[-1] + 1
    panel = Panel(sheet, box, (x[0], end), (0, top))
    ticks, words = month_ticks(beds.index[0], beds.index[-1])
    panel.frame(ticks, counts, grid="", marks=3.5)
    panel.label_y(counts, None, 11)
    if label:
        panel.label_x(ticks, words, 11)

    limit = beds.reindex(held.index, method="ffill").to_numpy(dtype=float)
    mean = held["mean"].to_numpy()
    across, up = steps(x, mean, end)
    if len(results.replicates) > 1:
        panel.band(
            across,
            steps(x, held["low"].to_numpy(), end)[1],
            steps(x, held["high"].to_numpy(), end)[1],
            BLUE,
            0.25,
        )
    if (mean > limit).any():
        panel.band(
            across, steps(x, limit, end)[1], steps(x, np.maximum(mean, limit), end)[1], VERMILLION, 0.75
        )
    panel.line(across, up, BLUE, 1.3)
    panel.line(*steps(by_day, beds.to_numpy(dtype=float), end), BLACK, 1.6, linestyle=DASHES)

    over = float((mean > limit).mean())
    every = results.scenario.record_every
    verdict = (
        "never over its beds" if over == 0 else f"over its beds at the end of {100 * over:.0f} % of {every}s"
    )
    panel.write(0, 1, f"most held {mean.max():,.0f}; {verdict}", 10.5, up_by=5, color=GREY)
    if most_beds > top:
        panel.write(0.995, 0.93, f"beds: {most_beds:,.0f}, above the panel", 10, across="right")
    return panel
