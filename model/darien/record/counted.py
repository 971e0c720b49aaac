"""What a run counts where the deriving series of its groups were counted, by month and group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from darien.scenario.schema import Scenario
    from darien.scenario.world import Checkpoint


def spots(scenario: Scenario, at: list[str]) -> set[tuple[str, str]]:
    """The (kind, where) of counts.parquet that names of places, legs and countries stand for.

    A country is its places, and the legs on which its authority has checkpoints. Raises KeyError for
    a name that is none of the three.
    """
    found: set[tuple[str, str]] = set()
    countries = {place.country for place in scenario.places.values()}
    for name in at:
        if name in scenario.places:
            found.add(("place", name))
        elif name in scenario.legs:
            found.add(("leg", name))
        elif name in countries or name in scenario.authorities:
            found |= {("place", key) for key, place in scenario.places.items() if place.country == name}
            found |= {
                ("leg", leg)
                for point in _checkpoints(scenario)
                if point.authority == name and (leg := point.leg) is not None
            }
        else:
            raise KeyError(f"{name} is no place, leg or country of the scenario")
    return found


def _checkpoints(scenario: Scenario) -> list[Checkpoint]:
    opened = [
        measure.opens for measure in scenario.policy if measure.measure == "checkpoint" and measure.opens
    ]
    return [*scenario.checkpoints.values(), *opened]


def counted_monthly(counts: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Persons by month (rows, their first day) and group (columns), for the groups that derive.

    ``counts`` as in :class:`darien.record.run.Run`, recorded by day or by month. Every month of the
    period has a row.
    """
    import pandas as pd

    months = pd.date_range(scenario.period.start.replace(day=1), scenario.period.end, freq="MS", name="month")
    columns = {}
    for name, group in scenario.groups.items():
        if group.derives is None:
            continue
        own = counts[counts["group"] == name]
        total = pd.Series(0.0, index=months)
        for part in group.derives.counted:
            rows = own[own["measure"] == part.measure]
            wanted = spots(scenario, part.at)
            keep = [spot in wanted for spot in zip(rows["kind"], rows["where"], strict=True)]
            total += _by_month(rows[np.array(keep, dtype=bool)], months)
        columns[name] = total
    return pd.DataFrame(columns, index=months)


def departed_monthly(counts: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Persons who set out for the first time, by month and group; as :func:`counted_monthly`."""
    import pandas as pd

    months = pd.date_range(scenario.period.start.replace(day=1), scenario.period.end, freq="MS", name="month")
    rows = counts[counts["measure"] == "departed"]
    columns = {name: _by_month(rows[rows["group"] == name], months) for name in scenario.groups}
    return pd.DataFrame(columns, index=months)


def _by_month(rows: pd.DataFrame, months: pd.DatetimeIndex) -> pd.Series:
    month = rows["date"].dt.to_period("M").dt.to_timestamp()
    return rows["persons"].groupby(month).sum().reindex(months, fill_value=0).astype("float64")
