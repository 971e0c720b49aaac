"""The JSON Schema accepts every shipped file and overlays, and refuses what is plainly wrong."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from conftest import SCENARIO, WORLD
from darien.scenario import library
from darien.scenario.contents import kinds
from darien.scenario.json_schema import comments, json_schema
from darien.scenario.schema import Departures
from darien.scenario.world import Leg
from darien.scenario.yaml_nodes import Node, parse

SCHEMA = json_schema()
KNOWN = {
    *("$schema", "title", "description", "default", "$defs", "discriminator", "format"),
    *("type", "properties", "additionalProperties", "patternProperties", "propertyNames", "required"),
    *("items", "minItems", "minProperties", "minLength", "anyOf", "oneOf", "$ref", "if", "then"),
    *("enum", "const", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
}
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}


def valid(data: Any, schema: Any) -> bool:
    """A validator of the keywords that the schema uses, and of no others."""
    if isinstance(schema, bool):
        return schema
    assert set(schema) <= KNOWN, set(schema) - KNOWN
    if "$ref" in schema and not valid(data, SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]]):
        return False
    if "type" in schema:
        right = isinstance(data, TYPES[schema["type"]])
        if not right or (isinstance(data, bool) and schema["type"] != "boolean"):
            return False
    if "enum" in schema and data not in schema["enum"]:
        return False
    if "const" in schema and data != schema["const"]:
        return False
    if "anyOf" in schema and not any(valid(data, part) for part in schema["anyOf"]):
        return False
    if "oneOf" in schema and sum(valid(data, part) for part in schema["oneOf"]) != 1:
        return False
    if "if" in schema and valid(data, schema["if"]) and not valid(data, schema["then"]):
        return False
    if isinstance(data, str):
        return bool(re.search(schema.get("pattern", ""), data)) and len(data) >= schema.get("minLength", 0)
    if isinstance(data, (int, float)):
        return schema.get("minimum", data) <= data <= schema.get("maximum", data) and schema.get(
            "exclusiveMinimum", data - 1
        ) < data < schema.get("exclusiveMaximum", data + 1)
    if isinstance(data, list):
        return len(data) >= schema.get("minItems", 0) and all(
            valid(x, schema.get("items", True)) for x in data
        )
    return not isinstance(data, dict) or valid_mapping(data, schema)


def valid_mapping(data: dict[str, Any], schema: dict[str, Any]) -> bool:
    if len(data) < schema.get("minProperties", 0) or not set(schema.get("required", ())) <= set(data):
        return False
    names = schema.get("propertyNames", True)
    for key, value in data.items():
        if not valid(key, names):
            return False
        rules = [part for name, part in schema.get("properties", {}).items() if name == key]
        rules += [part for name, part in schema.get("patternProperties", {}).items() if re.search(name, key)]
        if not all(valid(value, rule) for rule in rules or [schema.get("additionalProperties", True)]):
            return False
    return True


def plain(node: Node) -> Any:
    """What an editor sees: JSON, in which keys are text."""
    if isinstance(node.value, dict):
        return {str(key): plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child) for child in node.value]
    return node.value


def read(text: str) -> Any:
    node = parse(text, "f.yaml", [])
    assert node is not None
    return plain(node)


@pytest.mark.parametrize("name", [name for name, kind in kinds().items() if kind in ("world", "scenario")])
def test_built_in_files_are_valid(name: str) -> None:
    assert valid(read(library.find(name).read_text(encoding="utf-8")), SCHEMA)


@pytest.mark.parametrize(
    "text",
    [
        WORLD,
        SCENARIO,
        "extends: a\ntitle: b\nwhy: c\nlegs: {x: {price_usd: 3}}\n",
        "extends: a\ntitle: b\nwhy: c\nlegs: {x: {price_usd: {high: 3}, travel_days: {max: 9}}}\n",
        "extends: a\ntitle: b\nwhy: c\nlegs: {x: {travel_days: {replace: {table: {1: 1.0}}}}}\n",
        "extends: a\ntitle: b\nwhy: c\npolicy: {replace: []}\n",
        "extends: a\ntitle: b\nwhy: c\nperiod: {end: 2016-12-31}\n",
        "extends: a\ntitle: b\nwhy: c\ngroups: {cuba: {nationalities: {replace: [Cuba]}}}\n",
        "extends: a\ntitle: b\nwhy: c\ndepartures: {series: d.csv, times: {cuba: 2}}\n",
    ],
)
def test_overlays_are_valid(text: str) -> None:
    assert valid(read(text), SCHEMA)


@pytest.mark.parametrize(
    "text",
    [
        "extends: a\n",
        "extends: a\ntitle: b\nwhy: c\nperid: {}\n",
        "extends: a\ntitle: b\nwhy: c\nlegs: {x: {price: 3}}\n",
        "extends: a\ntitle: b\nwhy: c\nlegs: {X: {price_usd: 3}}\n",
        "extends: a\ntitle: b\nwhy: c\nlegs: {x: {price_usd: cheap}}\n",
        "extends: a\ntitle: b\nwhy: c\nlegs: {x: {mode: raft}}\n",
        "extends: a\ntitle: b\nwhy: c\nlegs: {x: {travel_days: {min: 0}}}\n",
        "extends: a\ntitle: b\nwhy: c\npolicy: [{measure: quota, leg: x}]\n",
        "extends: a\ntitle: b\nwhy: c\n"
        "policy: [{measure: quotta, leg: x, from: 2016-01-01, persons_per_day: 3}]\n",
        "extends: a\ntitle: b\nwhy: c\ngroups: {cuba: {entries: [{}]}}\n",
        "extends: a\ntitle: b\nwhy: c\nseed: -1\n",
    ],
)
def test_slips_are_not(text: str) -> None:
    assert not valid(read(text), SCHEMA)


def test_it_is_json_and_describes_fields() -> None:
    text = json.dumps(SCHEMA)
    assert "draft/2020-12" in text
    assert comments(Leg)["price_usd"] == "per person"
    assert comments(Departures)["dispersion"].startswith("variance over mean")
    leg = SCHEMA["$defs"]["Leg"]["anyOf"][0]["properties"]
    assert leg["price_usd"]["description"] == "per person"
    assert leg["travel_days"]["description"] == "in days"
    assert leg["price_usd"]["default"] == 0
