"""Reading and varying the scenarios of scenarios/verify/, and running them.

Variants are made on the plain data (mappings merged key by key, lists
replaced), so that the cases do not lean on the file reader that they help to
verify.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from darien.actors.model import RouteModel
from darien.scenario.schema import Scenario

FOLDER = Path(__file__).resolve().parents[2] / "scenarios" / "verify"


def plain(name: str) -> dict[str, Any]:
    """The plain data of a verification scenario, by the name of its file, on what it extends."""
    with (FOLDER / f"{name}.yaml").open(encoding="utf-8") as file:
        data: dict[str, Any] = yaml.safe_load(file)
    base = data.pop("extends", None)
    return merged(plain(base.removesuffix(".yaml")), data) if base else data


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with ``changes`` merged in key by key; lists and scalars replace; None removes a key."""
    out = copy.deepcopy(dict(base))
    for key, value in changes.items():
        if value is None:
            out.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(out.get(key), Mapping):
            out[key] = merged(out[key], value)
        else:
            out[key] = copy.deepcopy(value)
    return out


def scenario_from(data: Mapping[str, Any]) -> Scenario:
    """The validated scenario of plain data."""
    return Scenario.model_validate(dict(data))


def world(name: str, changes: Mapping[str, Any] | None = None) -> Scenario:
    """A verification scenario, with changes."""
    return scenario_from(merged(plain(name), changes or {}))


def lanes(data: Mapping[str, Any], count: int) -> dict[str, Any]:
    """The same scenario with every place, leg, checkpoint and centre named ``..._1`` made ``count`` times.

    Departures of each group are multiplied and split evenly over the entries
    of the lanes; names that they refer to follow.
    """
    out = copy.deepcopy(dict(data))

    def renamed(value: Any, lane: int) -> Any:
        if isinstance(value, str) and value.endswith("_1"):
            return f"{value[:-2]}_{lane}"
        if isinstance(value, dict):
            return {key: renamed(item, lane) for key, item in value.items()}
        if isinstance(value, list):
            return [renamed(item, lane) for item in value]
        return value

    for section in ("places", "legs", "checkpoints", "detention_centres"):
        for name in [name for name in out.get(section, {}) if name.endswith("_1")]:
            for lane in range(2, count + 1):
                out[section][f"{name[:-2]}_{lane}"] = renamed(out[section][name], lane)
    for group, about in out["groups"].items():
        for entries in about["entries"]:
            shares = entries["shares"]
            for name in [name for name in shares if name.endswith("_1")]:
                share = shares.pop(name) / count
                shares.update({f"{name[:-2]}_{lane}": share for lane in range(1, count + 1)})
        out["departures"]["persons_per_day"][group] *= count
    return out


def day_by_day(model: RouteModel, look: Callable[[], object]) -> None:
    """Run a model to its end, one day after the other, and look at it after each."""
    while model.running:
        model.step()
        look()
