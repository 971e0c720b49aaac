"""Stages 0 and 1: who departs today, and what ends today (legs, waits, detention, absence)."""

from __future__ import annotations

import numpy as np

from darien.engine.books import (
    E_DEPARTED,
    E_DETENTION,
    E_LEG,
    E_PASS,
    E_PATIENCE,
    E_RETRY,
    E_STAY,
    FREE_CHUNK,
    N_ARRIVALS,
    N_ENTRIES,
    N_MIGRANTS,
)
from darien.engine.compiled import inlined, kernel
from darien.engine.draws import (
    GOLDEN,
    U64,
    binomial,
    exp,
    geometric,
    mix,
    name_hash,
    normal,
    over_dispersed_poisson,
    uniform,
)
from darien.engine.ledger import (
    add_stock,
    decision_key,
    enter,
    let_choose,
    persons_of,
    schedule,
    strike,
    visit_key,
)
from darien.engine.records import (
    AT_COUNTER,
    AT_PLACE,
    DETAINED,
    DIED,
    F_DEPARTED,
    F_DIED,
    F_FINISHED,
    F_RELEASED,
    F_REMOVED,
    F_ROBBED,
    F_TRIED_AGAIN,
    FORGED,
    GENUINE,
    NO_PAPERS,
    NOBODY,
    ON_LEG,
    QUEUED,
    REMOVED,
    SMUGGLER,
    T_ROBBED,
    TURNED_BACK,
)

HOW_MANY = name_hash("how many depart")
DEPARTS = name_hash("departs")
SIZE = name_hash("party size")
MINORS = name_hash("minors")
FUNDS = name_hash("funds")
RISK = name_hash("risk aversion")
TASTE = name_hash("taste")
PAPERS = name_hash("papers")
HAS_SMUGGLER = name_hash("smuggler")
ENTRY = name_hash("entry place")
ROBBED = name_hash("robbed")
DEATHS = name_hash("deaths")
WHO_DIED = name_hash("who died")
REMOVABLE = name_hash("removable")
REMOVAL_WAIT = name_hash("wait for removal")
RETRIES = name_hash("tries again")
ABSENCE = name_hash("absence")
GRANTED = name_hash("pass granted")
SHUFFLE = name_hash("order of visits")
_MOST_USD = 2.0e9


@inlined
def _cell(group_hash, seed_key, ordinal):
    """Key of a group and a date."""
    return mix(mix(seed_key ^ group_hash) + GOLDEN * U64(ordinal))


@kernel
def count_candidates(groups, departing, dates, seed_key, candidates):
    """Fill (G, T) with how many may depart; returns how many will at the present rates."""
    will_depart = 0
    for g in range(candidates.shape[0]):
        for d in range(candidates.shape[1]):
            cell = _cell(groups[g]["hash"], seed_key, dates[d]["ordinal"])
            mean = departing[g, d]["candidates_mean"]
            n = over_dispersed_poisson(mix(cell ^ HOW_MANY), mean, groups[g]["dispersion"])
            candidates[g, d] = n
            share = departing[g, d]["share"]
            for k in range(n):
                identity = mix(cell + GOLDEN * U64(k + 1))
                if uniform(mix(identity ^ DEPARTS)) < share:
                    will_depart += 1
    return will_depart


@inlined
def first_funds(group, identity, size):
    """USD of the party at its first departure; also what a new attempt is measured against."""
    z = normal(mix(identity ^ FUNDS))
    usd = exp(group["log_funds"] + group["funds_spread"] * z) * np.float64(size)
    return np.int64(min(usd, _MOST_USD))


@inlined
def _make(r, identity, group, party_below, how):
    """What a migrant is, from its identity: party, funds, temper, papers."""
    r["identity"] = identity
    u = uniform(mix(identity ^ SIZE))
    size = 1
    while size < len(party_below) and u >= party_below[size - 1]:
        size += 1
    r["size"] = size
    r["minors"] = binomial(mix(identity ^ MINORS), size - 1, group["minors_share"])
    r["funds"] = first_funds(group, identity, size)
    spread = how["risk_spread"]
    risk = exp(spread * normal(mix(identity ^ RISK))) if spread > 0.0 else 1.0
    r["risk"] = np.int64(min(max(risk * 256.0, 1.0), 65535.0))
    spread = how["taste_spread"]
    taste = spread * normal(mix(identity ^ TASTE)) if spread > 0.0 else 0.0
    r["taste"] = np.int64(min(max(taste * 1024.0, -32767.0), 32767.0))
    u = uniform(mix(identity ^ PAPERS))
    papers = NO_PAPERS
    if u < group["genuine_share"]:
        papers = GENUINE
    elif u < group["genuine_share"] + group["forged_share"]:
        papers = FORGED
    smuggler = SMUGGLER if uniform(mix(identity ^ HAS_SMUGGLER)) < group["smuggler_share"] else 0
    r["flags"] = papers | smuggler
    r["pass_authority"] = -1
    r["next"] = NOBODY
    r["prev"] = NOBODY


