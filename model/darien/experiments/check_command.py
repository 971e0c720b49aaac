"""``darien check FILE...``: every fault of scenarios and of files of other kinds, or what they are."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from darien.experiments import model_lines
from darien.scenario.errors import ScenarioError, UserMistake

if TYPE_CHECKING:
    from darien.scenario.schema import Scenario


@dataclass(frozen=True)
class Kind:
    """Files of another kind than scenarios.

    ``find``: the file that a path or a built-in name means. ``told_by``: keys, any of these sets of which
    tells that a file is of it. ``said``: what it is, in a line; raises ScenarioError with every fault.
    """

    name: str
    find: Callable[[str], Path]
    told_by: Sequence[Set[str]]
    said: Callable[[str], str]

    def is_one(self, what: str) -> bool:
        """Whether a file, or what a built-in name stands for, is of this kind."""
        found = model_lines.keys(what, self.find)
        return any(needed <= found for needed in self.told_by)


def command(files: Sequence[str], sets: Sequence[str], resolved: bool, more: Sequence[Kind] = ()) -> bool:
    """Print the faults of each file, or what it is; returns whether none has any.

    ``sets``: PATH=VALUE changes of scenarios; ``resolved``: print the whole scenario. ``more``: kinds
    beside comparisons and sweeps. Raises UserMistake where ``sets`` or ``resolved`` is given for a file of
    any of them.
    """
    from darien.experiments.sweep_command import checked
    from darien.scenario.files import read, to_yaml, warnings

    kinds = (
        Kind("comparison", partial(model_lines.locate, kind="comparison"), ({"options"},), _comparison),
        Kind(
            "sweep",
            partial(model_lines.locate, kind="sweep"),
            ({"design"}, {"parameters", "base"}),
            checked,
        ),
        *more,
    )
    sound = True
    for number, what in enumerate(files):
        kind = next((kind for kind in kinds if kind.is_one(what)), None)
        if kind is not None:
            sound &= _sound(what, kind, sets, resolved)
            continue
        scenario, found = read(what, sets, world=not resolved)
        sound &= not found
        for fault in found:
            print(fault, file=sys.stderr)
        if found:
            continue
        if scenario is None:
            print(f"{what}: ok, a world to build on: it needs title, why, period and departures to run")
            continue
        for warning in warnings(scenario):
            print(f"{what}: note: {warning}", file=sys.stderr)
        if resolved:
            print(("---\n" if number else "") + to_yaml(scenario), end="")
        else:
            print(f"{what}: ok: {_summary(scenario)}")
    return sound


def _sound(what: str, kind: Kind, sets: Sequence[str], resolved: bool) -> bool:
    """Whether a file of some kind has no faults; prints them, or what it is."""
    if sets or resolved:
        raise UserMistake(f"{what}: is a {kind.name}: --set and --resolved are for scenarios")
    try:
        said = kind.said(what)
    except ScenarioError as error:
        for fault in error.faults:
            print(fault, file=sys.stderr)
        return False
    print(f"{what}: ok: {said}")
    return True


def _comparison(what: str) -> str:
    from darien.experiments import comparison

    loaded = comparison.load(what)
    asked = loaded.comparison
    pairs = asked.replicates if asked.fit is None else (asked.draws or asked.replicates) * asked.luck
    return f"{pairs} pairs each of {asked.base} and {', '.join(loaded.options)}"


def _summary(scenario: Scenario) -> str:
    counts = (
        (len(scenario.places), "places"),
        (len(scenario.legs), "legs"),
        (len(scenario.groups), "groups"),
        (len(scenario.checkpoints), "checkpoints"),
        (len(scenario.detention_centres), "detention centres"),
        (len(scenario.policy), "measures"),
    )
    period = scenario.period
    words = ", ".join(f"{n} {word[:-1] if n == 1 else word}" for n, word in counts)
    return f"{words}, {period.start} to {period.end} ({period.days:,} days)"
