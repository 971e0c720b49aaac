"""What awaits at a destination: the US border admits, expels to Mexico, or sends home."""

from __future__ import annotations

import numpy as np

from darien.engine.compiled import inlined
from darien.engine.draws import mix, name_hash, uniform
from darien.engine.ledger import add_stock, come_to, persons_of, schedule, visit_key
from darien.engine.levers import ADMITTED, EXPELLED
from darien.engine.records import (
    ARRIVED,
    AT_PLACE,
    ENROLLED,
    F_ENTERED,
    F_EXPELLED,
    F_REACHED_BORDER,
    F_REMOVED,
    FAILED,
    SUCCEEDED,
    T_DAYS,
)
from darien.engine.removing import send_home

RECEPTION = name_hash("reception")


@inlined
def receive(r, i, d, here, reception, authorities, how, groups, n_places, n_legs, sums, ended, wakes):
    """Reception at the US border: admitted, expelled, or sent home.

    Of the enrolled whom the border recognises fewer are admitted; those refused for that are sent home.
    """
    g = np.int64(r["group"])
    place = np.int64(r["place"])
    persons = persons_of(groups, r)
    sums.flows[F_REACHED_BORDER, place, g] += persons
    u = uniform(mix(visit_key(r) ^ here["hash"] ^ RECEPTION))
    admitted = reception[g, ADMITTED]
    if r["flags"] & ENROLLED and here["authority"] >= 0:
        rule = authorities[here["authority"]]
        if rule["recognises"]:
            admitted *= rule["admitted_times"]
    if u < admitted:
        days = d - np.int64(r["departed"])
        sums.tallies[T_DAYS, n_places + n_legs, g] += persons * days
        ended[SUCCEEDED, g] += persons
        r["state"] = ARRIVED
        r["since"] = d
    elif reception[g, ADMITTED] <= u < reception[g, ADMITTED] + reception[g, EXPELLED]:
        ended[FAILED, g] += persons
        sums.flows[F_EXPELLED, place, g] += persons
        come_to(r, how["expelled_to"])
        sums.flows[F_ENTERED, np.int64(r["place"]), g] += persons
        r["state"] = AT_PLACE
        r["since"] = d
        schedule(wakes, r, i, d + 1)
    else:
        ended[FAILED, g] += persons
        sums.flows[F_REMOVED, place, g] += persons
        send_home(r, i, d, groups[g]["retry_share"], how["retry_delay_days"], wakes)
    add_stock(sums.stocks, groups, n_places, n_legs, r, 1)