@kernel
def depart(w, b, d, seed_key):
    """Stage 0: each candidate of the day departs if its own draw is below the share that does."""
    groups, departing, entries, party_below = w.groups, w.departing, w.entries, w.party_below
    how, migrants, count, candidates = w.behaviour[0], b.migrants, b.counts, b.candidates
    choosers, places, flows, events = b.today.choosers, w.places, b.sums.flows, b.sums.events
    ordinal = w.dates[d]["ordinal"]
    route = len(w.places) + len(w.legs)
    for g in range(len(groups)):
        today = departing[g, d]
        cell = _cell(groups[g]["hash"], seed_key, ordinal)
        for k in range(candidates[g, d]):
            identity = mix(cell + GOLDEN * U64(k + 1))
            if uniform(mix(identity ^ DEPARTS)) >= today["share"]:
                continue
            i = count[N_MIGRANTS]
            count[N_MIGRANTS] = i + 1
            r = migrants[i]
            _make(r, identity, groups[g], party_below[g], how)
            entry = np.int64(today["first_entry"])
            u = uniform(mix(identity ^ ENTRY))
            while entry < today["last_entry"] - 1 and u >= entries[entry]["below"]:
                entry += 1
            r["entry"] = entries[entry]["place"]
            r["place"] = r["entry"]
            r["group"] = g
            r["departed"] = d
            r["since"] = d
            r["state"] = AT_PLACE
            flows[route, g, F_DEPARTED] += persons_of(groups, r)
            events[E_DEPARTED] += 1
            let_choose(r, i, d, places, choosers, count)


@inlined
def held_until(r, centre_hash, beds, removal):
    """Day on which a detention ends under the rules in force, and whether it ends in removal.

    Removed, if the group can be and the wait for it is over before the limit; else
    released at the limit.
    """
    limit = np.int64(beds["limit_minors_days"]) if r["minors"] > 0 else np.int64(beds["limit_days"])
    key = visit_key(r) ^ centre_hash
    since = np.int64(r["since"])
    if uniform(mix(key ^ REMOVABLE)) < removal["share"]:
        wait = geometric(mix(key ^ REMOVAL_WAIT), removal["days"])
        if wait <= limit:
            return since + wait, True
    return since + limit, False


@inlined
def send_home(r, i, d, retry_share, retry_delay_days, wakes):
    """Removal: some try again after a time at home. The caller counts it."""
    r["state"] = REMOVED
    r["since"] = d
    key = visit_key(r)
    if uniform(mix(key ^ RETRIES)) < retry_share and r["attempt"] < 255:
        schedule(wakes, r, i, d + geometric(mix(key ^ ABSENCE), retry_delay_days))


@inlined
def _meet_hazards(r, hazard, leg_hash, robbery_share):
    """Robbery and death on a leg that ends today: USD lost, persons dead. Size and minors follow."""
    lost, dead = np.int64(-1), np.int64(0)
    key = visit_key(r) ^ leg_hash
    if hazard["robbery"] > 0.0 and uniform(mix(key ^ ROBBED)) < hazard["robbery"]:
        lost = np.int64(np.float64(r["funds"]) * robbery_share)
        r["funds"] -= lost
    if hazard["death"] > 0.0:
        dead = binomial(mix(key ^ DEATHS), np.int64(r["size"]), hazard["death"])
        if dead > 0:
            minors = binomial(mix(key ^ WHO_DIED), dead, np.float64(r["minors"]) / np.float64(r["size"]))
            left = np.int64(r["size"]) - dead
            r["minors"] = min(max(np.int64(r["minors"]) - minors, 0), left)
            r["size"] = left
    return lost, dead


