"""Expected daily flows of a scenario without shared limits or feedback, by exact convolution.

Nothing here comes from the engine. A place's choosers of a day split by nested
logit over the open legs, staying on, giving up and settling; each leg spreads
its starters over the days of its travel table; who stays chooses again after a
geometric number of days. Preferences are the only utilities: a scenario with
weights on cost, time, hazards or onward cost is refused.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from darien.scenario.schema import Scenario

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Flows:
    """Expected persons per day. Leg and place arrays have shape (groups, legs or places, days)."""

    groups: list[str]
    legs: list[str]
    places: list[str]
    departed: Array  # (groups, days)
    started: Array
    finished: Array
    died: Array  # by leg, on the day the leg would have ended
    chose: Array  # by place
    stays: Array  # by place: stays begun
    gave_up: Array
    settled: Array


def nested_shares(worths: list[float], nests: list[str], correlation: float) -> Array:
    """The share of each option under nested logit.

    ``worths`` are systematic utilities and ``nests`` the nest of each option.
    With dissimilarity 1 - ``correlation``, a nest's inclusive value is that
    times the log of its sum of exp(worth / dissimilarity), and nests share by
    the logit of their inclusive values (McFadden 1978).
    """
    dissimilarity = 1.0 - correlation
    worth = np.asarray(worths, dtype=float)
    names = sorted(set(nests))
    member = np.array([[nest == name for nest in nests] for name in names])
    scaled = np.where(member, np.exp(worth / dissimilarity), 0.0)
    inclusive = dissimilarity * np.log(scaled.sum(axis=1))
    nest_share = np.exp(inclusive) / np.exp(inclusive).sum()
    within = scaled / scaled.sum(axis=1, keepdims=True)
    shares: Array = nest_share @ within
    return shares


def travel_table(scenario: Scenario, leg: str) -> dict[int, float]:
    """Probability by travel day of a leg that gives a table; other forms are refused."""
    table = scenario.legs[leg].travel_days.table
    if table is None:
        raise ValueError(f"leg {leg} gives no table of travel days")
    return dict(table)


def lengthened(table: dict[int, float], factor: float) -> dict[int, float]:
    """The same table with its mean times ``factor`` (1 to 1 + 1/mean): a share of people is a day later."""
    mean = sum(day * share for day, share in table.items())
    late = mean * (factor - 1.0)
    if not 0.0 <= late <= 1.0:
        raise ValueError(f"cannot lengthen a mean of {mean:g} days by {factor:g} with delays of one day")
    longer: dict[int, float] = {}
    for day, share in table.items():
        longer[day] = longer.get(day, 0.0) + share * (1.0 - late)
        longer[day + 1] = longer.get(day + 1, 0.0) + share * late
    return longer


def daily_rates(scenario: Scenario, group: str) -> Array:
    """Expected persons of a group that set out, by day of the period."""
    departures = scenario.departures
    times = departures.times[group].value if group in departures.times else 1.0
    rates = np.zeros(scenario.period.days)
    for day in range(scenario.period.days):
        date = scenario.period.start + dt.timedelta(days=day)
        months = departures.monthly.get(group, {})
        if months:
            rates[day] = months.get(f"{date.year:04d}-{date.month:02d}", 0.0)
        elif group in departures.persons_per_day:
            rates[day] = departures.persons_per_day[group].value
    return rates * times


def _refuse_feedback(scenario: Scenario) -> None:
    parameters = scenario.parameters
    for name in (
        "cost_weight",
        "time_weight_per_day",
        "hazard_weight",
        "clandestine_taste",
        "onward_weight",
        "stay_if_poor",
        "give_up_if_poor",
        "settle_if_poor",
        "reception_worth",
        "present_worth",
    ):
        if getattr(parameters, name).value != 0:
            raise ValueError(f"{name} is not 0: this solution knows preferences only")
    if scenario.checkpoints or scenario.policy or any(leg.persons_per_day for leg in scenario.legs.values()):
        raise ValueError("this solution knows no checkpoints, quotas or measures")


def expected_flows(scenario: Scenario, tables: dict[str, dict[int, float]] | None = None) -> Flows:
    """Expected daily flows of the period; ``tables`` replace the travel tables of some legs."""
    _refuse_feedback(scenario)
    days = scenario.period.days
    groups, legs, places = list(scenario.groups), list(scenario.legs), list(scenario.places)
    table = {leg: (tables or {}).get(leg) or travel_table(scenario, leg) for leg in legs}
    shape = (len(groups), len(legs), days)
    by_place = (len(groups), len(places), days)
    started, finished, died = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    chose, stays, gave_up, settled = (np.zeros(by_place) for _ in range(4))
    departed = np.zeros((len(groups), days))
    horizon = days + 6000
    for g, group in enumerate(groups):
        arriving = np.zeros((len(places), horizon))
        rates = daily_rates(scenario, group)
        departed[g] = rates
        (entries,) = scenario.groups[group].entries
        for place, share in entries.shares.items():
            arriving[places.index(place), :days] += share * rates
        options = {place: _options(scenario, group, place) for place in places}
        for day in range(days):
            for p, place in enumerate(places):
                if scenario.places[place].destination:
                    continue
                here = arriving[p, day]
                chose[g, p, day] = here
                if here == 0.0:
                    continue
                for option, share in options[place].items():
                    flow = here * share
                    if option == "stay on":
                        stays[g, p, day] += flow
                        leaving = 1.0 / scenario.places[place].stay_days.value
                        ahead = np.arange(horizon - day - 1)
                        arriving[p, day + 1 :] += flow * leaving * (1.0 - leaving) ** ahead
                    elif option == "give up":
                        gave_up[g, p, day] += flow
                    elif option == "settle":
                        settled[g, p, day] += flow
                    else:
                        ell = legs.index(option)
                        started[g, ell, day] += flow
                        deaths = scenario.legs[option].death_per_1000.value / 1000.0
                        to = places.index(scenario.legs[option].to)
                        for length, chance in table[option].items():
                            ends = day + length
                            arriving[to, ends] += flow * chance * (1.0 - deaths)
                            if ends < days:
                                finished[g, ell, ends] += flow * chance * (1.0 - deaths)
                                died[g, ell, ends] += flow * chance * deaths
    return Flows(groups, legs, places, departed, started, finished, died, chose, stays, gave_up, settled)


def _options(scenario: Scenario, group: str, place: str) -> dict[str, float]:
    """The share of each option (leg name, "stay on", "give up", "settle") at a place for a group."""
    names: list[str] = []
    worths: list[float] = []
    nests: list[str] = []
    for name, leg in scenario.legs.items():
        if leg.origin != place or (leg.groups is not None and group not in leg.groups):
            continue
        own = leg.preference_by_group[group].value if group in leg.preference_by_group else 0.0
        names.append(name)
        worths.append(leg.preference.value + own)
        nests.append(f"nest {leg.nest}" if leg.nest else f"leg {name}")
    parameters = scenario.parameters
    if parameters.stay_worth is not None:
        names.append("stay on")
        worths.append(parameters.stay_worth.value + scenario.places[place].stay_worth.value)
        nests.append("option stay on")
    if parameters.give_up_worth is not None:
        names.append("give up")
        worths.append(parameters.give_up_worth.value)
        nests.append("option give up")
    if parameters.settle_worth is not None:
        names.append("settle")
        worths.append(parameters.settle_worth.value)
        nests.append("option settle")
    if not names:
        return {}
    shares = nested_shares(worths, nests, parameters.nest_correlation.value)
    return dict(zip(names, (float(share) for share in shares), strict=True))
