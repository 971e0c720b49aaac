"""Mesa: the route as a model, and the institutions that decide."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

# Mesa's spaces, which nothing here uses, bring in scipy and networkx: that takes longer than the rest of it.
LATER = ("experimental", "space")


def _late(name: str) -> ModuleType:
    """A part of Mesa that was left out: Python asks here for the names that ``mesa`` lacks."""
    if name not in LATER:
        raise AttributeError(f"module 'mesa' has no attribute {name!r}")
    return import_module(f"mesa.{name}")


if "mesa" not in sys.modules:
    sys.modules.update((f"mesa.{name}", ModuleType(name)) for name in LATER)  # taken for imported
    import mesa

    for name in LATER:
        del sys.modules[f"mesa.{name}"]
        delattr(mesa, name)
    mesa.__getattr__ = _late
