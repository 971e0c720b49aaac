"""The model's day, on one page.

A day runs in fixed stages, so that no result depends on the order in which
migrants are visited. Each stage with something limited first gathers those who
ask, then gives the places, then passes the rest on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from darien.engine.believing import learn
from darien.engine.books import N_ARRIVALS, N_CHOOSERS, N_JOINERS, N_OVER, N_REQUESTS, has_room
from darien.engine.choosing import choose
from darien.engine.compiled import inlined, kernel
from darien.engine.departing import depart
from darien.engine.holding import give_beds
from darien.engine.inspecting import inspect
from darien.engine.ledger import schedule
from darien.engine.moving import wake
from darien.engine.queueing import queue
from darien.engine.recording import close_books
from darien.engine.removing import held_until


@kernel
def run_days(w, v, b, first, last, seed_key, visit_order):
    """Days from ``first`` up to ``last`` (not included) under the same levers: world, levers, books, key.

    Stops before a day for which the books have no room, and after one on which departures would go above
    their ceiling. Returns the first day that was not simulated.
    """
    d = first
    while d < last and has_room(b, d) and b.counts[N_OVER] == 0:
        _run_day(w, v, b, d, seed_key, visit_order)
        d += 1
    return d


@inlined
def _run_day(w, v, b, d, seed_key, visit_order):
    b.counts[N_ARRIVALS] = 0
    b.counts[N_CHOOSERS] = 0
    b.counts[N_REQUESTS] = 0
    b.counts[N_JOINERS] = 0
    depart(w, v, b, d, seed_key)  # who sets out today chooses today, at the entry place
    wake(w, v, b, d, visit_order)  # what ends today: legs, waits, detention, claims, absence; seats home
    inspect(w, v, b, d)  # who ended a leg passes the checkpoints and enters the place
    give_beds(w, v, b, d)  # who was apprehended asks for a bed; a full centre has its rule
    choose(w, v, b, d)  # who is free at a place goes on, stays, presents oneself, gives up or settles
    queue(w, v, b, d)  # who chose a way with a daily limit queues; queues move up
    learn(w, b, d)  # what was met on the legs is told, what was met some days ago is heard
    close_books(w, v, b, d)  # stocks, waits to expect, peaks, the rows of a recorded period


_compiled: list[Callable[..., int]] = []


def simulate_days(*arguments: Any) -> int:
    """Call run_days without its dispatcher, which looks up the types of all arrays at every call.

    Their types never change; the look-up takes as long as settling a hundred migrants.
    """
    if not _compiled:
        done: int = run_days(*arguments)
        (overload,) = run_days.overloads.values()
        _compiled.append(overload.entry_point)
        return done
    return _compiled[0](*arguments)


@kernel
def hold_by_new_rules(w, v, b, d):
    """A changed limit or removal rule holds from today for those already detained."""
    ways = len(w.legs) + len(w.counters)
    for c in range(len(w.centres)):
        authority = np.int64(w.centres[c]["authority"])
        i = np.int64(b.lists[ways + c]["head"])
        while i >= 0:
            r = b.migrants[i]
            until, _ = held_until(
                r, w.centres[c]["hash"], v.beds[c], v.removal[authority, np.int64(r["group"])]
            )
            until = max(until, d)
            if until != np.int64(r["wake"]):
                schedule(b.wakes, r, i, until)
            i = np.int64(r["next"])


@kernel
def dissolve_queues(w, v, b, d):
    """Those who wait for a way that is closed to them look for another today."""
    n_legs = len(w.legs)
    for way in range(len(v.quota)):
        i = np.int64(b.lists[way]["head"])
        while i >= 0:
            r = b.migrants[i]
            g = np.int64(r["group"])
            shut = v.closed[g, way] == 1 if way < n_legs else v.counter_open[way - n_legs, g] == 0
            if shut and np.int64(r["wake"]) != d:
                schedule(b.wakes, r, i, d)
            i = np.int64(r["next"])
