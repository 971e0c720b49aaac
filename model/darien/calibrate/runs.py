"""The runs of a problem: worked through on many hands, and kept as they finish.

They stand in one SQLite file under the hash of all that decides them, so that a killed fit goes on where it
was.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Collection
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import numpy as np

from darien.calibrate.design import Design, Job, Setting, conditioning, run_point
from darien.calibrate.lags import Floats
from darien.calibrate.unknowns import points
from darien.experiments.pool import Failed, Hands, run_all
from darien.experiments.run import Progress, warm_up
from darien.record.version import code_version
from darien.scenario.errors import UserMistake
from darien.scenario.files import to_yaml

R = TypeVar("R")
DECIDING = ("assumptions", "counted_series", "departures", "design", "lags", "targets", "unknowns")
"""Modules beside this one that decide, with the code of the model, what a run gives."""


class Kept:
    """The runs of a problem that are done, in a SQLite file."""

    def __init__(self, folder: Path, of: Setting) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.key = _key(of)
        self.file = folder / f"design-{self.key[:16]}.sqlite"
        self.conditioning = folder / f"conditioning-{self.key[:16]}.pickle"
        with closing(self._open()) as store:
            store.execute(
                "CREATE TABLE IF NOT EXISTS run (stage TEXT, number INTEGER, unit BLOB, counts BLOB, "
                "PRIMARY KEY (stage, number))"
            )
            store.execute(
                "CREATE TABLE IF NOT EXISTS said (stage TEXT, number INTEGER, text TEXT, "
                "PRIMARY KEY (stage, number))"
            )
            store.commit()

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.file, timeout=60)

    def put(self, stage: str, number: int, unit: Floats, counts: Floats) -> None:
        """Keep a run; whole or not at all."""
        with closing(self._open()) as store, store:
            store.execute(
                "INSERT OR REPLACE INTO run VALUES (?, ?, ?, ?)",
                (stage, number, unit.tobytes(), counts.tobytes()),
            )

    def say(self, stage: str, number: int, text: str) -> None:
        """Keep what a run of another kind found; whole or not at all."""
        with closing(self._open()) as store, store:
            store.execute("INSERT OR REPLACE INTO said VALUES (?, ?, ?)", (stage, number, text))

    def said(self, stage: str) -> dict[int, str]:
        """What runs of another kind found, by number."""
        with closing(self._open()) as store:
            return dict(store.execute("SELECT number, text FROM said WHERE stage = ?", (stage,)).fetchall())

    def numbers(self, stage: str, units: Floats) -> set[int]:
        """Which runs of a stage are done, at these points and no others."""
        with closing(self._open()) as store:
            done = store.execute("SELECT number, unit FROM run WHERE stage = ?", (stage,)).fetchall()
        return {n for n, unit in done if n < len(units) and unit == units[n].tobytes()}

    def design(self, stages: tuple[str, ...], data_points: int) -> Design:
        """The runs of some stages, in order."""
        marks = ", ".join("?" * len(stages))
        with closing(self._open()) as store:
            rows = store.execute(
                f"SELECT unit, counts FROM run WHERE stage IN ({marks}) ORDER BY stage, number", stages
            ).fetchall()
        units = np.array([np.frombuffer(unit) for unit, _ in rows])
        counts = np.array([np.frombuffer(found).reshape(data_points, 2) for _, found in rows])
        return Design(units, counts)


def _key(of: Setting) -> str:
    """The hash of all that decides the runs of a problem: the code, the history, unknowns, data points."""
    unknowns = {name: unknown.model_dump(mode="json") for name, unknown in of.problem.unknowns.items()}
    misdeclared = {name: share.model_dump(mode="json") for name, share in of.problem.misdeclared.items()}
    shape = {name: shape.model_dump(mode="json") for name, shape in of.problem.shape.items()}
    series = {name: series.model_dump(mode="json") for name, series in of.problem.series.items()}
    here = Path(__file__).parent
    sources = [(here / f"{name}.py").read_text(encoding="utf-8") for name in DECIDING]
    problem = [unknowns, misdeclared, shape, series]
    said = json.dumps([code_version(), sources, to_yaml(of.base), problem], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _keep_conditioning(of: Setting, kept: Kept) -> None:
    """Make what conditioning needs and keep it, unless it is there."""
    import pandas as pd

    if not kept.conditioning.is_file():
        part = kept.conditioning.with_suffix(".part")
        pd.to_pickle(conditioning(of), part)
        part.replace(kept.conditioning)


def work_through(
    of: Setting,
    kept: Kept,
    task: Callable[[Job], R],
    units: Floats,
    done: Collection[int],
    keep: Callable[[int, R], None],
    hands: Hands,
    progress: Progress | None,
) -> None:
    """Run a task at those of some points that are not done; ``keep`` each result as it comes.

    Raises UserMistake where a run failed, with all others kept.
    """
    waiting = [number for number in range(len(units)) if number not in done]
    tell = progress or (lambda done, of: None)
    tell(len(units) - len(waiting), len(units))
    if not waiting:
        return
    warm_up(of.base)
    _keep_conditioning(of, kept)
    jobs = [Job(of.file.resolve(), kept.conditioning.resolve(), n, tuple(units[n].tolist())) for n in waiting]
    failed: list[Failed] = []

    def each(index: int, result: R | Failed) -> None:
        if isinstance(result, Failed):
            failed.append(result)
        else:
            keep(waiting[index], result)
        tell(len(units) - len(waiting) + index + 1, len(units))

    run_all(task, jobs, hands.workers, on=hands.on, each=each)
    if failed:
        raise UserMistake(f"{len(failed)} of {len(jobs)} runs failed; the first: {failed[0].error}")


def run_stage(
    of: Setting, kept: Kept, stage: str, units: Floats, hands: Hands, progress: Progress | None = None
) -> None:
    """Run what is not done yet of a stage; raises as :func:`work_through`."""

    def keep(number: int, counts: Floats) -> None:
        kept.put(stage, number, units[number], counts)

    work_through(of, kept, run_point, units, kept.numbers(stage, units), keep, hands, progress)


def run_design(of: Setting, kept: Kept, hands: Hands, progress: Progress | None = None) -> Design:
    """The runs of the design, those missing run now."""
    run_stage(of, kept, "design", points(of.problem, len(of.simulated)), hands, progress)
    return kept.design(("design",), len(of.counter.points))
