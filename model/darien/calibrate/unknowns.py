"""The unknowns of a problem: priors, points of a design, and the scenario that a point stands for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from scipy.special import ndtri
from scipy.stats import qmc

from darien.calibrate.lags import Floats
from darien.calibrate.problem import Problem, Unknown
from darien.record.assumptions import CountAssumptions
from darien.scenario.at import quantity_at, with_value
from darien.scenario.errors import UserMistake
from darien.scenario.files import load
from darien.scenario.schema import Scenario

DESIGN_SEED = 20140101  # a design is part of the problem: the same for everyone
TAIL = float(ndtri(0.95))  # standard deviations from the middle of a normal prior to its bounds


@dataclass(frozen=True)
class Prior:
    """What is thought of an unknown; a point of it is a number from 0 to 1.

    It is flat between two bounds, or (``lognormal``) its logarithm is normal and 5 and 95 % lie at them.
    """

    name: str
    low: float
    high: float
    scale: Literal["linear", "log", "lognormal"]

    def value(self, unit: Floats | float) -> Any:
        """Values for points from 0 to 1."""
        if self.scale == "lognormal":
            middle, reach = math.log(self.low * self.high) / 2, math.log(self.high / self.low) / 2
            return np.exp(middle + reach / TAIL * ndtri(np.asarray(unit)))
        if self.scale == "log":
            return np.exp(math.log(self.low) + np.asarray(unit) * math.log(self.high / self.low))
        return self.low + np.asarray(unit) * (self.high - self.low)


def values_at(known: Sequence[Prior], unit: Sequence[float] | Floats) -> dict[str, float]:
    """Values by name at a point from 0 to 1."""
    return {prior.name: float(prior.value(u)) for prior, u in zip(known, unit, strict=True)}


def priors(problem: Problem, scenario: Scenario) -> list[Prior]:
    """Priors of the unknowns of the scenario, of misdeclared shares, of what shapes months, of what is
    reported; as in the file.

    Raises UserMistake where a path names no number, or no range is known.
    """
    others = [Prior(name, share.low, share.high, "linear") for name, share in problem.misdeclared.items()]
    return (
        priors_of(problem.unknowns, scenario)
        + others
        + _shapes(problem)
        + reporting_priors(problem, scenario)
    )


def reporting_priors(problem: Problem, scenario: Scenario) -> list[Prior]:
    """Priors of what no run needs: of reporting shares, of the steps by which they drift, of spreads."""
    shares = [Prior(name, share.low, share.high, "log") for name, share in problem.reporting.items()]
    steps = []
    for name, drift in problem.drifts.items():
        most = math.exp(TAIL * drift.step)
        steps += [Prior(step_name(name, year), 1 / most, most, "lognormal") for year in steps_of(scenario)]
    times = [Prior(name, one.low, one.high, "log") for name, one in problem.spread_times.items()]
    return shares + steps + times


def steps_of(scenario: Scenario) -> range:
    """The years of a history into which reporting shares may have moved: all but its first."""
    return range(scenario.period.start.year + 1, scenario.period.end.year + 1)


def step_name(drift: str, year: int) -> str:
    """The name of the factor by which shares moved into a year."""
    return f"{drift}_{year}"


def _shapes(problem: Problem) -> list[Prior]:
    found = []
    for name, shape in problem.shape.items():
        usual = getattr(CountAssumptions(), name)
        low = usual.low if shape.low is None else shape.low
        high = usual.high if shape.high is None else shape.high
        if not low < high:
            raise UserMistake(f"shape.{name}: its low {low:g} is not below its high {high:g}")
        found.append(Prior(name, low, high, "linear"))
    return found


def priors_of(unknowns: dict[str, Unknown], scenario: Scenario) -> list[Prior]:
    """Priors of some unknowns. Raises UserMistake as :func:`priors`."""
    found = []
    for name, unknown in unknowns.items():
        low, high = _bounds(name, unknown, scenario)
        if not low < high:
            raise UserMistake(f"unknowns.{name}: its low {low:g} is not below its high {high:g}")
        if unknown.scale == "log" and low <= 0:
            raise UserMistake(f"unknowns.{name}: a log scale needs a low above 0, got {low:g}")
        found.append(Prior(name, low, high, unknown.scale))
    return found


def _bounds(name: str, unknown: Unknown, scenario: Scenario) -> tuple[float, float]:
    if unknown.times is not None:
        for path in unknown.paths:
            quantity_at(scenario, path)
        return float(unknown.times.low or 0.0), float(unknown.times.high or 0.0)
    given = quantity_at(scenario, unknown.paths[0])
    low = given.low if unknown.low is None else unknown.low
    high = given.high if unknown.high is None else unknown.high
    if low is None or high is None:
        raise UserMistake(f"unknowns.{name}: {unknown.paths[0]} has no range: give low and high")
    return low, high


def numbers_of(
    problem: Problem, scenario: Scenario, known: Sequence[Prior], unit: Floats
) -> dict[str, float]:
    """What a point of the design sets in the scenario, by path."""
    numbers: dict[str, float] = {}
    happening = problem.unknowns | problem.assumed
    for prior, u in zip(known, unit, strict=False):
        if prior.name not in happening:
            continue  # what is counted, not what happens
        unknown = happening[prior.name]
        value = float(prior.value(float(u)))
        for path in unknown.paths:
            if unknown.times is None:
                numbers[path] = value
            else:
                before = numbers.get(path, quantity_at(scenario, path).value)
                numbers[path] = before * value
    return {path: _bounded(path, number) for path, number in numbers.items()}


def _bounded(path: str, number: float) -> float:
    """Shares stay shares when they are multiplied."""
    is_share = path.rsplit(".", 1)[-1] in ("coverage", "identification", "coverage_added", "bribe_share")
    return min(1.0, number) if is_share else number


def scenario_at(
    file: Path, problem: Problem, base: Scenario, known: Sequence[Prior], unit: Floats
) -> Scenario:
    """A scenario with the unknowns of a point, as :func:`checked_at` has it, but not checked anew."""
    scenario = _loaded(file, tuple(weights(problem)))
    for path, number in numbers_of(problem, base, known, unit).items():
        scenario = with_value(scenario, path, number)
    return scenario


def checked_at(
    file: Path, problem: Problem, base: Scenario, known: Sequence[Prior], unit: Floats
) -> Scenario:
    """The same, checked as any scenario is. Raises ScenarioError."""
    sets = [f"{path}={number!r}" for path, number in numbers_of(problem, base, known, unit).items()]
    return load(file, [*weights(problem), *sets])


@cache
def _loaded(file: Path, sets: tuple[str, ...]) -> Scenario:
    """Read once by each process: the runs of a fit have thousands of points of the same files."""
    return load(file, sets)


def weights(problem: Problem) -> list[str]:
    """With how many persons per migrant a problem runs, where that is not as its history has it."""
    return [
        f"persons_per_migrant.{group}={persons}" for group, persons in problem.persons_per_migrant.items()
    ]


def points(problem: Problem, dimensions: int) -> Floats:
    """(runs, dimensions) points from 0 to 1: a scrambled Sobol sequence, of which any part is spread out."""
    drawn = qmc.Sobol(dimensions, seed=DESIGN_SEED).random_base2(math.ceil(math.log2(problem.runs)))
    return np.asarray(drawn[: problem.runs], dtype=np.float64)
