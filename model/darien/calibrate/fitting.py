"""Two ways from runs to a posterior: an emulator with an explicit likelihood, and ABC with regression.

Both give draws of all unknowns as points from 0 to 1 (flat priors), so that they can be compared by how often
they cover the truth and how sharp they are (:mod:`darien.calibrate.recovering`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import emcee
import numpy as np
from scipy.special import ndtr
from sklearn.linear_model import Ridge
from threadpoolctl import threadpool_limits

from darien.calibrate.emulating import Emulator, log_likelihood
from darien.calibrate.lags import Floats
from darien.calibrate.observing import Observation, draw_reported
from darien.calibrate.unknowns import Prior

REPORTS = 40  # made of every run for ABC: runs are dear, what is reported of them is cheap
NEAREST = 0.05  # of all reports, that ABC keeps


@dataclass(frozen=True)
class Posterior:
    """Draws (draws, unknowns) from 0 to 1 of all unknowns; ``converged``: what the sampler says of itself.

    ``steps_per_draw``: autocorrelation time of the chains, in steps; 1 for independent draws.
    """

    units: Floats
    converged: bool
    steps_per_draw: float


def log_values(known: Sequence[Prior], units: Floats) -> Floats:
    """(..., unknowns) logarithms of the values, of use for what is reported only: 0 on a linear scale."""
    columns = [
        np.zeros(units.shape[:-1]) if prior.scale == "linear" else np.log(prior.value(units[..., k]))
        for k, prior in enumerate(known)
    ]
    return np.stack(columns, axis=-1)


def by_emulator(
    known: Sequence[Prior],
    simulated: int,
    of: Observation,
    how: Emulator,
    reported: Floats,
    *,
    steps: int,
    walkers: int = 96,
    seed: int = 1,
) -> Posterior:
    """Draws by affine-invariant MCMC (emcee) of the emulator's likelihood under flat priors.

    The chains run over normal quantiles of the unknowns: between two walls nearly every step of as many
    unknowns at once leaves one of them, and what the counts do not tell is explored too slowly.
    """
    dimensions = len(known)

    def log_posterior(normal: Floats) -> Floats:
        units = np.clip(ndtr(normal), 1e-6, 1 - 1e-6)
        value = log_likelihood(units[:, :simulated], log_values(known, units), of, how, reported, of.target)
        return np.asarray(value - 0.5 * (normal**2).sum(axis=1))

    luck = np.random.default_rng(seed)
    tries = luck.normal(size=(40 * walkers, dimensions))
    start = tries[np.argsort(log_posterior(tries))[-walkers:]]
    moves = [
        (emcee.moves.DEMove(), 0.6),
        (emcee.moves.DEMove(gamma0=1.0), 0.1),  # whole differences: from one mode to another
        (emcee.moves.DESnookerMove(), 0.1),
        (emcee.moves.StretchMove(), 0.2),
    ]
    sampler = emcee.EnsembleSampler(walkers, dimensions, log_posterior, vectorize=True, moves=moves)
    sampler.random_state = np.random.RandomState(seed).get_state()
    with threadpool_limits(1):  # the products are small: threads wait for each other
        sampler.run_mcmc(start, steps)
    settle = steps // 3
    tau = float(np.max(sampler.get_autocorr_time(discard=settle, quiet=True, tol=0)))
    thin = max(1, int(tau / 4))
    draws = sampler.get_chain(discard=settle, thin=thin, flat=True)
    return Posterior(ndtr(draws), (steps - settle) / tau > 20, tau)


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
    return Posterior(1 / (1 + np.exp(-moved[chosen])), True, 1.0)
