"""Stage 3: beds for those who were apprehended, interviews, and what a full centre does."""

from __future__ import annotations

import numpy as np

from darien.engine.books import E_SERVED, N_REQUESTS
from darien.engine.compiled import inlined, kernel
from darien.engine.draws import binomial, geometric, mix, name_hash
from darien.engine.ledger import (
    add_stock,
    come_to,
    decision_key,
    enlist,
    let_choose,
    persons_of,
    schedule,
    strike,
    visit_key,
)
from darien.engine.levers import CROWD, NOT_APPREHEND, TRANSFER, WAIT
from darien.engine.receiving import receive
from darien.engine.records import (
    DETAINED,
    ENROLLED,
    F_ADMITTED,
    F_APPREHENDED,
    F_FALSELY_FLAGGED,
    F_FLAGGED,
    F_TURNED_AWAY,
    F_VETTED,
    FLAGGED,
    QUEUED,
    T_FLAGGED_DAYS,
    T_MINORS,
)
from darien.engine.removing import held_until
from darien.engine.sorting import sort_asking

OUTSIDE = name_hash("patience outside a centre")
RIGHTLY = name_hash("whom a perfect interview would flag")
FOUND = name_hash("found in an interview")
WRONGLY = name_hash("wrongly flagged")


@inlined
def _interview(r, c, centre, beds, base_rate, groups, credit, sums, place):
    """Vet a party, if there is time for it today; returns whether there was.

    Adults are vetted, and the party is held together. How many flags are right follows from the base
    rate, an assumption, with the sensitivity and the specificity of interviews.
    """
    g = np.int64(r["group"])
    weight = groups[g]["weight"]
    adults = np.int64(r["size"]) - np.int64(r["minors"])
    if np.float64(adults * weight) > credit[c]:
        return False
    credit[c] -= np.float64(adults * weight)
    key = visit_key(r) ^ centre["hash"]
    rightly = binomial(mix(key ^ RIGHTLY), adults, base_rate)
    found = binomial(mix(key ^ FOUND), rightly, beds["sensitivity"])
    wrongly = binomial(mix(key ^ WRONGLY), adults - rightly, 1.0 - beds["specificity"])
    sums.flows[F_VETTED, place, g] += adults * weight
    sums.flows[F_FLAGGED, place, g] += (found + wrongly) * weight
    sums.flows[F_FALSELY_FLAGGED, place, g] += wrongly * weight
    if found + wrongly > 0:
        r["flags"] = np.int64(r["flags"]) | FLAGGED
        if found == 0:
            sums.tallies[T_FLAGGED_DAYS, place, g] += np.int64(beds["flagged_days"]) * persons_of(groups, r)
    return True


@inlined
def _admit(r, i, c, d, w, v, b, ways):
    """To a bed: enrolled, interviewed if there is time, held until removal or the limit."""
    groups, centre, beds = w.groups, w.centres[c], v.beds[c]
    g = np.int64(r["group"])
    persons = persons_of(groups, r)
    place, authority = np.int64(centre["place"]), np.int64(centre["authority"])
    b.sums.flows[F_ADMITTED, place, g] += persons
    b.sums.tallies[T_MINORS, place, g] += np.int64(r["minors"]) * groups[g]["weight"]
    if place != np.int64(r["place"]):
        come_to(r, place)
    enrolled = ENROLLED if v.authorities[authority]["enrols"] else 0
    r["flags"] = np.int64(r["flags"]) | enrolled
    r["state"] = DETAINED
    r["leg"] = c
    r["since"] = d
    b.today.limits[c]["left"] -= np.float64(persons)
    add_stock(b.sums.stocks, groups, len(w.places), len(w.legs), r, 1)
    enlist(b.migrants, b.lists[ways + c], i, persons)
    if beds["interviews"] > 0.0 and b.today.limits[c]["need"] >= 0:
        base_rate = w.behaviour[0]["vetting_base_rate"]
        if not _interview(r, c, centre, beds, base_rate, groups, b.interview_credit, b.sums, place):
            b.today.limits[c]["need"] = -1  # one who does not fit blocks those after it
    until, _ = held_until(r, centre["hash"], beds, v.removal[authority, g])
    schedule(b.wakes, r, i, until)


