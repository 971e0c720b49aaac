"""A number of a scenario by its path: ``parameters.cost_weight``, ``policy.NAME.coverage_added``."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from darien.scenario.errors import UserMistake
from darien.scenario.quantity import Quantity
from darien.scenario.schema import Scenario


def quantity_at(scenario: Scenario, path: str) -> Quantity:
    """The number at a path. Raises UserMistake where there is none."""
    at: Any = scenario
    for step in path.split("."):
        if isinstance(at, list):
            at = dict(scenario.named_policy).get(step)
        elif isinstance(at, dict):
            at = at.get(step)
        elif isinstance(at, BaseModel):
            at = getattr(at, step, None)
        if at is None:
            raise UserMistake(f"{path}: the scenario has nothing there (at {step})")
    if not isinstance(at, Quantity):
        raise UserMistake(f"{path}: is not a number of the scenario")
    return at
