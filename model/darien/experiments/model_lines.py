"""Where in a YAML file something stands, for messages that come after it was read."""

from __future__ import annotations

from pathlib import Path

from darien.scenario import model_file
from darien.scenario.errors import ScenarioError
from darien.scenario.yaml_nodes import Mark, shown


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
