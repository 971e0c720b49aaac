"""The migrant's record: 64 bytes, one cache line, in order of departure.

Also the words of the engine in a fixed order: states, flows and tallies. Their
positions are what the kernel counts by; their names are what results show.
"""

from __future__ import annotations

import numpy as np

STATES = (
    "at_place",
    "on_leg",
    "queued",
    "claiming",
    "detained",
    "removed",
    "returned",
    "settled",
    "died",
    "arrived",
)
(AT_PLACE, ON_LEG, QUEUED, CLAIMING, DETAINED, REMOVED, RETURNED, SETTLED, DIED, ARRIVED) = range(len(STATES))

FLOWS = (
    "departed",
    "tried_again",
    "entered",
    "started",
    "finished",
    "inspected",
    "identified",
    "bribed",
    "apprehended",
    "admitted",
    "turned_away",
    "turned_back",
    "presented",
    "released",
    "removed",
    "returned",
    "settled",
    "died",
    "robbed",
    "expelled",
    "reached_border",
    "extorted",
    "vetted",
    "flagged",
    "falsely_flagged",
    "claimed",
    "recognised",
    "refused",
    "abandoned",
)
(
    F_DEPARTED,
    F_TRIED_AGAIN,
    F_ENTERED,
    F_STARTED,
    F_FINISHED,
    F_INSPECTED,
    F_IDENTIFIED,
    F_BRIBED,
    F_APPREHENDED,
    F_ADMITTED,
    F_TURNED_AWAY,
    F_TURNED_BACK,
    F_PRESENTED,
    F_RELEASED,
    F_REMOVED,
    F_RETURNED,
    F_SETTLED,
    F_DIED,
    F_ROBBED,
    F_EXPELLED,
    F_REACHED_BORDER,
    F_EXTORTED,
    F_VETTED,
    F_FLAGGED,
    F_FALSELY_FLAGGED,
    F_CLAIMED,
    F_RECOGNISED,
    F_REFUSED,
    F_ABANDONED,
) = range(len(FLOWS))

# Sums that are not persons: kept for outcomes, never written to counts.
TALLIES = (
    "spent_usd",
    "bribe_usd",
    "robbed_usd",
    "days_on_the_way",
    "detained_days",
    "queued_days",
    "minors_admitted",
    "extorted_usd",
    "network_bribe_usd",
    "papers_usd",
    "removal_usd",
    "falsely_flagged_days",
)
(
    T_SPENT,
    T_BRIBES,
    T_ROBBED,
    T_DAYS,
    T_DETAINED,
    T_QUEUED,
    T_MINORS,
    T_EXTORTED,
    T_NETWORK_BRIBES,
    T_PAPERS,
    T_REMOVAL,
    T_FLAGGED_DAYS,
) = range(len(TALLIES))

SUCCEEDED, FAILED = range(2)  # how a journey ended, as others see it

NO_PAPERS, GENUINE, FORGED = range(3)
PAPERS = ("none", "genuine", "forged")

# Bits of the field `flags`; the two lowest hold the papers.
PAPERS_BITS = 3
SMUGGLER = 4
TURNED_BACK = 8  # on the way back over the leg
AT_COUNTER = 16  # being served at an exit-pass counter, no longer waiting for it
ENROLLED = 32  # known to the authorities that share information
FLAGGED = 64  # by an interview or a database; held longer
HAS_CLAIMED = 128  # asylum, in this attempt

NOBODY = -1

MIGRANT = np.dtype(
    [
        ("identity", "u8"),  # hash of seed, group, date and number of that day
        (
            "visits",
            "u8",
        ),  # 2 bits per place (slot: place modulo 32): how often it was come to in this attempt
        ("funds", "i4"),  # USD, of the party
        ("spent", "i4"),  # USD, of the party
        ("next", "i4"),  # neighbours in the queue or centre that the migrant is in
        ("prev", "i4"),
        ("wake", "u2"),  # next waking day; 0: none
        ("since", "u2"),  # day on which the present state began
        ("departed", "u2"),  # day of the first departure
        ("pass_until", "u2"),  # last day on which the exit pass holds
        ("bribes", "u2"),  # USD, of the party, at most 65,535
        ("detained_days", "u2"),
        ("risk", "u2"),  # risk aversion times 256
        ("taste", "i2"),  # lasting taste for clandestine legs, utility times 1024
        ("place", "u2"),
        # The leg while on one (and until the next); while queued the waiting list, while detained
        # the centre, while claiming the office.
        ("leg", "u2"),
        ("entry", "u2"),
        ("pass_authority", "i1"),
        ("group", "u1"),
        ("state", "u1"),
        ("size", "u1"),  # persons alive in the party
        ("minors", "u1"),
        ("attempt", "u1"),  # 0 at the first departure
        ("laps", "u1"),  # how often a counter of visits ran over
        ("decision", "u1"),  # decisions taken within this visit
        ("flags", "u1"),
        ("trust", "u1"),  # in what others met, times 255
    ]
)
