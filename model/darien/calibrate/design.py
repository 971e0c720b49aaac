"""The design of a problem: runs at points spread over the priors, which every fit of the problem shares.

At each point the departures are worked out anew (:func:`conditioned`), then the history runs once and what
it counts of each data point is kept (:mod:`darien.calibrate.runs`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from darien.calibrate.assumptions import WorkingAssumptions
from darien.calibrate.command import simulate_on
from darien.calibrate.counted_series import Counter, data_points, derived_points, derived_series
from darien.calibrate.departures import (
    CHANCE,
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
    priors,
    reporting_priors,
    scenario_at,
    values_at,
    weights,
)
from darien.experiments.run import simulate
from darien.record.assumptions import CountAssumptions
from darien.record.report_files import load_reported
from darien.scenario import library
from darien.scenario.files import load

if TYPE_CHECKING:
    import pandas as pd

    from darien.record.reported import Reported
    from darien.scenario.schema import Scenario

YEAR = 12  # months


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
    reported: Reported

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
    base, reported = load(history, weights(problem)), load_reported()
    points = [*data_points(problem, base, reported), *derived_points(base, reported)]
    counter = Counter(problem.series | derived_series(base), points, base)
    return Setting(file, problem, history, base, priors(problem, base), counter, reported)


def conditioning(of: Setting) -> Conditioning:
    """Responses and targets under the history as it stands; some runs."""
    targets = targets_of(of.base, of.reported)
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
    targets = targets_of(of.base, of.reported, replace(usual, **changed))
    return replace(how, wanted=wanted_of(targets, how.responses, months_of(of.base)))


def conditioned(scenario: Scenario, how: Conditioning, replicate: int, rounds: int = 1) -> Scenario:
    """The scenario with departures that give the deriving series under its own unknowns.

    ``rounds``: of running and rescaling, from the departures of the history. Each may multiply a month by
    :attr:`WorkingAssumptions.largest_change`: where fewer come by than that makes up for, the counts do not
    come out, which is told by :func:`~darien.calibrate.counted_series.derived_points`.
    """
    working, days, rates = WorkingAssumptions(), days_of(scenario), how.rates.copy()
    responses = dict(how.responses)
    for _ in range(rounds):
        run = simulate(with_rates(scenario, rates), replicate=replicate)
        counted = averaged([run.counts], scenario, rates.mul(days, axis=0), responses)
        for name, usual in how.responses.items():
            given, seen = rates[name].to_numpy(), counted[name].to_numpy()
            weight = scenario.persons_per_migrant.get(name, 1)
            responses[name] = usual.times(part_counted(seen, usual.matrix @ (given * days), weight))
            rates[name] = rescaled(given, days, responses[name], seen, how.wanted[name], weight, working)
    return with_rates(scenario, rates)


def part_counted(counted: Floats, expected: Floats, weight: int) -> float:
    """What part of those whom a response lets expect is counted under other unknowns than it was read under.

    ``counted``, ``expected``: (months,) persons; ``weight``: persons per migrant, of whom few are chance. A
    queue keeps people from the count too, but for a time: the median over all spans of a year passes it over.
    Without this, whoever goes elsewhere would be taken to wait, and nobody sent after them.
    """
    span, chance = np.ones(min(len(counted), YEAR)), CHANCE * weight
    ratio = (np.convolve(counted, span, "valid") + chance) / (np.convolve(expected, span, "valid") + chance)
    return float(np.median(ratio))


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


def run_point(job: Job) -> Floats:
    """(points, 2) persons that a run at a point counts, departures worked out anew."""
    of, how = shared(job.file, job.conditioning)
    unit = np.array(job.unit)
    scenario = scenario_at(of.history, of.problem, of.base, of.simulated, unit)
    now = conditioned(scenario, conditioning_at(of, how, unit), WORKING + job.number)
    values = values_at(of.simulated, job.unit)
    return of.counter.read(simulate(now, replicate=job.number).counts, values)
