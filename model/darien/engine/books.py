"""The books: all that changes while a simulation runs, and how they grow.

The kernel allocates nothing. Before each day :func:`make_room` sees to it that
whatever may happen that day finds its place. Axis letters as in
:mod:`darien.engine.world`.
"""

from __future__ import annotations

from typing import NamedTuple, get_type_hints

import numpy as np

from darien.engine.compiled import inlined
from darien.engine.records import FLOWS, MIGRANT, STATES, TALLIES
from darien.engine.world import F4A, F8, I4, I8, U1, U4, Table, World, table

_ROOM = 1024  # migrants who may be active on a day, at first
LANES = 8  # choosers whom the processor weighs an option for at once
CHUNK = 32  # ids that share a chunk of the calendar

# Positions in `counts`.
(
    N_MIGRANTS,
    N_ENTRIES,
    FREE_CHUNK,
    N_ARRIVALS,
    N_CHOOSERS,
    N_REQUESTS,
    N_JOINERS,
    N_ROWS,
    N_REMOVALS,
    N_OVER,
) = range(10)

# Kinds of events: a migrant settled on a day.
EVENTS = (
    "departed",
    "leg_ended",
    "stay_ended",
    "patience_ended",
    "pass_ready",
    "detention_ended",
    "tried_again",
    "left_queue",
    "claim_ended",
)
(E_DEPARTED, E_LEG, E_STAY, E_PATIENCE, E_PASS, E_DETENTION, E_RETRY, E_SERVED, E_CLAIM) = range(len(EVENTS))

WAKING_DAY = np.dtype(
    [
        ("head", "i4"),  # first chunk of ids that wake on this day; -1: none
        ("fill", "i4"),  # ids in the first chunk; the others are full
        ("due", "i8"),  # ids in all chunks
    ]
)
WAITING_LIST = np.dtype(
    [
        ("head", "i4"),  # first and last migrant, linked through the records; -1: nobody
        ("tail", "i4"),
        ("persons", "i8"),
        ("asked", "i8"),  # of a queue: persons who chose the way today
        ("credit", "f8"),  # of a queue: what is left of a daily quota while someone waits
        ("wait_days", "f8"),  # of a queue: yesterday's persons over the quota, the wait to expect
        ("peak", "i8"),  # of a centre: most persons held at the end of a day
        ("days_over", "i8"),  # of a centre: days that ended with more persons than beds
    ]
)
ASKING = np.dtype(
    [
        ("bits", "u8"),  # the migrant's own draw
        ("id", "u4"),
        ("which", "u4"),  # the checkpoint, centre or way that is asked
        ("other", "i8"),  # the arrival's position; the checkpoint that asks for a bed
    ]
)
CHOOSING = np.dtype(
    [
        ("id", "u4"),
        ("low", "u4"),  # halves of the key of the decision
        ("high", "u4"),
        ("funds", "f4"),  # USD per person
        ("pass_of", "i2"),  # authority whose exit pass is held; -1: none
        ("place", "u2"),
        ("risk", "u2"),
        ("taste", "i2"),
        ("group", "u1"),
        ("trust", "u1"),
        ("flags", "u1"),
        ("spare", "u1"),
    ]
)
OFFER = np.dtype(
    [
        ("fare", "f4"),  # USD per person
        ("dread", "f4"),  # utility lost at risk aversion 1
        ("clandestine", "f4"),  # 1 or 0
        ("client_worth", "f4"),  # utility for clients of the network that sells it
    ]
)
LIMIT = np.dtype([("need", "i8"), ("left", "f8")])  # persons who ask, and what is left to give
# position: of the number in all flows, then all stocks
ROW = np.dtype([("day", "u4"), ("position", "u4"), ("persons", "i4")])


class Wakes(NamedTuple):
    """The calendar: for each day a chain of chunks of ids."""

    days: Table  # (T,) WAKING_DAY
    ids: U4  # (chunks, 32)
    next: I4  # (chunks,) the chunk that follows, or the next free one
    counts: I8  # (10,) see N_MIGRANTS and following


class Sums(NamedTuple):
    """Whole numbers by measure, where they are counted (places, legs, route) and group.

    The measures that most events count lie together, 4 bytes a number, so that they stay in the
    nearest cache.
    """

    flows: I4  # (flows, P + L + 1, G) persons in the current recorded period
    stocks: I4  # (states, P + L + 1, G) persons
    tallies: I8  # (tallies, P + L + 1, G) since the start
    events: I8  # (kinds,) migrants


class Today(NamedTuple):
    """Scratch of a day."""

    due: U4  # ids that wake
    arrivals: U4  # ids that ended a leg
    caught: U4  # what became of each arrival at the checkpoints
    choosers: Table  # CHOOSING, who is free to choose
    picked: Table  # ASKING, at checkpoints
    requests: Table  # ASKING, for beds
    joiners: Table  # ASKING, for a place in a queue
    limits: Table  # (max(K, D),) LIMIT
    removals: Table  # ASKING, for a seat home
    waits: U1  # (A,) 1 where someone is left without a seat
    worth: F4A  # (L, G) utility of the legs today, before what is the migrant's own
    offers: Table  # (L,) OFFER, what the legs are today for anyone


