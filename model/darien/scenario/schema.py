"""What a scenario may say: world, period, departures, parameters and policy.

These classes are the single definition of the scenario language. The JSON
Schema, the parameter table and every error message are made from them. Cross
references (does that place exist?) are checked in :mod:`darien.scenario.check`.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from darien.scenario.measures import Measure
from darien.scenario.quantity import Amount, Days, Model, Positive, Quantity, Share, Sourced
from darien.scenario.world import (
    Authority,
    Checkpoint,
    Country,
    DetentionCentre,
    Group,
    Leg,
    Name,
    Place,
    Reception,
    Season,
    SmugglingNetwork,
)

Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


class Parameters(Model):
    """Behaviour that all groups share. Utilities are in units of the leg-level Gumbel scale."""

    cost_weight: Amount = Quantity(value=0)  # utility lost per share of funds that a leg costs
    time_weight_per_day: Amount = Quantity(value=0)  # utility lost per day of travel or waiting
    hazard_weight: Amount = Quantity(value=0)  # per death in 100 passages, at risk aversion 1
    risk_spread: Amount = Quantity(value=0)  # standard deviation of log risk aversion (median 1)
    clandestine_taste: Amount = Quantity(value=0)  # spread of the lasting taste for clandestine legs
    onward_weight: Amount = Quantity(value=0)  # how far the cheapest way ahead counts in choosing a leg
    nest_correlation: Quantity = Quantity(value=0)  # of legs in one nest, 0 to below 1
    stay_worth: Quantity | None = None  # utility of staying on; None: nobody stays of their own will
    give_up_worth: Quantity | None = None  # utility of going home; None: nobody gives up
    settle_worth: Quantity | None = None  # utility of settling where one is; None: nobody settles
    stay_if_poor: Quantity = Quantity(value=0)  # added when funds run out, times the shortness of funds
    give_up_if_poor: Quantity = Quantity(value=0)  # the same for going home
    settle_if_poor: Quantity = Quantity(value=0)  # the same for settling
    reception_worth: Quantity = Quantity(value=0)  # utility of going on, per share admitted at the border
    present_worth: Quantity = Quantity(value=0)  # utility of presenting oneself where passes are sure
    income_usd_per_day: Amount = Quantity(value=0)  # earned or sent by family, per person, while staying
    patience_days: Days = Quantity(value=30)  # mean wait in a queue before looking for another way
    retry_delay_days: Days = Quantity(value=30)  # mean time at home before trying again
    retry_funds_share: Share = Quantity(value=0.5)  # of the first funds, at a new attempt
    robbery_share: Share = Quantity(value=0.5)  # of funds lost in a robbery
    expelled_to: Name | None = None
    belief_weight: Amount = Quantity(value=0)  # utility lost where one is sure to be stopped
    belief_prior: Share = Quantity(value=0)  # thought to be stopped on any leg, before any are heard of
    belief_prior_days: Positive = Quantity(value=30)  # what that weighs: days of the group's mean departures
    belief_memory_days: Days = Quantity(value=60)  # mean age of what is remembered
    belief_lag_days: Days = Quantity(value=7)  # until others hear of it
    belief_trust: Share = Quantity(value=0)  # in what others met, against the prior; median of a group
    belief_trust_spread: Amount = Quantity(value=0)  # standard deviation from person to person
    network_worth: Quantity = Quantity(value=0)  # utility of a network's legs, for its clients
    asylum_worth: Quantity = Quantity(value=0)  # utility of a claim where recognition is sure
    deterrence: Quantity = Quantity(value=0)  # share of departures lost at perceived failure 1 over the prior
    failure_prior: Share = Quantity(value=0)  # journeys thought to fail, before any are heard of
    forged_papers_usd: Amount = Quantity(value=0)  # price per person, at entry
    vetting_base_rate: Share = Quantity(value=0)  # of adults, whom a perfect interview would flag
    skill_vetting: Quantity = Quantity(value=0)  # sensitivity of interviews added at skill 1
    skill_identification: Quantity = Quantity(value=0)  # identification added at skill 1
    skill_bribes: Quantity = Quantity(value=0)  # bribe share added at skill 1 (negative: fewer bribes)
    skill_inspections: Quantity = Quantity(value=0)  # share of inspections per officer-day added at skill 1

    @model_validator(mode="after")
    def _correlation_below_one(self) -> Parameters:
        if not 0 <= self.nest_correlation.value < 1:
            raise ValueError(
                f"nest_correlation must be 0 or more and below 1, got {self.nest_correlation.value:g}"
            )
        return self


class Departures(Sourced):
    """How many persons set out per day, by group."""

    series: str | None = None  # a CSV with month, group, persons_per_day; read into monthly
    monthly: dict[Name, dict[Month, Annotated[float, Field(ge=0)]]] = {}
    persons_per_day: dict[Name, Amount] = {}  # constant rates, for groups without months
    times: dict[Name, Amount] = {}  # multiplies a group's rate; 1 where not named
    dispersion: Quantity = Quantity(value=1)  # variance over mean of a day's parties; 1: Poisson
    headroom: Quantity = Quantity(value=1.5)  # most that a policy may raise a rate, as a multiple

    @model_validator(mode="after")
    def _at_least_one(self) -> Departures:
        for name in ("dispersion", "headroom"):
            if getattr(self, name).value < 1:
                raise ValueError(f"{name} must be 1 or more, got {getattr(self, name).value:g}")
        return self

    @model_validator(mode="after")
    def _times_within_headroom(self) -> Departures:
        for group, times in self.times.items():
            if times.value > self.headroom.value:
                raise ValueError(
                    f"times.{group} is {times.value:g}, above headroom ({self.headroom.value:g}); "
                    f"raise headroom to at least {times.value:g}"
                )
        return self


class Period(Model):
    """First and last day, both simulated."""

    start: dt.date
    end: dt.date

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        if self.end < self.start:
            raise ValueError(f"ends ({self.end}) before it starts ({self.start})")
        return self

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1


class Scenario(Model):
    """World, period, departures, parameters and policy: everything that a run is told."""

    title: str
    why: str
    theme: str | None = None
    extends: str | None = None
    without: list[Name] = []  # measures of the base that are left out, by name
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    period: Period
    record_every: Literal["day", "week", "month"] = "day"
    persons_per_migrant: dict[Name, Annotated[int, Field(ge=1, le=1000)]] = {}  # 1 where not named
    places: Annotated[dict[Name, Place], Field(min_length=1)]
    legs: Annotated[dict[Name, Leg], Field(min_length=1)]
    seasons: dict[Name, Season] = {}
    groups: Annotated[dict[Name, Group], Field(min_length=1)]
    authorities: dict[Country, Authority] = {}
    checkpoints: dict[Name, Checkpoint] = {}
    detention_centres: dict[Name, DetentionCentre] = {}
    smuggling_networks: dict[Name, SmugglingNetwork] = {}
    reception: dict[Name, Reception] = {}  # by group; everyone is admitted where not named
    departures: Departures
    parameters: Parameters = Parameters()
    policy: list[Measure] = []

    @property
    def named_policy(self) -> list[tuple[str, Measure]]:
        """The measures with their names: the one given, else the kind and the position in the policy."""
        return [(m.name or f"{m.measure}_{position}", m) for position, m in enumerate(self.policy)]
