"""The last year of a history as it was predicted, month by month: a panel for each series."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from darien.report.panels import Box, Panel, boxes, days, month_ticks
from darien.report.sheet import Sheet
from darien.report.style import BLACK, BLUE, GREY, SKY, VERMILLION, head, key, note, number

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = 3
PANEL, GAP_X, GAP_Y = 1.75, 0.75, 0.75  # inches
TOP, FOOT = 2.0, 1.15
MODEL, FITTED, NO_AGENTS, BEST = "model", "model as fitted", "no agents", "best naive"


def draw_hold_out(title: str, folder: Path) -> Sheet | None:
    """Each series: reported months, the interval of the model, the middle of two rivals; None without any."""
    import pandas as pd

    file = folder / "holdout-months.csv"
    if not file.is_file():
        return None
    table = pd.read_csv(file, parse_dates=["month"], keep_default_na=False)
    names = list(dict.fromkeys(table["series"]))
    rows = -(-len(names) // COLUMNS)
    sheet = Sheet(13.0, TOP + FOOT + rows * PANEL + (rows - 1) * GAP_Y)
    year = table["month"].iloc[0].year
    head(
        sheet,
        f"{title}: {year} predicted from the years before it",
        "Persons by month (log scale), or a share. Dark band: 90 % interval of the model, with the share\n"
        "lately reported. Pale band, where no month was reported before: of the model as it was fitted.",
    )
    entries: list[tuple[str, dict[str, Any]]] = [
        ("reported", {"marker": "o", "markersize": 4.5, "color": BLACK}),
        ("model, 90 %", {"color": BLUE, "alpha": 0.4, "linewidth": 9}),
        ("model as fitted, 90 %", {"color": SKY, "alpha": 0.3, "linewidth": 9}),
        ("without agents, middle", {"color": VERMILLION, "linewidth": 1.6, "linestyle": "--"}),
        ("best naive rival, middle", {"color": GREY, "linewidth": 1.6, "linestyle": ":"}),
    ]
    key(sheet, 0.02 * sheet.width, sheet.height - 1.1, entries)
    grid = boxes(0.75, sheet.width - 0.2, FOOT, sheet.height - TOP, COLUMNS, rows, GAP_X, GAP_Y)
    for number_, name in enumerate(names):
        _panel(sheet, grid[number_ // COLUMNS][number_ % COLUMNS], name, table[table["series"] == name])
    note(
        sheet, "Rivals and shares were chosen before the year; what was reported of it changed no prediction."
    )
    return sheet


def _panel(sheet: Sheet, box: Box, name: str, own: pd.DataFrame) -> None:
    by = {str(name): rows for name, rows in own.groupby("predictor")}
    shown = by.get(MODEL, by[FITTED])
    share = (own["unit"] == "share").any()
    ends = np.concatenate([shown[column].to_numpy(float) for column in ("reported", "low", "high")])
    x = days(shown["month"])

    def up(values: pd.Series) -> np.ndarray:
        given = values.to_numpy(float)
        return given if share else np.log10(1 + given)

    top = 1.0 if share else float(np.ceil(np.log10(1 + ends.max()) + 0.05))
    panel = Panel(sheet, box, (x[0] - 8, x[-1] + 8), (0, top))
    ticks = np.linspace(0, 1, 5) if share else np.array([0, *np.log10(1 + 10.0 ** np.arange(1, top + 1))])
    ticks = ticks[ticks <= top]
    words = [number(float(tick)) for tick in ticks] if share else [number(round(10**t - 1)) for t in ticks]
    at, months = month_ticks(own["month"].min(), own["month"].max())
    panel.frame(at, ticks)
    panel.label_x(at, months, 9)
    panel.label_y(ticks, words, 9)
    panel.write(0, 1, name.replace("_", " "), 10.5, up_by=5)
    color, alpha = (BLUE, 0.4) if MODEL in by else (SKY, 0.3)
    panel.band(x, up(shown["low"]), up(shown["high"]), color, alpha)
    for rival, look in ((NO_AGENTS, (VERMILLION, "--")), (BEST, (GREY, ":"))):
        if rival in by:
            panel.line(x, up(by[rival]["median"]), look[0], 1.6, linestyle=look[1])
    panel.marks(x, up(shown["reported"]), BLACK, "o", 4)
