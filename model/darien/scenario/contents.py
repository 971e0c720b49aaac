"""What is built in: worlds, scenarios by theme, policies, measures, with a line on each."""

from __future__ import annotations

from typing import Literal

from darien.scenario import library, shape
from darien.scenario.check import is_world
from darien.scenario.yaml_nodes import Mark, Node, decode, parse, shown

Kind = Literal["world", "scenario", "comparison", "sweep"]
Section = tuple[str, list[tuple[str, str]]]  # a heading, and names with a line each
OTHER = "other"


def contents() -> list[Section]:
    """The sections that ``darien list`` prints. Raises ScenarioError for a built-in file that is no YAML."""
    worlds: list[tuple[str, str]] = []
    comparisons: list[tuple[str, str]] = []
    sweeps: list[tuple[str, str]] = []
    policies: list[tuple[str, str]] = []
    themes: dict[str, list[tuple[str, str]]] = {}
    for name in library.names():
        root = _root(name)
        folder = name.split("/")[0] if "/" in name else None
        entry = (name, _text(root, "title"))
        kind = kind_of(root)
        if kind == "world":
            worlds.append(entry)
        elif kind == "comparison":
            comparisons.append(entry)
        elif kind == "sweep":
            sweeps.append(entry)
        elif folder == "policies":
            policies.append(entry)
        else:
            themes.setdefault(_text(root, "theme") or folder or OTHER, []).append(entry)
    sections: list[Section] = [("Worlds", worlds)]
    for theme in sorted(themes, key=lambda theme: (theme == OTHER, theme)):
        sections.append((f"Scenarios: {theme}", themes[theme]))
    sections += [("Policies", policies), ("Comparisons", comparisons), ("Sweeps", sweeps)]
    measures = [(word, _first_line(model.__doc__)) for word, model in shape.measures().items()]
    sections.append(("Measures", measures))
    return [section for section in sections if section[1]]


def kind_of(root: Node) -> Kind:
    """What a file of the library is, by its keys."""
    if "options" in root.mapping:
        return "comparison"
    if "base" in root.mapping:
        return "sweep"
    return "world" if is_world(root.mapping) and "extends" not in root.mapping else "scenario"


def kinds() -> dict[str, Kind]:
    """What each built-in file is, by name."""
    return {name: kind_of(_root(name)) for name in library.names()}


def _root(name: str) -> Node:
    path = library.find(name)
    file = shown(path)
    root = parse(decode(path.read_bytes(), file), file, [])
    return Node({}, Mark(file)) if root is None else root


def _text(root: Node, key: str) -> str:
    node = root.mapping.get(key)
    return node.value if node is not None and isinstance(node.value, str) else ""


def _first_line(doc: str | None) -> str:
    return (doc or "").strip().split("\n", maxsplit=1)[0]
