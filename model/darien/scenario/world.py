"""The parts of a world: places, legs, groups, and the institutions that act on them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from darien.scenario.quantity import Amount, Days, Model, Positive, Quantity, Share, Sourced

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]  # ISO 3166-1 alpha-3
Mode = Literal["air", "bus", "foot", "boat", "train", "truck"]
WhenFull = Literal["release", "crowd", "transfer", "not_apprehend", "wait"]


class Place(Sourced):
    """Where people stop: a city, a border town, a reception station."""

    label: str
    country: Country
    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    destination: bool = False  # where journeys end: the US border
    stay_days: Days = Quantity(value=1)  # mean length of a stay for who decides to stay on
    stay_worth: Quantity = Quantity(value=0)  # utility of staying on, over the parameter of that name


class TravelDays(Sourced):
    """How many days a leg takes, from person to person: whole days, at least 1.

    Either a triangular distribution (``min``, ``mode``, ``max``) cut into whole
    days, or a table of probabilities by day that add up to 1.
    """

    min: Annotated[int, Field(ge=1)] | None = None
    mode: Annotated[int, Field(ge=1)] | None = None
    max: Annotated[int, Field(ge=1, le=1000)] | None = None
    table: dict[Annotated[int, Field(ge=1, le=5000)], Annotated[float, Field(ge=0, le=1)]] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> TravelDays:
        if self.table is not None:
            if self.min is not None or self.mode is not None or self.max is not None:
                raise ValueError("give either min, mode and max, or a table, not both")
            if abs(sum(self.table.values()) - 1) > 1e-9:
                raise ValueError(f"the probabilities add up to {sum(self.table.values()):g}, not to 1")
        elif self.min is None or self.mode is None or self.max is None:
            raise ValueError("needs min, mode and max (days), or a table of probabilities by day")
        elif not self.min <= self.mode <= self.max:
            raise ValueError(f"needs min <= mode <= max, got {self.min}, {self.mode}, {self.max}")
        return self


class Season(Sourced):
    """Months in which the hazards of a leg are multiplied, such as rain in the Darién."""

    months: Annotated[list[Annotated[int, Field(ge=1, le=12)]], Field(min_length=1)]
    hazard_times: Amount


class Leg(Sourced):
    """One directed way between two places."""

    origin: Name = Field(alias="from")
    to: Name
    mode: Mode
    nest: Name | None = None  # near substitutes share a nest; None: the leg is a nest of its own
    clandestine: bool = False
    travel_days: TravelDays
    price_usd: Amount = Quantity(value=0)  # per person
    death_per_1000: Amount = Quantity(value=0)  # persons who die per 1,000 passages
    robbery_per_100: Amount = Quantity(value=0)  # parties robbed per 100 passages
    season: Name | None = None
    preference: Quantity = Quantity(value=0)  # utility, all groups
    preference_by_group: dict[Name, Quantity] = {}  # added to preference
    groups: list[Name] | None = None  # who can take it at all (visas); None: everyone
    persons_per_day: Positive | None = None  # a quota; None: no limit


class Entries(Sourced):
    """How a group's departures split over entry places, from a date on."""

    start: dt.date | None = Field(default=None, alias="from")  # None: from the beginning
    shares: Annotated[dict[Name, Annotated[float, Field(ge=0, le=1)]], Field(min_length=1)]

    @model_validator(mode="after")
    def _shares_add_up(self) -> Entries:
        if abs(sum(self.shares.values()) - 1) > 1e-6:
            raise ValueError(f"the shares add up to {sum(self.shares.values()):g}, not to 1")
        return self


class Counted(Model):
    """Simulated counts: a measure of counts.parquet summed over places, legs or countries."""

    measure: str
    at: Annotated[list[str], Field(min_length=1)]  # place and leg names, or countries as ISO codes


class Derives(Sourced):
    """The reported series that a group's departures are conditioned on (never a target of a fit).

    ``annual`` series are summed and give the total of a year; ``monthly`` series
    are summed and give months where they exist. ``shape`` series spread a
    year over its months where no monthly series exists.
    """

    annual: list[str] = []
    monthly: list[str] = []
    shape: list[str] = []
    counted: Annotated[list[Counted], Field(min_length=1)]
    reported_share: Share = Quantity(value=1)  # of those who pass, the share that is counted


