"""What each group should be counted at, month by month, and the first guess of who set out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from darien.calibrate.assumptions import WorkingAssumptions
from darien.calibrate.lags import Floats, months_of
from darien.record.months import DAYS_PER_MONTH, SPREAD, group_months
from darien.scenario.errors import UserMistake

if TYPE_CHECKING:
    from darien.record.assumptions import CountAssumptions
    from darien.record.reported import Reported
    from darien.scenario.schema import Scenario


@dataclass(frozen=True)
class Target:
    """What a group should be counted at, by month of the period.

    ``persons``: who pass, that is the count over the share reported; nan where nothing was published.
    ``share``: the share reported. ``kinds`` and ``notes``: where each month comes from
    (:mod:`darien.record.months`). ``after``: the same as ``persons`` for the months after the period.
    """

    persons: Floats
    share: float
    kinds: list[str]
    notes: list[str]
    after: Floats

    @property
    def spread(self) -> npt.NDArray[np.bool_]:
        """Whether a month is a part of a published year: then the year is known, the month is not."""
        return np.array([kind == SPREAD for kind in self.kinds])


def targets_of(
    scenario: Scenario, reported: Reported, assumptions: CountAssumptions | None = None
) -> dict[str, Target]:
    """Targets by group. Raises :class:`UserMistake` where there are none or a series cannot be used."""
    import pandas as pd

    months = months_of(scenario)
    ahead = pd.date_range(months[-1] + pd.offsets.MonthBegin(1), periods=12, freq="MS")
    found = {}
    for name, group in scenario.groups.items():
        if group.derives is None:
            continue
        share = group.derives.reported_share.value
        if share <= 0:
            raise UserMistake(f"groups.{name}.derives.reported_share must be above 0")
        try:
            rows = group_months(reported, group.derives, months[0].date(), ahead[-1].date(), assumptions)
        except UserMistake as error:
            raise UserMistake(f"groups.{name}.{error}") from error
        rows = rows.set_index("month")
        inside = rows.reindex(months)
        if inside["persons"].isna().all():
            raise UserMistake(f"groups.{name}.derives: none of its series has counts in the period")
        found[name] = Target(
            persons=inside["persons"].to_numpy(dtype=np.float64) / share,
            share=share,
            kinds=inside["kind"].fillna("").tolist(),
            notes=inside["note"].fillna("").tolist(),
            after=rows["persons"].reindex(ahead).dropna().to_numpy(dtype=np.float64) / share,
        )
    if not found:
        raise UserMistake("no group of the scenario derives its departures (groups.NAME.derives)")
    return found


def first_guess(target: Target, working: WorkingAssumptions) -> Floats:
    """Persons who set out by month: the counts moved back by the first lag, one out for one counted."""
    inside = _filled(target.persons)
    last = target.after[-1] if len(target.after) else inside[-1]
    series = np.concatenate([inside, target.after, np.full(13, last)])
    back = working.first_lag_days.value / DAYS_PER_MONTH
    whole, part = int(back), back - int(back)
    months = len(inside)
    return (1 - part) * series[whole : whole + months] + part * series[whole + 1 : whole + 1 + months]


def _filled(persons: Floats) -> Floats:
    """Missing months take the last one before them, or the first of all."""
    known = np.flatnonzero(~np.isnan(persons))
    at = np.searchsorted(known, np.arange(len(persons)), side="right") - 1
    return persons[known[np.maximum(at, 0)]]
