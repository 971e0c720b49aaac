"""How figures look: colours that colour-blind readers can tell apart, fonts, the note at the foot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito, "Color Universal Design" (https://jfly.uni-koeln.de/color/).
BLUE, ORANGE, GREEN, VERMILLION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, YELLOW, BLACK = "#56B4E9", "#CC79A7", "#F0E442", "#222222"
GREY, PALE = "#6B6B6B", "#D9D9D9"
LAND, SEA = "#F4F1EA", "#E3ECF2"

CONDITIONAL = (
    "Conditional on departures as reconstructed: how many set out was worked out from reported counts, "
    "not predicted."
)
DPI = 120

_RC: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.labelsize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": BLACK,
    "ytick.labelcolor": BLACK,
    "axes.labelcolor": BLACK,
    "text.color": BLACK,
    "legend.frameon": False,
    "lines.scale_dashes": False,
}


@contextmanager
def style() -> Iterator[None]:
    """Matplotlib settings of our figures, for as long as the block lasts."""
    import matplotlib as mpl

    with mpl.rc_context(_RC):
        yield


def new_figure(width: float, height: float) -> Figure:
    """An empty figure (inches) on the Agg canvas: no window, no state shared with pyplot."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def head(figure: Figure, title: str, subtitle: str) -> None:
    """Title in plain words and a line that says how to read the figure, at the top left."""
    height = figure.get_figheight()
    figure.text(0.02, 1 - 0.12 / height, title, fontsize=17, fontweight="bold", va="top")
    figure.text(0.02, 1 - 0.50 / height, subtitle, fontsize=11.5, color=GREY, va="top", linespacing=1.35)


def note(figure: Figure, *sentences: str) -> None:
    """The note at the foot: that departures are reconstructed, then what else must be known."""
    height = figure.get_figheight()
    text = "\n".join([CONDITIONAL, *(s for s in sentences if s)])
    figure.text(0.02, 0.10 / height, text, fontsize=9.5, color=GREY, va="bottom", linespacing=1.35)


def save(figure: Figure, path: Path) -> Path:
    """Write a PNG without dates or versions in it: the same figure is the same bytes."""
    figure.savefig(path, dpi=DPI, metadata={"Software": None})
    return path


def thousands(axes: Axes, which: str = "y") -> None:
    """Axis labels with thousands separated by commas."""
    from matplotlib.ticker import FuncFormatter

    axis = axes.yaxis if which == "y" else axes.xaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))


def number(value: float) -> str:
    """A number as one would read it out: 1,200; 35; 0.4."""
    if value == 0 or abs(value) >= 10:
        return f"{value:,.0f}"
    return f"{value:.2g}"
