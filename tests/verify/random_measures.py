"""Random measures and networks for :mod:`verify.random_scenarios`: asylum, vetting and the others.

At most one measure of a kind for a checkpoint, centre, place or group. Aid stays within the headroom: it
raises departures only where there is room for it, and for what success of others may add.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

Plain = dict[str, Any]
Dates = Callable[[], Plain]

PRIOR, DETERRENCE, MOST_AID = 0.3, 0.5, 1.25  # together below a headroom of 1.5
HEADROOM_FOR_MORE = 1.5


def networks(rng: random.Random, legs: list[str]) -> Plain:
    """None, one or two smuggling networks, each with legs of its own."""
    shuffled = rng.sample(legs, len(legs))
    number_of = min(len(legs), rng.choice([0, 0, 1, 2]))
    return {
        f"network_{number}": {
            "label": "Network",
            "seats_per_day": {
                leg: rng.choice([0.4, 5, 60]) for leg in shuffled[number::number_of][: rng.randint(1, 3)]
            },
            "bribed_share": rng.choice([0, 0.3, 1]),
            "bribe_usd": rng.choice([0, 33.3]),
            "price_response": rng.choice([0, 0.5, 3]),
            "loss_response": rng.choice([0, 0.4]),
            "price_return": rng.choice([0, 0.3, 1]),
            "growth_per_30_days": rng.choice([0, 0.4, 1]),
        }
        for number in range(number_of)
    }


def parameters(rng: random.Random, headroom: float) -> Plain:
    """Beliefs, deterrence, and what claims, networks, papers and interviews are worth."""
    return {
        "belief_weight": rng.choice([0, 3]),
        "belief_prior": rng.choice([0, 0.1]),
        "belief_prior_days": rng.choice([1, 30]),
        "belief_memory_days": rng.choice([1, 5, 60]),
        "belief_lag_days": rng.choice([1, 7, 40]),
        "belief_trust": rng.choice([0, 0.6, 1]),
        "belief_trust_spread": rng.choice([0, 0.3]),
        "network_worth": rng.choice([0, 1.5]),
        "asylum_worth": rng.choice([0, 3]),
        "deterrence": rng.choice([0, DETERRENCE]),
        "failure_prior": PRIOR if headroom >= HEADROOM_FOR_MORE and rng.random() < 0.5 else 0,
        "forged_papers_usd": rng.choice([0, 40, 900]),
        "vetting_base_rate": rng.choice([0, 0.05, 1]),
        "skill_vetting": rng.choice([0, 0.3]),
    }


def measures(rng: random.Random, scenario: Plain, dates: Dates) -> list[Plain]:
    """Some of the measures that random_scenarios does not make itself."""
    policy = _at_checkpoints(rng, scenario, dates)
    for name in sorted(scenario["detention_centres"]):
        if rng.random() < 0.4:
            policy.append({"measure": "vetting", "centre": name, **_interviews(rng), **dates()})
    countries = sorted(scenario["authorities"])
    if rng.random() < 0.4:
        policy.append(
            {
                "measure": "information_sharing",
                "enrolled_by": rng.sample(countries, rng.randint(1, len(countries))),
                "recognised_by": rng.sample(countries, rng.randint(1, len(countries))),
                "identification": rng.choice([0, 0.8]),
                "processing_times": rng.choice([0, 0.4, 1]),
                "second_pass": rng.random() < 0.5,
                "ramp_days": rng.choice([0, 10]),
                **dates(),
            }
        )
    if rng.random() < 0.5:
        policy.append({**_asylum(rng, scenario), **dates()})
    for name in sorted(scenario["smuggling_networks"]):
        if rng.random() < 0.5:
            share = rng.choice([0.3, 1])
            first = {"from": dates()["from"]}
            policy.append(
                {"measure": "smuggler_takedown", "network": name, "seats_removed_share": share, **first}
            )
    if rng.random() < 0.3:
        inland = sorted(name for name in scenario["places"] if name != "border")
        policy.append(
            {
                "measure": "safe_passage",
                "legs": rng.sample(sorted(scenario["legs"]), 1),
                "price_times": rng.choice([0, 0.5, 2]),
                "death_times": rng.choice([0, 0.3, 10]),
                "robbery_times": rng.choice([0, 0.3, 10]),
                "shelters": rng.sample(inland, 1),
                "stay_worth_added": rng.choice([0, 1.5]),
                "ramp_days": rng.choice([0, 12]),
                **dates(),
            }
        )
    return policy + _before_the_journey(rng, scenario, dates)


def _at_checkpoints(rng: random.Random, scenario: Plain, dates: Dates) -> list[Plain]:
    policy: list[Plain] = []
    names = sorted(scenario["checkpoints"])
    if not names:
        return policy
    kinds: list[Plain] = [
        {
            "measure": "equipment",
            "kind": rng.choice(["biometric_kiosk", "document_reader", "scanner"]),
            "coverage_added": rng.choice([0, 0.3]),
            "identification_added": rng.choice([0, 0.5, -0.2]),
            "identification_forged_added": rng.choice([0, 0.4]),
            "inspections_times": rng.choice([0, 1, 2]),
        },
        {
            "measure": "anti_corruption",
            "bribes_times": rng.choice([0, 0.5, 4]),
            "extortion_times": rng.choice([0, 0.5, 4]),
        },
        {
            "measure": "task_force",
            "officers_added": 1.5,
            "coverage_added": 0.2,
            "identification_added": 0.1,
            "inspections_times": rng.choice([0.5, 1.5]),
            "bribes_times": rng.choice([0, 0.6]),
        },
        {"measure": "mentors", "mentors": 2, "mentor_gain": 0.1, "turnover_per_year": 0.2},
    ]
    for kind in kinds:
        if rng.random() < 0.3:
            some = rng.sample(names, rng.randint(1, len(names)))
            policy.append({**kind, "checkpoints": some, "ramp_days": rng.choice([0, 9]), **dates()})
    return policy


def _interviews(rng: random.Random) -> Plain:
    return {
        "interviews_per_day": rng.choice([0.4, 3, 500]),
        "sensitivity": rng.choice([0, 0.7, 1]),
        "specificity": rng.choice([0.5, 1]),
        "flagged_days": rng.choice([0, 6, 30]),
        "ramp_days": rng.choice([0, 8]),
    }


def _asylum(rng: random.Random, scenario: Plain) -> Plain:
    place = rng.choice(sorted(name for name in scenario["places"] if name != "border"))
    office: Plain = {
        "measure": "asylum",
        "name": "office",
        "authority": scenario["places"][place]["country"],
        "place": place,
        "decision_days": rng.choice([1, 12, 60]),
        "patience_days": rng.choice([1, 10, 1e6]),
        "recognised_share": rng.choice([0, 0.4, 1]),
        "settled_share": rng.choice([0, 0.5, 1]),
        "valid_days": rng.choice([1, 20]),
    }
    if rng.random() < 0.4:
        office["groups"] = [rng.choice(sorted(scenario["groups"]))]
    return office


def _before_the_journey(rng: random.Random, scenario: Plain, dates: Dates) -> list[Plain]:
    """Papers and visas at one entry place, aid for one group."""
    policy: list[Plain] = []
    group = rng.choice(sorted(scenario["groups"]))
    entry = rng.choice(sorted(scenario["groups"][group]["entries"][0]["shares"]))
    if rng.random() < 0.3:
        fewer = {"supply_times": rng.choice([0, 0.5, 1]), "price_times": rng.choice([0.5, 3])}
        policy.append({"measure": "papers_crackdown", "places": [entry], **fewer, **dates()})
    if rng.random() < 0.3:
        visa: Plain = {
            "measure": "visa_requirement",
            "places": [entry],
            "groups": [group],
            "kept_home_share": rng.choice([0, 0.4, 1]),
        }
        others = sorted(name for name in scenario["places"] if name not in ("border", entry))
        if others and visa["kept_home_share"] < 1:
            visa |= {"diverted_share": 0.5, "diverted_to": rng.choice(others)}
        policy.append({**visa, "ramp_days": rng.choice([0, 7]), **dates()})
    if rng.random() < 0.3:
        more = scenario["departures"]["headroom"] >= HEADROOM_FOR_MORE
        cuts = [0.2, 3, 1 - MOST_AID] if more else [0, 0.2, 3]
        aid = {"groups": [group], "usd_per_year": 1e8, "departures_cut_per_100_million": rng.choice(cuts)}
        policy.append({"measure": "aid_at_home", **aid, "ramp_days": rng.choice([0, 20]), **dates()})
    return policy
