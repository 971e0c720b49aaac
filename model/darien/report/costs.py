"""What a change in an outcome costs, option by option, with its range; draws ``costs.csv``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from darien.report.named_rows import FOOT, WIDE, assumed, named_rows, outcome_words, rows_height, wrapped
from darien.report.scales import by_tens
from darien.report.sheet import Sheet
from darien.report.style import BLUE, GREY, head, key, note

if TYPE_CHECKING:
    import pandas as pd

_LINE = 0.21  # inches of a line of words
_TENS = 20  # how many times the smallest the largest is, for powers of ten
# The unit of an outcome, one of them.
_ONE = {"persons": "person", "person-days": "person-day", "days": "day", "USD": "USD"}


def draw_costs(costs: pd.DataFrame, outcome: str, manifest: dict[str, Any]) -> Sheet:
    """USD of policy cost for one unit of an outcome; options for which it cannot be told are listed in words.

    Raises ValueError for an outcome that is not there.
    """
    own = costs[costs["outcome"] == outcome]
    if own.empty:
        raise ValueError(f"costs.csv has no outcome {outcome}")
    reads = own["reads"].fillna("").astype(str)
    told = own[reads == ""].sort_values("usd_per_unit", kind="stable")
    untold = _untold(own["option"].tolist(), reads.tolist())
    more = _LINE * len(untold) + (0.35 if untold else 0.0)
    sheet = Sheet(WIDE, rows_height(max(1, len(told)), more))
    one = _ONE.get(str(own["unit"].iloc[0]), str(own["unit"].iloc[0]))
    way = "more" if own["better"].iloc[0] == "higher" else "less" if one == "USD" else "fewer"
    per = f"{one} {way}"
    if told.empty:
        sheet.write(0.35, sheet.height - 1.6, "For none of the options can it be told.", 12, up="top")
    else:
        _ranges(sheet, told, per, more)
    head(
        sheet,
        f"Cost of the policy per {per}: {outcome_words(outcome)}",
        "Cost of the policy over the base's, for each unit by which the outcome moves the way that is called "
        "better: from the cheapest to the dearest\nthat the prices and the interval of the difference allow. "
        "What it costs migrants stands in money.csv.",
    )
    for line, words in enumerate(untold):
        sheet.write(0.35, FOOT + more - 0.75 - line * _LINE, words, 10.5, color=GREY, up="top")
    kind = "of the mean difference (chance alone)" if manifest.get("fit") is None else "of the differences"
    joined = (
        f"The range joins every price from low to high with the 90 % interval {kind}: "
        f"{manifest['replicates']} pairs of runs. Most prices are assumptions: see policy_costs.csv."
    )
    note(sheet, wrapped(joined, 9.5), wrapped(assumed(manifest, [outcome]), 9.5))
    return sheet


def _ranges(sheet: Sheet, told: pd.DataFrame, per: str, below: float) -> None:
    ends = told[["usd_low", "usd_high"]].to_numpy(float)
    low, high = float(ends.min()), float(ends.max())
    scale = by_tens(low, high) if low > 0 and high > _TENS * low else None
    room = 0.05 * (high - min(low, 0.0)) or 1.0
    limits = (min(low - room, 0.0) if low < 0 else 0.0, high + room)
    panel = named_rows(sheet, list(told["option"]), limits, scale=scale, below=below)
    place = scale if scale else np.asarray
    for row, pair in enumerate(ends):
        panel.line(place(pair), [row, row], BLUE, 4, solid_capstyle="butt")
    panel.marks(place(told["usd_per_unit"].to_numpy(float)), np.arange(len(told)), BLUE, "o", 9, zorder=5)
    bent = " (by powers of ten)" if scale else ""
    sheet.write(panel.left, panel.bottom - 0.36, f"USD per {per}{bent}", 11.5, up="top")
    entries = [
        ("central prices, mean difference", {"marker": "o", "markersize": 9, "color": BLUE}),
        ("range", {"linewidth": 4, "color": BLUE}),
    ]
    key(sheet, panel.left + panel.width - 4.6, panel.bottom - 0.34, entries)


def _untold(options: list[str], reads: list[str]) -> list[str]:
    """Lines that name the options without a ratio, by why."""
    by_reason: dict[str, list[str]] = {}
    for option, why in zip(options, reads, strict=True):
        if why:
            by_reason.setdefault("no cost is given" if why.startswith("no cost") else why, []).append(option)
    lines: list[str] = []
    for why, names in by_reason.items():
        words = wrapped(f"{why[:1].upper()}{why[1:]}: {', '.join(names)}.", 10.5)
        lines += words.split("\n")
    return lines