class Beliefs(NamedTuple):
    """What has been met on the legs, and what a group makes of it; see darien.engine.believing."""

    met: I4  # (L, G) persons who ended a leg today
    stopped: I4  # (L, G) of them, who were held or turned back
    stopped_ever: I8  # (L, G) up to yesterday
    unheard: I4  # (lag, 2, L, G) met and stopped, not yet heard of
    heard: F8  # (2, L, G) met and stopped, as remembered
    doubt: F4A  # (L, G) utility that full trust takes from a leg
    ended: I4  # (2, G) persons whose journey succeeded, failed today
    outcome: F8  # (2, G) the same, as remembered
    failure: F8  # (G,) share of journeys thought to fail


class Weighing(NamedTuple):
    """The choosers of a day as columns, those of a place side by side; see darien.engine.weighing."""

    first: U4  # (P + 1,) where the choosers of a place begin
    next_free: U4  # (P,) where they end; the lanes from there to the next place are empty
    id: U4
    low: U4  # halves of the key of the decision
    high: U4
    group: U4
    funds: F4A  # USD per person
    usd_weight: F4A  # utility lost per USD
    risk: F4A  # risk aversion
    taste: F4A  # for clandestine legs
    trust: F4A  # in what others met
    client: F4A  # 1 for who travels with a network
    enrolled: I4  # 1 for who is known to the authorities that share information
    has_claimed: I4  # 1 for who has claimed asylum in this attempt
    pass_of: I4  # authority whose exit pass is held; -1: none
    short: F4A  # 0 to 1: how short funds are of the way ahead
    shared: F4A  # draw of the nest
    draw: F4A  # of the option that is offered
    value: F4A  # of the option that is offered
    best: F4A  # value of the best option so far
    chosen: I4  # leg, then counter; below 0: none of them


class Books(NamedTuple):
    """All of the above, as the kernel takes it."""

    migrants: Table  # (room,) MIGRANT
    counts: I8  # (10,) see N_MIGRANTS and following; the same array as in the calendar
    candidates: I4  # (G, T) who may depart
    wakes: Wakes
    lists: Table  # (W + 2 D,) WAITING_LIST: a queue per way, who is in each centre, who waits outside
    inspection_credit: F8  # (K,) what is left of a day's inspections while some pass uninspected
    interview_credit: F8  # (D,) the same of interviews
    removal_credit: F8  # (A,) seats home left while someone waits for one
    beliefs: Beliefs
    sums: Sums
    totals: I4  # (flows, P + L + 1, G) persons up to the last recorded period
    today: Today
    weighing: Weighing
    rows: Table  # (room,) ROW: recorded counts; flows, then stocks


_KINDS: dict[object, type[np.number]] = {U4: np.uint32, I4: np.int32, F4A: np.float32}
_COLUMNS = {name: _KINDS[kind] for name, kind in get_type_hints(Weighing).items()}


def migrant_array(room: int) -> Table:
    """Zeroed records, each on a cache line of its own."""
    raw = np.zeros((room + 1) * MIGRANT.itemsize, dtype=np.uint8)
    shift = -raw.ctypes.data % MIGRANT.itemsize
    return raw[shift : shift + room * MIGRANT.itemsize].view(MIGRANT)


def _today(room: int, limits: int, groups: int, legs: int, authorities: int) -> Today:
    due, arrivals, caught = (np.zeros(room, dtype=np.uint32) for _ in range(3))
    picked, requests, joiners, removals = (table(ASKING, room) for _ in range(4))
    return Today(
        due=due,
        arrivals=arrivals,
        caught=caught,
        choosers=table(CHOOSING, room),
        picked=picked,
        requests=requests,
        joiners=joiners,
        removals=removals,
        waits=np.zeros(authorities, dtype=np.uint8),
        limits=table(LIMIT, limits),
        worth=np.zeros((legs, groups), dtype=np.float32),
        offers=table(OFFER, legs),
    )


def _beliefs(lag_days: int, legs: int, groups: int) -> Beliefs:
    def whole(*shape: int) -> I4:
        return np.zeros(shape, dtype=np.int32)

    return Beliefs(
        met=whole(legs, groups),
        stopped=whole(legs, groups),
        stopped_ever=np.zeros((legs, groups), dtype=np.int64),
        unheard=whole(lag_days, 2, legs, groups),
        heard=np.zeros((2, legs, groups)),
        doubt=np.zeros((legs, groups), dtype=np.float32),
        ended=whole(2, groups),
        outcome=np.zeros((2, groups)),
        failure=np.zeros(groups),
    )


def _weighing(active: int, places: int) -> Weighing:
    room = active + LANES * places
    sizes = {"first": places + 1, "next_free": places}
    return Weighing(**{name: np.zeros(sizes.get(name, room), dtype=kind) for name, kind in _COLUMNS.items()})


