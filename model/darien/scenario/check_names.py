"""Whether what a measure names exists, and is what the measure needs."""

from __future__ import annotations

from darien.scenario.errors import listed
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
from darien.scenario.parts import Finder
from darien.scenario.world import Checkpoint
from darien.scenario.yaml_nodes import Key

_AT_CHECKPOINTS = TrainingMeasure | Mentors | Equipment | AntiCorruption | TaskForce


def check_checkpoint(found: Finder, where: tuple[Key, ...], checkpoint: Checkpoint) -> None:
    """Note what a checkpoint names that does not exist; of a broken one any field may be None."""
    found.known("authority", "authorities", (*where, "authority"), checkpoint.authority)
    found.known("place", "places", (*where, "place"), checkpoint.place)
    found.known("leg", "legs", (*where, "leg"), checkpoint.leg)
    found.known("detention centre", "detention_centres", (*where, "detention"), checkpoint.detention)


def check_names(found: Finder, i: int, measure: Dated) -> None:
    """Note what a measure names that does not exist; of a broken one any field may be None."""
    where: tuple[Key, ...] = ("policy", i)
    match measure:
        case CheckpointMeasure():
            _checkpoint_measure(found, i, measure)
        case DetentionMeasure():
            _known(found, i, measure, "detention centre", "detention_centres", "centre", "transfer_to")
            if measure.transfer_to is not None and measure.transfer_to == measure.centre:
                found.add((*where, "transfer_to"), "transfers to itself", measure.centre, "another centre")
        case TrainingMeasure() | Mentors() | Equipment() | AntiCorruption() | TaskForce():
            _checkpoints(found, where, measure)
        case Vetting():
            _known(found, i, measure, "detention centre", "detention_centres", "centre")
        case InformationSharing():
            _known(found, i, measure, "authority", "authorities", "enrolled_by", "recognised_by")
            _admitting(found, i, measure)
        case RemovalAgreement():
            _known(found, i, measure, "authority", "authorities", "authority")
        case ExitPass():
            _known(found, i, measure, "authority", "authorities", "authority")
            _known(found, i, measure, "place", "places", "place")
        case Asylum():
            _asylum(found, i, measure)
        case BorderClosure():
            _known(found, i, measure, "leg", "legs", "legs")
        case Quota():
            _known(found, i, measure, "leg", "legs", "leg")
        case PapersCrackdown():
            _entry_places(found, where, measure.places, None)
        case VisaRequirement():
            _visa(found, where, measure)
        case SmugglerTakedown():
            _known(found, i, measure, "smuggling network", "smuggling_networks", "network")
        case SafePassage():
            _known(found, i, measure, "leg", "legs", "legs")
            _known(found, i, measure, "place", "places", "shelters")
        case ReceptionMeasure() | AidAtHome():
            pass
    if hasattr(measure, "groups"):
        _known(found, i, measure, "group", "groups", "groups")


def _known(found: Finder, i: int, measure: Dated, what: str, table: str, *fields: str) -> bool:
    """Note the names in some fields of a measure that do not stand in a table; say whether all do."""
    known = True
    for field in fields:
        named = getattr(measure, field)
        if isinstance(named, list):
            for n, name in enumerate(named):
                known &= found.known(what, table, ("policy", i, field, n), name)
        else:
            known &= found.known(what, table, ("policy", i, field), named)
    return known


def _checkpoint_measure(found: Finder, i: int, measure: CheckpointMeasure) -> None:
    parts = found.parts
    if measure.opens is not None:
        check_checkpoint(found, ("policy", i, "opens"), measure.opens)
        if measure.name in parts.checkpoints:
            message = "is the name of a checkpoint that the world has"
            found.add(("policy", i, "name"), message, measure.name, "a name of its own")
    elif measure.strengthens is not None and "checkpoints" not in parts.broken:
        names = [*parts.checkpoints, *parts.opened(before=i)]
        where = ("policy", i, "strengthens")
        if measure.strengthens not in names and measure.strengthens in parts.opened():
            message = f"{measure.strengthens} is opened by a later measure"
            found.add(where, message, None, "a checkpoint of the world or of an earlier measure")
        else:
            found.among("checkpoint", names, where, measure.strengthens)


def _checkpoints(found: Finder, where: tuple[Key, ...], measure: _AT_CHECKPOINTS) -> None:
    """Checkpoints of the world, or that a measure opens."""
    if "checkpoints" in found.parts.broken:
        return
    names = [*found.parts.checkpoints, *found.parts.opened()]
    for n, checkpoint in enumerate(measure.checkpoints or ()):
        if checkpoint is not None:
            found.among("checkpoint", names, (*where, "checkpoints", n), checkpoint)


def _asylum(found: Finder, i: int, measure: Asylum) -> None:
    """Claims are made at a place of the country that decides on them."""
    known = _known(found, i, measure, "authority", "authorities", "authority")
    known &= _known(found, i, measure, "place", "places", "place")
    place = found.parts.places.get(measure.place) if measure.place is not None else None
    if known and place is not None and measure.authority not in (None, place.country):
        message = f"is the authority of another country than {measure.place}, which is in {place.country}"
        found.add(("policy", i, "authority"), message, measure.authority, place.country)


def _admitting(found: Finder, i: int, measure: InformationSharing) -> None:
    """Who is admitted changes only where a recognising country has a destination."""
    readable = None not in (measure.admitted_times, measure.recognised_by)
    if not readable or measure.admitted_times.value == 1 or "places" in found.parts.broken:
        return
    border = {place.country for place in found.parts.places.values() if place and place.destination}
    if border.isdisjoint(measure.recognised_by):
        message = "has no effect: no country of recognised_by has a destination"
        given, allowed = f"{measure.admitted_times.value:g}", f"{listed(sorted(border))} in recognised_by"
        found.add(("policy", i, "admitted_times"), message, given, allowed)


def _visa(found: Finder, where: tuple[Key, ...], measure: VisaRequirement) -> None:
    _entry_places(found, where, measure.places, measure.groups)
    found.known("place", "places", (*where, "diverted_to"), measure.diverted_to)
    if measure.diverted_to is not None and measure.diverted_to in (measure.places or ()):
        message = "is a place where the visa is asked for"
        found.add((*where, "diverted_to"), message, measure.diverted_to, "another place")


def _entry_places(
    found: Finder, where: tuple[Key, ...], places: list[str] | None, groups: list[str] | None
) -> None:
    """Places where some group enters, on any date: of the groups that are named, or of all."""
    parts = found.parts
    named = [name for name in groups or parts.groups if name in parts.groups]
    readable = "groups" not in parts.broken and named and None not in [parts.groups[name] for name in named]
    entered: dict[str, None] = {}
    for name in named:
        group = parts.groups[name]
        for entries in group.entries if group is not None else ():
            entered.update(dict.fromkeys(place for place, share in entries.shares.items() if share > 0))
    who = "of these groups" if groups else "of any group"
    for n, place in enumerate(places or ()):
        if not found.known("place", "places", (*where, "places", n), place) or place is None:
            continue
        if readable and place not in entered:
            message = f"is never an entry place {who}"
            found.add((*where, "places", n), message, place, listed(list(entered)))
