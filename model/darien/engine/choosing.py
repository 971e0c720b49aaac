"""Stage 4: the choice of the next step, by nested logit with keyed draws."""

from __future__ import annotations

import numpy as np

from darien.engine.books import LANES, N_CHOOSERS, N_JOINERS
from darien.engine.claiming import claim, claim_ends
from darien.engine.compiled import inlined, kernel
from darien.engine.draws import U64, geometric, mix, name_hash, uniform
from darien.engine.gumbels import F4, U4
from darien.engine.ledger import add_stock, decision_key, persons_of, schedule, visit_key
from darien.engine.prefetching import AHEAD, prefetch
from darien.engine.records import (
    ENROLLED,
    F_CLAIMED,
    F_RETURNED,
    F_SETTLED,
    F_STARTED,
    FAILED,
    HAS_CLAIMED,
    ON_LEG,
    RETURNED,
    SETTLED,
    SMUGGLER,
    T_SPENT,
)
from darien.engine.weighing import (
    NEVER,
    TAKE_GIVE_UP,
    TAKE_NOTHING,
    TAKE_SETTLE,
    TAKE_STAY,
    offer_claim,
    offer_counter,
    offer_legs,
    offer_not_to_go_on,
    price_the_day,
)

STAY_LENGTH = name_hash("length of stay")
TRAVEL_DAYS = name_hash("travel days")
JOINS = name_hash("place in the queue")

_TOP_SIX = U64(58)


@inlined
def start_leg(r, i, leg, d, legs, rules, days_below, days_guide, groups, n_places, sums, wakes):
    """Pay and set out; travel days are drawn from the leg's table."""
    g = np.int64(r["group"])
    one = legs[leg]
    paid = np.int64(rules[leg]["fare"]) * np.int64(r["size"])
    r["funds"] -= paid
    r["spent"] += paid
    where = n_places + leg
    persons = persons_of(groups, r)
    sums.tallies[T_SPENT, where, g] += paid * groups[g]["weight"]
    sums.flows[F_STARTED, where, g] += persons
    sums.stocks[ON_LEG, where, g] += persons
    r["state"] = ON_LEG
    r["leg"] = leg
    r["since"] = d
    bits = mix(visit_key(r) ^ one["hash"] ^ TRAVEL_DAYS)
    u = uniform(bits)
    row = np.int64(days_guide[leg, np.int64(bits >> _TOP_SIX)])
    while u >= days_below[row]:
        row += 1
    schedule(wakes, r, i, d + row - np.int64(one["first_days"]) + 1)


@inlined
def _line_up(choosers, n, n_places, how, of):
    """The choosers as columns, those of a place side by side, each place from a multiple of LANES on.

    Lanes that nobody fills keep what was in them.
    """
    first, next_free = of.first, of.next_free
    for p in range(n_places):
        next_free[p] = 0
    for position in range(n):
        next_free[choosers[position]["place"]] += 1
    begin = U4(0)
    for p in range(n_places):
        first[p] = begin
        filled = next_free[p]
        next_free[p] = begin
        begin += (filled + U4(LANES - 1)) // U4(LANES) * U4(LANES)
    first[n_places] = begin
    cost_weight = F4(how["cost_weight"])
    for position in range(n):
        one = choosers[position]
        j = next_free[one["place"]]
        next_free[one["place"]] = j + U4(1)
        of.id[j] = one["id"]
        of.low[j] = one["low"]
        of.high[j] = one["high"]
        of.group[j] = one["group"]
        of.funds[j] = one["funds"]
        of.usd_weight[j] = cost_weight / max(one["funds"], F4(1))
        of.risk[j] = F4(one["risk"]) * F4(1 / 256)
        of.taste[j] = F4(one["taste"]) * F4(1 / 1024)
        of.trust[j] = F4(one["trust"]) * F4(1 / 255)
        of.pass_of[j] = one["pass_of"]
        of.client[j] = F4(one["flags"] & SMUGGLER != 0)
        of.enrolled[j] = one["flags"] & ENROLLED
        of.has_claimed[j] = one["flags"] & HAS_CLAIMED
        of.best[j] = NEVER
        of.chosen[j] = TAKE_NOTHING


