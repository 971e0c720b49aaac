"""A result made up for the figures: a small route with real coordinates, counts drawn at random."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from darien.record import store
from darien.record.run import Run
from darien.scenario.schema import Scenario

PLACES = {
    "quito": ("Quito", "ECU", -0.2, -78.5),
    "sao_paulo": ("São Paulo", "BRA", -23.5, -46.6),
    "lima": ("Lima", "PER", -12.0, -77.0),
    "cali": ("Cali", "COL", 3.45, -76.5),
    "turbo": ("Turbo", "COL", 8.1, -76.73),
    "capurgana": ("Capurganá", "COL", 8.63, -77.35),
    "bajo_chiquito": ("Bajo Chiquito", "PAN", 8.2, -77.6),
    "meteti": ("Metetí", "PAN", 8.5, -77.98),
    "panama_city": ("Panama City", "PAN", 8.98, -79.52),
    "paso_canoas_pan": ("Paso Canoas (Panama)", "PAN", 8.53, -82.84),
    "paso_canoas_cri": ("Paso Canoas (Costa Rica)", "CRI", 8.54, -82.86),
    "penas_blancas": ("Peñas Blancas", "CRI", 11.2, -85.6),
    "managua": ("Managua", "NIC", 12.1, -86.25),
    "danli": ("Danlí", "HND", 14.03, -86.58),
    "tegucigalpa": ("Tegucigalpa", "HND", 14.08, -87.2),
    "guatemala_city": ("Guatemala City", "GTM", 14.63, -90.5),
    "tecun_uman": ("Tecún Umán", "GTM", 14.68, -92.14),
    "tapachula": ("Tapachula", "MEX", 14.9, -92.26),
    "mexico_city": ("Mexico City", "MEX", 19.43, -99.13),
    "tijuana": ("Tijuana", "MEX", 32.5, -117.0),
    "us_border_texas": ("US border (Texas)", "USA", 26.1, -98.2),
    "us_border_west": ("US border (California)", "USA", 32.55, -116.95),
}
LEGS = [
    ("sao_paulo", "lima", "bus", False),
    ("lima", "quito", "bus", False),
    ("quito", "cali", "bus", True),
    ("cali", "turbo", "bus", True),
    ("turbo", "capurgana", "boat", True),
    ("capurgana", "bajo_chiquito", "foot", True),
    ("turbo", "bajo_chiquito", "foot", True),
    ("turbo", "panama_city", "boat", True),
    ("quito", "mexico_city", "air", False),
    ("quito", "managua", "air", False),
    ("bajo_chiquito", "meteti", "boat", False),
    ("meteti", "panama_city", "bus", False),
    ("panama_city", "paso_canoas_pan", "bus", False),
    ("paso_canoas_pan", "paso_canoas_cri", "foot", False),
    ("paso_canoas_cri", "penas_blancas", "bus", False),
    ("penas_blancas", "managua", "truck", True),
    ("managua", "danli", "bus", True),
    ("danli", "tegucigalpa", "bus", False),
    ("tegucigalpa", "guatemala_city", "bus", False),
    ("guatemala_city", "tecun_uman", "bus", False),
    ("tecun_uman", "tapachula", "boat", True),
    ("tecun_uman", "tapachula", "foot", False),
    ("guatemala_city", "mexico_city", "truck", True),
    ("tapachula", "mexico_city", "bus", False),
    ("tapachula", "mexico_city", "train", True),
    ("mexico_city", "us_border_texas", "bus", False),
    ("mexico_city", "tijuana", "bus", False),
    ("tijuana", "us_border_west", "foot", False),
]
GROUPS = {"cuba": ("Cuba", 900.0), "haiti": ("Haiti", 400.0), "africa": ("Africa", 120.0)}
FINAL = {
    "stock_arrived": 0.55,
    "stock_settled": 0.1,
    "stock_returned": 0.12,
    "stock_removed": 0.08,
    "stock_died": 0.004,
}


def scenario(end: str = "2016-12-31", every: str = "day") -> Scenario:
    return Scenario.model_validate(
        {
            "title": "A made-up route",
            "why": "To draw the figures without an engine",
            "period": {"start": pd.Timestamp("2015-01-01").date(), "end": pd.Timestamp(end).date()},
            "record_every": every,
            "places": {
                name: {
                    "label": label,
                    "country": country,
                    "lat": lat,
                    "lon": lon,
                    "destination": country == "USA",
                }
                for name, (label, country, lat, lon) in PLACES.items()
            },
            "legs": {
                leg_name(leg): {
                    "from": leg[0],
                    "to": leg[1],
                    "mode": leg[2],
                    "clandestine": leg[3],
                    "travel_days": {"min": 1, "mode": 2, "max": 3},
                }
                for leg in LEGS
            },
            "groups": {
                name: {
                    "label": label,
                    "nationalities": [label],
                    "entries": [{"shares": {"quito": 1.0}}],
                    "funds_usd": 3000,
                    "derives": {
                        "annual": [f"PAN_irregular_annual_{label}"],
                        "monthly": [f"PAN_irregular_monthly_{label}"],
                        "shape": [f"HNDnat_irregular_monthly_{label}"],
                        "counted": [{"measure": "entered", "at": ["PAN"]}],
                    },
                }
                for name, (label, _) in GROUPS.items()
            },
            "authorities": {"PAN": {"label": "Panama"}, "MEX": {"label": "Mexico"}},
            "detention_centres": {
                "meteti_centre": {
                    "label": "Metetí station",
                    "authority": "PAN",
                    "place": "meteti",
                    "beds": 300,
                    "limit_days": 30,
                },
                "siglo_xxi": {
                    "label": "Siglo XXI, Tapachula",
                    "authority": "MEX",
                    "place": "tapachula",
                    "beds": 960,
                    "limit_days": 60,
                },
            },
            "departures": {"persons_per_day": {name: rate / 30 for name, (_, rate) in GROUPS.items()}},
        }
    )


def leg_name(leg: tuple[str, str, str, bool]) -> str:
    return f"{leg[0]}_{leg[1]}_{leg[2]}"


def run(told: Scenario, replicate: int) -> Run:
    """Counts of one replicate, with chance of its own."""
    chance = np.random.default_rng(100 + replicate)
    days = pd.date_range(told.period.start, told.period.end, freq="D")
    wave = 1 + 0.8 * np.sin(np.arange(len(days)) / 90)
    frames = []

    def add(where: str, kind: str, group: str, measure: str, persons: np.ndarray) -> None:
        frames.append(
            pd.DataFrame(
                {
                    "date": days,
                    "where": where,
                    "kind": kind,
                    "group": group,
                    "measure": measure,
                    "persons": persons,
                }
            )
        )

    for group, (_, monthly) in GROUPS.items():
        rate = monthly / 30 * wave
        departed = chance.poisson(rate)
        add("route", "route", group, "departed", departed)
        total = departed.cumsum()
        gone = np.zeros(len(days), dtype=np.int64)
        for measure, share in FINAL.items():
            stock = np.floor(share * np.concatenate([np.zeros(40, dtype=np.int64), total[:-40]])).astype(
                np.int64
            )
            add("route", "route", group, measure, stock)
            gone += stock
        held = chance.poisson(rate * 9)
        held = np.minimum(held, total - gone)
        for place, share in (("meteti", 0.5), ("tapachula", 0.5)):
            part = np.floor(held * share).astype(np.int64)
            add(place, "place", group, "stock_detained", part)
            gone += part
        add("quito", "place", group, "stock_at_place", total - gone)
        add("tapachula", "place", group, "apprehended", chance.poisson(rate * 0.4))
        for number, leg in enumerate(LEGS):
            # The last leg of the list is one that nobody took, but for its way into the US.
            share = 0.0 if leg[:2] == ("guatemala_city", "mexico_city") else 1 / (1 + number % 5)
            finished = chance.poisson(rate * share)
            add(leg_name(leg), "leg", group, "finished", finished)
            if leg[1].startswith("us_border"):
                add(leg[1], "place", group, "reached_border", finished)
    counts = pd.concat(frames, ignore_index=True)
    return Run(
        replicate=replicate,
        seed=told.seed,
        counts=counts[counts["persons"] != 0],
        outcomes=pd.DataFrame(
            {
                "outcome": ["reached_border", "deaths"],
                "place": ["", ""],
                "group": ["all", "all"],
                "value": [float(chance.poisson(5000)), float(chance.poisson(40))],
                "unit": ["persons", "persons"],
            }
        ),
        capacities=pd.DataFrame(
            {
                "date": pd.to_datetime(["2015-01-01", "2015-01-01", "2016-03-01"]),
                "centre": ["meteti_centre", "siglo_xxi", "meteti_centre"],
                "place": ["meteti", "tapachula", "meteti"],
                "country": ["PAN", "MEX", "PAN"],
                "beds": [300, 960, 200],
                "limit_days": [30, 60, 15],
            }
        ),
        journeys=None,
        events=int(counts["persons"].sum()),
        migrants=1000,
        seconds=0.5,
    )


def made_up_result(folder: Path, replicates: int = 3) -> Path:
    """Write a made-up result folder and return it."""
    told = scenario()
    return store.write(folder, told, [run(told, number) for number in range(replicates)], wall_seconds=1.5)
