"""How much the counts say about an effect: by how much less it varies with the unknowns after the fit.

An effect of which the counts removed little is what was assumed beforehand. It is called so, and gets no
rank.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from darien.experiments.paired import aligned, size
from darien.experiments.variance import MeanSquares, mean_squares

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LITTLE = 0.2  # share of variance removed below which an effect is called an assumption
ASSUMPTION, EVIDENCE = "assumption, not evidence", "informed by the counts"
SAME = "the same at every draw"  # no unknown moves it: nothing for counts to tell
NO_FIT = "not known: without a fit"
NO_PRIOR = "not known: the fit carries no prior draws"
NOT_ASKED = "not known: not asked for"
SURE = 0.95  # how sure it must be that more than LITTLE was removed
NO_COST = "not known: the cost of a measure is not given"
COLUMNS = ["variance_removed", "surely_removed", "label"]
_PIVOTS = 1000  # by which the error of a ratio of variances is told


def evidence(
    before: tuple[pd.DataFrame, pd.DataFrame],
    after: tuple[pd.DataFrame, pd.DataFrame],
    luck: int,
) -> pd.DataFrame:
    """Of each outcome, how much of what the unknowns do to the effect the counts removed.

    ``before`` and ``after``: base and option (rows by outcome, columns by replicate) at draws of the prior,
    one run each, and at draws of the posterior, ``luck`` runs each. The effect is relative to the base's
    outcome; where that is not above 0 in every run it is the difference itself. Chance is taken out of both:
    what runs of one draw differ by after the fit is taken to be chance before it too. (With ``luck`` 1 it
    cannot be told apart and stays in both.)

    Returns, by the rows of ``after``: ``variance_removed`` (1 - variance after / before; nan where the
    unknowns did nothing beforehand), ``surely_removed`` (what it surpasses with probability :data:`SURE`:
    few draws tell a variance poorly), and ``label``.
    """
    import pandas as pd

    rows, base, option = aligned(*after)
    base_before, option_before = (
        frame.reindex(rows, fill_value=0.0).to_numpy(dtype=float) for frame in before
    )
    above = (np.nan_to_num(base) > 0).all(axis=1) & (np.nan_to_num(base_before) > 0).all(axis=1)
    now = mean_squares(*_effect(base, option, above), luck=luck)
    then = mean_squares(*_effect(base_before, option_before, above), luck=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        prior = np.maximum(then.between - now.within, 0.0)
        removed = np.where(prior > 0, 1 - now.unknowns / prior, np.nan)
    surely = _surely(then, now)
    nothing = (then.between == 0) & (now.between == 0) & (now.within == 0)
    label = np.where(nothing, SAME, np.where(surely >= LITTLE, EVIDENCE, ASSUMPTION))
    surely = np.where(nothing, np.nan, surely)
    found = dict(zip(COLUMNS, (removed, surely, label), strict=True))
    return pd.DataFrame(found, index=rows)


def unknown(rows: pd.Index, why: str) -> pd.DataFrame:
    """The same columns where nothing of it is known, and why not."""
    import pandas as pd

    found: dict[str, float | str] = dict(zip(COLUMNS, (np.nan, np.nan, why), strict=True))
    return pd.DataFrame(found, index=rows)


def _effect(base: Floats, option: Floats, relative: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """The effect, and the size of the numbers in it (rows)."""
    apart, large = option - base, size(base, option)
    by = np.where(relative, 1.0, 0.0)[:, None] * base + np.where(relative, 0.0, 1.0)[:, None]
    least = np.nan_to_num(base).min(axis=1)
    # Where it is not relative, nothing is divided.
    sizes = large / np.where(relative & (least > 0), least, 1.0)
    return np.where(relative[:, None], apart / np.where(by == 0, 1.0, by), apart), sizes


def _surely(before: MeanSquares, after: MeanSquares) -> Floats:
    """The share removed that is surpassed with probability :data:`SURE`.

    Each variance is one of two mean squares, so their ratio has no distribution in a book. Its generalised
    pivot puts chi-squares in the place of what is random in each; without chance within draws the answer is
    that of an F test. nan among the mean squares gives 0: nothing is sure.
    """
    from scipy.stats import chi2

    luck = np.random.default_rng(5)
    even = [(luck.permutation(_PIVOTS) + 0.5) / _PIVOTS for _ in range(3)]  # spread evenly over 0 to 1
    found = np.zeros(len(before.between))
    shapes = np.column_stack([before.draws - 1, after.draws - 1, after.within_freedom])
    for shape in np.unique(shapes, axis=0):
        then_free, now_free, within_free = (int(n) for n in shape)
        if then_free < 1 or now_free < 1:
            continue
        at = (shapes == shape).all(axis=1)
        chance = np.zeros((int(at.sum()), 1))
        if within_free > 0:
            chance = after.within[at, None] * within_free / chi2.ppf(even[0], within_free)
        then = np.maximum(before.between[at, None] * then_free / chi2.ppf(even[1], then_free) - chance, 0.0)
        now = np.maximum(after.between[at, None] * now_free / chi2.ppf(even[2], now_free) - chance, 0.0)
        now /= after.luck
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(then > 0, now / then, np.where(now > 0, np.inf, 1.0))
        found[at] = 1 - np.quantile(ratio, SURE, axis=1, method="inverted_cdf")
    return np.maximum(found, -1e6)  # a ratio without end says no more than a large one
