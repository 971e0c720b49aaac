"""A panel with a row for each named option, and the words for outcomes: what several figures share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from darien.record.compared import OUTCOME_WORDS
from darien.report.panels import Panel, ticks_to
from darien.report.scales import Scale
from darien.report.sheet import Sheet, length
from darien.report.sheet import wrapped as in_lines
from darien.report.style import number

WIDE, TOP, FOOT = 12.6, 1.3, 1.75  # inches of a sheet, above the rows, and below them
ASSUMPTION = "assumption, not evidence"  # a label, as comparisons and fits write it
_ROW = 0.36  # inches


def outcome_words(outcome: str) -> str:
    """An outcome as one would say it: days in detention."""
    return OUTCOME_WORDS.get(outcome, outcome.replace("_", " "))


def wrapped(words: str, size: float, width: float = 0.96 * WIDE) -> str:
    """Words in as many lines as they take on a sheet of the width of these figures."""
    return in_lines(words, size, width)


def rows_height(rows: int, more: float = 0.0) -> float:
    """Inches of a sheet with so many rows, and ``more`` below them."""
    return TOP + rows * _ROW + FOOT + more


def named_rows(
    sheet: Sheet,
    names: Sequence[str],
    limits: tuple[float, float],
    *,
    right: float = 0.4,
    scale: Scale | None = None,
    below: float = 0.0,
) -> Panel:
    """A panel whose rows, 0 at the top, have names at the left; ``right`` and ``below`` inches are left free.

    With a ``scale`` its limits and ticks are used, and data must be given as its places.
    """
    left = 0.35 + max(length(name, 11.5) for name in names)
    bottom = FOOT + below
    box = (left, bottom, sheet.width - left - right, sheet.height - TOP - bottom)
    panel = Panel(sheet, box, scale.limits if scale else limits, (len(names) - 0.5, -0.5))
    ticks = scale.ticks(7) if scale else ticks_to(limits[1], 7, bottom=limits[0])
    if scale:
        ticks = ticks[(ticks >= scale.low) & (ticks <= scale.high)]
    places = scale(ticks) if scale else ticks
    panel.frame(places, [], grid="x")
    panel.label_x(places, [number(float(tick)) for tick in ticks], 11)
    panel.label_y(np.arange(len(names)), list(names), 11.5)
    return panel


def assumed(manifest: dict[str, Any], outcomes: Sequence[str]) -> str:
    """Of which options the counts say next to nothing of what they do to some outcomes; empty if of none."""
    said = []
    for outcome in outcomes:
        options = manifest.get("assumptions", {}).get(outcome, [])
        if options:
            every = len(options) == len(manifest["says"])
            words = "all options" if every else ", ".join(options)
            said.append(f"{outcome_words(outcome)}: {words}")
    return f"Assumption, not evidence: the effect on {'; on '.join(said)}." if said else ""
