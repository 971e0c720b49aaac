"""From a scenario to the arrays of :mod:`darien.engine.world`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np

from darien.engine.draws import name_hash
from darien.engine.nests import shared_draw_table
from darien.engine.people import compile_departures, compile_groups
from darien.engine.world import (
    BEHAVIOUR,
    CENTRE,
    CHECKPOINT,
    COUNTER,
    DATE,
    F8,
    HAZARD,
    I4,
    LEG,
    NEST,
    PLACE,
    U4,
    Index,
    Table,
    World,
    table,
)
from darien.scenario.measures import Asylum, CheckpointMeasure, ExitPass
from darien.scenario.schema import Scenario
from darien.scenario.world import Checkpoint, Leg, TravelDays


def all_checkpoints(scenario: Scenario) -> dict[str, Checkpoint]:
    """The checkpoints of the world and those that measures open, by name."""
    opened = {
        name: measure.opens
        for name, measure in scenario.named_policy
        if isinstance(measure, CheckpointMeasure) and measure.opens is not None
    }
    return {**scenario.checkpoints, **opened}


def all_counters(scenario: Scenario) -> dict[str, ExitPass]:
    """The exit-pass counters that measures open, by the measure's name, sorted by place."""
    places = list(scenario.places)
    passes = [(name, measure) for name, measure in scenario.named_policy if isinstance(measure, ExitPass)]
    return dict(sorted(passes, key=lambda named: places.index(named[1].place)))


def all_offices(scenario: Scenario) -> dict[str, Asylum]:
    """The asylum offices that measures open, by the measure's name, sorted by place."""
    places = list(scenario.places)
    offices = [(name, measure) for name, measure in scenario.named_policy if isinstance(measure, Asylum)]
    return dict(sorted(offices, key=lambda named: places.index(named[1].place)))


def index(scenario: Scenario) -> Index:
    """Positions of all names of a scenario, in the order in which it gives them."""
    return Index(
        places=tuple(scenario.places),
        legs=tuple(scenario.legs),
        counters=tuple(all_counters(scenario)),
        offices=tuple(all_offices(scenario)),
        checkpoints=tuple(all_checkpoints(scenario)),
        centres=tuple(scenario.detention_centres),
        authorities=tuple(scenario.authorities),
        groups=tuple(scenario.groups),
    )


def travel_table(days: TravelDays) -> F8:
    """Probability of 1, 2, ... days on a leg: the one table that engine and verification read.

    A triangular distribution on [min, max] is cut at the half days around each
    whole day and scaled to add up to 1.
    """
    if days.table is not None:
        given = np.zeros(max(days.table), dtype=np.float64)
        for day, probability in days.table.items():
            given[day - 1] = probability
        return given / given.sum()
    if days.min is None or days.mode is None or days.max is None:
        raise ValueError("travel days need min, mode and max, or a table")
    low, peak, high = days.min - 0.5, float(days.mode), days.max + 0.5

    def below(x: float) -> float:
        if x <= peak:
            return (x - low) ** 2 / ((high - low) * (peak - low))
        return 1 - (high - x) ** 2 / ((high - low) * (high - peak))

    cut = np.zeros(days.max, dtype=np.float64)
    for day in range(days.min, days.max + 1):
        cut[day - 1] = below(day + 0.5) - below(day - 0.5)
    return cut / cut.sum()


def mean_travel_days(leg: Leg) -> float:
    """Mean days of a leg, from its table."""
    probabilities = travel_table(leg.travel_days)
    return float(probabilities @ np.arange(1, len(probabilities) + 1))


