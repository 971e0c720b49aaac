"""Dated events as tests: what was reported to change, what changes in the model, and what is ordinary."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from darien.report.panels import Panel
from darien.report.sheet import Sheet
from darien.report.style import BLACK, BLUE, GREY, PALE, head, key, note

if TYPE_CHECKING:
    import pandas as pd

ROW = 0.42  # inches
TOP, FOOT = 1.95, 1.5
LEFT, RIGHT = 4.3, 2.3
TIMES = 2  # ordinary changes, that a reported one must exceed to decide anything
TICKS = (0.0001, 0.001, 0.01, 0.1, 1, 10, 100, 1000, 10_000)
BETWEEN = (0.03, 0.3, 3, 30)  # where there is room for more ticks
ROOM = 4.5  # logarithms to each side, up to which there is


def draw_shocks(title: str, folder: Path) -> Sheet | None:
    """A row for each event and series on one log axis; None where the fit was not tested by events."""
    import pandas as pd

    file = folder / "shocks.csv"
    if not file.is_file():
        return None
    table = pd.read_csv(file, keep_default_na=True)
    table = table[table["reported_change"].notna()]
    if table.empty:
        return None
    sheet = Sheet(11.5, TOP + FOOT + len(table) * ROW)
    head(
        sheet,
        f"{title}: dated events as tests",
        "What was reported to change over the months after an event, and what changes in the model with the\n"
        "departures of before. A reported change inside the grey band is one as there are without an event.",
    )
    entries: list[tuple[str, dict[str, Any]]] = [
        ("reported", {"marker": "o", "markersize": 5.5, "color": BLACK}),
        ("simulated, 90 % and middle", {"color": BLUE, "linewidth": 5}),
        ("twice an ordinary change", {"color": PALE, "linewidth": 12}),
    ]
    key(sheet, 0.02 * sheet.width, sheet.height - 1.2, entries)
    low, high = _limits(table)
    box = (LEFT, FOOT, sheet.width - LEFT - RIGHT, sheet.height - TOP - FOOT)
    panel = Panel(sheet, box, (low, high), (len(table), 0))
    every = sorted((*TICKS, *BETWEEN)) if high < ROOM else TICKS
    ticks = [tick for tick in every if low <= np.log(tick) <= high]
    panel.frame(np.log(ticks), [], grid="x")
    panel.label_x(np.log(ticks), [f"{tick:g}" for tick in ticks], 10)
    panel.line([0, 0], [0, len(table)], GREY, 1.0)
    sheet.write(
        LEFT + box[2] / 2,
        FOOT - 0.36,
        "change, times as many after as before",
        10.5,
        across="middle",
        up="top",
    )
    for row, one in enumerate(table.to_dict("records")):
        _row(sheet, panel, row + 0.5, one)
    note(sheet, "Of a share: times its odds. The month of the event belongs to neither side.")
    return sheet


def _row(sheet: Sheet, panel: Panel, y: float, one: dict[str, Any]) -> None:
    low, high = panel.xlim
    if np.isfinite(one["usual"]):
        reach = TIMES * one["usual"]
        ends = np.clip([-reach, reach], low, high)
        panel.band(ends, [y - 0.42] * 2, [y + 0.42] * 2, PALE, 1.0)
    panel.line(np.clip([one["low"], one["high"]], low, high), [y, y], BLUE, 5, solid_capstyle="butt")
    panel.marks([np.clip(one["median"], low, high)], [y], BLUE, "|", 11)
    panel.marks([one["reported_change"]], [y], BLACK, "o", 5.5)
    at = float(panel.y([y])[0])
    words = f"{one['shock']}: {one['series']}".replace("_", " ")
    sheet.write(LEFT - 0.12, at, words, 10, across="right", up="middle")
    sheet.write(LEFT + panel.width + 0.12, at, str(one["verdict"]), 9.5, up="middle", color=GREY)


def _limits(table: pd.DataFrame) -> tuple[float, float]:
    """Symmetric limits that hold all that was reported and most of what was simulated."""
    reach = float(np.abs(table["reported_change"]).max())
    reach = max(reach, float(np.quantile(np.abs(table[["low", "high"]].to_numpy()), 0.9)), np.log(4))
    return -1.08 * reach, 1.08 * reach
