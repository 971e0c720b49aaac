"""What a comparison file may say, and how it is read.

A comparison names a base scenario and options: other scenarios, or the base with values set
differently, or with measures of its own. A scenario file that ``extends`` another is a comparison too: of
itself with that other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator

from darien.experiments.model_lines import fault_at, locate, node_at
from darien.experiments.stated import must_hold_harm
from darien.experiments.structures import Name as StructureName
from darien.record.compared import BASE
from darien.scenario import files, model_file
from darien.scenario.errors import Fault, ScenarioError, UserMistake, listed, nearest
from darien.scenario.quantity import Model
from darien.scenario.schema import Scenario
from darien.scenario.yaml_nodes import Node

REPLICATES = 20


OptionName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]


class Option(Model):
    """One alternative to the base: another scenario, measures laid over it, values that differ."""

    scenario: str | None = None  # a file or a built-in name; None: the base itself
    policy: list[Any] = []  # measures, as a scenario has them
    sets: Annotated[list[str], Field(alias="set")] = []  # PATH=VALUE, as after --set
    why: str | None = None


class BreakEven(Model):
    """Where an option has as much of an outcome as another, over the values of a number of the scenario."""

    option: OptionName
    against: OptionName  # another option, or base
    outcome: str
    over: str  # a path, as after --set
    values: Annotated[list[float], Field(min_length=2)]  # rising

    @field_validator("values")
    @classmethod
    def _rise(cls, values: list[float]) -> list[float]:
        if any(one >= other for one, other in pairwise(values)):
            raise ValueError("must rise")
        return values


class Comparison(Model):
    """A base and the options that are held against it, pair by pair."""

    title: str
    why: str
    base: str  # a file or a built-in name
    options: Annotated[dict[OptionName, Option], Field(min_length=1)]
    replicates: Annotated[int, Field(ge=2, le=100_000)] = REPLICATES  # pairs, without a fit
    fit: str | None = None  # a built-in name or a folder: the unknowns are drawn from it
    draws: Annotated[int, Field(ge=2, le=1000)] | None = None  # of the fit; None: as many as replicates
    luck: Annotated[int, Field(ge=1, le=100)] = 2  # pairs per draw of the fit
    evidence: bool = True  # with a fit: run its prior draws too, to tell what the counts say of an effect
    outcomes: list[str] | None = None  # those to print; None: all
    better: dict[str, Literal["lower", "higher"]] = {}  # the user's own judgement: none is built in
    weights: dict[str, Annotated[float, Field(ge=0)]] = {}  # of those outcomes, for one regret over all
    break_even: dict[OptionName, BreakEven] = {}
    structures: list[StructureName] = []  # models built otherwise, under which ranks are repeated
    structure_draws: Annotated[int, Field(ge=2, le=1000)] = 10  # draws (pairs, without a fit) for each
    workers: Annotated[int, Field(ge=1, le=1024)] = 1

    @field_validator("options")
    @classmethod
    def _not_base(cls, options: dict[str, Option]) -> dict[str, Option]:
        if BASE in options:
            raise ValueError(
                f"an option cannot be named {BASE}: that is what the base is called in the results"
            )
        return options

    def unsuited(self) -> Iterator[tuple[str, str]]:
        """What does not go together: the path at fault, and why."""
        for name, of in self.break_even.items():
            for key, given in (("option", of.option), ("against", of.against)):
                known = [*self.options, *([BASE] if key == "against" else [])]
                if given not in known:
                    near = nearest(given, known)
                    hint = f"did you mean {near}?" if near else f"there are {listed(known)}"
                    yield f"break_even.{name}.{key}", f"no option is named {given}; {hint}"
            if of.option == of.against:
                yield f"break_even.{name}.against", f"{of.option} cannot be held against itself"
        if self.draws is not None and self.fit is None:
            yield "draws", "are of a fit: name it under fit"
        for key in ("structures", "weights"):
            if getattr(self, key) and not self.better:
                yield key, "is about ranks: say under better which way is better"
        if self.better:
            try:
                must_hold_harm(self.better)
            except UserMistake as error:
                yield "better", str(error).removeprefix("better: ")
            for name in self.weights:
                if name not in self.better:
                    near = nearest(name, list(self.better))
                    yield (
                        f"weights.{name}",
                        "has no direction under better" + (f"; did you mean {near}?" if near else ""),
                    )
        if self.weights and not any(self.weights.values()):
            yield "weights", "all are 0; one or more must be above 0"


@dataclass(frozen=True)
class Loaded:
    """A comparison with its scenarios, all under the seed of the base and recorded by month."""

    comparison: Comparison
    file: Path
    base: Scenario
    options: dict[str, Scenario]
    at_values: dict[tuple[str, str, float], Scenario]  # for break-evens: option (or base), path and value
    root: Node  # the file as it was written

    def fault(self, path: str, message: str) -> ScenarioError:
        """A mistake in the file that shows only after it was read, with the line of a path."""
        return ScenarioError([fault_at(self.root, path, message)])


def load(what: str | Path) -> Loaded:
    """Read a comparison and its scenarios. Raises ScenarioError or UserMistake, with every fault found."""
    file = locate(what, "comparison")
    comparison, root = _read(file)
    faults: list[Fault] = []

    def found_for(name: str, path: str, more: list[str]) -> Scenario | None:
        option = Option() if name == BASE else comparison.options[name]
        node = node_at(root, f"options.{name}.policy")
        policy = node if node is not root and option.policy else None
        what, sets = option.scenario or comparison.base, [*option.sets, *more]
        try:
            return files.load(_beside(what, file), sets, policy)
        except ScenarioError as error:
            key = f"options.{name}.scenario" if option.scenario else "base"
            for fault in error.faults:
                named = fault.line is None and fault.file == what  # no such file
                faults.append(fault_at(root, key, str(fault)) if named else _as_written(fault, root, path))
        except UserMistake as error:  # no scenario of that name
            key = f"options.{name}.scenario" if option.scenario else "base"
            faults.append(fault_at(root, key, str(error)))
        return None

    base = found_for(BASE, "base", [])
    options = {
        name: found
        for name in comparison.options
        if (found := found_for(name, f"options.{name}.set", [])) is not None
    }
    if base is None or faults:
        raise ScenarioError(list(dict.fromkeys(faults)))
    at_values = {}
    for asked, of in comparison.break_even.items():
        for name in (of.option, of.against):
            for value in of.values:
                if (name, of.over, value) not in at_values and not faults:
                    found = found_for(name, f"break_even.{asked}.over", [f"{of.over}={value!r}"])
                    if found is not None:
                        at_values[name, of.over, value] = found
    for name, scenario in options.items():
        if scenario.period != base.period:
            message = (
                f"runs from {scenario.period.start} to {scenario.period.end}, but the base from "
                f"{base.period.start} to {base.period.end}: only the same days compare"
            )
            faults.append(fault_at(root, f"options.{name}", message))
    if faults:
        raise ScenarioError(list(dict.fromkeys(faults)))
    # The same seed pairs them. A comparison reads outcomes only: recording by month is the least work.
    alike = {"seed": base.seed, "record_every": "month"}
    return Loaded(
        comparison=comparison,
        file=file,
        base=base.model_copy(update=alike),
        options={name: scenario.model_copy(update=alike) for name, scenario in options.items()},
        at_values={key: scenario.model_copy(update=alike) for key, scenario in at_values.items()},
        root=root,
    )


def read(file: Path) -> Comparison:
    """The comparison in a file, its scenarios not yet read. Raises ScenarioError with every fault."""
    return _read(file)[0]


def _read(file: Path) -> tuple[Comparison, Node]:
    """The comparison, and the file as it was written."""
    faults: list[Fault] = []
    root = model_file.nodes(file, "a comparison", "title, why, base, options", faults)
    if "extends" in root.mapping and "options" not in root.mapping:
        return _of_overlay(root, file), root
    comparison = model_file.validated(root, Comparison, faults)
    if unsuited := [fault_at(root, path, message) for path, message in comparison.unsuited()]:
        raise ScenarioError(unsuited)
    return comparison, root


def _as_written(fault: Fault, root: Node, path: str) -> Fault:
    """A fault of a value that was set, told of the path in the comparison that set it."""
    if not fault.file.startswith("--set"):
        return fault
    where = fault_at(root, path, "")
    what = fault.file.removeprefix("--set ")
    return replace(fault, file=where.file, line=where.line, path=path, message=f"{what}: {fault.message}")


def _of_overlay(root: Node, file: Path) -> Comparison:
    """A scenario against the one that it extends."""
    words = {key: root.mapping[key].value for key in ("title", "why", "extends") if key in root.mapping}
    for key, value in words.items():
        if not isinstance(value, str):
            node = root.mapping[key]
            raise ScenarioError([Fault(node.mark.file, node.mark.line, key, "must be text")])
    return Comparison(
        title=str(words.get("title", file.stem)),
        why=str(words.get("why", "")),
        base=str(words["extends"]),
        options={file.stem: Option(scenario=str(file.resolve()))},
    )


def _beside(name: str, file: Path) -> str | Path:
    """A scenario that a comparison names: beside the comparison, else built in."""
    candidates = (file.parent / name, file.parent / f"{name}.yaml")
    return next((candidate for candidate in candidates if candidate.is_file()), name)
