"""Stage 4: the choice of the next step, by nested logit with keyed draws.

Each option has a utility and a draw of its own, legs that are near substitutes share
a part of it (see :mod:`darien.engine.nests`), and the largest sum is chosen. So a new
or changed leg moves only those for whom it becomes or stops being the best.
"""

from __future__ import annotations

import numpy as np

from darien.engine.books import N_CHOOSERS, N_JOINERS
from darien.engine.compiled import inlined, kernel
from darien.engine.draws import U64, geometric, gumbel, mix, name_hash, uniform
from darien.engine.ledger import add_stock, decision_key, persons_of, schedule, visit_key
from darien.engine.levers import ADMITTED
from darien.engine.nests import shared_draw
from darien.engine.records import (
    F_RETURNED,
    F_SETTLED,
    F_STARTED,
    ON_LEG,
    RETURNED,
    SETTLED,
    T_SPENT,
)

STAY = name_hash("stay")
GIVE_UP = name_hash("give up")
SETTLE = name_hash("settle")
STAY_LENGTH = name_hash("length of stay")
TRAVEL_DAYS = name_hash("travel days")
JOINS = name_hash("place in the queue")

_TOP_SIX = U64(58)
_NOTHING, _STAY, _GIVE_UP, _SETTLE = -1, -2, -3, -4
_NEVER = -1.0e300


@inlined
def _price_the_day(base, reception, closed, lists, how, worth):
    """Utility of each leg today for each group, before price, hazard and taste of the migrant's own."""
    for g in range(worth.shape[0]):
        goal = how["reception_worth"] * reception[g, ADMITTED]
        for leg in range(worth.shape[1]):
            if closed[g, leg]:
                worth[g, leg] = _NEVER
            else:
                worth[g, leg] = base[g, leg] + goal - how["time_weight"] * lists[leg]["wait_days"]


@inlined
def _leg_utility(leg, worth, hazard, size, funds, usd_weight, risk, taste):
    """Utility of a leg for one migrant; below any other where it is closed or cannot be paid."""
    price = np.int64(leg["price"])
    if worth <= _NEVER or price * size > funds:
        return _NEVER
    return worth - usd_weight * price - risk * hazard["dread"] + taste * leg["clandestine"]


@inlined
def _best_leg(r, key, place, nests, nest_legs, nest_draws, legs, worth, hazards, how):
    """The leg of the largest utility and that utility, draws included; -1 where no leg can be taken.

    A leg that is a nest of its own has one draw, a standard Gumbel; legs that share a
    nest have the nest's draw and, on the nest's scale, one of their own.
    """
    size, funds = np.int64(r["size"]), np.int64(r["funds"])
    usd_weight = how["cost_weight"] * np.float64(size) / max(np.float64(funds), np.float64(size))
    risk = np.float64(r["risk"]) * (1.0 / 256.0)
    taste = np.float64(r["taste"]) * (1.0 / 1024.0)
    chosen = np.int64(_NOTHING)
    best = _NEVER
    for n in range(place["first_nest"], place["last_nest"]):
        nest = nests[n]
        first, last = np.int64(nest["first_leg"]), np.int64(nest["last_leg"])
        bits = mix(key ^ nest["hash"])
        if last - first == 1:
            leg = np.int64(nest_legs[first])
            value = _leg_utility(legs[leg], worth[leg], hazards[leg], size, funds, usd_weight, risk, taste)
            if value > _NEVER:
                value += gumbel(bits)
                if value > best:
                    best = value
                    chosen = leg
        else:
            shared = shared_draw(bits, nest_draws)
            for position in range(first, last):
                leg = np.int64(nest_legs[position])
                value = _leg_utility(
                    legs[leg], worth[leg], hazards[leg], size, funds, usd_weight, risk, taste
                )
                if value > _NEVER:
                    value += shared + how["nest_scale"] * gumbel(mix(key ^ legs[leg]["hash"]))
                    if value > best:
                        best = value
                        chosen = leg
    return chosen, best


@inlined
def _or_not_go_on(r, key, place, how, ahead_usd, chosen, best):
    """The options beside ways: staying, giving up, settling; likelier as funds run short."""
    per_person = max(np.float64(r["funds"]) / np.float64(r["size"]), 1.0)
    short = ahead_usd / (ahead_usd + per_person)
    if not np.isnan(place["stay_worth"]):
        value = place["stay_worth"] + how["stay_if_poor"] * short + gumbel(mix(key ^ STAY))
        if value > best:
            best = value
            chosen = np.int64(_STAY)
    if not np.isnan(how["give_up_worth"]):
        value = how["give_up_worth"] + how["give_up_if_poor"] * short + gumbel(mix(key ^ GIVE_UP))
        if value > best:
            best = value
            chosen = np.int64(_GIVE_UP)
    if not np.isnan(how["settle_worth"]):
        value = how["settle_worth"] + how["settle_if_poor"] * short + gumbel(mix(key ^ SETTLE))
        if value > best:
            best = value
            chosen = np.int64(_SETTLE)
    return chosen


