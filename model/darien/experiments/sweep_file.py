"""What a sweep file may say, and how it is read.

A sweep names a base scenario, parameters of it that vary, and how their values are chosen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from darien.experiments.drawn import Draws, load_draws, must_suit
from darien.experiments.model_lines import fault_at, locate
from darien.experiments.varying import Value, Varying, written
from darien.scenario import model_file
from darien.scenario.errors import Fault, ScenarioError, UserMistake, listed
from darien.scenario.quantity import Model, Quantity
from darien.scenario.schema import Scenario
from darien.scenario.yaml_nodes import Node, shown

REPLICATES = 5
DRAWN = ("latin_hypercube", "sobol", "morris", "saltelli")  # designs that spread points over ranges
ANALYSED = ("morris", "saltelli")  # of these, those that a sensitivity analysis makes
_MOST_FAULTS = 50  # of points, printed

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Design = Literal["grid", "list", "latin_hypercube", "sobol", "morris", "saltelli"]
Scale = Literal["linear", "log"]
Given = float | int | bool | str
RESERVED = ("point", "replicate", "outcome", "place", "group", "unit", "value")  # columns of the table


class GivenParameter(Model):
    """One thing that varies: the value at a path of the scenario, or the same value at several."""

    path: str | None = None
    paths: Annotated[list[str], Field(min_length=1)] | None = None
    values: Annotated[list[Given], Field(min_length=1)] | None = None
    low: float | None = None
    high: float | None = None
    scale: Scale = "linear"
    why: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> GivenParameter:
        if (self.path is None) == (self.paths is None):
            raise ValueError("needs either path or paths: where in the scenario the value stands")
        if self.values is not None and (self.low is not None or self.high is not None):
            raise ValueError("has values and a range: give either values, or low and high")
        if self.values is not None and self.scale == "log":
            raise ValueError("has values: a scale is for a range from low to high")
        if self.values is not None and len(set(map(str, self.values))) < len(self.values):
            raise ValueError("has the same value twice")
        return self


class SweepFile(Model):
    """A sweep as it is written."""

    title: str
    why: str
    base: str  # a file or a built-in name
    design: Design
    points: Annotated[int, Field(ge=1, le=1_000_000)] | list[dict[str, Given]] | None = None
    parameters: Annotated[dict[Name, GivenParameter], Field(min_length=1)]
    replicates: Annotated[int, Field(ge=1, le=100_000)] = REPLICATES
    outcomes: Annotated[list[str], Field(min_length=1)] | None = None  # None: all but those of legs
    series: Literal["monthly", "none"] = "monthly"
    fit: str | None = None  # replicate r has draw r of it

    def unsuited(self) -> Iterator[tuple[str, str]]:
        """What does not go together: the path at fault, and why."""
        if self.design == "list" and not isinstance(self.points, list):
            yield "design", "list needs points: a list of mappings, a value for each parameter"
        if self.design == "grid" and self.points is not None:
            yield "points", "a grid has as many points as its values make: leave points out"
        if self.design in DRAWN and not isinstance(self.points, int):
            yield "design", f"{self.design} needs points: how many"
        for name in self.parameters:
            if name in RESERVED:
                yield f"parameters.{name}", "is the name of a column of results: choose another"


@dataclass(frozen=True)
class Parameter:
    """What varies. ``values`` where a file lists them, else all numbers from ``low`` to ``high``.

    All three are None for a parameter whose values stand in a list of points, and which has no range.
    """

    name: str
    paths: tuple[str, ...]
    values: tuple[Value, ...] | None
    low: float | None
    high: float | None
    scale: Scale


@dataclass(frozen=True)
class LoadedSweep:
    """A sweep with its base scenario, which is recorded by month.

    ``listed``: the points of a design ``list``, in order; empty for any other.
    """

    sweep: SweepFile
    file: Path
    varying: Varying
    parameters: dict[str, Parameter]
    listed: tuple[Mapping[str, Value], ...]
    draws: Draws | None

    @property
    def base(self) -> Scenario:
        """The scenario that varies."""
        return self.varying.base

    def scenario_at(self, point: Mapping[str, Value]) -> Scenario:
        """The scenario at a point, which has a value for every parameter. Raises ScenarioError."""
        return self.varying.at(self.set_at(point))

    def set_at(self, point: Mapping[str, Value]) -> dict[str, Value]:
        """The values of a point by path."""
        return {path: point[name] for name, one in self.parameters.items() for path in one.paths}


def load_sweep(what: str | Path) -> LoadedSweep:
    """Read a sweep and its base. Raises ScenarioError or UserMistake, with every fault found."""
    file = locate(what, "sweep")
    faults: list[Fault] = []
    root = model_file.nodes(file, "a sweep", "title, why, base, design, parameters", faults)
    sweep = model_file.validated(root, SweepFile, faults)
    base = next(
        (p for p in (file.parent / sweep.base, file.parent / f"{sweep.base}.yaml") if p.is_file()), None
    )
    try:
        varying = Varying(base or sweep.base, ("record_every=month",))
    except ScenarioError as error:
        raise ScenarioError([_of_base(fault, sweep, root) for fault in error.faults]) from None
    if unsuited := [fault_at(root, path, message) for path, message in sweep.unsuited()]:
        raise ScenarioError([*faults, *unsuited])
    parameters = {}
    for name, given in sweep.parameters.items():
        node = root.mapping["parameters"].mapping[name]
        found = _parameter(name, given, sweep, varying, node)
        if isinstance(found, Parameter):
            parameters[name] = found
        else:
            faults += found
    faults += _same_path_twice(sweep, root)
    points = tuple(_listed_points(sweep, root, faults))
    if faults:
        raise ScenarioError(list(dict.fromkeys(faults)))
    draws = None
    if sweep.fit is not None:
        try:
            draws = load_draws(sweep.fit)
            must_suit(draws, varying.base)
        except UserMistake as error:
            node = root.mapping["fit"]
            raise UserMistake(f"{node.mark}: fit: {str(error).removeprefix('--fit ')}") from None
    return LoadedSweep(sweep, file, varying, parameters, points, draws)


def refuse_bad_points(loaded: LoadedSweep, points: Sequence[Mapping[str, Value]]) -> None:
    """Look at every point before anything runs. Raises ScenarioError with all that the scenario refuses."""
    faults: list[Fault] = []
    file, bad = shown(loaded.file), 0
    for number, point in enumerate(points):
        try:
            loaded.scenario_at(point)
        except ScenarioError as error:
            bad += 1
            if len(faults) < _MOST_FAULTS:
                at = ", ".join(f"{name}={written(value)}" for name, value in point.items())
                faults += [_of_point(fault, loaded, f"point {number} ({at})", file) for fault in error.faults]
    if bad:
        more = [] if bad <= _MOST_FAULTS else [Fault(file, None, "", f"{bad} points are refused in all")]
        raise ScenarioError(list(dict.fromkeys(faults)) + more)


def _of_point(fault: Fault, loaded: LoadedSweep, where: str, file: str) -> Fault:
    name = next((n for n, one in loaded.parameters.items() if _is_about(fault, one.paths)), None)
    path = where if name is None else f"{where}: parameters.{name}"
    return Fault(file, None, path, f"{fault.path}: {fault.message}", fault.given, fault.allowed)


def _is_about(fault: Fault, paths: Sequence[str]) -> bool:
    return any(fault.path == path or fault.file.startswith(f"--set {path}=") for path in paths)


def _of_base(fault: Fault, sweep: SweepFile, root: Node) -> Fault:
    """A base that is not there is a fault of the sweep; what is wrong in it is its own."""
    if fault.line is None and fault.file == sweep.base:
        mark = root.mapping["base"].mark
        return Fault(
            mark.file, mark.line, "base", f"{sweep.base}: {fault.message}", fault.given, fault.allowed
        )
    return fault


def _parameter(
    name: str, given: GivenParameter, sweep: SweepFile, varying: Varying, node: Node
) -> Parameter | list[Fault]:
    """A parameter with its range, each of its values tried; or its faults."""
    where = f"parameters.{name}"
    paths = tuple(given.paths or [given.path or ""])

    def fault(key: str, message: str, given: str | None = None, allowed: str | None = None) -> Fault:
        at = node.mapping.get(key, node)
        return Fault(
            at.mark.file, at.mark.line, f"{where}.{key}" if at is not node else where, message, given, allowed
        )

    lines: dict[Value, Node] = {}
    if given.values is not None:
        tried = tuple(_value(value) for value in given.values)
        low = high = None
        nodes = node.mapping["values"].value
        assert isinstance(nodes, list)
        lines = dict(zip(tried, nodes, strict=True))
    else:
        low, high = _range(given, varying.base, paths)
        if sweep.design == "list":
            tried = ()
        elif sweep.design == "grid":
            return [fault("values", "a grid needs values: a list of them")]
        elif low is None or high is None:
            return [fault("path", "the scenario gives no range for it: give low and high (or values)")]
        else:
            tried = (low, high)
        if low is not None and high is not None and not low < high:
            return [fault("low", f"low {low:g} is not below high {high:g}")]
        if given.scale == "log" and low is not None and low <= 0:
            return [
                fault(
                    "low" if given.low is not None else "scale",
                    f"a log scale needs a low above 0, got {low:g}",
                )
            ]
        ends = zip(tried, ("low", "high"), strict=False)
        lines = {end: node.mapping[key] for end, key in ends if key in node.mapping}
    found = []
    for value in tried:
        try:
            varying.at(dict.fromkeys(paths, value))
        except ScenarioError as error:
            line = lines.get(value, node)
            found += [
                Fault(
                    line.mark.file,
                    line.mark.line,
                    where,
                    f"{f.path}: {f.message}",
                    f.given or written(value),
                    f.allowed,
                )
                for f in error.faults
            ]
    if found:
        return found
    return Parameter(name, paths, tried if given.values is not None else None, low, high, given.scale)


def _range(given: GivenParameter, base: Scenario, paths: Sequence[str]) -> tuple[float | None, float | None]:
    """Its own low and high, else those that the base gives for the first path."""
    from darien.experiments.varying import at_path

    known = at_path(base, paths[0])
    around = (known.low, known.high) if isinstance(known, Quantity) else (None, None)
    return (
        around[0] if given.low is None else given.low,
        around[1] if given.high is None else given.high,
    )


def _same_path_twice(sweep: SweepFile, root: Node) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for name, given in sweep.parameters.items():
        for path in given.paths or [given.path or ""]:
            if path in seen:
                mark = root.mapping["parameters"].mapping[name].mark
                yield Fault(
                    mark.file, mark.line, f"parameters.{name}", f"{path} is set by {seen[path]} already"
                )
            seen.setdefault(path, name)


def _listed_points(sweep: SweepFile, root: Node, faults: list[Fault]) -> Iterator[dict[str, Value]]:
    """The points of a list, in the order of the parameters; adds those that are not whole to ``faults``."""
    if not isinstance(sweep.points, list):
        return
    nodes = root.mapping["points"].value
    assert isinstance(nodes, list)
    for number, (point, node) in enumerate(zip(sweep.points, nodes, strict=True)):
        where = f"points[{number}]"
        missing = [name for name in sweep.parameters if name not in point]
        unknown = [name for name in point if name not in sweep.parameters]
        if missing:
            faults.append(Fault(node.mark.file, node.at.line, where, f"has no value for {listed(missing)}"))
        if unknown:
            faults.append(
                Fault(
                    node.mark.file,
                    node.at.line,
                    where,
                    f"{unknown[0]} is no parameter",
                    None,
                    listed(list(sweep.parameters)),
                )
            )
        if not missing and not unknown:
            yield {name: _value(point[name]) for name in sweep.parameters}


def _value(given: Given) -> Value:
    """A value as it was written, dates as dates."""
    if isinstance(given, str):
        try:
            return dt.date.fromisoformat(given)
        except ValueError:
            return given
    return given
