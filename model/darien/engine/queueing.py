"""Stage 5: queues for ways with a daily limit. First come, first served; ties by own draw."""

from __future__ import annotations

import numpy as np

from darien.engine.books import E_SERVED, N_JOINERS
from darien.engine.choosing import start_leg
from darien.engine.compiled import kernel
from darien.engine.draws import geometric, mix, name_hash
from darien.engine.ledger import add_stock, decision_key, enlist, persons_of, schedule, strike
from darien.engine.records import AT_COUNTER, ENROLLED, F_PRESENTED, QUEUED
from darien.engine.sorting import sort_asking

PATIENCE = name_hash("patience")


@kernel
def queue(w, v, b, d):
    """Who chose a limited way today joins its queue; each queue then moves up as far as its limit allows.

    What is left of a day's limit is carried over while someone waits.
    """
    legs, days_below, groups, quota, passes = w.legs, w.days_below, w.groups, v.quota, v.passes
    n_places, n_legs, how = len(w.places), len(w.legs), w.behaviour[0]
    counters, days_guide, joiners = w.counters, w.days_guide, b.today.joiners
    migrants, lists, wakes, sums = b.migrants, b.lists, b.wakes, b.sums
    n = b.counts[N_JOINERS]
    sort_asking(joiners, migrants, n)
    for position in range(n):
        i = np.int64(joiners[position]["id"])
        way = np.int64(joiners[position]["which"])
        r = migrants[i]
        r["state"] = QUEUED
        r["leg"] = way
        r["since"] = d
        enlist(migrants, lists[way], i, persons_of(groups, r))
    for way in range(len(quota)):
        waiting = lists[way]
        if waiting["head"] < 0:
            waiting["credit"] = 0.0
            continue
        credit = quota[way] + waiting["credit"]
        while waiting["head"] >= 0:
            i = np.int64(waiting["head"])
            r = migrants[i]
            persons = persons_of(groups, r)
            if np.float64(persons) > credit:
                break
            credit -= np.float64(persons)
            strike(migrants, waiting, i, persons)
            if np.int64(r["since"]) < d:
                sums.events[E_SERVED] += 1
                r["wake"] = 0
                add_stock(sums.stocks, groups, n_places, n_legs, r, -1)
            if way < n_legs:
                start_leg(
                    r,
                    i,
                    np.int64(way),
                    d,
                    legs,
                    v.legs,
                    days_below,
                    days_guide,
                    groups,
                    n_places,
                    sums,
                    wakes,
                )
            else:
                rule = v.authorities[counters[way - n_legs]["authority"]]
                days = np.float64(passes[way - n_legs]["processing_days"])
                if rule["recognises"] and r["flags"] & ENROLLED:
                    days = max(1.0, np.floor(days * rule["processing_times"] + 0.5))
                enrolled = ENROLLED if rule["enrols"] else 0
                r["flags"] = np.int64(r["flags"]) | AT_COUNTER | enrolled
                r["since"] = d
                sums.flows[np.int64(r["place"]), np.int64(r["group"]), F_PRESENTED] += persons
                add_stock(sums.stocks, groups, n_places, n_legs, r, 1)
                schedule(wakes, r, i, d + np.int64(days))
        waiting["credit"] = credit if waiting["head"] >= 0 else 0.0
    for position in range(n):
        i = np.int64(joiners[position]["id"])
        r = migrants[i]
        if r["state"] == QUEUED and not (r["flags"] & AT_COUNTER):
            add_stock(sums.stocks, groups, n_places, n_legs, r, 1)
            way = np.int64(r["leg"])
            where = legs[way]["hash"] if way < n_legs else counters[way - n_legs]["hash"]
            patience = geometric(mix(decision_key(r) ^ where ^ PATIENCE), how["patience_days"])
            schedule(wakes, r, i, d + patience)
