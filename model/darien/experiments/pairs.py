"""Pairs of runs: every option meets the same draws of the unknowns, the same people and the same luck."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from darien.experiments.drawn import Draws
from darien.experiments.run import Progress, Task, run_tasks
from darien.experiments.structures import Structure

if TYPE_CHECKING:
    from darien.record.run import Run
    from darien.scenario.schema import Scenario


@dataclass(frozen=True)
class Pairs:
    """Which runs each scenario of a comparison has.

    ``draws``: of a fit, the first ``count`` of them with ``luck`` runs each; None: ``count`` runs, everything
    at its central value. Pair p has draw p // luck and replicate number p: both are the same for all options.
    ``structure``: through which every scenario goes after its draw.
    """

    count: int
    luck: int = 1
    draws: Draws | None = None
    structure: Structure | None = None

    def tasks(self, scenario: Scenario, keep: Collection[str] = ()) -> list[Task]:
        """The runs of one scenario, in order; ``keep``: paths that no draw changes."""
        found = []
        for draw in range(self.count):
            own = scenario if self.draws is None else self.draws.replicate(scenario, draw, keep)
            own = own if self.structure is None else self.structure(own)
            numbers = range(draw * self.luck, (draw + 1) * self.luck)
            found += [Task(own, number, starts_only=True) for number in numbers]
        return found


def run_pairs(
    asked: Mapping[str, list[Task]],
    workers: int,
    progress: Progress | None,
    on: Executor | None = None,
) -> dict[str, list[Run]]:
    """The runs of many lists of tasks, by the name of the list; the same for any number of workers.

    Raises as :func:`~darien.experiments.run.run_tasks` does.
    """
    runs = iter(run_tasks([task for tasks in asked.values() for task in tasks], workers, progress, on))
    return {name: [next(runs) for _ in tasks] for name, tasks in asked.items()}
