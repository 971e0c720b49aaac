"""Imports that wait until something in them is used.

``importlib.util.LazyLoader`` does not do: it loads as soon as anyone looks where a module's file
is, and Mesa, as it is imported, asks that of every module.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any


class _Waiting(ModuleType):
    """A module of which nothing has been run; the first name that it lacks runs it."""

    def __getattr__(self, name: str) -> Any:
        spec = self.__spec__
        if name.startswith("__") or spec is None or not isinstance(spec.loader, _Late):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        spec.loader = self.__loader__ = spec.loader.own
        spec.loader.exec_module(self)
        return getattr(self, name)


class _Late(Loader):
    """Stands in for a module's own loader."""

    def __init__(self, own: Loader) -> None:
        self.own = own

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Waiting(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing yet."""


class _Finder(MetaPathFinder):
    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target) if fullname in self._names else None
        if spec is not None and spec.loader is not None:
            spec.loader = _Late(spec.loader)
        return spec


@contextmanager
def later(*names: str) -> Iterator[None]:
    """While the block lasts, an import of these modules does not run them yet."""
    finder = _Finder(names)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
