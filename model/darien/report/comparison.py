"""Which figures a comparison has beside those of displacement: trade-offs, regret, weightings, costs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darien.record.whole import ResultError
from darien.report.costs import draw_costs
from darien.report.regret import draw_regret
from darien.report.tradeoffs import draw_tradeoff
from darien.report.weightings import draw_weightings

if TYPE_CHECKING:
    import pandas as pd

    from darien.report.sheet import Sheet

NEEDED = ("axes", "pareto", "regret", "weightings", "acceptability", "swings", "costs")


def weighed_drawings(folder: Path, manifest: dict[str, Any]) -> dict[str, Callable[[], Sheet | None]]:
    """What to draw, by name; nothing where the comparison says of no outcome which way is better.

    Raises :class:`~darien.record.whole.ResultError` where a table cannot be read.
    """
    if not manifest.get("better"):
        return {}
    tables = {name: _read(folder / f"{name}.csv") for name in NEEDED}
    across, up = manifest["chart"]
    costs = tables["costs"]
    return {
        "tradeoff": partial(draw_tradeoff, tables["axes"], tables["pareto"], across, up, manifest),
        "regret": partial(draw_regret, tables["regret"], up, manifest),
        "weightings": partial(
            draw_weightings, tables["weightings"], tables["acceptability"], tables["swings"], manifest
        ),
        "costs": partial(draw_costs, costs, across, manifest),
    }


def _read(file: Path) -> pd.DataFrame:
    import pandas as pd

    texts = {"option": str, "outcome": str, "of": str, "reads": str, "dominated_by": str}
    try:
        # An option may be called anything, null too: nothing but an empty cell is missing.
        found = pd.read_csv(file, dtype=texts, keep_default_na=False, na_values=[""])
        return found.fillna(dict.fromkeys(texts, ""))
    except (OSError, ValueError) as error:
        raise ResultError(f"{file}: cannot be read: {error}") from error
