"""The same question asked of models that are built otherwise.

A rank of policies that rests on how the model is built, and not on what is known, should not be believed.
Each structure turns a scenario into one in which something works otherwise; all else, the departures too,
stays as it was.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from darien.experiments.run import simulate
from darien.scenario.quantity import Quantity

if TYPE_CHECKING:
    import pandas as pd

    from darien.scenario.schema import Scenario

Structure = Callable[["Scenario"], "Scenario"]
Name = Literal["no_beliefs", "no_networks", "plain_logit", "fixed_shares", "flat_departures"]
ROUNDS = 4  # of running with fixed shares and moving the odds of going on towards those of the base
_STEP = 2.0  # most that a round moves them, in utility
_SEEN = 0.5  # persons added to every count, so that what nobody did has odds too


def no_beliefs(scenario: Scenario) -> Scenario:
    """News of controls moves nobody: neither to another way nor to stay at home."""
    return _with_parameters(scenario, belief_weight=0.0, deterrence=0.0)


def no_networks(scenario: Scenario) -> Scenario:
    """Nobody sells passage: fares stand still, no seats run out, no officer is paid beforehand.

    Takedowns of networks have nothing to take down and are left out.
    """
    policy = [measure for measure in scenario.policy if measure.measure != "smuggler_takedown"]
    return scenario.model_copy(update={"smuggling_networks": {}, "policy": policy})


def plain_logit(scenario: Scenario) -> Scenario:
    """No way is nearer to another than to any third: a closed trail fills all other ways alike."""
    return _with_parameters(scenario, nest_correlation=0.0)


def flat_departures(scenario: Scenario) -> Scenario:
    """Another story of when people set out: as many in every year, but evenly over its months.

    Before 2018 the months of most groups are themselves worked out from other countries' counts.
    """
    given = scenario.departures
    flat = {group: _flat(months) for group, months in given.monthly.items()}
    return scenario.model_copy(update={"departures": given.model_copy(update={"monthly": flat})})


@dataclass(frozen=True)
class FixedShares:
    """Legs are taken in the shares in which the base takes them, whatever a policy changes.

    Neither price, time, hazards, news, smugglers nor what awaits at the border move anybody from one way to
    another. The odds of going on against presenting oneself, claiming, giving up and settling are, by
    place and group, those of the base. ``worth``: utility by leg and group.
    """

    worth: Mapping[str, Mapping[str, float]]

    def __call__(self, scenario: Scenario) -> Scenario:
        legs = {}
        for name, leg in scenario.legs.items():
            by_group = {group: Quantity(value=worth) for group, worth in self.worth.get(name, {}).items()}
            update = {"preference": Quantity(value=0.0), "preference_by_group": by_group}
            legs[name] = leg.model_copy(update=update)
        weighing = dict.fromkeys(
            (
                "cost_weight",
                "time_weight_per_day",
                "hazard_weight",
                "clandestine_taste",
                "onward_weight",
                "nest_correlation",
                "reception_worth",
                "network_worth",
                "belief_weight",
                "stay_if_poor",
                "give_up_if_poor",
                "settle_if_poor",
            ),
            0.0,
        )
        return _with_parameters(scenario.model_copy(update={"legs": legs}), **weighing)


def fixed_shares(base: Scenario, rounds: int = ROUNDS) -> FixedShares:
    """The structure in which ways are taken as in a run of ``base``; ``rounds`` runs and one more."""
    wanted = _decided(base)
    shares = _shares(base, wanted)
    odds = dict.fromkeys(shares, 0.0)  # of going on, by place and group
    for _ in range(rounds):
        found = _decided(_fixed(shares, odds)(base))
        for key in odds:
            apart = _log_odds(wanted, key) - _log_odds(found, key)
            odds[key] += float(np.clip(apart, -_STEP, _STEP))
    return _fixed(shares, odds)


def structure(name: Name, base: Scenario) -> Structure:
    """A structure by its name; that which takes shares from a base takes them from this one."""
    if name == "fixed_shares":
        return fixed_shares(base)
    made: dict[Name, Structure] = {
        "no_beliefs": no_beliefs,
        "no_networks": no_networks,
        "plain_logit": plain_logit,
        "flat_departures": flat_departures,
    }
    return made[name]


@dataclass(frozen=True)
class _Decided:
    """How often people went on, by leg and group, and did something else, by place and group (persons)."""

    on: Mapping[tuple[str, str], float]
    otherwise: Mapping[tuple[str, str], float]
    going: Mapping[tuple[str, str], float]  # ``on``, by the place that the legs leave


_OTHERWISE = ("presented", "claimed", "returned", "settled")


def _decided(scenario: Scenario) -> _Decided:
    counts = simulate(scenario.model_copy(update={"record_every": "month"})).counts
    on = _sums(counts[(counts["measure"] == "started") & (counts["kind"] == "leg")])
    other = _sums(counts[counts["measure"].isin(_OTHERWISE) & (counts["kind"] == "place")])
    going: dict[tuple[str, str], float] = {}
    for (leg, group), persons in on.items():
        key = scenario.legs[leg].origin, group
        going[key] = going.get(key, 0.0) + persons
    return _Decided(on, other, going)


def _sums(counts: pd.DataFrame) -> dict[tuple[str, str], float]:
    sums = counts.groupby(["where", "group"], observed=True)["persons"].sum()
    return {(str(where), str(group)): float(persons) for (where, group), persons in sums.items()}


def _shares(scenario: Scenario, decided: _Decided) -> dict[tuple[str, str], dict[str, float]]:
    """For each place and group the share of each leg among those who go on."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    for name, leg in scenario.legs.items():
        for group in scenario.groups:
            if leg.groups is None or group in leg.groups:
                persons = decided.on.get((name, group), 0.0) + _SEEN
                found.setdefault((leg.origin, group), {})[name] = persons
    return {key: {leg: n / sum(legs.values()) for leg, n in legs.items()} for key, legs in found.items()}


def _log_odds(decided: _Decided, key: tuple[str, str]) -> float:
    return float(np.log((decided.going.get(key, 0.0) + _SEEN) / (decided.otherwise.get(key, 0.0) + _SEEN)))


def _fixed(
    shares: Mapping[tuple[str, str], Mapping[str, float]], odds: Mapping[tuple[str, str], float]
) -> FixedShares:
    worth: dict[str, dict[str, float]] = {}
    for (place, group), legs in shares.items():
        for leg, share in legs.items():
            worth.setdefault(leg, {})[group] = float(np.log(share)) + odds[place, group]
    return FixedShares(worth)


def _flat(months: Mapping[str, float]) -> dict[str, float]:
    """The same persons in every year, at one rate per day."""
    days = {month: monthrange(int(month[:4]), int(month[5:]))[1] for month in months}
    persons: dict[str, float] = {}
    length: dict[str, int] = {}
    for month, rate in months.items():
        year = month[:4]
        persons[year] = persons.get(year, 0.0) + rate * days[month]
        length[year] = length.get(year, 0) + days[month]
    return {month: persons[month[:4]] / length[month[:4]] for month in months}


def _with_parameters(scenario: Scenario, **values: float) -> Scenario:
    update: dict[str, Any] = {name: Quantity(value=value) for name, value in values.items()}
    return scenario.model_copy(update={"parameters": scenario.parameters.model_copy(update=update)})
