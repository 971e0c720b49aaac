"""The same departures without agents: a Markov chain over places and legs, with shares that never change.

Whoever comes to a place leaves it by each leg with a fixed probability, after a stay of fixed mean length; a
leg takes the days of its table. No choice, no belief, no queue, no bed that may be taken, no date of a
policy. The shares are those of one run of the model before a day, so the chain knows what the model does in
the mean.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from darien.calibrate.lags import Floats, days_of, months_of
from darien.engine.compile import travel_table

if TYPE_CHECKING:
    import pandas as pd

    from darien.scenario.schema import Scenario

Totals = dict[tuple[str, str, str, str], float]
"""Persons by measure, kind, where and group, summed over months; of stocks the mean."""

LEAVING = ("removed", "returned", "settled", "released")  # measures of who ends a stay; others: of who comes
NOT_COUNTED = ("departed", "entered", "tried_again", "started", "finished")  # what the chain itself works out


@dataclass(frozen=True)
class Routing:
    """A chain for every group; shares are persons per person.

    ``legs``: (groups, legs) who start a leg, of all who come to the place it leaves. ``ended``: (groups,
    legs) who finish a leg, of those who start it. ``entered``: (groups, places) who enter a place, of those
    who finish a leg to it. ``stay``: (groups, places) mean days at a place, 0: gone the day of coming.
    ``removed``: (groups, places) of all who come. ``again``: (groups, places) who set out anew from a place,
    of all who were removed; ``absent``: mean days until then. ``travel``: (legs, days) probability of 1, 2,
    ... days.
    """

    scenario: Scenario
    legs: Floats
    ended: Floats
    entered: Floats
    stay: Floats
    removed: Floats
    again: Floats
    travel: Floats
    absent: float


@dataclass(frozen=True)
class Flows:
    """Expected persons per day: (days, groups, places or legs)."""

    came: Floats  # all who come to a place: departed, entered, tried again
    entered: Floats
    left: Floats  # a place, after the stay
    started: Floats
    finished: Floats


def totals(counts: pd.DataFrame, before: dt.date) -> Totals:
    """Counts of a run (:class:`darien.record.run.Run`) before a day."""
    past = counts[counts["date"] < np.datetime64(before)]
    months = past["date"].nunique()
    sums = past.groupby(["measure", "kind", "where", "group"], observed=True)["persons"].sum()
    return {
        (str(m), str(k), str(w), str(g)): float(n) / (months if str(m).startswith("stock_") else 1)
        for (m, k, w, g), n in sums.items()
    }


def routing(scenario: Scenario, seen: Totals, before: dt.date) -> Routing:
    """The chain with the shares that a run of the scenario had before a day."""
    groups, places, legs = list(scenario.groups), list(scenario.places), list(scenario.legs)
    days = (before - scenario.period.start).days

    def found(measure: str, kind: str, names: list[str]) -> Floats:
        return np.array([[seen.get((measure, kind, name, g), 0.0) for name in names] for g in groups])

    finished, started = found("finished", "leg", legs), found("started", "leg", legs)
    entered, again = found("entered", "place", places), found("tried_again", "place", places)
    removed = found("removed", "place", places)
    came = _entries(scenario)[:days].sum(axis=0) + entered + again
    stocks = [name for name in {key[0] for key in seen} if name.startswith("stock_")]
    waiting = sum((found(name, "place", places) for name in stocks), np.zeros_like(came))
    origin = [places.index(leg.origin) for leg in scenario.legs.values()]
    return Routing(
        scenario=scenario,
        legs=_share(started, came[:, origin]),
        ended=_share(finished, started),
        entered=_share(entered, finished @ _to(scenario)),
        stay=_share(waiting * days, came),
        removed=_share(removed, came),
        again=_share(again, removed.sum(axis=1, keepdims=True)),
        travel=travel(scenario),
        absent=scenario.parameters.retry_delay_days.value,
    )


def travel(scenario: Scenario) -> Floats:
    """(legs, days) probability of 1, 2, ... days on each leg."""
    tables = [travel_table(leg.travel_days) for leg in scenario.legs.values()]
    found = np.zeros((len(tables), max(map(len, tables))))
    for row, table in zip(found, tables, strict=True):
        row[: len(table)] = table
    return found


def flows(of: Routing) -> Flows:
    """Expected flows of every day of the period, from an empty route."""
    scenario = of.scenario
    setting_out, to = _entries(scenario), _to(scenario)
    days, groups, places = setting_out.shape
    legs, longest = of.travel.shape
    origin = to_origin(scenario)
    came, entered, left = (np.zeros((days, groups, places)) for _ in range(3))
    started = np.zeros((days, groups, legs))
    ending = np.zeros((days + longest, groups, legs))
    staying, absent = np.zeros((groups, places)), np.zeros(groups)
    leaving = 1 / (1 + of.stay)  # a day's chance to leave; geometric from the day of coming on
    back = 1 / of.absent
    of_started = of.ended[:, :, None] * of.travel
    for day in range(days):
        entered[day] = of.entered * (ending[day] @ to)
        home = absent * back
        absent -= home
        came[day] = setting_out[day] + entered[day] + of.again * home[:, None]
        staying += came[day]
        left[day] = staying * leaving
        staying -= left[day]
        started[day] = of.legs * left[day][:, origin]
        absent += (of.removed * left[day]).sum(axis=1)
        ending[day + 1 : day + 1 + longest] += np.einsum("gl,glt->tgl", started[day], of_started)
    return Flows(came, entered, left, started, ending[:days])


def counted(of: Routing, seen: Totals, before: dt.date) -> pd.DataFrame:
    """What the chain counts, by month, as in :class:`darien.record.run.Run`, but for stocks.

    What happens to a fixed share of those who come to a place, leave it or end a leg has the share that
    ``seen`` gives before a day.
    """
    import pandas as pd

    found, scenario = flows(of), of.scenario
    groups, places, legs = list(scenario.groups), list(scenario.places), list(scenario.legs)
    days = (before - scenario.period.start).days
    months, lengths = months_of(scenario), days_of(scenario).astype(int)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])

    def monthly(daily: Floats) -> Floats:
        return np.add.reduceat(daily, starts, axis=0)

    sources = {
        ("place", True): (places, found.left),
        ("place", False): (places, found.came),
        ("leg", False): (legs, found.finished),
    }
    keys: list[tuple[str, str, str, str]] = []
    persons_by_month: list[Floats] = []

    own = (
        ("entered", "place", places, found.entered),
        ("started", "leg", legs, found.started),
        ("finished", "leg", legs, found.finished),
    )
    for measure, kind, names, daily in own:
        by_month = monthly(daily)
        for g, group in enumerate(groups):
            for k, name in enumerate(names):
                if by_month[:, g, k].any():
                    keys.append((measure, kind, name, group))
                    persons_by_month.append(by_month[:, g, k])
    by_source = {key: monthly(daily) for key, (_, daily) in sources.items()}
    past = {key: daily[:days].sum(axis=0) for key, (_, daily) in sources.items()}
    for (measure, kind, name, group), persons in seen.items():
        if measure in NOT_COUNTED or measure.startswith("stock_") or kind == "route":
            continue
        key = (kind, kind == "place" and measure in LEAVING)
        g, k = groups.index(group), sources[key][0].index(name)
        if past[key][g, k] > 0:
            keys.append((measure, kind, name, group))
            persons_by_month.append(by_source[key][:, g, k] * persons / past[key][g, k])
    table = pd.DataFrame(keys, columns=["measure", "kind", "where", "group"])
    table = table.loc[table.index.repeat(len(months))].reset_index(drop=True)
    return table.assign(date=np.tile(months, len(keys)), persons=np.concatenate(persons_by_month))


def to_origin(scenario: Scenario) -> npt.NDArray[np.int64]:
    """(legs,) position of the place that each leg leaves."""
    places = list(scenario.places)
    return np.array([places.index(leg.origin) for leg in scenario.legs.values()])


def _to(scenario: Scenario) -> Floats:
    """(legs, places) 1 where a leg leads to a place."""
    places = list(scenario.places)
    found = np.zeros((len(scenario.legs), len(places)))
    for row, leg in zip(found, scenario.legs.values(), strict=True):
        row[places.index(leg.to)] = 1.0
    return found


def _entries(scenario: Scenario) -> Floats:
    """(days, groups, places) persons who set out for the first time, in the mean."""
    places, period, given = list(scenario.places), scenario.period, scenario.departures
    found = np.zeros((period.days, len(scenario.groups), len(places)))
    for g, (name, group) in enumerate(scenario.groups.items()):
        times = given.times[name].value if name in given.times else 1.0
        constant = given.persons_per_day[name].value if name in given.persons_per_day else 0.0
        months = given.monthly.get(name)
        for day in range(period.days):
            date = period.start + dt.timedelta(days=day)
            rate = constant if months is None else months.get(f"{date:%Y-%m}", 0.0)
            now = [entry for entry in group.entries if entry.start is None or entry.start <= date][-1]
            for place, share in now.shares.items():
                found[day, g, places.index(place)] = rate * times * share
    return found


def _share(part: Floats, whole: Floats) -> Floats:
    """Part over whole, 0 where there is no whole."""
    found: Floats = np.divide(
        part, whole, out=np.zeros(np.broadcast_shapes(part.shape, whole.shape)), where=whole > 0
    )
    return found