@kernel
def choose(w, v, b, d):
    """Everyone who is free at a place decides; those who chose a way with a limit go to stage 5."""
    places, legs, groups, counters, how = w.places, w.legs, w.groups, w.counters, w.behaviour[0]
    nests, nest_legs, nest_draws = w.nests, w.nest_legs, w.nest_draws
    hazards, days_below, days_guide = w.hazards[w.dates[d]["month"]], w.days_below, w.days_guide
    passes, counter_open, quota = v.passes, v.counter_open, v.quota
    migrants, count, lists, wakes, sums = b.migrants, b.counts, b.lists, b.wakes, b.sums
    joiners, worth, offers, of = b.today.joiners, b.today.worth, b.today.offers, b.weighing
    offices, doubt, n_ways = w.offices, b.beliefs.doubt, len(quota)
    n_places, n_legs, ahead_usd = len(places), len(legs), w.ahead_usd
    price_the_day(w.worth, v.reception, v.closed, lists, how, legs, v.legs, hazards, worth, offers)
    _line_up(b.today.choosers, count[N_CHOOSERS], n_places, how, of)
    for p in range(n_places):
        first, last = U64(of.first[p]), U64(of.first[p + 1])
        if first == last:
            continue
        for j in range(first, min(first + U64(AHEAD), U64(of.next_free[p]))):
            prefetch(migrants, of.id[j])
        place = places[p]
        offer_legs(
            of,
            first,
            last,
            place,
            nests,
            nest_legs,
            nest_draws,
            legs,
            offers,
            worth,
            doubt,
            how["nest_scale"],
        )
        for c in range(place["first_counter"], place["last_counter"]):
            way = n_legs + c
            counter = counters[c]
            authority, wait = v.authorities[counter["authority"]], lists[way]["wait_days"]
            offer_counter(of, first, last, way, counter, counter_open[c], how, passes[c], authority, wait)
        for o in range(place["first_office"], place["last_office"]):
            offer_claim(of, first, last, n_ways + o, offices[o], v.office_open[o], how, v.offices[o])
        offer_not_to_go_on(of, first, last, place, v.places[p], how, ahead_usd[p])
        for j in range(first, U64(of.next_free[p])):
            if j + U64(AHEAD) < U64(of.next_free[p]):
                prefetch(migrants, of.id[j + U64(AHEAD)])
            i = np.int64(of.id[j])
            chosen = np.int64(of.chosen[j])
            r = migrants[i]
            g = np.int64(r["group"])
            if chosen >= 0 and chosen < n_legs and np.isinf(quota[chosen]) and lists[chosen]["head"] < 0:
                start_leg(
                    r, i, chosen, d, legs, v.legs, days_below, days_guide, groups, n_places, sums, wakes
                )
            elif chosen >= n_ways:
                o = chosen - n_ways
                claim(r, o, d)
                until, _ = claim_ends(r, offices[o], v.offices[o])
                schedule(wakes, r, i, until)
                sums.flows[F_CLAIMED, p, g] += persons_of(groups, r)
                add_stock(sums.stocks, groups, n_places, n_legs, r, 1)
            elif chosen >= 0:
                joiner = joiners[count[N_JOINERS]]
                joiner["id"] = i
                joiner["which"] = chosen
                joiner["bits"] = mix(decision_key(r) ^ place["hash"] ^ JOINS)
                count[N_JOINERS] += 1
            else:
                r["since"] = d
                if chosen == TAKE_GIVE_UP:
                    r["state"] = RETURNED
                    sums.flows[F_RETURNED, p, g] += persons_of(groups, r)
                    b.beliefs.ended[FAILED, g] += persons_of(groups, r)
                elif chosen == TAKE_SETTLE:
                    r["state"] = SETTLED
                    sums.flows[F_SETTLED, p, g] += persons_of(groups, r)
                else:
                    # Staying; or nothing to choose from, and then a wait as long as patience lasts.
                    mean = place["stay_days"] if chosen == TAKE_STAY else how["patience_days"]
                    key = decision_key(r) ^ place["hash"]
                    schedule(wakes, r, i, d + geometric(mix(key ^ STAY_LENGTH), mean))
                add_stock(sums.stocks, groups, n_places, n_legs, r, 1)
