"""Stage 3: beds for those who were apprehended, and what a full centre does."""

from __future__ import annotations

import numpy as np

from darien.engine.books import N_REQUESTS
from darien.engine.compiled import kernel
from darien.engine.ledger import add_stock, come_to, enlist, let_choose, persons_of, schedule
from darien.engine.levers import CROWD, NOT_APPREHEND, TRANSFER
from darien.engine.moving import held_until
from darien.engine.receiving import receive
from darien.engine.records import DETAINED, F_ADMITTED, F_APPREHENDED, F_TURNED_AWAY, T_MINORS
from darien.engine.sorting import sort_asking


@kernel
def give_beds(w, v, b, d):
    """Stage 3: beds to those with the smallest draws; who does not fit blocks those after it.

    Two rounds: those whom a full centre transfers ask the other centre in the second. A
    full centre lets the others go; under the rule not_apprehend nobody is counted as
    apprehended either.
    """
    if b.counts[N_REQUESTS] == 0:
        return
    groups, centres, checkpoints, beds, removal = w.groups, w.centres, w.checkpoints, v.beds, v.removal
    places, how, reception = w.places, w.behaviour[0], v.reception
    n_places, n_legs, ways = len(w.places), len(w.legs), len(w.legs) + len(w.counters)
    migrants, count, lists, wakes = b.migrants, b.counts, b.lists, b.wakes
    flows, stocks, tallies = b.sums.flows, b.sums.stocks, b.sums.tallies
    requests, limits, choosers = b.today.requests, b.today.limits, b.today.choosers
    for last_round in range(2):
        n = count[N_REQUESTS]
        for c in range(len(centres)):
            factor = beds[c]["crowding"] if beds[c]["when_full"] == CROWD else 1.0
            limits[c]["left"] = np.floor(beds[c]["beds"] * factor) - np.float64(lists[ways + c]["persons"])
            limits[c]["need"] = 0
        over = False
        for q in range(n):
            c = np.int64(requests[q]["which"])
            limits[c]["need"] += persons_of(groups, migrants[requests[q]["id"]])
            over = over or np.float64(limits[c]["need"]) > limits[c]["left"]
        if over:
            sort_asking(requests, migrants, n)
        blocked = np.int64(-1)
        again = 0
        for q in range(n):
            one = requests[q]
            i = np.int64(one["id"])
            c = np.int64(one["which"])
            by = np.int64(one["other"])
            r = migrants[i]
            g = np.int64(r["group"])
            persons = persons_of(groups, r)
            place = np.int64(centres[c]["place"])
            if c != blocked and np.float64(persons) <= limits[c]["left"]:
                limits[c]["left"] -= np.float64(persons)
                flows[np.int64(checkpoints[by]["where"]), g, F_APPREHENDED] += persons
                flows[place, g, F_ADMITTED] += persons
                tallies[place, g, T_MINORS] += np.int64(r["minors"]) * groups[g]["weight"]
                if place != np.int64(r["place"]):
                    come_to(r, place)
                r["state"] = DETAINED
                r["leg"] = c
                r["since"] = d
                add_stock(stocks, groups, n_places, n_legs, r, 1)
                enlist(migrants, lists[ways + c], i, persons)
                authority = np.int64(centres[c]["authority"])
                until, _ = held_until(r, centres[c]["hash"], beds[c], removal[authority, g])
                schedule(wakes, r, i, until)
                continue
            blocked = c
            if last_round == 0 and beds[c]["when_full"] == TRANSFER:
                moved = requests[again]
                moved["bits"] = one["bits"]
                moved["other"] = by
                moved["id"] = i
                moved["which"] = beds[c]["transfer_to"]
                again += 1
                continue
            if beds[c]["when_full"] != NOT_APPREHEND:
                flows[np.int64(checkpoints[by]["where"]), g, F_APPREHENDED] += persons
            flows[place, g, F_TURNED_AWAY] += persons
            at = places[r["place"]]
            if at["destination"]:
                receive(r, i, d, at["hash"], reception, how, groups, n_places, n_legs, b.sums, wakes)
            else:
                let_choose(r, i, d, places, choosers, count)
        count[N_REQUESTS] = again
        if again == 0:
            return
