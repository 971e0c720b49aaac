"""Stage 1: what ends today (legs, waits, detention, claims, absence)."""

from __future__ import annotations

import numpy as np

from darien.engine.books import (
    E_CLAIM,
    E_DETENTION,
    E_LEG,
    E_PASS,
    E_PATIENCE,
    E_RETRY,
    E_STAY,
    FREE_CHUNK,
    N_ARRIVALS,
    N_ENTRIES,
    N_REMOVALS,
)
from darien.engine.claiming import claim_ends, recognised
from darien.engine.compiled import inlined, kernel
from darien.engine.departing import MOST_USD, first_funds
from darien.engine.draws import U64, binomial, mix, name_hash, uniform
from darien.engine.ledger import (
    add_stock,
    decision_key,
    enter,
    give_pass,
    let_choose,
    persons_of,
    strike,
    visit_key,
)
from darien.engine.prefetching import AHEAD, prefetch
from darien.engine.records import (
    AT_COUNTER,
    AT_PLACE,
    CLAIMING,
    DETAINED,
    DIED,
    F_ABANDONED,
    F_DIED,
    F_FINISHED,
    F_RECOGNISED,
    F_REFUSED,
    F_ROBBED,
    F_SETTLED,
    F_TRIED_AGAIN,
    HAS_CLAIMED,
    ON_LEG,
    QUEUED,
    SETTLED,
    T_ROBBED,
    TURNED_BACK,
)
from darien.engine.removing import held_until, let_out, release, remove

ROBBED = name_hash("robbed")
DEATHS = name_hash("deaths")
WHO_DIED = name_hash("who died")
GRANTED = name_hash("pass granted")
SEAT = name_hash("seat home")
SHUFFLE = name_hash("order of visits")


@inlined
def _meet_hazards(r, hazard, rule, leg_hash, robbery_share):
    """Robbery and death on a leg that ends today: USD lost, persons dead. Size and minors follow."""
    lost, dead = np.int64(-1), np.int64(0)
    key = visit_key(r) ^ leg_hash
    if hazard["robbery"] > 0.0 and uniform(mix(key ^ ROBBED)) < hazard["robbery"] * rule["robbery_times"]:
        lost = np.int64(np.float64(r["funds"]) * robbery_share)
        r["funds"] -= lost
    if hazard["death"] > 0.0:
        death = min(hazard["death"] * rule["death_times"], 1.0)
        dead = binomial(mix(key ^ DEATHS), np.int64(r["size"]), death)
        if dead > 0:
            minors = binomial(mix(key ^ WHO_DIED), dead, np.float64(r["minors"]) / np.float64(r["size"]))
            left = np.int64(r["size"]) - dead
            r["minors"] = min(max(np.int64(r["minors"]) - minors, 0), left)
            r["size"] = left
    return lost, dead


@inlined
def _read_calendar(wakes, due, d):
    """Today's ids, and those whose day was moved; frees the chunks. Returns how many."""
    today = wakes.days[d]
    n = 0
    chunk = np.int64(today["head"])
    fill = np.int64(today["fill"])
    while chunk >= 0:
        following = np.int64(wakes.next[chunk])
        for slot in range(fill):
            due[n] = wakes.ids[chunk, slot]
            n += 1
        wakes.next[chunk] = wakes.counts[FREE_CHUNK]
        wakes.counts[FREE_CHUNK] = chunk
        chunk = following
        fill = wakes.ids.shape[1]
    wakes.counts[N_ENTRIES] -= today["due"]
    today["head"] = -1
    today["due"] = 0
    return n


@inlined
def _shuffle(ids, n, visit_order):
    """Another order of visits, for the test that it changes nothing."""
    key = mix(U64(visit_order) ^ SHUFFLE)
    for last in range(n - 1, 0, -1):
        other = np.int64(mix(key + U64(last)) % U64(last + 1))
        ids[last], ids[other] = ids[other], ids[last]


