"""How detention ends: removal, as far as there are seats home, or release."""

from __future__ import annotations

import numpy as np

from darien.engine.books import N_REMOVALS
from darien.engine.compiled import inlined, kernel
from darien.engine.draws import geometric, mix, name_hash, uniform
from darien.engine.ledger import add_stock, give_pass, let_choose, persons_of, schedule, strike, visit_key
from darien.engine.records import (
    AT_PLACE,
    F_RELEASED,
    F_REMOVED,
    FAILED,
    FLAGGED,
    REMOVED,
    T_REMOVAL,
)
from darien.engine.sorting import sort_asking

REMOVABLE = name_hash("removable")
REMOVAL_WAIT = name_hash("wait for removal")
RETRIES = name_hash("tries again")
ABSENCE = name_hash("absence")


@inlined
def limit_of(r, beds):
    """Days after which a centre lets a migrant go. Who is flagged is held longer."""
    limit = np.int64(beds["limit_minors_days"]) if r["minors"] > 0 else np.int64(beds["limit_days"])
    if r["flags"] & FLAGGED:
        limit += np.int64(beds["flagged_days"])
    return limit


@inlined
def held_until(r, centre_hash, beds, removal):
    """Day on which a detention ends under the rules in force, and whether it ends in removal.

    Removed, if the group can be and the wait for it is over before the limit; else
    released at the limit.
    """
    limit = limit_of(r, beds)
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
def let_out(r, i, d, centre, migrants, groups, n_places, n_legs, sums):
    """Out of a centre; the caller says where to."""
    persons = persons_of(groups, r)
    add_stock(sums.stocks, groups, n_places, n_legs, r, -1)
    strike(migrants, centre, i, persons)
    r["detained_days"] = min(np.int64(r["detained_days"]) + d - np.int64(r["since"]), 65535)
    r["flags"] = np.int64(r["flags"]) & ~FLAGGED


@inlined
def release(r, i, d, authority, rule, places, groups, flows, choosers, counts):
    """Free at the place of the centre, with an exit pass if the authority gives one."""
    flows[F_RELEASED, np.int64(r["place"]), np.int64(r["group"])] += persons_of(groups, r)
    if rule["release_pass_days"] > 0:
        give_pass(r, authority, d + np.int64(rule["release_pass_days"]))
    r["state"] = AT_PLACE
    let_choose(r, i, d, places, choosers, counts)


@kernel
def remove(w, v, b, d):
    """Seats home for those whose wait is over, the smallest draws first; who does not fit blocks the rest.

    The others wait for a seat of the next day, or for the end of their limit. What is left of a day's
    seats is carried over while someone waits.
    """
    groups, beds, authorities, how = w.groups, v.beds, v.authorities, w.behaviour[0]
    n_places, n_legs, ways = len(w.places), len(w.legs), len(w.legs) + len(w.counters)
    migrants, count, lists, sums, credit = b.migrants, b.counts, b.lists, b.sums, b.removal_credit
    removals, waits = b.today.removals, b.today.waits
    n = count[N_REMOVALS]
    limited = False
    for a in range(len(authorities)):
        limited = limited or not np.isinf(authorities[a]["removal_seats"])
        credit[a] += authorities[a]["removal_seats"]
    if limited:
        sort_asking(removals, migrants, n)
    left = np.int64(-1)  # the authority whose seats are all given
    for q in range(n):
        i = np.int64(removals[q]["id"])
        a = np.int64(removals[q]["which"])
        r = migrants[i]
        g = np.int64(r["group"])
        c = np.int64(r["leg"])
        persons = persons_of(groups, r)
        if a != left and np.float64(persons) <= credit[a]:
            credit[a] -= np.float64(persons)
            let_out(r, i, d, lists[ways + c], migrants, groups, n_places, n_legs, sums)
            sums.flows[F_REMOVED, np.int64(r["place"]), g] += persons
            cost = np.int64(np.float64(persons) * authorities[a]["removal_usd"])
            sums.tallies[T_REMOVAL, np.int64(r["place"]), g] += cost
            b.beliefs.ended[FAILED, g] += persons
            send_home(r, i, d, groups[g]["retry_share"], how["retry_delay_days"], b.wakes)
            add_stock(sums.stocks, groups, n_places, n_legs, r, 1)
            continue
        left = a
        limit = np.int64(r["since"]) + limit_of(r, beds[c])
        if limit > d:
            schedule(b.wakes, r, i, d + 1)
        else:
            let_out(r, i, d, lists[ways + c], migrants, groups, n_places, n_legs, sums)
            release(r, i, d, a, authorities[a], w.places, groups, sums.flows, b.today.choosers, count)
        waits[a] = 1
    for a in range(len(authorities)):
        if waits[a] == 0:
            credit[a] = 0.0
        waits[a] = 0
