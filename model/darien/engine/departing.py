"""Stage 0: who departs today, and what each is from the start."""

from __future__ import annotations

import numpy as np

from darien.engine.books import E_DEPARTED, N_MIGRANTS, N_OVER
from darien.engine.compiled import inlined, kernel
from darien.engine.draws import (
    GOLDEN,
    U64,
    binomial,
    exp,
    mix,
    name_hash,
    normal,
    over_dispersed_poisson,
    uniform,
)
from darien.engine.ledger import let_choose, persons_of
from darien.engine.records import (
    AT_PLACE,
    F_DEPARTED,
    FORGED,
    GENUINE,
    NO_PAPERS,
    NOBODY,
    SMUGGLER,
    T_PAPERS,
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
TRUST = name_hash("trust in what others met")
SUPPLY = name_hash("finds forged papers")
VISA = name_hash("visa")
MOST_USD = 2.0e9
ROUNDING = 1.0e-9  # what a share of exactly 1 may come out above it


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
    return np.int64(min(usd, MOST_USD))


@inlined
def _make(r, identity, group, party_below, how, place):
    """What a migrant is, from its identity: party, funds, temper, papers. Returns USD paid for papers."""
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
    trust = how["trust"]
    if how["trust_spread"] > 0.0:
        trust += how["trust_spread"] * normal(mix(identity ^ TRUST))
    r["trust"] = np.int64(min(max(trust * 255.0, 0.0), 255.0))
    u = uniform(mix(identity ^ PAPERS))
    papers, paid = NO_PAPERS, np.int64(0)
    if u < group["genuine_share"]:
        papers = GENUINE
    elif u < group["genuine_share"] + group["forged_share"]:
        price = np.int64(place["papers_usd"] * size)
        if price <= r["funds"] and uniform(mix(identity ^ SUPPLY)) < place["papers_supply"]:
            papers, paid = FORGED, price
            r["funds"] -= price
            r["spent"] += price
    smuggler = SMUGGLER if uniform(mix(identity ^ HAS_SMUGGLER)) < group["smuggler_share"] else 0
    r["flags"] = papers | smuggler
    r["pass_authority"] = -1
    r["next"] = NOBODY
    r["prev"] = NOBODY
    return paid


@inlined
def _arrives_at(identity, today, entries, visas, g):
    """The entry place of a candidate; -1 for who stays at home for want of a visa."""
    entry = np.int64(today["first_entry"])
    u = uniform(mix(identity ^ ENTRY))
    while entry < today["last_entry"] - 1 and u >= entries[entry]["below"]:
        entry += 1
    place = np.int64(entries[entry]["place"])
    visa = visas[place, g]
    if visa["kept_home"] > 0.0 or visa["diverted"] > 0.0:
        u = uniform(mix(identity ^ VISA))
        if u < visa["kept_home"]:
            return np.int64(-1)
        if u < visa["kept_home"] + visa["diverted"]:
            return np.int64(visa["to"])
    return place


@kernel
def depart(w, v, b, d, seed_key):
    """Stage 0: each candidate of the day departs if its own draw is below the share that does.

    That share follows aid, and what the group has heard of journeys that failed.
    """
    groups, departing, entries, party_below = w.groups, w.departing, w.entries, w.party_below
    how, migrants, count, candidates = w.behaviour[0], b.migrants, b.counts, b.candidates
    choosers, places, flows, events = b.today.choosers, w.places, b.sums.flows, b.sums.events
    visas, place_rules, tallies = v.visas, v.places, b.sums.tallies
    ordinal = w.dates[d]["ordinal"]
    route = len(w.places) + len(w.legs)
    for g in range(len(groups)):
        today = departing[g, d]
        deterred = how["deterrence"] * (b.beliefs.failure[g] - how["failure_prior"]) if d > 0 else 0.0
        share = today["share"] * v.departing[g] * max(0.0, 1.0 - deterred)
        if share > 1.0 + ROUNDING and candidates[g, d] > 0:
            count[N_OVER] = g + 1
        cell = _cell(groups[g]["hash"], seed_key, ordinal)
        for k in range(candidates[g, d]):
            identity = mix(cell + GOLDEN * U64(k + 1))
            if uniform(mix(identity ^ DEPARTS)) >= share:
                continue
            place = _arrives_at(identity, today, entries, visas, g)
            if place < 0:
                continue
            i = count[N_MIGRANTS]
            count[N_MIGRANTS] = i + 1
            r = migrants[i]
            paid = _make(r, identity, groups[g], party_below[g], how, place_rules[place])
            tallies[T_PAPERS, place, g] += paid * groups[g]["weight"]
            r["entry"] = place
            r["place"] = place
            r["group"] = g
            r["departed"] = d
            r["since"] = d
            r["state"] = AT_PLACE
            flows[F_DEPARTED, route, g] += persons_of(groups, r)
            events[E_DEPARTED] += 1
            let_choose(r, i, d, places, choosers, count)
