"""What a comparison file may say, and how it is read.

A comparison names a base scenario and options: other scenarios, or the base with values set
differently. A scenario file that ``extends`` another is a comparison too: of itself with that other.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from darien.record.compared import BASE
from darien.scenario import files, library, model_file
from darien.scenario.errors import Fault, ScenarioError, UserMistake
from darien.scenario.quantity import Model
from darien.scenario.schema import Scenario
from darien.scenario.yaml_nodes import Node, shown

REPLICATES = 20


OptionName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]


class Option(Model):
    """One alternative to the base: another scenario, values that differ, or both."""

    scenario: str | None = None  # a file or a built-in name; None: the base itself
    sets: Annotated[list[str], Field(alias="set")] = []  # PATH=VALUE, as after --set
    why: str | None = None


class Comparison(Model):
    """A base and the options that are held against it, replicate by replicate."""

    title: str
    why: str
    base: str  # a file or a built-in name
    options: Annotated[dict[OptionName, Option], Field(min_length=1)]
    replicates: Annotated[int, Field(ge=2, le=100_000)] = REPLICATES
    outcomes: list[str] | None = None  # those to print; None: all
    workers: Annotated[int, Field(ge=1, le=1024)] = 1

    @field_validator("options")
    @classmethod
    def _not_base(cls, options: dict[str, Option]) -> dict[str, Option]:
        if BASE in options:
            raise ValueError(
                f"an option cannot be named {BASE}: that is what the base is called in the results"
            )
        return options


@dataclass(frozen=True)
class Loaded:
    """A comparison with its scenarios, all under the seed of the base and recorded by month."""

    comparison: Comparison
    file: Path
    base: Scenario
    options: dict[str, Scenario]


def load(what: str | Path) -> Loaded:
    """Read a comparison and its scenarios. Raises ScenarioError or UserMistake, with every fault found."""
    file = _locate(what)
    comparison = read(file)
    faults: list[Fault] = []
    base = _scenario(comparison.base, [], file, faults)
    options = {}
    for name, option in comparison.options.items():
        found = _scenario(option.scenario or comparison.base, option.sets, file, faults)
        if found is not None:
            options[name] = found
    if base is None or faults:
        raise ScenarioError(list(dict.fromkeys(faults)))
    for name, scenario in options.items():
        if scenario.period != base.period:
            raise UserMistake(
                f"{shown(file)}: options.{name}: runs from {scenario.period.start} to {scenario.period.end}, "
                f"but the base from {base.period.start} to {base.period.end}: only the same days compare"
            )
    # The same seed pairs them. A comparison reads outcomes only: recording by month is the least work.
    alike = {"seed": base.seed, "record_every": "month"}
    return Loaded(
        comparison=comparison,
        file=file,
        base=base.model_copy(update=alike),
        options={name: scenario.model_copy(update=alike) for name, scenario in options.items()},
    )


def read(file: Path) -> Comparison:
    """The comparison in a file, its scenarios not yet read. Raises ScenarioError with every fault."""
    faults: list[Fault] = []
    root = model_file.nodes(file, "a comparison", "title, why, base, options", faults)
    if "extends" in root.mapping and "options" not in root.mapping:
        return _of_overlay(root, file)
    return model_file.validated(root, Comparison, faults)


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


def _locate(what: str | Path) -> Path:
    """The file that is meant: a path, or a built-in comparison or scenario. Raises UserMistake."""
    path = Path(what)
    if path.is_file():
        return path
    if path.is_dir():
        raise UserMistake(f"{what}: is a folder, not a comparison file")
    try:
        return library.find(f"comparisons/{what}")
    except UserMistake:
        return library.find(str(what))


def is_comparison(what: str | Path) -> bool:
    """Whether a file, or what a built-in name stands for, names options; ``load`` tells its faults."""
    try:
        root = model_file.nodes(_locate(what), "a comparison", "options", [])
    except UserMistake:
        return False
    return "options" in root.mapping


def _scenario(name: str, sets: list[str], file: Path, faults: list[Fault]) -> Scenario | None:
    """A scenario that a comparison names: beside the comparison, else built in. Adds to ``faults``."""
    what: str | Path = name
    for candidate in (file.parent / name, file.parent / f"{name}.yaml"):
        if candidate.is_file():
            what = candidate
            break
    try:
        return files.load(what, sets)
    except ScenarioError as error:
        faults += error.faults
        return None
