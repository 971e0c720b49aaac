"""Cross references and everything else that no single part of a scenario can know.

Whether what is named exists, whether everyone can get somewhere, whether all days
of the period have departures. The policy is looked at in check_policy.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from darien.scenario.check_names import check_checkpoint
from darien.scenario.check_policy import check_policy, misses
from darien.scenario.errors import listed, nearest
from darien.scenario.measures import ReceptionMeasure, VisaRequirement
from darien.scenario.parts import Finder, Parts, Problem, of_scenario
from darien.scenario.schema import Period, Scenario
from darien.scenario.world import Group, Leg
from darien.scenario.yaml_nodes import Key

FEW_BEDS = 10  # migrants: below that a stock limit that rounds down loses much of the last one
OF_A_RUN = {"title", "why", "period", "departures"}  # what a world file leaves to the scenario


def check(parts: Parts, excused: Collection[tuple[int, str | None]] = ()) -> list[Problem]:
    """Every fault that lies between parts, in the order of the scenario's keys; ``excused`` as for Finder."""
    found = Finder(parts, excused)
    _places_and_legs(found)
    _groups(found)
    _institutions(found)
    _departures(found)
    _reception(found)
    check_policy(found)
    _journeys(found)
    return found.problems


def is_world(given: Iterable[Key]) -> bool:
    """Whether a file's keys are those of a world, which others extend, and not of something to run."""
    return OF_A_RUN.isdisjoint(given)


def _places_and_legs(found: Finder) -> None:
    parts = found.parts
    readable = "places" not in parts.broken and bool(parts.places) and None not in parts.places.values()
    if readable and not destinations(parts):
        allowed = "`destination: true` at one place or more"
        found.add(("places",), "no place is a destination", None, allowed)
    for name, leg in parts.legible("legs"):
        found.known("place", "places", ("legs", name, "from"), leg.origin)
        found.known("place", "places", ("legs", name, "to"), leg.to)
        if leg.origin is not None and leg.origin == leg.to:
            found.add(("legs", name, "to"), "ends where it starts", leg.to, "another place")
        found.known("season", "seasons", ("legs", name, "season"), leg.season)
        for liking in leg.preference_by_group or ():
            found.known("group", "groups", ("legs", name, "preference_by_group", liking), liking)
        for i, allowed_group in enumerate(leg.groups or ()):
            found.known("group", "groups", ("legs", name, "groups", i), allowed_group)


def _groups(found: Finder) -> None:
    parts = found.parts
    for weighted in parts.persons_per_migrant:
        found.known("group", "groups", ("persons_per_migrant", weighted), weighted)
    for name, group in parts.legible("groups"):
        for i, entries in enumerate(group.entries or ()):
            for place in (entries.shares or ()) if entries is not None else ():
                found.known("place", "places", ("groups", name, "entries", i, "shares", place), place)
        if parts.groups[name] is not None:
            _entry_dates(found, name, group)


def _entry_dates(found: Finder, name: str, group: Group) -> None:
    """The first split must hold from the first day, and each next one from a later day."""
    period = found.parts.period
    starts = [entries.start for entries in group.entries]
    first = starts[0]
    where = ("groups", name, "entries")
    if first is not None and period is not None and first > period.start:
        allowed = f"{period.start} or earlier, or no `from`"
        found.add((*where, 0, "from"), "leaves the first days without entry places", str(first), allowed)
    for i in range(1, len(starts)):
        before, start = starts[i - 1], starts[i]
        if start is None:
            found.add((*where, i), "has no `from`, which only the first of the entries may leave out")
        elif before is not None and start <= before:
            found.add(
                (*where, i, "from"), "is not later than the entries before it", str(start), f"after {before}"
            )


def _institutions(found: Finder) -> None:
    parts = found.parts
    for country, authority in parts.legible("authorities"):
        for group in authority.removal_share or ():
            found.known("group", "groups", ("authorities", country, "removal_share", group), group)
    for name, checkpoint in parts.legible("checkpoints"):
        check_checkpoint(found, ("checkpoints", name), checkpoint)
    for name, centre in parts.legible("detention_centres"):
        where = ("detention_centres", name)
        found.known("authority", "authorities", (*where, "authority"), centre.authority)
        found.known("place", "places", (*where, "place"), centre.place)
        found.known("detention centre", "detention_centres", (*where, "transfer_to"), centre.transfer_to)
        if centre.transfer_to == name:
            found.add((*where, "transfer_to"), "transfers to itself", name, "another centre")
    for name, network in parts.legible("smuggling_networks"):
        for leg in network.seats_per_day or ():
            found.known("leg", "legs", ("smuggling_networks", name, "seats_per_day", leg), leg)


