"""What a dated event changed: the change of a series over a span, what is ordinary, and the verdict.

A change is the logarithm of the mean per month over the months after a date, over that of the months before
it; of a share that of its odds. The month of the date belongs to neither side.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from darien.calibrate.lags import Floats
from darien.calibrate.observing import HALF, Bools

LEAST = 12  # ordinary changes, without which nothing says how large they are
TIMES = 2.0  # ordinary changes that a reported one must exceed
REPRODUCED, DIRECTION, MISSED = "reproduced", "right direction", "missed"
UNDECIDABLE = "not decidable from the counts"


def change(before: Floats, after: Floats, share: bool) -> Floats:
    """(...,) changes, from (..., months, 2) persons on each side: counted, and in the other part of a share.

    Half a person is added to each mean: nobody may be counted on one side. nan where a month is.
    """
    ratio = np.log((after.mean(axis=-2) + HALF) / (before.mean(axis=-2) + HALF))
    found: Floats = ratio[..., 0] - ratio[..., 1] if share else ratio[..., 0]
    return found


def changes(persons: Floats, span: int, share: bool) -> Floats:
    """(months,) the change at each month of (months, 2); nan where its span is not wholly reported."""
    found = np.full(len(persons), np.nan)
    for month in range(span, len(persons) - span):
        before, after = persons[month - span : month], persons[month + 1 : month + 1 + span]
        found[month] = change(before, after, share)
    return found


def quiet(months: int, span: int, events: Collection[tuple[int, int]]) -> Bools:
    """(months,) whether no event lies within ``span`` months to either side.

    ``events``: the first and the last month of each, by their position.
    """
    at = np.arange(months)
    found: Bools = np.ones(months, dtype=np.bool_)
    for first, last in events:
        found &= (at + span < first) | (at - span > last)
    return found


def usual(found: Floats, ordinary: Bools, but: int) -> float:
    """How large changes are at ordinary months other than ``but``: their root mean square, about no change.

    nan where there are fewer than :data:`LEAST`.
    """
    some = ordinary & np.isfinite(found)
    some[but] = False
    return float(np.sqrt((found[some] ** 2).mean())) if some.sum() >= LEAST else np.nan


def decidable(reported: float, ordinary: float) -> bool:
    """Whether a reported change is larger than ordinary ones are; never where one of them is not known."""
    return abs(reported) > TIMES * ordinary


def verdict(reported: float, ordinary: float, low: float, median: float, high: float) -> str:
    """What the simulated change (90 % interval and middle) is worth beside the reported one."""
    if not decidable(reported, ordinary):
        return UNDECIDABLE
    if low <= reported <= high and median * reported > 0:
        return REPRODUCED
    surely = low > 0 if reported > 0 else high < 0
    return DIRECTION if surely else MISSED


def reported_of(
    persons: Floats, spread: float, share: bool, reports: int, luck: np.random.Generator
) -> Floats:
    """(draws x reports, months, 2) what would be reported of (draws, months, 2) simulated persons.

    Months are off by ``spread`` (of the logarithm, or of the log odds), each for itself, and a count also by
    chance. A reporting share that stays the same changes nothing in a change, so there is none.
    """
    made = np.repeat(persons, reports, axis=0)
    means = made[..., 0] * np.exp(luck.normal(size=made.shape[:-1]) * spread)
    made[..., 0] = means if share else luck.poisson(means)
    return made
