"""The last year of a history, month by month, predicted from the years before it.

The origin is the first of January of that year. The posterior is that of the targets which end before it. At
draws of it the history runs with departures worked out anew, the deriving series (Panama's months) given
throughout; what it counts by month stands beside what was reported. Where only a year of a deriving series
was published, its months are taken as even: the history shapes them by Honduras' months, which are to be
predicted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from darien.calibrate.counted_series import Counter, DataPoint, data_points
from darien.calibrate.departures import WORKING
from darien.calibrate.design import Conditioning, Job, Setting, conditioned, conditioning_at, setting, shared
from darien.calibrate.fitting import Posterior, log_values
from darien.calibrate.lags import Floats, days_of, months_of
from darien.calibrate.observing import HALF, Observation, draw_reported, observation
from darien.calibrate.problem import Problem, Series
from darien.calibrate.routing import counted, routing, totals
from darien.calibrate.runs import Kept
from darien.calibrate.targets import targets_of
from darien.calibrate.telling import at_draws
from darien.calibrate.unknowns import scenario_at, values_at
from darien.experiments.pool import Hands
from darien.experiments.run import Progress, Show, simulate
from darien.scenario.errors import UserMistake

if TYPE_CHECKING:
    from darien.record.reported import Reported
    from darien.scenario.schema import Scenario

DRAWS = 60
REPORTS = 20  # made of every draw: what a run counts is dear, what is reported of it is cheap
SETTLING = 6  # first months of a history, which nobody is judged by: the route starts empty
PANAMA = "PAN_"


@dataclass(frozen=True)
class Monthly:
    """The monthly series of a problem, and where a run counts them.

    ``problem``: with months in place of years, all series targets. ``seen``: (series, months of the history)
    as they are compared (:func:`scaled`), nan where nothing was reported.
    """

    problem: Problem
    counter: Counter
    origin: int  # position of the first month that is predicted
    seen: Floats

    @property
    def names(self) -> list[str]:
        """The series, in order."""
        return list(self.problem.series)


def origin_of(scenario: Scenario) -> dt.date:
    """The first day of the last year of a history. Raises UserMistake where no year lies before it."""
    first = dt.date(scenario.period.end.year, 1, 1)
    if scenario.period.end != dt.date(first.year, 12, 31) or scenario.period.start.year >= first.year:
        raise UserMistake("a hold-out needs a history of two years or more that ends with a year")
    return first


def monthly_series(problem: Problem, reported: Reported, origin: dt.date, end: dt.date) -> dict[str, Series]:
    """The series of a problem of which months are reported in the time that is predicted.

    A series and one that continues it in other years are one, by the name of the first.
    """
    found: dict[str, Series] = {}
    for name, series in problem.series.items():
        sides = [series] if series.against is None else [series, series.against]
        ids = [[one.replace("_annual_", "_monthly_") for one in side.ids] for side in sides]
        if series.years == "middle" or any(side.minus or side.members for side in sides):
            continue
        if not all(one in reported.about.index for side in ids for one in side):
            continue
        if any(reported.monthly(side)[str(origin) : str(end)].empty for side in ids):
            continue
        against = series.against and series.against.model_copy(update={"ids": ids[1]})
        update = {"ids": ids[0], "against": against, "role": "target", "years": None}
        made = series.model_copy(update=update | {"start": None, "until": None, "within": None})
        if not any(_same(made, other) for other in found.values()):
            found[name] = made
    return found


def _same(one: Series, other: Series) -> bool:
    return (one.ids, one.counted, one.groups) == (other.ids, other.counted, other.groups)


def monthly(of: Setting) -> Monthly:
    """The monthly series of a problem. Raises UserMistake where there are none."""
    reported, origin = of.reported, origin_of(of.base)
    series = monthly_series(of.problem, reported, origin, of.base.period.end)
    if not series:
        raise UserMistake(f"{of.file}: no series has months in {origin.year}")
    problem = of.problem.model_copy(update={"series": series})
    points = data_points(problem, of.base, reported)
    counter = Counter(problem.series, points, of.base)
    start = len(months_of(of.base)) - 12
    counts = np.array([(point.reported, point.other or 0.0) for point in points])
    return Monthly(problem, counter, start, by_series(points, list(series), of.base, scaled(points, counts)))


def scaled(points: list[DataPoint], counts: Floats) -> Floats:
    """(..., points) as compared, from (..., points, 2): log(1 + persons), of a share its log odds."""
    share = np.array([point.other is not None for point in points])
    one, other = counts[..., 0], counts[..., 1]
    return np.where(share, np.log((one + HALF) / (other + HALF)), np.log1p(one))


def by_series(points: list[DataPoint], names: list[str], scenario: Scenario, values: Floats) -> Floats:
    """(..., series, months of the history) from (..., points); nan where there is no point."""
    start = scenario.period.start
    found: Floats = np.full((*values.shape[:-1], len(names), len(months_of(scenario))), np.nan)
    for k, point in enumerate(points):
        month = 12 * (point.start.year - start.year) + point.start.month - start.month
        found[..., names.index(point.series), month] = values[..., k]
    return found


def before_origin(seen: Observation, origin: dt.date) -> Observation:
    """The same data points, of which only targets that end before the origin are fitted."""
    past = np.array([point.end < origin for point in seen.points])
    return seen.only(past)


def evened(how: Conditioning, scenario: Scenario) -> Conditioning:
    """The same years to be counted, those of which no months were published spread evenly over their days."""
    days, rates, wanted = days_of(scenario), how.rates.copy(), {}
    for name, want in how.wanted.items():
        reach = how.responses[name].reach
        flat = even(want.persons / np.where(reach > 0, reach, 1.0), want.spread, want.years, days) * reach
        wanted[name] = replace(want, persons=flat)
        given = rates[name].to_numpy() * days
        rates[name] = even(given, want.spread, want.years, days) / days
    return replace(how, rates=rates, wanted=wanted)


def even(persons: Floats, spread: np.ndarray, years: np.ndarray, days: Floats) -> Floats:
    """(months,) persons, in years of which any month is ``spread`` those months at one rate per day."""
    found = persons.copy()
    for year in np.unique(years[spread]):
        some = spread & (years == year)
        found[some] = persons[some].sum() * days[some] / days[some].sum()
    return found


def panama(of: Setting, months: Monthly) -> Floats:
    """(series, months) log(1 + persons) that Panama counts of the people of each series; nan for none.

    By the groups of the series; where Panama does not derive them, by the nationalities in its names.
    """
    targets = targets_of(of.base, of.reported)
    years, days = months_of(of.base).year.to_numpy(), days_of(of.base)
    found = np.full(months.seen.shape, np.nan)
    for k, series in enumerate(months.problem.series.values()):
        if series.against is not None:
            continue
        parts = []
        for group in series.groups:
            derives = of.base.groups[group].derives
            ids = [] if derives is None else [*derives.annual, *derives.monthly]
            if ids and all(one.startswith(PANAMA) for one in ids):
                target = targets[group]
                parts.append(even(target.persons, target.spread, years, days))
        if not parts:
            parts.append(_published(of.reported, [one.rsplit("_", 1)[-1] for one in series.ids], of.base))
        found[k] = np.sum(parts, axis=0)
    return np.log1p(found)


def _published(reported: Reported, names: list[str], scenario: Scenario) -> Floats:
    """(months,) what Panama published of some nationalities, years without months taken as even; else nan."""
    index, days = months_of(scenario), days_of(scenario)
    ids = {kind: [f"{PANAMA}irregular_{kind}_{name}" for name in names] for kind in ("monthly", "annual")}
    if any(one not in reported.about.index for own in ids.values() for one in own):
        return np.full(len(index), np.nan)
    found = reported.monthly(ids["monthly"]).reindex(index).to_numpy(dtype=np.float64, copy=True)
    annual = reported.annual(ids["annual"])
    for start, persons in annual.items():
        year = index.year == start.year
        if np.isnan(found[year]).any():
            found[year] = persons * days[year] / days[year].sum()
    return found


@cache
def _shared(file: Path) -> Monthly:
    return monthly(setting(file))


def _ready(job: Job) -> tuple[Setting, Scenario, dict[str, float]]:
    """A draw with departures of its own, and the values of what decides how it is counted."""
    of, how = shared(job.file, job.conditioning)
    unit = np.array(job.unit)
    scenario = scenario_at(of.history, of.problem, of.base, of.simulated, unit)
    how = evened(conditioning_at(of, how, unit), of.base)
    values = values_at(of.simulated, job.unit)
    return of, conditioned(scenario, how, WORKING + job.number), values


def _agents(job: Job) -> list[list[float]]:
    """(points, 2) persons that a run at a draw counts by month."""
    _, scenario, values = _ready(job)
    run = simulate(scenario, replicate=job.number)
    return [list(map(float, row)) for row in _shared(job.file).counter.read(run.counts, values)]


def _chain(job: Job) -> list[list[float]]:
    """The same of a chain with the shares and the departures of a run at the mean of the posterior."""
    of, scenario, values = _ready(job)
    origin = origin_of(of.base)
    seen = totals(simulate(scenario, replicate=job.number).counts, origin)
    found = counted(routing(scenario, seen, origin), seen, origin)
    return [list(map(float, row)) for row in _shared(job.file).counter.read(found, values)]


@dataclass(frozen=True)
class Expected:
    """What the two models count of the monthly series, before it is reported.

    ``units``: (draws, unknowns) of the posterior. ``agents``: (draws, points, 2) persons. ``chain``: (points,
    2).
    """

    units: Floats
    agents: Floats
    chain: Floats


def expect(
    of: Setting, kept: Kept, months: Monthly, posterior: Posterior, hands: Hands, show: Show
) -> Expected:
    """Runs at draws of a posterior, and the chain at its mean; kept as they end."""
    luck = np.random.default_rng(8)
    units = posterior.units[luck.integers(0, len(posterior.units), DRAWS)]
    simulated = len(of.simulated)
    decided = [series.model_dump(mode="json") for series in months.problem.series.values()]

    def runs(kind: str, task: Callable[[Job], Any], at: Floats, progress: Progress | None) -> Floats:
        return np.array(at_draws(of, kept, kind, decided, task, at[:, :simulated], hands, progress))

    with show("months of runs at draws from before the origin") as progress:
        agents = runs("months", _agents, units, progress)
    with show("the same without agents") as progress:
        chain = runs("chain", _chain, posterior.units.mean(axis=0, keepdims=True), progress)[0]
    return Expected(units, agents, chain)


def as_fitted(of: Setting, months: Monthly, expected: Expected) -> Floats:
    """(series, months, samples) of what would be reported, with the shares and the spread of the fit."""
    points = months.counter.points
    seen = observation(months.problem, of.base, points)
    luck = np.random.default_rng(9)
    means = np.repeat(seen.seen(expected.agents), REPORTS, axis=0)
    shares = np.repeat(log_values(of.priors, expected.units), REPORTS, axis=0)
    made = draw_reported(seen, means, shares, luck)
    values = np.where(seen.is_share, made, np.log1p(seen.natural(made)))
    return np.moveaxis(by_series(points, months.names, of.base, values), 0, -1)
