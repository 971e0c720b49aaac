"""Small scenarios that tests of the model build."""

from __future__ import annotations

import copy
from typing import Any

from darien.scenario.schema import Scenario

BASE: dict[str, Any] = {
    "title": "A short route",
    "why": "for tests",
    "seed": 3,
    "period": {"start": "2016-01-01", "end": "2016-06-30"},
    "places": {
        "south": {"label": "South", "country": "COL", "lat": 8, "lon": -77},
        "middle": {"label": "Middle", "country": "PAN", "lat": 9, "lon": -79},
        "border": {"label": "Border", "country": "USA", "lat": 26, "lon": -98, "destination": True},
    },
    "legs": {
        "trail": {
            "from": "south",
            "to": "middle",
            "mode": "foot",
            "clandestine": True,
            "travel_days": {"min": 3, "mode": 5, "max": 9},
            "price_usd": 200,
            "nest": "gap",
            "death_per_1000": 8,
            "robbery_per_100": 20,
        },
        "boat": {
            "from": "south",
            "to": "middle",
            "mode": "boat",
            "travel_days": {"min": 1, "mode": 1, "max": 2},
            "price_usd": 350,
            "nest": "gap",
        },
        "bus": {
            "from": "middle",
            "to": "border",
            "mode": "bus",
            "travel_days": {"min": 6, "mode": 8, "max": 12},
            "price_usd": 150,
        },
    },
    "groups": {
        "cuba": {
            "label": "Cuba",
            "nationalities": ["Cuba"],
            "entries": [{"shares": {"south": 1}}],
            "funds_usd": 2500,
            "funds_spread": 0.6,
            "party_size": {1: 0.7, 2: 0.2, 4: 0.1},
            "minors_share": 0.5,
            "retry_share": 0.5,
        },
        "haiti": {
            "label": "Haiti",
            "nationalities": ["Haiti"],
            "entries": [{"shares": {"south": 0.8, "middle": 0.2}}],
            "funds_usd": 1500,
        },
    },
    "authorities": {"PAN": {"label": "Panama", "removal_share": {"cuba": 0.4}, "removal_days": 8}},
    "checkpoints": {
        "post": {
            "authority": "PAN",
            "place": "middle",
            "officers": 4,
            "inspections_per_officer_day": 10,
            "coverage": 0.6,
            "identification": 0.7,
            "detention": "station",
        }
    },
    "detention_centres": {
        "station": {"label": "Station", "authority": "PAN", "place": "middle", "beds": 120, "limit_days": 20}
    },
    "departures": {"persons_per_day": {"cuba": 30, "haiti": 15}},
    "parameters": {
        "cost_weight": 3,
        "time_weight_per_day": 0.05,
        "nest_correlation": 0.4,
        "give_up_worth": -4,
        "stay_worth": -1.5,
        "stay_if_poor": 2,
        "income_usd_per_day": 10,
    },
}


def scenario(**changes: Any) -> Scenario:
    """The short route with some of its top-level parts replaced or, for mappings, added to."""
    parts = copy.deepcopy(BASE)
    for name, change in changes.items():
        parts[name] = {**parts[name], **change} if isinstance(parts.get(name), dict) else change
    return Scenario.model_validate(parts)
