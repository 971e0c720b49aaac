"""YAML read into nodes that remember where each value was written.

Scalars are resolved by the core rules of YAML 1.2: ``NO`` and ``yes`` are text,
``1e-3`` is a number, ``012`` is 12, and dates stay text (the schema knows where
a date belongs). Equal keys in one mapping are faults, not the last one wins.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from darien.scenario.errors import Fault, ScenarioError

Key = str | int

MOST_NODES = 200_000  # aliases can make a small file grow without bound

_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"([-+]?)\.(inf|Inf|INF)")
_CONSTANTS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_PLAIN_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map")} | {"!", None}


@dataclass(frozen=True)
class Mark:
    """A file (or the ``--set`` that gave a value) and a line in it, from 1."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass
class Node:
    """A value, where it was written, and where its key was written (if it has one)."""

    value: bool | int | float | str | dict[Key, Node] | list[Node] | None
    at: Mark
    key_at: Mark | None = None

    @property
    def mark(self) -> Mark:
        """The line to name in a fault: the key's for a mapping or a list, else the value's."""
        if isinstance(self.value, (dict, list)) and self.key_at is not None:
            return self.key_at
        return self.at

    @property
    def mapping(self) -> dict[Key, Node]:
        """The entries of a mapping; none for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    def scalars(self) -> Iterator[Node]:
        """The values directly below that are neither mappings nor lists."""
        for child in self.mapping.values():
            if not isinstance(child.value, (dict, list)):
                yield child


class _Loader(yaml.CSafeLoader):
    """Composes nodes; resolves nothing, so that plain scalars keep their text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


def resolve(text: str) -> bool | int | float | str | None:
    """A plain scalar's value by the core rules of YAML 1.2."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INT.fullmatch(text):
        return int(text) if len(text) < 400 else text
    if _FLOAT.fullmatch(text):
        return float(text)
    if infinite := _INFINITE.fullmatch(text):
        return float(f"{infinite[1]}inf")
    if text in (".nan", ".NaN", ".NAN"):
        return float("nan")
    return text


def parse(text: str, file: str, faults: list[Fault]) -> Node | None:
    """The one document in ``text``; None when it is empty.

    Faults that leave the rest readable (equal keys, tags) are added to
    ``faults``. Raises ScenarioError where the text is no YAML.
    """
    try:
        root = _composed(text)
    except yaml.MarkedYAMLError as error:
        raise ScenarioError([_syntax_fault(error, text, file)]) from None
    except yaml.YAMLError as error:
        raise ScenarioError([_unreadable(error, text, file)]) from None
    if root is None:
        return None
    return _Walk(file, faults).node(root, None)


@lru_cache(maxsize=256)
def _composed(text: str) -> yaml.Node | None:
    """PyYAML's nodes, which nothing changes: a draw after the other lays its values over the same files."""
    root: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    return root


def decode(data: bytes, file: str) -> str:
    """The text of a file, which must be UTF-8. Raises ScenarioError."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = data[error.start]
        raise ScenarioError(
            [Fault(file, line, "", "is not UTF-8 text", f"byte 0x{byte:02x}", "a file saved as UTF-8")]
        ) from None


def shown(path: Path) -> str:
    """A path as it is written in faults: relative to the working folder where it lies below it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


class _Walk:
    """Turns PyYAML's nodes into ours."""

    def __init__(self, file: str, faults: list[Fault]) -> None:
        self.file = file
        self.faults = faults
        self.count = 0
        self.open: set[int] = set()  # nodes that we are inside of: an alias to one has no end

    def mark(self, node: yaml.Node) -> Mark:
        return Mark(self.file, node.start_mark.line + 1)

    def fault(self, node: yaml.Node, path: str, message: str, given: str | None, allowed: str) -> None:
        self.faults.append(Fault(self.file, node.start_mark.line + 1, path, message, given, allowed))

    def node(self, node: yaml.Node, key_at: Mark | None, path: str = "") -> Node:
        self.count += 1
        if id(node) in self.open or self.count > MOST_NODES:
            raise ScenarioError(
                [Fault(self.file, node.start_mark.line + 1, path, "an alias makes this file endless")]
            )
        at = self.mark(node)
        tagged = node.tag not in _PLAIN_TAGS
        if tagged:
            self.fault(
                node, path, "tags are not used here", node.tag.replace("tag:yaml.org,2002:", "!!"), "no tag"
            )
        if isinstance(node, yaml.ScalarNode):
            return Node(resolve(node.value) if tagged or not node.style else node.value, at, key_at)
        self.open.add(id(node))
        result: Node
        if isinstance(node, yaml.SequenceNode):
            items = [self.node(item, None, f"{path}[{i}]") for i, item in enumerate(node.value)]
            result = Node(items, at, key_at)
        else:
            assert isinstance(node, yaml.MappingNode)
            result = Node(self.entries(node, path), at, key_at)
        self.open.discard(id(node))
        return result

    def entries(self, node: yaml.MappingNode, path: str) -> dict[Key, Node]:
        entries: dict[Key, Node] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.fault(key_node, path, "a key must be a word or a number", "a list or a mapping", "text")
                continue
            key: Key = key_node.value
            if not key_node.style and _INT.fullmatch(key_node.value):
                key = int(key_node.value)
            below = f"{path}.{key}" if path else str(key)
            if key in entries:
                first = entries[key].key_at
                self.fault(
                    key_node, below, "is given twice", None, f"each key once; it first stands in {first}"
                )
                continue
            entries[key] = self.node(value_node, self.mark(key_node), below)
        return entries


def _syntax_fault(error: yaml.MarkedYAMLError, text: str, file: str) -> Fault:
    """PyYAML's complaint in our words."""
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark is not None else None
    lines = text.splitlines()
    written = lines[line - 1] if line is not None and line <= len(lines) else ""
    problem = error.problem or error.context or "cannot be read"
    indent = written[: len(written) - len(written.lstrip())]
    if "\t" in indent or "'\\t'" in problem:
        return Fault(
            file, line, "", "a tab stands where YAML wants spaces", repr(written), "spaces to indent"
        )
    if "single document" in (error.context or ""):
        return Fault(file, line, "", "holds more than one document", "a line of ---", "one mapping in a file")
    return Fault(
        file, line, "", f"is not YAML: {problem}", repr(written.strip()) if written.strip() else None
    )


def _unreadable(error: yaml.YAMLError, text: str, file: str) -> Fault:
    """A fault for characters that YAML does not allow, such as a zero byte."""
    for number, line in enumerate(text.split("\n"), start=1):
        for character in line:
            if ord(character) < 32 and character not in "\t\r":
                return Fault(file, number, "", "holds a control character", repr(character), "text")
    return Fault(file, None, "", f"is not YAML: {error}")
