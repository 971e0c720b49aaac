"""A full centre that lets go, solved without the engine.

Time is whole days: the beds of those admitted ``limit`` days ago fall free,
then the day's Poisson arrivals ask, and as many as there are free beds get one.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from scipy import stats


def erlang_b(beds: int, load: float) -> float:
    """Share blocked of ``beds`` servers under ``load`` erlangs (the usual recursion)."""
    blocked = 1.0
    for server in range(1, beds + 1):
        blocked = load * blocked / (server + load * blocked)
    return blocked


@dataclass(frozen=True)
class Turned:
    """The share turned away, its standard error, and the arrivals that it rests on."""

    share: float
    error: float
    arrivals: int


def share_turned(arrived: np.ndarray, turned: np.ndarray, expected: float | None = None) -> Turned:
    """Share turned away from independent centres, with its standard error.

    ``arrived`` and ``turned`` hold one number per centre. Where the ``expected``
    arrivals per centre are known, they serve as a control variate: those turned
    away vary mostly because arrivals do.
    """
    arrived, turned = np.asarray(arrived, dtype=float), np.asarray(turned, dtype=float)
    if expected is None:
        share = turned.sum() / arrived.sum()
        spread = turned - share * arrived
        error = spread.std(ddof=1) / np.sqrt(len(arrived)) / arrived.mean()
    else:
        slope = np.cov(arrived, turned)[0, 1] / arrived.var(ddof=1)
        adjusted = (turned - slope * (arrived - expected)) / expected
        share, error = adjusted.mean(), adjusted.std(ddof=2) / np.sqrt(len(arrived))
    return Turned(float(share), float(error), int(arrived.sum()))


def simulated_loss(
    beds: int, load: float, limit: int, centres: int, days: int, warm_up: int, seed: int
) -> Turned:
    """The day-stepped loss system simulated on its own, ``centres`` side by side.

    Arrivals per day are Poisson with mean load * beds / limit; the first
    ``warm_up`` days are not counted.
    """
    rng = np.random.default_rng(seed)
    rate = load * beds / limit
    held = np.zeros((limit, centres), dtype=np.int32)  # admitted, by day modulo the limit
    occupied = np.zeros(centres, dtype=np.int32)
    arrived, turned = np.zeros(centres, dtype=np.int64), np.zeros(centres, dtype=np.int64)
    for day in range(days):
        slot = day % limit
        occupied -= held[slot]
        asking = rng.poisson(rate, centres).astype(np.int32)
        admitted = np.minimum(asking, beds - occupied)
        occupied += admitted
        held[slot] = admitted
        if day >= warm_up:
            arrived += asking
            turned += asking - admitted
    return share_turned(arrived, turned, expected=rate * (days - warm_up))


def exact_loss(beds: int, load: float, limit: int) -> float:
    """The share turned away by the exact Markov chain; for few beds and short limits.

    The state is how many were admitted on each of the last ``limit`` - 1 days.
    """
    rate = load * beds / limit
    states = [s for s in itertools.product(range(beds + 1), repeat=limit - 1) if sum(s) <= beds]
    index = {state: number for number, state in enumerate(states)}
    step = np.zeros((len(states), len(states)))
    turned = np.zeros(len(states))
    for state, row in index.items():
        free = beds - sum(state)
        chances = stats.poisson.pmf(np.arange(free), rate)
        for admitted, chance in enumerate([*chances, 1.0 - chances.sum()]):
            step[row, index[(*state, admitted)[1:] if limit > 1 else ()]] += chance
        served = (np.arange(free) * chances).sum() + free * (1.0 - chances.sum())
        turned[row] = rate - served
    balance = np.vstack([step.T - np.eye(len(states)), np.ones(len(states))])
    target = np.zeros(len(states) + 1)
    target[-1] = 1.0
    steady = np.linalg.lstsq(balance, target, rcond=None)[0]
    return float(steady @ turned / rate)
