"""Result folders of every kind: which there are, what they hold, and what in them is of no use any more."""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from darien.experiments.sweep_store import SweepStore
from darien.record import swept
from darien.record.version import code_version
from darien.record.whole import MANIFEST, ResultError

KINDS = ("run", "comparison", "sweep", "sensitivity", "discovery", "fit")
LEFT_BEHIND_SECONDS = 3600  # a folder aside that is younger may be somebody's who is writing it
_DEPTH = 3  # folders below the one that is asked about


@dataclass(frozen=True)
class Result:
    """A result folder. ``runs``: how many it holds, None where that is not told; ``size`` in bytes."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.manifest["kind"])

    @property
    def title(self) -> str:
        return str(self.manifest.get("title", ""))

    @property
    def current(self) -> bool:
        """Whether the code that made it is the code that runs now."""
        return self.manifest.get("code") == code_version()

    @property
    def runs(self) -> int | None:
        replicates = self.manifest.get("replicates")
        if self.kind == "sweep":
            return _runs_of_sweep(self.folder)
        if isinstance(replicates, list):
            return len(replicates)
        options = self.manifest.get("options")
        if isinstance(replicates, int) and isinstance(options, dict):
            return replicates * (len(options) + 1)
        return None

    @property
    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file())

    @property
    def size(self) -> int:
        return sum(_size(path) for path in self.files)

    @property
    def age_seconds(self) -> float:
        """Since anything in it was last written."""
        return max(0.0, time.time() - max(path.stat().st_mtime for path in self.files))


def result_in(folder: Path) -> Result:
    """The result that a folder holds, of any kind. Raises ResultError where it holds none."""
    if not folder.is_dir():
        raise ResultError(f"{folder}: no such folder")
    found = _result(folder)
    if found is None:
        raise ResultError(f"{folder}: no {MANIFEST} of darien there, so this is not a result")
    return found


def results_below(folder: Path) -> list[Result]:
    """All results in a folder and those below it, by name. Raises ResultError where there is no folder."""
    if not folder.is_dir():
        raise ResultError(f"{folder}: no such folder")
    return sorted(_below(folder, _DEPTH), key=lambda result: result.folder)


def _below(folder: Path, depth: int) -> Iterator[Result]:
    found = _result(folder)
    if found is not None:
        yield found
    elif depth:
        for path in folder.iterdir():
            if path.is_dir() and not path.name.startswith("."):
                yield from _below(path, depth - 1)


def _result(folder: Path) -> Result | None:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    known = isinstance(manifest, dict) and manifest.get("kind") in KINDS
    return Result(folder, manifest) if known else None


@dataclass(frozen=True)
class Pruned:
    """What pruning took away."""

    runs: int
    files: int
    size: int  # bytes given back


def prune(folder: Path) -> Pruned:
    """Remove runs of other code or scenarios from a sweep, and what writers that were killed left behind.

    Nothing that darien did not write is touched, and no run of the sweep as it was last started. Raises
    ResultError where the folder holds no result, or somebody is writing to it.
    """
    result = result_in(folder)
    before, runs, removed = result.size, 0, 0
    aside = list(_left_behind(folder))
    before += sum(Result(path, {}).size for path in aside)
    if result.kind == "sweep":
        with SweepStore(folder) as store:
            runs, unneeded = store.prune()
            for path in unneeded:
                path.unlink()
            removed += len(unneeded)
            store.shrink()
    for path in aside:
        removed += _remove(path)
    return Pruned(runs, removed, before - result.size)


def _left_behind(folder: Path) -> Iterator[Path]:
    """Folders beside it that a writer made, was killed over, and nobody has touched for an hour."""
    target = folder.resolve()
    for path in target.parent.glob(f".{target.name}.*"):
        if path.is_dir() and path.suffix in (".part", ".old"):
            written = max((p.stat().st_mtime for p in (path, *path.rglob("*"))), default=0.0)
            if time.time() - written > LEFT_BEHIND_SECONDS:
                yield path


def _remove(folder: Path) -> int:
    import shutil

    count = sum(1 for path in folder.rglob("*") if path.is_file())
    shutil.rmtree(folder)
    return count


def _runs_of_sweep(folder: Path) -> int | None:
    path = folder / swept.RUNS
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as store:
            return int(store.execute("SELECT COUNT(*) FROM current").fetchone()[0])
    except sqlite3.Error:
        return None


def _size(path: Path) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0  # gone meanwhile


def size_said(size: float) -> str:
    """A size as one reads it, such as 1.2 MB."""
    for unit in ("B", "kB", "MB"):
        if abs(size) < 1000:
            return f"{size:.3g} {unit}" if unit != "B" else f"{size:.0f} B"
        size /= 1000
    return f"{size:.3g} GB"


def age_said(seconds: float) -> str:
    """An age in its largest unit."""
    for unit, long in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= long:
            count = int(seconds // long)
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "just now"


def written_said(result: Result) -> str:
    """When it was last written, as a date."""
    moment = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=result.age_seconds)
    return moment.date().isoformat()
