"""How figures look: colours that colour-blind readers can tell apart, the words at head and foot, keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from darien.report.sheet import Sheet

# Okabe and Ito, "Color Universal Design" (https://jfly.uni-koeln.de/color/).
BLUE, ORANGE, GREEN, VERMILLION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, YELLOW, BLACK = "#56B4E9", "#CC79A7", "#F0E442", "#222222"
GREY, PALE = "#6B6B6B", "#D9D9D9"
LAND, SEA = "#F4F1EA", "#E3ECF2"

CONDITIONAL = (
    "Conditional on departures as reconstructed: how many set out was worked out from reported counts, "
    "not predicted."
)
TITLE_LINE = 0.28
_WIDE = 0.4  # inches of a sample in a key


@contextmanager
def style() -> Iterator[None]:
    """Matplotlib settings of our figures, for as long as the block lasts."""
    import matplotlib as mpl

    with mpl.rc_context({"lines.scale_dashes": False}):
        yield


def head(sheet: Sheet, title: str, subtitle: str) -> None:
    """Title in plain words and lines that say how to read the figure, at the top left.

    Each line of the title after the first takes :data:`TITLE_LINE` inches more.
    """
    from darien.report.sheet import length

    left, top = 0.02 * sheet.width, sheet.height
    fits = min(1.0, (sheet.width - 2 * left) / length(title, 17, "bold"))
    sheet.write(left, top - 0.12, title, int(17 * fits), face="bold", up="top")
    top -= TITLE_LINE * title.count("\n")
    sheet.write(left, top - 0.50, subtitle, 11.5, color=GREY, up="top", leading=1.27)


def note(sheet: Sheet, *sentences: str) -> None:
    """The note at the foot: that departures are reconstructed, then what else must be known."""
    text = "\n".join([CONDITIONAL, *(s for s in sentences if s)])
    sheet.write(0.02 * sheet.width, 0.10, text, 9.5, color=GREY, up="bottom", leading=1.27, foot=True)


def key(
    sheet: Sheet,
    left: float,
    top: float,
    entries: Sequence[tuple[str, dict[str, Any]]],
    *,
    size: float = 10.5,
    rows: int = 1,
    pitch: float = 0.25,
    wide: float = _WIDE,
) -> None:
    """What the lines and marks mean: words and how each looks (as for Line2D), in columns of ``rows``.

    Samples are ``wide`` inches, rows ``pitch`` apart; the first stands ``pitch`` / 2 below ``top``.
    """
    from matplotlib.lines import Line2D

    from darien.report.sheet import length

    for first in range(0, len(entries), rows):
        column = entries[first : first + rows]
        for row, (words, look) in enumerate(column):
            y = top - (row + 0.5) * pitch
            ends = [left + wide / 2] if "marker" in look else [left, left + wide]
            sheet.add(Line2D(ends, [y] * len(ends), **{"solid_capstyle": "butt", "color": GREY} | look))
            sheet.write(left + wide + 0.12, y, words, size, up="middle")
        left += wide + 0.45 + max(length(words, size) for words, _ in column)


def number(value: float) -> str:
    """A number as one would read it out: 1,200; 35; 0.4."""
    if value == 0 or abs(value) >= 10:
        return f"{value:,.0f}"
    return f"{value:.2g}"
