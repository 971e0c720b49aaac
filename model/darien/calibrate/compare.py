"""Simulated counts beside reported ones: how far the departures give what they were worked out from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from darien.calibrate.lags import Floats, Response, months_of
from darien.calibrate.targets import Target
from darien.record.counted import counted_monthly

if TYPE_CHECKING:
    import pandas as pd

    from darien.scenario.schema import Scenario

FEW = 1000  # persons a year: below it chance alone is above the tolerance


def year_error(counted: Floats, wanted: Floats, years: npt.NDArray[np.int32]) -> float:
    """The largest error of a year's total, as a share of it; years of few persons are left out."""
    worst = 0.0
    for year in np.unique(years):
        some = (years == year) & ~np.isnan(wanted)
        total = wanted[some].sum()
        if total >= FEW:
            worst = max(worst, abs(float(counted[some].sum() / total - 1)))
    return worst


def compare(
    scenario: Scenario,
    targets: dict[str, Target],
    responses: dict[str, Response],
    runs: Sequence[pd.DataFrame],
) -> pd.DataFrame:
    """Simulated beside reported, by group and month.

    ``runs``: the counts of some replicates. Columns: ``group``, ``month``, ``reported`` (persons, as
    published), ``kind``, ``reachable`` (what can be counted of it, since the route starts empty),
    ``simulated`` (mean of the replicates, times the share reported), ``chance`` (standard deviation of
    ``simulated`` by the chance in how many set out), ``note``.
    """
    import pandas as pd

    tables = [counted_monthly(counts, scenario) for counts in runs]
    parts = []
    for name, target in targets.items():
        group = scenario.groups[name]
        mean = sum(size * share for size, share in group.party_size.items())
        square = sum(size * size * share for size, share in group.party_size.items())
        weight = scenario.persons_per_migrant.get(name, 1)
        bursts = max(1.0, scenario.departures.dispersion.value / weight) - 1
        together = weight * (square / mean + bursts * mean)  # persons who as good as come at once
        reachable = target.persons * responses[name].reach
        simulated = np.mean([table[name].to_numpy() for table in tables], axis=0)
        parts.append(
            pd.DataFrame(
                {
                    "group": name,
                    "month": months_of(scenario),
                    "reported": target.persons * target.share,
                    "kind": target.kinds,
                    "reachable": reachable * target.share,
                    "simulated": simulated * target.share,
                    "chance": np.sqrt(np.maximum(reachable, 1) * together / len(tables)) * target.share,
                    "note": target.notes,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def by_year(comparison: pd.DataFrame) -> pd.DataFrame:
    """A row per group and year of :func:`compare`.

    Columns: ``group``, ``year``, ``reported``, ``reachable``, ``simulated`` (persons), ``error`` (simulated
    over reachable, minus 1), ``close`` (months within two standard deviations of chance or 5 % of
    the count), ``months``, ``worst_month`` and ``worst`` (the month with the largest difference, and the
    difference in persons).
    """
    import pandas as pd

    rows = []
    known = comparison.dropna(subset=["reported"])
    for (group, year), part in known.groupby(["group", known["month"].dt.year], sort=False):
        difference = part["simulated"] - part["reachable"]
        close = difference.abs() <= np.maximum(2 * part["chance"], 0.05 * part["reachable"])
        at = difference.abs().idxmax()
        reachable = part["reachable"].sum()
        rows.append(
            {
                "group": group,
                "year": year,
                "reported": part["reported"].sum(),
                "reachable": reachable,
                "simulated": part["simulated"].sum(),
                "error": part["simulated"].sum() / reachable - 1 if reachable else np.nan,
                "close": int(close.sum()),
                "months": len(part),
                "worst_month": part.loc[at, "month"].strftime("%Y-%m"),
                "worst": difference[at],
            }
        )
    return pd.DataFrame(rows)
