"""What each measure does to the levers: one function per kind, and the levers of a day.

The levers of a day are a pure function of the date and of what the actors have
become: the base, then each measure in force, in the order of the policy.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import singledispatch

import numpy as np

from darien.engine.levers import ADMITTED, EXPELLED, RULES, SENT_HOME, Levers, base_levers, whole_days
from darien.engine.world import Index
from darien.scenario.measures import (
    BorderClosure,
    CheckpointMeasure,
    Dated,
    DetentionMeasure,
    ExitPass,
    Quota,
    ReceptionMeasure,
    RemovalAgreement,
    TrainingMeasure,
)
from darien.scenario.schema import Scenario


def share_in_force(measure: Dated, date: dt.date) -> float:
    """How much of a measure is in force: 0 outside its dates, 1 once its ramp is over."""
    if date < measure.start or (measure.until is not None and date > measure.until):
        return 0.0
    if measure.ramp_days == 0:
        return 1.0
    return min(1.0, ((date - measure.start).days + 1) / measure.ramp_days)


def change_days(policy: Iterable[Dated], start: dt.date, days: int) -> set[int]:
    """Days of the period on which some measure begins, ramps or ends."""
    changes: set[int] = set()
    for measure in policy:
        first = (measure.start - start).days
        changes.update(range(first, first + max(1, measure.ramp_days)))
        if measure.until is not None:
            changes.add((measure.until - start).days + 1)
    return {day for day in changes if 0 <= day < days} | {0}


def as_share(number: float) -> float:
    """The number, or the nearest of 0 and 1."""
    return min(1.0, max(0.0, float(number)))


def copy_levers(levers: Levers) -> Levers:
    """The same levers in arrays of their own."""
    return Levers._make(array.copy() for array in levers)


@dataclass(frozen=True)
class Applying:
    """What a measure sees when it is applied: its name, the levers to change, how much of it is in force."""

    name: str
    at: Index
    levers: Levers
    share: float

    def groups(self, names: list[str] | None) -> list[int]:
        """Positions of some groups; of all for None."""
        return [self.at.groups.index(name) for name in (self.at.groups if names is None else names)]


@singledispatch
def apply(measure: Dated, to: Applying) -> None:
    """Change the levers as a measure in force does."""
    raise TypeError(f"no rule for {type(measure).__name__}")


@apply.register
def _(measure: CheckpointMeasure, to: Applying) -> None:
    levers, share = to.levers, to.share
    if measure.opens is not None:
        k = to.at.checkpoints.index(to.name)
        levers.officers["coverage"][k] = measure.opens.coverage.value * share
        return
    officers = levers.officers[to.at.checkpoints.index(measure.strengthens or "")]
    officers["officers"] = max(0.0, officers["officers"] + share * measure.officers_added.value)
    officers["coverage"] = as_share(officers["coverage"] + share * measure.coverage_added.value)
    for ability in ("identification", "identification_forged"):
        if officers[ability] > 0:
            officers[ability] = as_share(officers[ability] + share * measure.identification_added.value)


@apply.register
def _(measure: DetentionMeasure, to: Applying) -> None:
    centre, share = to.levers.beds[to.at.centres.index(measure.centre)], to.share
    times = 1 + share * (measure.beds_times.value - 1)
    centre["beds"] = max(0.0, centre["beds"] * times + share * measure.beds_added.value)
    if measure.limit_days is not None:
        centre["limit_days"] = whole_days(measure.limit_days.value)
        centre["limit_minors_days"] = min(centre["limit_minors_days"], centre["limit_days"])
    if measure.limit_minors_days is not None:
        centre["limit_minors_days"] = whole_days(measure.limit_minors_days.value)
    if measure.when_full is not None:
        centre["when_full"] = RULES.index(measure.when_full)
    if measure.crowding is not None:
        centre["crowding"] = measure.crowding
    if measure.transfer_to is not None:
        centre["transfer_to"] = to.at.centres.index(measure.transfer_to)


@apply.register
def _(measure: TrainingMeasure, to: Applying) -> None:
    """Nothing at once: courses change the skill of officers at the reviews (see Training)."""


@apply.register
def _(measure: RemovalAgreement, to: Applying) -> None:
    a = to.at.authorities.index(measure.authority)
    for g in to.groups(measure.groups):
        removal = to.levers.removal[a, g]
        removal["share"] += to.share * (measure.removal_share.value - removal["share"])
        if measure.removal_days is not None:
            removal["days"] = measure.removal_days.value


@apply.register
def _(measure: ExitPass, to: Applying) -> None:
    c = to.at.counters.index(to.name)
    for g in to.groups(measure.groups):
        to.levers.counter_open[c, g] = 1
    to.levers.quota[len(to.at.legs) + c] = measure.passes_per_day.value
    rule = to.levers.passes[c]
    rule["processing_days"] = whole_days(measure.processing_days.value)
    rule["valid_days"] = whole_days(measure.valid_days.value)
    rule["granted_share"] = measure.granted_share.value


@apply.register
def _(measure: BorderClosure, to: Applying) -> None:
    for g in to.groups(measure.groups):
        for leg in measure.legs:
            to.levers.closed[g, to.at.legs.index(leg)] = 1


@apply.register
def _(measure: Quota, to: Applying) -> None:
    to.levers.quota[to.at.legs.index(measure.leg)] = measure.persons_per_day.value


@apply.register
def _(measure: ReceptionMeasure, to: Applying) -> None:
    shares = np.zeros(3)
    shares[ADMITTED] = measure.reception.admitted.value
    shares[EXPELLED] = measure.reception.expelled.value
    shares[SENT_HOME] = measure.reception.removed.value
    for g in to.groups(measure.groups):
        old = to.levers.reception[g]
        to.levers.reception[g] = old + to.share * (shares - old)


class Policy:
    """The levers of any day of a scenario."""

    def __init__(self, scenario: Scenario, at: Index) -> None:
        self.at = at
        self.start = scenario.period.start
        self.measures = scenario.named_policy
        self.change_days = change_days((m for _, m in self.measures), self.start, scenario.period.days)
        self._base = base_levers(scenario, at)

    def levers_on(self, day: int) -> Levers:
        """The levers of a day, before what the officers have learnt."""
        levers = copy_levers(self._base)
        date = self.start + dt.timedelta(days=day)
        for name, measure in self.measures:
            share = share_in_force(measure, date)
            if share > 0:
                apply(measure, Applying(name, self.at, levers, share))
        levers.officers["capacity"] = levers.officers["officers"] * levers.officers["inspections_per_officer"]
        return levers
