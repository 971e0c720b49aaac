"""Random valid scenarios, for property tests.

``random_scenario(random.Random(7))`` gives plain data that
``Scenario.model_validate`` takes; hypothesis' ``randoms`` strategy serves as
the source of chance too, and then shrinks. Worlds hold a chain of places up to
the border, further legs (shortcuts, ways back, substitutes in one nest),
quotas, checkpoints, centres with every rule, passes, closures, receptions,
removals, hazards, parties and weights; networks, beliefs and the newer measures are made by
:mod:`verify.random_measures`. What a measure may change twice at once
is avoided: at most one measure per leg, centre or checkpoint.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
from typing import Any

from . import random_measures

COUNTRIES = ("COL", "PAN", "CRI", "MEX")
START = dt.date(2020, 2, 20)
Plain = dict[str, Any]


def random_scenario(rng: random.Random, *, days: int | None = None, record_every: str = "day") -> Plain:
    """Plain data of a random valid scenario of ``days`` days (20 to 100 where None)."""
    length = days if days is not None else rng.randint(20, 100)
    names = [f"place_{number}" for number in range(rng.randint(2, 6))]
    groups = [f"group_{number}" for number in range(rng.randint(1, 3))]
    scenario: Plain = {
        "title": "Random",
        "why": "Property tests",
        "seed": rng.randint(0, 2**62),
        "record_every": record_every,
        "period": {"start": START, "end": START + dt.timedelta(days=length - 1)},
        "places": _places(rng, names),
        "seasons": {"rain": {"months": [3, 4], "hazard_times": rng.choice([0, 0.5, 3])}},
        "groups": {name: _group(rng, names, length) for name in groups},
        "persons_per_migrant": {name: rng.choice([1, 1, 2, 5, 20]) for name in groups if rng.random() < 0.7},
        "departures": _departures(rng, groups, length),
    }
    scenario["legs"] = _legs(rng, names, groups)
    countries = sorted({place["country"] for place in scenario["places"].values()} - {"USA"})
    scenario["authorities"] = {country: _authority(rng, groups) for country in countries}
    scenario["detention_centres"] = _centres(rng, scenario)
    scenario["checkpoints"] = {
        f"post_{number}": _checkpoint(rng, scenario) for number in range(rng.randint(0, 4))
    }
    scenario["reception"] = {name: _reception(rng) for name in groups if rng.random() < 0.5}
    scenario["smuggling_networks"] = random_measures.networks(rng, sorted(scenario["legs"]))
    scenario["parameters"] = _parameters(rng, names)
    scenario["parameters"] |= random_measures.parameters(rng, scenario["departures"]["headroom"])
    scenario["policy"] = _policy(rng, scenario, length)
    scenario["policy"] += random_measures.measures(rng, scenario, lambda: _dates(rng, length))
    return scenario


def _share(rng: random.Random) -> float:
    return rng.choice([0.0, 0.1, 0.3, 0.5, 0.9, 1.0])


def _places(rng: random.Random, names: list[str]) -> Plain:
    places: Plain = {
        name: {
            "label": name,
            "country": rng.choice(COUNTRIES),
            "lat": 5.0 + number,
            "lon": -80.0,
            "stay_days": rng.choice([1, 1.5, 4, 20]),
            "stay_worth": rng.choice([0, -1, 1]),
        }
        for number, name in enumerate(names)
    }
    places["border"] = {"label": "border", "country": "USA", "lat": 26.0, "lon": -98.0, "destination": True}
    return places


def _travel_days(rng: random.Random) -> Plain:
    if rng.random() < 0.5:
        low, mode, high = sorted(rng.randint(1, 12) for _ in range(3))
        return {"min": low, "mode": mode, "max": high}
    lengths = rng.sample(range(1, 25), rng.randint(1, 3))
    return {"table": {length: 1 / len(lengths) for length in sorted(lengths)}}


def _leg(rng: random.Random, origin: str, to: str) -> Plain:
    leg: Plain = {
        "from": origin,
        "to": to,
        "mode": rng.choice(["air", "bus", "foot", "boat", "train", "truck"]),
        "clandestine": rng.random() < 0.4,
        "travel_days": _travel_days(rng),
        "price_usd": rng.choice([0, 0, 20, 300]),
        "death_per_1000": rng.choice([0, 0, 5, 200]),
        "robbery_per_100": rng.choice([0, 0, 30, 100]),
        "preference": rng.choice([0, 0.5, -1]),
    }
    if rng.random() < 0.3:
        leg["nest"] = rng.choice(["trails", "sea"])
    if rng.random() < 0.3:
        leg["season"] = "rain"
    if rng.random() < 0.25:
        leg["persons_per_day"] = rng.choice([0.5, 3, 7.3, 25])
    return leg


def _legs(rng: random.Random, names: list[str], groups: list[str]) -> Plain:
    chain = [*names, "border"]
    legs = {
        f"chain_{number}": _leg(rng, origin, to)
        for number, (origin, to) in enumerate(itertools.pairwise(chain))
    }
    for number in range(rng.randint(0, 6)):
        origin, to = rng.choice(names), rng.choice(chain)
        if origin == to:
            continue
        leg = _leg(rng, origin, to)
        if rng.random() < 0.4:
            leg["groups"] = [rng.choice(groups)]
        if rng.random() < 0.3:
            leg["preference_by_group"] = {rng.choice(groups): rng.choice([-2, 1])}
        legs[f"extra_{number}"] = leg
    return legs


def _entries(rng: random.Random, names: list[str]) -> Plain:
    if len(names) > 1 and rng.random() < 0.5:
        first, second = rng.sample(names, 2)
        return {"shares": {first: 0.25, second: 0.75}}
    return {"shares": {rng.choice(names): 1.0}}


def _group(rng: random.Random, names: list[str], length: int) -> Plain:
    entries = [_entries(rng, names)]
    if rng.random() < 0.3:
        later = START + dt.timedelta(days=rng.randint(1, length - 1))
        entries.append({"from": later, **_entries(rng, names)})
    return {
        "label": "Group",
        "nationalities": ["Any"],
        "entries": entries,
        "funds_usd": rng.choice([50, 500, 4000]),
        "funds_spread": rng.choice([0, 0.6]),
        "party_size": rng.choice([{1: 1.0}, {1: 0.6, 2: 0.3, 5: 0.1}, {3: 1.0}, {1: 0.5, 20: 0.5}]),
        "minors_share": _share(rng),
        "genuine_papers_share": rng.choice([0, 0.2]),
        "forged_papers_share": rng.choice([0, 0.3]),
        "smuggler_share": _share(rng),
        "retry_share": _share(rng),
    }


def _departures(rng: random.Random, groups: list[str], length: int) -> Plain:
    months = {
        f"{(START + dt.timedelta(days=day)).year:04d}-{(START + dt.timedelta(days=day)).month:02d}"
        for day in range(length)
    }
    departures: Plain = {
        "monthly": {},
        "persons_per_day": {},
        "dispersion": rng.choice([1, 1, 2.5, 6]),
        "headroom": rng.choice([1, 1.5]),
    }
    for name in groups:
        if rng.random() < 0.3:
            departures["monthly"][name] = {month: rng.choice([0.0, 2.5, 15.0]) for month in sorted(months)}
        else:
            departures["persons_per_day"][name] = rng.choice([0.5, 5, 20])
    if rng.random() < 0.3:
        departures["times"] = {rng.choice(groups): rng.choice([0, 0.7, 1])}
    return departures


def _authority(rng: random.Random, groups: list[str]) -> Plain:
    authority: Plain = {
        "label": "Authority",
        "release_pass_days": rng.choice([0, 10, 40]),
        "removal_share": {name: _share(rng) for name in groups if rng.random() < 0.6},
        "removal_days": rng.choice([1, 5, 60]),
        "removal_usd": rng.choice([0, 750]),
    }
    if rng.random() < 0.4:
        authority["removal_seats_per_day"] = rng.choice([0.3, 2, 11.5])
    return authority


def _inland(scenario: Plain) -> list[str]:
    return [name for name in scenario["places"] if name != "border"]


def _centres(rng: random.Random, scenario: Plain) -> Plain:
    centres: Plain = {}
    for number in range(rng.randint(0, 3)):
        place = rng.choice(_inland(scenario))
        limit = rng.randint(1, 40)
        rule = rng.choice(["release", "crowd", "not_apprehend", "wait", *(["transfer"] if centres else [])])
        centre: Plain = {
            "label": "Centre",
            "authority": scenario["places"][place]["country"],
            "place": place,
            "beds": rng.choice([0, 4, 12.5, 60, 2000]),
            "limit_days": limit,
            "when_full": rule,
        }
        if rng.random() < 0.4:
            centre["limit_minors_days"] = rng.randint(1, limit)
        if rule == "crowd":
            centre["crowding"] = rng.choice([1.3, 2.0])
        if rule == "transfer":
            centre["transfer_to"] = rng.choice(sorted(centres))
        centres[f"centre_{number}"] = centre
    return centres


def _checkpoint(rng: random.Random, scenario: Plain) -> Plain:
    places, legs = scenario["places"], scenario["legs"]
    point: Plain = {
        "officers": rng.choice([0, 1, 3.5, 500]),
        "inspections_per_officer_day": rng.choice([0.3, 4, 100]),
        "coverage": _share(rng),
        "identification": _share(rng),
        "identification_forged": _share(rng),
        "skill": rng.choice([0, 0.4]),
        "bribe_share": rng.choice([0, 0.3]),
        "bribe_usd": rng.choice([0, 60]),
        "extortion_share": rng.choice([0, 0.4]),
        "extortion_usd": rng.choice([0, 25, 5000]),
    }
    if rng.random() < 0.5:
        where = point["place"] = rng.choice(_inland(scenario))
    else:
        point["leg"] = rng.choice(sorted(legs))
        where = legs[point["leg"]]["from"]
    point["authority"] = places[where]["country"]
    if scenario["detention_centres"] and rng.random() < 0.75:
        point["detention"] = rng.choice(sorted(scenario["detention_centres"]))
        point["authority"] = scenario["detention_centres"][point["detention"]]["authority"]
    else:
        point |= {"then": "turn_back", "turn_back_days": rng.randint(1, 5)}
    return point


def _reception(rng: random.Random) -> Plain:
    return dict(
        rng.choice(
            [
                {"admitted": 1, "expelled": 0, "removed": 0},
                {"admitted": 0.25, "expelled": 0.25, "removed": 0.5},
                {"admitted": 0, "expelled": 1, "removed": 0},
                {"admitted": 0, "expelled": 0, "removed": 1},
            ]
        )
    )


def _parameters(rng: random.Random, names: list[str]) -> Plain:
    def worth() -> float | None:
        return rng.choice([None, -3, -1])

    parameters: Plain = {
        "cost_weight": rng.choice([0, 2]),
        "time_weight_per_day": rng.choice([0, 0.05]),
        "hazard_weight": rng.choice([0, 0.3]),
        "risk_spread": rng.choice([0, 0.5]),
        "clandestine_taste": rng.choice([0, 0.7]),
        "onward_weight": rng.choice([0, 0.2]),
        "nest_correlation": rng.choice([0, 0.4, 0.9]),
        "stay_worth": worth(),
        "give_up_worth": worth(),
        "settle_worth": worth(),
        "stay_if_poor": rng.choice([0, 1]),
        "give_up_if_poor": rng.choice([0, 1]),
        "settle_if_poor": rng.choice([0, 1]),
        "reception_worth": rng.choice([0, 1]),
        "present_worth": rng.choice([0, 2]),
        "income_usd_per_day": rng.choice([0, 10]),
        "patience_days": rng.choice([1, 3, 30, 1e6]),
        "retry_delay_days": rng.choice([1, 5, 40]),
        "retry_funds_share": _share(rng),
        "robbery_share": _share(rng),
        "expelled_to": rng.choice(names),
        "skill_identification": rng.choice([0, 0.3, -0.2]),
        "skill_bribes": rng.choice([0, -0.2]),
        "skill_inspections": rng.choice([0, 0.5]),
    }
    return {key: value for key, value in parameters.items() if value is not None}


def _dates(rng: random.Random, length: int) -> Plain:
    first = rng.randint(0, length - 2)
    dates: Plain = {"from": START + dt.timedelta(days=first)}
    if rng.random() < 0.5:
        dates["until"] = START + dt.timedelta(days=rng.randint(first, length - 1))
    return dates


def _policy(rng: random.Random, scenario: Plain, length: int) -> list[Plain]:
    groups, legs = sorted(scenario["groups"]), sorted(scenario["legs"])
    country = rng.choice(sorted(scenario["authorities"]))
    policy: list[Plain] = []
    if rng.random() < 0.4:
        opened = {"measure": "checkpoint", "name": "opened", "opens": _checkpoint(rng, scenario)}
        policy.append({**opened, "ramp_days": rng.choice([0, 15]), **_dates(rng, length)})
    for name in sorted(scenario["checkpoints"]):
        if rng.random() < 0.3:
            stronger = {"officers_added": 2, "coverage_added": 0.2, "identification_added": -0.1}
            policy.append({"measure": "checkpoint", "strengthens": name, **stronger, **_dates(rng, length)})
    if scenario["checkpoints"] and rng.random() < 0.3:
        course = {
            "checkpoints": sorted(scenario["checkpoints"]),
            "trained_per_30_days": 0.5,
            "course_days": 3,
        }
        mentors = {"mentors": 1, "mentor_gain": 0.1, "turnover_per_year": 0.3}
        policy.append({"measure": "training", **course, **mentors, **_dates(rng, length)})
    for name in sorted(scenario["detention_centres"]):
        if rng.random() < 0.4:
            change: Plain = {
                "beds_times": rng.choice([0, 0.5, 1, 2]),
                "beds_added": rng.choice([0, 10]),
                "limit_days": rng.choice([1, 7, 50]),
            }
            policy.append({"measure": "detention", "centre": name, **change, **_dates(rng, length)})
    for name in legs:
        chance = rng.random()
        if chance < 0.12:
            quota = {"persons_per_day": rng.choice([1, 6.5, 30])}
            policy.append({"measure": "quota", "leg": name, **quota, **_dates(rng, length)})
        elif chance < 0.24:
            closed: Plain = {"legs": [name]}
            if rng.random() < 0.5:
                closed["groups"] = [rng.choice(groups)]
            policy.append({"measure": "border_closure", **closed, **_dates(rng, length)})
    if rng.random() < 0.3:
        removal = {"groups": [rng.choice(groups)], "removal_share": _share(rng), "removal_days": 3}
        if rng.random() < 0.4:
            removal["removal_seats_per_day"] = rng.choice([1, 6.5])
        policy.append(
            {"measure": "removal_agreement", "authority": country, **removal, **_dates(rng, length)}
        )
    if rng.random() < 0.5:
        inland = [n for n in _inland(scenario) if scenario["places"][n]["country"] == country]
        passes: Plain = {
            "authority": country,
            "place": rng.choice(inland),
            "passes_per_day": rng.choice([2, 40]),
            "processing_days": rng.choice([1, 4]),
            "valid_days": 20,
            "granted_share": _share(rng),
        }
        policy.append({"measure": "exit_pass", "name": "counter", **passes, **_dates(rng, length)})
    if rng.random() < 0.3:
        policy.append(
            {
                "measure": "reception",
                "groups": [rng.choice(groups)],
                "reception": _reception(rng),
                **_dates(rng, length),
            }
        )
    return policy
