"""Which option is best under which weighting of the outcomes.

Outcomes come in persons, days and dollars, so a weight says nothing until a unit is agreed on. Ours is the
swing: on each outcome, the mean of the best option less that of the worst. A weight is then what those who
decide can be asked for: how much going from the worst to the best on this outcome counts beside going all the
way on that one. (The spread over draws would not do: it grows with what is unknown of the world, which no
option changes, and would make an outcome count less the worse it is known.) The price is that a swing depends
on the options that are compared; :func:`swings` prints it, and says how sure it is: an outcome that no option
moves has a swing of chance alone and should not be among those that are weighed.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from darien.experiments.stated import Floats, Stated
from darien.scenario.errors import UserMistake, listed, nearest

if TYPE_CHECKING:
    import pandas as pd

# Steps of the grid of weights by number of outcomes: some 100 to 400 weightings.
_STEPS = {2: 100, 3: 24, 4: 11}
_DRAWN = 1000  # weightings where there are more outcomes, drawn evenly over the simplex
_SEED = 20160426
_ALIKE = 1e-9  # swings: losses nearer than this are the same but for rounding


def swings(given: Stated) -> pd.DataFrame:
    """What a weight is a weight of: from which to which value each outcome goes over the options.

    Columns: ``outcome``, ``unit``, ``better``, ``worst`` and ``best`` (options by their means), their means
    as ``worst_value`` and ``best_value``, ``swing`` (how far apart), ``sure`` (share of draws in which the
    best is better than the worst).
    """
    import pandas as pd

    rows = []
    for k, (outcome, way) in enumerate(given.better.items()):
        good = given.goodness[:, :, k]
        best, worst = int(good.mean(axis=0).argmax()), int(good.mean(axis=0).argmin())
        mean = given.values[:, :, k].mean(axis=0)
        rows.append(
            {
                "outcome": outcome,
                "unit": given.units[outcome],
                "better": way,
                "worst": given.options[worst],
                "worst_value": mean[worst],
                "best": given.options[best],
                "best_value": mean[best],
                "swing": abs(mean[best] - mean[worst]),
                "sure": (good[:, best] > good[:, worst]).mean(),
            }
        )
    return pd.DataFrame(rows)


def losses(given: Stated) -> Floats:
    """How far each option is from the best of its draw on each outcome, in swings.

    (draws, options, outcomes), 0 or more. An outcome on which all options have the same mean counts for
    nothing.
    """
    good = given.goodness
    mean = good.mean(axis=0)
    swing = mean.max(axis=0) - mean.min(axis=0)
    short = good.max(axis=1, keepdims=True) - good
    return np.divide(short, swing, out=np.zeros_like(short), where=swing > 0)


def weights_of(given: Stated, weights: Mapping[str, float]) -> Floats:
    """Weights in the order of the outcomes, adding up to 1; an outcome that is not named weighs nothing.

    Raises UserMistake for an outcome that is not stated, a weight below 0, or no weight at all.
    """
    for name, weight in weights.items():
        if name not in given.better:
            near = nearest(name, given.outcomes)
            hint = f"did you mean {near}?" if near else f"stated: {listed(given.outcomes, most=100)}"
            raise UserMistake(f"weights: {name} is not among the outcomes under better; {hint}")
        if not (np.isfinite(weight) and weight >= 0):
            raise UserMistake(f"weights.{name}: must be 0 or more; given {weight:g}")
    found = np.array([float(weights.get(name, 0.0)) for name in given.outcomes])
    if not found.sum() > 0:
        raise UserMistake("weights: all are 0; one or more must be above 0")
    return np.asarray(found / found.sum())


def simplex(outcomes: int) -> Floats:
    """Weightings of so many outcomes, evenly over all that add up to 1: (weightings, outcomes), all above 0.

    A regular grid for 2 to 4 outcomes, drawn with a fixed seed for more.
    """
    if outcomes not in _STEPS:
        drawn = np.random.default_rng(_SEED).dirichlet(np.ones(outcomes), _DRAWN)
        return np.asarray(drawn if outcomes > 1 else np.ones((1, 1)))
    steps = _STEPS[outcomes]
    # Every way of putting bars between steps; cells, not corners, so that each stands for as much.
    bars = np.array(list(combinations(range(steps + outcomes - 1), outcomes - 1)))
    ends = np.column_stack([np.full(len(bars), -1), bars, np.full(len(bars), steps + outcomes - 1)])
    counts = np.diff(ends, axis=1) - 1
    assert len(counts) == comb(steps + outcomes - 1, outcomes - 1)
    return np.asarray((counts[::-1] + 1 / outcomes) / (steps + 1))


def weightings(given: Stated) -> pd.DataFrame:
    """The best option under every weighting of :func:`simplex`.

    A row per weighting and option: ``weighting`` (its number), ``option``, ``weight_OUTCOME`` (a column for
    each), ``loss`` (mean over draws, in swings), ``best`` (1 for the least loss in expectation, shared evenly
    by those that are alike), ``probability_best`` (share of draws in which it has the least loss).
    """
    import pandas as pd

    short, grid = losses(given), simplex(len(given.outcomes))
    mean = short.mean(axis=0) @ grid.T  # (options, weightings)
    in_draws = np.stack([_least(short @ weights).mean(axis=0) for weights in grid])
    options = len(given.options)
    return pd.DataFrame(
        {
            "weighting": np.repeat(np.arange(len(grid)), options),
            "option": np.tile(np.array(given.options, dtype=object), len(grid)),
            **{f"weight_{name}": np.repeat(grid[:, k], options) for k, name in enumerate(given.outcomes)},
            "loss": mean.T.ravel(),
            "best": _least(mean.T).ravel(),
            "probability_best": in_draws.ravel(),
        }
    )


def acceptability(found: pd.DataFrame) -> pd.DataFrame:
    """How much of the space of weights each option wins, of what :func:`weightings` found.

    Columns: ``option``, ``wins`` (share of the weightings in which it is best in expectation),
    ``acceptability`` (share of weightings and draws in which it is best: the first-rank acceptability of
    stochastic multicriteria acceptability analysis, Lahdelma, Hokkanen and Salminen 1998).
    """
    by_option = found.groupby("option", sort=False)[["best", "probability_best"]].mean()
    by_option.columns = ["wins", "acceptability"]
    return by_option.reset_index()


def _least(loss: Floats) -> Floats:
    """(draws, options): 1 for the option with the least loss of a draw, shared evenly by equals."""
    least = loss <= loss.min(axis=1, keepdims=True) + _ALIKE
    return np.asarray(least / least.sum(axis=1, keepdims=True))
