"""What can be read of a scenario that the schema has refused, so that one fault hides no other.

A key that was misspelt is taken for the one that was meant. Of a part that stays broken the
fields that are right are kept, and all others are None: good for nothing but to look at what it names.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from darien.scenario import shape
from darien.scenario.merge import merge
from darien.scenario.translate import meant_by, spot
from darien.scenario.yaml_nodes import Key, Node


def mend(root: Node, unknown: Iterable[tuple[Key, ...]]) -> None:
    """Put what stands under unknown keys under those that were meant; where none was, drop it."""
    for loc in unknown:
        where = spot(root, loc)
        key = meant_by(where)
        misplaced = where.parent.mapping.pop(loc[-1])
        below = where.parent.mapping.get(key) if key is not None else None
        if key is not None and (below is None or below.at.file != misplaced.at.file):
            where.parent.mapping[key] = merge(below, misplaced)


def salvaged(annotation: Any, given: object) -> Any:
    """The value as the schema has it; of a broken one, what is right in it; None where nothing is."""
    try:
        return TypeAdapter(annotation).validate_python(given, strict=True)
    except ValidationError:
        pass
    plain_type = shape.bare(annotation)
    inside = get_args(plain_type)
    if isinstance(given, dict) and get_origin(plain_type) is dict:
        return {key: salvaged(inside[1], part) for key, part in given.items()}
    if isinstance(given, list) and get_origin(plain_type) is list:
        return [salvaged(inside[0], part) for part in given]
    if not isinstance(given, dict):
        return None
    if shape.is_model(plain_type):
        return _fields(plain_type, given)
    measure = shape.measures().get(str(given.get("measure")))
    return _fields(measure, given) if measure is not None and measure in inside else None


def _fields(model: type[BaseModel], given: dict[str, object]) -> BaseModel:
    """A part of which no rule has been checked that holds between its fields."""
    values = {
        key: salvaged(shape.field_type(info), given[key]) if key in given else None
        for key, info in shape.fields(model).items()
        if key in given or info.is_required()
    }
    return model.model_construct(**values)
