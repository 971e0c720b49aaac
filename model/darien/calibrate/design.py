"""The design of a problem: runs at points spread over the priors, which every fit of the problem shares.

At each point the departures are worked out anew (:func:`conditioned`), then the history runs once and what
it counts of each data point is kept. Runs are kept as they finish, in one SQLite file under the hash of all
that decides them, so that a killed fit goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from darien.calibrate.assumptions import WorkingAssumptions
from darien.calibrate.command import simulate_on
from darien.calibrate.counted_series import Counter, data_points
from darien.calibrate.departures import (
    WORKING,
    Wanted,
    averaged,
    given_rates,
    read_responses,
    rescaled,
    wanted_of,
)
from darien.calibrate.lags import Floats, Response, days_of, months_of, with_rates
from darien.calibrate.problem import Problem, load_problem
from darien.calibrate.targets import targets_of
from darien.calibrate.unknowns import (
    Prior,
    points,
    priors,
    reporting_priors,
    scenario_at,
    values_at,
)
from darien.experiments.pool import Failed, run_all
from darien.experiments.run import Progress, simulate, warm_up
from darien.record.assumptions import CountAssumptions
from darien.record.reported import load_reported
from darien.record.version import code_version
from darien.scenario import library
from darien.scenario.errors import UserMistake
from darien.scenario.files import load, to_yaml

if TYPE_CHECKING:
    import pandas as pd

    from darien.scenario.schema import Scenario

R = TypeVar("R")
DECIDING = ("assumptions", "counted_series", "departures", "design", "lags", "targets", "unknowns")
"""Modules beside this one that decide, with the code of the model, what a run gives."""
ROUNDS = 4  # of running and rescaling at each point, from the departures of the history


@dataclass(frozen=True)
class Conditioning:
    """What working out departures anew needs, read once from the history as it stands."""

    rates: pd.DataFrame  # persons per day, months by group
    responses: dict[str, Response]
    wanted: dict[str, Wanted]


@dataclass(frozen=True)
class Setting:
    """A problem with all that its runs share."""

    file: Path
    problem: Problem
    history: Path
    base: Scenario
    priors: list[Prior]
    counter: Counter

    @property
    def simulated(self) -> list[Prior]:
        """The priors of the unknowns that a run and its counting need: all but what is said of reporting."""
        return self.priors[: len(self.priors) - len(reporting_priors(self.problem, self.base))]


@dataclass(frozen=True)
class Design:
    """Points and what the runs there counted.

    ``units``: (runs, unknowns) from 0 to 1. ``counts``: (runs, data points, 2) persons.
    """

    units: Floats
    counts: Floats


def setting(file: Path) -> Setting:
    """A problem, its history, its priors and data points. Raises UserMistake or ScenarioError."""
    problem = load_problem(file)
    beside = file.parent / problem.history
    history = beside if beside.is_file() else library.find(problem.history)
    base = load(history)
    found = data_points(problem, base, load_reported())
    return Setting(file, problem, history, base, priors(problem, base), Counter(problem.series, found, base))


def conditioning(of: Setting) -> Conditioning:
    """Responses and targets under the history as it stands; some runs."""
    targets = targets_of(of.base, load_reported())
    rates = given_rates(of.base, targets)
    responses = read_responses(of.base, rates, simulate_on(1), WorkingAssumptions())
    return Conditioning(rates, responses, wanted_of(targets, responses, months_of(of.base)))


def conditioning_at(of: Setting, how: Conditioning, unit: Floats) -> Conditioning:
    """The same under what a point says of the shape of months inside years.

    ``unit``: (unknowns that a run needs, or more) from 0 to 1.
    """
    values = values_at(of.simulated, unit[: len(of.simulated)])
    shape = {name: values[name] for name in of.problem.shape}
    if not shape:
        return how
    usual = CountAssumptions()
    changed = {name: getattr(usual, name).model_copy(update={"value": v}) for name, v in shape.items()}
    targets = targets_of(of.base, load_reported(), replace(usual, **changed))
    return replace(how, wanted=wanted_of(targets, how.responses, months_of(of.base)))


def conditioned(scenario: Scenario, how: Conditioning, replicate: int) -> Scenario:
    """The scenario with departures that give the deriving series under its own unknowns."""
    working, days, rates = WorkingAssumptions(), days_of(scenario), how.rates.copy()
    for _ in range(ROUNDS):
        run = simulate(with_rates(scenario, rates), replicate=replicate)
        counted = averaged([run.counts], scenario, rates.mul(days, axis=0), how.responses)
        for name in rates.columns:
            rates[name] = rescaled(
                rates[name].to_numpy(),
                days,
                how.responses[name],
                counted[name].to_numpy(),
                how.wanted[name],
                scenario.persons_per_migrant.get(name, 1),
                working,
            )
    return with_rates(scenario, rates)


@dataclass(frozen=True)
class Job:
    """A point for a worker to run."""

    file: Path
    conditioning: Path
    number: int
    unit: tuple[float, ...]


@cache
def shared(file: Path, conditioning_file: Path) -> tuple[Setting, Conditioning]:
    """What the runs of one worker share."""
    import pandas as pd

    return setting(file), pd.read_pickle(conditioning_file)


def _run(job: Job) -> Floats:
    of, how = shared(job.file, job.conditioning)
    unit = np.array(job.unit)
    scenario = scenario_at(of.history, of.problem, of.base, of.simulated, unit)
    now = conditioned(scenario, conditioning_at(of, how, unit), WORKING + job.number)
    values = values_at(of.simulated, job.unit)
    return of.counter.read(simulate(now, replicate=job.number).counts, values)


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

    def numbers(self, stage: str) -> set[int]:
        """Which runs of a stage are done."""
        with closing(self._open()) as store:
            return {n for (n,) in store.execute("SELECT number FROM run WHERE stage = ?", (stage,))}

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
    workers: int,
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
    jobs = [Job(of.file, kept.conditioning, n, tuple(units[n].tolist())) for n in waiting]
    failed: list[Failed] = []

    def each(index: int, result: R | Failed) -> None:
        if isinstance(result, Failed):
            failed.append(result)
        else:
            keep(waiting[index], result)
        tell(len(units) - len(waiting) + index + 1, len(units))

    run_all(task, jobs, workers, each=each)
    if failed:
        raise UserMistake(f"{len(failed)} of {len(jobs)} runs failed; the first: {failed[0].error}")


def run_stage(
    of: Setting, kept: Kept, stage: str, units: Floats, workers: int, progress: Progress | None = None
) -> None:
    """Run what is not done yet of a stage; raises as :func:`work_through`."""

    def keep(number: int, counts: Floats) -> None:
        kept.put(stage, number, units[number], counts)

    work_through(of, kept, _run, units, kept.numbers(stage), keep, workers, progress)


def run_design(of: Setting, kept: Kept, workers: int = 1, progress: Progress | None = None) -> Design:
    """The runs of the design, those missing run now."""
    run_stage(of, kept, "design", points(of.problem, len(of.simulated)), workers, progress)
    return kept.design(("design",), len(of.counter.points))
