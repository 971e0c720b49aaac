"""Trade-offs: which options are on the front of several outcomes, and what each may cost in regret.

All is said of draws: in each, every option meets the same unknowns with the same luck, and each draw has a
front and a best option of its own. Luck of a single run is in them too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from darien.experiments.stated import Floats, Stated, interval
from darien.experiments.weightings import losses, weights_of
from darien.record.compared import BASE

if TYPE_CHECKING:
    import pandas as pd

WEIGHTED = "weighted"  # what the regret of all outcomes together is called
Flags = npt.NDArray[np.bool_]


def axes(given: Stated, drawn: bool) -> pd.DataFrame:
    """Where each option stands on each outcome, as difference from the base.

    Columns: ``option``, ``outcome``, ``unit``, ``better``, ``base``, ``value`` (means), ``difference``, and
    its 50 and 90 % intervals ``low_50``, ``high_50``, ``low_90``, ``high_90`` (see
    :func:`~darien.experiments.stated.interval` for ``drawn``). Raises ValueError without a base.
    """
    import pandas as pd

    if BASE not in given.options:
        raise ValueError(f"no option is named {BASE}, which all others are held against")
    base = given.values[:, given.options.index(BASE)]
    rows = []
    for o, option in enumerate(given.options):
        for k, (outcome, way) in enumerate(given.better.items()):
            own, apart = given.values[:, o, k], given.values[:, o, k] - base[:, k]
            rows.append(
                {
                    "option": option,
                    "outcome": outcome,
                    "unit": given.units[outcome],
                    "better": way,
                    "base": base[:, k].mean(),
                    "value": own.mean(),
                    "difference": apart.mean(),
                    **dict(zip(("low_50", "high_50"), interval(apart, 0.5, drawn), strict=True)),
                    **dict(zip(("low_90", "high_90"), interval(apart, 0.9, drawn), strict=True)),
                }
            )
    return pd.DataFrame(rows)


def pareto(given: Stated) -> pd.DataFrame:
    """The front over all stated outcomes: which options no other one dominates.

    One dominates another if it is as good on every outcome and better on one or more; two that are alike
    dominate neither. Columns: ``option``, ``on_front`` (of the means), ``probability_on_front`` (share of
    draws), ``dominated_by`` (by the means; names with '; ' between).
    """
    import pandas as pd

    of_means = _dominates(given.goodness.mean(axis=0, keepdims=True))[0]
    in_draws = _dominates(given.goodness)
    return pd.DataFrame(
        {
            "option": given.options,
            "on_front": ~of_means.any(axis=0),
            "probability_on_front": (~in_draws.any(axis=1)).mean(axis=0),
            "dominated_by": [
                "; ".join(name for name, does in zip(given.options, column, strict=True) if does)
                for column in of_means.T
            ],
        }
    )


def dominated(given: Stated) -> pd.DataFrame:
    """How probably each option is dominated by each other one.

    Columns: ``option``, ``by``, ``probability`` (share of draws in which ``by`` dominates ``option``).
    """
    import pandas as pd

    share = _dominates(given.goodness).mean(axis=0)
    rows = [
        {"option": option, "by": by, "probability": share[b, o]}
        for o, option in enumerate(given.options)
        for b, by in enumerate(given.options)
        if b != o
    ]
    return pd.DataFrame(rows, columns=["option", "by", "probability"])


def regrets(given: Stated, of: str | Mapping[str, float]) -> Floats:
    """Regret of each option in each draw: (draws, options), how far it falls short of the best of that draw.

    ``of``: one outcome, in its unit, or weights by outcome. Weighted regret is in full swings
    (:func:`~darien.experiments.weightings.losses`) over the sum of the weights: 0 for the best, 1 for as far
    off as the worst mean is from the best on every outcome. Raises UserMistake for weights that are none.
    """
    if isinstance(of, str):
        good = given.goodness[:, :, given.outcomes.index(of)]
        return np.asarray(good.max(axis=1, keepdims=True) - good)
    loss = losses(given) @ weights_of(given, of)
    return np.asarray(loss - loss.min(axis=1, keepdims=True))


def regret(given: Stated, weights: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Regret over the draws, by outcome, and with ``weights`` of all of them together too.

    Columns: ``option``, ``of`` (an outcome or 'weighted'), ``unit``, ``mean``, ``low_90``, ``p_90``,
    ``high_90``, ``maximum`` over the draws (5, 90 and 95 of a hundred in between), ``probability_best``
    (share of draws in which its regret is 0, shared evenly where several are best).
    """
    import pandas as pd

    asked: list[tuple[str, str, str | Mapping[str, float]]] = [
        (outcome, given.units[outcome], outcome) for outcome in given.outcomes
    ]
    if weights is not None:
        asked.append((WEIGHTED, "swings", weights))
    parts = []
    for name, unit, of in asked:
        own = regrets(given, of)
        best = own == 0
        low, p_90, high = np.quantile(own, [0.05, 0.9, 0.95], axis=0)
        parts.append(
            pd.DataFrame(
                {
                    "option": given.options,
                    "of": name,
                    "unit": unit,
                    "mean": own.mean(axis=0),
                    "low_90": low,
                    "p_90": p_90,
                    "high_90": high,
                    "maximum": own.max(axis=0),
                    "probability_best": (best / best.sum(axis=1, keepdims=True)).mean(axis=0),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _dominates(good: Floats) -> Flags:
    """(draws, options, options): whether the first option dominates the second, in each draw."""
    never_worse = np.ones((len(good), good.shape[1], good.shape[1]), dtype=bool)
    somewhere_better = np.zeros_like(never_worse)
    for k in range(good.shape[2]):
        one, other = good[:, :, None, k], good[:, None, :, k]
        never_worse &= one >= other
        somewhere_better |= one > other
    return never_worse & somewhere_better
