"""When the measures of a policy hold, and whether what they change stays whole.

What they name is looked at in check_names.py.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from darien.scenario.check_names import check_names
from darien.scenario.measures import CheckpointMeasure, Dated, DetentionMeasure, TaskForce
from darien.scenario.parts import Finder
from darien.scenario.schema import Period
from darien.scenario.world import DetentionCentre


def check_policy(found: Finder) -> None:
    """Note every problem of the policy."""
    _names(found)
    for i, measure in enumerate(found.parts.policy):
        if measure is not None:
            _dates(found, i, measure)
    for i, measure in found.parts.legible("policy"):
        check_names(found, i, measure)
    for name, centre in found.parts.detention_centres.items():
        if centre is not None:
            _centre_through_time(found, name, centre)
    _officers_through_time(found)


def _names(found: Finder) -> None:
    first: dict[str, int] = {}
    for i, name in enumerate(found.parts.names):
        if name is None:
            continue
        if name in first:
            found.add(
                ("policy", i, "name"), "is the name of an earlier measure too", name, "a name of its own"
            )
        first.setdefault(name, i)


def _dates(found: Finder, i: int, measure: Dated) -> None:
    period = found.parts.period
    if period is None or _never(found, i, measure):
        return
    inside = f"a day from {period.start} to {period.end}"
    match misses(measure, period):
        case "from":
            found.add(("policy", i, "from"), "starts after the period ends", str(measure.start), inside)
        case "until":
            found.add(("policy", i, "until"), "ends before the period starts", str(measure.until), inside)


def misses(measure: Dated, period: Period) -> Literal["from", "until"] | None:
    """The date by which a measure lies wholly outside a period; None if it holds on some of its days."""
    if measure.start > period.end:
        return "from"
    if measure.until is not None and measure.until < period.start:
        return "until"
    return None


def _never(found: Finder, i: int, measure: Dated) -> bool:
    """Whether a measure is never in force because the period was cut after the measure was written."""
    period = found.parts.period
    return period is not None and (i, misses(measure, period)) in found.excused


def in_force(measure: Dated, day: dt.date) -> bool:
    """Whether a measure holds on a day."""
    return measure.start <= day and (measure.until is None or day <= measure.until)


def _turns(measures: list[tuple[int, Dated]]) -> list[dt.date]:
    """The days on which one of the measures starts or has ended."""
    days = {measure.start for _, measure in measures}
    for _, measure in measures:
        if measure.until is not None and measure.until < dt.date.max:
            days.add(measure.until + dt.timedelta(days=1))
    return sorted(days)


def _centre_through_time(found: Finder, name: str, centre: DetentionCentre) -> None:
    """Whether the centre's rule is whole and its beds 0 or more on each day that something changes.

    Later measures of the policy stand over earlier ones. A fault is laid to the
    measure in force that was the last to touch what is wrong.
    """
    mine: list[tuple[int, Dated]] = [
        (i, measure)
        for i, measure in enumerate(found.parts.policy)
        if isinstance(measure, DetentionMeasure) and measure.centre == name and not _never(found, i, measure)
    ]
    said: set[tuple[int, str]] = set()

    def once(i: int, key: str, message: str, given: str | None, allowed: str | None) -> None:
        if (i, key) not in said:
            said.add((i, key))
            found.add(("policy", i, key), message, given, allowed)

    for day in _turns(mine):
        rule, rule_by = centre.when_full, -1
        crowding, target = centre.crowding, centre.transfer_to
        times, added, added_by = 1.0, 0.0, -1
        crowding_by = target_by = -1
        for i, measure in mine:
            if not isinstance(measure, DetentionMeasure) or not in_force(measure, day):
                continue
            if measure.when_full is not None:
                rule, rule_by = measure.when_full, i
            if measure.crowding is not None:
                crowding, crowding_by = measure.crowding, i
            if measure.transfer_to is not None:
                target, target_by = measure.transfer_to, i
            times *= measure.beds_times.value
            added += measure.beds_added.value
            if measure.beds_added.value < 0:
                added_by = i
        if rule == "transfer" and target is None and rule_by >= 0:
            once(
                rule_by,
                "when_full",
                "transfers, but no transfer_to says where to",
                "transfer",
                "transfer_to too",
            )
        if rule == "crowd" and crowding <= 1 and rule_by >= 0:
            once(
                rule_by, "when_full", "crowds, but crowding is not above 1", "crowd", "a crowding above 1 too"
            )
        if rule != "transfer" and target_by >= 0:
            once(target_by, "transfer_to", f"has no effect: {name} does not transfer when full", None, _RULE)
        if rule != "crowd" and crowding_by >= 0 and crowding > 1:
            once(crowding_by, "crowding", f"has no effect: {name} does not crowd when full", None, _CROWD)
        beds = centre.beds.value * times + added
        if beds < 0 and added_by >= 0:
            message = f"leaves {name} with {beds:g} beds on {day}"
            once(added_by, "beds_added", message, f"{_added(found, added_by):g}", "0 beds or more in all")


_RULE = "`when_full: transfer` with it"
_CROWD = "`when_full: crowd` with it"


def _added(found: Finder, i: int) -> float:
    measure = found.parts.policy[i]
    assert isinstance(measure, DetentionMeasure)
    return measure.beds_added.value


def _officers_through_time(found: Finder) -> None:
    """Whether each checkpoint has 0 officers or more whatever measures are in force."""
    parts = found.parts
    for name, checkpoint in {**parts.checkpoints, **parts.opened()}.items():
        if checkpoint is None:
            continue
        mine: list[tuple[int, Dated]] = [
            (i, measure)
            for i, measure in enumerate(parts.policy)
            if measure is not None and _officers_added(measure, name) and not _never(found, i, measure)
        ]
        blamed: set[int] = set()
        for day in _turns(mine):
            officers, last, given = checkpoint.officers.value, -1, 0.0
            for i, measure in mine:
                if in_force(measure, day):
                    added = _officers_added(measure, name)
                    officers += added
                    if added < 0:
                        last, given = i, added
            if officers < 0 and last >= 0 and last not in blamed:
                blamed.add(last)
                message = f"leaves {name} with {officers:g} officers on {day}"
                found.add(
                    ("policy", last, "officers_added"), message, f"{given:g}", "0 officers or more in all"
                )


def _officers_added(measure: Dated, checkpoint: str) -> float:
    """How many officers a measure adds to a checkpoint."""
    match measure:
        case CheckpointMeasure(strengthens=name) if name == checkpoint:
            return measure.officers_added.value
        case TaskForce(checkpoints=names) if checkpoint in names:
            return measure.officers_added.value
    return 0.0
