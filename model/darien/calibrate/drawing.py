"""Draws from before and after the counts as scenarios take them: values at paths, and departures with them.

What no series speaks of (``assumed``) is drawn from its prior, so that what a scenario says carries it too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from darien.calibrate.departures import WORKING
from darien.calibrate.design import Job, Setting, conditioned, conditioning_at, shared
from darien.calibrate.lags import Floats
from darien.calibrate.runs import Kept
from darien.calibrate.telling import at_draws
from darien.calibrate.unknowns import priors_of, scenario_at, sets_of
from darien.experiments.drawn import MONTHLY
from darien.experiments.pool import Hands
from darien.experiments.run import Progress

if TYPE_CHECKING:
    import pandas as pd

DRAWN = 100  # before, and as many after


def _run(job: Job) -> dict[str, float]:
    """Values by path at one draw, departures worked out anew among them."""
    of, how = shared(job.file, job.conditioning)
    unit = np.array(job.unit)
    known = [*of.simulated, *priors_of(of.problem.assumed, of.base)]
    scenario = scenario_at(of.history, of.problem, of.base, known, unit)
    departures = conditioned(scenario, conditioning_at(of, how, unit), WORKING + job.number).departures
    sets = (one.split("=") for one in sets_of(of.problem, of.base, known, unit))
    found = {path: float(value) for path, value in sets}
    for group, months in departures.monthly.items():
        found |= {f"{MONTHLY}{group}.{month}": rate for month, rate in months.items()}
    return found


def after(of: Setting, posterior: Floats) -> Floats:
    """(draws, unknowns that a run needs and those assumed) some of the posterior, from 0 to 1.

    ``posterior``: (draws, unknowns that a run needs).
    """
    luck = np.random.default_rng(6)
    taken = posterior[luck.integers(0, len(posterior), DRAWN)]
    return np.hstack([taken, luck.uniform(size=(DRAWN, len(of.problem.assumed)))])


def before(of: Setting, design: Floats) -> Floats:
    """The same of the prior: the first points of the design, which any part of spreads over the priors."""
    assumed = np.random.default_rng(7).uniform(size=(DRAWN, len(of.problem.assumed)))
    return np.hstack([design[:DRAWN, : len(of.simulated)], assumed[: len(design)]])


def run_draws(
    of: Setting, kept: Kept, units: Floats, hands: Hands, progress: Progress | None = None
) -> pd.DataFrame:
    """A row per draw, a column per path of the history; run now or before.

    ``units``: of :func:`after` or :func:`before`. Raises as :func:`~darien.calibrate.telling.at_draws`.
    """
    import pandas as pd

    return pd.DataFrame(at_draws(of, kept, "draws", list(of.problem.assumed), _run, units, hands, progress))
