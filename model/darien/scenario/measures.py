"""The measures of a policy: dated interventions, each a class with its own fields.

A measure is told apart by its ``measure`` key. What each one does to the levers
of the engine stands in :mod:`darien.actors.policy`.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, model_validator

from darien.scenario.quantity import Amount, Days, Positive, Quantity, Share, Sourced
from darien.scenario.world import Checkpoint, Country, Name, Reception, WhenFull


class Dated(Sourced):
    """What every measure has: a name, dates, a ramp, a yearly cost."""

    name: Name | None = None  # to tell two of a kind apart, and for --set
    start: dt.date = Field(alias="from")
    until: dt.date | None = None  # last day in force; None: to the end of the period
    ramp_days: Annotated[int, Field(ge=0, le=3650)] = 0  # days until the full effect, in a straight line
    cost_usd_per_year: Amount | None = None
    why: str | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Dated:
        if self.until is not None and self.until < self.start:
            raise ValueError(f"ends ({self.until}) before it starts ({self.start})")
        return self


class CheckpointMeasure(Dated):
    """Opens a new checkpoint, or strengthens one that the world has."""

    measure: Literal["checkpoint"]
    opens: Checkpoint | None = None  # a checkpoint of its own, named after the measure
    strengthens: Name | None = None
    officers_added: Quantity = Quantity(value=0)
    coverage_added: Quantity = Quantity(value=0)  # as a share of those who pass
    identification_added: Quantity = Quantity(value=0)  # as a share of those inspected

    @model_validator(mode="after")
    def _opens_or_strengthens(self) -> CheckpointMeasure:
        if (self.opens is None) == (self.strengthens is None):
            raise ValueError("needs either opens (a new checkpoint) or strengthens (the name of one)")
        if self.opens is not None:
            if self.name is None:
                raise ValueError("a checkpoint that is opened needs a name")
            if self.officers_added.value or self.coverage_added.value or self.identification_added.value:
                raise ValueError(
                    "officers_added, coverage_added and identification_added go with strengthens"
                )
        return self


class DetentionMeasure(Dated):
    """Changes a detention centre: beds, limit in days, what happens when it is full."""

    measure: Literal["detention"]
    centre: Name
    beds_times: Amount = Quantity(value=1)  # multiplies the beds, before any are added
    beds_added: Quantity = Quantity(value=0)
    limit_days: Days | None = None
    limit_minors_days: Days | None = None
    when_full: WhenFull | None = None
    crowding: Annotated[float, Field(ge=1, le=10)] | None = None
    transfer_to: Name | None = None


class TrainingMeasure(Dated):
    """Courses and mentors for the officers of some checkpoints.

    Every 30 days from the first day of the period, while in force, a share of the
    untrained officers finishes a course, and mentors bring on some more; officers
    are off the line while a course lasts. Training is lost as staff leave.
    """

    measure: Literal["training"]
    checkpoints: Annotated[list[Name], Field(min_length=1)]
    trained_per_30_days: Share  # of the untrained officers, who finish a course
    course_days: Amount = Quantity(value=0)  # days off the line per officer trained
    mentors: Amount = Quantity(value=0)  # officers of another service who work alongside
    mentor_gain: Amount = Quantity(value=0)  # share brought on in 30 days by one mentor for each 10 officers
    turnover_per_year: Share = Quantity(value=0)  # of the officers, who are replaced by untrained ones


class RemovalAgreement(Dated):
    """Lets an authority remove people of some groups, or more of them, or sooner."""

    measure: Literal["removal_agreement"]
    authority: Country
    groups: Annotated[list[Name], Field(min_length=1)]
    removal_share: Share
    removal_days: Days | None = None


class ExitPass(Dated):
    """A counter where people present themselves, wait, and receive a pass to leave the country."""

    measure: Literal["exit_pass"]
    authority: Country
    place: Name
    groups: list[Name] | None = None  # None: everyone
    passes_per_day: Positive  # persons
    processing_days: Days
    valid_days: Days
    granted_share: Share = Quantity(value=1)  # of those who present themselves, who are given one


class BorderClosure(Dated):
    """Closes legs to some groups or to all."""

    measure: Literal["border_closure"]
    legs: Annotated[list[Name], Field(min_length=1)]
    groups: list[Name] | None = None  # None: everyone


class Quota(Dated):
    """At most so many persons a day start a leg; the rest queue."""

    measure: Literal["quota"]
    leg: Name
    persons_per_day: Positive


class ReceptionMeasure(Dated):
    """Changes what awaits some groups at the US border."""

    measure: Literal["reception"]
    groups: Annotated[list[Name], Field(min_length=1)]
    reception: Reception


Measure = Annotated[
    CheckpointMeasure
    | DetentionMeasure
    | TrainingMeasure
    | RemovalAgreement
    | ExitPass
    | BorderClosure
    | Quota
    | ReceptionMeasure,
    Field(discriminator="measure"),
]
