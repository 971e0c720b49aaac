"""Who came through Panama when the US turned Venezuelans back: reported beside simulated, month by month.

``python -m darien.report.substitution FOLDER`` writes docs/adaptation.md's table from a run of
history-2018-2023.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from darien.record.store import read
from darien.report.flows import entries, reported_counts

if TYPE_CHECKING:
    from darien.record.store import Results

FIRST, LAST = "2022-08-01", "2023-03-01"


def table(results: Results) -> str:
    """Persons who entered Panama: Venezuelans and all others, reported and simulated (Markdown)."""
    reported = reported_counts(results)
    reported = reported[(reported["country"] == "PAN") & (reported["kind"] == "monthly")]
    simulated = entries(results).loc["PAN"].mean(axis=1)
    lines = [
        "| month | Venezuelans, reported | simulated | all others, reported | simulated |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for month in sorted(set(reported["month"])):
        if not FIRST <= f"{month:%Y-%m-%d}" <= LAST:
            continue
        row = [f"{month:%Y-%m}"]
        for venezuelans in (True, False):
            counted = reported[(reported["month"] == month)]
            counted = counted[(counted["group"] == "venezuela") == venezuelans]["persons"].sum()
            came = simulated[simulated.index.get_level_values("month") == month]
            came = came[(came.index.get_level_values("group") == "venezuela") == venezuelans].sum()
            row += [f"{counted:,.0f}", f"{came:,.0f}"]
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(read(Path(sys.argv[1]))))
