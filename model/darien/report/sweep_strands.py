"""A sweep over many parameters: parallel coordinates, a strand per point, coloured by an outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from darien.report.panels import Floats
from darien.report.sheet import Sheet, wrapped
from darien.report.style import BLACK, BLUE, GREY, PALE, VERMILLION, head, key, note, number
from darien.report.sweep_axes import Drawn, axes, replicates

if TYPE_CHECKING:
    from darien.record.swept import Swept

MOST = 4  # outcomes, a figure each
SHARE = 0.1  # of the points, at either end of the outcome, that are coloured
_HIGH, _TOP, _FOOT, _EACH = 3.6, 2.45, 1.2, 1.75  # inches


def draw_strands(swept: Swept, one: Drawn) -> Sheet | None:
    """The strands of one outcome; None where fewer than two parameters vary."""
    from matplotlib.collections import LineCollection
    from matplotlib.lines import Line2D

    found = axes(swept)
    if len(found) < 2:
        return None
    mean = one.by_point.mean
    points = np.flatnonzero(np.isfinite(mean))
    width = max(12.6, 2.6 + _EACH * len(found))
    height = _TOP + _HIGH + _FOOT
    sheet = Sheet(width, height)
    xs = np.linspace(1.1, width - 1.3, len(found) + 1)
    base = _FOOT + 0.1
    columns = [_shares(axis.at(swept.points[axis.name]), axis.limits()) for axis in found]
    columns.append(_shares(mean, (float(np.nanmin(mean)), float(np.nanmax(mean)))))
    strands = np.stack(
        [
            np.stack([np.full(len(mean), x), base + _HIGH * c], axis=1)
            for x, c in zip(xs, columns, strict=True)
        ],
        axis=1,
    )
    few = max(1, round(SHARE * len(points)))
    order = points[np.argsort(mean[points], kind="stable")]
    lowest, highest = order[:few], order[len(order) - few :]
    rest = order[few : len(order) - few]
    alpha = float(np.clip(60 / max(few, 1), 0.25, 0.85))
    for which, colour, line, clear, layer in (
        (rest, PALE, 0.6, float(np.clip(300 / max(len(rest), 1), 0.15, 0.8)), 1),
        (lowest, BLUE, 1.4, alpha, 2),
        (highest, VERMILLION, 1.4, alpha, 3),
    ):
        sheet.add(
            LineCollection(list(strands[which]), colors=colour, linewidths=line, alpha=clear, zorder=layer)
        )
    for x, axis in zip(xs, [*found, None], strict=True):
        sheet.add(Line2D([x, x], [base, base + _HIGH], color=BLACK, linewidth=1.3, zorder=4))
        if axis is None:
            low, high = (number(float(mean[points].min())), number(float(mean[points].max())))
            name, face = one.words, "bold"
        else:
            low, high, name, face = axis.say(axis.ends[0]), axis.say(axis.ends[1]), axis.words, "regular"
            name += " (log)" if axis.log else ""
        sheet.write(x, base - 0.07, low, 10.5, across="middle", up="top", outline=2)
        sheet.write(x, base + _HIGH + 0.06, high, 10.5, across="middle", up="bottom", outline=2)
        sheet.write(
            x,
            base + _HIGH + 0.36,
            wrapped(name, 11, 1.6, "bold"),
            11,
            across="middle",
            up="bottom",
            face=face,
        )
    head(
        sheet,
        f"{swept.manifest['title']}: what goes with a high or low value of {one.plain}",
        "Each strand is a point of the sweep: where it crosses an axis is its value there; the last axis is "
        "the outcome.\nWhere one colour keeps to one end of an axis, that parameter decides; where colours "
        "mix, it does not.",
    )
    share = f"{few} of {len(points)} points"
    key(
        sheet,
        0.25,
        height - 1.08,
        [
            (f"highest {share}", {"color": VERMILLION, "linewidth": 2.4}),
            (f"lowest {share}", {"color": BLUE, "linewidth": 2.4}),
            ("all others", {"color": GREY, "linewidth": 1, "alpha": 0.6}),
        ],
        size=11,
    )
    note(sheet, f"The outcome of each point is the mean over {replicates(swept)} replicates.")
    return sheet


def _shares(values: Floats, ends: tuple[float, float]) -> Floats:
    """How far values lie between two ends, from 0 to 1."""
    low, high = ends
    return (values - low) / (high - low)
