"""pydantic's errors in the words of a scenario file: file:line, path, what is wrong, what is allowed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic_core import ErrorDetails

from darien.scenario import shape
from darien.scenario.errors import Fault, listed, nearest
from darien.scenario.schema import Scenario
from darien.scenario.yaml_nodes import Key, Mark, Node

_PATTERNS = {
    r"^[a-z][a-z0-9_]*$": "small letters, digits and _, beginning with a letter",
    r"^[A-Z]{3}$": "a country's three capital letters (ISO 3166-1 alpha-3), such as PAN",
    r"^\d{4}-(0[1-9]|1[0-2])$": "a month such as 2016-05",
}
_NUMBER_WITH_UNIT = re.compile(r"\s*([-+]?[0-9][0-9.,_']*)\s*(%|[^\W\d].*)\s*")
_MISSING_TYPE = ("model_type", "model_attributes_type", "dict_type", "list_type")


@dataclass(frozen=True)
class Spot:
    """A place in the merged scenario."""

    path: str
    node: Node | None  # what stands there, if anything does
    parent: Node  # the nearest thing above that is there
    annotation: Any  # what the schema has there
    parent_annotation: Any
    key: Key | None

    @property
    def mark(self) -> Mark:
        return self.parent.mark if self.node is None else self.node.mark

    @property
    def key_mark(self) -> Mark:
        return self.mark if self.node is None or self.node.key_at is None else self.node.key_at

    @property
    def given(self) -> str | None:
        return None if self.node is None else said(self.node.value)


def said(value: object) -> str:
    """A value as a person would quote it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 60 else f'"{value[:57]}..."'
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def spot(root: Node, loc: Iterable[Key]) -> Spot:
    """Find a location in the merged scenario; it may end one or more steps beyond what was written."""
    node: Node | None = root
    parent = root
    annotation: Any = Scenario
    above: Any = None
    path = ""
    last: Key | None = None
    for key in loc:
        child: Node | None = None
        if node is not None:
            parent = node
            if isinstance(node.value, dict):
                child = node.value.get(key)
            elif isinstance(node.value, list) and isinstance(key, int) and key < len(node.value):
                child = node.value[key]
        above, annotation = annotation, shape.below(annotation, key, node)
        path = _joined(path, key, node, child)
        node, last = child, key
    return Spot(path, node, parent, annotation, above, last)


def _joined(path: str, key: Key, node: Node | None, child: Node | None) -> str:
    in_list = node is not None and isinstance(node.value, list)
    if in_list:
        name = child.mapping.get("name") if child is not None else None
        if name is not None and isinstance(name.value, str) and name.value:
            return f"{path}.{name.value}"
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else str(key)


def translate(errors: Sequence[ErrorDetails], root: Node) -> list[Fault]:
    """All errors of one validation as faults; those that are one mistake become one fault."""
    missing: dict[tuple[Key, ...], list[str]] = {}
    faults: list[Fault] = []
    located = [(error, _location(error["loc"], root)) for error in errors]
    for error, loc in located:
        if error["type"] == "missing":
            missing.setdefault(loc[:-1], []).append(str(loc[-1]))
    for error, loc in located:
        if error["type"] == "extra_forbidden":
            faults.append(_unknown_key(spot(root, loc)))
        elif error["type"] != "missing":
            faults.append(_one(error, loc, root))
    for loc, keys in missing.items():
        faults.append(_missing(spot(root, loc), keys, root, loc))
    return faults


def unknown_keys(errors: Sequence[ErrorDetails], root: Node) -> list[tuple[Key, ...]]:
    """Where keys stand that the schema does not know."""
    return [_location(error["loc"], root) for error in errors if error["type"] == "extra_forbidden"]


def _location(loc: tuple[Key, ...], root: Node) -> tuple[Key, ...]:
    """pydantic's location as it is written in YAML.

    Without the tags of the union of measures (``policy, 0, quota, leg``), and without
    the ``value`` of a quantity that was given as a bare number.
    """
    if loc[-1:] == ("value",):
        above = spot(root, loc[:-1]).node
        if above is not None and not isinstance(above.value, dict):
            return _location(loc[:-1], root)
    if loc[:1] != ("policy",) or len(loc) < 3:
        return loc
    item = spot(root, loc[:2]).node
    tag = item.mapping.get("measure") if item is not None else None
    if tag is not None and tag.value == loc[2]:
        return loc[:2] + loc[3:]
    return loc