class Group(Sourced):
    """People who share a region of origin, and with it visas, ties, funds and reported series."""

    label: str
    nationalities: Annotated[list[str], Field(min_length=1)]
    entries: Annotated[list[Entries], Field(min_length=1)]
    funds_usd: Positive  # median per person at departure
    funds_spread: Amount = Quantity(value=0)  # standard deviation of log funds
    party_size: dict[Annotated[int, Field(ge=1, le=20)], Annotated[float, Field(ge=0, le=1)]] = {1: 1.0}
    minors_share: Share = Quantity(value=0)  # of the persons beyond the first in a party
    genuine_papers_share: Share = Quantity(value=0)
    forged_papers_share: Share = Quantity(value=0)
    smuggler_share: Share = Quantity(value=0)
    retry_share: Share = Quantity(value=0)  # of those removed, who try again
    derives: Derives | None = None

    @model_validator(mode="after")
    def _tables_add_up(self) -> Group:
        if abs(sum(self.party_size.values()) - 1) > 1e-6:
            raise ValueError(f"party_size adds up to {sum(self.party_size.values()):g}, not to 1")
        papers = self.genuine_papers_share.value + self.forged_papers_share.value
        if papers > 1:
            raise ValueError(f"genuine_papers_share and forged_papers_share add up to {papers:g}, above 1")
        return self


class Authority(Sourced):
    """A country's migration authority, named by its country."""

    label: str
    release_pass_days: Amount = Quantity(value=0)  # exit pass given on release; 0: none
    removal_share: dict[Name, Share] = {}  # by group: of those held, who can be removed
    removal_days: Days = Quantity(value=30)  # mean wait in detention before removal
    removal_seats_per_day: Positive | None = None  # persons, on flights and buses; None: no limit
    removal_usd: Amount = Quantity(value=0)  # per person removed


class Checkpoint(Sourced):
    """Officers at a place or on a leg who inspect some of those who pass."""

    authority: Country
    place: Name | None = None
    leg: Name | None = None
    officers: Amount
    inspections_per_officer_day: Amount
    coverage: Share  # of those who pass, who are picked
    identification: Share  # of those inspected without papers, who are identified
    identification_forged: Share = Quantity(value=0)  # the same, with forged papers
    skill: Share = Quantity(value=0)  # of its officers, before any training
    bribe_share: Share = Quantity(value=0)  # of those identified, who are let go for a bribe
    bribe_usd: Amount = Quantity(value=0)  # per person
    extortion_share: Share = Quantity(value=0)  # of those inspected, who must pay to go on
    extortion_usd: Amount = Quantity(value=0)  # per person, at most what the party has
    then: Literal["detain", "turn_back"] = "detain"
    turn_back_days: Days = Quantity(value=1)
    detention: Name | None = None  # the centre it asks for beds

    @model_validator(mode="after")
    def _one_location(self) -> Checkpoint:
        if (self.place is None) == (self.leg is None):
            raise ValueError("needs either a place or a leg")
        if (self.then == "detain") != (self.detention is not None):
            raise ValueError("names a detention centre if and only if it detains")
        return self


class DetentionCentre(Sourced):
    """Beds, a legal limit in days, and a rule for when it is full."""

    label: str
    authority: Country
    place: Name
    beds: Amount
    limit_days: Days
    limit_minors_days: Days | None = None  # for parties with minors; None: the same limit
    when_full: WhenFull = "release"
    crowding: Annotated[float, Field(ge=1, le=10)] = 1.0  # occupancy up to this times the beds
    transfer_to: Name | None = None

    @model_validator(mode="after")
    def _rule_is_whole(self) -> DetentionCentre:
        if (self.when_full == "transfer") != (self.transfer_to is not None):
            raise ValueError("names transfer_to if and only if when_full is transfer")
        if (self.when_full == "crowd") != (self.crowding > 1):
            raise ValueError("has a crowding above 1 if and only if when_full is crowd")
        return self


class SmugglingNetwork(Sourced):
    """Sells passage on some legs; its price and its seats react to demand and losses at each review.

    See :class:`darien.actors.networks.Network` for the rules.
    """

    label: str
    seats_per_day: Annotated[dict[Name, Positive], Field(min_length=1)]  # persons, by leg, in usual times
    bribed_share: Share = Quantity(value=0)  # of its clients identified, whom officers let go as it has paid
    bribe_usd: Amount = Quantity(value=0)  # that it pays per person let go
    price_response: Amount = Quantity(value=0)  # growth of price per review, per share of seats short
    loss_response: Amount = Quantity(value=0)  # growth of price per review, per share of clients stopped
    price_return: Share = Quantity(value=0)  # of the way back to the usual price, per review
    growth_per_30_days: Share = Quantity(value=0)  # of the seats missing, that come back


class Reception(Sourced):
    """What awaits a group at the US border; the three shares add up to 1."""

    admitted: Share
    expelled: Share  # to the place named in parameters.expelled_to
    removed: Share

    @model_validator(mode="after")
    def _shares_add_up(self) -> Reception:
        total = self.admitted.value + self.expelled.value + self.removed.value
        if abs(total - 1) > 1e-6:
            raise ValueError(f"admitted, expelled and removed add up to {total:g}, not to 1")
        return self