def onward(scenario: Scenario) -> tuple[F8, F8]:
    """What lies ahead of each place for each group, by the way that costs it least.

    Returns:
        (G, P) generalised cost in utility and (G, P) price in USD per person, to
        the nearest destination, for someone with the group's median funds and
        risk aversion 1. Infinite cost where no destination can be reached.
    """
    names = list(scenario.places)
    p = scenario.parameters
    places = {name: i for i, name in enumerate(names)}
    days = [mean_travel_days(leg) for leg in scenario.legs.values()]
    costs, prices = [], []
    for group_name, group in scenario.groups.items():
        cost = [0.0 if place.destination else np.inf for place in scenario.places.values()]
        price = [0.0] * len(names)
        steps = [
            (
                places[leg.origin],
                places[leg.to],
                leg.price_usd.value * p.cost_weight.value / group.funds_usd.value
                + leg_days * p.time_weight_per_day.value
                + leg.death_per_1000.value / 10 * p.hazard_weight.value,
                leg.price_usd.value,
            )
            for leg, leg_days in zip(scenario.legs.values(), days, strict=True)
            if leg.groups is None or group_name in leg.groups
        ]
        for _ in names:
            changed = False
            for origin, to, step_cost, step_price in steps:
                if cost[to] + step_cost < cost[origin] - 1e-12:
                    cost[origin] = cost[to] + step_cost
                    price[origin] = price[to] + step_price
                    changed = True
            if not changed:
                break
        costs.append(cost)
        prices.append(price)
    return np.array(costs), np.array(prices)


def _ranges(counts: list[int], start: int = 0) -> tuple[I4, I4]:
    """First and last (not included) row of each, given how many rows each has."""
    ends = start + np.cumsum([0, *counts])
    return ends[:-1].astype(np.int32), ends[1:].astype(np.int32)


def _compile_places(scenario: Scenario, at: Index, nest_counts: list[int]) -> Table:
    p = scenario.parameters
    checkpoints = all_checkpoints(scenario).values()
    on_place = [c.place for c in checkpoints if c.place]
    on_leg = sum(1 for c in checkpoints if c.leg)
    counters = [c.place for c in all_counters(scenario).values()]
    places = scenario.places.values()
    first_nest, last_nest = _ranges(nest_counts)
    first_counter, last_counter = _ranges([counters.count(name) for name in at.places])
    offices = [o.place for o in all_offices(scenario).values()]
    first_office, last_office = _ranges([offices.count(name) for name in at.places])
    first_checkpoint, last_checkpoint = _ranges([on_place.count(name) for name in at.places], on_leg)
    return table(
        PLACE,
        len(at.places),
        hash=[name_hash("place", name) for name in at.places],
        destination=[place.destination for place in places],
        authority=[
            at.authorities.index(place.country) if place.country in at.authorities else -1 for place in places
        ],
        stay_days=[place.stay_days.value for place in places],
        stay_worth=[
            np.nan if p.stay_worth is None else p.stay_worth.value + x.stay_worth.value for x in places
        ],
        first_nest=first_nest,
        last_nest=last_nest,
        first_counter=first_counter,
        last_counter=last_counter,
        first_office=first_office,
        last_office=last_office,
        first_checkpoint=first_checkpoint,
        last_checkpoint=last_checkpoint,
    )


def _compile_nests(scenario: Scenario, at: Index) -> tuple[Table, U4, list[int]]:
    """Nests by place, the legs in them, and how many nests each place has."""
    hashes, sizes, legs, per_place = [], [], [], []
    for place in at.places:
        nests: dict[tuple[str, str], list[int]] = {}
        for position, (name, leg) in enumerate(scenario.legs.items()):
            if leg.origin == place:
                nests.setdefault(("nest", leg.nest) if leg.nest else ("leg", name), []).append(position)
        per_place.append(len(nests))
        for (kind, name), members in nests.items():
            hashes.append(name_hash("nest", place, kind, name))
            sizes.append(len(members))
            legs.extend(members)
    first, last = _ranges(sizes)
    nests_table = table(NEST, len(sizes), hash=hashes, first_leg=first, last_leg=last)
    return nests_table, np.array(legs, dtype=np.uint32), per_place


def _compile_hazards(scenario: Scenario) -> Table:
    legs = scenario.legs.values()
    season = np.ones((12, len(legs)))
    for i, leg in enumerate(legs):
        if leg.season is not None:
            for month in scenario.seasons[leg.season].months:
                season[month - 1, i] = scenario.seasons[leg.season].hazard_times.value
    death = np.minimum(season * [leg.death_per_1000.value / 1000 for leg in legs], 1.0)
    robbery = np.minimum(season * [leg.robbery_per_100.value / 100 for leg in legs], 1.0)
    dread = death * 100 * scenario.parameters.hazard_weight.value
    return table(HAZARD, season.shape, dread=dread, death=death, robbery=robbery)


