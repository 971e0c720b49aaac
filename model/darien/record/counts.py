"""The tidy frame of counts, from the rows that the engine recorded; the part of it that comparisons use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from darien.record.run import COUNT_COLUMNS

if TYPE_CHECKING:
    from pandas import DataFrame

ROUTE = "route"


def counts_frame(
    rows: npt.NDArray[np.void],
    first_days: Sequence[dt.date],
    places: Sequence[str],
    legs: Sequence[str],
    groups: Sequence[str],
    measures: Sequence[str],
) -> DataFrame:
    """Counts as ``date, where, kind, group, measure, persons``, sorted, zeros left out.

    Args:
        rows: records with day, position (in an array of measures by where, which are places, then legs, then
            the route, by groups) and persons.
        first_days: for each day of the period, the first day of the recorded period it lies in.
    """
    import pandas as pd

    where = np.array([*places, *legs, ROUTE])
    kinds = ["leg", "place", "route"]
    kind = np.repeat(np.array([1, 0, 2], dtype=np.int8), [len(places), len(legs), 1])  # of each ``where``
    dates = np.array(first_days, dtype="datetime64[D]").astype("datetime64[s]")
    shape = len(measures), len(where), len(groups)
    measure, at, group = np.unravel_index(rows["position"].astype(np.int64), shape)
    order = np.lexsort((_rank(measures)[measure], _rank(groups)[group], _rank(where)[at], rows["day"]))
    rows, measure, at, group = rows[order], measure[order], at[order], group[order]
    frame = pd.DataFrame(
        {
            "date": dates[rows["day"]],
            "where": pd.Categorical.from_codes(at, where),
            "kind": pd.Categorical.from_codes(kind[at], kinds),
            "group": pd.Categorical.from_codes(group, list(groups)),
            "measure": pd.Categorical.from_codes(measure, list(measures)),
            "persons": rows["persons"].astype(np.int64),
        }
    )
    return frame[list(COUNT_COLUMNS)]


def leg_starts(counts: DataFrame) -> DataFrame:
    """Of some counts, the persons who started each leg in each recorded period, all groups together.

    A frame of counts like the one given, with ``all`` for the group: some 20 bytes a row.
    """
    rows = counts[(counts["measure"] == "started") & (counts["kind"] == "leg")]
    sums = rows.groupby(["date", "where"], observed=True)["persons"].sum().reset_index()
    words = {"kind": "leg", "group": "all", "measure": "started"}
    return sums.assign(**words).astype(dict.fromkeys(words, "category"))[list(COUNT_COLUMNS)]


def _rank(names: Sequence[str] | npt.NDArray[np.str_]) -> npt.NDArray[np.int64]:
    """Each name's place in alphabetical order."""
    rank = np.empty(len(names), dtype=np.int64)
    rank[np.argsort(np.asarray(names))] = np.arange(len(names))
    return rank