def _known_beside(where: Spot) -> list[str]:
    model = shape.model_of(where.parent_annotation, where.parent)
    return list(shape.fields(model)) if model is not None else []


def meant_by(where: Spot) -> str | None:
    """The key that an unknown one was meant to be: rather one that its file has not given beside it."""
    known, key = _known_beside(where), str(where.key)
    beside = where.parent.mapping
    here = {name for name in beside if name != key and beside[name].at.file == where.mark.file}
    return shape.suggestion(key, [name for name in known if name not in here]) or shape.suggestion(key, known)


def _unknown_key(where: Spot) -> Fault:
    key = str(where.key)
    if key == "<<":
        message, cure = "merge keys (<<) are not used here", "`extends` to build on another file"
        return Fault(where.key_mark.file, where.key_mark.line, where.path, message, None, cure)
    meant = meant_by(where)
    message = f"unknown key `{key}`"
    if meant is not None:
        unit = shape.unit_of(meant)
        in_unit = f" (in {unit})" if unit is not None and not key.endswith(unit) else ""
        message += f"; did you mean `{meant}`{in_unit}?"
    allowed = None if meant is not None else listed(_known_beside(where), most=40)
    return Fault(where.key_mark.file, where.key_mark.line, where.path, message, None, allowed)


def _missing(where: Spot, keys: list[str], root: Node, loc: tuple[Key, ...]) -> Fault:
    model = shape.model_of(where.annotation, where.node)
    known = shape.fields(model) if model is not None else {}
    if len(keys) == 1:
        path = f"{where.path}.{keys[0]}" if where.path else keys[0]
        info = known.get(keys[0])
        allowed = shape.words(shape.field_type(info), keys[0]) if info is not None else None
        fault = Fault(where.mark.file, where.mark.line, path, "is missing", None, allowed)
    else:
        fault = Fault(
            where.mark.file, where.mark.line, where.path, f"needs {_and(keys)}, which are missing", None, None
        )
    if len(loc) == 2 and isinstance(loc[1], str):  # an overlay that misspelt an entry has made a new one
        others = [str(name) for name in spot(root, loc[:1]).parent.mapping if name != loc[1]]
        siblings = spot(root, loc[:1]).node
        others = (
            [str(name) for name in siblings.mapping if name != loc[1]] if siblings is not None else others
        )
        if meant := nearest(loc[1], others):
            message = f"{fault.message}; or did you mean {loc[0]}.{meant}?"
            return Fault(fault.file, fault.line, fault.path, message, fault.given, fault.allowed)
    return fault


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _one(error: ErrorDetails, loc: tuple[Key, ...], root: Node) -> Fault:
    kind = error["type"]
    context = error.get("ctx", {})
    if loc and loc[-1] == "[key]":
        return _bad_key(spot(root, loc[:-1]), context)
    where = spot(root, loc)
    if kind == "value_error":
        return _value_error(str(context["error"]), where)
    mark = where.mark
    given = where.given
    allowed: str | None = shape.words(where.annotation, str(where.key))
    message: str | None = {
        "finite_number": "must be a finite number",
        "union_tag_not_found": "does not say which measure it is",
        "union_tag_invalid": "unknown measure",
        "literal_error": "is none of the words allowed here",
        "too_short": "must not be empty",
    }.get(kind)
    if kind == "union_tag_not_found":
        given, allowed = None, f"`measure` with {listed(list(shape.measures()))}"
    elif kind == "union_tag_invalid":
        tag = where.node.mapping["measure"] if where.node is not None else where.parent
        mark, given, allowed = tag.mark, said(tag.value), listed(list(shape.measures()))
        where = spot(root, (*loc, "measure"))
        if near := nearest(tag.value, list(shape.measures())):
            message = f"unknown measure; did you mean {near}?"
    elif kind == "literal_error" and where.node is not None:
        choices = [str(word) for word in get_args(shape.bare(where.annotation))]
        if near := nearest(where.node.value, choices):
            message = f"is none of the words allowed here; did you mean {near}?"
    elif kind == "string_pattern_mismatch":
        message, allowed = (
            "is not written as it must be",
            _PATTERNS.get(context["pattern"], context["pattern"]),
        )
    elif kind.startswith(("greater_than", "less_than")):
        message, allowed = "is out of range", _bounds(where.annotation, context)
    return Fault(mark.file, mark.line, where.path, message or _wrong_type(where), given, allowed)


