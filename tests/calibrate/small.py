"""A small route that needs no engine: people are counted with known lags."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from darien.scenario.schema import Scenario

LAG = {"cuba": [0.5, 0.4, 0.1], "northern_triangle": [0.1, 0.6, 0.2, 0.1]}
SHARE = 0.8
NORTHERN = ("Guatemala", "Honduras", "El Salvador")


def scenario(start: str = "2014-01-01", end: str = "2018-12-31", **changes: Any) -> Scenario:
    """Two groups that derive, on a route of two legs."""
    cuba = {
        "annual": ["PAN_irregular_annual_Cuba"],
        "monthly": ["PAN_irregular_monthly_Cuba"],
        "shape": ["HNDnat_irregular_monthly_Cuba"],
        "counted": [{"measure": "entered", "at": ["darien"]}],
    }
    northern = {
        "monthly": [f"MEX_detentions_monthly_{name}" for name in NORTHERN]
        + [f"USASWB_USBP_M_{name}" for name in NORTHERN],
        "counted": [{"measure": "apprehended", "at": ["MEX"]}],
    }
    entries = [{"shares": {"quito": 1.0}}]
    data = {
        "title": "t",
        "why": "w",
        "period": {"start": dt.date.fromisoformat(start), "end": dt.date.fromisoformat(end)},
        "places": {
            "quito": {"label": "Quito", "country": "ECU", "lat": 0, "lon": -78},
            "darien": {"label": "Darién", "country": "PAN", "lat": 8, "lon": -77},
            "tapachula": {
                "label": "Tapachula",
                "country": "MEX",
                "lat": 15,
                "lon": -92,
                "destination": True,
            },
        },
        "legs": {
            "bus": {"from": "quito", "to": "darien", "mode": "bus", "travel_days": {"table": {15: 1.0}}},
            "north": {"from": "darien", "to": "tapachula", "mode": "bus", "travel_days": {"table": {9: 1.0}}},
        },
        "groups": {
            "cuba": {
                "label": "Cuba",
                "nationalities": ["Cuba"],
                "entries": entries,
                "funds_usd": 1000,
                "derives": cuba,
            },
            "northern_triangle": {
                "label": "Northern Triangle",
                "nationalities": list(NORTHERN),
                "entries": entries,
                "funds_usd": 1000,
                "derives": northern,
            },
        },
        "authorities": {"MEX": {"label": "INM"}},
        "detention_centres": {
            "siglo_xxi": {
                "label": "Siglo XXI",
                "authority": "MEX",
                "place": "tapachula",
                "beds": 100,
                "limit_days": 15,
            }
        },
        "checkpoints": {
            "road": {
                "authority": "MEX",
                "leg": "north",
                "officers": 10,
                "inspections_per_officer_day": 20,
                "coverage": 0.5,
                "identification": 0.8,
                "detention": "siglo_xxi",
            }
        },
        "persons_per_migrant": {"northern_triangle": 20},
        "departures": {"persons_per_day": {"cuba": 1, "northern_triangle": 1}},
    }
    return Scenario.model_validate(data | changes)


def simulate(tasks: list[tuple[Scenario, int]]) -> list[pd.DataFrame]:
    """Counts of a route without an engine: Poisson departures, fixed lags, a year in which half pass."""
    return [_counts(scenario, replicate) for scenario, replicate in tasks]


def _counts(scenario: Scenario, replicate: int) -> pd.DataFrame:
    rows = []
    months = pd.date_range(scenario.period.start, scenario.period.end, freq="MS")
    where = {"cuba": ("darien", "place", "entered"), "northern_triangle": ("north", "leg", "apprehended")}
    for number, (group, lag) in enumerate(LAG.items()):
        weight = scenario.persons_per_migrant.get(group, 1)
        rates = scenario.departures.monthly[group]
        days = months.days_in_month.to_numpy()
        mean = np.array([rates[f"{month:%Y-%m}"] for month in months]) * days / weight
        departed = np.random.default_rng([replicate, number]).poisson(mean) * weight
        share = np.where(months.year == 2016, SHARE / 2, SHARE)
        counted = np.round(np.convolve(departed * share, lag)[: len(months)]).astype(np.int64)
        place, kind, measure = where[group]
        for month, out, seen in zip(months, departed, counted, strict=True):
            rows.append((month, "route", "route", group, "departed", int(out)))
            rows.append((month, place, kind, group, measure, int(seen)))
            rows.append((month, "quito", "place", group, "entered", int(out)))
    columns = ["date", "where", "kind", "group", "measure", "persons"]
    return pd.DataFrame(rows, columns=columns).query("persons > 0").reset_index(drop=True)
