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


class Mentors(Dated):
    """Officers of another service who work alongside those of some checkpoints; no courses."""

    measure: Literal["mentors"]
    checkpoints: Annotated[list[Name], Field(min_length=1)]
    mentors: Positive
    mentor_gain: Amount  # share brought on in 30 days by one mentor for each 10 officers
    turnover_per_year: Share = Quantity(value=0)  # of the officers, who are replaced by untrained ones

    @property
    def trained_per_30_days(self) -> Quantity:
        """Nobody: there are no courses."""
        return Quantity(value=0)

    @property
    def course_days(self) -> Quantity:
        """None are spent off the line."""
        return Quantity(value=0)


class Equipment(Dated):
    """Machines at some checkpoints: kiosks for faces and fingers, document readers, scanners of vehicles."""

    measure: Literal["equipment"]
    kind: Literal["biometric_kiosk", "document_reader", "scanner"]
    checkpoints: Annotated[list[Name], Field(min_length=1)]
    coverage_added: Quantity = Quantity(value=0)  # as a share of those who pass: people found in vehicles
    identification_added: Quantity = Quantity(value=0)  # as a share of those inspected without papers
    identification_forged_added: Quantity = Quantity(value=0)  # the same, with forged papers
    inspections_times: Amount = Quantity(value=1)  # multiplies inspections per officer-day


class AntiCorruption(Dated):
    """Controls and sanctions at some checkpoints: fewer bribes taken, less extorted."""

    measure: Literal["anti_corruption"]
    checkpoints: Annotated[list[Name], Field(min_length=1)]
    bribes_times: Amount = Quantity(value=1)  # multiplies the share let go for a bribe, a network's too
    extortion_times: Amount = Quantity(value=1)  # multiplies the share that must pay to go on


class TaskForce(Dated):
    """Several things at one border at once: officers, cover, skills of identification, pace, integrity."""

    measure: Literal["task_force"]
    checkpoints: Annotated[list[Name], Field(min_length=1)]
    officers_added: Quantity = Quantity(value=0)  # at each of the checkpoints
    coverage_added: Quantity = Quantity(value=0)
    identification_added: Quantity = Quantity(value=0)
    inspections_times: Amount = Quantity(value=1)
    bribes_times: Amount = Quantity(value=1)


class Vetting(Dated):
    """Interviews and database checks of those admitted to a detention centre.

    Who is flagged is held for ``flagged_days`` more. How many flags are right follows
    from parameters.vetting_base_rate, which is an assumption.
    """

    measure: Literal["vetting"]
    centre: Name
    interviews_per_day: Positive  # persons
    sensitivity: Share  # of those whom a perfect interview would flag, who are flagged
    specificity: Share  # of all others, who are not flagged
    flagged_days: Amount


class InformationSharing(Dated):
    """Who is held or served by one authority is enrolled, and recognised by others of the same exchange."""

    measure: Literal["information_sharing"]
    enrolled_by: Annotated[list[Country], Field(min_length=1)]
    recognised_by: Annotated[list[Country], Field(min_length=1)]
    identification: Share = Quantity(value=0)  # of the enrolled inspected, who are recognised, at least
    processing_times: Amount = Quantity(value=1)  # multiplies the days at a counter, for the enrolled
    second_pass: bool = True  # whether the enrolled are given another exit pass
    admitted_times: Share = Quantity(value=1)  # multiplies the share admitted at the border, of the enrolled


class PapersCrackdown(Dated):
    """Fewer and dearer forged papers at some entry places."""

    measure: Literal["papers_crackdown"]
    places: Annotated[list[Name], Field(min_length=1)]
    supply_times: Share  # of those who want forged papers, who still find them
    price_times: Amount = Quantity(value=1)


class VisaRequirement(Dated):
    """Some groups need a visa to arrive at some entry places: some stay at home, some arrive elsewhere."""

    measure: Literal["visa_requirement"]
    places: Annotated[list[Name], Field(min_length=1)]
    groups: Annotated[list[Name], Field(min_length=1)]
    kept_home_share: Share  # of those who would have arrived there
    diverted_share: Share = Quantity(value=0)  # of the same
    diverted_to: Name | None = None

    @model_validator(mode="after")
    def _shares_and_target(self) -> VisaRequirement:
        total = self.kept_home_share.value + self.diverted_share.value
        if total > 1:
            raise ValueError(f"kept_home_share and diverted_share add up to {total:g}, above 1")
        if (self.diverted_to is not None) != (self.diverted_share.value > 0):
            raise ValueError("names diverted_to if and only if diverted_share is above 0")
        return self


class SmugglerTakedown(Dated):
    """On one day a network loses a share of its seats; they come back at its own growth_per_30_days."""

    measure: Literal["smuggler_takedown"]
    network: Name
    seats_removed_share: Share

    @model_validator(mode="after")
    def _one_day(self) -> SmugglerTakedown:
        if self.until is not None or self.ramp_days:
            raise ValueError("is the work of one day: it has no until and no ramp_days")
        return self


class Asylum(Dated):
    """Claims can be made at a place: a wait with a duty to stay, then recognition or refusal."""

    measure: Literal["asylum"]
    authority: Country
    place: Name
    groups: list[Name] | None = None  # None: everyone
    decision_days: Days  # wait for the decision
    patience_days: Days  # mean wait after which a claim is abandoned
    recognised_share: Share
    settled_share: Share = Quantity(value=1)  # of those recognised, who stay in the country
    valid_days: Days = Quantity(value=365)  # papers of the others who were recognised


class AidAtHome(Dated):
    """Money spent where people leave from; departures fall (or rise) with it."""

    measure: Literal["aid_at_home"]
    groups: Annotated[list[Name], Field(min_length=1)]
    usd_per_year: Positive
    departures_cut_per_100_million: Quantity  # share of departures, per 100 million USD a year; below 0: rise


class SafePassage(Dated):
    """Buses and escorts on some legs, shelters at some places."""

    measure: Literal["safe_passage"]
    legs: list[Name] = []
    price_times: Amount = Quantity(value=1)
    death_times: Amount = Quantity(value=1)
    robbery_times: Amount = Quantity(value=1)
    shelters: list[Name] = []  # places
    stay_worth_added: Quantity = Quantity(value=0)  # utility of staying on at those places

    @model_validator(mode="after")
    def _somewhere(self) -> SafePassage:
        if not self.legs and not self.shelters:
            raise ValueError("needs legs or shelters")
        return self


class RemovalAgreement(Dated):
    """Lets an authority remove people of some groups, or more of them, or sooner."""

    measure: Literal["removal_agreement"]
    authority: Country
    groups: Annotated[list[Name], Field(min_length=1)]
    removal_share: Share
    removal_days: Days | None = None
    removal_seats_per_day: Positive | None = None  # persons, all groups; None: as before


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
    | TaskForce
    | Equipment
    | AntiCorruption
    | TrainingMeasure
    | Mentors
    | DetentionMeasure
    | Vetting
    | InformationSharing
    | RemovalAgreement
    | ExitPass
    | Asylum
    | PapersCrackdown
    | VisaRequirement
    | BorderClosure
    | Quota
    | SmugglerTakedown
    | ReceptionMeasure
    | AidAtHome
    | SafePassage,
    Field(discriminator="measure"),
]