def _leg_worth(scenario: Scenario, at: Index, ahead: F8) -> F8:
    """(G, L) utility of legs before what changes by day or by migrant; -inf for who cannot take it."""
    p = scenario.parameters
    worth = np.full((len(at.groups), len(at.legs)), -np.inf)
    days = [mean_travel_days(leg) for leg in scenario.legs.values()]
    for g, group in enumerate(at.groups):
        for i, leg in enumerate(scenario.legs.values()):
            cost_ahead = ahead[g, at.places.index(leg.to)]
            if (leg.groups is None or group in leg.groups) and np.isfinite(cost_ahead):
                own = leg.preference_by_group.get(group)
                worth[g, i] = leg.preference.value + (own.value if own else 0.0)
                worth[g, i] -= p.time_weight_per_day.value * days[i]
                worth[g, i] -= p.onward_weight.value * cost_ahead
    return worth


def _compile_legs(scenario: Scenario, at: Index) -> tuple[Table, F8]:
    """Legs, and their travel tables one after the other."""
    legs = scenario.legs.values()
    tables = [np.cumsum(travel_table(leg.travel_days)) for leg in legs]
    for probabilities in tables:
        probabilities[-1] = 1.0
    checkpoints = all_checkpoints(scenario).values()
    on_leg = [c.leg for c in checkpoints if c.leg]
    watched = {c.place for c in checkpoints} | {name for name, p in scenario.places.items() if p.destination}
    first_days, last_days = _ranges([len(probabilities) for probabilities in tables])
    first_checkpoint, last_checkpoint = _ranges([on_leg.count(name) for name in at.legs])
    compiled = table(
        LEG,
        len(at.legs),
        hash=[name_hash("leg", name) for name in at.legs],
        origin=[at.places.index(leg.origin) for leg in legs],
        to=[at.places.index(leg.to) for leg in legs],
        clandestine=[leg.clandestine for leg in legs],
        first_days=first_days,
        last_days=last_days,
        first_checkpoint=first_checkpoint,
        last_checkpoint=last_checkpoint,
        unwatched=[name not in on_leg and leg.to not in watched for name, leg in scenario.legs.items()],
    )
    return compiled, np.concatenate(tables)


def _guide(legs: Table, days_below: F8) -> U4:
    """(L, 64) where to begin looking in a leg's travel table, for each 64th of probability."""
    steps = np.arange(64) / 64
    guide = [
        first + np.searchsorted(days_below[first:last], steps, side="right")
        for first, last in zip(legs["first_days"], legs["last_days"], strict=True)
    ]
    return np.array(guide, dtype=np.uint32)


def _compile_checkpoints(scenario: Scenario, at: Index) -> tuple[Table, U4]:
    """Checkpoints, and the list that says whom a leg or a place meets, in order."""
    points = all_checkpoints(scenario).values()
    by_leg = [k for leg in at.legs for k, c in enumerate(points) if c.leg == leg]
    by_place = [k for place in at.places for k, c in enumerate(points) if c.place == place]
    compiled = table(
        CHECKPOINT,
        len(points),
        hash=[name_hash("checkpoint", name) for name in at.checkpoints],
        where=[
            at.places.index(c.place) if c.place else len(at.places) + at.legs.index(c.leg or "")
            for c in points
        ],
        authority=[at.authorities.index(c.authority) for c in points],
        centre=[at.centres.index(c.detention) if c.detention else -1 for c in points],
        turn_back_days=[max(1, round(c.turn_back_days.value)) for c in points],
    )
    return compiled, np.array(by_leg + by_place, dtype=np.uint32)


def _desks(kind: str, desks: Mapping[str, ExitPass | Asylum], at: Index) -> Table:
    """Counters or offices: where an authority receives those who come of their own will."""
    return table(
        COUNTER,
        len(desks),
        hash=[name_hash(kind, name) for name in desks],
        place=[at.places.index(desk.place) for desk in desks.values()],
        authority=[at.authorities.index(desk.authority) for desk in desks.values()],
    )


