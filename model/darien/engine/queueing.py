"""Stage 5: queues for ways with a daily limit. First come, first served; ties by own draw."""

from __future__ import annotations

import numpy as np

from darien.engine.books import E_SERVED, N_JOINERS
from darien.engine.choosing import start_leg
from darien.engine.compiled import inlined, kernel
from darien.engine.draws import geometric, mix, name_hash
from darien.engine.ledger import add_stock, decision_key, enlist, persons_of, schedule, strike
from darien.engine.records import AT_COUNTER, ENROLLED, F_PRESENTED, QUEUED
from darien.engine.sorting import sort_asking, swap

PATIENCE = name_hash("patience")


@inlined
def _let_through(r, i, way, d, w, v, sums, wakes):
    """Set out on the leg, or be served at the counter: then enrolled, if its authority does so."""
    n_places, n_legs = len(w.places), len(w.legs)
    if way < n_legs:
        start_leg(r, i, way, d, w.legs, v.legs, w.days_below, w.days_guide, w.groups, n_places, sums, wakes)
        return
    counter = way - n_legs
    rule = v.authorities[w.counters[counter]["authority"]]
    days = np.float64(v.passes[counter]["processing_days"])
    if rule["recognises"] and r["flags"] & ENROLLED:
        days = max(1.0, np.floor(days * rule["processing_times"] + 0.5))
    enrolled = ENROLLED if rule["enrols"] else 0
    r["flags"] = np.int64(r["flags"]) | AT_COUNTER | enrolled
    r["state"] = QUEUED
    r["leg"] = way
    r["since"] = d
    sums.flows[F_PRESENTED, np.int64(r["place"]), np.int64(r["group"])] += persons_of(w.groups, r)
    add_stock(sums.stocks, w.groups, n_places, n_legs, r, 1)
    schedule(wakes, r, i, d + np.int64(days))


@inlined
def _those_who_must_queue(w, v, b):
    """Move to the front of the joiners those of ways where not all can be let through; returns how many.

    Nobody waits on the other ways, and all who ask there today fit: they need no order.
    """
    joiners, lists, n = b.today.joiners, b.lists, b.counts[N_JOINERS]
    for position in range(n):
        persons = persons_of(w.groups, b.migrants[joiners[position]["id"]])
        lists[joiners[position]["which"]]["asked"] += persons
    kept = 0
    for position in range(n):
        way = joiners[position]["which"]
        if lists[way]["head"] >= 0 or np.float64(lists[way]["asked"]) > v.quota[way]:
            swap(joiners, position, kept)
            kept += 1
    return kept


@kernel
def queue(w, v, b, d):
    """Who chose a limited way today joins its queue; each queue then moves up as far as its limit allows.

    What is left of a day's limit is carried over while someone waits.
    """
    legs, counters, groups, quota, how = w.legs, w.counters, w.groups, v.quota, w.behaviour[0]
    n_places, n_legs, joiners = len(w.places), len(w.legs), b.today.joiners
    migrants, lists, wakes, sums = b.migrants, b.lists, b.wakes, b.sums
    n = _those_who_must_queue(w, v, b)
    for position in range(n, b.counts[N_JOINERS]):
        i = np.int64(joiners[position]["id"])
        _let_through(migrants[i], i, np.int64(joiners[position]["which"]), d, w, v, sums, wakes)
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
        waiting["asked"] = 0
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
            _let_through(r, i, np.int64(way), d, w, v, sums, wakes)
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
