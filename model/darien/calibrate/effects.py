"""Effects of policies under the unknowns of a fit: what was thought before, and what the counts leave.

At draws of the prior and of the posterior the history runs with departures worked out anew, then each
policy with the same departures, migrants and luck. What no series speaks of (``assumed``) is drawn from its
prior for both. How much less the effects vary after the fit is how much the counts say about them. Where
that is little, an effect is an assumption and not evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import f

from darien.calibrate.departures import WORKING
from darien.calibrate.design import Job, Setting, conditioned, conditioning_at, shared
from darien.calibrate.lags import Floats
from darien.calibrate.runs import Kept
from darien.calibrate.telling import at_draws
from darien.calibrate.unknowns import Prior, checked_at, priors_of, scenario_at
from darien.experiments import model_lines
from darien.experiments.evidence import ASSUMPTION, EVIDENCE, LITTLE
from darien.experiments.pool import Hands
from darien.experiments.run import Progress, simulate, warm_up
from darien.scenario import library
from darien.scenario.errors import Fault, ScenarioError, UserMistake

if TYPE_CHECKING:
    import pandas as pd

    from darien.record.run import Run
    from darien.scenario.schema import Scenario

Outcomes = dict[str, dict[str, float]]
"""Outcomes of the history (``base``) and of policies, by the name of each."""


def _run(job: Job, levers: Mapping[str, str]) -> Outcomes:
    """Outcomes of the history and of every policy of ``levers`` at one draw."""
    of, how = shared(job.file, job.conditioning)
    unit = np.array(job.unit)
    base = scenario_at(of.history, of.problem, of.base, with_assumed(of), unit)
    base = conditioned(base, conditioning_at(of, how, unit), WORKING + job.number)
    return with_policies(of, base, simulate(base, replicate=job.number), levers, job)


def with_assumed(of: Setting) -> list[Prior]:
    """The priors of the unknowns that a run needs, then of what no series speaks of."""
    return [*of.simulated, *priors_of(of.problem.assumed, of.base)]


def with_policies(of: Setting, base: Scenario, run: Run, levers: Mapping[str, str], job: Job) -> Outcomes:
    """Outcomes of a run of the history at a draw, and of policies with its departures, migrants and luck.

    ``base``: the history at the draw of ``job``, its departures worked out; ``levers``: scenarios by name.
    """
    found, known, unit = {"base": _told(of, run)}, with_assumed(of), np.array(job.unit)
    same = {"record_every": "month", "seed": base.seed, "departures": base.departures}
    for name, scenario_name in levers.items():
        lever = scenario_at(lever_file(of, scenario_name), of.problem, of.base, known, unit)
        found[name] = _told(of, simulate(lever.model_copy(update=same), replicate=job.number))
    return found


def lever_file(of: Setting, name: str) -> Path:
    """The scenario of a policy: beside the problem, else built in. Raises UserMistake."""
    beside = of.file.parent / name
    return beside if beside.is_file() else library.find(name)


def _told(of: Setting, run: Run) -> dict[str, float]:
    everything = _outcomes(run)
    return {name: everything[name] for name in of.problem.outcomes}


def must_suit(of: Setting) -> None:
    """Raises ScenarioError where a bound of an unknown is out of range; and for a policy that there is not,
    has faults, or lacks what an unknown sets."""
    middle, faults = np.full(len(of.simulated), 0.5), _out_of_range(of)
    for lever, name in of.problem.levers.items():
        at = model_lines.mark(of.file, "levers", lever)
        try:
            checked_at(lever_file(of, name), of.problem, of.base, of.simulated, middle)
        except ScenarioError as error:
            lacking = [fault.path for fault in error.faults if fault.file.startswith("--set")]
            faults += [fault for fault in error.faults if not fault.file.startswith("--set")]
            if lacking:
                more = f", nor {len(lacking) - 1} more" if len(lacking) > 1 else ""
                message = f"{name} has no {lacking[0]}, which an unknown sets{more}"
                faults.append(Fault(at.file, at.line, f"levers.{lever}", message))
        except UserMistake as error:
            faults.append(Fault(at.file, at.line, f"levers.{lever}", str(error)))
    if faults:
        raise ScenarioError(faults)


def _out_of_range(of: Setting) -> list[Fault]:
    """What the history has against the bounds of unknowns: no run at a point between them looks again."""
    faults = []
    for bound, end in (("low", 0.0), ("high", 1.0)):
        try:
            checked_at(of.history, of.problem, of.base, of.simulated, np.full(len(of.simulated), end))
        except ScenarioError as error:
            faults += [_of_unknown(of, fault, bound) for fault in error.faults]
    return faults


def _of_unknown(of: Setting, fault: Fault, bound: str) -> Fault:
    """A fault of the history as one of the unknown that sets what is at fault; as it is where none does."""
    setting_it = [name for name, one in of.problem.unknowns.items() if fault.path in one.paths]
    if not setting_it:
        return fault
    at = model_lines.mark(of.file, "unknowns", setting_it[-1])
    message = f"{bound}: {fault.path} {fault.message}"
    return Fault(at.file, at.line, f"unknowns.{setting_it[-1]}", message, fault.given, fault.allowed)


def must_be_outcomes(of: Setting) -> None:
    """Raises ScenarioError for what is no outcome of a run; runs a day, where outcomes are asked for."""
    if of.problem.outcomes:
        model_lines.must_be_outcomes(of.file, of.problem.outcomes, list(_outcomes(warm_up(of.base))))


def _outcomes(run: Run) -> dict[str, float]:
    """Totals over all places and groups."""
    frame = run.outcomes
    whole = frame[(frame["place"] == "") & (frame["group"] == "all")].set_index("outcome")["value"]
    return {str(name): float(value) for name, value in whole.items()}


def run_effects(
    of: Setting,
    kept: Kept,
    levers: Mapping[str, str],
    units: Floats,
    hands: Hands,
    progress: Progress | None = None,
) -> list[Outcomes]:
    """Outcomes at each of the draws, run now or before; raises as :func:`~darien.calibrate.telling.at_draws`.

    ``levers``: scenarios by name. ``units``: (draws, unknowns) of the fit, then of those assumed.
    """
    task = partial(_run, levers=levers)
    return at_draws(of, kept, "effects", [levers, of.problem.outcomes], task, units, hands, progress)


def effects_table(before: Sequence[Outcomes], after: Sequence[Outcomes]) -> pd.DataFrame:
    """For each policy and outcome the effect (share of the base) before and after the fit.

    Columns: ``prior_low``, ``prior_high``, ``median``, ``low``, ``high`` (5 to 95 %), ``variance_removed``,
    ``label``.
    """
    import pandas as pd

    rows = []
    for lever in (name for name in before[0] if name != "base"):
        for outcome in before[0]["base"]:
            prior, posterior = (change(draws, lever, outcome) for draws in (before, after))
            spread = float(prior.var())
            removed = 1 - float(posterior.var()) / spread if spread > 0 else 0.0
            # Few draws tell a variance poorly: what is surely removed counts.
            surely = 1 - (1 - removed) * f.ppf(0.95, len(prior) - 1, len(posterior) - 1)
            label = ASSUMPTION if surely < LITTLE else EVIDENCE
            low, middle, high = np.quantile(posterior, [0.05, 0.5, 0.95])
            prior_low, prior_high = np.quantile(prior, [0.05, 0.95])
            rows.append((lever, outcome, prior_low, prior_high, middle, low, high, removed, label))
    columns = ["lever", "outcome", "prior_low", "prior_high", "median", "low", "high", "variance_removed"]
    return pd.DataFrame(rows, columns=[*columns, "label"])


def change(draws: Sequence[Outcomes], lever: str, outcome: str) -> Floats:
    """(draws,) effect of a policy on an outcome, as a share of the base; 0 where the base has none."""
    base = np.array([draw["base"][outcome] for draw in draws])
    with_it = np.array([draw[lever][outcome] for draw in draws])
    return np.divide(with_it - base, base, out=np.zeros_like(base), where=base > 0)
