"""A world so small that a run takes some milliseconds, and sweeps of it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import darien
from darien.experiments.design import points_of
from darien.experiments.sweep import run_points
from darien.experiments.sweep_file import load_sweep
from darien.record.swept import Swept

WORLD = """\
title: Tiny
why: to be run often
seed: 5
period: {start: 2020-01-10, end: 2020-03-05}
places:
  entry: {label: Entry, country: PAN, lat: 8.0, lon: -77.5}
  station: {label: Station, country: PAN, lat: 8.5, lon: -78.0}
  border: {label: Border, country: USA, lat: 26.0, lon: -98.0, destination: true}
legs:
  in: {from: entry, to: station, mode: bus, travel_days: {table: {1: 1.0}}}
  out:
    {from: station, to: border, mode: bus, travel_days: {table: {1: 0.5, 3: 0.5}},
    price_usd: {value: 50, low: 10, high: 90}, death_per_1000: {value: 2, low: 0, high: 9}}
groups:
  people: {label: People, nationalities: [Any], entries: [{shares: {entry: 1.0}}], funds_usd: 1000}
authorities:
  PAN: {label: Authority}
checkpoints:
  post: {authority: PAN, place: station, officers: 1000, inspections_per_officer_day: 10, coverage: 0.6,
    identification: 0.9, then: detain, detention: centre}
detention_centres:
  centre: {label: Centre, authority: PAN, place: station, beds: {value: 20, low: 5, high: 40}, limit_days: 5,
    when_full: release}
departures: {persons_per_day: {people: 8}, headroom: 1.5}
policy:
  - {measure: checkpoint, name: stronger, strengthens: post, coverage_added: 0.2, from: 2020-02-01}
"""
SWEEP = """\
title: Beds and dates
why: a test
base: tiny.yaml
design: grid
parameters:
  beds: {path: detention_centres.centre.beds, values: [5, 20]}
  start: {path: policy.stronger.from, values: [2020-01-20, 2020-02-10]}
replicates: 3
"""


def write(folder: Path, sweep: str = SWEEP, name: str = "beds.yaml") -> Path:
    """The tiny world and a sweep of it, in a folder; returns the sweep's file."""
    (folder / "tiny.yaml").write_text(WORLD, encoding="utf-8")
    file = folder / name
    file.write_text(textwrap.dedent(sweep), encoding="utf-8")
    return file


def run(file: Path, folder: Path, **how: Any) -> Swept:
    """Run a sweep file into a folder."""
    loaded = load_sweep(file)
    return run_points(loaded, points_of(loaded), folder, **how)


def content(folder: Path) -> dict[str, object]:
    """All of a sweep that must not depend on how it was run: rows, tables and series, byte for byte."""
    with closing(sqlite3.connect(folder / "runs.sqlite")) as store:
        rows = store.execute(
            "SELECT scenario, point, replicate, migrants, events, part, packed FROM current JOIN outcome "
            "ON outcome.run = current.id ORDER BY scenario, point, replicate"
        ).fetchall()
    names = ["points.csv", "manifest.json", "table.parquet", "table.csv"]
    files = [*(folder / name for name in names), *sorted((folder / "series").glob("part-*"))]
    return {"rows": rows, **{file.name: file.read_bytes() for file in files}}


def start(*arguments: str | Path | int, cwd: Path, **how: Any) -> subprocess.Popen[bytes]:
    """The command ``darien``, in a session of its own."""
    source = str(Path(darien.__file__).parents[1])
    return subprocess.Popen(
        [sys.executable, "-m", "darien.cli", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": source},
        start_new_session=True,
        **how,
    )


def ended(*arguments: str | Path) -> int:
    """The exit status of the command ``darien``, run here."""
    from darien.cli import main

    try:
        main([str(argument) for argument in arguments])
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


def kept(folder: Path) -> int:
    """How many runs a sweep has kept so far, 0 where it has not begun."""
    path = folder / "runs.sqlite"
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=60)) as store:
            return int(store.execute("SELECT COUNT(*) FROM run").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def wait_for(what: Callable[[], bool], seconds: float = 120.0) -> None:
    """Wait until something is so; fails if it takes too long."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.005)
