"""Groups and their departures, as tables of :mod:`darien.engine.world`."""

from __future__ import annotations

import datetime as dt

import numpy as np

from darien.engine.draws import log, name_hash
from darien.engine.world import DEPARTING, ENTRY, F8, GROUP, I8, Index, Table, table
from darien.scenario.schema import Scenario

MAX_PARTY = 20


def departure_rates(scenario: Scenario) -> tuple[F8, F8]:
    """Reference and present rate of departures, in persons a day, each (G, T)."""
    days = scenario.period.days
    months, day_of = _months(scenario.period.start, days)
    reference = np.zeros((len(scenario.groups), days))
    times = np.ones(len(scenario.groups))
    for g, name in enumerate(scenario.groups):
        if name in scenario.departures.monthly:
            by_month = scenario.departures.monthly[name]
            reference[g] = np.array([by_month[month] for month in months])[day_of]
        else:
            reference[g] = scenario.departures.persons_per_day[name].value
        if name in scenario.departures.times:
            times[g] = scenario.departures.times[name].value
    return reference, reference * times[:, None]


def _months(start: dt.date, days: int) -> tuple[list[str], I8]:
    """The months of a period, such as 2016-04, and which of them each day lies in."""
    each = (np.datetime64(start, "D") + np.arange(days)).astype("datetime64[M]")
    found, day_of = np.unique(each, return_inverse=True)
    return [str(month) for month in found], day_of.astype(np.int64)


def compile_groups(scenario: Scenario, at: Index) -> tuple[Table, F8]:
    """Groups, and (G, 20) the probability of at most so many in a party."""
    groups = list(scenario.groups.values())
    weight = np.array([scenario.persons_per_migrant.get(name, 1) for name in at.groups])
    party = np.zeros((len(groups), MAX_PARTY))
    for g, group in enumerate(groups):
        for persons, share in group.party_size.items():
            party[g, persons - 1] = share
    party_below = np.cumsum(party, axis=1)
    party_below[:, -1] = 1.0
    # Persons in one migrant arrive together, which is dispersion already. Thinning a
    # negative binomial of index r by a share keeps r: the dispersion that is meant for
    # those who depart is larger for the candidates.
    meant = np.maximum(1.0, scenario.departures.dispersion.value / weight)
    _, present = departure_rates(scenario)
    compiled = table(
        GROUP,
        len(groups),
        hash=[name_hash("group", name) for name in at.groups],
        weight=weight,
        log_funds=[log(group.funds_usd.value) for group in groups],
        funds_spread=[group.funds_spread.value for group in groups],
        minors_share=[group.minors_share.value for group in groups],
        genuine_share=[group.genuine_papers_share.value for group in groups],
        forged_share=[group.forged_papers_share.value for group in groups],
        smuggler_share=[group.smuggler_share.value for group in groups],
        retry_share=[group.retry_share.value for group in groups],
        usual=present.mean(axis=1),
        dispersion=1 + (meant - 1) * scenario.departures.headroom.value,
    )
    return compiled, party_below


def compile_departures(scenario: Scenario, at: Index, groups: Table, party_below: F8) -> tuple[Table, Table]:
    """(G, T) how many may depart and which of them do, and the entry places by group and date."""
    days = scenario.period.days
    mean_size = (1 - party_below).sum(axis=1) + 1
    reference, present = departure_rates(scenario)
    ceiling = scenario.departures.headroom.value * reference
    departing = table(
        DEPARTING,
        (len(at.groups), days),
        candidates_mean=ceiling / (mean_size * groups["weight"])[:, None],
        share=np.divide(present, ceiling, out=np.zeros_like(present), where=ceiling > 0),
    )
    entries: list[tuple[float, int]] = []
    for g, group in enumerate(scenario.groups.values()):
        for split in sorted(group.entries, key=lambda e: e.start or dt.date.min):
            first_day = 0 if split.start is None else max(0, (split.start - scenario.period.start).days)
            below = np.cumsum(list(split.shares.values()))
            below[-1] = 1.0
            departing["first_entry"][g, first_day:] = len(entries)
            entries += [
                (float(b), at.places.index(name)) for b, name in zip(below, split.shares, strict=True)
            ]
            departing["last_entry"][g, first_day:] = len(entries)
    return departing, np.array(entries, dtype=ENTRY)
