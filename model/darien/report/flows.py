"""Monthly flow into each country by group: simulated, and beside it what was reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from darien.report.panels import Box, Floats, Panel, boxes, days, month_ticks, ticks_to
from darien.report.replicates import Ranges, across, interval_words, month_of, months, ranges
from darien.report.sheet import Sheet
from darien.report.style import BLACK, BLUE, GREY, ORANGE, head, key, note

if TYPE_CHECKING:
    import pandas as pd

    from darien.record.store import Results

COUNTRIES = {"PAN": "Panama", "HND": "Honduras", "MEX": "Mexico", "USA": "United States"}
FLOW_WORDS = {
    "PAN": "entered Panama",
    "HND": "entered Honduras",
    "MEX": "entered Mexico",
    "USA": "reached the US border",
}
REPORT_WORDS = {
    "PAN": "reported: irregular entries",
    "HND": "reported: irregular entries",
    "MEX": "reported: detentions",
    "USA": "reported: Border Patrol",
}
HELD = "MEX"  # what is reported there is not who passed but who was held or came to the counter
DERIVED = "#9A9A9A"  # marks that departures derive from
_MARKS = {"monthly": "o", "yearly-spread": "_", "stand-in": "x"}


def draw_flows(results: Results) -> Sheet | None:
    """A row per group and a column per country; None if nobody entered any of the countries."""
    flow = entries(results)
    held = detentions(results, HELD)
    reported = reported_counts(results)
    countries = [code for code in COUNTRIES if code in flow.index.get_level_values("country")]
    groups = [name for name in results.scenario.groups if name in flow.index.get_level_values("group")]
    if not groups:
        return None
    rows = ["all", *groups] if len(groups) > 1 else groups
    width, height = 4.2 * max(2, len(countries)), 3.75 + 1.75 * len(rows)
    sheet = Sheet(width, height)
    grid = boxes(0.92, width - 0.25, 1.85, height - 2.2, len(countries), len(rows), gap_x=0.76, gap_y=0.55)
    when = months(results)
    simulated, detained = monthly_ranges(flow, when), monthly_ranges(held, when)
    x, ticks = days(when), month_ticks(when[0], when[-1])
    marks = dict(list(reported.groupby(["country", "group"])))
    for row, group in enumerate(rows):
        for column, country in enumerate(countries):
            cell = (country, group)
            lines = [(simulated.get(cell), BLUE), (detained.get(cell), ORANGE)]
            box, lowest = grid[row][column], row == len(rows) - 1
            panel = _panel(sheet, box, x, ticks, lines, marks.get(cell), labels=lowest)
            if column == 0:
                title = "All groups" if group == "all" else results.scenario.groups[group].label
                panel.write(0, 1, title, 12, up_by=6, face="bold")
                panel.name_y("persons a month", 9.5)
    for column, country in enumerate(countries):
        left = grid[0][column][0]
        sheet.write(left, height - 1.22, COUNTRIES[country], 14, face="bold", up="middle")
        words = f"line: {FLOW_WORDS[country]}\n{REPORT_WORDS[country]}"
        sheet.write(left, height - 1.52, words, 10, color=GREY, up="middle")
    _key(sheet, set(reported["kind"]), set(reported["derived"]), HELD in countries)
    head(
        sheet,
        "How many people passed each country, month by month, by group",
        "Lines are simulated, dots and dashes are what authorities published. Each panel has its own scale.",
    )
    note(
        sheet,
        "Grey marks: departures were worked out from these counts, so agreement there proves nothing.",
        "Authorities count only part of those who pass, and that part differs between countries and years.",
        interval_words(results),
    )
    return sheet


def entries(results: Results) -> pd.DataFrame:
    """Persons who came into each country, indexed by country, group and month, a column per replicate.

    Who finished a leg from another country; for the United States, who reached the border.
    """
    scenario, counts = results.scenario, results.counts
    country = {name: place.country for name, place in scenario.places.items()}
    crossing = {
        name: country[leg.to]
        for name, leg in scenario.legs.items()
        if country[leg.origin] != country[leg.to] and not scenario.places[leg.to].destination
    }
    border = {name: "USA" for name, place in scenario.places.items() if place.destination}
    legs = counts[(counts["measure"] == "finished") & (counts["kind"] == "leg")]
    arrivals = counts[counts["measure"] == "reached_border"]
    import pandas as pd

    rows = pd.concat(
        [
            legs.assign(country=legs["where"].map(crossing)),
            arrivals.assign(country=arrivals["where"].map(border)),
        ]
    ).dropna(subset=["country"])
    return _by_month(rows[rows["country"].isin(list(COUNTRIES))], results)


def detentions(results: Results, country: str) -> pd.DataFrame:
    """Persons apprehended in a country or who came to its counter, laid out as :func:`entries`."""
    scenario, counts = results.scenario, results.counts
    at = {name: place.country for name, place in scenario.places.items()}
    at |= {name: scenario.places[leg.to].country for name, leg in scenario.legs.items()}
    rows = counts[counts["measure"].isin(["apprehended", "presented"])]
    rows = rows.assign(country=rows["where"].map(at))
    return _by_month(rows[rows["country"] == country], results)


def reported_counts(results: Results) -> pd.DataFrame:
    """Reported counts by country, group and month, with ``derived``: departures were worked out from it."""
    from darien.record.months import reported_monthly
    from darien.record.report_files import load_reported

    table = reported_monthly(load_reported(), results.scenario)
    deriving = {
        name: {*group.derives.annual, *group.derives.monthly} if group.derives else set()
        for name, group in results.scenario.groups.items()
    }
    table["derived"] = [
        set(series.split("+")) <= deriving.get(group, set())
        for series, group in zip(table["series_id"], table["group"], strict=True)
    ]
    return table


def _by_month(rows: pd.DataFrame, results: Results) -> pd.DataFrame:
    rows = rows.assign(month=month_of(rows["date"]))
    return across(rows, results, ["country", "group", "month"])


def monthly_ranges(flow: pd.DataFrame, when: pd.DatetimeIndex) -> dict[tuple[str, str], Ranges]:
    """By country and group (and ``all`` of a country together): mean, low and high of each month.

    ``flow`` is laid out as by :func:`entries`. A month in which nobody came is 0.
    """
    sums: dict[tuple[str, str], Floats] = {}
    position = when.get_indexer(flow.index.get_level_values("month"))
    cells = zip(flow.index.get_level_values("country"), flow.index.get_level_values("group"), strict=True)
    for month, (country, group), persons in zip(position, cells, flow.to_numpy(dtype=float), strict=True):
        for cell in ((country, group), (country, "all")):
            if cell not in sums:
                sums[cell] = np.zeros((len(when), flow.shape[1]))
            sums[cell][month] += persons
    return {cell: ranges(values) for cell, values in sums.items()}


def _panel(
    sheet: Sheet,
    box: Box,
    x: Floats,
    ticks: tuple[Floats, list[str]],
    lines: list[tuple[Ranges | None, str]],
    reports: pd.DataFrame | None,
    labels: bool,
) -> Panel:
    """One group in one country: simulated lines with their ranges, and what was reported.

    ``x``: the months, in days since 1970; ``ticks``: those to mark, and their labels.
    """
    drawn = [(values, color) for values, color in lines if values is not None]
    tops = [float(values.high.max()) for values, _ in drawn]
    if reports is not None:
        tops.append(float(reports["persons"].max()))
    top = max([1.05 * max(tops, default=0), 5])
    margin = max(1, 0.02 * (x[-1] - x[0]))  # days, so that marks of the first and last month stand inside
    panel = Panel(sheet, box, (x[0] - margin, x[-1] + margin), (0, top))
    if labels:
        panel.label_x(*ticks, 9.5)
    if not any(tops):
        panel.frame(ticks[0], [], grid="x")
        panel.write(0.5, 0.5, "no one", 10.5, across="middle", up="middle", color=GREY)
        return panel
    counts = ticks_to(top, 3, integer=True)
    panel.frame(ticks[0], counts)
    panel.label_y(counts, None, 9.5)
    for values, color in drawn:
        if values.several:
            panel.band(x, values.low, values.high, color, alpha=0.3)
        panel.line(x, values.mean, color, 1.7, zorder=3)
    if reports is not None:
        _reports(panel, reports)
    return panel


def _reports(panel: Panel, rows: pd.DataFrame) -> None:
    for (kind, derived), marks in rows.groupby(["kind", "derived"]):
        panel.marks(
            days(marks["month"]),
            marks["persons"],
            DERIVED if derived else BLACK,
            _MARKS[str(kind)],
            {"monthly": 3, "stand-in": 4}.get(str(kind), 7),
            markeredgewidth=1.6,
            zorder=4 if not derived else 2,
        )


def _key(sheet: Sheet, kinds: set[str], derived: set[bool], held: bool) -> None:
    entries: list[tuple[str, dict[str, Any]]] = []
    entries.append(("simulated: came into the country", {"color": BLUE, "linewidth": 3}))
    if held:
        look = {"color": ORANGE, "linewidth": 3}
        entries.append(("simulated: held, or came to the counter (Mexico)", look))
    words = {
        "monthly": "reported by month",
        "yearly-spread": "reported by year, spread over its months",
        "stand-in": "worked out from removals",
    }
    for kind in (kind for kind in words if kind in kinds):
        entries.append(
            (words[kind], {"color": BLACK, "marker": _MARKS[kind], "markersize": 6, "markeredgewidth": 1.6})
        )
    if True in derived:
        entries.append(("grey: departures derive from it", {"color": DERIVED, "linewidth": 6}))
    key(sheet, 0.021 * sheet.width, 1.37, entries, rows=2, pitch=0.23)