def _compile_behaviour(scenario: Scenario, at: Index) -> Table:
    p = scenario.parameters
    return table(
        BEHAVIOUR,
        1,
        cost_weight=p.cost_weight.value,
        time_weight=p.time_weight_per_day.value,
        risk_spread=p.risk_spread.value,
        taste_spread=p.clandestine_taste.value,
        nest_scale=1 - p.nest_correlation.value,
        give_up_worth=np.nan if p.give_up_worth is None else p.give_up_worth.value,
        settle_worth=np.nan if p.settle_worth is None else p.settle_worth.value,
        stay_if_poor=p.stay_if_poor.value,
        give_up_if_poor=p.give_up_if_poor.value,
        settle_if_poor=p.settle_if_poor.value,
        reception_worth=p.reception_worth.value,
        present_worth=p.present_worth.value,
        income_per_day=p.income_usd_per_day.value,
        patience_days=p.patience_days.value,
        retry_delay_days=p.retry_delay_days.value,
        retry_funds_share=p.retry_funds_share.value,
        robbery_share=p.robbery_share.value,
        belief_weight=p.belief_weight.value,
        belief_prior=p.belief_prior.value,
        belief_prior_days=p.belief_prior_days.value,
        belief_kept=1 - 1 / p.belief_memory_days.value,
        trust=p.belief_trust.value,
        trust_spread=p.belief_trust_spread.value,
        network_worth=p.network_worth.value,
        asylum_worth=p.asylum_worth.value,
        deterrence=p.deterrence.value,
        failure_prior=p.failure_prior.value,
        vetting_base_rate=p.vetting_base_rate.value,
        expelled_to=-1 if p.expelled_to is None else at.places.index(p.expelled_to),
    )


def _compile_dates(scenario: Scenario) -> Table:
    dates = [scenario.period.start + dt.timedelta(days=d) for d in range(scenario.period.days)]

    def ends(date: dt.date) -> bool:
        if scenario.record_every == "month":
            return (date + dt.timedelta(days=1)).day == 1
        return scenario.record_every == "day" or date.weekday() == 6

    compiled = table(
        DATE,
        len(dates),
        ordinal=[date.toordinal() for date in dates],
        month=[date.month - 1 for date in dates],
        period_end=[ends(date) for date in dates],
    )
    compiled["period_end"][-1] = 1
    return compiled


def compile_world(scenario: Scenario) -> tuple[World, Index]:
    """Turn a scenario into the tables that the kernel reads."""
    at = index(scenario)
    ahead, ahead_usd = onward(scenario)
    nests, nest_legs, nest_counts = _compile_nests(scenario, at)
    legs, days_below = _compile_legs(scenario, at)
    days_guide = _guide(legs, days_below)
    checkpoints, checkpoint_list = _compile_checkpoints(scenario, at)
    groups, party_below = compile_groups(scenario, at)
    departing, entries = compile_departures(scenario, at, groups, party_below)
    centres = scenario.detention_centres.values()
    world = World(
        places=_compile_places(scenario, at, nest_counts),
        ahead_usd=np.ascontiguousarray(ahead_usd.T, dtype=np.float32),
        nests=nests,
        nest_legs=nest_legs,
        nest_draws=shared_draw_table(1 - scenario.parameters.nest_correlation.value),
        legs=legs,
        hazards=_compile_hazards(scenario),
        worth=_leg_worth(scenario, at, ahead),
        days_below=days_below,
        days_guide=days_guide,
        counters=_desks("counter", all_counters(scenario), at),
        offices=_desks("office", all_offices(scenario), at),
        checkpoints=checkpoints,
        checkpoint_list=checkpoint_list,
        centres=table(
            CENTRE,
            len(centres),
            hash=[name_hash("centre", name) for name in at.centres],
            place=[at.places.index(c.place) for c in centres],
            authority=[at.authorities.index(c.authority) for c in centres],
        ),
        groups=groups,
        party_below=party_below,
        departing=departing,
        entries=entries,
        behaviour=_compile_behaviour(scenario, at),
        dates=_compile_dates(scenario),
    )
    return world, at
