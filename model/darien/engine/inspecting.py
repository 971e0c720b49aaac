"""Stage 2: inspections of those who ended a leg today."""

from __future__ import annotations

import numpy as np

from darien.engine.books import N_ARRIVALS, N_REQUESTS
from darien.engine.compiled import inlined, kernel
from darien.engine.draws import mix, name_hash, uniform
from darien.engine.ledger import add_stock, enter, let_choose, persons_of, schedule, visit_key
from darien.engine.prefetching import AHEAD, prefetch
from darien.engine.receiving import receive
from darien.engine.records import (
    ENROLLED,
    F_BRIBED,
    F_EXTORTED,
    F_IDENTIFIED,
    F_INSPECTED,
    F_TURNED_BACK,
    FORGED,
    GENUINE,
    ON_LEG,
    PAPERS_BITS,
    SMUGGLER,
    T_BRIBES,
    T_EXTORTED,
    T_NETWORK_BRIBES,
    TURNED_BACK,
)
from darien.engine.sorting import sort_asking

IDENTIFIED = name_hash("identified")
BRIBES = name_hash("bribe")
BED = name_hash("bed")
EXTORTED = name_hash("extorted")
NETWORK_BRIBES = name_hash("network bribes")

# What became of an arrival: free to go on, asking for a bed, or gone (turned back, received at the border).
_FREE, _CAUGHT, _GONE = 0, 1, 2


@inlined
def _identified(r, key, officers, authority):
    """Whether one inspected is identified: by papers, what officers can tell, what they are told."""
    papers = np.int64(r["flags"]) & PAPERS_BITS
    if papers == GENUINE:
        return False
    share = officers["identification_forged"] if papers == FORGED else officers["identification"]
    if authority["recognises"] and r["flags"] & ENROLLED:
        share = max(share, authority["identification"])
    return uniform(mix(key ^ IDENTIFIED)) < share


@inlined
def _inspect(
    r,
    i,
    a,
    k,
    d,
    checkpoint,
    officers,
    authorities,
    leg_rules,
    groups,
    n_places,
    n_legs,
    sums,
    stopped,
    wakes,
    caught,
    requests,
):
    """One inspection: made to pay, identified or not, protected by a pass, let go for a bribe, or caught.

    A network pays for its clients; others pay for themselves.
    """
    g = np.int64(r["group"])
    where = np.int64(checkpoint["where"])
    persons = persons_of(groups, r)
    sums.flows[F_INSPECTED, where, g] += persons
    key = visit_key(r) ^ checkpoint["hash"]
    if officers["extortion_share"] > 0.0 and uniform(mix(key ^ EXTORTED)) < officers["extortion_share"]:
        usd = min(np.int64(officers["extortion_usd"]) * np.int64(r["size"]), np.int64(r["funds"]))
        r["funds"] -= usd
        sums.flows[F_EXTORTED, where, g] += persons
        sums.tallies[T_EXTORTED, where, g] += usd * groups[g]["weight"]
    if not _identified(r, key, officers, authorities[checkpoint["authority"]]):
        return
    sums.flows[F_IDENTIFIED, where, g] += persons
    if r["pass_authority"] == checkpoint["authority"] and r["pass_until"] >= d:
        return
    sold = leg_rules[r["leg"]]
    protected = sold["bribed_share"] * officers["network_bribes_times"] if sold["network"] else 0.0
    if r["flags"] & SMUGGLER and uniform(mix(key ^ NETWORK_BRIBES)) < protected:
        sums.flows[F_BRIBED, where, g] += persons
        sums.tallies[T_NETWORK_BRIBES, where, g] += np.int64(np.float64(persons) * sold["bribe_usd"])
        return
    bribe = np.int64(officers["bribe_usd"]) * np.int64(r["size"])
    if np.int64(r["funds"]) >= bribe and uniform(mix(key ^ BRIBES)) < officers["bribe_share"]:
        r["funds"] -= bribe
        r["bribes"] = min(np.int64(r["bribes"]) + bribe, 65535)
        sums.flows[F_BRIBED, where, g] += persons
        sums.tallies[T_BRIBES, where, g] += bribe * groups[g]["weight"]
    elif checkpoint["centre"] < 0:
        sums.flows[F_TURNED_BACK, where, g] += persons
        stopped[r["leg"], g] += persons
        caught[a] = _GONE
        r["flags"] = np.int64(r["flags"]) | TURNED_BACK
        r["state"] = ON_LEG
        r["since"] = d
        add_stock(sums.stocks, groups, n_places, n_legs, r, 1)
        schedule(wakes, r, i, d + np.int64(checkpoint["turn_back_days"]))
    else:
        caught[a] = _CAUGHT
        request = requests[wakes.counts[N_REQUESTS]]
        request["id"] = i
        request["which"] = checkpoint["centre"]
        request["other"] = k
        request["bits"] = mix(key ^ BED)
        wakes.counts[N_REQUESTS] += 1


