"""Draws of a posterior as scenarios take them: values at paths, and the departures that go with them.

What no series speaks of (``assumed``) is drawn from its prior, so that what a scenario says carries it too.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import numpy as np

from darien.calibrate.departures import WORKING
from darien.calibrate.design import Job, Kept, Setting, conditioned, shared, work_through
from darien.calibrate.lags import Floats
from darien.calibrate.unknowns import priors_of, scenario_at, sets_of
from darien.experiments.drawn import MONTHLY
from darien.experiments.run import Progress

if TYPE_CHECKING:
    import pandas as pd

DRAWN = 100


def _run(job: Job) -> dict[str, float]:
    """Values by path at one draw, departures worked out anew among them."""
    of, how = shared(job.file, job.conditioning)
    unit = np.array(job.unit)
    known = [*of.simulated, *priors_of(of.problem.assumed, of.base)]
    scenario = scenario_at(of.history, of.problem, of.base, known, unit)
    departures = conditioned(scenario, how, WORKING + job.number).departures
    sets = (one.split("=") for one in sets_of(of.problem, of.base, known, unit))
    found = {path: float(value) for path, value in sets}
    for group, months in departures.monthly.items():
        found |= {f"{MONTHLY}{group}.{month}": rate for month, rate in months.items()}
    return found


def run_draws(
    of: Setting, kept: Kept, posterior: Floats, workers: int, progress: Progress | None = None
) -> pd.DataFrame:
    """A row per draw, a column per path of the history; run now or before.

    ``posterior``: (draws, unknowns that a run needs) from 0 to 1, of which some are taken. Raises as
    :func:`~darien.calibrate.design.work_through`.
    """
    import pandas as pd

    luck = np.random.default_rng(6)
    taken = posterior[luck.integers(0, len(posterior), DRAWN)]
    units = np.hstack([taken, luck.uniform(size=(DRAWN, len(of.problem.assumed)))])
    said = json.dumps(list(of.problem.assumed)).encode() + units.tobytes()
    stage = f"draws {hashlib.sha256(said).hexdigest()[:16]}"

    def keep(number: int, values: dict[str, float]) -> None:
        kept.say(stage, number, json.dumps(values))

    work_through(of, kept, _run, units, kept.said(stage), keep, workers, progress)
    found = kept.said(stage)
    return pd.DataFrame([json.loads(found[number]) for number in range(DRAWN)])
