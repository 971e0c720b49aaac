"""Folders that live as long as the object that works with them."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path


def folder_of(owner: object) -> Path:
    """A new folder, removed when ``owner`` is no longer used, or Python ends."""
    folder = Path(tempfile.mkdtemp(prefix="darien-"))
    weakref.finalize(owner, shutil.rmtree, folder, ignore_errors=True)
    return folder
