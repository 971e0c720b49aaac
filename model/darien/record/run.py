"""What one replicate of a scenario leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame

COUNT_COLUMNS = ("date", "where", "kind", "group", "measure", "persons")
OUTCOME_COLUMNS = ("outcome", "place", "group", "value", "unit")
CAPACITY_COLUMNS = ("date", "centre", "place", "country", "beds", "limit_days")


@dataclass(frozen=True, slots=True)
class Run:
    """One replicate: its counts, outcomes and capacities as tidy frames.

    ``counts``: ``date`` (datetime64, first day of the recorded period), ``where``, ``kind``
    (place, leg or route), ``group``, ``measure``, ``persons`` (int64); sorted by date, where,
    kind, group and measure; zeros left out.
    ``outcomes``: ``outcome``, ``place`` (a place, leg or country code, or ''), ``group``
    ('all' or a group), ``value`` (float64), ``unit``.
    ``capacities``: ``date``, ``centre``, ``place``, ``country``, ``beds`` (persons), ``limit_days``;
    a row per centre at the start and at each change.
    ``journeys``: one row per migrant, only where asked for.
    """

    replicate: int
    seed: int
    counts: DataFrame
    outcomes: DataFrame
    capacities: DataFrame
    journeys: DataFrame | None
    events: int  # one migrant settled on one day
    migrants: int
    seconds: float  # wall time of the simulation, without compilation where it was cached
