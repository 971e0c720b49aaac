"""Monthly flow into each country by group: simulated, and beside it what was reported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from darien.report.replicates import across, interval_words, month_of, months, summary
from darien.report.style import BLACK, BLUE, GREY, ORANGE, PALE, head, new_figure, note, save, thousands

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

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
_MARKS = {"monthly": "o", "yearly-spread": "_", "stand-in": "x"}


def draw_flows(results: Results, path: Path) -> Path | None:
    """Write a row per group and a column per country; None if nobody entered any of the countries."""
    flow = entries(results)
    held = detentions(results, HELD)
    reported = reported_counts(results)
    countries = [code for code in COUNTRIES if code in flow.index.get_level_values("country")]
    groups = [name for name in results.scenario.groups if name in flow.index.get_level_values("group")]
    if not groups:
        return None
    rows = ["all", *groups] if len(groups) > 1 else groups
    figure = new_figure(4.2 * max(2, len(countries)), 3.75 + 1.75 * len(rows))
    height = figure.get_figheight()
    grid = figure.subplots(len(rows), len(countries), squeeze=False, sharex=True)
    figure.subplots_adjust(
        left=0.055, right=0.985, top=1 - 2.2 / height, bottom=1.85 / height, hspace=0.45, wspace=0.22
    )
    when = months(results)
    for row, group in enumerate(rows):
        for column, country in enumerate(countries):
            axes = grid[row, column]
            _line(axes, _of(flow, country, group, when), BLUE)
            if country == HELD:
                _line(axes, _of(held, country, group, when), ORANGE)
            _reports(axes, reported[(reported["country"] == country) & (reported["group"] == group)])
            _dress(axes, when)
            if not any(line.get_ydata().any() for line in axes.get_lines()):
                axes.text(
                    0.5, 0.5, "no one", transform=axes.transAxes, ha="center", color=GREY, fontsize=10.5
                )
                axes.set_yticks([])
        title = "All groups" if group == "all" else results.scenario.groups[group].label
        grid[row, 0].set_title(title, loc="left", fontweight="bold", fontsize=12)
        grid[row, 0].set_ylabel("persons a month", fontsize=9.5)
    for column, country in enumerate(countries):
        position = grid[0, column].get_position()
        figure.text(
            position.x0, 1 - 1.22 / height, COUNTRIES[country], fontsize=14, fontweight="bold", va="center"
        )
        figure.text(
            position.x0,
            1 - 1.52 / height,
            f"line: {FLOW_WORDS[country]}\n{REPORT_WORDS[country]}",
            fontsize=10,
            va="center",
            color=GREY,
        )
    _legend(figure, height, set(reported["kind"]), set(reported["derived"]), HELD in countries)
    head(
        figure,
        "How many people passed each country, month by month, by group",
        "Lines are simulated, dots and dashes are what authorities published. Each panel has its own scale.",
    )
    note(
        figure,
        "Grey marks: departures were worked out from these counts, so agreement there proves nothing.",
        "Authorities count only part of those who pass, and that part differs between countries and years.",
        interval_words(len(results.replicates)),
    )
    return save(figure, path)


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
    from darien.record.reported import load_reported

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


def _of(flow: pd.DataFrame, country: str, group: str, when: pd.DatetimeIndex) -> pd.DataFrame:
    """Mean, low and high by month of one group, or of all together."""
    here = flow[flow.index.get_level_values("country") == country]
    if group != "all":
        here = here[here.index.get_level_values("group") == group]
    return summary(here.groupby(level="month").sum().reindex(when, fill_value=0))


def _line(axes: Axes, values: pd.DataFrame, color: str) -> None:
    axes.fill_between(values.index, values["low"], values["high"], color=color, alpha=0.3, linewidth=0)
    axes.plot(values.index, values["mean"], color=color, linewidth=1.7, zorder=3)


def _reports(axes: Axes, rows: pd.DataFrame) -> None:
    for (kind, derived), marks in rows.groupby(["kind", "derived"]):
        axes.plot(
            marks["month"],
            marks["persons"],
            linestyle="none",
            marker=_MARKS[str(kind)],
            markersize={"monthly": 3, "stand-in": 4}.get(str(kind), 7),
            markeredgewidth=1.6,
            color="#9A9A9A" if derived else BLACK,
            zorder=4 if not derived else 2,
        )


def _dress(axes: Axes, when: pd.DatetimeIndex) -> None:
    from matplotlib.dates import ConciseDateFormatter, MonthLocator, YearLocator
    from matplotlib.ticker import MaxNLocator

    axes.set_ylim(bottom=0, top=max(axes.get_ylim()[1], 5))
    axes.set_xlim(when[0], when[-1])
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    quarterly = MonthLocator(bymonth=(1, 4, 7, 10))  # type: ignore[no-untyped-call]
    locator = YearLocator() if len(when) > 30 else quarterly  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    axes.tick_params(labelsize=9.5, length=2)
    axes.grid(color=PALE, linewidth=0.6)
    axes.set_axisbelow(True)
    thousands(axes)


def _legend(figure: Figure, height: float, kinds: set[str], derived: set[bool], held: bool) -> None:
    from matplotlib.lines import Line2D

    def mark(kind: str, color: str, words: str) -> Line2D:
        return Line2D([], [], linestyle="none", marker=_MARKS[kind], color=color, markersize=6, label=words)

    handles = [Line2D([], [], color=BLUE, linewidth=3, label="simulated: came into the country")]
    if held:
        handles.append(
            Line2D(
                [], [], color=ORANGE, linewidth=3, label="simulated: held, or came to the counter (Mexico)"
            )
        )
    words = {
        "monthly": "reported by month",
        "yearly-spread": "reported by year, spread over its months",
        "stand-in": "worked out from removals",
    }
    handles += [mark(kind, BLACK, text) for kind, text in words.items() if kind in kinds]
    if True in derived:
        handles.append(Line2D([], [], color="#9A9A9A", linewidth=6, label="grey: departures derive from it"))
    figure.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(0.015, 0.85 / height), ncols=3, fontsize=10.5
    )
