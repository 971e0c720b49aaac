"""Where in a YAML file something stands, for messages that come after it was read."""

from __future__ import annotations

from pathlib import Path

from darien.scenario import model_file
from darien.scenario.errors import ScenarioError
from darien.scenario.yaml_nodes import Mark, Node, shown


def mark(file: Path, *keys: str | int) -> Mark:
    """The file and line of a value; the file alone if it is not there any more."""
    try:
        node: Node | None = model_file.nodes(file, "a file", "", [])
        for key in keys:
            assert node is not None
            at = node.value
            if (isinstance(at, list) and isinstance(key, int)) or isinstance(at, dict):
                node = at[key]
    except (ScenarioError, LookupError, AssertionError):
        node = None
    return Mark(shown(file)) if node is None else node.mark
