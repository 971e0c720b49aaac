"""The box that scenario discovery found: each parameter's range, the part in which the option fails."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from darien.record.page import percent
from darien.record.whole import ResultError, read_manifest
from darien.report.sheet import Sheet, length
from darien.report.style import BLACK, BLUE, GREY, PALE, VERMILLION, head, key, note
from darien.report.sweep_axes import say_number, words

if TYPE_CHECKING:
    import pandas as pd

KIND, FORMAT = "discovery", 1
_TOP, _FOOT, _ROW, _RIGHT = 2.0, 1.0, 0.92, 1.9  # inches
SURE = 0.05  # quasi-p, above which a limit may be chance
_SEED = 0  # of how the dots are spread up and down


@dataclass(frozen=True)
class Found:
    """What ``darien discover`` wrote: the manifest with the box, and every point."""

    manifest: dict[str, Any]
    points: pd.DataFrame


def read_discovery(folder: Path) -> Found:
    """What was discovered in a folder. Raises ResultError where it is nothing of that."""
    import pandas as pd

    manifest = read_manifest(folder, KIND, FORMAT)
    try:
        return Found(manifest, pd.read_csv(folder / "points.csv"))
    except (OSError, ValueError) as error:
        raise ResultError(f"{folder}: cannot read results: {error}") from error


def draw_box(found: Found) -> Sheet:
    """A row per restricted parameter: its whole range, the box in it, the points of interest as dots."""
    said, points = found.manifest, found.points
    limits: list[dict[str, Any]] = said["limits"]
    left = 0.5 + max(length(words(one["parameter"]), 12) for one in limits)
    height = _TOP + len(limits) * _ROW + _FOOT
    sheet = Sheet(12.6, height)
    width = sheet.width - left - _RIGHT
    spread = np.random.default_rng(_SEED).uniform(-0.15, 0.15, len(points))
    interest = points["of_interest"].to_numpy(dtype=bool)
    for row, one in enumerate(limits):
        y = height - _TOP - (row + 0.5) * _ROW
        _row(sheet, (left, y, width), one, points[one["parameter"]], interest, spread)
    sheet.write(sheet.width - 0.25, height - _TOP + 0.1, "quasi-p", 10.5, across="right", color=GREY)
    side = f"{said['side']} {say_number(said['threshold'])} {said['unit']}"
    head(
        sheet,
        f"{said['title']}: where {words(said['outcome'])} is {side}",
        f"Blue: the box. {percent(said['density'])} of the points inside are {said['side']} the threshold, "
        f"of all points {percent(said['base_rate'])}; {percent(said['coverage'])} of those lie inside it.\n"
        "Parameters that the box leaves open are not shown: they may be anything in it.",
    )
    key(
        sheet,
        0.25,
        height - 1.12,
        [
            ("range of the sweep", {"color": PALE, "linewidth": 11}),
            ("box", {"color": BLUE, "linewidth": 11, "alpha": 0.55}),
            (f"{said['side']} the threshold", {"color": VERMILLION, "marker": "o", "markersize": 5}),
            ("other points", {"color": GREY, "marker": "o", "markersize": 4, "alpha": 0.5}),
        ],
        size=11,
    )
    note(
        sheet,
        "Quasi-p: the chance that a limit this good comes about with a parameter of no effect (Bryant and "
        "Lempert 2010); above 0.05, grey, the limit may be chance.",
    )
    return sheet


def _row(
    sheet: Sheet,
    at: tuple[float, float, float],
    one: dict[str, Any],
    column: pd.Series,
    interest: np.ndarray[Any, np.dtype[np.bool_]],
    spread: np.ndarray[Any, np.dtype[np.float64]],
) -> None:
    from matplotlib.lines import Line2D

    left, y, width = at
    ink = GREY if _least(one) > SURE else BLACK
    if one["values"] is None:
        low, high = float(column.min()), float(column.max())
        log = one["scale"] == "log" and low > 0

        def place(value: Any) -> Any:
            if log:
                return left + width * (np.log(value / low) / np.log(high / low))
            return left + width * ((value - low) / (high - low))

        x = np.asarray(place(column.to_numpy(dtype=np.float64)))
        begin = place(low if one["low"] is None else one["low"])
        end = place(high if one["high"] is None else one["high"])
        spans = [(float(begin), float(end))]
        ends = (_say(one, low), _say(one, high))
    else:
        kinds = sorted(column.astype(str).unique())
        part = width / len(kinds)
        x = left + part * (np.array([kinds.index(str(value)) for value in column]) + 0.5) + spread * part
        spans = [
            (left + part * kinds.index(kind), left + part * (kinds.index(kind) + 1)) for kind in one["values"]
        ]
        ends = ("", "")
        for place_, kind in enumerate(kinds):
            sheet.write(
                left + part * (place_ + 0.5), y - 0.24, kind, 10, across="middle", up="top", color=GREY
            )
    sheet.add(_bar(left, left + width, y, PALE, 1.0))
    for begin, end in spans:
        sheet.add(_bar(begin, end, y, BLUE, 0.5))
    for which, colour, size, clear in ((~interest, GREY, 2.2, 0.5), (interest, VERMILLION, 3.2, 0.8)):
        look: dict[str, Any] = {"linestyle": "none", "marker": "o", "markeredgewidth": 0}
        sheet.add(Line2D(x[which], y + spread[which], color=colour, markersize=size, alpha=clear, **look))
    for side, edge in (("low", spans[0][0]), ("high", spans[-1][1])):
        if one["values"] is None and one[side] is not None:
            sheet.add(Line2D([edge, edge], [y - 0.22, y + 0.22], color=BLACK, linewidth=1.6))
            sheet.write(edge, y + 0.24, _say(one, one[side]), 11, across="middle", up="bottom", face="bold")
    sheet.write(left, y - 0.24, ends[0], 10, up="top", color=GREY)
    sheet.write(left + width, y - 0.24, ends[1], 10, across="right", up="top", color=GREY)
    sheet.write(left - 0.15, y, words(one["parameter"]), 12, across="right", up="middle", color=ink)
    sheet.write(sheet.width - 0.25, y, _quasi(one), 10.5, across="right", up="middle", color=ink)


def _say(one: dict[str, Any], value: float) -> str:
    """A value of a parameter to read; dates are days since 1970."""
    return str(np.datetime64(int(value), "D")) if one["kind"] == "date" else say_number(value)


def _bar(x0: float, x1: float, y: float, colour: str, alpha: float) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x0, y - 0.19), x1 - x0, 0.38, facecolor=colour, alpha=alpha, linewidth=0)


def _quasi(one: dict[str, Any]) -> str:
    """The quasi-p values of the limits that there are."""
    if one["values"] is not None:
        return _small(_least(one))
    said = [(side, one[f"qp_{side}"]) for side in ("low", "high") if one[side] is not None]
    if len(said) == 1:
        return _small(said[0][1])
    return "; ".join(f"{side} {_small(p)}" for side, p in said)


def _least(one: dict[str, Any]) -> float:
    """The smallest quasi-p value of a parameter."""
    return min(p for p in (one["qp_low"], one["qp_high"]) if p is not None)


def _small(p: float | None) -> str:
    if p is None:
        return ""
    return "below 0.001" if p < 0.001 else f"{p:.2g}"
