"""Departures of a history, worked out so that the model counts what was counted.

Run the model, compare what it counts with the deriving series of each group, rescale the departures
by group and month, run again. A month of counts is made up of the departures of several months, so a
correction is shared out among them by how departures turn into counts (:mod:`darien.calibrate.lags`):
the multiplicative update of Richardson and Lucy, with few steps between two runs. Draws are keyed, so
a small change of departures is a small change of counts. ``docs/departures.md`` tells the whole of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from darien.calibrate.assumptions import WorkingAssumptions
from darien.calibrate.compare import compare, year_error
from darien.calibrate.lags import Floats, Response, days_of, months_of, pulse_rates, response, with_rates
from darien.calibrate.targets import Target, first_guess, targets_of
from darien.record.counted import counted_monthly, departed_monthly

if TYPE_CHECKING:
    import pandas as pd

    from darien.record.assumptions import CountAssumptions
    from darien.record.reported import Reported
    from darien.scenario.schema import Scenario

Simulate = Callable[["list[tuple[Scenario, int]]"], "list[pd.DataFrame]"]
"""Runs scenarios, each with the number of its replicate, and gives the counts of each (record.run.Run)."""

WORKING = 1000  # replicates 1000, 1001, ... work departures out, so that 0, 1, ... can test them
LITTLE = 0.0005  # gain of a round in the mean error of the groups that is not worth another
CHANCE = 2.0  # migrants: counts of so few are chance
FLOOR = 0.002  # of a group's mean: a month below it could not grow again by being multiplied


@dataclass(frozen=True)
class Worked:
    """Departures that were worked out, and how well they give the counts.

    ``rates``: persons per day, months (rows) by group (columns). ``comparison``: see
    :func:`darien.calibrate.compare.compare`. ``responses``: by group. ``errors``: the largest error of
    a year's total in each round.
    """

    rates: pd.DataFrame
    comparison: pd.DataFrame
    responses: dict[str, Response]
    errors: list[float]


def work_out(
    scenario: Scenario,
    reported: Reported,
    simulate: Simulate,
    *,
    counts: CountAssumptions | None = None,
    working: WorkingAssumptions | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Worked:
    """Departures of every group that derives them, under the measures of the scenario.

    Raises :class:`~darien.scenario.errors.UserMistake` where no group derives its departures, or a
    deriving series cannot be used.
    """
    import pandas as pd

    working = working or WorkingAssumptions()
    targets = targets_of(scenario, reported, counts)
    months, days = months_of(scenario), days_of(scenario)
    rounds, replicates = int(working.rounds.value), int(working.replicates.value)
    numbers = range(WORKING, WORKING + replicates)
    every = int(working.pulse_months.value)
    tell = progress or (lambda done, of: None)
    most = every + (rounds + 1) * replicates
    tell(0, most)

    guess = {name: first_guess(target, working) / days for name, target in targets.items()}
    rates = pd.DataFrame(guess, index=months)
    responses = read_responses(scenario, rates, simulate, working)
    wanted = wanted_of(targets, responses, months)
    for name in targets:
        rates[name] = solved(rates[name].to_numpy(), days, responses[name], wanted[name], working)
    tell(every, most)

    errors: list[float] = []
    means: list[float] = []
    for number in range(rounds):
        now = with_rates(scenario, rates)
        runs = simulate([(now, replicate) for replicate in numbers])
        counted = averaged(runs, scenario, rates.mul(days, axis=0), responses)
        worst = [
            year_error(counted[name].to_numpy(), wanted[name].persons, wanted[name].years) for name in targets
        ]
        errors.append(max(worst))
        means.append(sum(worst) / len(worst))
        tell(every + (number + 1) * replicates, most)
        near = errors[-1] <= working.year_tolerance.value or means[-1] > min(means[:-1], default=9.0) - LITTLE
        if number + 1 == rounds or (number >= 2 and near):  # years come right before months do
            break
        for name in targets:
            weight = scenario.persons_per_migrant.get(name, 1)
            seen = counted[name].to_numpy()
            rates[name] = rescaled(
                rates[name].to_numpy(), days, responses[name], seen, wanted[name], weight, working
            )
    rates = rates.round(4)
    tests = simulate([(with_rates(scenario, rates), replicate) for replicate in range(replicates)])
    table = compare(scenario, targets, responses, tests)
    tell(most, most)
    return Worked(rates=rates, comparison=table, responses=responses, errors=errors)


def check(
    scenario: Scenario,
    reported: Reported,
    simulate: Simulate,
    *,
    counts: CountAssumptions | None = None,
    working: WorkingAssumptions | None = None,
) -> tuple[pd.DataFrame, dict[str, Response]]:
    """How far the departures that a scenario has give the counts, and how they turn into them.

    Returns the comparison of :func:`darien.calibrate.compare.compare`, and the response by group.
    """
    working = working or WorkingAssumptions()
    targets = targets_of(scenario, reported, counts)
    rates = given_rates(scenario, targets)
    responses = read_responses(scenario, rates, simulate, working)
    tasks = [(with_rates(scenario, rates), number) for number in range(int(working.replicates.value))]
    return compare(scenario, targets, responses, simulate(tasks)), responses


@dataclass(frozen=True)
class Wanted:
    """What a group should be counted at, by month: persons (nan: nothing published), and whether a
    month is a part of a published year that was spread."""

    persons: Floats
    spread: npt.NDArray[np.bool_]
    years: npt.NDArray[np.int32]


def given_rates(scenario: Scenario, groups: Iterable[str]) -> pd.DataFrame:
    """Persons per day, months by group, that a scenario gives for some groups."""
    import pandas as pd

    months, monthly = months_of(scenario), scenario.departures.monthly
    names = [month.strftime("%Y-%m") for month in months]
    return pd.DataFrame({group: [monthly[group][name] for name in names] for group in groups}, index=months)


def wanted_of(
    targets: dict[str, Target], responses: dict[str, Response], months: pd.DatetimeIndex
) -> dict[str, Wanted]:
    """What each group should be counted at, as far as a route that starts empty lets it be."""
    return {
        name: Wanted(target.persons * responses[name].reach, target.spread, months.year.to_numpy())
        for name, target in targets.items()
    }


def averaged(
    runs: Sequence[pd.DataFrame],
    scenario: Scenario,
    persons: pd.DataFrame,
    responses: dict[str, Response],
) -> pd.DataFrame:
    """Counts by month and group, the mean of some replicates, without the chance in how many set out.

    ``persons``: how many set out by month and group in the mean. Where more did, what they add to the
    counts, by the response, is taken off; so a few replicates do.
    """
    counted = [counted_monthly(counts, scenario) for counts in runs]
    departed = [departed_monthly(counts, scenario) for counts in runs]
    mean = sum(counted[1:], counted[0]) / len(counted)
    out = sum(departed[1:], departed[0]) / len(departed)
    for name in persons.columns:
        surplus = out[name].to_numpy() - persons[name].to_numpy()
        mean[name] = np.maximum(mean[name].to_numpy() - responses[str(name)].matrix @ surplus, 0.0)
    return mean


def read_responses(
    scenario: Scenario, rates: pd.DataFrame, simulate: Simulate, working: WorkingAssumptions
) -> dict[str, Response]:
    """How the departures of each group turn into counts, from runs with pulses of departures."""
    every = int(working.pulse_months.value)
    migrants = working.pulse_migrants.value
    least = {}
    for name in rates.columns:
        group = scenario.groups[str(name)]
        party = sum(size * share for size, share in group.party_size.items())
        least[str(name)] = migrants * party * scenario.persons_per_migrant.get(str(name), 1) / 30
    tasks = [
        (with_rates(scenario, pulse_rates(rates, every, offset, least)), WORKING) for offset in range(every)
    ]
    runs = simulate(tasks)
    counted = [counted_monthly(counts, scenario) for counts in runs]
    departed = [departed_monthly(counts, scenario) for counts in runs]
    return {
        str(name): response(
            [table[name].to_numpy() for table in counted], [table[name].to_numpy() for table in departed]
        )
        for name in rates.columns
    }


def solved(rates: Floats, days: Floats, how: Response, wanted: Wanted, working: WorkingAssumptions) -> Floats:
    """Rates that would give the counts if the response were all there is to it."""
    share = how.share
    if not share.any():
        return rates
    usual = float(np.median(share[share > 0]))
    now = rates * days / np.maximum(share, 0.1 * usual)
    expected = how.matrix @ now
    return _updated(now, how, expected, expected, wanted, 1e-9, working) / days


def rescaled(
    rates: Floats,
    days: Floats,
    how: Response,
    counted: Floats,
    wanted: Wanted,
    weight: int,
    working: WorkingAssumptions,
) -> Floats:
    """Rates of the next round, from what the last one counted.

    Between two runs a count is taken to change as the response says it would. ``weight`` (persons per
    migrant) sets how few persons are chance.
    """
    before = rates * days
    now = _updated(before, how, how.matrix @ before, counted, wanted, CHANCE * weight, working)
    limit = working.largest_change.value
    return np.clip(now, before / limit, before * limit) / days


def _updated(
    before: Floats,
    how: Response,
    expected: Floats,
    counted: Floats,
    wanted: Wanted,
    chance: float,
    working: WorkingAssumptions,
) -> Floats:
    """Some steps of the multiplicative update; ``chance`` keeps ratios of a few persons near 1."""
    known = ~np.isnan(wanted.persons)
    target = np.where(known, wanted.persons, 0.0)
    floor = FLOOR * float(before.mean())
    share = how.share
    year_weight = np.where(wanted.spread, working.year_weight.value, 0.0)
    full = known & (counted < target) & waiting(expected, counted, target, working)
    now = before.copy()
    for _ in range(int(working.smoothing_steps.value)):
        seen = (counted + chance) * (how.matrix @ now + chance) / (expected + chance)
        ratio = np.where(known, (target + chance) / seen, 1.0)
        for year in np.unique(wanted.years):
            some = (wanted.years == year) & known
            if some.any():
                whole = (target[some] + chance).sum() / seen[some].sum()
                ratio[some] = ratio[some] ** (1 - year_weight[some]) * whole ** year_weight[some]
        ratio[full] = np.minimum(ratio[full], 1.0)
        # What is counted after the end is taken to be off as the last month is.
        above = how.matrix.T @ ratio + how.after * ratio[-1]
        now = now * np.divide(above, share, out=np.ones_like(share), where=share > 0)
        now = smoothed(now, working.smoothing.value)
    return np.maximum(now, floor)


def waiting(
    expected: Floats, counted: Floats, target: Floats, working: WorkingAssumptions
) -> npt.NDArray[np.bool_]:
    """Months in which people wait on the way to the count, so that more departures only wait longer.

    The response says how many should have been counted. Where clearly fewer were, those missing are taken
    to wait until as many more come out.
    """
    held = np.zeros(len(counted))
    before = 0.0
    for month, missing in enumerate((1 - working.waiting_slack.value) * expected - counted):
        before = held[month] = max(0.0, before + missing)
    return held > working.waiting_share.value * target


def smoothed(persons: Floats, weight: float) -> Floats:
    """Each month with a part of it given to its neighbours; the total is kept."""
    given = weight / 2 * persons
    kept = persons - 2 * given
    kept[1:] += given[:-1]
    kept[:-1] += given[1:]
    kept[0] += given[0]
    kept[-1] += given[-1]
    return kept
