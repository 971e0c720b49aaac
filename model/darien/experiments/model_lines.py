"""YAML files other than scenarios: which is meant, of what kind it is, and where in it something stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from darien.scenario import library, model_file
from darien.scenario.errors import Fault, ScenarioError, UserMistake, listed, nearest
from darien.scenario.yaml_nodes import Mark, Node, shown


def locate(what: str | Path, kind: str) -> Path:
    """The file that is meant: a path, a built-in of that ``kind`` or a scenario. Raises UserMistake."""
    path = Path(what)
    if path.is_file():
        return path
    if path.is_dir():
        raise UserMistake(f"{what}: is a folder, not a {kind} file")
    try:
        return library.find(f"{kind}s/{what}")
    except UserMistake:
        return library.find(str(what))


def keys(what: str, find: Callable[[str], Path]) -> set[str]:
    """The keys of the file that ``find`` finds, by which its kind is told; none where it cannot be read."""
    try:
        return {str(key) for key in model_file.nodes(find(what), "a file", "", []).mapping}
    except UserMistake:
        return set()


def mark(file: Path, *keys: str | int) -> Mark:
    """The file and line of a value; the file alone if it is not there any more."""
    try:
        node = model_file.nodes(file, "a file", "", [])
        for key in keys:
            below = node.value
            if isinstance(below, dict) or (isinstance(below, list) and isinstance(key, int)):
                node = below[key]  # type: ignore[index]
    except (ScenarioError, LookupError):
        return Mark(shown(file))
    return node.mark


def must_be_outcomes(file: Path, names: Sequence[str], known: Sequence[str]) -> None:
    """Refuse what stands under ``outcomes`` of a file and is none that a run gives. Raises ScenarioError."""
    faults = []
    for position, name in enumerate(names):
        if name not in known:
            near = nearest(name, known)
            where = mark(file, "outcomes", position)
            faults.append(
                Fault(
                    *(where.file, where.line, f"outcomes[{position}]", f"{name} is no outcome of a run"),
                    *(None, f"did you mean {near}?" if near else listed(known, most=60)),
                )
            )
    if faults:
        raise ScenarioError(faults)


def node_at(root: Node, path: str) -> Node:
    """The node of a path, or of the root where nothing was written there."""
    node: Node | None = root
    for step in path.split("."):
        if node is None:
            break
        value = node.value
        node = value[int(step)] if isinstance(value, list) else node.mapping.get(step)
    return node or root


def fault_at(root: Node, path: str, message: str) -> Fault:
    """A fault of what is written at a path, with its line."""
    node = node_at(root, path)
    return Fault(root.mark.file, (node.key_at or node.mark).line, path, message)
