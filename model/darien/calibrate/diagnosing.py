"""Which series pull an unknown which way, and which unknowns the counts know only together.

A series is left out by weighing the draws of the posterior anew (Pareto-smoothed importance weights, Vehtari
et al. 2017, doi:10.1007/s11222-016-9696-4), so no chain runs again. Where the weights cannot be trusted
the answer is not a number: such a series decides too much of the posterior alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from darien.calibrate.emulating import Emulator, log_likelihood
from darien.calibrate.fitting import Posterior, arviz, log_values
from darien.calibrate.lags import Floats
from darien.calibrate.observing import Observation

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from darien.calibrate.unknowns import Prior

LOOKED_AT = 4000  # draws
TRUSTED = 0.7  # shape of the tail of the weights (Pareto k), above which nothing is said
STRONG = 0.5  # correlation from which two unknowns are named together


def pulls(
    known: Sequence[Prior], simulated: int, of: Observation, how: Emulator, posterior: Posterior
) -> pd.DataFrame:
    """How far each series moves the mean of each unknown, in standard deviations of the posterior.

    Returns ``series``, ``unknown``, ``pull`` (mean with the series less mean without it) and ``pareto_k``
    (above :data:`TRUSTED` the pull is nan).
    """
    import pandas as pd

    az = arviz()

    draws = len(posterior.units)
    chosen = np.linspace(0, draws - 1, min(LOOKED_AT, draws)).astype(int)
    some, emulated = posterior.units[chosen], posterior.emulated[chosen]
    logs, spread = log_values(known, emulated), some.std(axis=0)

    def likelihood(fitted: np.ndarray) -> Floats:
        parts = np.array_split(np.arange(len(some)), max(1, len(some) // 200))
        found = [
            log_likelihood(emulated[part, :simulated], logs[part], of, how, of.reported, fitted)
            for part in parts
        ]
        return np.concatenate(found)

    whole, rows = likelihood(of.target), []
    names = np.array([point.series for point in of.points])
    for series in dict.fromkeys(names[of.judged]):
        rest = of.target & (names != series)
        if not rest.any():
            continue
        logs_of_weight, k = az.psislw(likelihood(rest) - whole)
        without = np.exp(logs_of_weight) @ some if k <= TRUSTED else np.full(some.shape[1], np.nan)
        pull = (some.mean(axis=0) - without) / spread
        rows += [(series, prior.name, float(p), float(k)) for prior, p in zip(known, pull, strict=True)]
    return pd.DataFrame(rows, columns=["series", "unknown", "pull", "pareto_k"])


def together(values: pd.DataFrame) -> pd.DataFrame:
    """Pairs of unknowns whose draws go together: ``one``, ``other``, ``correlation``, strongest first."""
    import pandas as pd

    table = values.corr(method="spearman")
    rows = [
        (one, other, float(table.loc[one, other]))
        for k, one in enumerate(table.columns)
        for other in table.columns[k + 1 :]
        if abs(table.loc[one, other]) >= STRONG
    ]
    rows.sort(key=lambda row: -abs(row[2]))
    return pd.DataFrame(rows, columns=["one", "other", "correlation"])
