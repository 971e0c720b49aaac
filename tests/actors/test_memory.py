"""Runs leave nothing behind in the process that runs them."""

from __future__ import annotations

import gc
import weakref

import pytest

from darien.actors import model as actors
from darien.experiments.run import simulate
from darien.scenario.files import load


def test_a_model_that_has_run_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    alive: list[weakref.ref[actors.RouteModel]] = []
    begin = actors.RouteModel.__init__

    def noted(self: actors.RouteModel, *args: object, **more: object) -> None:
        begin(self, *args, **more)  # type: ignore[arg-type]
        alive.append(weakref.ref(self))

    monkeypatch.setattr(actors.RouteModel, "__init__", noted)
    scenario = load("history-2014-2018", ["period.end=2014-01-31"])
    for replicate in range(2):
        simulate(scenario, replicate=replicate)
    gc.collect()
    assert [ref() for ref in alive] == [None, None]
