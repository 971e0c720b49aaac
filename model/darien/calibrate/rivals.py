"""Simple predictions of monthly series, with the spread that their own errors had before the origin.

The origin is the first month that is predicted. Nothing reported from it on is used, but for the months of
the series beside which a ratio stands, which are taken as given. Values are on a logarithmic scale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from darien.calibrate.lags import Floats
from darien.calibrate.scoring import crps

Rival = Callable[[Floats, int, int], Floats]
"""Predicts (ahead,) months from (months,) values of which only those before the origin are looked at."""

LEAST = 12  # errors at a horizon (with those next to it), without which a rival has no spread
SAMPLES = 200  # of a prediction
WINDOWS = (3, 12, 120)  # months before the origin from which a ratio may be taken; the last: all
LAGS = (0, 1, 2, 3)  # months from Panama's count to the one that is predicted


def last_year(seen: Floats, origin: int, ahead: int) -> Floats:
    """Each month as a year before; at most 12 months ahead."""
    return _taken(seen[:origin], np.arange(origin - 12, origin - 12 + ahead))


def last_value(seen: Floats, origin: int, ahead: int) -> Floats:
    """All months as the last one before the origin."""
    return _taken(seen[:origin], np.full(ahead, origin - 1))


@dataclass(frozen=True)
class Ratio:
    """As many as stand ``lag`` months before in another series, times the ratio of the last ``window``
    months.

    ``beside``: (months,) logarithms of the other series, months to be predicted among them.
    """

    beside: Floats
    lag: int
    window: int

    def __call__(self, seen: Floats, origin: int, ahead: int) -> Floats:
        moved = _taken(self.beside, np.arange(origin + ahead) - self.lag)
        start = max(0, origin - self.window)
        off = seen[start:origin] - moved[start:origin]
        known = np.isfinite(off)
        level = float(off[known].mean()) if known.any() else np.nan
        return moved[origin:] + level


def ratios(beside: Floats, lags: Sequence[int] = (0,)) -> list[Ratio]:
    """Ratios to a series with every lag and window that may be chosen."""
    return [Ratio(beside, lag, window) for lag in lags for window in WINDOWS]


def errors(rival: Rival, seen: Floats, origin: int, ahead: int) -> Floats:
    """(origins, ahead) what was seen less what would have been predicted, at every month before the origin.

    nan where a month was not seen, lies behind the origin, or was not predicted.
    """
    found = np.full((origin, ahead), np.nan)
    for start in range(1, origin):
        inside = min(ahead, origin - start)
        found[start, :inside] = seen[start : start + inside] - rival(seen, start, inside)
    return found


def spread(off: Floats) -> list[Floats] | None:
    """By horizon the errors there and one month to either side, and their mirror images: no trend goes on.

    None where there are fewer than :data:`LEAST` at some horizon.
    """
    found = []
    for horizon in range(off.shape[1]):
        near = off[:, max(0, horizon - 1) : horizon + 2]
        known = near[np.isfinite(near)]
        if len(known) < LEAST:
            return None
        found.append(np.sort(np.concatenate([known, -known])))
    return found


def predicted(
    rival: Rival, seen: Floats, origin: int, ahead: int, floor: float, samples: int = SAMPLES
) -> Floats | None:
    """(ahead, samples) equally likely values, none below ``floor``; None where the rival cannot be formed."""
    pools = spread(errors(rival, seen, origin, ahead))
    middle = rival(seen, origin, ahead)
    if pools is None or not np.isfinite(middle).all():
        return None
    at = (np.arange(samples) + 0.5) / samples
    return np.maximum(middle[:, None] + np.array([np.quantile(pool, at) for pool in pools]), floor)


def own_score(rival: Rival, seen: Floats, origin: int, ahead: int, floor: float) -> float:
    """Mean score of a rival before the origin, over all starts and horizons; infinite without a spread."""
    off = errors(rival, seen, origin, ahead)
    pools = spread(off)
    if pools is None:
        return np.inf
    scores = []
    for horizon, pool in enumerate(pools):
        starts = np.flatnonzero(np.isfinite(off[:, horizon]))
        values = seen[starts + horizon]
        middle = values - off[starts, horizon]
        scores.append(crps(np.maximum(middle[:, None] + pool, floor), values))
    return float(np.concatenate(scores).mean())


def best(rivals: Iterable[Rival], seen: Floats, origin: int, ahead: int, floor: float) -> Rival | None:
    """The rival with the least score of its own before the origin; None where none can be formed."""
    scored = [(own_score(rival, seen, origin, ahead, floor), k, rival) for k, rival in enumerate(rivals)]
    score, _, chosen = min(scored, key=lambda one: one[:2])
    return chosen if np.isfinite(score) else None


def _taken(values: Floats, at: np.ndarray) -> Floats:
    """Values at some positions, nan where there is none."""
    inside = (at >= 0) & (at < len(values))
    found: Floats = np.full(len(at), np.nan)
    found[inside] = values[at[inside]]
    return found
