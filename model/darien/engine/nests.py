"""The draw that the legs of a nest share.

Nested logit as a sum of draws: utility of a leg = V + shared draw of its nest +
scale x Gumbel draw of its own, with scale = 1 - correlation. If the shared draw has
Cardell's distribution C(scale), the sum of the two is a standard Gumbel variable and
choice by the largest sum is exactly the nested logit (N. S. Cardell 1997, Econometric
Theory 13(2), 185-213, doi:10.1017/S0266466600005727). Compared with drawing the nest
by its inclusive value first, a leg that changes moves only those for whom it becomes
or stops being the best of all.

exp(draw / scale) is a positive stable variable of index ``scale``, whose distribution
function is an integral over (0, 1) (M. Kanter 1975, Annals of Probability 3(4),
697-707, doi:10.1214/aop/1176996309).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from darien.engine.compiled import inlined
from darien.engine.gumbels import F4, U4
from darien.engine.world import F4A, F8

# The draw is tabled against the standard Gumbel quantile of the same probability, in which
# it is nearly a straight line towards both ends.
_FIRST, _LAST, _STEPS_PER_UNIT = -4.0, 37.0, 64
_POINTS = int((_LAST - _FIRST) * _STEPS_PER_UNIT) + 1
_LOWEST, _PER_UNIT, _ZERO, _END = F4(_FIRST), F4(_STEPS_PER_UNIT), F4(0), F4(_POINTS - 2)


@lru_cache(maxsize=16)
def shared_draw_table(scale: float) -> F4A:
    """Quantiles of C(scale) at Gumbel quantiles -4, -4 + 1/64, ..., 37, rounded to 1e-6.

    Args:
        scale: 1 - correlation within a nest, above 0 and up to 1; at 1 the draw is 0.
    """
    if scale >= 1.0:
        return np.zeros(_POINTS, dtype=np.float32)
    draws = np.arange(-8.0, 40.0, 1 / 32)
    quantiles = _gumbel_quantile(draws, scale)
    wanted = np.linspace(_FIRST, _LAST, _POINTS)
    return np.round(np.interp(wanted, quantiles, draws), 6).astype(np.float32)


def _gumbel_quantile(draws: F8, scale: float) -> F8:
    """-log(-log F(draw)) of the distribution function F of C(scale), by Kanter's integral.

    The integral over u in (0, 1) is taken over y = -log(1 - u), because the upper tail
    comes from u close to 1.
    """
    y = np.linspace(0.0, 44.0, 1101)
    y[0] = 1e-9
    rest = np.exp(-y)  # 1 - u
    u = -np.expm1(-y)
    weights = np.full(len(y), y[2] - y[1]) * rest
    weights[[0, -1]] /= 2
    weights[1:-1] *= np.where(np.arange(1, len(y) - 1) % 2, 4, 2) / 3  # Simpson's rule
    weights[[0, -1]] *= 2 / 3
    with np.errstate(under="ignore", divide="ignore"):  # of a sine of 0, whose logarithm counts for nothing
        log_a = (
            scale / (1 - scale) * np.log(np.sin(scale * np.pi * u))
            + np.log(np.sin((1 - scale) * np.pi * u))
            - np.log(np.sin(np.pi * np.minimum(u, rest))) / (1 - scale)
        )
        hazard = np.exp(np.minimum(log_a[:, None] - draws[None, :] / (1 - scale), 700.0))
        above = weights @ -np.expm1(-hazard)
        below = weights @ np.exp(-hazard)
    upper = -np.log1p(-np.minimum(above, 0.5))
    lower = -np.log(np.maximum(below, 1e-300))
    with np.errstate(divide="ignore"):  # an end that no quantile asks for
        return -np.log(np.where(above < 0.5, upper, lower))


@inlined
def shared_draw(gumbel, table):
    """A draw from C(scale) with the table of that scale, at the probability of a standard Gumbel draw."""
    along = min(max((gumbel - _LOWEST) * _PER_UNIT, _ZERO), _END)
    point = np.int32(along)
    low = table[U4(point)]
    return low + (along - F4(point)) * (table[U4(point) + U4(1)] - low)
