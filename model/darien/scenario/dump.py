"""A scenario written out whole: plain data, YAML, and the fingerprint of what decides a run's results."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from functools import cache
from typing import Any

import yaml
from pydantic import BaseModel

from darien.scenario.check_policy import misses
from darien.scenario.measures import CheckpointMeasure, Measure
from darien.scenario.quantity import Quantity
from darien.scenario.schema import Scenario
from darien.scenario.shape import fields
from darien.scenario.yaml_nodes import resolve

_READ_IN = {"extends", "without", "series"}  # their content stands in the scenario itself
_WORDS_ONLY = {
    *("title", "why", "theme", "label", "source", "assumption", "low", "high"),
    *("nationalities", "derives"),  # name reported series; no run reads them
}


def resolved(scenario: Scenario) -> dict[str, Any]:
    """The whole scenario as plain data, defaults included, under the keys of a scenario file.

    Quantities without a range or source are bare numbers, whole floats are
    integers, dates are dates; keys without a value are left out, and so are
    measures that are never in force.
    """
    data = _plain(_as_run(scenario))
    assert isinstance(data, dict)
    return data


def _as_run(scenario: Scenario) -> Scenario:
    """The scenario without measures that lie wholly outside its period: a run is the same without them.

    The others keep the names that they go by, also where that is their position. A checkpoint that
    is never opened, but that others name, stays as one that inspects nobody.
    """
    named = [(name, m) for name, m in scenario.named_policy if misses(m, scenario.period) is None]
    if len(named) == len(scenario.policy):
        return scenario
    policy: list[Measure] = []
    spoken_of: set[str | None] = set()
    for name, measure in named:
        moved = measure.name is None and name != f"{measure.measure}_{len(policy)}"
        policy.append(measure.model_copy(update={"name": name}) if moved else measure)
        if isinstance(measure, CheckpointMeasure):
            spoken_of.add(measure.strengthens)
        else:
            spoken_of.update(getattr(measure, "checkpoints", ()))
    closed = {
        name: measure.opens.model_copy(update={"coverage": Quantity(value=0)})
        for name, measure in scenario.named_policy
        if isinstance(measure, CheckpointMeasure) and measure.opens is not None
        if name in spoken_of and misses(measure, scenario.period)
    }
    return scenario.model_copy(update={"policy": policy, "checkpoints": scenario.checkpoints | closed})


def to_yaml(scenario: Scenario) -> str:
    """The whole scenario as one file that needs no other; loading it gives the same fingerprint."""
    return yaml.dump(
        resolved(scenario),
        Dumper=Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=110,
        default_flow_style=False,
    )


def fingerprint(scenario: Scenario) -> str:
    """SHA-256 (hex) of everything that decides the results of a run, the seed included.

    Titles, reasons, labels, sources and ranges are left out. The order in which
    places, legs and groups are named counts: it is the order of the engine's tables.
    """
    content = _bare(resolved(scenario))
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Quantity):
        around = (value.low, value.high, value.source, value.assumption)
        if all(part is None for part in around):
            return _number(value.value)
    if isinstance(value, BaseModel):
        pairs = ((key, getattr(value, key_of_field)) for key, key_of_field in _attributes(type(value)))
        return {key: _plain(part) for key, part in pairs if part is not None and key not in _READ_IN}
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return _number(value) if isinstance(value, float) else value


@cache
def _attributes(model: type[BaseModel]) -> list[tuple[str, str]]:
    """Keys in YAML and the attributes behind them; a measure's kind and name come first."""
    names = {info.alias or name: name for name, info in model.model_fields.items()}
    keys = [key for key in fields(model) if key not in ("source", "assumption")]
    first = [key for key in ("measure", "name") if key in keys]
    last = [key for key in ("source", "assumption") if key in names]
    ordered = first + [key for key in keys if key not in first] + last
    return [(key, names[key]) for key in ordered]


def _number(value: float) -> float | int:
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def _bare(value: Any) -> Any:
    """Without words and ranges: a quantity becomes its number."""
    if isinstance(value, dict):
        if "value" in value and set(value) <= {"value", "low", "high", "source", "assumption"}:
            return value["value"]
        return {str(key): _bare(part) for key, part in value.items() if key not in _WORDS_ONLY}
    if isinstance(value, list):
        return [_bare(part) for part in value]
    return value.isoformat() if isinstance(value, dt.date) else value


class Dumper(yaml.CSafeDumper):
    """Quotes what our reader would not read back as text, and writes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: Dumper, text: str) -> yaml.ScalarNode:
    style = None if isinstance(resolve(text), str) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


Dumper.add_representer(str, _text)
