"""Asylum: a claim waits for its decision, unless it is abandoned before."""

from __future__ import annotations

import numpy as np

from darien.engine.compiled import inlined
from darien.engine.draws import geometric, mix, name_hash, uniform
from darien.engine.ledger import decision_key
from darien.engine.records import CLAIMING, HAS_CLAIMED

PATIENCE = name_hash("patience with a claim")
RECOGNISED = name_hash("recognised")
SETTLES = name_hash("settles where recognised")


@inlined
def claim_ends(r, office, rule):
    """The day on which a claim ends under the rules in force, and whether it is decided then or abandoned."""
    patience = geometric(mix(decision_key(r) ^ office["hash"] ^ PATIENCE), rule["patience_days"])
    since, decision = np.int64(r["since"]), np.int64(rule["decision_days"])
    return since + min(patience, decision), decision <= patience


@inlined
def recognised(r, office, rule):
    """How a decided claim ends: recognised or not, and if so whether it settles where it is."""
    key = decision_key(r) ^ office["hash"]
    if uniform(mix(key ^ RECOGNISED)) >= rule["recognised_share"]:
        return False, False
    return True, uniform(mix(key ^ SETTLES)) < rule["settled_share"]


@inlined
def claim(r, o, d):
    """Claim asylum at an office; the caller schedules and counts it."""
    r["state"] = CLAIMING
    r["leg"] = o
    r["since"] = d
    r["flags"] = np.int64(r["flags"]) | HAS_CLAIMED