def _departures(found: Finder) -> None:
    parts = found.parts
    departures, period = parts.departures, parts.period
    readable = departures or parts.torn.get(("departures", ""))
    for table in ("monthly", "persons_per_day", "times"):
        for group in getattr(readable, table, None) or ():
            found.known("group", "groups", ("departures", table, group), group)
    if departures is None or "departures" in parts.broken:
        return
    for group in parts.groups:
        months = departures.monthly.get(group)
        if months is None and group not in departures.persons_per_day:
            allowed = f"monthly.{group} or persons_per_day.{group}"
            found.add(("departures",), f"group {group} has no departures", None, allowed)
        elif months is not None and group in departures.persons_per_day:
            message = "has a constant rate here and months in `monthly`"
            found.add(("departures", "persons_per_day", group), message, None, "one of the two")
        elif months is not None and period is not None:
            missing = [month for month in months_of(period) if month not in months]
            if missing:
                message = f"lacks {_ranges(missing)} of the period"
                found.add(("departures", "monthly", group), message, None, "a rate for each month")


def months_of(period: Period) -> list[str]:
    """The months of a period, such as ``2016-05``, in order."""
    first = period.start.year * 12 + period.start.month - 1
    last = period.end.year * 12 + period.end.month - 1
    return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(first, last + 1)]


def _ranges(months: Sequence[str]) -> str:
    """Months in words, those in a row as a range."""
    runs: list[list[str]] = []
    for month in months:
        year, number = int(month[:4]), int(month[5:])
        before = f"{year - (number == 1):04d}-{(number - 2) % 12 + 1:02d}"
        if runs and runs[-1][-1] == before:
            runs[-1].append(month)
        else:
            runs.append([month])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)


def _reception(found: Finder) -> None:
    parts = found.parts
    for group in parts.reception:
        found.known("group", "groups", ("reception", group), group)
    place = getattr(parts.parameters or parts.torn.get(("parameters", "")), "expelled_to", None)
    if place is not None:
        found.known("place", "places", ("parameters", "expelled_to"), place)
    if place is not None or parts.parameters is None:
        return
    where: tuple[Key, ...] | None = None
    for group, reception in parts.reception.items():
        if reception is not None and reception.expelled.value > 0:
            where = where or ("reception", group, "expelled")
    for i, measure in enumerate(parts.policy):
        if isinstance(measure, ReceptionMeasure) and measure.reception.expelled.value > 0:
            where = where or ("policy", i, "reception", "expelled")
    if where is not None:
        found.add(where, "people are expelled, but parameters.expelled_to does not say to which place")


def _journeys(found: Finder) -> None:
    """Whether each group can get from where it enters to a destination."""
    parts = found.parts
    if {"places", "legs"} & parts.broken or None in parts.places.values() or None in parts.legs.values():
        return
    if any(problem.loc[0] == "legs" for problem in found.problems) or not destinations(parts):
        return
    for name, group in parts.groups.items():
        if group is None:
            continue
        reached = reaching(parts, name)
        for i, entries in enumerate(group.entries):
            for place, share in entries.shares.items():
                if share > 0 and place in parts.places and place not in reached:
                    message = f"no destination can be reached from {place} by the legs that {name} may take"
                    found.add(("groups", name, "entries", i, "shares", place), message)
        for i, measure in enumerate(parts.policy):
            if isinstance(measure, VisaRequirement) and name in measure.groups:
                target = measure.diverted_to
                if target in parts.places and target not in reached:
                    message = f"no destination can be reached from {target} by the legs that {name} may take"
                    found.add(("policy", i, "diverted_to"), message)


def destinations(parts: Parts) -> set[str]:
    """The places where journeys end."""
    return {name for name, place in parts.places.items() if place is not None and place.destination}


