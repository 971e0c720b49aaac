"""``darien check FILE...``: every fault of scenario, comparison and sweep files, or what they are."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from darien.scenario.errors import UserMistake

if TYPE_CHECKING:
    from darien.scenario.schema import Scenario


def command(files: Sequence[str], sets: Sequence[str], resolved: bool) -> bool:
    """Print the faults of each file, or what it is; returns whether none has any.

    ``sets``: PATH=VALUE changes of scenarios; ``resolved``: print the whole scenario. Raises UserMistake
    where either is given for a comparison or a sweep.
    """
    from darien.experiments.comparison import is_comparison
    from darien.experiments.sweep_file import is_sweep
    from darien.scenario.files import read, to_yaml, warnings

    sound = True
    for number, what in enumerate(files):
        if is_comparison(what) or is_sweep(what):
            sound &= _sound_experiment(what, sets, resolved)
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


def _sound_experiment(what: str, sets: Sequence[str], resolved: bool) -> bool:
    """Whether a comparison or sweep has no faults; prints them, or what it is."""
    from darien.experiments import comparison, sweep_command
    from darien.scenario.errors import ScenarioError

    compares = comparison.is_comparison(what)
    if sets or resolved:
        kind = "comparison" if compares else "sweep"
        raise UserMistake(f"{what}: is a {kind}: --set and --resolved are for scenarios")
    try:
        if compares:
            loaded = comparison.load(what)
            asked = loaded.comparison
            pairs = asked.replicates if asked.fit is None else (asked.draws or asked.replicates) * asked.luck
            said = f"{pairs} pairs each of {asked.base} and {', '.join(loaded.options)}"
        else:
            said = sweep_command.checked(what)
    except ScenarioError as error:
        for fault in error.faults:
            print(fault, file=sys.stderr)
        return False
    print(f"{what}: ok: {said}")
    return True


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
