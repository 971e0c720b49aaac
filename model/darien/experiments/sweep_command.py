"""What ``darien sweep FILE`` does, and what it says in the end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from darien.experiments.outcomes_text import figure
from darien.experiments.sweep_file import load_sweep
from darien.record.swept import Swept

if TYPE_CHECKING:
    from darien.experiments.run import Progress


def command(
    file: str | Path,
    *,
    workers: int | None = None,
    dask: str | None = None,
    replicates: int | None = None,
    out: Path | None = None,
    progress: Progress | None = None,
) -> Swept:
    """Run a sweep into ``out``, ``results/`` and the name of the file where None; goes on where it was.

    ``workers``: processes of this machine, one where None; ``dask``: the address of a cluster in their place.
    Raises as :func:`~darien.experiments.sweep.run_points`.
    """
    loaded = load_sweep(file)

    from darien.experiments.dask_pool import hands_of
    from darien.experiments.design import points_of
    from darien.experiments.sweep import run_points

    points = points_of(loaded)
    folder = out if out is not None else Path("results") / loaded.file.stem
    with hands_of(workers, dask) as hands:
        return run_points(
            loaded,
            points,
            folder,
            workers=hands.workers,
            on=hands.on,
            replicates=replicates,
            progress=progress,
        )


def checked(file: str | Path) -> str:
    """A sweep in a line, every point of it looked at. Raises ScenarioError or UserMistake."""
    from darien.experiments.design import points_of
    from darien.experiments.sweep import plain
    from darien.experiments.sweep_file import ANALYSED, refuse_bad_points

    loaded = load_sweep(file)
    sweep = loaded.sweep
    names = f"{', '.join(loaded.parameters)} of {sweep.base}"
    if sweep.design in ANALYSED:
        return f"{sweep.design} over {names}"
    points = plain(points_of(loaded), list(loaded.parameters))
    refuse_bad_points(loaded, points)
    return f"{len(points)} points over {names}, {sweep.replicates} replicates each"


def told(found: Swept) -> str:
    """For each outcome of the whole route: its range over the points, and the chance within a point."""
    import numpy as np

    table = found.table
    whole = table[(table["place"] == "") | ~table["outcome"].isin(table.loc[table["place"] == "", "outcome"])]
    means = whole.groupby(["outcome", "place", "unit", "point"], observed=True, sort=False)["value"]
    each = means.agg(["mean", "var"]).reset_index()
    head = ("outcome", "smallest mean", "at point", "largest mean", "at point", "chance", "unit")
    rows: list[tuple[str, ...]] = [head]
    for (outcome, place, unit), found_there in each.groupby(
        ["outcome", "place", "unit"], observed=True, sort=False
    ):
        of_it = found_there.set_index("point")
        mean = of_it["mean"].dropna()
        if mean.empty or not mean.any():
            continue
        chance = float(np.sqrt(of_it["var"].mean()))
        name = " ".join(str(part) for part in (outcome, place) if part).replace("_", " ")
        ends = (figure(mean.min()), str(mean.idxmin()), figure(mean.max()), str(mean.idxmax()))
        rows.append((name, *ends, "" if np.isnan(chance) else figure(chance), str(unit)))
    widths = [max(len(row[n]) for row in rows) for n in range(len(head))]
    lines = [
        "  ".join(
            (
                row[0].ljust(widths[0]),
                *(c.rjust(w) for c, w in zip(row[1:-1], widths[1:-1], strict=True)),
                row[-1],
            )
        )
        for row in rows
    ]
    manifest = found.manifest
    runs = f"{len(found.points):,} points, {manifest['replicates']:,} replicates each"
    note = "Chance: standard deviation between the replicates of a point. points.csv has the points."
    return "\n".join([f"{manifest['title']}: {runs}", *lines, note])
