"""The JSON Schema of scenario files, for editors: made from the classes of schema.py.

A file may be an overlay, so that nothing is required in what is merged key by key,
and a list or a mapping may be written ``{replace: ...}``; measures of a policy are
always whole. The comments beside the fields become their descriptions.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from functools import cache
from typing import Any

from pydantic import BaseModel

from darien.scenario import measures, quantity, schema, shape, world
from darien.scenario.schema import Scenario

_COMMENT = re.compile(  # beside a field on one line, or behind the bracket of one on several
    r"^    (\w+): [^#\n]*?(?:\(\n(?:        [^\n]*\n)+    \)\s*)?#\s*(.+?)\s*$", re.MULTILINE
)
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_WHOLE = "_whole"  # ending of the definitions that measures refer to


def json_schema() -> dict[str, Any]:
    """The schema, in draft 2020-12."""
    made = Scenario.model_json_schema(by_alias=True)
    definitions: dict[str, Any] = made.pop("$defs")
    classes = _classes()
    for name, part in [*definitions.items(), ("Scenario", made)]:
        _describe(part, classes[name])
    measure_names = {model.__name__ for model in shape.measures().values()}
    out: dict[str, Any] = {}
    for name, part in definitions.items():
        if name in measure_names:
            out[name] = _renamed(part)
        else:
            out[f"{name}{_WHOLE}"] = _renamed(part)
            out[name] = _overlay(part) if name == "Quantity" else _laid_over(name, part)
    root = _overlay(made)
    root["properties"]["policy"] = _or_replaced(made["properties"]["policy"])
    for key in ("title", "why"):
        made["properties"][key]["minLength"] = 1
    extends: dict[str, Any] = {"if": {"required": ["extends"]}, "then": {"required": ["title", "why"]}}
    used = _used(root, out)
    return {
        "$schema": _DIALECT,
        "title": "darien scenario",
        "description": "A world, a scenario, or an overlay on one (with `extends`).",
        **{key: value for key, value in root.items() if key not in ("title", "description")},
        **extends,
        "$defs": {name: part for name, part in out.items() if name in used},
    }


def _classes() -> dict[str, type[BaseModel]]:
    found: dict[str, type[BaseModel]] = {}
    for module in (quantity, world, measures, schema):
        for name, member in vars(module).items():
            if shape.is_model(member):
                found[name] = member
    return found


@cache
def comments(model: type[BaseModel]) -> dict[str, str]:
    """The comment beside each field of a class and of those it is made from, by the key in YAML."""
    said: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if shape.is_model(base) and base is not BaseModel:
            said.update(_COMMENT.findall(inspect.getsource(base)))
    return {info.alias or name: said[name] for name, info in model.model_fields.items() if name in said}


def _describe(part: dict[str, Any], model: type[BaseModel]) -> None:
    part.pop("title", None)
    for holder in (part, *part.get("anyOf", ())):  # a Quantity is a number or a mapping
        holder.pop("title", None)
        if "description" in holder:
            holder["description"] = textwrap.dedent(holder["description"]).split("\n\n")[0].replace("\n", " ")
        for key, info in holder.get("properties", {}).items():
            info.pop("title", None)
            _plain_default(info)
            text = comments(model).get(key)
            unit = shape.unit_of(key)
            if text or unit:
                info["description"] = text or f"in {unit}"


def _plain_default(info: dict[str, Any]) -> None:
    """A quantity's default as the bare number one would write; none where the default is no value."""
    default = info.get("default")
    if isinstance(default, dict) and "value" in default:
        info["default"] = default["value"]
    elif default is None or isinstance(default, dict):
        info.pop("default", None)


def _laid_over(name: str, part: dict[str, Any]) -> dict[str, Any]:
    """A class's mapping as it stands in an overlay: in part, or whole in ``{replace: ...}``."""
    loose = _overlay(part)
    said = {key: loose.pop(key) for key in ["description"] if key in loose}
    return {**said, "anyOf": [loose, _replace({"$ref": f"#/$defs/{name}{_WHOLE}"})]}


def _overlay(part: Any) -> Any:
    """Nothing is required, and lists and tables of entries may be put in place of the base's."""
    if isinstance(part, list):
        return [_overlay(item) for item in part]
    if not isinstance(part, dict):
        return part
    loose = {key: _overlay(value) for key, value in part.items() if key not in ("required", "properties")}
    if "items" in part:  # a list adds to the base's: its items are whole
        loose["items"] = _renamed(part["items"])
    if "patternProperties" in part:
        loose["additionalProperties"] = False
    if "properties" in part:
        loose["properties"] = {key: _overlay(value) for key, value in part["properties"].items()}
    if part.get("type") == "array" or (part.get("type") == "object" and "properties" not in part):
        return _or_replaced(loose)
    return loose


def _or_replaced(part: dict[str, Any]) -> dict[str, Any]:
    """What is laid over the base's, or ``{replace: ...}``, which is put in its place."""
    outside = {key: part[key] for key in ["default", "description"] if key in part}
    inside = {key: value for key, value in part.items() if key not in outside and key != "title"}
    return {**outside, "anyOf": [inside, _replace(inside)]}


def _replace(inside: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"replace": inside},
        "required": ["replace"],
        "additionalProperties": False,
    }


def _renamed(part: Any) -> Any:
    """The same, referring to the definitions that are whole."""
    if isinstance(part, list):
        return [_renamed(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        key: f"{value}{_WHOLE}" if key == "$ref" and isinstance(value, str) else _renamed(value)
        for key, value in part.items()
    }


def _used(part: Any, definitions: dict[str, Any]) -> set[str]:
    """Names of the definitions that are referred to, directly or through others."""
    found: set[str] = set()
    edge = [part]
    while edge:
        here = edge.pop()
        if isinstance(here, dict):
            reference = here.get("$ref")
            if isinstance(reference, str):
                name = reference.rsplit("/", 1)[1]
                if name not in found:
                    found.add(name)
                    edge.append(definitions[name])
            edge.extend(here.values())
        elif isinstance(here, list):
            edge.extend(here)
    return found
