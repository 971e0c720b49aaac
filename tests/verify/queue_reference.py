"""A queue for a daily quota, by arithmetic: who waits at the end of each day."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence


def waiting(arrivals: Sequence[int], per_day: float) -> list[int]:
    """Persons who wait at the end of each day; single persons, nobody leaves the queue.

    The part of a quota that is not used is carried to the next day while
    someone waits, and is lost when nobody does.
    """
    queue, allowance, ends = 0, 0.0, []
    for arriving in arrivals:
        queue += arriving
        allowance += per_day
        served = min(queue, int(allowance + 1e-9))
        queue -= served
        allowance = allowance - served if queue else 0.0
        ends.append(queue)
    return ends


def waits(arrivals: Sequence[int], per_day: float) -> list[int]:
    """Days that each person waits, in order of arrival; who still waits at the end is left out."""
    queue: deque[int] = deque()
    allowance, out = 0.0, []
    for day, arriving in enumerate(arrivals):
        queue.extend([day] * arriving)
        allowance += per_day
        while queue and allowance >= 1.0 - 1e-9:
            out.append(day - queue.popleft())
            allowance -= 1.0
        if not queue:
            allowance = 0.0
    return out
