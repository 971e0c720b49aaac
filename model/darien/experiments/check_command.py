"""``darien check FILE...``: every fault of scenarios and of files of other kinds, or what they are."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from darien.scenario.errors import ScenarioError, UserMistake

if TYPE_CHECKING:
    from darien.scenario.schema import Scenario


@dataclass(frozen=True)
class Kind:
    """Files of another kind than scenarios.

    ``is_one``: whether a file, or what a built-in name stands for, is of it. ``said``: what it is, in a
    line; raises ScenarioError with every fault.
    """

    name: str
    is_one: Callable[[str], bool]
    said: Callable[[str], str]


def command(files: Sequence[str], sets: Sequence[str], resolved: bool, more: Sequence[Kind] = ()) -> bool:
    """Print the faults of each file, or what it is; returns whether none has any.

    ``sets``: PATH=VALUE changes of scenarios; ``resolved``: print the whole scenario. ``more``: kinds
    beside comparisons and sweeps. Raises UserMistake where ``sets`` or ``resolved`` is given for a file of
    any of them.
    """
    from darien.experiments.comparison import is_comparison
    from darien.experiments.sweep_command import checked
    from darien.experiments.sweep_file import is_sweep
    from darien.scenario.files import read, to_yaml, warnings

    kinds = (Kind("comparison", is_comparison, _comparison), Kind("sweep", is_sweep, checked), *more)
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
