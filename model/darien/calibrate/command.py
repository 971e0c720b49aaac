"""``darien departures HISTORY``: work out a history's departures and put them beside it."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from darien.calibrate.assumptions import WorkingAssumptions
from darien.calibrate.departures import Simulate, Worked, work_out
from darien.calibrate.tables import years_as_text
from darien.record.report_files import load_reported
from darien.scenario import library
from darien.scenario.errors import Fault, ScenarioError, UserMistake
from darien.scenario.files import read
from darien.scenario.yaml_nodes import Node, decode, parse, shown

if TYPE_CHECKING:
    import pandas as pd

    from darien.scenario.schema import Scenario

COLUMNS = ("month", "group", "persons_per_day")


def command(
    history: str,
    out: Path | None = None,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
    working: WorkingAssumptions | None = None,
) -> Worked:
    """Work out departures, write them as CSV, print how far they give the reported counts.

    Args:
        history: a scenario file, or a built-in name, that names its departures by
            ``departures.series``. The CSV need not exist yet.
        out: the CSV to write; None: the one that the history names.
        workers: processes to run replicates on; the result is the same for any number.
        progress: told how many runs are done, of how many at most.

    Raises:
        UserMistake: the history has faults, names no series, derives nothing, or cannot be written.
    """
    path, series = series_of_history(history)
    target = out if out is not None else series
    _refuse_unwritable(target)
    scenario = load_without_series(path)
    worked = work_out(scenario, load_reported(), simulate_on(workers), working=working, progress=progress)
    write_rates(target, worked.rates)
    print(years_as_text(worked))
    print(f"\nwritten: {target}")
    return worked


def simulate_on(workers: int) -> Simulate:
    """Runs replicates of scenarios on some processes."""
    from darien.experiments.run import Task, run_tasks

    def simulate(tasks: list[tuple[Scenario, int]]) -> list[pd.DataFrame]:
        runs = run_tasks([Task(scenario, replicate) for scenario, replicate in tasks], workers)
        return [run.counts for run in runs]

    return simulate


def series_of_history(history: str) -> tuple[Path, Path]:
    """The file of a history, and of the CSV that it names. Raises :class:`UserMistake`."""
    given = Path(history)
    path = given if given.is_file() else library.find(history)
    node = _nodes(path).mapping.get("departures")
    series = node.mapping.get("series") if node is not None and isinstance(node.value, dict) else None
    if series is None or not isinstance(series.value, str):
        raise UserMistake(
            f"{shown(path)}: names no departures.series, the CSV that departures are to be written to"
        )
    return path, path.parent / series.value


def load_without_series(path: Path) -> Scenario:
    """The scenario of a history whose departures are yet to be worked out, or are out of date.

    Departures are left as they are, or empty: only faults elsewhere are raised (:class:`ScenarioError`).
    """
    scenario, faults = read(path)
    if scenario is None and faults and all(_about_departures(fault) for fault in faults):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / path.name
            copy.write_text(_without_series(path), encoding="utf-8")
            scenario, faults = read(copy)
            faults = [
                replace(fault, file=shown(path)) if fault.file == shown(copy) else fault for fault in faults
            ]
    faults = [fault for fault in faults if not _about_departures(fault)]
    if scenario is None or faults:
        raise ScenarioError(faults or [Fault(shown(path), None, "departures", "cannot be read")])
    return scenario


def _about_departures(fault: Fault) -> bool:
    return fault.path == "departures" or fault.path.startswith("departures.")


def _nodes(path: Path) -> Node:
    found: list[Fault] = []
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserMistake(f"{shown(path)}: cannot be read: {error.strerror}") from error
    root = parse(decode(data, shown(path)), shown(path), found)
    if root is None or found or not isinstance(root.value, dict):
        raise ScenarioError(found or [Fault(shown(path), 1, "", "is not a mapping")])
    return root


def _without_series(path: Path) -> str:
    """The text of a history without its series, and with ``extends`` as a path from anywhere.

    Lines stay where they are, so that faults name the right ones.
    """
    root = _nodes(path)
    lines = path.read_text(encoding="utf-8").split("\n")
    at = (root.mapping["departures"].mapping["series"].at.line or 1) - 1
    lines[at] = re.sub(r"series\s*:\s*[^,}#\n]+", "monthly: {}", lines[at], count=1)
    extends = root.mapping.get("extends")
    if extends is not None and isinstance(extends.value, str):
        for candidate in (path.parent / extends.value, path.parent / f"{extends.value}.yaml"):
            if candidate.is_file():
                at = (extends.at.line or 1) - 1
                before = lines[at][: lines[at].index("extends")]
                lines[at] = f"{before}extends: {json.dumps(str(candidate.resolve()))}"
                break
    return "\n".join(lines)


def _refuse_unwritable(target: Path) -> None:
    if target.is_dir():
        raise UserMistake(f"{target}: is a folder, departures need a file")
    if not target.parent.is_dir():
        raise UserMistake(f"{target}: there is no folder {target.parent}")
    if not os.access(target.parent, os.W_OK):
        raise UserMistake(f"{target}: {target.parent} cannot be written to")


def write_rates(target: Path, rates: pd.DataFrame) -> None:
    """Write rates (months by groups, persons per day) as a CSV, whole or not at all."""
    lines = [",".join(COLUMNS)]
    for group in rates.columns:
        for month, rate in zip(rates.index, rates[group], strict=True):
            lines.append(f"{month:%Y-%m},{group},{rate:.4f}")
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write("\n".join(lines) + "\n")
        umask = os.umask(0o077)
        os.umask(umask)
        os.chmod(name, 0o666 & ~umask)
        os.replace(name, target)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise UserMistake(f"{target}: cannot be written: {error.strerror}") from error
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
