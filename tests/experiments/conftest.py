"""A model whose outcomes are known, in the place of the real one."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from . import pretend


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """``darien.actors.model`` replaced by the pretend one, in this process."""
    monkeypatch.setitem(sys.modules, "darien.actors.model", pretend)
    pretend.built.clear()
    return pretend
