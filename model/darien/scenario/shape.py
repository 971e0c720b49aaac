"""What the schema allows at a place in a scenario: the classes of schema.py, walked by key."""

from __future__ import annotations

import datetime as dt
import re
import types
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from darien.scenario.errors import listed, nearest
from darien.scenario.quantity import Amount, Days, Positive, Quantity, Share
from darien.scenario.yaml_nodes import Key, Node

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER_KINDS = (
    (Share, "a share from 0 to 1"),
    (Amount, "a number, 0 or more"),
    (Positive, "a number above 0"),
    (Days, "a number of days, 1 or more"),
)
_UNITS = {
    "_usd": "USD",
    "_usd_per_year": "USD a year",
    "_usd_per_day": "USD a day",
    "_days": "days",
    "_per_day": "a day",
    "_per_year": "a year",
    "_per_1000": "per 1,000 passages",
    "_per_100": "per 100 passages",
    "_per_officer_day": "an officer and day",
}
_SYNONYMS = {
    "start": "from",
    "origin": "from",
    "begin": "from",
    "end": "until",
    "to_date": "until",
    "destination": "to",
    "kind": "measure",
    "type": "measure",
    "countries": "country",
    "latitude": "lat",
    "longitude": "lon",
    "center": "centre",
    "detention_centers": "detention_centres",
    "policies": "policy",
    "measures": "policy",
    "replicate": "seed",
}


def bare(annotation: Any) -> Any:
    """The type itself, without Annotated and without "or None"."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif is_optional(annotation):
            rest = [a for a in get_args(annotation) if a is not type(None)]
            if len(rest) != 1:
                return annotation
            annotation = rest[0]
        else:
            return annotation


def is_optional(annotation: Any) -> bool:
    """Whether it is a union with None."""
    union = get_origin(annotation) in (Union, types.UnionType)
    return union and type(None) in get_args(annotation)


@cache
def _measures(union: Any) -> dict[str, type[BaseModel]]:
    found: dict[str, type[BaseModel]] = {}
    for member in get_args(union):
        for word in get_args(member.model_fields["measure"].annotation):
            found[word] = member
    return found


def measures() -> dict[str, type[BaseModel]]:
    """The kinds of measures, by the word of their ``measure`` key."""
    from darien.scenario.measures import Measure

    return dict(_measures(bare(Measure)))


def is_model(annotation: Any) -> bool:
    """Whether it is one of the schema's classes."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def model_of(annotation: Any, node: Node | None) -> type[BaseModel] | None:
    """The class that a mapping is checked by; a measure's goes by its ``measure`` key."""
    plain_type = bare(annotation)
    if is_model(plain_type):
        found: type[BaseModel] = plain_type
        return found
    if get_origin(plain_type) in (Union, types.UnionType) and node is not None:
        word = node.mapping.get("measure")
        if word is not None and isinstance(word.value, str):
            return _measures(plain_type).get(word.value)
    return None


@cache
def fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a class by the key that is written in YAML."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


def field_type(info: FieldInfo) -> Any:
    """A field's annotation with the checks that pydantic took off it."""
    if info.metadata:
        return Annotated[(info.annotation, *info.metadata)]
    return info.annotation


def below(annotation: Any, key: Key, node: Node | None) -> Any:
    """The annotation one step below, or None where the schema has nothing there."""
    model = model_of(annotation, node)
    if model is not None:
        info = fields(model).get(str(key))
        return None if info is None else field_type(info)
    plain_type = bare(annotation)
    if get_origin(plain_type) is dict:
        return get_args(plain_type)[1]
    if get_origin(plain_type) is list:
        return get_args(plain_type)[0]
    return None


def is_quantity(annotation: Any) -> bool:
    """Whether a number with its range and source may stand there."""
    return bare(annotation) is Quantity


def plain(node: Node, annotation: Any) -> Any:
    """The node's value in plain Python, with ISO dates made dates where the schema has them."""
    value = node.value
    if isinstance(value, dict):
        return {key: _plain_below(child, annotation, key, node) for key, child in value.items()}
    if isinstance(value, list):
        return [_plain_below(child, annotation, i, node) for i, child in enumerate(value)]
    if isinstance(value, str) and bare(annotation) is dt.date and _ISO_DATE.fullmatch(value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return value
    return value


def _plain_below(child: Node, annotation: Any, key: Key, node: Node) -> Any:
    """The value of a child, which mostly is what it is whatever the schema says."""
    value = child.value
    if isinstance(value, (dict, list)) or (isinstance(value, str) and _ISO_DATE.fullmatch(value)):
        return plain(child, below(annotation, key, node))
    return value


def suggestion(key: Key, known: Sequence[str]) -> str | None:
    """The known key that was probably meant: a synonym, one that lacks its unit, or the nearest spelling."""
    word = str(key).lower().replace("-", "_").replace(" ", "_")
    if word in known:
        return word
    if _SYNONYMS.get(word) in known:
        return _SYNONYMS[word]
    longer = [name for name in known if name.startswith(f"{word}_")]
    units = [name for name in longer if any(name == word + unit for unit in _UNITS)]
    if units or len(longer) == 1:
        return (units or longer)[0]
    stem = word
    for unit in _UNITS:
        stem = stem.removesuffix(unit)
    shorter = [name for name in known if name == stem or name.startswith(f"{stem}_")]
    if stem != word and len(shorter) == 1:
        return shorter[0]
    return nearest(word, known)


def unit_of(key: str) -> str | None:
    """The unit that a key's name ends in."""
    ends = [unit for unit in _UNITS if key.endswith(unit)]
    return _UNITS[max(ends, key=len)] if ends else None


def words(annotation: Any, key: str = "") -> str | None:
    """What may stand here, in words; None where there is nothing short to say."""
    plain_type = bare(annotation)
    unit = unit_of(key)
    if is_quantity(annotation):
        said = "a number"
        checks = _checks(annotation)
        for kind, name in _NUMBER_KINDS:
            if checks & _checks(kind):
                said = name
        if unit is not None and unit not in said:
            said += f" ({unit})"
        return f"{said}, bare or as {{value, low, high, source}}"
    if get_origin(plain_type) is Literal:
        return listed([str(word) for word in get_args(plain_type)])
    if is_model(plain_type):
        return f"a mapping with {listed(list(fields(plain_type)), most=6)}"
    simple: dict[Any, str] = {
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        str: "text",
        dt.date: "a date such as 2016-05-31",
    }
    if plain_type in simple:
        return simple[plain_type]
    if get_origin(plain_type) is dict:
        return "a mapping"
    if get_origin(plain_type) is list:
        return "a list"
    return None


def _checks(annotation: Any) -> set[int]:
    """The validators that an annotation carries, by identity, through "or None"."""
    found: set[int] = set()
    if get_origin(annotation) is Annotated:
        found |= {id(getattr(meta, "func", meta)) for meta in annotation.__metadata__}
        found |= _checks(get_args(annotation)[0])
    elif is_optional(annotation):
        for part in get_args(annotation):
            found |= _checks(part)
    return found