@kernel
def wake(w, v, b, d, visit_order):
    """Stage 1: what ends today.

    ``visit_order`` other than 0 shuffles the order of visits, which must change nothing.
    """
    groups, legs, hazards, counters, centres = w.groups, w.legs, w.hazards, w.counters, w.centres
    places = w.places
    n_places, n_legs, month, how = len(w.places), len(w.legs), w.dates[d]["month"], w.behaviour[0]
    beds, removal, passes, leg_rules, authorities = v.beds, v.removal, v.passes, v.legs, v.authorities
    offices, office_rules, met, removals = w.offices, v.offices, b.beliefs.met, b.today.removals
    migrants, count, wakes, lists = b.migrants, b.counts, b.wakes, b.lists
    due, arrivals, choosers = b.today.due, b.today.arrivals, b.today.choosers
    flows, stocks, tallies, events = b.sums.flows, b.sums.stocks, b.sums.tallies, b.sums.events
    route = n_places + n_legs
    ways = n_legs + len(counters)
    count[N_REMOVALS] = 0
    n = _read_calendar(wakes, due, d)
    if visit_order != 0:
        _shuffle(due, n, visit_order)
    for position in range(n):
        if position + AHEAD < n:
            prefetch(migrants, due[position + AHEAD])
        i = np.int64(due[position])
        r = migrants[i]
        if np.int64(r["wake"]) != d:
            continue  # woken before that day, or on another one
        r["wake"] = 0
        g = np.int64(r["group"])
        persons = persons_of(groups, r)
        state = r["state"]
        if state == ON_LEG:
            events[E_LEG] += 1
            leg = np.int64(r["leg"])
            stocks[ON_LEG, n_places + leg, g] -= persons
            if r["flags"] & TURNED_BACK:
                r["flags"] = np.int64(r["flags"]) & ~TURNED_BACK
                enter(r, legs[leg]["origin"], groups, b.sums)
            else:
                where = n_places + leg
                rule, name = leg_rules[leg], legs[leg]["hash"]
                lost, dead = _meet_hazards(r, hazards[month, leg], rule, name, how["robbery_share"])
                if lost >= 0:
                    flows[F_ROBBED, where, g] += persons
                    tallies[T_ROBBED, where, g] += lost * groups[g]["weight"]
                if dead > 0:
                    flows[F_DIED, where, g] += dead * groups[g]["weight"]
                    stocks[DIED, route, g] += dead * groups[g]["weight"]
                    if r["size"] == 0:
                        r["state"] = DIED
                        r["since"] = d
                        continue
                flows[F_FINISHED, where, g] += persons_of(groups, r)
                met[leg, g] += persons_of(groups, r)
                if not legs[leg]["unwatched"]:
                    arrivals[count[N_ARRIVALS]] = i
                    count[N_ARRIVALS] += 1
                    continue
                enter(r, legs[leg]["to"], groups, b.sums)
        elif state == AT_PLACE:
            stocks[AT_PLACE, np.int64(r["place"]), g] -= persons
            events[E_STAY] += 1
            days = np.float64(d - np.int64(r["since"]))
            earned = how["income_per_day"] * days * np.float64(r["size"])
            r["funds"] = np.int64(min(np.float64(r["funds"]) + earned, MOST_USD))
            r["decision"] = (np.int64(r["decision"]) + 1) & 255
        elif state == QUEUED:
            add_stock(stocks, groups, n_places, n_legs, r, -1)
            way = np.int64(r["leg"])
            if r["flags"] & AT_COUNTER:
                events[E_PASS] += 1
                r["flags"] = np.int64(r["flags"]) & ~AT_COUNTER
                rule = passes[way - n_legs]
                key = decision_key(r) ^ counters[way - n_legs]["hash"]
                if uniform(mix(key ^ GRANTED)) < rule["granted_share"]:
                    give_pass(r, counters[way - n_legs]["authority"], d + np.int64(rule["valid_days"]))
            else:
                events[E_PATIENCE] += 1
                strike(migrants, lists[way], i, persons)
            r["decision"] = (np.int64(r["decision"]) + 1) & 255
        elif state == DETAINED:
            events[E_DETENTION] += 1
            c = np.int64(r["leg"])
            authority = np.int64(centres[c]["authority"])
            _, removed = held_until(r, centres[c]["hash"], beds[c], removal[authority, g])
            if removed:
                one = removals[count[N_REMOVALS]]
                count[N_REMOVALS] += 1
                one["id"] = i
                one["which"] = authority
                one["bits"] = mix(visit_key(r) ^ centres[c]["hash"] ^ SEAT)
                continue
            let_out(r, i, d, lists[ways + c], migrants, groups, n_places, n_legs, b.sums)
            release(r, i, d, authority, authorities[authority], places, groups, flows, choosers, count)
            continue
        elif state == CLAIMING:
            add_stock(stocks, groups, n_places, n_legs, r, -1)
            events[E_CLAIM] += 1
            office, rule = offices[r["leg"]], office_rules[r["leg"]]
            place = np.int64(r["place"])
            _, decided = claim_ends(r, office, rule)
            granted, settles = recognised(r, office, rule)
            if not decided:
                flows[F_ABANDONED, place, g] += persons
            elif not granted:
                flows[F_REFUSED, place, g] += persons
            else:
                flows[F_RECOGNISED, place, g] += persons
                if settles:
                    flows[F_SETTLED, place, g] += persons
                    r["state"] = SETTLED
                    r["since"] = d
                    add_stock(stocks, groups, n_places, n_legs, r, 1)
                    continue
                give_pass(r, office["authority"], d + np.int64(rule["valid_days"]))
            r["decision"] = (np.int64(r["decision"]) + 1) & 255
        else:
            add_stock(stocks, groups, n_places, n_legs, r, -1)
            events[E_RETRY] += 1
            r["attempt"] += 1
            r["visits"] = 0
            r["laps"] = 0
            r["decision"] = 0
            r["place"] = r["entry"]
            r["pass_authority"] = -1
            r["flags"] = np.int64(r["flags"]) & ~HAS_CLAIMED
            first = first_funds(groups[g], U64(r["identity"]), r["size"])
            r["funds"] = np.int64(np.float64(first) * how["retry_funds_share"])
            flows[F_TRIED_AGAIN, np.int64(r["place"]), g] += persons
        r["state"] = AT_PLACE
        let_choose(r, i, d, places, choosers, count)
    remove(w, v, b, d)