@inlined
def _from_outside(w, v, b, d, ways):
    """Those who wait outside a centre have the beds that fell free, first come first served."""
    n_centres = len(w.centres)
    for c in range(n_centres):
        waiting = b.lists[ways + n_centres + c]
        while waiting["head"] >= 0:
            i = np.int64(waiting["head"])
            r = b.migrants[i]
            persons = persons_of(w.groups, r)
            if np.float64(persons) > b.today.limits[c]["left"]:
                b.today.limits[c]["left"] = 0.0  # nobody passes those who wait
                break
            strike(b.migrants, waiting, i, persons)
            add_stock(b.sums.stocks, w.groups, len(w.places), len(w.legs), r, -1)
            b.sums.events[E_SERVED] += 1
            r["wake"] = 0
            _admit(r, i, c, d, w, v, b, ways)


@inlined
def _wait_outside(r, i, c, d, w, b, ways):
    """Wait at the place for a bed, as long as patience lasts."""
    waiting = ways + len(w.centres) + c
    r["state"] = QUEUED
    r["leg"] = waiting
    r["since"] = d
    enlist(b.migrants, b.lists[waiting], i, persons_of(w.groups, r))
    add_stock(b.sums.stocks, w.groups, len(w.places), len(w.legs), r, 1)
    key = mix(decision_key(r) ^ w.centres[c]["hash"] ^ OUTSIDE)
    schedule(b.wakes, r, i, d + geometric(key, w.behaviour[0]["patience_days"]))


@kernel
def give_beds(w, v, b, d):
    """Stage 3: beds to those with the smallest draws; who does not fit blocks those after it.

    Those who wait outside come first. Two rounds: those whom a full centre transfers ask the other
    centre in the second. A full centre lets the others go, or wait outside; under the rule
    not_apprehend nobody is counted as apprehended either.
    """
    ways = len(w.legs) + len(w.counters)
    for c in range(len(w.centres)):
        factor = v.beds[c]["crowding"] if v.beds[c]["when_full"] == CROWD else 1.0
        held = np.float64(b.lists[ways + c]["persons"])
        b.today.limits[c]["left"] = np.floor(v.beds[c]["beds"] * factor) - held
        b.today.limits[c]["need"] = 0
        b.interview_credit[c] += v.beds[c]["interviews"]
    _from_outside(w, v, b, d, ways)
    for last_round in range(2):
        if b.counts[N_REQUESTS] == 0:
            break
        _one_round(w, v, b, d, ways, last_round)
    for c in range(len(w.centres)):
        if b.today.limits[c]["need"] >= 0:
            b.interview_credit[c] = 0.0


@inlined
def _one_round(w, v, b, d, ways, last_round):
    """Everyone who asks for a bed is given one, asks elsewhere, waits, or is let go."""
    groups, centres, checkpoints, beds = w.groups, w.centres, w.checkpoints, v.beds
    places, how, n_places, n_legs = w.places, w.behaviour[0], len(w.places), len(w.legs)
    migrants, count, sums, wakes = b.migrants, b.counts, b.sums, b.wakes
    requests, limits, choosers, ended = b.today.requests, b.today.limits, b.today.choosers, b.beliefs.ended
    n = count[N_REQUESTS]
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
        at, where = np.int64(centres[c]["place"]), np.int64(checkpoints[by]["where"])
        if c != blocked and np.float64(persons) <= limits[c]["left"]:
            sums.flows[F_APPREHENDED, where, g] += persons
            b.beliefs.stopped[r["leg"], g] += persons
            _admit(r, i, c, d, w, v, b, ways)
            continue
        blocked = c
        rule = beds[c]["when_full"]
        if last_round == 0 and rule == TRANSFER:
            moved = requests[again]
            moved["bits"] = one["bits"]
            moved["other"] = by
            moved["id"] = i
            moved["which"] = beds[c]["transfer_to"]
            again += 1
            continue
        if rule != NOT_APPREHEND:
            sums.flows[F_APPREHENDED, where, g] += persons
        sums.flows[F_TURNED_AWAY, at, g] += persons
        here = places[r["place"]]
        if here["destination"]:
            receive(
                r, i, d, here, v.reception, v.authorities, how, groups, n_places, n_legs, sums, ended, wakes
            )
        elif rule == WAIT:
            b.beliefs.stopped[r["leg"], g] += persons
            _wait_outside(r, i, c, d, w, b, ways)
        else:
            let_choose(r, i, d, places, choosers, count)
    count[N_REQUESTS] = again