@kernel
def _round_of_inspections(
    on_leg,
    position,
    d,
    checkpoints,
    checkpoint_list,
    groups,
    legs,
    places,
    officers,
    authorities,
    leg_rules,
    credit,
    migrants,
    sums,
    stopped,
    wakes,
    today,
):
    """Each arrival's checkpoint number ``position`` on its leg, or at its place.

    Picked: own draw below the coverage. Inspected: of those picked as many persons as
    the officers manage in a day, the smallest draws first; one who does not fit blocks
    those after it, and what is left over is carried to the next day.
    Returns whether any arrival has a checkpoint further down its list.
    """
    arrivals, caught, picked, limits = today.arrivals, today.caught, today.picked, today.limits
    n = 0
    over = False
    more = False
    for k in range(len(checkpoints)):
        limits[k]["need"] = 0
        limits[k]["left"] = officers[k]["capacity"] + credit[k]
    for a in range(wakes.counts[N_ARRIVALS]):
        if a + AHEAD < wakes.counts[N_ARRIVALS]:
            prefetch(migrants, arrivals[a + AHEAD])
        if caught[a] != _FREE:
            continue
        r = migrants[arrivals[a]]
        if on_leg:
            first, last = legs[r["leg"]]["first_checkpoint"], legs[r["leg"]]["last_checkpoint"]
        else:
            first, last = places[r["place"]]["first_checkpoint"], places[r["place"]]["last_checkpoint"]
        if first + position >= last:
            continue
        if first + position + 1 < last:
            more = True
        k = np.int64(checkpoint_list[first + position])
        if officers[k]["coverage"] <= 0.0 or officers[k]["capacity"] <= 0.0:
            continue
        bits = mix(visit_key(r) ^ checkpoints[k]["hash"])
        if uniform(bits) >= officers[k]["coverage"]:
            continue
        one = picked[n]
        one["id"] = arrivals[a]
        one["which"] = k
        one["other"] = a
        one["bits"] = bits
        n += 1
        limits[k]["need"] += persons_of(groups, r)
        over = over or np.float64(limits[k]["need"]) > limits[k]["left"]
    if over:
        sort_asking(picked, migrants, n)
    blocked = np.int64(-1)
    for p in range(n):
        k = np.int64(picked[p]["which"])
        if k == blocked:
            continue
        i = np.int64(picked[p]["id"])
        r = migrants[i]
        persons = np.float64(persons_of(groups, r))
        credit[k] = 0.0
        if persons > limits[k]["left"]:
            blocked = k
            credit[k] = limits[k]["left"]
            continue
        limits[k]["left"] -= persons
        a = np.int64(picked[p]["other"])
        _inspect(
            r,
            i,
            a,
            k,
            d,
            checkpoints[k],
            officers[k],
            authorities,
            leg_rules,
            groups,
            len(places),
            len(legs),
            sums,
            stopped,
            wakes,
            caught,
            today.requests,
        )
    return more


@inlined
def _all_rounds(
    on_leg,
    d,
    checkpoints,
    checkpoint_list,
    groups,
    legs,
    places,
    officers,
    authorities,
    leg_rules,
    credit,
    migrants,
    sums,
    stopped,
    wakes,
    today,
):
    """Round after round until no arrival has a further checkpoint on its leg, or at its place."""
    position = 0
    more = True
    while more:
        more = _round_of_inspections(
            on_leg,
            position,
            d,
            checkpoints,
            checkpoint_list,
            groups,
            legs,
            places,
            officers,
            authorities,
            leg_rules,
            credit,
            migrants,
            sums,
            stopped,
            wakes,
            today,
        )
        position += 1


@kernel
def inspect(w, v, b, d):
    """Stage 2: the leg's checkpoints, then the place is entered, then the place's checkpoints."""
    checkpoints, checkpoint_list, groups = w.checkpoints, w.checkpoint_list, w.groups
    legs, places, how = w.legs, w.places, w.behaviour[0]
    officers, reception, credit = v.officers, v.reception, b.inspection_credit
    authorities, leg_rules = v.authorities, v.legs
    stopped, ended = b.beliefs.stopped, b.beliefs.ended
    migrants, counts, sums, wakes, today = b.migrants, b.counts, b.sums, b.wakes, b.today
    arrivals, caught, choosers = today.arrivals, today.caught, today.choosers
    on_legs = False
    for k in range(len(checkpoints)):
        if checkpoints[k]["where"] >= len(places) and officers[k]["coverage"] > 0.0:
            on_legs = True
    n = counts[N_ARRIVALS]
    for a in range(n):
        caught[a] = _FREE
    if on_legs:
        _all_rounds(
            True,
            d,
            checkpoints,
            checkpoint_list,
            groups,
            legs,
            places,
            officers,
            authorities,
            leg_rules,
            credit,
            migrants,
            sums,
            stopped,
            wakes,
            today,
        )
    # Whoever meets no checkpoint at the place is done with; the others move up in the list.
    meet = 0
    for a in range(n):
        if a + AHEAD < n:
            prefetch(migrants, arrivals[a + AHEAD])
        if caught[a] == _GONE:
            continue
        i = np.int64(arrivals[a])
        r = migrants[i]
        enter(r, legs[r["leg"]]["to"], groups, sums)
        place = places[r["place"]]
        if caught[a] == _CAUGHT:
            continue
        if place["destination"]:
            receive(
                r,
                i,
                d,
                place,
                reception,
                authorities,
                how,
                groups,
                len(places),
                len(legs),
                sums,
                ended,
                wakes,
            )
        elif place["first_checkpoint"] < place["last_checkpoint"]:
            arrivals[meet] = i
            caught[meet] = _FREE
            meet += 1
        else:
            let_choose(r, i, d, places, choosers, counts)
    counts[N_ARRIVALS] = meet
    _all_rounds(
        False,
        d,
        checkpoints,
        checkpoint_list,
        groups,
        legs,
        places,
        officers,
        authorities,
        leg_rules,
        credit,
        migrants,
        sums,
        stopped,
        wakes,
        today,
    )
    for a in range(meet):
        if caught[a] == _FREE:
            let_choose(migrants[arrivals[a]], arrivals[a], d, places, choosers, counts)
