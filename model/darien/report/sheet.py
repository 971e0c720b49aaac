"""A picture to draw on: lines and areas by matplotlib, words by Pillow.

Matplotlib takes some two thousandths of a second for each piece of text, which was most of the
time of our figures; Pillow, which matplotlib brings with it, takes a tenth of that. All positions
are in inches from the lower left corner, all sizes of words in points.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from darien.report.style import BLACK

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.transforms import TransformedBbox
    from PIL import Image
    from PIL.ImageFont import FreeTypeFont

DPI = 120
Face = Literal["regular", "bold", "italic"]
_FILES = {"regular": "DejaVuSans.ttf", "bold": "DejaVuSans-Bold.ttf", "italic": "DejaVuSans-Oblique.ttf"}
# Of DejaVu Sans, as shares of its size.
ASCENT, DESCENT, CAPITALS = 0.76, 0.24, 0.73
_APART = 0.08  # inches between the words at the foot and those above them


@dataclass(frozen=True)
class Words:
    """One or more lines of text and how they stand about a point.

    ``across``: the point is at their left, middle or right. ``up``: at the top, the middle (of the
    capitals), the bottom, or on the last base line. ``leading``: from base line to base line, in
    sizes. ``outline``: points of white around them. ``upright`` is turned to be read from the right.
    ``foot``: at the foot of the page, which becomes longer where they would touch others.
    """

    x: float
    y: float
    text: str
    size: float
    color: str = BLACK
    face: Face = "regular"
    across: Literal["left", "middle", "right"] = "left"
    up: Literal["top", "middle", "bottom", "base"] = "base"
    leading: float = 1.16
    outline: float = 0
    upright: bool = False
    foot: bool = False

    def base_lines(self) -> list[tuple[str, float]]:
        """Each line of the text with its height in inches."""
        lines = self.text.split("\n")
        size = self.size / 72
        step = self.leading * size
        below = (len(lines) - 1) * step
        last = {
            "top": self.y - ASCENT * size - below,
            "middle": self.y - (CAPITALS * size + below) / 2,
            "bottom": self.y + DESCENT * size,
            "base": self.y,
        }[self.up]
        return [(line, last + below - number * step) for number, line in enumerate(lines)]


@cache
def font(size: float, face: Face = "regular") -> FreeTypeFont:
    """A font at a size in points, for the resolution of our figures."""
    from matplotlib import get_data_path
    from PIL import ImageFont

    path = Path(get_data_path()) / "fonts" / "ttf" / _FILES[face]
    return ImageFont.truetype(path, size * DPI / 72, layout_engine=ImageFont.Layout.BASIC)


def length(text: str, size: float, face: Face = "regular") -> float:
    """How long the longest line is, in inches."""
    return max(font(size, face).getlength(line) for line in text.split("\n")) / DPI


def wrapped(text: str, size: float, width: float, face: Face = "regular") -> str:
    """Words in as many lines as they take at a size in points, on a width in inches."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and length(longer, size, face) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


class Sheet:
    """A white page of so many inches, and what has been put on it."""

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.width, self.height = width, height
        self.words: list[Words] = []
        self.figure = Figure(figsize=(width, height), dpi=DPI, facecolor="white")
        self._canvas = FigureCanvasAgg(self.figure)  # no window, no state shared with pyplot

    def add(self, artist: Artist, clip: TransformedBbox | None = None) -> None:
        """Put something on the page, cut at the edges of ``clip``."""
        artist.set_transform(self.figure.dpi_scale_trans)
        self.figure.add_artist(artist)
        artist.set_clip_box(clip)

    def write(self, x: float, y: float, text: str, size: float, **look: Any) -> None:
        """Put words on the page; ``look`` as the fields of :class:`Words`."""
        self.words.append(Words(x, y, text, size, **look))

    def lengthened(self) -> float:
        """By how many inches the page grows, so that the words at its foot touch none above them."""
        lowest = [_bottom(words) for words in self.words if not words.upright and not words.foot]
        tops = [_top(words) for words in self.words if words.foot]
        return max(0.0, max(tops) + _APART - min(lowest)) if tops and lowest else 0.0

    def picture(self) -> Image.Image:
        """The page in pixels."""
        from PIL import Image, ImageDraw

        self._canvas.draw()  # type: ignore[no-untyped-call]
        pixels = np.asarray(self._canvas.buffer_rgba())  # type: ignore[no-untyped-call]
        drawn = Image.fromarray(pixels).convert("RGB")
        more = self.lengthened()
        picture = Image.new("RGB", (drawn.width, drawn.height + round(more * DPI)), "white")
        picture.paste(drawn)
        pen = ImageDraw.Draw(picture)
        for words in self.words:
            if words.upright:
                _write_upright(picture, words, self.height)
                continue
            anchor = {"left": "ls", "middle": "ms", "right": "rs"}[words.across]
            for line, base in words.base_lines():
                pen.text(
                    (words.x * DPI, (self.height + more * words.foot - base) * DPI),
                    line,
                    fill=words.color,
                    font=font(words.size, words.face),
                    anchor=anchor,
                    stroke_width=words.outline * DPI / 72,
                    stroke_fill="white",
                )
        return picture


def _top(words: Words) -> float:
    return words.base_lines()[0][1] + ASCENT * words.size / 72


def _bottom(words: Words) -> float:
    return words.base_lines()[-1][1] - DESCENT * words.size / 72


def write_png(picture: Image.Image, path: Path) -> None:
    """Write a page without dates or versions in it: the same page is the same bytes."""
    picture.save(path, format="png", compress_level=3, dpi=(DPI, DPI))  # 9 gains little, and takes long


def _write_upright(picture: Image.Image, words: Words, height: float) -> None:
    """One line on a page so high, turned to the left about its middle."""
    from PIL import Image, ImageDraw

    face = font(words.size, words.face)
    long, high = round(face.getlength(words.text)) + 2, round(1.2 * face.size)
    mask = Image.new("L", (long, high))
    ImageDraw.Draw(mask).text((long / 2, high / 2), words.text, fill=255, font=face, anchor="mm")
    turned = mask.transpose(Image.Transpose.ROTATE_90)
    corner = (round(words.x * DPI - high / 2), round((height - words.y) * DPI - long / 2))
    picture.paste(Image.new("RGB", turned.size, words.color), corner, turned)
