"""What every stage of the day needs: persons, stocks, the calendar, the waiting lists, the keys."""

from __future__ import annotations

import numpy as np

from darien.engine.books import CHUNK, FREE_CHUNK, N_CHOOSERS, N_ENTRIES
from darien.engine.compiled import inlined
from darien.engine.draws import GOLDEN, U64, mix
from darien.engine.gumbels import F4, high_half, low_half
from darien.engine.records import AT_PLACE, CLAIMING, DETAINED, F_ENTERED, NOBODY, ON_LEG, QUEUED

_DECIDES = U64(1 << 40)
_ATTEMPT = U64(24)
_LAPS = U64(16)
_DECISION = U64(32)
_TWO_BITS = U64(3)
_SLOTS = np.int64(31)


@inlined
def visit_code(r):
    """Attempt, and how often this migrant has come to this place in this attempt."""
    slot = U64((np.int64(r["place"]) & _SLOTS) * 2)
    times = (U64(r["visits"]) >> slot) & _TWO_BITS
    return (U64(r["attempt"]) << _ATTEMPT) | (U64(r["laps"]) << _LAPS) | times


@inlined
def visit_key(r):
    """Key of all that happens once per visit to a place: journeys on, inspections, hazards."""
    return mix(U64(r["identity"]) + GOLDEN * (visit_code(r) + U64(1)))


@inlined
def decision_key(r):
    """Key of one decision within the visit: the choice, its patience, its stay."""
    code = visit_code(r) | (U64(r["decision"]) << _DECISION) | _DECIDES
    return mix(U64(r["identity"]) + GOLDEN * (code + U64(1)))


@inlined
def come_to(r, place):
    """Put a migrant at a place and count the visit; a counter that runs over counts a lap for all."""
    r["place"] = place
    r["decision"] = 0
    slot = U64((np.int64(place) & _SLOTS) * 2)
    visits = U64(r["visits"])
    times = (visits >> slot) & _TWO_BITS
    if times == _TWO_BITS:
        r["visits"] = visits & ~(_TWO_BITS << slot)
        r["laps"] = (np.int64(r["laps"]) + 1) & 255
    else:
        r["visits"] = visits + (U64(1) << slot)


@inlined
def let_choose(r, i, d, places, choosers, counts):
    """Whoever is free at a place chooses today, with what it brings to any option."""
    key = decision_key(r) ^ places[r["place"]]["hash"]
    one = choosers[counts[N_CHOOSERS]]
    counts[N_CHOOSERS] += 1
    one["id"] = i
    one["low"] = low_half(key)
    one["high"] = high_half(key)
    one["funds"] = F4(np.int64(r["funds"])) / F4(r["size"])
    one["pass_of"] = r["pass_authority"] if r["pass_until"] >= d else NOBODY
    one["trust"] = r["trust"]
    one["flags"] = r["flags"]
    one["place"] = r["place"]
    one["risk"] = r["risk"]
    one["taste"] = r["taste"]
    one["group"] = r["group"]


@inlined
def enter(r, place, groups, sums):
    """Come to a place from a leg."""
    come_to(r, place)
    r["state"] = AT_PLACE
    sums.flows[F_ENTERED, np.int64(place), np.int64(r["group"])] += persons_of(groups, r)


@inlined
def persons_of(groups, r):
    """Persons that a record stands for: those alive in the party times persons per migrant."""
    return np.int64(r["size"]) * groups[r["group"]]["weight"]


@inlined
def where_of(places, legs, r):
    """Where a record's stock is counted: its place, its leg, or the route for who has left the map."""
    state = np.int64(r["state"])
    if state == ON_LEG:
        return places + np.int64(r["leg"])
    if state in (AT_PLACE, QUEUED, CLAIMING, DETAINED):
        return np.int64(r["place"])
    return np.int64(places + legs)


@inlined
def add_stock(stocks, groups, places, legs, r, sign):
    """Add a record to the stock of its state and place (sign 1), or take it out (sign -1)."""
    where = where_of(places, legs, r)
    stocks[np.int64(r["state"]), where, np.int64(r["group"])] += sign * persons_of(groups, r)


@inlined
def give_pass(r, authority, until):
    """An exit pass, until a day; a new one stands over an old one."""
    r["pass_authority"] = authority
    r["pass_until"] = min(until, 65535)


@inlined
def schedule(wakes, r, i, day):
    """Wake a migrant on a later day; beyond the period it never wakes."""
    if day >= len(wakes.days):
        r["wake"] = 0
        return
    r["wake"] = day
    today = wakes.days[day]
    chunk = np.int64(today["head"])
    fill = np.int64(today["fill"])
    if chunk < 0 or fill == CHUNK:
        fresh = wakes.counts[FREE_CHUNK]
        wakes.counts[FREE_CHUNK] = wakes.next[fresh]
        wakes.next[fresh] = chunk
        today["head"] = fresh
        chunk = fresh
        fill = 0
    wakes.ids[chunk, fill] = i
    today["fill"] = fill + 1
    today["due"] += 1
    wakes.counts[N_ENTRIES] += 1


@inlined
def enlist(migrants, waiting, i, persons):
    """Put a migrant at the end of a queue or centre."""
    last = np.int64(waiting["tail"])
    r = migrants[i]
    r["prev"] = last
    r["next"] = NOBODY
    if last == NOBODY:
        waiting["head"] = i
    else:
        migrants[last]["next"] = i
    waiting["tail"] = i
    waiting["persons"] += persons


@inlined
def strike(migrants, waiting, i, persons):
    """Take a migrant out of a queue or centre, wherever in it."""
    r = migrants[i]
    before, after = np.int64(r["prev"]), np.int64(r["next"])
    if before == NOBODY:
        waiting["head"] = after
    else:
        migrants[before]["next"] = after
    if after == NOBODY:
        waiting["tail"] = before
    else:
        migrants[after]["prev"] = before
    waiting["persons"] -= persons
