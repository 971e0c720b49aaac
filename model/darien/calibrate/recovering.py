"""Recovery: fits to counts whose truth is known, and how often their intervals hold it.

Truths are points of the design, left out in turn: the emulator and the ABC reports of a fit never saw the
run that made its counts (the length scales of the emulator are those of the whole design). Counts are made
as :func:`~darien.calibrate.observing.draw_reported` makes them; for a quarter as many data sets more by an
authority of which the fit does not know that the share it reports drifts, twofold over the period.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from darien.calibrate.emulating import Shapes, emulator
from darien.calibrate.fitting import Posterior, by_abc, by_emulator, log_values
from darien.calibrate.lags import Floats
from darien.calibrate.observing import Observation, draw_reported
from darien.calibrate.unknowns import Prior
from darien.experiments.pool import Failed, run_all

if TYPE_CHECKING:
    import pandas as pd

METHODS = ("emulator", "abc")
DataSet = tuple[str, int]  # by whom its counts were made, and its number
Rows = list[dict[str, object]]
LEVEL = 0.9
GROUPS = 10  # parts of the design that are left out in turn
STEPS, WALKERS = 2000, 64  # of the chains of one recovery
SUPPOSED, DRIFTING = "as the fit supposes", "reporting that drifts twofold"
DRIFT = float(np.log(2.0))  # of the logarithm of the share reported, from the first to the last count


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


def recover(
    known: list[Prior],
    simulated: int,
    of: Observation,
    units: Floats,
    seen: Floats,
    how: Shapes,
    data_sets: int,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
    done: Mapping[DataSet, Rows] | None = None,
    keep: Callable[[DataSet, Rows], None] = lambda which, rows: None,
) -> pd.DataFrame:
    """Fit ``data_sets`` sets of counts with known truth, and a quarter as many that drift, in every way.

    Those that are ``done`` are not fitted again; the others are given to ``keep`` as they come.
    Returns a row per ``made_by``, data set, method and unknown: ``truth``, ``low``, ``high`` (90 %
    interval), ``rank`` of the truth among the draws (0 to 1) and ``contraction`` (1 - posterior variance /
    prior variance). The unknowns are followed by ``total``: the sum of the logarithms of the fitted counts.
    """
    import pandas as pd

    parts = np.array_split(np.random.default_rng(7).permutation(len(units)), GROUPS)
    wanted = [(SUPPOSED, number) for number in range(data_sets)]
    wanted += [(DRIFTING, number) for number in range(data_sets // 4)]
    found = {which: rows for which, rows in (done or {}).items() if which in wanted}
    waiting = [which for which in wanted if which not in found]
    jobs = []
    for made_by, number in waiting:
        part = parts[number % GROUPS]
        truth = part[(number // GROUPS) % len(part)]
        left_out = np.array([truth, *part[part != truth]])
        jobs.append(_Job(known, simulated, of, units, seen, how, left_out, number, made_by))

    def each(index: int, result: Rows | Failed) -> None:
        if isinstance(result, Failed):
            raise result.error
        found[waiting[index]] = result
        keep(waiting[index], result)
        if progress is not None:
            progress(len(found), len(wanted))

    run_all(_recover_one, jobs, workers, each=each)
    return pd.DataFrame([row for which in wanted for row in found[which]])


def _recover_one(job: _Job) -> Rows:
    with threadpool_limits(1):  # several data sets at once use the cores better
        return _recovered(job)


def _recovered(job: _Job) -> Rows:
    luck = np.random.default_rng([11, job.number, job.made_by == DRIFTING])
    truth_run = int(job.left_out[0])
    rest = np.setdiff1d(np.arange(len(job.units)), job.left_out.astype(int))
    truth = np.concatenate([job.units[truth_run], luck.uniform(size=len(job.known) - job.simulated)])
    means = job.seen[truth_run]
    if job.made_by == DRIFTING:
        means = means + luck.choice([-1.0, 1.0]) * drift(job.of)
    reported = draw_reported(job.of, means, log_values(job.known, truth), luck)
    how = emulator(job.units[rest], job.seen[rest], job.shapes)
    fits = {
        "emulator": by_emulator(
            job.known,
            job.simulated,
            job.of,
            how,
            reported,
            steps=STEPS,
            walkers=max(WALKERS, 2 * len(job.known) + 2),
            seed=job.number,
        ),
        "abc": by_abc(
            job.known, job.simulated, job.of, job.units[rest], job.seen[rest], reported, seed=job.number
        ),
    }
    rows: Rows = []
    fitted = job.of.target
    for method in METHODS:
        posterior = fits[method]
        total = how.mean(posterior.units[:, : job.simulated])
        noisy = total + luck.normal(size=total.shape) * how.error(total)
        columns = [*posterior.units.T, noisy[:, fitted].sum(axis=1)]
        truths = [*truth, job.seen[truth_run, fitted].sum()]
        names = [prior.name for prior in job.known] + ["total"]
        for name, draws, true in zip(names, columns, truths, strict=True):
            row = _row(job.number, method, name, draws, float(true), posterior)
            rows.append({"made_by": job.made_by, **row})
    return rows


def drift(of: Observation) -> Floats:
    """(points,) what a share that doubles over the period adds to the logarithm of what is reported.

    0 for shares of persons.
    """
    middle = np.array([(p.start.toordinal() + p.end.toordinal()) / 2 for p in of.points])
    along = (middle - middle.min()) / max(float(np.ptp(middle)), 1.0) - 0.5
    return np.where(of.is_share, 0.0, DRIFT * along)


def _row(
    number: int, method: str, name: str, draws: Floats, truth: float, posterior: Posterior
) -> dict[str, object]:
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    prior_variance = 1 / 12
    return {
        "data_set": number,
        "method": method,
        "unknown": name,
        "truth": truth,
        "low": float(low),
        "high": float(high),
        "rank": float((draws < truth).mean()),
        "contraction": float("nan") if name == "total" else 1 - float(draws.var()) / prior_variance,
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
