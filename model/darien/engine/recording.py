"""Stage 6: the books of the day, and the rows that are recorded of it."""

from __future__ import annotations

import numpy as np

from darien.engine.books import N_ROWS
from darien.engine.compiled import inlined, kernel
from darien.engine.draws import U64
from darien.engine.gumbels import U4
from darien.engine.records import DETAINED, QUEUED, T_DETAINED, T_QUEUED

_BITS = np.uint32(1) << np.arange(32, dtype=np.uint32)
_TOGETHER = U64(len(_BITS))  # numbers looked at together
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
        for g in range(stocks.shape[2]):
            tallies[T_DETAINED, place, g] += stocks[DETAINED, place, g]
            tallies[T_QUEUED, place, g] += stocks[QUEUED, place, g]
    if w.dates[d]["period_end"]:
        b.counts[N_ROWS] = _write_rows(b.sums.flows, b.totals, stocks, b.rows, b.counts[N_ROWS], d)


@kernel
def _write_rows(flows, totals, stocks, rows, n, d):
    """Flows of the period and stocks of its last day; flows start again from zero.

    A row names its number by the position in all flows, then all stocks.
    """
    numbers, sums = flows.reshape(flows.size), totals.reshape(totals.size)
    size = U64(flows.size)
    for first in range(U64(0), size, _TOGETHER):
        bits = _not_zero(numbers, first, min(first + _TOGETHER, size))
        while bits != 0:
            position = first + _lowest(bits)
            bits &= bits - U64(1)
            persons = numbers[position]
            sums[position] += persons
            numbers[position] = 0
            _write_row(rows[n], d, position, persons)
            n += 1
    numbers = stocks.reshape(stocks.size)
    for first in range(U64(0), U64(stocks.size), _TOGETHER):
        bits = _not_zero(numbers, first, min(first + _TOGETHER, U64(stocks.size)))
        while bits != 0:
            position = first + _lowest(bits)
            bits &= bits - U64(1)
            _write_row(rows[n], d, size + position, numbers[position])
            n += 1
    return n


@inlined
def _not_zero(numbers, first, last):
    """A bit for each of up to 32 numbers that is not 0: without a branch, so eight are looked at at once."""
    bits = U4(0)
    for i in range(last - first):
        bits = U4(bits | (_BITS[i] if numbers[first + i] != 0 else U4(0)))
    return U64(bits)


@inlined
def _lowest(bits):
    """Position of the lowest bit that is set: a power of 2, read from the exponent of its float."""
    return (np.float64(np.int64(bits & (U64(0) - bits))).view(np.uint64) >> _EXPONENT) - _BIAS


@inlined
def _write_row(row, d, position, persons):
    row["day"] = d
    row["position"] = position
    row["persons"] = persons
