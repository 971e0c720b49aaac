"""The parts of a scenario, each checked on its own, so that cross references can be looked at
even when some part is broken: a broken part is known by name, and what is right in it by ``legible``."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError

from darien.scenario import shape
from darien.scenario.errors import listed, nearest
from darien.scenario.measures import CheckpointMeasure, Dated
from darien.scenario.salvage import salvaged
from darien.scenario.schema import Departures, Parameters, Period, Scenario
from darien.scenario.world import (
    Authority,
    Checkpoint,
    DetentionCentre,
    Group,
    Leg,
    Place,
    Reception,
    Season,
    SmugglingNetwork,
)
from darien.scenario.yaml_nodes import Key

T = TypeVar("T")


@dataclass(frozen=True)
class Problem:
    """A fault before it knows its file and line: ``loc`` is where in the merged scenario."""

    loc: tuple[Key, ...]
    message: str
    given: str | None = None
    allowed: str | None = None


@dataclass
class Parts:
    """A scenario in parts. None stands for a part that is broken; ``broken`` names whole tables that are."""

    places: Mapping[str, Place | None]
    legs: Mapping[str, Leg | None]
    seasons: Mapping[str, Season | None]
    groups: Mapping[str, Group | None]
    authorities: Mapping[str, Authority | None]
    checkpoints: Mapping[str, Checkpoint | None]
    detention_centres: Mapping[str, DetentionCentre | None]
    smuggling_networks: Mapping[str, SmugglingNetwork | None]
    reception: Mapping[str, Reception | None]
    policy: list[Dated | None]
    names: list[str | None]  # of the measures, also of broken ones
    persons_per_migrant: Mapping[str, int]
    period: Period | None
    departures: Departures | None
    parameters: Parameters | None
    broken: set[str] = field(default_factory=set)  # keys of the scenario that cannot be read at all
    torn: dict[tuple[str, Key], Any] = field(default_factory=dict)  # what is right in broken parts

    def legible(self, table: str) -> Iterator[tuple[Any, Any]]:
        """The parts of a table (the measures by position), to look at what they name.

        Of those that are broken, what can be read: any field of theirs may be None.
        """
        whole = getattr(self, table)
        for name, part in enumerate(whole) if isinstance(whole, list) else whole.items():
            readable = self.torn.get((table, name)) if part is None else part
            if readable is not None:
                yield name, readable

    def opened(self, before: int | None = None) -> dict[str, Checkpoint | None]:
        """The checkpoints that measures open (those before an item of the policy), by name."""
        found: dict[str, Checkpoint | None] = {}
        for i, measure in enumerate(self.policy[:before]):
            name = self.names[i]
            if name is None:
                continue
            if measure is None:
                found[name] = None  # broken, so it may be one
            elif isinstance(measure, CheckpointMeasure) and measure.opens is not None:
                found[name] = measure.opens
        return found


def of_scenario(scenario: Scenario) -> Parts:
    """The parts of a scenario that the schema has accepted."""
    return Parts(
        places=scenario.places,
        legs=scenario.legs,
        seasons=scenario.seasons,
        groups=scenario.groups,
        authorities=scenario.authorities,
        checkpoints=scenario.checkpoints,
        detention_centres=scenario.detention_centres,
        smuggling_networks=scenario.smuggling_networks,
        reception=scenario.reception,
        policy=list(scenario.policy),
        names=[measure.name for measure in scenario.policy],
        persons_per_migrant=scenario.persons_per_migrant,
        period=scenario.period,
        departures=scenario.departures,
        parameters=scenario.parameters,
    )


def of_data(data: dict[str, Any]) -> Parts:
    """The parts of a scenario that the schema has refused, those that can be read."""
    known = shape.fields(Scenario)
    broken = {key for key, info in known.items() if key not in data and info.is_required()}
    torn: dict[tuple[str, Key], Any] = {}

    def one(key: str, given: object, argument: int | None = None, name: Key = "") -> Any:
        """A part as the schema's class; None when the schema refuses it, and then what is right is kept."""
        try:
            return _adapter(key, argument).validate_python(given, strict=True)
        except ValidationError:
            torn[key, name] = salvaged(_annotation(key, argument), given)
            return None

    def table(key: str) -> Any:
        given = data.get(key, {})
        if not isinstance(given, dict):
            broken.add(key)
            return {}
        return {name: one(key, part, 1, name) for name, part in given.items() if isinstance(name, str)}

    policy = data.get("policy", [])
    if not isinstance(policy, list):
        broken.add("policy")
        policy = []
    names = [part.get("name") if isinstance(part, dict) else None for part in policy]
    persons = {name: n for name, n in table("persons_per_migrant").items() if n is not None}
    return Parts(
        places=table("places"),
        legs=table("legs"),
        seasons=table("seasons"),
        groups=table("groups"),
        authorities=table("authorities"),
        checkpoints=table("checkpoints"),
        detention_centres=table("detention_centres"),
        smuggling_networks=table("smuggling_networks"),
        reception=table("reception"),
        policy=[one("policy", part, 0, i) for i, part in enumerate(policy)],
        names=[name if isinstance(name, str) else None for name in names],
        persons_per_migrant=persons,
        period=one("period", data.get("period")),
        departures=one("departures", data.get("departures")),
        parameters=one("parameters", data.get("parameters", {})),
        broken=broken,
        torn=torn,
    )


@cache
def _adapter(key: str, argument: int | None) -> TypeAdapter[Any]:
    return TypeAdapter(_annotation(key, argument))


def _annotation(key: str, argument: int | None) -> Any:
    """The type of a scenario's key, or of what is in it (of a list 0, of a mapping 1)."""
    annotation = shape.bare(shape.fields(Scenario)[key].annotation)
    return annotation if argument is None else get_args(annotation)[argument]


class Finder:
    """Collects problems; knows what is named in a scenario.

    ``excused``: dates of measures (position in the policy, ``from`` or ``until``) that are no fault
    where they lie outside the period.
    """

    def __init__(self, parts: Parts, excused: Collection[tuple[int, str | None]] = ()) -> None:
        self.parts = parts
        self.excused = excused
        self.problems: list[Problem] = []

    def add(
        self, loc: tuple[Key, ...], message: str, given: str | None = None, allowed: str | None = None
    ) -> None:
        """Note a problem."""
        self.problems.append(Problem(loc, message, given, allowed))

    def known(self, what: str, table: str, loc: tuple[Key, ...], name: str | None) -> bool:
        """Note a problem unless ``name``, if there is one, stands in a table of the scenario; say whether."""
        if name is None or table in self.parts.broken:
            return True
        return self.among(what, list(getattr(self.parts, table)), loc, name)

    def among(self, what: str, names: list[str], loc: tuple[Key, ...], name: str) -> bool:
        """The same with the known names given."""
        if name in names:
            return True
        near = nearest(name, names)
        message = f"there is no {what} {name}" + (f"; did you mean {near}?" if near else "")
        self.add(loc, message, None, None if near else listed(names))
        return False
