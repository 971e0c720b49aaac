"""Run a scenario: one replicate, or many that share its seed and differ by their number."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from darien.experiments.pool import Failed, run_all
from darien.scenario.schema import Period

if TYPE_CHECKING:
    from darien.experiments.drawn import Draws
    from darien.record.run import Run
    from darien.scenario.schema import Scenario

Progress = Callable[[int, int], None]
"""Called with how much is done (days simulated, runs), and of how much in all."""
Show = Callable[[str], AbstractContextManager[Progress | None]]
"""Shows the progress of one stage of the work; given what is counted."""


def simulate(
    scenario: Scenario,
    *,
    seed: int | None = None,
    replicate: int = 0,
    journeys: bool = False,
    starts_only: bool = False,
    progress: Progress | None = None,
) -> Run:
    """Run one replicate, here and now.

    The same scenario, seed (the scenario's own where None) and ``replicate`` give the same run on any
    machine. ``starts_only`` keeps of the counts who started each leg, all groups together: what a
    comparison sends from process to process. ``seconds`` of the run is the time simulated here.
    """
    from darien.actors.model import RouteModel
    from darien.record.counts import leg_starts

    days = scenario.period.days
    model = RouteModel(scenario, seed=seed, replicate=replicate, collect=False)
    model.run(on_days=None if progress is None else lambda done: progress(done, days))
    run: Run = model.result(journeys=journeys)
    model.let_go()
    return replace(run, counts=leg_starts(run.counts)) if starts_only else run


@dataclass(frozen=True)
class Task:
    """One replicate for a worker to run."""

    scenario: Scenario
    replicate: int
    seed: int | None = None
    journeys: bool = False
    starts_only: bool = False

    def __call__(self, progress: Progress | None = None) -> Run:
        return simulate(
            self.scenario,
            seed=self.seed,
            replicate=self.replicate,
            journeys=self.journeys,
            starts_only=self.starts_only,
            progress=progress,
        )


def run_replicates(
    scenario: Scenario,
    replicates: int,
    workers: int = 1,
    journeys: bool = False,
    progress: Progress | None = None,
    draws: Draws | None = None,
) -> list[Run]:
    """Run replicates 0 to ``replicates`` - 1 of a scenario; the same for any number of workers.

    With ``draws`` each has another draw of a fit; where there are more replicates than draws they begin anew.
    Raises what a replicate raised, or :class:`~darien.experiments.pool.WorkerDied`, and stops there.
    """
    if replicates < 1:
        raise ValueError(f"needs 1 replicate or more, got {replicates}")
    of = [
        draws.replicate(scenario, number % len(draws.table)) if draws else scenario
        for number in range(replicates)
    ]
    return run_tasks(
        [Task(of[number], number, journeys=journeys) for number in range(replicates)], workers, progress
    )


def run_tasks(
    tasks: list[Task], workers: int = 1, progress: Progress | None = None, on: Executor | None = None
) -> list[Run]:
    """Run any tasks, results in their order; ``progress`` counts the days of all of them.

    ``on``: an executor to run them on, in the place of ``workers`` processes of this machine.

    Raises as :func:`run_replicates` does.
    """
    count = _Days(tasks, progress)
    if on is not None or (workers > 1 and len(tasks) > 1):
        warm_up(tasks[0].scenario)
        found = run_all(_run, tasks, workers, on=on, each=count.whole)
    else:
        found = run_all(count.run, list(range(len(tasks))), each=_raise)
    return [result for result in found if not isinstance(result, Failed)]


def warm_up(scenario: Scenario) -> Run:
    """Compile the engine (or read it from the cache) by running the scenario's first day; returns that run.

    Before workers are started this spares each of them the compilation, since they find it cached.
    """
    start = scenario.period.start
    return simulate(scenario.model_copy(update={"period": Period(start=start, end=start)}))


def _run(task: Task) -> Run:
    return task()


def _raise(index: int, result: Run | Failed) -> None:
    """Stop at the first failure: replicates of one scenario fail for the same reason."""
    if isinstance(result, Failed):
        raise result.error


class _Days:
    """Counts the days simulated over all tasks: day by day here, by whole tasks from workers."""

    def __init__(self, tasks: list[Task], progress: Progress | None) -> None:
        self._tasks = tasks
        self._of = sum(task.scenario.period.days for task in tasks)
        self._done = 0
        self._progress = progress

    def whole(self, index: int, result: Run | Failed) -> None:
        _raise(index, result)
        self._done += self._tasks[index].scenario.period.days
        if self._progress is not None:
            self._progress(self._done, self._of)

    def run(self, index: int) -> Run:
        task = self._tasks[index]
        if self._progress is None:
            return task()
        before, progress = self._done, self._progress
        run = task(lambda done, _: progress(before + done, self._of))
        self._done = before + task.scenario.period.days
        return run
