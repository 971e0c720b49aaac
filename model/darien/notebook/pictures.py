"""A drawing as a picture that a notebook shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

    from darien.report.sheet import Sheet


def picture(draw: Callable[[], Sheet | None]) -> Image | None:
    """What ``draw`` draws, in the style of all figures; None where there is nothing to show."""
    from darien.report.style import style

    with style():
        sheet = draw()
        return None if sheet is None else sheet.picture()
