"""What each measure does to the levers: one function per kind, and the levers of a day.

The levers of a day are a pure function of the date and of what the actors have
become: the base, then each measure in force, in the order of the policy.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import singledispatch
from typing import Any, NamedTuple

import numpy as np

from darien.engine.levers import ADMITTED, EXPELLED, RULES, SENT_HOME, Levers, base_levers, whole_days
from darien.engine.world import Index, Table
from darien.scenario.measures import (
    AidAtHome,
    AntiCorruption,
    Asylum,
    BorderClosure,
    CheckpointMeasure,
    Dated,
    DetentionMeasure,
    Equipment,
    ExitPass,
    InformationSharing,
    Mentors,
    PapersCrackdown,
    Quota,
    ReceptionMeasure,
    RemovalAgreement,
    SafePassage,
    SmugglerTakedown,
    TaskForce,
    TrainingMeasure,
    Vetting,
    VisaRequirement,
)
from darien.scenario.quantity import Quantity
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


def as_share(number: Any) -> float:
    """The number, or the nearest of 0 and 1."""
    return min(1.0, max(0.0, float(number)))


def copy_levers(levers: Levers) -> Levers:
    """The same levers in arrays of their own."""
    return Levers._make(array.copy() for array in levers)


def times(multiple: Quantity, share: float) -> float:
    """What to multiply by where a measure is in force in part."""
    return 1.0 + share * (multiple.value - 1.0)


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
    _strengthen(measure.strengthens or "", measure, to)


def _strengthen(name: str, measure: CheckpointMeasure | TaskForce, to: Applying) -> Table:
    """More officers at a checkpoint, more cover, better identification; returns its row."""
    officers, share = to.levers.officers[to.at.checkpoints.index(name)], to.share
    officers["officers"] = max(0.0, officers["officers"] + share * measure.officers_added.value)
    officers["coverage"] = as_share(officers["coverage"] + share * measure.coverage_added.value)
    for ability in ("identification", "identification_forged"):
        if officers[ability] > 0:
            officers[ability] = as_share(officers[ability] + share * measure.identification_added.value)
    return officers


def _bribes(officers: Table, multiple: float) -> None:
    """Fewer (or more) let go for a bribe, whoever pays it."""
    officers["bribe_share"] = as_share(officers["bribe_share"] * multiple)
    officers["network_bribes_times"] *= multiple


@apply.register
def _(measure: TaskForce, to: Applying) -> None:
    for name in measure.checkpoints:
        officers = _strengthen(name, measure, to)
        officers["inspections_per_officer"] *= times(measure.inspections_times, to.share)
        _bribes(officers, times(measure.bribes_times, to.share))


@apply.register
def _(measure: Equipment, to: Applying) -> None:
    for name in measure.checkpoints:
        officers, share = to.levers.officers[to.at.checkpoints.index(name)], to.share
        officers["coverage"] = as_share(officers["coverage"] + share * measure.coverage_added.value)
        added = {
            "identification": measure.identification_added,
            "identification_forged": measure.identification_forged_added,
        }
        for ability, more in added.items():
            officers[ability] = as_share(officers[ability] + share * more.value)
        officers["inspections_per_officer"] *= times(measure.inspections_times, share)


@apply.register
def _(measure: AntiCorruption, to: Applying) -> None:
    for name in measure.checkpoints:
        officers = to.levers.officers[to.at.checkpoints.index(name)]
        _bribes(officers, times(measure.bribes_times, to.share))
        fewer = times(measure.extortion_times, to.share)
        officers["extortion_share"] = as_share(officers["extortion_share"] * fewer)


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
def _(measure: Mentors, to: Applying) -> None:
    """Nothing at once, as for courses."""


@apply.register
def _(measure: SmugglerTakedown, to: Applying) -> None:
    """Nothing to the levers of the day: the network loses seats, which it reviews itself (see Network)."""


@apply.register
def _(measure: Vetting, to: Applying) -> None:
    centre = to.levers.beds[to.at.centres.index(measure.centre)]
    centre["interviews"] = to.share * measure.interviews_per_day.value
    centre["sensitivity"] = measure.sensitivity.value
    centre["specificity"] = measure.specificity.value
    centre["flagged_days"] = round(measure.flagged_days.value)


@apply.register
def _(measure: InformationSharing, to: Applying) -> None:
    authorities = to.levers.authorities
    for country in measure.enrolled_by:
        authorities["enrols"][to.at.authorities.index(country)] = 1
    for country in measure.recognised_by:
        rule = authorities[to.at.authorities.index(country)]
        rule["recognises"] = 1
        rule["second_pass"] = measure.second_pass
        rule["identification"] = max(rule["identification"], to.share * measure.identification.value)
        rule["processing_times"] *= times(measure.processing_times, to.share)
        rule["admitted_times"] *= times(measure.admitted_times, to.share)


@apply.register
def _(measure: Asylum, to: Applying) -> None:
    o = to.at.offices.index(to.name)
    for g in to.groups(measure.groups):
        to.levers.office_open[o, g] = 1


@apply.register
def _(measure: PapersCrackdown, to: Applying) -> None:
    for name in measure.places:
        place = to.levers.places[to.at.places.index(name)]
        place["papers_supply"] = as_share(place["papers_supply"] * times(measure.supply_times, to.share))
        place["papers_usd"] *= times(measure.price_times, to.share)


@apply.register
def _(measure: VisaRequirement, to: Applying) -> None:
    for name in measure.places:
        for g in to.groups(measure.groups):
            visa = to.levers.visas[to.at.places.index(name), g]
            visa["kept_home"] = to.share * measure.kept_home_share.value
            visa["diverted"] = to.share * measure.diverted_share.value
            if measure.diverted_to is not None:
                visa["to"] = to.at.places.index(measure.diverted_to)


@apply.register
def _(measure: AidAtHome, to: Applying) -> None:
    hundreds = measure.usd_per_year.value / 1e8
    cut = to.share * measure.departures_cut_per_100_million.value * hundreds
    for g in to.groups(measure.groups):
        to.levers.departing[g] *= max(0.0, 1.0 - cut)


@apply.register
def _(measure: SafePassage, to: Applying) -> None:
    for name in measure.legs:
        leg = to.levers.legs[to.at.legs.index(name)]
        leg["fare"] = round(leg["fare"] * times(measure.price_times, to.share))
        leg["death_times"] *= times(measure.death_times, to.share)
        leg["robbery_times"] *= times(measure.robbery_times, to.share)
    for name in measure.shelters:
        place = to.levers.places[to.at.places.index(name)]
        place["stay_worth_added"] += to.share * measure.stay_worth_added.value


@apply.register
def _(measure: RemovalAgreement, to: Applying) -> None:
    a = to.at.authorities.index(measure.authority)
    for g in to.groups(measure.groups):
        removal = to.levers.removal[a, g]
        removal["share"] += to.share * (measure.removal_share.value - removal["share"])
        if measure.removal_days is not None:
            removal["days"] = measure.removal_days.value
    if measure.removal_seats_per_day is not None:
        to.levers.authorities["removal_seats"][a] = measure.removal_seats_per_day.value


@apply.register
def _(measure: ExitPass, to: Applying) -> None:
    c = to.at.counters.index(to.name)
    for g in to.groups(measure.groups):
        to.levers.counter_open[c, g] = 1


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


OWN_TO_CHANGE = ("quota", "officers", "beds", "legs")  # levers that actors set, beside measures
HOLDING = ("limit_days", "limit_minors_days", "flagged_days")  # rules of beds that set when one is let go


class News(NamedTuple):
    """What a day changes for those who are held or wait already."""

    holding: bool  # when who is held is let go, or removed
    shut: bool  # a way that was open to some group is not any more


NOTHING_NEW = News(holding=False, shut=False)


class Policy:
    """The levers of any day of a scenario, worked out once for each day that is asked for."""

    def __init__(self, scenario: Scenario, at: Index) -> None:
        self.at = at
        self.start = scenario.period.start
        self.measures = scenario.named_policy
        self.change_days = change_days((m for _, m in self.measures), self.start, scenario.period.days)
        self._base = base_levers(scenario, at)
        self._changes = sorted(self.change_days)
        self._known: dict[int, Levers] = {}  # by the day on which they came to be
        self._news: dict[int, News] = {}

    def next_change(self, day: int) -> int | None:
        """The first day after ``day`` on which some measure changes."""
        later = bisect_right(self._changes, day)
        return self._changes[later] if later < len(self._changes) else None

    def levers_on(self, day: int) -> Levers:
        """The levers of a day, before what actors make of them; those that they set are the caller's own."""
        since = self._changes[bisect_right(self._changes, day) - 1]
        shared = self._since(since)
        return shared._replace(**{name: getattr(shared, name).copy() for name in OWN_TO_CHANGE})

    def news_on(self, day: int) -> News:
        """What a day changes for those who are held or wait already; actors change none of it."""
        if day == 0 or day not in self.change_days:
            return NOTHING_NEW
        if day not in self._news:
            old = self._since(self._changes[self._changes.index(day) - 1])
            new = self._since(day)
            self._news[day] = News(
                holding=new.removal.tobytes() != old.removal.tobytes()
                or any(bool(np.any(new.beds[rule] != old.beds[rule])) for rule in HOLDING),
                shut=bool(np.any(new.closed > old.closed) or np.any(new.counter_open < old.counter_open)),
            )
        return self._news[day]

    def _since(self, day: int) -> Levers:
        if day not in self._known:
            self._known[day] = self._work_out(day)
        return self._known[day]

    def _work_out(self, day: int) -> Levers:
        levers = copy_levers(self._base)
        date = self.start + dt.timedelta(days=day)
        for name, measure in self.measures:
            share = share_in_force(measure, date)
            if share > 0:
                apply(measure, Applying(name, self.at, levers, share))
        levers.officers["capacity"] = levers.officers["officers"] * levers.officers["inspections_per_officer"]
        return levers