def _bad_key(where: Spot, context: dict[str, Any]) -> Fault:
    allowed = _PATTERNS.get(str(context.get("pattern"))) or _bounds(where.annotation, context)
    mark = where.key_mark
    return Fault(
        mark.file, mark.line, where.path, "is not a key that can stand here", said(where.key), allowed
    )


def _bounds(annotation: Any, context: dict[str, Any]) -> str:
    """The range of a plain number: all of it where the annotation tells, else the bound that was broken."""
    limits = dict(context)
    for meta in getattr(annotation, "__metadata__", ()):
        for part in (meta, *getattr(meta, "metadata", ())):
            for name in ("ge", "gt", "le", "lt"):
                if getattr(part, name, None) is not None:
                    limits[name] = getattr(part, name)
    phrases = {"ge": "{} or more", "gt": "above {}", "le": "at most {}", "lt": "below {}"}
    return (
        ", ".join(text.format(said(limits[name])) for name, text in phrases.items() if name in limits)
        or "a key"
    )


def _wrong_type(where: Spot) -> str:
    """A message for a value of the wrong kind, with the cure where the cause can be guessed."""
    value = where.node.value if where.node is not None else None
    plain_type = shape.bare(where.annotation)
    number_wanted = shape.is_quantity(where.annotation) or plain_type in (int, float)
    if isinstance(value, str):
        amount = _NUMBER_WITH_UNIT.fullmatch(value)
        if amount and (number_wanted or plain_type is not dt.date):
            number = amount[1].replace(",", "").replace("_", "").replace("'", "")
            if amount[2] == "%" and number_wanted:
                return f"must be a bare number; a share is written {float(number) / 100:g}"
            unit = shape.unit_of(str(where.key))
            because = f"the unit ({unit}) is in the key" if unit else "the key says what is counted"
            if number_wanted:
                return f"must be a bare number, {number}: {because}"
        if number_wanted and _is_number(value):
            return "must be a number, written without quotes"
        if plain_type is dt.date:
            return "is not a date of the calendar"
        if plain_type is bool:
            return "must be true or false"
    if plain_type is int and isinstance(value, float):
        return "must be a whole number"
    if plain_type is dt.date:
        return "is not a date"
    return "has the wrong type"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _value_error(text: str, where: Spot) -> Fault:
    """An error of our own validators: the number it names moves from the message into ``given``."""
    path, mark = where.path, where.mark
    node = where.node
    given: str | None = None
    allowed: str | None = None
    message, _, got = text.partition(", got ")
    if got:
        given = got
    first, _, rest = message.partition(" ")
    if node is not None and first in node.mapping and rest.startswith(("must", "is", "add")):
        child = node.mapping[first]
        path, mark, message = f"{path}.{first}", child.mark, rest
    elif node is not None and given is not None:
        for key, child in node.mapping.items():  # which of value, low and high it was
            if shape.is_quantity(where.annotation) and said(child.value) == given:
                path, mark = f"{path}.{key}", child.at
                break
    if message.startswith("must be ") and given is not None:
        allowed, message = message.removeprefix("must be "), "is out of range"
    if node is not None and not given:
        message += _origins(node)
    return Fault(mark.file, mark.line, path, message, given, allowed)


def _origins(node: Node) -> str:
    """Says so where the parts of a mapping come from more than one file."""
    marks: dict[str, Mark] = {}
    for child in node.scalars():
        marks.setdefault(child.at.file, child.at)
    if len(marks) < 2:
        return ""
    places = _and([str(mark) for mark in marks.values()])
    return f" (its parts stand in {places}; {{replace: ...}} drops the older ones)"
