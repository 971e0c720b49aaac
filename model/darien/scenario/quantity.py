"""Numbers that carry where they come from.

Every number in a world file is a :class:`Quantity`: a value, the range it may
lie in, and either a source or the words "assumption" with a reason. A scenario
may give a bare number instead (``price_usd: 400``): it is then that scenario's
own choice and the parameter table says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic_core import core_schema


class Model(BaseModel):
    """Base of every part of a scenario: unknown keys are refused, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Sourced(Model):
    """Something that must say where it comes from."""

    source: str | None = None
    assumption: str | None = None

    @property
    def provenance(self) -> str:
        """What the parameter table prints: the source, or the reason of the assumption."""
        if self.source:
            return self.source
        if self.assumption:
            return f"assumption: {self.assumption}"
        return "set by the scenario"


class Quantity(Sourced):
    """A number with its range and its provenance.

    ``low`` and ``high`` bound what is believed about the number itself (not how
    much it differs from person to person).
    """

    value: float
    low: float | None = None
    high: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare_number(cls, given: Any) -> Any:
        if isinstance(given, (int, float)) and not isinstance(given, bool):
            return {"value": given}
        return given

    @model_validator(mode="after")
    def _range_holds_value(self) -> Quantity:
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        if not low <= self.value <= high:
            raise ValueError(f"value {self.value:g} lies outside its range {low:g} to {high:g}")
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [{"type": "number"}, handler.resolve_ref_schema(handler(schema))]}


def _within(low: float, high: float, words: str) -> Callable[[Quantity], Quantity]:
    def check(quantity: Quantity) -> Quantity:
        for number in (quantity.value, quantity.low, quantity.high):
            if number is not None and not low <= number <= high:
                raise ValueError(f"must be {words}, got {number:g}")
        return quantity

    return check


def _positive(quantity: Quantity) -> Quantity:
    for number in (quantity.value, quantity.low, quantity.high):
        if number is not None and not number > 0:
            raise ValueError(f"must be above 0, got {number:g}")
    return quantity


Share = Annotated[Quantity, AfterValidator(_within(0, 1, "a share from 0 to 1"))]
Amount = Annotated[Quantity, AfterValidator(_within(0, math.inf, "0 or more"))]
Positive = Annotated[Quantity, AfterValidator(_positive)]
Days = Annotated[Quantity, AfterValidator(_within(1, math.inf, "1 day or more"))]
