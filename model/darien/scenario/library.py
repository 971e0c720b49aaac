"""The material that is shipped: worlds, scenarios, reported counts.

In a checkout it stands at the top of the repository; in an installed package,
in the folder ``library`` beside the modules.
"""

from __future__ import annotations

from pathlib import Path

from darien.scenario.errors import UserMistake, listed, nearest

_PACKAGE = Path(__file__).resolve().parent.parent


def root() -> Path:
    """The folder that holds ``scenarios`` and ``calibration``. Raises UserMistake if there is none."""
    for folder in (_PACKAGE / "library", _PACKAGE.parent.parent):
        if (folder / "scenarios").is_dir():
            return folder
    raise UserMistake(f"the shipped scenarios are missing: no folder `scenarios` in {_PACKAGE / 'library'}")


def observed() -> Path:
    """The folder of reported counts."""
    return root() / "calibration" / "observed"


def names() -> list[str]:
    """Names of what is built in: worlds, scenarios and comparisons, such as ``worlds/americas``, sorted."""
    folder = root() / "scenarios"
    return sorted(path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.yaml"))


def find(name: str) -> Path:
    """The file of what is built in under a name. Raises UserMistake with the nearest name."""
    known = names()
    wanted = name.removesuffix(".yaml")
    if wanted in known:
        return root() / "scenarios" / f"{wanted}.yaml"
    if near := nearest(wanted, known):
        hint = f"; did you mean {near}?"
    else:
        hint = f"; built in: {listed(known)}" if known else ""
    raise UserMistake(f"{name}: no such file, and no built-in scenario of that name{hint}")
