"""Migration from South America to the United States, person by person.

``load`` reads a scenario, ``run`` runs replicates of it, ``compare`` holds options
against a base, ``sweep`` varies parameters, ``RouteModel`` is the model itself. Each
is imported when it is first asked for, so that ``import darien`` stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from darien.actors.model import RouteModel
    from darien.notebook import compare, run, sweep
    from darien.scenario.files import load

__version__ = "0.1.0"
__all__ = ["RouteModel", "__version__", "compare", "load", "run", "sweep"]

_HOMES = {
    "RouteModel": ("darien.actors.model", "RouteModel"),
    "load": ("darien.scenario.files", "load"),
    "run": ("darien.notebook", "run"),
    "compare": ("darien.notebook", "compare"),
    "sweep": ("darien.notebook", "sweep"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _HOMES[name]
    found = getattr(import_module(module), attribute)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