@inlined
def _read_calendar(wakes, migrants, due, d):
    """Today's ids, each once; frees the chunks. Returns how many."""
    today = wakes.days[d]
    n = 0
    chunk = np.int64(today["head"])
    fill = np.int64(today["fill"])
    while chunk >= 0:
        for slot in range(fill):
            i = wakes.ids[chunk, slot]
            r = migrants[i]
            if r["wake"] == d:
                r["wake"] = 0
                due[n] = i
                n += 1
        following = np.int64(wakes.next[chunk])
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
    beds, removal, passes, release_pass_days = v.beds, v.removal, v.passes, v.release_pass_days
    migrants, count, wakes, lists = b.migrants, b.counts, b.wakes, b.lists
    due, arrivals, choosers = b.today.due, b.today.arrivals, b.today.choosers
    flows, stocks, tallies, events = b.sums.flows, b.sums.stocks, b.sums.tallies, b.sums.events
    route = n_places + n_legs
    ways = n_legs + len(counters)
    n = _read_calendar(wakes, migrants, due, d)
    if visit_order != 0:
        _shuffle(due, n, visit_order)
    for position in range(n):
        i = np.int64(due[position])
        r = migrants[i]
        g = np.int64(r["group"])
        persons = persons_of(groups, r)
        state = r["state"]
        if state == ON_LEG:
            events[E_LEG] += 1
            leg = np.int64(r["leg"])
            stocks[n_places + leg, g, ON_LEG] -= persons
            if r["flags"] & TURNED_BACK:
                r["flags"] = np.int64(r["flags"]) & ~TURNED_BACK
                enter(r, legs[leg]["origin"], groups, b.sums)
            else:
                where = n_places + leg
                lost, dead = _meet_hazards(r, hazards[month, leg], legs[leg]["hash"], how["robbery_share"])
                if lost >= 0:
                    flows[where, g, F_ROBBED] += persons
                    tallies[where, g, T_ROBBED] += lost * groups[g]["weight"]
                if dead > 0:
                    flows[where, g, F_DIED] += dead * groups[g]["weight"]
                    stocks[route, g, DIED] += dead * groups[g]["weight"]
                    if r["size"] == 0:
                        r["state"] = DIED
                        r["since"] = d
                        continue
                flows[where, g, F_FINISHED] += persons_of(groups, r)
                if not legs[leg]["unwatched"]:
                    arrivals[count[N_ARRIVALS]] = i
                    count[N_ARRIVALS] += 1
                    continue
                enter(r, legs[leg]["to"], groups, b.sums)
        elif state == AT_PLACE:
            stocks[np.int64(r["place"]), g, AT_PLACE] -= persons
            events[E_STAY] += 1
            days = np.float64(d - np.int64(r["since"]))
            earned = how["income_per_day"] * days * np.float64(r["size"])
            r["funds"] = np.int64(min(np.float64(r["funds"]) + earned, _MOST_USD))
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
                    r["pass_authority"] = counters[way - n_legs]["authority"]
                    r["pass_until"] = min(d + np.int64(rule["valid_days"]), 65535)
            else:
                events[E_PATIENCE] += 1
                strike(migrants, lists[way], i, persons)
            r["decision"] = (np.int64(r["decision"]) + 1) & 255
        elif state == DETAINED:
            add_stock(stocks, groups, n_places, n_legs, r, -1)
            events[E_DETENTION] += 1
            c = np.int64(r["leg"])
            authority = np.int64(centres[c]["authority"])
            _, removed = held_until(r, centres[c]["hash"], beds[c], removal[authority, g])
            strike(migrants, lists[ways + c], i, persons)
            r["detained_days"] = min(np.int64(r["detained_days"]) + d - np.int64(r["since"]), 65535)
            if removed:
                flows[np.int64(r["place"]), g, F_REMOVED] += persons
                send_home(r, i, d, groups[g]["retry_share"], how["retry_delay_days"], wakes)
                add_stock(stocks, groups, n_places, n_legs, r, 1)
                continue
            flows[np.int64(r["place"]), g, F_RELEASED] += persons
            if release_pass_days[authority] > 0:
                r["pass_authority"] = authority
                r["pass_until"] = min(d + np.int64(release_pass_days[authority]), 65535)
        else:
            add_stock(stocks, groups, n_places, n_legs, r, -1)
            events[E_RETRY] += 1
            r["attempt"] += 1
            r["visits"] = 0
            r["laps"] = 0
            r["decision"] = 0
            r["place"] = r["entry"]
            r["pass_authority"] = -1
            first = first_funds(groups[g], U64(r["identity"]), r["size"])
            r["funds"] = np.int64(np.float64(first) * how["retry_funds_share"])
            flows[np.int64(r["place"]), g, F_TRIED_AGAIN] += persons
        r["state"] = AT_PLACE
        let_choose(r, i, d, places, choosers, count)
