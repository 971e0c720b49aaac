"""Which unknowns move an outcome: Morris' elementary effects and Sobol's shares of the variance.

The model is run at the points of a :class:`~darien.experiments.sensitivity_design.Design` as a sweep is, in
the folder ``runs`` of the result: an analysis that was stopped goes on where it was, and one with more
samples begins with those that are there.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from darien.experiments import named
from darien.experiments.dask_pool import hands_of
from darien.experiments.indices import LEVEL, MAIN, Indices, analyse
from darien.experiments.named import Named
from darien.experiments.sensitivity_design import METHODS, SAMPLES, Design, Method, need_salib
from darien.experiments.sensitivity_text import text
from darien.experiments.sweep import run_points
from darien.experiments.sweep_file import LoadedSweep, load_sweep
from darien.record.version import code_version, commit, package_versions
from darien.record.whole import MANIFEST, ResultError, write_json
from darien.scenario.errors import UserMistake
from darien.scenario.yaml_nodes import shown

if TYPE_CHECKING:
    import pandas as pd

    from darien.record.swept import Swept

KIND, FORMAT = "sensitivity", 1
TABLE, PARQUET, PAIRS, CONVERGENCE = (
    "sensitivity.csv",
    "sensitivity.parquet",
    "pairs.csv",
    "convergence.csv",
)
TEXT, RUNS, FIGURES = "sensitivity.txt", "runs", "figures"
OWN = (TABLE, PARQUET, PAIRS, CONVERGENCE, TEXT, RUNS, FIGURES, MANIFEST)
_OF_FILE: dict[str, Method] = {"morris": "morris", "saltelli": "sobol"}  # what a sweep file calls them


@dataclass(frozen=True)
class Sensitivity:
    """What an analysis found.

    ``found``: the :class:`~darien.experiments.indices.Indices` of each outcome. ``units``: their units.
    """

    loaded: LoadedSweep
    design: Design
    replicates: int
    found: dict[Named, Indices]
    units: dict[Named, str]

    def table(self) -> pd.DataFrame:
        """A row per outcome and parameter.

        ``outcome``, ``place``, ``unit``, ``parameter``, then the columns of the indices' table;
        outcomes that do not vary have none.
        """
        tables = [self._named(one, part.table.reset_index()) for one, part in self.found.items()]
        return _under_each_other(tables, ("outcome", "place", "unit", "parameter"))

    def pairs(self) -> pd.DataFrame:
        """A row per outcome and pair of parameters, with second order; else empty."""
        return _under_each_other([self._named(one, part.pairs) for one, part in self.found.items()])

    def convergence(self) -> pd.DataFrame:
        """A row per outcome: whether its indices converged, and how much of its variance is chance."""
        import pandas as pd

        rows = []
        for one, indices in self.found.items():
            how = indices.convergence
            rows.append(
                {
                    "outcome": one.outcome,
                    "place": one.place,
                    "converged": how is not None and how.converged,
                    "width": np.nan if how is None else how.width,
                    "swapped": 0 if how is None else len(how.swapped),
                    "drift": np.nan if how is None else how.drift,
                    "drift_quarter": np.nan if how is None else how.drift_quarter,
                    "chance": indices.chance,
                    "chance_of_one": indices.chance_of_one,
                    "says": indices.note if how is None else how.said,
                }
            )
        return pd.DataFrame(rows)

    def text(self) -> str:
        """The indices to read, with what they mean and do not."""
        return text(self)

    def _named(self, one: Named, table: pd.DataFrame) -> pd.DataFrame:
        about = {"outcome": one.outcome, "place": one.place, "unit": self.units[one]}
        return table.assign(**about)[[*about, *table.columns]] if len(table) else table


def sensitivity(
    loaded: LoadedSweep,
    design: Design,
    folder: Path,
    *,
    outcomes: Sequence[str] | None = None,
    workers: int = 1,
    on: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Sensitivity:
    """Run the model at the points of a design, in ``folder``, and work out the indices of outcomes.

    ``outcomes``: as :func:`darien.experiments.named.find` reads them. Raises UserMistake and what
    :func:`~darien.experiments.sweep.run_points` raises.
    """
    from darien.experiments.design import in_units

    swept = run_points(
        loaded, in_units(loaded, design.unit()), folder, workers=workers, on=on, progress=progress
    )
    return analysed(loaded, design, swept, outcomes)


def analysed(
    loaded: LoadedSweep, design: Design, swept: Swept, outcomes: Sequence[str] | None = None
) -> Sensitivity:
    """The indices of outcomes of a sweep over the points of a design. Raises UserMistake."""
    table = swept.table
    wanted = named.find(table, outcomes, "--outcomes")
    found = {one: analyse(design, one.of(swept).to_numpy(dtype=np.float64)) for one in wanted}
    units = {one: named.unit_of(table, one) for one in wanted}
    return Sensitivity(loaded, design, int(table["replicate"].nunique()), found, units)


def command(
    file: str | Path,
    method: str | None = None,
    samples: int | None = None,
    outcomes: Sequence[str] | None = None,
    *,
    second_order: bool = False,
    workers: int | None = None,
    dask: str | None = None,
    out: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """What ``darien sensitivity FILE`` does: run, print the indices, write the folder, return its path.

    ``workers``: processes of this machine, one where None; ``dask``: the address of a cluster in their place.
    ``out`` is ``results/sensitivity-`` and the name of the file where None. Raises UserMistake for all that
    the user can put right, before anything is run.
    """
    need_salib()
    loaded = load_sweep(file)
    design = design_of(loaded, method, samples, second_order)
    folder = Path("results") / f"sensitivity-{loaded.file.stem}" if out is None else Path(out)
    check_folder(folder)
    if outcomes is None:
        outcomes = loaded.sweep.outcomes
    else:
        named.check(loaded, outcomes, "--outcomes")
    with hands_of(workers, dask) as hands:
        found = sensitivity(
            loaded,
            design,
            folder / RUNS,
            outcomes=outcomes,
            workers=hands.workers,
            on=hands.on,
            progress=progress,
        )
    print(found.text(), end="")
    return write(folder, found)


def design_of(
    loaded: LoadedSweep, method: str | None = None, samples: int | None = None, second_order: bool = False
) -> Design:
    """The design of a sweep file; what is given goes before what it says. Raises UserMistake."""
    of_file = _OF_FILE.get(loaded.sweep.design)
    chosen = of_file if method is None else method
    if chosen not in METHODS:
        raise UserMistake(
            f"{shown(loaded.file)}: is for a sweep: say --method morris (which parameters matter at all) or "
            "--method sobol (which share of the variance is whose)"
            if method is None
            else f"--method: is morris or sobol; given {method}"
        )
    open_ = [
        name
        for name, one in loaded.parameters.items()
        if one.values is None and (one.low is None or one.high is None)
    ]
    if open_:
        raise UserMistake(
            f"{shown(loaded.file)}: parameters.{open_[0]}: needs low and high: the base gives no range for it"
        )
    if samples is None:
        points = loaded.sweep.points
        samples = points if chosen == of_file and isinstance(points, int) else None
    return Design(
        method=chosen,
        parameters=list(loaded.parameters),
        samples=SAMPLES[chosen] if samples is None else samples,
        seed=loaded.base.seed,
        second_order=second_order,
    )


def check_folder(folder: Path) -> None:
    """Refuse, before anything is run, a folder that holds what is not of a sensitivity analysis."""
    if folder.exists() and not folder.is_dir():
        raise ResultError(f"{folder}: is a file, results need a folder")
    foreign = sorted(set(os.listdir(folder)) - set(OWN)) if folder.is_dir() else []
    foreign = [name for name in foreign if not name.startswith(".writing.")]
    if foreign:
        raise ResultError(
            f"{folder}: holds files that are not of a sensitivity analysis ({', '.join(foreign[:3])}"
            f"{', ...' if len(foreign) > 3 else ''}): choose another folder"
        )


def write(folder: Path, found: Sensitivity) -> Path:
    """Write an analysis beside its runs; returns the folder. The manifest comes last: with it, all is there.

    Raises :class:`~darien.record.whole.ResultError`.
    """
    check_folder(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".writing.", dir=folder) as name:
            aside = Path(name)
            table, pairs = found.table(), found.pairs()
            table.to_csv(aside / TABLE, index=False, lineterminator="\n")
            table.to_parquet(aside / PARQUET, index=False)
            found.convergence().to_csv(aside / CONVERGENCE, index=False, lineterminator="\n")
            if len(pairs):
                pairs.to_csv(aside / PAIRS, index=False, lineterminator="\n")
            (aside / TEXT).write_text(found.text(), encoding="utf-8")
            write_json(aside / MANIFEST, _manifest(found))
            (folder / MANIFEST).unlink(missing_ok=True)
            if not len(pairs):
                (folder / PAIRS).unlink(missing_ok=True)
            for file in (TABLE, PARQUET, CONVERGENCE, PAIRS, TEXT, MANIFEST):
                if (aside / file).exists():
                    (aside / file).replace(folder / file)
    except OSError as error:
        raise ResultError(f"{folder}: cannot write results: {error.strerror or error}") from error
    return folder


def _manifest(found: Sensitivity) -> dict[str, Any]:
    design, loaded = found.design, found.loaded
    return {
        "kind": KIND,
        "format": FORMAT,
        "title": loaded.sweep.title,
        "method": design.method,
        "samples": design.samples,
        "points": design.points,
        "second_order": design.second_order,
        "seed": design.seed,
        "replicates": found.replicates,
        "level": LEVEL,
        "main": MAIN[design.method],
        "parameters": list(design.parameters),
        "code": code_version(),
        "commit": commit(),
        "versions": package_versions(),
    }


def _under_each_other(tables: list[pd.DataFrame], columns: Sequence[str] = ()) -> pd.DataFrame:
    """One table of all that have rows; where none has, no rows of some ``columns``."""
    import pandas as pd

    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(columns))
