"""Draw the figures of a result: what record wrote, and the reported counts beside it."""

from __future__ import annotations

import shutil
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from darien.record.store import read
from darien.record.whole import ResultError
from darien.report.sheet import write_png
from darien.report.style import style

if TYPE_CHECKING:
    from darien.scenario.schema import Scenario


def draw(folder: str | Path, scenario: Scenario | None = None) -> list[Path]:
    """Draw route, flows, detention and ends of a result folder into its ``figures``; returns the files.

    ``scenario``: the one that was run, where it is at hand; else it is read from the folder.

    A figure that has nothing to show (no detention centre, nobody who departed) is left out. Old
    figures are replaced when the new ones are all there. Raises
    :class:`~darien.record.whole.ResultError` if the folder is no result, or cannot be written to.
    """
    from darien.report.detention import draw_detention
    from darien.report.ends import draw_ends
    from darien.report.flows import draw_flows
    from darien.report.route import draw_route

    folder = Path(folder)
    results = read(folder, scenario)
    drawn: list[Path] = []
    packed: list[Future[None]] = []
    try:
        aside = Path(tempfile.mkdtemp(prefix=".figures.", dir=folder))
    except OSError as error:
        raise ResultError(f"{folder}: cannot write figures: {error.strerror}") from error
    try:
        with style(), ThreadPoolExecutor(1) as packer:  # packs one while the next is drawn
            for name, function in (
                ("route", draw_route),
                ("flows", draw_flows),
                ("detention", draw_detention),
                ("ends", draw_ends),
            ):
                sheet = function(results)
                if sheet is not None:
                    drawn.append(aside / f"{name}.png")
                    packed.append(packer.submit(write_png, sheet.picture(), drawn[-1]))
        for done in packed:
            done.result()
        figures = folder / "figures"
        figures.mkdir(exist_ok=True)
        for old in figures.glob("*.png"):
            if old.name not in {file.name for file in drawn}:
                old.unlink()
        return [file.replace(figures / file.name) for file in drawn]
    except OSError as error:
        raise ResultError(f"{folder}: cannot write figures: {error.strerror or error}") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
