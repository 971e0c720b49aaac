"""How simulated persons become reported counts: reporting shares, chance, and spread beyond chance.

Counts are compared by their logarithm, shares by their log odds, middles of years in months. Around the
persons reported in the mean a count has the variance of a Poisson draw and beyond it the spread that its
series has (together that of a negative binomial count). The chance of simulated migrants is part of the
error of the emulator.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from darien.calibrate.counted_series import DataPoint, derived_series
from darien.calibrate.lags import Floats
from darien.calibrate.problem import Problem
from darien.calibrate.unknowns import priors, step_name, steps_of
from darien.scenario.errors import UserMistake

if TYPE_CHECKING:
    from darien.scenario.schema import Scenario

Bools = npt.NDArray[np.bool_]
HALF = 0.5  # persons added before a logarithm is taken
MOST = 30.0  # logarithm of persons beyond which chance is nothing
FEW = 0.9  # how fast what is added to few persons is lost, so that mean_of_log is within 0.02
MID_YEAR = 6.0  # months: the middle of a year in which nobody is counted
YEAR_VARIANCE = 12.0  # months squared: of a time that may be any of a year


@dataclass(frozen=True)
class Observation:
    """The data points of a problem as a fit sees them.

    ``reporting``: (points, unknowns) whose logarithms add up to that of the share reported: 1 for the share
    of an authority, and of a step by which it moved the part of the time of the point that came after it.
    ``spread``: (points,) standard deviation beyond chance that is assumed, as compared. ``spread_times``:
    (points, unknowns) 1 where an unknown multiplies it. ``target``: whether a point is fitted.
    ``is_share``: whether it is a share of persons. ``is_middle``: whether it is that of a year. ``parts``: by
    number points, the first of each pair some of the persons of the second.
    """

    points: list[DataPoint]
    reporting: Floats
    spread: Floats
    spread_times: Floats
    target: Bools
    is_share: Bools
    is_middle: Bools
    parts: tuple[tuple[int, int], ...] = ()

    @property
    def derived(self) -> Bools:
        """(points,) whether departures were worked out from it: it is fitted, and no success."""
        return np.array([point.derived for point in self.points])

    @property
    def judged(self) -> Bools:
        """(points,) whether a point is fitted and judges the fit: all targets but those derived."""
        return self.target & ~self.derived

    def only(self, kept: Bools) -> Observation:
        """The same with those targets alone that are ``kept`` (points,); what derives departures stays."""
        return replace(self, target=self.target & (kept | self.derived))

    @property
    def is_count(self) -> Bools:
        """(points,) whether a point is a number of persons."""
        return ~(self.is_share | self.is_middle)

    def seen(self, counts: Floats) -> Floats:
        """Counts (..., points, 2) as they are compared: (..., points)."""
        one, other = counts[..., 0], counts[..., 1]
        middle = np.divide(one, other, out=np.full_like(one, MID_YEAR), where=other > 0)
        odds = np.log((one + HALF) / (other + HALF))
        return np.where(self.is_middle, middle, np.where(self.is_share, odds, np.log(one + HALF)))

    @property
    def reported(self) -> Floats:
        """(points,) what was reported, as it is compared."""
        return self.seen(np.array([(p.reported, p.other or 0.0) for p in self.points]))

    def log_reported(self, means: Floats, logs: Floats) -> Floats:
        """Logarithms of the persons reported in the mean, other points as they are: (..., points), from (...,
        points) as compared and (..., unknowns) logarithms of all values."""
        return np.asarray(means + logs @ self.reporting.T)

    def expected(self, means: Floats, logs: Floats) -> Floats:
        """What is reported in the mean, as it is compared; of the same shapes."""
        reported = self.log_reported(means, logs)
        return np.where(self.is_count, mean_of_log(reported)[0], reported)

    def beyond_chance(self, logs: Floats) -> Floats:
        """(..., points) standard deviation beyond chance, from (..., unknowns) logarithms of all values."""
        return np.asarray(self.spread * np.exp(logs @ self.spread_times.T))

    @cached_property
    def part_of(self) -> Floats:
        """(points, points) 1 where the row is the column or, by however many steps, a part of it.

        What was reported of a part is as far off as all of its wholes, and by its own spread.
        """
        found = np.eye(len(self.points))
        for _ in self.parts:  # as many steps as a chain of parts can have
            for part, whole in self.parts:
                found[part] = np.maximum(found[part], found[whole])
        return found

    def chance(self, expected: Floats) -> Floats:
        """Variance by chance of what is reported around its mean, of the same shape."""
        return np.where(self.is_count, np.exp(-expected), self.chance_of_middle)

    def covariance(self, expected: Floats, logs: Floats, keep: npt.NDArray[np.intp]) -> Floats:
        """(draws, kept, kept) of what is reported around its mean, of the points ``keep``, from (draws,
        points) and (draws, unknowns)."""
        part_of = self.part_of[keep]
        found = (part_of * self.beyond_chance(logs)[:, None, :] ** 2) @ part_of.T
        return found + np.eye(len(keep)) * self.chance(expected)[:, keep, None]

    def drawn_beyond(self, expected: Floats, logs: Floats, luck: np.random.Generator) -> Floats:
        """How far off beyond chance reports are around what is ``expected``, of the same shape."""
        alone = luck.normal(size=expected.shape) * self.beyond_chance(logs)
        return np.asarray(alone @ self.part_of.T)

    @cached_property
    def chance_of_middle(self) -> Floats:
        """(points,) variance of a middle by chance, where its persons pass evenly; 0 for all else."""
        persons = np.array([point.other or 1.0 for point in self.points])
        return np.where(self.is_middle, YEAR_VARIANCE / persons, 0.0)

    def natural(self, seen: Floats) -> Floats:
        """Back from what is compared: persons, a share from 0 to 1, or months since the year began."""
        share, persons = expit(seen), np.maximum(np.exp(np.minimum(seen, MOST)) - HALF, 0.0)
        return np.where(self.is_middle, seen, np.where(self.is_share, share, persons))


def mean_of_log(logs: Floats) -> tuple[Floats, Floats]:
    """The mean of log(persons + HALF), and its slope by ``logs``: that of the mean of Poisson persons.

    Of many it is ``logs``, of nobody log(HALF): a report cannot be below none.
    """
    persons = np.exp(np.minimum(logs, MOST))
    lost = HALF * np.exp(-FEW * persons)
    mean = np.logaddexp(logs, np.log(HALF) - FEW * persons)
    return mean, np.asarray(persons * (1 - FEW * lost) / (persons + lost))


def observation(problem: Problem, scenario: Scenario, points: Sequence[DataPoint]) -> Observation:
    """The data points of a problem as a fit sees them."""
    known = problem.series | derived_series(scenario)
    series = [known[point.series] for point in points]
    at = {prior.name: k for k, prior in enumerate(priors(problem, scenario))}
    reporting, spread_times = np.zeros((2, len(points), len(at)))
    for i, (point, one) in enumerate(zip(points, series, strict=True)):
        if one.spread_times is not None:
            spread_times[i, at[one.spread_times]] = 1.0
        if one.share is None or one.against is not None:
            continue
        reporting[i, at[one.share]] = 1.0
        for drift in (name for name, drift in problem.drifts.items() if one.share in drift.shares):
            for year in steps_of(scenario):
                reporting[i, at[step_name(drift, year)]] = _part_from(point, year)
    return Observation(
        points=list(points),
        reporting=reporting,
        spread=np.array([s.spread for s in series]),
        spread_times=spread_times,
        target=np.array([s.role == "target" for s in series]),
        is_share=np.array([s.against is not None for s in series]),
        is_middle=np.array([point.middle for point in points]),
        parts=_parts(problem, points),
    )


def _parts(problem: Problem, points: Sequence[DataPoint]) -> tuple[tuple[int, int], ...]:
    """Which points are parts of which others. Raises UserMistake where no point holds the time of a part."""
    found = []
    for i, part in enumerate(points):
        series = problem.series.get(part.series)
        if series is None or series.within is None:
            continue
        wholes = [
            j
            for j, whole in enumerate(points)
            if whole.series == series.within and whole.start <= part.start and part.end <= whole.end
        ]
        if not wholes:
            told = f"no count of {series.within} holds the time from {part.start} to {part.end}"
            raise UserMistake(f"series.{part.series}.within: {told}")
        found += [(i, whole) for whole in wholes]
    return tuple(found)


def _part_from(point: DataPoint, year: int) -> float:
    """The part of the days of a data point that come after a year began."""
    after = (point.end - max(point.start, dt.date(year, 1, 1))).days + 1
    return max(0, after) / ((point.end - point.start).days + 1)


def draw_reported(of: Observation, means: Floats, logs: Floats, luck: np.random.Generator) -> Floats:
    """What would be reported, as it is compared, where the simulated counts are ``means``: (..., points).

    ``logs``: (..., unknowns) logarithms of the values of all unknowns.
    """
    expected = of.log_reported(means, logs)
    by_chance = luck.normal(size=expected.shape) * np.sqrt(of.chance_of_middle)
    noisy = expected + of.drawn_beyond(expected, logs, luck) + by_chance
    persons = luck.poisson(np.exp(np.minimum(np.where(of.is_count, noisy, 0.0), 20.0)))
    return np.where(of.is_count, np.log(persons + HALF), noisy)
