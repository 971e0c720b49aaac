"""Sensitivity indices: each parameter's bar with its interval, and what chance alone would give."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darien.record.whole import ResultError, read_manifest
from darien.report.panels import Box, Panel, ticks_to
from darien.report.sheet import Sheet, length
from darien.report.style import BLACK, BLUE, GREY, ORANGE, head, key, note, number
from darien.report.sweep_axes import words

if TYPE_CHECKING:
    import pandas as pd

KIND, FORMAT = "sensitivity", 1
MOST = 6  # outcomes in the figure
_WIDE, _TOP, _FOOT, _ROW, _GAP = 12.6, 1.95, 1.35, 0.36, 0.75  # inches
_RESERVED = 0.3  # inches below a panel for the name of its scale


@dataclass(frozen=True)
class Found:
    """The tables of a sensitivity analysis, as ``darien sensitivity`` writes them."""

    manifest: dict[str, Any]
    table: pd.DataFrame
    convergence: pd.DataFrame


def read_sensitivity(folder: Path) -> Found:
    """The tables of an analysis in a folder. Raises ResultError where it is none."""
    import pandas as pd

    manifest = read_manifest(folder, KIND, FORMAT)
    try:
        table, convergence = (
            pd.read_csv(folder / name, dtype={"place": str}).fillna({"place": ""})
            for name in ("sensitivity.csv", "convergence.csv")
        )
    except (OSError, ValueError) as error:
        raise ResultError(f"{folder}: cannot read results: {error}") from error
    return Found(manifest, table, convergence)


def draw_sensitivity(found: Found) -> Sheet | None:
    """A panel per outcome, its parameters the largest first; None where no outcome varies."""
    if not len(found.table):
        return None
    keys = ["outcome", "place"]
    parts = [(name, part) for name, part in found.table.groupby(keys, sort=False)][:MOST]
    morris = found.manifest["method"] == "morris"
    count = len(found.manifest["parameters"])
    names = max(length(words(name), 11) for name in found.manifest["parameters"])
    columns = min(2, len(parts))
    rows = -(-len(parts) // columns)
    high = count * _ROW
    height = _TOP + rows * (high + _GAP + _RESERVED) - _GAP + _FOOT
    sheet = Sheet(_WIDE, height)
    left = 0.35 + names
    wide = (_WIDE - 0.5) / columns
    settled = found.convergence.set_index(keys)
    for place, (name, part) in enumerate(parts):
        row, column = divmod(place, columns)
        bottom = height - _TOP - row * (high + _GAP + _RESERVED) - high
        box = (left + column * wide, bottom, wide - names - 0.75, high)
        _panel(sheet, box, part, morris, bool(settled.loc[name, "converged"]))
    _words(sheet, found, morris)
    return sheet


def _panel(sheet: Sheet, box: Box, part: pd.DataFrame, morris: bool, converged: bool) -> None:
    main, other = ("mu_star", "sigma") if morris else ("ST", "S1")
    ordered = part.sort_values(main, kind="stable")
    ends = ordered[main] + ordered[f"{main}_conf"]
    top = max(1.0 if not morris else 0.0, 1.05 * float(ends.max()), 1.05 * float(ordered[other].max()))
    low = 0.0
    if not morris:
        low = min(0.0, 1.05 * float((ordered["S1"] - ordered["S1_conf"]).min()))
    panel = Panel(sheet, box, (low, top), (-0.5, len(ordered) - 0.5))
    ticks = ticks_to(top, 5, bottom=low)
    panel.frame(ticks, [], grid="x", marks=3)
    panel.label_x(ticks, [number(float(tick)) for tick in ticks], 10)
    if low < 0:
        panel.line([0, 0], panel.ylim, BLACK, 1.0)
    for y, row in enumerate(ordered.to_dict("records")):
        colour = BLUE if row["known"] else GREY
        panel.line([0, row[main]], [y, y], colour, 11, solid_capstyle="butt", alpha=0.8)
        _whisker(panel, row[main], row[f"{main}_conf"], y, BLACK)
        if morris:
            panel.marks([row["sigma"]], [y], ORANGE, "D", 6.5, markeredgecolor=BLACK, zorder=4)
        else:
            _whisker(panel, row["S1"], row["S1_conf"], y - 0.3, ORANGE)
            panel.marks([row["S1"]], [y - 0.3], ORANGE, "o", 5, markeredgecolor=BLACK, zorder=4)
        if row["floor"] == row["floor"] and row["floor"] > 0:
            panel.line(
                [row["floor"]] * 2, [y - 0.42, y + 0.42], BLACK, 1.3, linestyle=(0, (2, 1.5)), zorder=5
            )
        sheet.write(
            panel.left - 0.1,
            float(panel.y(y)),
            words(row["parameter"]),
            11,
            across="right",
            up="middle",
            color=BLACK if row["known"] else GREY,
        )
    first = part.iloc[0]
    where = f", {words(first['place'])}" if first["place"] else ""
    panel.write(0, 1, f"{words(first['outcome']).capitalize()}{where}", 12.5, up_by=8, face="bold")
    if not converged:
        panel.write(1, 1, "not converged", 10.5, up_by=9, across="right", color="#B03A00", face="bold")
    unit = f"{first['unit']} over the whole range" if morris else "share of the variance"
    sheet.write(
        panel.left + panel.width / 2, panel.bottom - 0.33, unit, 10.5, across="middle", up="top", color=GREY
    )


def _whisker(panel: Panel, middle: float, half: float, y: float, colour: str) -> None:
    panel.line([middle - half, middle + half], [y, y], colour, 1.4, zorder=4)


def _words(sheet: Sheet, found: Found, morris: bool) -> None:
    said = found.manifest
    if morris:
        title, lines = (
            "which parameters move what",
            (
                "Bars: mu*, how much the outcome moves on average when the parameter alone goes through its "
                "range.\nDiamonds: sigma, how much that depends on where the other parameters are, or bends "
                "on the way."
            ),
        )
        other = ("sigma", {"color": ORANGE, "marker": "D", "markersize": 7, "markeredgecolor": BLACK})
        main = "mu*"
    else:
        title, lines = (
            "whose share of the variance it is",
            (
                "Bars: ST, the share of the variance that would stay if all other parameters were known.\n"
                "Dots: S1, the share that would go if this one alone were known. A bar that goes beyond "
                "its dot by more than chance would give acts together with others."
            ),
        )
        other = ("S1", {"color": ORANGE, "marker": "o", "markersize": 7, "markeredgecolor": BLACK})
        main = "ST"
    head(sheet, f"{said['title']}: {title}", lines)
    entries: list[tuple[str, dict[str, Any]]] = [
        (f"{main}, known", {"color": BLUE, "linewidth": 9, "alpha": 0.8}),
        (f"{main}, not known", {"color": GREY, "linewidth": 9, "alpha": 0.8}),
        other,
        ("95 % interval", {"color": BLACK, "linewidth": 1.6}),
    ]
    if said["replicates"] > 1:
        entries.append(
            ("what chance alone would give", {"color": BLACK, "linewidth": 1.4, "linestyle": (0, (2, 1.5))})
        )
    key(sheet, 0.25, sheet.height - 1.08, entries, size=11)
    kind = "trajectories" if morris else "base samples"
    note(
        sheet,
        f"{said['samples']:,} {kind}, {said['points']:,} points, {said['replicates']} replicates each. "
        "Known: the interval keeps above what chance alone would give.",
        "Shares hold for the ranges given to the parameters; with other ranges they are others."
        if not morris
        else "Effects hold for the ranges given to the parameters; with other ranges they are others.",
    )
