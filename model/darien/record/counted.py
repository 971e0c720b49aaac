"""What a run counts where the deriving series of its groups were counted, by month and group."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

    from darien.scenario.schema import Scenario
    from darien.scenario.world import Checkpoint

Bools = npt.NDArray[np.bool_]


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
    groups, events = KindsOfRows(counts, ["group"]), KindsOfRows(counts, ["measure", "kind", "where"])
    columns = {}
    for name, group in scenario.groups.items():
        if group.derives is not None:
            own = groups.are({(name,)})
            parts = [{(p.measure, *spot) for spot in spots(scenario, p.at)} for p in group.derives.counted]
            columns[name] = [own & events.are(part) for part in parts]
    return _monthly(counts, scenario, columns)


def departed_monthly(counts: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Persons who set out for the first time, by month and group; as :func:`counted_monthly`."""
    kinds = KindsOfRows(counts, ["group", "measure"])
    return _monthly(counts, scenario, {name: [kinds.are({(name, "departed")})] for name in scenario.groups})


def _monthly(counts: pd.DataFrame, scenario: Scenario, columns: dict[str, list[Bools]]) -> pd.DataFrame:
    """Persons by month, the columns each of the rows of some selections together."""
    import pandas as pd

    first = scenario.period.start.replace(day=1)
    months = pd.date_range(first, scenario.period.end, freq="MS", name="month")
    month = (counts["date"].to_numpy("datetime64[M]") - np.datetime64(first, "M")).astype(np.int64)
    persons = counts["persons"].to_numpy(np.float64)

    def summed(rows: Bools) -> npt.NDArray[np.float64]:
        found = np.bincount(month[rows], weights=persons[rows], minlength=len(months))
        return found.astype(np.float64)

    return pd.DataFrame({name: sum(map(summed, some)) for name, some in columns.items()}, index=months)


class KindsOfRows:
    """Rows told apart by what stands in some columns: names are looked up once, the many rows by number."""

    def __init__(self, counts: pd.DataFrame, columns: list[str]) -> None:
        import pandas as pd

        self._code = np.zeros(len(counts), dtype=np.int64)
        names: list[tuple[str, ...]] = [()]
        for column in columns:
            code, here = pd.factorize(counts[column])
            self._code = self._code * len(here) + code
            names = [(*name, one) for name in names for one in here]
        self._number = {name: k for k, name in enumerate(names)}

    def are(self, wanted: Collection[tuple[str, ...]]) -> Bools:
        """(rows,) whether what stands in the columns is among those ``wanted``."""
        is_one = np.zeros(max(len(self._number), 1), dtype=bool)
        is_one[[self._number[one] for one in wanted if one in self._number]] = True
        return is_one[self._code]
