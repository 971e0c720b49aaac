"""A small world on disk, which tests of scenario files and of the command build on."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

WORLD = """\
places:
  turbo: {label: Turbo, country: COL, lat: 8.1, lon: -76.7, source: a map}
  meteti: {label: Meteti, country: PAN, lat: 8.5, lon: -78.0, stay_days: {value: 3, low: 1, high: 9}}
  border: {label: Border, country: USA, lat: 26.0, lon: -98.0, destination: true}
legs:
  darien_foot:
    from: turbo
    to: meteti
    mode: foot
    clandestine: true
    nest: darien
    travel_days: {min: 4, mode: 6, max: 12}
    price_usd: {value: 400, low: 100, high: 900, source: interviews}
    death_per_1000: {value: 1.5, low: 0.5, high: 5, assumption: bodies found}
    season: rain
  darien_boat:
    from: turbo
    to: meteti
    mode: boat
    nest: darien
    travel_days: {min: 1, mode: 2, max: 3}
    preference_by_group: {cuba: 0.5}
  bus_north:
    from: meteti
    to: border
    mode: bus
    travel_days: {table: {20: 0.25, 21: 0.5, 25: 0.25}}
seasons:
  rain: {months: [5, 6, 7], hazard_times: 2}
groups:
  cuba:
    label: Cuba
    nationalities: [Cuba]
    entries: [{shares: {turbo: 1}}]
    funds_usd: 3000
    party_size: {1: 0.7, 2: 0.3}
  haiti:
    label: Haiti
    nationalities: [Haiti]
    entries: [{shares: {turbo: 0.8, meteti: 0.2}}]
    funds_usd: 2000
authorities:
  PAN: {label: Panama, removal_share: {haiti: 0.1}}
checkpoints:
  darien_post:
    authority: PAN
    place: meteti
    officers: 10
    inspections_per_officer_day: 5
    coverage: 0.5
    identification: 0.8
    detention: panama_city
detention_centres:
  panama_city: {label: Centre, authority: PAN, place: meteti, beds: 100, limit_days: 30}
  second: {label: Second, authority: PAN, place: meteti, beds: 60, limit_days: 30}
reception:
  haiti: {admitted: 0.6, expelled: 0.2, removed: 0.2}
parameters: {expelled_to: meteti, cost_weight: 2, time_weight_per_day: 1e-3}
"""

SCENARIO = """\
title: Small
why: for tests
extends: world.yaml
seed: 7
period: {start: 2016-01-01, end: 2016-03-31}
departures:
  monthly:
    cuba: {2016-01: 10, 2016-02: 12, 2016-03: 8.5}
  persons_per_day: {haiti: 5}
policy:
  - {measure: quota, name: bus_quota, leg: bus_north, persons_per_day: 100, from: 2016-02-01}
"""


class Folder:
    """A folder of scenario files: world.yaml and small.yaml to begin with."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.write("world.yaml", WORLD)
        self.write("small.yaml", SCENARIO)

    def write(self, name: str, text: str | bytes) -> Path:
        """Write a file; returns its path."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def overlay(self, text: str, name: str = "overlay.yaml") -> Path:
        """Write an overlay on small.yaml, the text after its three first lines."""
        return self.write(name, f"title: Overlay\nwhy: for tests\nextends: small.yaml\n{text}")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """The small world in a temporary folder, which is the working folder too."""
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path)


# What a shell starts in the background ignores Ctrl-C, and so would the commands that tests start and
# interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)
