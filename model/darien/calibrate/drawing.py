"""Draws from before and after the counts as scenarios take them: values at paths, and departures with them.

What no series speaks of (``assumed``) is drawn from its prior, so that what a scenario says carries it too.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from darien.calibrate.departures import WORKING
from darien.calibrate.derived import ByYear, derived_counts, derived_table
from darien.calibrate.design import Job, Setting, conditioned, conditioning_at, shared
from darien.calibrate.lags import Floats
from darien.calibrate.runs import Kept
from darien.calibrate.telling import at_draws
from darien.calibrate.unknowns import priors_of, scenario_at, sets_of
from darien.experiments.drawn import MONTHLY
from darien.experiments.pool import Hands
from darien.experiments.run import Progress, simulate

if TYPE_CHECKING:
    import pandas as pd

DRAWN = 100  # before, and as many after


def _run(job: Job, counting: bool) -> tuple[dict[str, float], ByYear]:
    """Values by path at one draw, departures worked out anew among them; and what a run with them counts
    where they come from, none unless ``counting``."""
    of, how = shared(job.file, job.conditioning)
    unit = np.array(job.unit)
    known = [*of.simulated, *priors_of(of.problem.assumed, of.base)]
    scenario = scenario_at(of.history, of.problem, of.base, known, unit)
    now = conditioned(scenario, conditioning_at(of, how, unit), WORKING + job.number)
    sets = (one.split("=") for one in sets_of(of.problem, of.base, known, unit))
    found = {path: float(value) for path, value in sets}
    for group, months in now.departures.monthly.items():
        found |= {f"{MONTHLY}{group}.{month}": rate for month, rate in months.items()}
    return found, derived_counts(now, simulate(now, replicate=job.number).counts) if counting else {}


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
    return _told(of, kept, units, False, hands, progress)[0]


def count_draws(
    of: Setting, kept: Kept, units: Floats, hands: Hands, progress: Progress | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same, and what runs with these draws count of the deriving series (:func:`derived_table`)."""
    draws, counts = _told(of, kept, units, True, hands, progress)
    return draws, derived_table(of, counts)


def _told(
    of: Setting, kept: Kept, units: Floats, counting: bool, hands: Hands, progress: Progress | None
) -> tuple[pd.DataFrame, list[ByYear]]:
    import pandas as pd

    decided, task = [list(of.problem.assumed), counting], partial(_run, counting=counting)
    told = at_draws(of, kept, "draws", decided, task, units, hands, progress)
    return pd.DataFrame([values for values, _ in told]), [counts for _, counts in told]
