"""Tables of the working out, as text for the terminal and as Markdown for ``docs/departures.md``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from darien.calibrate.assumptions import WorkingAssumptions
from darien.calibrate.compare import by_year
from darien.record.assumptions import CountAssumptions, table
from darien.record.page import markdown

if TYPE_CHECKING:
    import pandas as pd

    from darien.calibrate.departures import Worked
    from darien.calibrate.lags import Response

YEARS = ("group", "year", "reported", "within reach", "simulated", "error", "close months", "furthest month")


def years_as_text(worked: Worked) -> str:
    """The comparison by group and year, in columns for a terminal."""
    rows: list[tuple[str, ...]] = [YEARS, *year_rows(worked.comparison)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(YEARS))]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(w) if i == 0 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    errors = ", ".join(f"{100 * error:.1f} %" for error in worked.errors)
    lines.append(f"\nlargest error of a year's total, round by round: {errors}")
    return "\n".join(lines)


def year_rows(comparison: pd.DataFrame) -> list[tuple[str, ...]]:
    """Rows of the comparison by group and year, as text; see :func:`darien.calibrate.compare.by_year`."""
    rows: list[tuple[str, ...]] = []
    for row in by_year(comparison).to_dict("records"):
        error = "" if math.isnan(row["error"]) else f"{100 * row['error']:+.1f} %"
        rows.append(
            (
                str(row["group"]),
                str(row["year"]),
                f"{row['reported']:,.0f}",
                f"{row['reachable']:,.0f}",
                f"{row['simulated']:,.0f}",
                error,
                f"{row['close']} of {row['months']}",
                f"{row['worst_month']} ({row['worst']:+,.0f})",
            )
        )
    return rows


def assumption_rows(*assumptions: object) -> list[tuple[str, ...]]:
    """Name, value, range, meaning, and source or reason of every assumption."""
    rows: list[tuple[str, ...]] = []
    for held in assumptions:
        for item in table(held):
            number = item.quantity
            rows.append(
                (
                    f"`{item.name}`",
                    f"{number.value:g}",
                    f"{number.low:g} to {number.high:g}",
                    item.meaning,
                    number.provenance,
                )
            )
    return rows


def assumptions_as_markdown() -> str:
    """Every assumption: those about counts, then those of the working out."""
    header = ("name", "value", "range", "what it is", "source or reason")
    return markdown(header, assumption_rows(CountAssumptions(), WorkingAssumptions()))


def years_as_markdown(comparison: pd.DataFrame) -> str:
    """The comparison by group and year."""
    return markdown(YEARS, year_rows(comparison), numbers=range(2, 8))


def responses_as_markdown(responses: dict[str, Response]) -> str:
    """By group, how soon and what share of those who set out are counted."""
    rows = []
    for name, how in responses.items():
        share = np.quantile(how.share, [0.05, 0.5, 0.95])
        cells = [f"{100 * part:.0f} %" for part in how.lag]
        rows.append((name, f"{share[1]:.2f} ({share[0]:.2f} to {share[2]:.2f})", *cells))
    months = len(rows[0]) - 2
    header = ("group", "counted per person who sets out", *(f"month {k}" for k in range(months)))
    return markdown(header, rows, numbers=range(1, len(header)))
