"""Which figures fit a sweep: a map of a grid, lines of one or two parameters, strands of many."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from darien.report.sheet import Sheet
from darien.report.sweep_axes import axes, outcomes
from darien.report.sweep_lines import draw_lines, line_axes
from darien.report.sweep_map import draw_map, is_grid
from darien.report.sweep_strands import MOST, draw_strands

if TYPE_CHECKING:
    from darien.record.swept import Swept


def drawings(swept: Swept) -> dict[str, Callable[[], Sheet | None]]:
    """The figures that fit the design, by name.

    One parameter: lines. A grid of two: a map, and lines where one takes few values. Two that are no grid: lines are
    drawn for none, since each point has values of its own; three or more: strands, a figure per outcome.
    """
    found: dict[str, Callable[[], Sheet | None]] = {}
    count = len(axes(swept))
    if is_grid(swept):
        found["map"] = partial(draw_map, swept)
    if (count == 1 or is_grid(swept)) and line_axes(swept) is not None:
        found["lines"] = partial(draw_lines, swept)
    if count >= 3:
        for one in outcomes(swept, MOST):
            found[f"strands-{one.name}"] = partial(draw_strands, swept, one)
    return found
