"""YAML files other than scenarios: checked against a model, every fault with file, line and path."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from darien.scenario import shape
from darien.scenario.errors import Fault, ScenarioError
from darien.scenario.yaml_nodes import Node, decode, parse, shown

M = TypeVar("M", bound=BaseModel)


def nodes(file: Path, what: str, needs: str, faults: list[Fault]) -> Node:
    """The nodes of a file that holds a mapping. Adds to ``faults``; raises ScenarioError without one.

    Args:
        what: what the file should be, as one says it: "a comparison".
        needs: the keys that such a file needs, for the message.
    """
    name = shown(file)
    try:
        text = decode(file.read_bytes(), name)
    except OSError as error:
        raise ScenarioError([Fault(name, None, "", f"cannot be read: {error.strerror}")]) from error
    root = parse(text, name, faults)
    if root is None or not isinstance(root.value, dict):
        raise ScenarioError([Fault(name, 1, "", f"is not {what}", None, needs)])
    return root


def validated(root: Node, model: type[M], faults: list[Fault]) -> M:
    """The model that the nodes describe. Raises ScenarioError with ``faults`` and every further one."""
    try:
        made = model.model_validate(shape.plain(root, model), strict=True)
    except ValidationError as error:
        faults += [_fault(one, root, model) for one in error.errors(include_url=False)]
        raise ScenarioError(faults) from None
    if faults:
        raise ScenarioError(faults)
    return made


def _fault(error: Any, root: Node, model: type[BaseModel]) -> Fault:
    """One of pydantic's errors with file, line, path, what was given and what is allowed."""
    loc = error["loc"]
    node, holder = root, model
    annotation: Any = model
    for key, found in _down(root, loc):
        if isinstance(shape.bare(annotation), type) and issubclass(shape.bare(annotation), BaseModel):
            holder = shape.bare(annotation)
        annotation = shape.below(annotation, key, node)
        node = found
    path = ".".join(str(key) for key in loc)
    kind = error["type"]
    if kind == "extra_forbidden":
        known = list(shape.fields(holder))
        near = shape.suggestion(str(loc[-1]), known)
        hint = f"did you mean {near}?" if near else ", ".join(known)
        file = node.key_at.file if node.key_at else node.at.file
        return Fault(file, _line(node), path, "unknown key", None, hint)
    if kind == "missing":
        return Fault(node.mark.file, node.mark.line, path, "is missing")
    given = error["input"] if isinstance(error["input"], (str, int, float, bool)) else None
    message = error["msg"].removeprefix("Value error, ")
    message = message[0].lower() + message[1:]
    return Fault(node.mark.file, node.mark.line, path, message, None if given is None else str(given))


def _line(node: Node) -> int | None:
    return node.key_at.line if node.key_at else node.at.line


def _down(root: Node, loc: tuple[int | str, ...]) -> Iterator[tuple[int | str, Node]]:
    """Keys and nodes along a location, as far as they were written."""
    node: Node | None = root
    for key in loc:
        if node is None:
            return
        if isinstance(node.value, list):
            node = node.value[key] if isinstance(key, int) and key < len(node.value) else None
        else:
            node = node.mapping.get(key)
        if node is not None:
            yield key, node
