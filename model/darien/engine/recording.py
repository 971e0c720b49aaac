"""Stage 6: the books of the day, and the rows that are recorded of it."""

from __future__ import annotations

import numpy as np

from darien.engine.books import N_ROWS
from darien.engine.compiled import inlined, kernel
from darien.engine.draws import U64
from darien.engine.records import DETAINED, FLOWS, QUEUED, STATES, T_DETAINED, T_QUEUED

_FLOWS, _STATES = U64(len(FLOWS)), U64(len(STATES))
LONGEST_WAIT = 365.0  # days that anyone reckons with
LEAST_SERVED = 1e-3  # persons a day
_EXPONENT, _BIAS = U64(52), U64(1023)


@kernel
def close_books(w, v, b, d):
    """Waits to expect tomorrow, person-days, peaks, and at the end of a recorded period its rows."""
    lists, quota, beds = b.lists, v.quota, v.beds
    stocks, tallies = b.sums.stocks, b.sums.tallies
    ways = len(quota)
    for way in range(ways):
        waiting = lists[way]
        limited = waiting["persons"] > 0 and not np.isinf(quota[way])
        wait = np.float64(waiting["persons"]) / max(quota[way], LEAST_SERVED) if limited else 0.0
        waiting["wait_days"] = min(wait, LONGEST_WAIT)
    for c in range(len(beds)):
        held = lists[ways + c]
        held["peak"] = max(held["peak"], held["persons"])
        if np.float64(held["persons"]) > beds[c]["beds"]:
            held["days_over"] += 1
    for place in range(len(w.places)):
        for g in range(stocks.shape[1]):
            tallies[place, g, T_DETAINED] += stocks[place, g, DETAINED]
            tallies[place, g, T_QUEUED] += stocks[place, g, QUEUED]
    if w.dates[d]["period_end"]:
        b.counts[N_ROWS] = _write_rows(b.sums.flows, b.totals, stocks, b.rows, b.counts[N_ROWS], d)


@kernel
def _write_rows(flows, totals, stocks, rows, n, d):
    """Flows of the period and stocks of its last day; flows start again from zero.

    Of the numbers of a place and a group two or three are not 0: a bit for each says which.
    """
    for where in range(U64(flows.shape[0])):
        for g in range(U64(flows.shape[1])):
            anything = np.int32(0)  # most pairs are empty on most days: one quick look at all of it
            for measure in range(_FLOWS):
                anything |= flows[where, g, measure]
            for state in range(_STATES):
                anything |= stocks[where, g, state]
            if anything == 0:
                continue
            bits = U64(0)
            for measure in range(_FLOWS):
                bits |= U64(flows[where, g, measure] != 0) << measure
            for state in range(_STATES):
                bits |= U64(stocks[where, g, state] != 0) << (_FLOWS + state)
            while bits != 0:
                measure = _lowest(bits)
                bits &= bits - U64(1)
                if measure < _FLOWS:
                    persons = flows[where, g, measure]
                    totals[where, g, measure] += persons
                    flows[where, g, measure] = 0
                else:
                    persons = stocks[where, g, measure - _FLOWS]
                row = rows[n]
                row["day"] = d
                row["where"] = where
                row["group"] = g
                row["measure"] = measure
                row["persons"] = persons
                n += 1
    return n


@inlined
def _lowest(bits):
    """Position of the lowest bit that is set: a power of 2, read from the exponent of its float."""
    return (np.float64(np.int64(bits & (U64(0) - bits))).view(np.uint64) >> _EXPONENT) - _BIAS
