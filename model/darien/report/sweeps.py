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

    One parameter: lines. A grid of two: a map, and lines where one takes few values. All others: strands, a
    figure per outcome.
    """
    found: dict[str, Callable[[], Sheet | None]] = {}
    one_or_grid = len(axes(swept)) == 1 or is_grid(swept)
    if is_grid(swept):
        found["map"] = partial(draw_map, swept)
    if one_or_grid and line_axes(swept) is not None:
        found["lines"] = partial(draw_lines, swept)
    if not one_or_grid:
        for one in outcomes(swept, MOST):
            found[f"strands-{one.name}"] = partial(draw_strands, swept, one)
    return found