def open_books(
    world: World, candidates: I4, expected_migrants: int, authorities: int, lag_days: int
) -> Books:
    """Empty books for a world.

    Args:
        candidates: (G, T) how many may depart, by group and day.
        expected_migrants: records to make room for at once; more are added as needed.
        authorities: how many there are.
        lag_days: until what some met is heard of by others, at least 1.
    """
    groups, days = candidates.shape
    legs, centres, checkpoints = len(world.legs), len(world.centres), len(world.checkpoints)
    wheres = len(world.places) + legs + 1
    counts = np.zeros(10, dtype=np.int64)
    counts[FREE_CHUNK] = -1
    return Books(
        # The last day needs room for all its candidates.
        migrants=migrant_array(max(1, expected_migrants + int(candidates.sum(axis=0).max(initial=0)))),
        counts=counts,
        candidates=candidates,
        wakes=Wakes(
            days=table(WAKING_DAY, days, head=-1),
            ids=np.zeros((0, CHUNK), dtype=np.uint32),
            next=np.zeros(0, dtype=np.int32),
            counts=counts,
        ),
        lists=table(WAITING_LIST, legs + len(world.counters) + 2 * centres, head=-1, tail=-1),
        inspection_credit=np.zeros(checkpoints),
        interview_credit=np.zeros(centres),
        removal_credit=np.zeros(authorities),
        beliefs=_beliefs(lag_days, legs, groups),
        sums=Sums(
            flows=np.zeros((len(FLOWS), wheres, groups), dtype=np.int32),
            stocks=np.zeros((len(STATES), wheres, groups), dtype=np.int32),
            tallies=np.zeros((len(TALLIES), wheres, groups), dtype=np.int64),
            events=np.zeros(len(EVENTS), dtype=np.int64),
        ),
        totals=np.zeros((len(FLOWS), wheres, groups), dtype=np.int32),
        today=_today(_ROOM, max(1, centres, checkpoints), groups, legs, authorities),
        weighing=_weighing(_ROOM, len(world.places)),
        rows=table(ROW, 4 * wheres * groups * (len(FLOWS) + len(STATES)) + 1),
    )


@inlined
def room_needed(books, day, rescheduled):
    """For all that may happen on a day: records, migrants active on it, chunks of the calendar, rows.

    ``rescheduled``: entries that changed rules may add to the calendar before the day.
    """
    departing = 0
    for g in range(len(books.candidates)):
        departing += books.candidates[g, day]
    made = books.counts[N_MIGRANTS]
    active = departing + books.wakes.days[day]["due"] + rescheduled
    # Whoever is served from a queue is scheduled too: at the most everyone.
    chunks = (books.counts[N_ENTRIES] + active + made) // CHUNK + len(books.wakes.days) + 2
    rows = books.counts[N_ROWS] + books.sums.flows.size + books.sums.stocks.size + 1
    return made + departing, active, chunks, rows


@inlined
def has_room(books, day):
    """Whether all that may happen on a day finds its place."""
    records, active, chunks, rows = room_needed(books, day, 0)
    return (
        records <= len(books.migrants)
        and active <= len(books.today.due)
        and chunks <= len(books.wakes.next)
        and rows <= len(books.rows)
    )


def make_room(books: Books, day: int, rescheduled: int = 0) -> Books:
    """Books with room for all that may happen on a day.

    Args:
        rescheduled: entries that changed rules may add to the calendar before the day.
    """
    records, active, chunks, rows = (int(n) for n in room_needed.py_func(books, day, rescheduled))
    if records > len(books.migrants):
        made = int(books.counts[N_MIGRANTS])
        grown = migrant_array(max(int(len(books.migrants) * 1.5), records))
        books = books._replace(migrants=_filled(grown, books.migrants[:made]))
    if active > len(books.today.due):
        legs, groups = books.today.worth.shape
        room = int(active * 1.5)
        books = books._replace(
            today=_today(room, len(books.today.limits), groups, legs, len(books.today.waits)),
            weighing=_weighing(room, len(books.weighing.next_free)),
        )
    if chunks > len(books.wakes.next):
        books = books._replace(wakes=_grown_calendar(books.wakes, int(chunks * 1.25)))
    if rows > len(books.rows):
        used = int(books.counts[N_ROWS])
        books = books._replace(rows=_filled(table(ROW, 2 * rows), books.rows[:used]))
    return books


def _filled(records: Table, first: Table) -> Table:
    """``records`` beginning with ``first``, copied as bytes: numpy takes 7 times as long field by field."""
    records[: len(first)].view(np.uint8)[:] = first.view(np.uint8)
    return records


def _grown_calendar(old: Wakes, chunks: int) -> Wakes:
    """The calendar with more chunks, the new ones put on the chain of free ones."""
    have = len(old.next)
    ids = np.zeros((chunks, CHUNK), dtype=np.uint32)
    ids[:have] = old.ids
    following = np.zeros(chunks, dtype=np.int32)
    following[:have] = old.next
    following[have:-1] = np.arange(have + 1, chunks)
    following[-1] = old.counts[FREE_CHUNK]
    old.counts[FREE_CHUNK] = have
    return old._replace(ids=ids, next=following)
