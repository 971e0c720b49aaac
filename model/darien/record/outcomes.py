"""Outcomes: what a policy is judged by, summed over the period of one replicate.

None has a built-in good direction. Harm (deaths, robberies, minors detained, days
stranded) stands beside enforcement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from darien.record.run import OUTCOME_COLUMNS

if TYPE_CHECKING:
    from pandas import DataFrame

OutcomeRow: TypeAlias = tuple[str, str, str, float, str]  # of OUTCOME_COLUMNS
Whole = npt.NDArray[np.signedinteger[Any]]

# Flows summed over the whole route, and those that also say in which country.
_ROUTE_FLOWS = (
    "departed",
    "reached_border",
    "expelled",
    "returned",
    "settled",
    "died",
    "robbed",
    "tried_again",
)
_COUNTRY_FLOWS = (
    "inspected",
    "identified",
    "bribed",
    "apprehended",
    "admitted",
    "turned_away",
    "turned_back",
    "presented",
    "released",
    "removed",
    "extorted",
    "vetted",
    "flagged",
    "falsely_flagged",
    "claimed",
    "recognised",
    "refused",
    "abandoned",
)
_USD = (
    ("spent_usd", "spent"),
    ("bribe_usd", "bribes"),
    ("robbed_usd", "lost_to_robbery"),
    ("extorted_usd", "lost_to_extortion"),
    ("network_bribe_usd", "bribes_by_networks"),
    ("papers_usd", "paid_for_papers"),
    ("removal_usd", "removal_cost"),
)
# The doors by which training, equipment and information work: a share of one flow in another.
_SHARES = (
    ("identified_share", "identified", "inspected"),
    ("bribed_share", "bribed", "identified"),
    ("vetted_share", "vetted", "admitted"),
)


@dataclass(frozen=True)
class Totals:
    """Sums of a replicate: arrays over where (places, legs, route) and group, by name of what they count."""

    places: Sequence[str]
    legs: Sequence[str]
    groups: Sequence[str]
    countries: Sequence[str]  # of each place, then of each leg's destination
    flows: Mapping[str, Whole]  # each (P + L + 1, G) persons
    stocks: Mapping[str, Whole]  # each (P + L + 1, G) persons on the last day
    tallies: Mapping[str, Whole]  # each (P + L + 1, G), USD or person-days
    centres: Sequence[tuple[str, str, int, int]]  # centre, place, peak persons, days over its beds
    sold_by_networks: Sequence[bool]  # of each leg, whether a smuggling network sells passage on it
    vetting_base_rate: float | None  # the assumption on which flags rest; None where nobody is vetted
    policy_cost_usd: float


class _Rows:
    """Collects rows; every amount by group and for all groups together."""

    def __init__(self, groups: Sequence[str]) -> None:
        self.groups = groups
        self.rows: list[OutcomeRow] = []

    def add(self, outcome: str, place: str, by_group: npt.NDArray[np.generic], unit: str) -> None:
        self.rows.append((outcome, place, "all", float(by_group.sum()), unit))
        self.rows += [
            (outcome, place, group, float(value), unit)
            for group, value in zip(self.groups, by_group, strict=True)
        ]


def outcomes_frame(totals: Totals) -> DataFrame:
    """Outcomes as ``outcome, place, group, value, unit``; place is '' for the whole route."""
    import pandas as pd

    return pd.DataFrame(outcome_rows(totals), columns=list(OUTCOME_COLUMNS))


def outcome_rows(totals: Totals) -> list[OutcomeRow]:
    """The rows of :func:`outcomes_frame`."""
    rows = _Rows(totals.groups)
    for name in _ROUTE_FLOWS:
        rows.add(name, "", totals.flows[name].sum(axis=0), "persons")
    rows.add("arrived", "", totals.stocks["arrived"].sum(axis=0), "persons")
    still = sum(
        totals.stocks[name].sum(axis=0) for name in ("at_place", "on_leg", "queued", "claiming", "detained")
    )
    rows.add("still_on_the_way", "", np.asarray(still), "persons")
    _add_days_on_the_way(rows, totals)
    for name in _COUNTRY_FLOWS:
        _add_by_country(rows, totals, name, totals.flows[name], "persons")
    _add_by_country(rows, totals, "detained_person_days", totals.tallies["detained_days"], "person-days")
    _add_by_country(rows, totals, "queued_person_days", totals.tallies["queued_days"], "person-days")
    _add_by_country(rows, totals, "minors_detained", totals.tallies["minors_admitted"], "persons")
    for tally, name in _USD:
        rows.add(name, "", totals.tallies[tally].sum(axis=0), "USD")
    first_leg = len(totals.places)
    on_legs = totals.tallies["spent_usd"][first_leg:-1]
    rows.add("smugglers_revenue", "", on_legs[np.asarray(totals.sold_by_networks, bool)].sum(axis=0), "USD")
    for name, part, whole in _SHARES:
        rows.rows.append((name, "", "all", _share(totals.flows[part], totals.flows[whole]), "share"))
    if totals.vetting_base_rate is not None:
        _add_vetting(rows, totals, totals.vetting_base_rate)
    for position, leg in enumerate(totals.legs):
        rows.add("started", leg, totals.flows["started"][first_leg + position], "persons")
        rows.add("deaths_on_leg", leg, totals.flows["died"][first_leg + position], "persons")
    for centre, _, peak, days_over in totals.centres:
        rows.rows.append(("peak_occupancy", centre, "all", float(peak), "persons"))
        rows.rows.append(("days_over_capacity", centre, "all", float(days_over), "days"))
    rows.rows.append(("policy_cost", "", "all", totals.policy_cost_usd, "USD"))
    return rows.rows


def _share(part: Whole, whole: Whole) -> float:
    """One flow as a share of another; missing where there was none of the other."""
    return float(part.sum() / whole.sum()) if whole.sum() else float("nan")


def _add_vetting(rows: _Rows, totals: Totals, base_rate: float) -> None:
    """What flags are worth: how many are right, what the others cost, and the assumption under it all."""
    flagged, wrongly = totals.flows["flagged"], totals.flows["falsely_flagged"]
    rows.rows.append(("positive_predictive_value", "", "all", _share(flagged - wrongly, flagged), "share"))
    rows.rows.append(("assumed_base_rate", "", "all", base_rate, "share"))
    days = totals.tallies["falsely_flagged_days"].sum(axis=0)
    rows.add("detained_days_of_false_flags", "", days, "person-days")


def _add_days_on_the_way(rows: _Rows, totals: Totals) -> None:
    """Mean days from first departure to admission at the border; missing where nobody arrived."""
    persons = totals.stocks["arrived"].sum(axis=0)
    days = totals.tallies["days_on_the_way"].sum(axis=0)
    everyone = float(days.sum() / persons.sum()) if persons.sum() else float("nan")
    rows.rows.append(("days_on_the_way", "", "all", everyone, "days"))
    for group, person_days, arrived in zip(totals.groups, days, persons, strict=True):
        mean = float(person_days / arrived) if arrived else float("nan")
        rows.rows.append(("days_on_the_way", "", group, mean, "days"))


def _add_by_country(rows: _Rows, totals: Totals, name: str, counted: Whole, unit: str) -> None:
    """The whole route, then each country in which anything was counted."""
    rows.add(name, "", counted.sum(axis=0), unit)
    countries = np.array(totals.countries)
    for country in sorted(set(totals.countries)):
        by_group = counted[:-1][countries == country].sum(axis=0)
        if by_group.any():
            rows.add(name, country, by_group, unit)
