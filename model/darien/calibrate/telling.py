"""Runs at draws of the unknowns that tell something other than counts, kept as they end."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import TypeVar

from darien.calibrate.design import Job, Setting
from darien.calibrate.lags import Floats
from darien.calibrate.runs import Kept, work_through
from darien.experiments.pool import Hands
from darien.experiments.run import Progress

T = TypeVar("T")


def at_draws(
    of: Setting,
    kept: Kept,
    kind: str,
    decided_by: object,
    task: Callable[[Job], T],
    units: Floats,
    hands: Hands,
    progress: Progress | None,
) -> list[T]:
    """What a task tells at each of the draws, run now or before; raises as :func:`work_through`.

    What is told must be JSON. The draws depend on all that made them, so what is kept of them is named by
    them, and by ``decided_by``: what else of the problem the task reads, as JSON.
    """
    said = json.dumps(decided_by).encode() + units.tobytes()
    stage = f"{kind} {hashlib.sha256(said).hexdigest()[:16]}"

    def keep(number: int, found: T) -> None:
        kept.say(stage, number, json.dumps(found))

    work_through(of, kept, task, units, kept.said(stage), keep, hands, progress)
    texts = kept.said(stage)
    return [json.loads(texts[number]) for number in range(len(units))]
