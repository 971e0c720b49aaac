"""The line of scenarios/verify/measures.yaml with one measure at a time, and what tests ask of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from darien.experiments.run import simulate
from darien.record.run import Run

from .books import Books
from .worlds import merged, world

START = dt.date(2020, 1, 1)
EVERYONE = {"checkpoints": {"post": {"coverage": 1, "identification": 1}}}  # all are apprehended


def on(day: int) -> str:
    """The date of a day of the period, 0 being the first."""
    return (START + dt.timedelta(days=day)).isoformat()


def run_of(
    *policy: Mapping[str, Any],
    replicate: int = 0,
    changes: Sequence[Mapping[str, Any]] = (),
    journeys: bool = False,
) -> tuple[Books, Run]:
    """One run of the line under a policy and further changes: as arrays by day, and as it is."""
    together: dict[str, Any] = {"policy": [dict(measure) for measure in policy]}
    for change in changes:
        together = merged(together, change)
    scenario = world("measures", together)
    run = simulate(scenario, replicate=replicate, journeys=journeys)
    return Books(scenario, run), run


def books_of(
    *policy: Mapping[str, Any], replicate: int = 0, changes: Sequence[Mapping[str, Any]] = ()
) -> Books:
    """The same as arrays by day alone."""
    return run_of(*policy, replicate=replicate, changes=changes)[0]


def outcome(run: Run, name: str, place: str = "", group: str = "all") -> float:
    """The value of an outcome."""
    frame = run.outcomes
    is_it = (frame["outcome"] == name) & (frame["place"] == place) & (frame["group"] == group)
    (value,) = frame.loc[is_it, "value"]
    return float(value)


def share_agrees(part: float, whole: float, share: float) -> None:
    """Asserts that ``part`` of ``whole`` is a draw of ``share``: within 4 standard errors, and not 0 of 0."""
    assert whole > 500
    error = np.sqrt(share * (1 - share) / whole)
    assert abs(part / whole - share) <= 4 * error, f"{part / whole:.4f} for {share:.4f} +- {error:.4f}"


def later(flow: npt.NDArray[Any], days: int) -> npt.NDArray[Any]:
    """The same flow a number of days later."""
    out = np.zeros_like(flow)
    out[days:] = flow[: len(flow) - days]
    return out


def geometric(mean: float, days: int) -> npt.NDArray[np.float64]:
    """Chances that a geometric wait of that mean lasts 1, 2, ... ``days`` days."""
    chances: npt.NDArray[np.float64] = stats.geom.pmf(np.arange(1, days + 1), 1 / mean)
    return chances
