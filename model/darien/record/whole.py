"""Folders that are written whole or not at all: written aside, then renamed."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from darien.scenario.errors import UserMistake

MANIFEST = "manifest.json"


class ResultError(UserMistake):
    """Results cannot be written or read. The message is for the user and names the folder."""


def check_target(folder: Path, own: Sequence[str]) -> None:
    """Refuse, before anything is run, a folder that :func:`whole_folder` could not put in place.

    ``own`` are the names (patterns) that darien writes there. A folder that exists may be replaced
    if it is empty, or holds a manifest and nothing else than ``own``: nothing that a user put there
    is ever deleted. Raises :class:`ResultError`.
    """
    target = folder.resolve()
    if target.exists():
        if not target.is_dir():
            raise ResultError(f"{folder}: is a file, results need a folder")
        found = _entries(target, folder)
        if found and MANIFEST not in found:
            raise ResultError(f"{folder}: exists and is not a result of darien: choose another folder")
        foreign = [name for name in found if not any(fnmatch(name, pattern) for pattern in own)]
        if foreign:
            raise ResultError(
                f"{folder}: holds files that darien did not write ({', '.join(foreign[:3])}"
                f"{', ...' if len(foreign) > 3 else ''}): move them or choose another folder"
            )
    standing = target.parent
    while not standing.exists():
        standing = standing.parent
    if not standing.is_dir():
        raise ResultError(f"{folder}: {standing} is a file, not a folder")
    if not os.access(standing, os.W_OK | os.X_OK):
        raise ResultError(f"{folder}: {standing} cannot be written to")


@contextmanager
def whole_folder(folder: Path, own: Sequence[str]) -> Iterator[Path]:
    """Give a folder to write into, which takes the place of ``folder`` when the block ends well.

    If the block fails, or the process is stopped, ``folder`` is what it was before. Raises
    :class:`ResultError` where the system refuses (read-only, disk full).
    """
    check_target(folder, own)
    target = folder.resolve()
    aside: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
        aside.chmod(0o777 & ~_umask())  # mkdtemp keeps others out; results are for all whom the umask lets in
        yield aside
        _swap(aside, target)
    except OSError as error:
        raise ResultError(f"{folder}: cannot write results: {error.strerror or error}") from error
    finally:
        if aside is not None:
            shutil.rmtree(aside, ignore_errors=True)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write plain data as indented JSON, keys in the order given."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_manifest(folder: Path, kind: str, version: int) -> dict[str, Any]:
    """The manifest of a result folder; raises :class:`ResultError` if it is not a result of that kind."""
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ResultError(f"{folder}: no {MANIFEST} there, so this is not a result of darien") from None
    except (OSError, ValueError) as error:
        raise ResultError(f"{path}: cannot be read: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("kind") != kind:
        raise ResultError(f"{folder}: is not a {kind} of darien")
    if manifest.get("format") != version:
        raise ResultError(
            f"{folder}: written in format {manifest.get('format')}, this darien reads format {version}"
        )
    return manifest


def _swap(aside: Path, target: Path) -> None:
    """Put ``aside`` in the place of ``target``; the old folder comes back if that fails."""
    if not target.exists():
        aside.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".old", dir=target.parent))
    old.rmdir()
    target.rename(old)
    try:
        aside.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _entries(target: Path, named: Path) -> list[str]:
    try:
        return sorted(os.listdir(target))
    except OSError as error:
        raise ResultError(f"{named}: cannot be read: {error.strerror}") from error


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
