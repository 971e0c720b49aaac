"""A scenario with other values at some paths, quickly: for many points of one base.

Reading a scenario file takes a fifth of a second, most of it for parts that no point changes. Here only what
holds the changed value is checked anew. Whatever is refused, or is out of the ordinary, goes to the reader of
scenario files, which has the last word.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from darien.scenario import files
from darien.scenario.check import check
from darien.scenario.errors import ScenarioError
from darien.scenario.parts import Problem, of_scenario
from darien.scenario.schema import Scenario

Value = float | int | str | bool | dt.date
BY_THE_READER = (
    "period",
    "departures.series",
    "policy",
    "without",
)  # they change more than what stands there
_STEP = re.compile(r"[^.\[\]]+")


class Varying:
    """A base scenario and the changes that every variant has.

    ``what``: the file or built-in name of the base; ``same``: PATH=VALUE changes made in all of them.
    Raises ScenarioError where the base has faults.
    """

    def __init__(self, what: str | Path, same: tuple[str, ...] = ()) -> None:
        self.what = what
        self.same = same
        self.base = files.load(what, same)

    def at(self, values: Mapping[str, Value]) -> Scenario:
        """The scenario with ``values`` by path, as ``--set`` would make it. Raises ScenarioError."""
        if not values:
            return self.base
        found = self._quickly(values)
        return found if found is not None else self.read(values)

    def read(self, values: Mapping[str, Value]) -> Scenario:
        """The same by the reader of scenario files, with its messages. Raises ScenarioError."""
        scenario, faults = files.read(
            self.what, [*self.same, *(f"{path}={written(value)}" for path, value in values.items())]
        )
        if scenario is None or faults:
            raise ScenarioError(faults)
        return scenario

    def _quickly(self, values: Mapping[str, Value]) -> Scenario | None:
        """The scenario, None where the reader has to look at it."""
        at: Any = self.base
        for path, value in values.items():
            if path in BY_THE_READER or path.startswith("period."):
                return None
            try:
                at = _put(at, _STEP.findall(path), value)
            except (ValidationError, LookupError):
                return None
        assert isinstance(at, Scenario)
        if any(problem not in self._excused for problem in check(of_scenario(at))):
            return None
        return at

    @cached_property
    def _excused(self) -> list[Problem]:
        """What the check has against the base, which the reader forgives it: measures cut by the period."""
        return check(of_scenario(self.base))

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "_excused"}


def written(value: Value) -> str:
    """A value as it is written after ``--set PATH=``, to the last digit."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _put(at: Any, steps: list[str], value: Value) -> Any:
    """A copy of a part with another value at the end of a path; every part that holds it is checked anew.

    Raises ValidationError for a value that is refused, LookupError where the path leads nowhere.
    """
    step, rest = steps[0], steps[1:]
    if isinstance(at, BaseModel):
        given = {info.alias or name: getattr(at, name) for name, info in type(at).model_fields.items()}
        given[step] = _put(given[step], rest, value) if rest else value
        return type(at).model_validate(given, strict=True)
    if isinstance(at, dict):
        key: Any = int(step) if step.isdigit() and step not in at else step
        return {**at, key: _put(at[key], rest, value) if rest else value}
    if isinstance(at, list):
        named = {getattr(item, "name", None): position for position, item in enumerate(at)}
        place = int(step) if step.isdigit() else named[step]
        if rest:
            return [_put(item, rest, value) if i == place else item for i, item in enumerate(at)]
    raise LookupError(step)


def at_path(scenario: Scenario, path: str) -> Any:
    """What stands at a path, None where nothing does."""
    at: Any = scenario
    for step in _STEP.findall(path):
        if isinstance(at, BaseModel):
            names = {info.alias or name: name for name, info in type(at).model_fields.items()}
            at = getattr(at, names[step]) if step in names else None
        elif isinstance(at, dict):
            at = at.get(step)
        elif isinstance(at, list):
            named = {getattr(item, "name", None): item for item in at}
            at = named.get(step) or (at[int(step)] if step.isdigit() and int(step) < len(at) else None)
        else:
            return None
    return at
