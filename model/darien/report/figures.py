"""Draw the figures of a result or a comparison: what record wrote, and the reported counts beside it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from darien.record.compared import read_displacement
from darien.record.store import read
from darien.record.whole import ResultError
from darien.report.sheet import Sheet, write_png
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

    results = read(folder, scenario)
    drawings = {"route": draw_route, "flows": draw_flows, "detention": draw_detention, "ends": draw_ends}
    return _write(Path(folder), {name: partial(function, results) for name, function in drawings.items()})


def draw_comparison(folder: str | Path) -> list[Path]:
    """Draw how each option of a comparison moved people between legs, as :func:`draw` does.

    Where it says which way outcomes are better, also how options trade one off against another. An option
    that clearly moved nobody has no figure.
    """
    from darien.report.comparison import weighed_drawings
    from darien.report.displacement import draw_displacement

    found = read_displacement(Path(folder))
    drawings: dict[str, Callable[[], Sheet | None]] = weighed_drawings(Path(folder), found.manifest)
    for name in found.options:
        drawings[f"displacement-{name}"] = partial(draw_displacement, found, name)
    return _write(Path(folder), drawings)


def draw_fit(folder: str | Path) -> list[Path]:
    """Draw what a fit says of its unknowns and of the reported numbers, as :func:`draw` does."""
    from darien.report.fit import draw_predictions, draw_unknowns, read_fit
    from darien.report.hold_out import draw_hold_out
    from darien.report.shocks import draw_shocks

    found = read_fit(Path(folder))
    drawings: dict[str, Callable[[], Sheet | None]] = {
        "unknowns": partial(draw_unknowns, found),
        "predictions": partial(draw_predictions, found),
        "holdout": partial(draw_hold_out, found.title, Path(folder)),
        "shocks": partial(draw_shocks, found.title, Path(folder)),
    }
    return _write(Path(folder), drawings)


def draw_sweep(folder: str | Path) -> list[Path]:
    """Draw what fits the design of a sweep: a map, lines or strands of its outcomes, as :func:`draw` does."""
    from darien.record.swept import read_sweep
    from darien.report.sweeps import drawings

    return _write(Path(folder), drawings(read_sweep(Path(folder))))


def draw_sensitivity(folder: str | Path) -> list[Path]:
    """Draw the indices of a sensitivity analysis, as :func:`draw` does."""
    from darien.report import sensitivity

    found = sensitivity.read_sensitivity(Path(folder))
    return _write(Path(folder), {found.manifest["method"]: partial(sensitivity.draw_sensitivity, found)})


def draw_discovery(folder: str | Path) -> list[Path]:
    """Draw the box of a scenario discovery, as :func:`draw` does."""
    from darien.report.discovery import draw_box, read_discovery

    return _write(Path(folder), {"box": partial(draw_box, read_discovery(Path(folder)))})


def _write(folder: Path, drawings: Mapping[str, Callable[[], Sheet | None]]) -> list[Path]:
    """Put figures, by name, in the place of those that ``folder`` had, once all are drawn."""
    drawn: list[Path] = []
    packed: list[Future[None]] = []
    try:
        aside = Path(tempfile.mkdtemp(prefix=".figures.", dir=folder))
    except OSError as error:
        raise ResultError(f"{folder}: cannot write figures: {error.strerror}") from error
    try:
        with style(), ThreadPoolExecutor(1) as packer:  # packs one while the next is drawn
            for name, drawing in drawings.items():
                sheet = drawing()
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
