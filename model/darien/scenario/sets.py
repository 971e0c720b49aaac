"""``--set PATH=VALUE``: one value of the merged scenario, put in its place from outside."""

from __future__ import annotations

import re
from typing import Any, get_args, get_origin

from darien.scenario import shape
from darien.scenario.errors import Fault, ScenarioError, listed
from darien.scenario.merge import merge
from darien.scenario.schema import Scenario
from darien.scenario.yaml_nodes import Key, Mark, Node, parse

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def apply(root: Node, given: str, found: list[Fault]) -> None:
    """Put the value in its place in ``root``. Raises ScenarioError for an unknown path or a broken value."""
    shown = f"--set {given}"
    path, equals, text = given.partition("=")
    path = path.strip()
    if not equals or not path:
        raise ScenarioError(
            [Fault(shown, None, "", "is not PATH=VALUE", None, "such as parameters.cost_weight=2")]
        )
    if not text.strip():
        raise ScenarioError([Fault(shown, None, path, "has no value after the equals sign")])
    steps = _steps(path, shown)
    value = _value(text, path, shown, found)
    node = root
    annotation: Any = Scenario
    for i, step in enumerate(steps):
        key = _key(node, annotation, step, path, shown, last=i == len(steps) - 1)
        annotation = shape.below(annotation, key, node)
        if i == len(steps) - 1:
            _put(node, key, value)
        else:
            node = _step_into(node, key, annotation, value.at)


def _steps(path: str, shown: str) -> list[str | int]:
    steps: list[str | int] = []
    at = 0
    while at < len(path):
        if path[at] == "." and steps and at + 1 < len(path) and path[at + 1] not in ".[":
            at += 1
        found = _STEP.match(path, at)
        if found is None or (found[1] is not None and at > 0 and path[at - 1] != "."):
            allowed = "names with dots between them and [0] for an item of a list"
            raise ScenarioError([Fault(shown, None, path, "is not a path", None, allowed)])
        steps.append(found[1] if found[1] is not None else int(found[2]))
        at = found.end()
    return steps


def _value(text: str, path: str, shown: str, found: list[Fault]) -> Node:
    problems: list[Fault] = []
    try:
        node = parse(text, shown, problems)
    except ScenarioError as error:
        problems += error.faults
        node = None
    if problems:  # a line number within an argument says nothing
        raise ScenarioError([Fault(shown, None, path, f.message, f.given, f.allowed) for f in problems])
    value = None if node is None else merge(None, node)
    mark = Mark(shown)
    return Node(None, mark, mark) if value is None else _marked(value, mark)


def _marked(node: Node, mark: Mark) -> Node:
    value = node.value
    if isinstance(value, dict):
        value = {key: _marked(child, mark) for key, child in value.items()}
    elif isinstance(value, list):
        value = [_marked(child, mark) for child in value]
    return Node(value, mark, mark)


def _key(node: Node, annotation: Any, step: str | int, path: str, shown: str, last: bool) -> Key:
    """The key that a step of the path means at this node. Raises ScenarioError when it means none."""

    def unknown(what: str, known: list[str]) -> ScenarioError:
        meant = shape.suggestion(step, known)
        message = f"unknown {what} `{step}`" + (f"; did you mean `{meant}`?" if meant else "")
        return ScenarioError(
            [Fault(shown, None, path, message, None, None if meant else listed(known, most=40))]
        )

    plain_type = shape.bare(annotation)
    if isinstance(node.value, list):
        names = {
            str(item.mapping["name"].value): i for i, item in enumerate(node.value) if "name" in item.mapping
        }
        if isinstance(step, int) and step < len(node.value):
            return step
        if isinstance(step, str) and step in names:
            return names[step]
        count = f"[0] to [{len(node.value) - 1}]" if node.value else "nothing: the list is empty"
        raise unknown("item", [*names, count])
    if isinstance(step, int):
        raise ScenarioError([Fault(shown, None, path, f"[{step}] does not stand behind a list")])
    model = shape.model_of(annotation, node)
    if model is not None:
        known = list(shape.fields(model))
        if model is Scenario:  # what a file takes from its base is read in by now
            known = [key for key in known if key not in ("extends", "without")]
        if step not in known:
            raise unknown("key", known)
        return step
    if get_origin(plain_type) is dict:
        key_type, value_type = get_args(plain_type)
        key: Key = int(step) if shape.bare(key_type) is int and step.isdigit() else step
        entries = shape.is_model(shape.bare(value_type)) and not shape.is_quantity(value_type)
        if key not in node.mapping and not last and entries:
            raise unknown("name", [str(name) for name in node.mapping])
        return key
    raise ScenarioError([Fault(shown, None, path, f"`{step}`: nothing stands below the value before it")])


def _step_into(node: Node, key: Key, annotation: Any, mark: Mark) -> Node:
    """The node below, made a mapping where the path goes on: a bare number becomes a quantity."""
    children = node.value
    if isinstance(children, list) and isinstance(key, int):
        return children[key]
    assert isinstance(children, dict)
    child = children.get(key)
    if child is None or child.value is None:
        child = children[key] = Node({}, mark, mark)
    elif not isinstance(child.value, (dict, list)) and shape.is_quantity(annotation):
        child = children[key] = Node({"value": child}, child.at, child.key_at)
    return child


def _put(node: Node, key: Key, value: Node) -> None:
    if isinstance(node.value, dict) or (isinstance(node.value, list) and isinstance(key, int)):
        node.value[key] = value  # type: ignore[index]
