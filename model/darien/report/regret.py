"""What each option may be regretted by; draws ``regret.csv`` of :mod:`darien.experiments.tradeoffs`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from darien.report.named_rows import FOOT, WIDE, assumed, named_rows, outcome_words, rows_height, wrapped
from darien.report.sheet import Sheet
from darien.report.style import BLACK, BLUE, VERMILLION, head, key, note

if TYPE_CHECKING:
    import pandas as pd


def draw_regret(regret: pd.DataFrame, of: str, manifest: dict[str, Any], most: int = 20) -> Sheet:
    """How far each option falls short of the best one of each draw: mean, 90 % interval, maximum.

    ``of``: an outcome, or 'weighted'. The ``most`` with the least mean are drawn. Raises ValueError for
    an outcome that is not there.
    """
    table = regret[regret["of"] == of].sort_values("mean", kind="stable")
    if table.empty:
        raise ValueError(f"regret.csv has nothing of {of}")
    left_out, table = len(table) - most, table.iloc[:most]
    unit = table["unit"].iloc[0]
    sheet = Sheet(WIDE, rows_height(len(table)))
    top = float(table["maximum"].max()) or 1.0
    panel = named_rows(sheet, list(table["option"]), (0.0, 1.04 * top), right=1.75)
    rows = np.arange(len(table), dtype=float)
    panel.bars(rows, table["mean"], BLUE, 0.55)
    for row, (low, high) in enumerate(table[["low_90", "high_90"]].to_numpy(float)):
        panel.line([low, high], [row, row], BLACK, 1.5, zorder=4)
    panel.marks(table["maximum"], rows, VERMILLION, "D", 6, zorder=5)
    for row, share in enumerate(table["probability_best"]):
        panel.write(1, 1 - (row + 0.5) / len(table), f"best in {100 * share:.0f} %", 11, up="middle")
    words = "all stated outcomes, weighted" if of == "weighted" else outcome_words(of)
    panel.sheet.write(panel.left, panel.bottom - 0.45, f"regret: {words} ({unit})", 11.5, up="top")
    head(
        sheet,
        f"What each option may be regretted by: {words}",
        "In each draw the regret of an option is how far it falls short of the one that is best in that "
        "draw. Shorter is better.\nAn option with a small mean and a large maximum is a gamble.",
    )
    entries = [
        ("mean over the draws", {"linewidth": 9, "color": BLUE, "alpha": 0.85}),
        ("from 5 to 95 % of the draws", {"linewidth": 1.5, "color": BLACK}),
        ("largest in any draw", {"marker": "D", "markersize": 6, "color": VERMILLION}),
    ]
    key(sheet, panel.left, FOOT - 0.75, entries)
    more = f"{left_out} options with more regret are in regret.csv only." if left_out > 0 else ""
    note(sheet, more, wrapped(assumed(manifest, [of]), 9.5))
    return sheet
