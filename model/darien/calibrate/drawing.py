"""Draws from before and after the counts as scenarios take them: values at paths, and departures with them;
and what the policies of the problem do at them.

What no series speaks of (``assumed``) is drawn from its prior, so that what a scenario says carries it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from darien.calibrate.departures import WORKING
from darien.calibrate.derived import ByYear, derived_counts
from darien.calibrate.design import Job, Setting, conditioned, conditioning_at, shared
from darien.calibrate.effects import Outcomes, with_assumed, with_policies
from darien.calibrate.lags import Floats
from darien.calibrate.runs import Kept
from darien.calibrate.telling import at_draws
from darien.calibrate.unknowns import numbers_of, scenario_at
from darien.experiments.drawn import MONTHLY
from darien.experiments.pool import Hands
from darien.experiments.run import Progress, simulate

if TYPE_CHECKING:
    import pandas as pd

DRAWN = 100  # before, and as many after
WITH_POLICIES = 40  # of them


@dataclass(frozen=True)
class Drawn:
    """``table``: a row per draw, a column per path of the history. ``counts``: what a run at each draw counts
    of the deriving series, empty where nothing was to be counted. ``outcomes``: with and without each policy,
    at the first :data:`WITH_POLICIES` draws."""

    table: pd.DataFrame
    counts: list[ByYear]
    outcomes: list[Outcomes]


def _run(job: Job, counting: bool) -> tuple[dict[str, float], ByYear, Outcomes]:
    """Values by path at one draw, departures worked out anew among them; what a run with them counts where
    they come from, none unless ``counting``; outcomes of policies, none at later draws."""
    of, how = shared(job.file, job.conditioning)
    unit, known = np.array(job.unit), with_assumed(of)
    scenario = scenario_at(of.history, of.problem, of.base, known, unit)
    now = conditioned(scenario, conditioning_at(of, how, unit), WORKING + job.number)
    found = numbers_of(of.problem, of.base, known, unit)
    for group, months in now.departures.monthly.items():
        found |= {f"{MONTHLY}{group}.{month}": rate for month, rate in months.items()}
    levers = of.problem.levers if job.number < WITH_POLICIES else {}
    if not counting and not levers:
        return found, {}, {}
    run = simulate(now, replicate=job.number)
    counts = derived_counts(now, run.counts) if counting else {}
    return found, counts, with_policies(of, now, run, levers, job) if levers else {}


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
    of: Setting, kept: Kept, units: Floats, counting: bool, hands: Hands, progress: Progress | None = None
) -> Drawn:
    """What draws of :func:`after` or :func:`before` tell, run now or before.

    ``counting``: whether the deriving series are counted in a run with each. Raises as
    :func:`~darien.calibrate.telling.at_draws`.
    """
    import pandas as pd

    decided = [list(of.problem.assumed), counting, of.problem.levers, of.problem.outcomes]
    told = at_draws(of, kept, "draws", decided, partial(_run, counting=counting), units, hands, progress)
    values, counts, outcomes = zip(*told, strict=True)
    return Drawn(pd.DataFrame(list(values)), list(counts), [one for one in outcomes if one])