def reaching(parts: Parts, group: str) -> set[str]:
    """The places from which a group can reach a destination, destinations included."""
    backwards: dict[str, list[str]] = {}
    for leg in parts.legs.values():
        if leg is not None and may_take(leg, group):
            backwards.setdefault(leg.to, []).append(leg.origin)
    reached = destinations(parts)
    edge = list(reached)
    while edge:
        for place in backwards.get(edge.pop(), ()):
            if place not in reached:
                reached.add(place)
                edge.append(place)
    return reached


def may_take(leg: Leg, group: str) -> bool:
    """Whether a leg is for this group at all."""
    return leg.groups is None or group in leg.groups


def warnings(scenario: Scenario) -> list[str]:
    """What is allowed but probably not meant, a sentence each."""
    parts = of_scenario(scenario)
    return [
        *_never(scenario),
        *_few_beds(scenario),
        *_dead_ends(scenario, parts),
        *_nests(scenario),
        *_idle(scenario),
    ]


def _never(scenario: Scenario) -> list[str]:
    """How many measures lie wholly outside the period."""
    period = scenario.period
    outside = sum(misses(measure, period) is not None for measure in scenario.policy)
    if not outside:
        return []
    days = f"{period.start} to {period.end}"
    if outside == 1:
        return [f"1 measure of the policy lies outside {days} and is never in force"]
    return [f"{outside} measures of the policy lie outside {days} and are never in force"]


def _few_beds(scenario: Scenario) -> list[str]:
    said = []
    for name, centre in scenario.detention_centres.items():
        beds = centre.beds.value
        coarse = [g for g in scenario.groups if 0 < beds < FEW_BEDS * scenario.persons_per_migrant.get(g, 1)]
        if coarse:
            said.append(
                f"detention_centres.{name}: {beds:g} beds hold fewer than {FEW_BEDS} migrants of "
                f"{listed(coarse)} at their persons_per_migrant: occupancy will be coarse"
            )
    return said


def _dead_ends(scenario: Scenario, parts: Parts) -> list[str]:
    """Places that a group can come to and not leave for a destination."""
    stuck: dict[str, list[str]] = {}
    for name, group in scenario.groups.items():
        reached = reaching(parts, name)
        come = {place for entries in group.entries for place, share in entries.shares.items() if share > 0}
        edge = list(come)
        while edge:
            here = edge.pop()
            for leg in scenario.legs.values():
                if leg.origin == here and may_take(leg, name) and leg.to not in come:
                    come.add(leg.to)
                    edge.append(leg.to)
        for place in scenario.places:
            if place in come and place not in reached:
                stuck.setdefault(place, []).append(name)
    return [
        f"places.{place}: {listed(groups)} can come here but not go on" for place, groups in stuck.items()
    ]


def _nests(scenario: Scenario) -> list[str]:
    """Nests of one leg whose name looks like a slip in that of another nest from the same place."""
    legs: dict[tuple[str, str], list[str]] = {}
    for name, leg in scenario.legs.items():
        if leg.nest is not None:
            legs.setdefault((leg.origin, leg.nest), []).append(name)
    said = []
    for (origin, nest), members in legs.items():
        others = [other for place, other in legs if place == origin and other != nest]
        meant = nearest(nest, others, cutoff=0.8)
        if len(members) == 1 and meant is not None:
            said.append(
                f"legs.{members[0]}.nest: {nest} has no other leg from {origin}; did you mean {meant}?"
            )
    return said


def _idle(scenario: Scenario) -> list[str]:
    """Measures of which a part lies outside the period, and groups of whom nobody departs."""
    said = []
    for i, measure in enumerate(scenario.policy):
        if misses(measure, scenario.period):
            continue
        full = measure.start + dt.timedelta(days=measure.ramp_days)
        if measure.ramp_days and full > min(measure.until or dt.date.max, scenario.period.end):
            said.append(f"policy.{measure.name or f'[{i}]'}: ends before it has its full effect ({full})")
    rates = scenario.departures
    for group in scenario.groups:
        times = rates.times.get(group)
        months = rates.monthly.get(group, {})
        constant = rates.persons_per_day.get(group)
        total = sum(months.get(month, 0.0) for month in months_of(scenario.period))
        total += 0.0 if constant is None else constant.value
        if total == 0 or (times is not None and times.value == 0):
            said.append(f"departures: nobody of {group} departs")
    return said
