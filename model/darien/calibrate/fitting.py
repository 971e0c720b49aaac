"""Two ways from runs to a posterior: an emulator with an explicit likelihood, and ABC with regression.

Both give draws of all unknowns as points from 0 to 1 (flat priors), so that they can be compared by how often
they cover the truth and how sharp they are (:mod:`darien.calibrate.recovering`).
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri
from sklearn.linear_model import Ridge
from threadpoolctl import threadpool_limits

from darien.calibrate.blur import beside
from darien.calibrate.density import Density
from darien.calibrate.emulating import Emulator
from darien.calibrate.lags import Floats
from darien.calibrate.observing import Observation, draw_reported
from darien.calibrate.unknowns import Prior
from darien.experiments.pool import ONE, Hands, results_of

REPORTS = 40  # made of every run for ABC: runs are dear, what is reported of them is cheap
NEAREST = 0.05  # of all reports, that ABC keeps
CHAINS, WARM_UP = 4, 500
MOST_R_HAT, LEAST_EFFECTIVE = 1.01, 400


@dataclass(frozen=True)
class Posterior:
    """Draws (draws, unknowns) from 0 to 1 of all unknowns.

    ``emulated``: the same shape, where the emulator counts what runs at the draws do: beside them by its
    blur. ``r_hat``: how much the chains differ from each other, 1 where they do not, of the unknown that
    differs most. ``effective``: how many independent draws tell as much, of the unknown that is told least.
    """

    units: Floats
    emulated: Floats
    r_hat: float
    effective: float

    @property
    def converged(self) -> bool:
        """What the chains say of themselves, by the rule of Vehtari et al. 2021 (doi:10.1214/20-BA1221)."""
        return self.r_hat < MOST_R_HAT and self.effective > LEAST_EFFECTIVE


def log_values(known: Sequence[Prior], units: Floats) -> Floats:
    """(..., unknowns) logarithms of the values, of use for what is reported only: 0 on a linear scale."""
    columns = [
        np.zeros(units.shape[:-1]) if prior.scale == "linear" else np.log(prior.value(units[..., k]))
        for k, prior in enumerate(known)
    ]
    return np.stack(columns, axis=-1)


@dataclass(frozen=True)
class _Chain:
    density: Density
    start: Floats
    warm_up: int
    draws: int
    seed: tuple[int, int]


def by_emulator(
    known: Sequence[Prior],
    simulated: int,
    of: Observation,
    how: Emulator,
    reported: Floats,
    *,
    draws: int,
    warm_up: int | None = None,
    chains: int = CHAINS,
    seed: int = 1,
    hands: Hands = ONE,
) -> Posterior:
    """Draws by Hamiltonian chains (mici; the dynamic ones of Betancourt 2017, arXiv:1701.02434) of the
    emulator's likelihood under flat priors.

    The chains run over normal quantiles of the unknowns and follow the slope of the density. They are
    ``chains`` of ``draws`` each, after ``warm_up`` (unless given, as many, :data:`WARM_UP` at most) by which
    they find their steps. Each starts at the best of its own share of the emulator's runs.
    """
    density = Density(known, simulated, of, how, reported)
    first = min(draws, WARM_UP) if warm_up is None else warm_up
    starts = [_best_start(density, how.runs[chain::chains], len(known)) for chain in range(chains)]
    jobs = [_Chain(density, start, first, draws, (seed, chain)) for chain, start in enumerate(starts)]
    normal = np.array(results_of(_run_chain, jobs, hands))
    emulated = ndtr(normal).reshape(-1, len(known))
    units, luck = emulated.copy(), np.random.default_rng([seed, chains])
    units[:, :simulated] = beside(emulated[:, :simulated], how.blur, luck)
    return Posterior(units, emulated, *_convergence(normal))


def _best_start(density: Density, runs: Floats, unknowns: int) -> Floats:
    """(unknowns,) the normal quantiles of highest density among ``runs`` (runs, simulated) from -1 to 1,
    brought halfway to the middle, where other unknowns are in theirs."""
    starts = np.zeros((len(runs), unknowns))
    starts[:, : runs.shape[1]] = 0.5 * ndtri(0.5 + 0.5 * runs)
    return starts[np.argmax([density(start)[0] for start in starts])]


def _run_chain(job: _Chain) -> Floats:
    """(draws, unknowns) normal quantiles."""
    import mici

    luck = np.random.default_rng(job.seed)

    def position(state: Any) -> dict[str, Floats]:
        return {"position": state.pos}

    def value(at: Floats) -> float:
        return -job.density(at)[0]

    def slope(at: Floats) -> tuple[Floats, float]:
        density, gradient = job.density(at)
        return -gradient, -density

    system = mici.systems.EuclideanMetricSystem(neg_log_dens=value, grad_neg_log_dens=slope)
    sampler = mici.samplers.DynamicMultinomialHMC(system, mici.integrators.LeapfrogIntegrator(system), luck)
    adapters = [mici.adapters.DualAveragingStepSizeAdapter(0.8), mici.adapters.OnlineVarianceMetricAdapter()]
    logging.getLogger("mici").setLevel(logging.CRITICAL)  # which tells of Ctrl-C with a traceback
    with threadpool_limits(1):  # the products are small: threads wait for each other
        found = sampler.sample_chains(
            job.warm_up,
            job.draws,
            [job.start],
            adapters=adapters,
            trace_funcs=[position],
            display_progress=False,
        )
    visited: Floats = found.traces["position"][0]
    if np.isnan(visited).any():  # mici ends a chain at Ctrl-C and gives what it has
        raise KeyboardInterrupt
    return visited


def _convergence(normal: Floats) -> tuple[float, float]:
    """Largest R-hat and smallest effective number of draws (ArviZ), of chains (chains, draws, unknowns).

    A single chain is held against itself, one half against the other.
    """
    az = arviz()
    if len(normal) == 1:
        half = normal.shape[1] // 2
        normal = np.stack([normal[0, :half], normal[0, half : 2 * half]])
    columns = [normal[:, :, k] for k in range(normal.shape[2])]
    return max(float(az.rhat(one)) for one in columns), min(float(az.ess(one)) for one in columns)


def arviz() -> Any:
    """ArviZ, which once a day announces its next version when it is imported: not here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        import arviz as az
    return az


def by_abc(
    known: Sequence[Prior],
    simulated: int,
    of: Observation,
    units: Floats,
    seen: Floats,
    reported: Floats,
    *,
    seed: int = 1,
) -> Posterior:
    """Draws by rejection with linear regression adjustment: the nearest reports, moved."""
    luck = np.random.default_rng(seed)
    runs = np.repeat(np.arange(len(units)), REPORTS)
    shares = luck.uniform(size=(len(runs), len(known) - simulated))
    everything = np.hstack([units[runs], shares])
    made = draw_reported(of, seen[runs], log_values(known, everything), luck)[:, of.target]
    off = (made - reported[of.target]) / made.std(axis=0)
    distance = np.sqrt((off**2).sum(axis=1))
    kept = np.argsort(distance)[: int(NEAREST * len(runs))]
    weight = 1 - (distance[kept] / distance[kept].max()) ** 2
    safe = np.clip(everything[kept], 1e-4, 1 - 1e-4)
    odds = np.log(safe / (1 - safe))
    line = Ridge(alpha=1.0).fit(off[kept], odds, sample_weight=weight)
    moved = line.intercept_ + odds - line.predict(off[kept])
    chosen = luck.choice(len(kept), size=4000, p=weight / weight.sum())
    units = 1 / (1 + np.exp(-moved[chosen]))
    return Posterior(units, units, 1.0, len(chosen))