@inlined
def start_leg(r, i, leg, d, legs, days_below, days_guide, groups, n_places, sums, wakes):
    """Pay and set out; travel days are drawn from the leg's table."""
    g = np.int64(r["group"])
    one = legs[leg]
    paid = np.int64(one["price"]) * np.int64(r["size"])
    r["funds"] -= paid
    r["spent"] += paid
    where = n_places + leg
    persons = persons_of(groups, r)
    sums.tallies[where, g, T_SPENT] += paid * groups[g]["weight"]
    sums.flows[where, g, F_STARTED] += persons
    sums.stocks[where, g, ON_LEG] += persons
    r["state"] = ON_LEG
    r["leg"] = leg
    r["since"] = d
    bits = mix(visit_key(r) ^ one["hash"] ^ TRAVEL_DAYS)
    u = uniform(bits)
    row = np.int64(days_guide[leg, np.int64(bits >> _TOP_SIX)])
    while u >= days_below[row]:
        row += 1
    schedule(wakes, r, i, d + row - np.int64(one["first_days"]) + 1)


@kernel
def choose(w, v, b, d):
    """Everyone who is free at a place decides; those who chose a way with a limit go to stage 5."""
    places, nests, nest_legs, nest_draws, legs, groups = (
        w.places,
        w.nests,
        w.nest_legs,
        w.nest_draws,
        w.legs,
        w.groups,
    )
    days_guide = w.days_guide
    how, ahead_usd, days_below, hazards = (
        w.behaviour[0],
        w.ahead_usd,
        w.days_below,
        w.hazards[w.dates[d]["month"]],
    )
    counters, passes, counter_open, quota = w.counters, v.passes, v.counter_open, v.quota
    migrants, count, lists, wakes, sums = b.migrants, b.counts, b.lists, b.wakes, b.sums
    choosers, joiners, worth = b.today.choosers, b.today.joiners, b.today.worth
    n_places, n_legs = len(places), len(legs)
    _price_the_day(w.worth, v.reception, v.closed, lists, how, worth)
    for position in range(count[N_CHOOSERS]):
        i = np.int64(choosers[position])
        r = migrants[i]
        g = np.int64(r["group"])
        place = places[r["place"]]
        key = decision_key(r) ^ place["hash"]
        chosen, best = _best_leg(r, key, place, nests, nest_legs, nest_draws, legs, worth[g], hazards, how)
        for c in range(place["first_counter"], place["last_counter"]):
            holds = r["pass_authority"] == counters[c]["authority"] and r["pass_until"] >= d
            if counter_open[g, c] and not holds:
                wait = np.float64(passes[c]["processing_days"]) + lists[n_legs + c]["wait_days"]
                value = how["present_worth"] * passes[c]["granted_share"] - how["time_weight"] * wait
                value += gumbel(mix(key ^ counters[c]["hash"]))
                if value > best:
                    best = value
                    chosen = np.int64(n_legs + c)
        chosen = _or_not_go_on(r, key, place, how, ahead_usd[g, np.int64(r["place"])], chosen, best)
        if chosen >= 0 and chosen < n_legs and np.isinf(quota[chosen]) and lists[chosen]["head"] < 0:
            start_leg(r, i, chosen, d, legs, days_below, days_guide, groups, n_places, sums, wakes)
        elif chosen >= 0:
            joiner = joiners[count[N_JOINERS]]
            joiner["id"] = i
            joiner["which"] = chosen
            joiner["bits"] = mix(key ^ JOINS)
            count[N_JOINERS] += 1
        else:
            r["since"] = d
            if chosen == _GIVE_UP:
                r["state"] = RETURNED
                sums.flows[np.int64(r["place"]), g, F_RETURNED] += persons_of(groups, r)
            elif chosen == _SETTLE:
                r["state"] = SETTLED
                sums.flows[np.int64(r["place"]), g, F_SETTLED] += persons_of(groups, r)
            else:
                # Staying; or nothing to choose from, and then a wait as long as patience lasts.
                mean = place["stay_days"] if chosen == _STAY else how["patience_days"]
                schedule(wakes, r, i, d + geometric(mix(key ^ STAY_LENGTH), mean))
            add_stock(sums.stocks, groups, n_places, n_legs, r, 1)
