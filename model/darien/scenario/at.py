"""A number of a scenario by its path: ``parameters.cost_weight``, ``policy.NAME.coverage_added``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from darien.scenario.errors import UserMistake
from darien.scenario.quantity import Quantity
from darien.scenario.schema import Scenario


def quantity_at(scenario: Scenario, path: str) -> Quantity:
    """The number at a path. Raises UserMistake where there is none."""
    at: Any = scenario
    for step in path.split("."):
        at = _within(at, step)
        if at is None:
            raise UserMistake(f"{path}: the scenario has nothing there (at {step})")
    if not isinstance(at, Quantity):
        raise UserMistake(f"{path}: is not a number of the scenario")
    return at


def value_at(scenario: Scenario, path: str) -> float | None:
    """The number at a path, None where the scenario has none there."""
    try:
        return quantity_at(scenario, path).value
    except UserMistake:
        return None


def with_value(scenario: Scenario, path: str, value: float) -> Scenario:
    """A copy with another number, of no range, at a path where there is one; it is not checked anew."""
    found: Scenario = _with_value(scenario, path.split("."), value)
    return found


def _within(at: Any, step: str) -> Any:
    if isinstance(at, list):  # the measures of a policy
        return next((measure for measure in at if measure.name == step), None)
    return at.get(step) if isinstance(at, dict) else getattr(at, step, None)


def _with_value(at: Any, steps: Sequence[str], value: float) -> Any:
    if isinstance(at, Quantity):
        return at.model_copy(update={"value": value, "low": None, "high": None})  # a prior may be wider
    step, rest = steps[0], steps[1:]
    inner = _with_value(_within(at, step), rest, value)
    if isinstance(at, list):
        return [inner if measure.name == step else measure for measure in at]
    if isinstance(at, dict):
        return {**at, step: inner}
    assert isinstance(at, BaseModel)
    return at.model_copy(update={step: inner})
