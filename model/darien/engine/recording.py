"""Stage 6: the books of the day, and the rows that are recorded of it."""

from __future__ import annotations

import numpy as np

from darien.engine.books import N_ROWS
from darien.engine.compiled import kernel
from darien.engine.records import DETAINED, QUEUED, T_DETAINED, T_QUEUED


@kernel
def close_books(w, v, b, d):
    """Waits to expect tomorrow, person-days, peaks, and at the end of a recorded period its rows."""
    lists, quota, beds = b.lists, v.quota, v.beds
    stocks, tallies = b.sums.stocks, b.sums.tallies
    ways = len(quota)
    for way in range(ways):
        waiting = lists[way]
        limited = waiting["persons"] > 0 and not np.isinf(quota[way]) and quota[way] > 0.0
        waiting["wait_days"] = np.float64(waiting["persons"]) / quota[way] if limited else 0.0
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
    """Flows of the period and stocks of its last day; flows start again from zero."""
    kinds = flows.shape[2]
    for where in range(flows.shape[0]):
        for g in range(flows.shape[1]):
            # Most are empty on most days: one quick look at all of them together.
            anything = np.int32(0)
            for measure in range(kinds):
                anything |= flows[where, g, measure]
            for state in range(stocks.shape[2]):
                anything |= stocks[where, g, state]
            if anything == 0:
                continue
            for measure in range(kinds + stocks.shape[2]):
                persons = flows[where, g, measure] if measure < kinds else stocks[where, g, measure - kinds]
                if persons == 0:
                    continue
                row = rows[n]
                row["day"] = d
                row["where"] = where
                row["group"] = g
                row["measure"] = measure
                row["persons"] = persons
                n += 1
                if measure < kinds:
                    totals[where, g, measure] += persons
                    flows[where, g, measure] = 0
    return n
