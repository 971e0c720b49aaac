"""Recovery: fits to counts whose truth is known, and how often their intervals hold it.

Truths are points of the design, left out in turn: the emulator and the ABC reports of a fit never saw the
run that made its counts (the length scales of the emulator are those of the whole design). Counts are made
as :func:`~darien.calibrate.observing.draw_reported` makes them; for a quarter as many data sets more by
worlds of which the fit does not know: an authority whose reported share drifts, twofold over the period,
and models that are built otherwise.

The effects of policies are recovered as the unknowns are: the true one is that of runs at the truth, and the
interval is of what an emulator of effects makes of the draws of the fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from darien.calibrate.emulating import (
    Emulator,
    Shapes,
    blurred_emulator,
    drawn_given,
    emulator,
    log_likelihood,
)
from darien.calibrate.fitting import Posterior, by_abc, by_emulator, log_values
from darien.calibrate.lags import Floats
from darien.calibrate.observing import Observation, draw_reported
from darien.calibrate.unknowns import Prior
from darien.experiments.pool import ONE, Failed, Hands, run_all

if TYPE_CHECKING:
    import pandas as pd

METHODS = ("emulator", "abc")
DataSet = tuple[str, int]  # by whom its counts were made, and its number
Rows = list[dict[str, object]]
TOTAL, LIKELIHOOD, EFFECT = "total", "log-likelihood", "effect of "  # told beside the unknowns
LEVEL = 0.9
GROUPS = 10  # parts of the design that are left out in turn
WARM_UP, DRAWS = 200, 500  # of the chain of one recovery: with ten times as many 90 % hold 0.6 points more
SUPPOSED, DRIFTING = "as the fit supposes", "reporting that drifts twofold"
UNKNOWING = 4  # data sets as the fit supposes for each one of a world that it does not know
DRIFT = float(np.log(2.0))  # of the logarithm of the share reported, from the first to the last count


@dataclass(frozen=True)
class Effects:
    """Effects of policies at the points of a design.

    ``units``: (runs, unknowns) from 0 to 1, those that a run of the fit needs and those only assumed.
    ``values``: (runs, effects). ``names``: of the effects. ``how``: how each varies.
    """

    units: Floats
    values: Floats
    names: list[str]
    how: Shapes


@dataclass(frozen=True)
class _Job:
    known: list[Prior]
    simulated: int
    of: Observation
    units: Floats
    seen: Floats
    shapes: Shapes
    left_out: Floats  # points of the design, by number, that are truths here
    number: int
    made_by: str
    means: Floats  # (points,) counted at the truth, as they are compared
    effects: Effects | None


def recover(
    known: list[Prior],
    simulated: int,
    of: Observation,
    units: Floats,
    seen: Floats,
    how: Shapes,
    data_sets: int,
    hands: Hands = ONE,
    progress: Callable[[int, int], None] | None = None,
    done: Mapping[DataSet, Rows] | None = None,
    keep: Callable[[DataSet, Rows], None] = lambda which, rows: None,
    effects: Effects | None = None,
    otherwise: Mapping[str, Floats] | None = None,
) -> pd.DataFrame:
    """Fit ``data_sets`` sets of counts with known truth, and a quarter as many of each unknown world.

    Those that are ``done`` are not fitted again; the others are given to ``keep`` as they come.
    ``otherwise``: by what made them, what is counted, as compared, at the :func:`truths` of those data sets.
    Returns a row per ``made_by``, data set, method and unknown: ``truth``, ``low``, ``high`` (90 %
    interval), ``rank`` of the truth among the draws (0 to 1) and ``contraction`` (1 - posterior variance /
    prior variance). The unknowns are followed by ``total``: the sum of the logarithms of the fitted counts,
    by ``log-likelihood``: that of the truth among those of the draws, and by the effects.
    """
    import pandas as pd

    parts = _parts(len(units))
    built = {} if otherwise is None else dict(otherwise)
    wanted = [(SUPPOSED, number) for number in range(data_sets)]
    wanted += [(by, n) for by in (DRIFTING, *built) for n in range(data_sets // UNKNOWING)]
    found = {which: rows for which, rows in (done or {}).items() if which in wanted}
    waiting = [which for which in wanted if which not in found]
    jobs = []
    for made_by, number in waiting:
        part, truth = parts[number % GROUPS], _truth(parts, number)
        left_out = np.array([truth, *part[part != truth]])
        means = built[made_by][number] if made_by in built else seen[truth]
        # A model that is built otherwise has effects of its own.
        own = None if made_by in built else effects
        jobs.append(_Job(known, simulated, of, units, seen, how, left_out, number, made_by, means, own))

    def each(index: int, result: Rows | Failed) -> None:
        if isinstance(result, Failed):
            raise result.error
        found[waiting[index]] = result
        keep(waiting[index], result)
        if progress is not None:
            progress(len(found), len(wanted))

    run_all(_recover_one, jobs, hands.workers, on=hands.on, each=each)
    return pd.DataFrame([row for which in wanted for row in found[which]])


def truths(runs: int, data_sets: int) -> list[int]:
    """The points of a design of so many runs that are the truths of data sets 0, 1, ..."""
    parts = _parts(runs)
    return [_truth(parts, number) for number in range(data_sets)]


def _parts(runs: int) -> list[npt.NDArray[np.int64]]:
    return np.array_split(np.random.default_rng(7).permutation(runs), GROUPS)


def _truth(parts: list[npt.NDArray[np.int64]], number: int) -> int:
    part = parts[number % GROUPS]
    return int(part[(number // GROUPS) % len(part)])


def _recover_one(job: _Job) -> Rows:
    with threadpool_limits(1):  # several data sets at once use the cores better
        return _recovered(job)


def _recovered(job: _Job) -> Rows:
    luck = np.random.default_rng([11, job.number, job.made_by == DRIFTING])
    truth_run = int(job.left_out[0])
    rest = np.setdiff1d(np.arange(len(job.units)), job.left_out.astype(int))
    truth = np.concatenate([job.units[truth_run], luck.uniform(size=len(job.known) - job.simulated)])
    means = job.means
    if job.made_by == DRIFTING:
        means = means + luck.choice([-1.0, 1.0]) * drift(job.of)
    reported = draw_reported(job.of, means, log_values(job.known, truth), luck)
    how = blurred_emulator(job.units[rest], job.seen[rest], job.shapes)
    fits = {
        "emulator": quick_fit(job.known, job.simulated, job.of, how, reported, seed=job.number),
        "abc": by_abc(
            job.known, job.simulated, job.of, job.units[rest], job.seen[rest], reported, seed=job.number
        ),
    }
    rows: Rows = []
    counts = job.of.judged & job.of.is_count
    likelihood = partial(likelihood_at, job.known, job.simulated, job.of, how, reported)
    for method in METHODS:
        posterior = fits[method]
        here, logs = posterior.emulated[:, : job.simulated], log_values(job.known, posterior.units)
        counted = drawn_given(here, logs, job.of, how, reported, job.of.target, luck)
        told: list[tuple[str, Floats, float, float]] = [
            (prior.name, posterior.units[:, k], truth[k], 1 / 12) for k, prior in enumerate(job.known)
        ]
        nan = float("nan")
        told.append((TOTAL, counted[:, counts].sum(axis=1), means[counts].sum(), nan))
        told.append((LIKELIHOOD, likelihood(posterior.units), likelihood(truth[None])[0], nan))
        if job.effects is not None:
            told += _effects(job.effects, rest, truth_run, posterior.units[:, : job.simulated], luck)
        for name, draws, true, prior_variance in told:
            row = _row(job.number, method, name, draws, float(true), prior_variance, posterior)
            rows.append({"made_by": job.made_by, **row})
    return rows


def quick_fit(
    known: list[Prior], simulated: int, of: Observation, how: Emulator, reported: Floats, seed: int
) -> Posterior:
    """A fit by one short chain; arguments as of :func:`~darien.calibrate.fitting.by_emulator`."""
    return by_emulator(known, simulated, of, how, reported, draws=DRAWS, warm_up=WARM_UP, chains=1, seed=seed)


def likelihood_at(
    known: list[Prior], simulated: int, of: Observation, how: Emulator, reported: Floats, units: Floats
) -> Floats:
    """(draws,) logarithm of the likelihood of what was reported at ``units`` (draws, unknowns)."""
    return log_likelihood(units[:, :simulated], log_values(known, units), of, how, reported, of.target)


def _effects(
    of: Effects, rest: npt.NDArray[np.int64], truth: int, posterior: Floats, luck: np.random.Generator
) -> list[tuple[str, Floats, float, float]]:
    """Each effect with its draws after the fit, the true one, and the variance before."""
    how = emulator(of.units[rest], of.values[rest], of.how)
    # No series speaks of what is assumed: it is drawn from its prior.
    assumed = luck.uniform(size=(len(posterior), of.units.shape[1] - posterior.shape[1]))
    here = np.hstack([posterior, assumed])
    mean = how.mean(here)
    draws = mean + luck.normal(size=mean.shape) * how.error(mean, here)
    before = of.values[rest].var(axis=0)
    return [
        (name, draws[:, e], float(of.values[truth, e]), float(before[e])) for e, name in enumerate(of.names)
    ]


def drift(of: Observation) -> Floats:
    """(points,) what a share that doubles over the period adds to the logarithm of what is reported.

    0 for shares of persons and middles of years.
    """
    middle = np.array([(p.start.toordinal() + p.end.toordinal()) / 2 for p in of.points])
    along = (middle - middle.min()) / max(float(np.ptp(middle)), 1.0) - 0.5
    return np.where(of.is_count & ~of.derived, DRIFT * along, 0.0)


def _row(
    number: int,
    method: str,
    name: str,
    draws: Floats,
    truth: float,
    prior_variance: float,
    posterior: Posterior,
) -> dict[str, object]:
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return {
        "data_set": number,
        "method": method,
        "unknown": name,
        "truth": truth,
        "low": float(low),
        "high": float(high),
        "rank": float((draws < truth).mean()),
        "contraction": 1 - float(draws.var()) / prior_variance,
        "converged": bool(posterior.converged),
    }


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """By who made the counts, method and unknown: coverage of the 90 % intervals, data sets, mean
    contraction, mean width, and the p-value of uniform ranks (Kolmogorov-Smirnov)."""
    import pandas as pd
    from scipy.stats import kstest

    found = []
    for (made_by, method, unknown), own in rows.groupby(["made_by", "method", "unknown"], sort=False):
        held = (own["low"] <= own["truth"]) & (own["truth"] <= own["high"])
        found.append(
            {
                "made_by": made_by,
                "method": method,
                "unknown": unknown,
                "data_sets": len(own),
                "coverage": held.mean(),
                "contraction": own["contraction"].mean(),
                "width": (own["high"] - own["low"]).mean(),
                "uniform_p": kstest(own["rank"], "uniform").pvalue,
            }
        )
    return pd.DataFrame(found)
