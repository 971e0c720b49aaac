"""Compile settings that every kernel shares.

The compiled code is cached in a folder named after the hash of the engine's
sources and of the versions that shape it, because numba does not notice a
change in a function that another module imports.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np


def sources_hash(folder: Path) -> str:
    """First 16 hex digits of the SHA-256 over the Python sources of a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _cache_folder() -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    versions = f"numba{numba.__version__}-numpy{np.__version__}"
    return base / "darien" / f"{sources_hash(Path(__file__).parent)}-{versions}"


if "NUMBA_CACHE_DIR" not in os.environ:
    numba.config.CACHE_DIR = str(_cache_folder())


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function for the day's kernel.

    Without numba's runtime: an allocation inside fails to compile, and no time
    goes into reference counts. With numpy's error model: no check of divisions.
    """
    return numba.njit(cache=True, _nrt=False, error_model="numpy", boundscheck=False)(function)


def inlined(function: Callable[..., Any]) -> Any:
    """Compile a helper that is called per migrant: pasted into its callers."""
    return numba.njit(cache=True, _nrt=False, error_model="numpy", boundscheck=False, forceinline=True)(
        function
    )
