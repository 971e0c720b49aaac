"""Tables of the working out, for the terminal and for ``docs/departures.md``.

``python -m darien.calibrate.tables`` renews the tables in that page: assumptions from the classes that
hold them, residuals from runs of both histories with the departures that they have.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from darien.calibrate.assumptions import WorkingAssumptions
from darien.calibrate.compare import by_year
from darien.record.assumptions import CountAssumptions, table

if TYPE_CHECKING:
    import pandas as pd

    from darien.calibrate.departures import Worked

HISTORIES = ("history-2014-2018", "history-2018-2023")
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


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    """A Markdown table; the columns in ``numbers`` are set to the right."""
    lines = [
        "| " + " | ".join(header) + " |",
        "| " + " | ".join("---:" if i in numbers else "---" for i in range(len(header))) + " |",
    ]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def put(text: str, name: str, content: str) -> str:
    """A page with what stands between the two marks of ``name`` replaced. Raises ValueError without them."""
    mark = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(<!-- end of {re.escape(name)} -->)", re.DOTALL)
    found, count = mark.subn(lambda match: f"{match[1]}{content}\n{match[2]}", text)
    if count != 1:
        raise ValueError(f"the page needs the marks of {name!r} once, it has them {count} times")
    return found


def assumptions_as_markdown() -> str:
    """The table of assumptions in docs/departures.md."""
    header = ("name", "value", "range", "what it is", "source or reason")
    return markdown(header, assumption_rows(CountAssumptions(), WorkingAssumptions()))


def renew(page: Path, comparisons: dict[str, pd.DataFrame]) -> None:
    """Put the assumptions and the comparisons of some histories into the page."""
    text = put(page.read_text(encoding="utf-8"), "assumptions", assumptions_as_markdown())
    for name, comparison in comparisons.items():
        text = put(text, name, markdown(YEARS, year_rows(comparison), numbers=range(2, 8)))
    page.write_text(text, encoding="utf-8")
