"""Which code made a result: the hash of what decides numbers, and where it came from."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from darien import __version__

PACKAGE = Path(__file__).resolve().parent.parent
DECIDING = ("scenario", "engine", "actors", "record")  # the rooms whose code decides what a run gives
# Beside them, folders: what is kept of a run and where, which decides no number in it.
KEEPING = tuple(f"record/{name}.py" for name in ("compared", "page", "store", "swept", "version", "whole"))
DECIDING_PACKAGES = ("numpy", "numba")
NAMED_PACKAGES = ("darien", "mesa", "numpy", "numba", "scipy", "pandas", "pyarrow", "pydantic", "PyYAML")


@cache
def code_version() -> str:
    """Hash (64 hex digits) of the sources that decide results, with the versions of numpy and numba.

    A change in docs, figures, experiments or the folders they write leaves it alone, so that results stay
    valid.
    """
    digest = hashlib.sha256()
    for room in DECIDING:
        for path in sorted((PACKAGE / room).rglob("*.py")):
            name = path.relative_to(PACKAGE).as_posix()
            if name in KEEPING:
                continue
            digest.update(name.encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    for name in DECIDING_PACKAGES:
        digest.update(f"{name}=={_version(name)}\0".encode())
    return digest.hexdigest()


def package_versions() -> dict[str, str]:
    """Versions of Python and of the packages a result may depend on."""
    return {"python": ".".join(map(str, sys.version_info[:3])), **{n: _version(n) for n in NAMED_PACKAGES}}


@cache
def commit() -> str | None:
    """The git commit of the checkout the package is run from, ``+`` appended where files differ from it.

    None where the package is not part of a checkout, even if it is installed somewhere inside one.
    """
    if _git("ls-files", "--error-unmatch", "__init__.py") is None:
        return None
    head = _git("rev-parse", "HEAD")
    if head is None:
        return None
    changed = _git("status", "--porcelain", "--untracked-files=no")
    return head.strip() + ("+" if changed else "")


def _git(*words: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(PACKAGE), *words], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def _version(name: str) -> str:
    if name == "darien":
        return __version__
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
