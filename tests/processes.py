"""Processes that tests have started."""

from __future__ import annotations

from pathlib import Path


def members(session: int) -> list[int]:
    """Processes of a session that still run."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # ended meanwhile
            if int(words[3]) == session and words[0] != "Z":
                found.append(int(entry.name))
    return found
