"""The compiled world: everything of a scenario that no measure changes, as tables.

A table is a structured array, a row per place, leg, group and so on. Axis letters:
P places, L legs, C exit-pass counters, W ways (legs, then counters), O asylum offices,
K checkpoints, D detention centres, A authorities, G groups, N nests, T days. Persons are persons,
money is whole USD, utilities are in units of the leg-level Gumbel scale. A pair
``first_x``, ``last_x`` is a range of rows, the last not included.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

I8 = npt.NDArray[np.int64]
I4 = npt.NDArray[np.int32]
F8 = npt.NDArray[np.float64]
F4A = npt.NDArray[np.float32]
U1 = npt.NDArray[np.uint8]
U4 = npt.NDArray[np.uint32]
Table = npt.NDArray[np.void]

PLACE = np.dtype(
    [
        ("hash", "u8"),
        ("stay_days", "f8"),  # mean
        ("stay_worth", "f8"),  # utility; NaN where staying is no option
        ("first_nest", "u4"),
        ("last_nest", "u4"),
        ("first_counter", "u4"),
        ("last_counter", "u4"),
        ("first_office", "u4"),
        ("last_office", "u4"),
        ("first_checkpoint", "u4"),  # into checkpoint_list
        ("last_checkpoint", "u4"),
        ("destination", "i4"),
        ("authority", "i4"),  # of its country; -1: none
    ]
)
NEST = np.dtype([("hash", "u8"), ("first_leg", "u4"), ("last_leg", "u4")])  # into nest_legs
LEG = np.dtype(
    [
        ("hash", "u8"),
        ("clandestine", "f8"),  # 1 or 0
        ("origin", "u4"),
        ("to", "u4"),
        ("spare", "i4"),
        ("first_days", "u4"),  # into days_below
        ("last_days", "u4"),
        ("first_checkpoint", "u4"),  # into checkpoint_list
        ("last_checkpoint", "u4"),
        ("unwatched", "i4"),  # 1: no checkpoint on the way or where it ends, and that is no destination
    ]
)
HAZARD = np.dtype(
    [
        ("dread", "f8"),  # utility lost at risk aversion 1
        ("death", "f8"),  # probability per person and passage
        ("robbery", "f8"),  # probability per party and passage
    ]
)
COUNTER = np.dtype([("hash", "u8"), ("place", "u4"), ("authority", "i4")])  # or office
CHECKPOINT = np.dtype(
    [
        ("hash", "u8"),
        ("where", "u4"),  # place, or P + leg
        ("authority", "i4"),
        ("centre", "i4"),  # the centre it asks for beds; -1: it turns people back
        ("turn_back_days", "i4"),
    ]
)
CENTRE = np.dtype([("hash", "u8"), ("place", "u4"), ("authority", "i4")])
GROUP = np.dtype(
    [
        ("hash", "u8"),
        ("weight", "i8"),  # persons per migrant
        ("log_funds", "f8"),  # logarithm of the median, per person
        ("funds_spread", "f8"),
        ("minors_share", "f8"),
        ("genuine_share", "f8"),
        ("forged_share", "f8"),
        ("smuggler_share", "f8"),
        ("retry_share", "f8"),
        ("usual", "f8"),  # persons who depart a day, mean of the period
        ("dispersion", "f8"),  # of candidates
    ]
)
DEPARTING = np.dtype(
    [
        ("candidates_mean", "f8"),  # parties a day at headroom times the reference rate, over the weight
        ("share", "f8"),  # of the candidates, who depart
        ("first_entry", "u4"),  # into entries
        ("last_entry", "u4"),
    ]
)
ENTRY = np.dtype([("below", "f8"), ("place", "i8")])  # probability of this place or one before it
BEHAVIOUR = np.dtype(
    [
        ("cost_weight", "f8"),
        ("time_weight", "f8"),
        ("risk_spread", "f8"),
        ("taste_spread", "f8"),
        ("nest_scale", "f8"),  # 1 - correlation within a nest
        ("give_up_worth", "f8"),  # NaN: no option
        ("settle_worth", "f8"),  # NaN: no option
        ("stay_if_poor", "f8"),
        ("give_up_if_poor", "f8"),
        ("settle_if_poor", "f8"),
        ("reception_worth", "f8"),
        ("present_worth", "f8"),
        ("income_per_day", "f8"),  # USD per person
        ("patience_days", "f8"),
        ("retry_delay_days", "f8"),
        ("retry_funds_share", "f8"),
        ("robbery_share", "f8"),
        ("belief_weight", "f8"),
        ("belief_prior", "f8"),
        ("belief_prior_days", "f8"),
        ("belief_kept", "f8"),  # of what is remembered, from one day to the next
        ("trust", "f8"),
        ("trust_spread", "f8"),
        ("network_worth", "f8"),
        ("asylum_worth", "f8"),
        ("deterrence", "f8"),
        ("failure_prior", "f8"),
        ("vetting_base_rate", "f8"),
        ("expelled_to", "i8"),  # place; -1: nobody is expelled
    ]
)
DATE = np.dtype(
    [
        ("ordinal", "i8"),  # proleptic day number, so that a longer period keeps everyone's luck
        ("month", "i4"),  # 0 to 11
        ("period_end", "i4"),  # 1 where a recorded period ends
    ]
)


class World(NamedTuple):
    """The tables, as the kernel takes them."""

    places: Table  # (P,) PLACE
    ahead_usd: F4A  # (P, G) price of the cheapest way ahead, per person
    nests: Table  # (N,) NEST, by place
    nest_legs: U4  # (L,) legs by nest
    nest_draws: F4A  # quantiles of the draw that the legs of a nest share, see darien.engine.nests
    legs: Table  # (L,) LEG
    hazards: Table  # (12, L) HAZARD, by month
    worth: F8  # (G, L) utility of a leg before price, hazard, taste, queues and reception
    days_below: F8  # probability of at most 1, 2, ... days, leg after leg
    days_guide: U4  # (L, 64) for each 64th of probability, the first row of days_below that may hold it
    counters: Table  # (C,) COUNTER, by place
    offices: Table  # (O,) COUNTER, by place: where asylum is claimed
    checkpoints: Table  # (K,) CHECKPOINT
    checkpoint_list: U4  # (K,) checkpoints of legs by leg, then of places by place
    centres: Table  # (D,) CENTRE
    groups: Table  # (G,) GROUP
    party_below: F8  # (G, 20) probability of at most so many in a party
    departing: Table  # (G, T) DEPARTING
    entries: Table  # ENTRY
    behaviour: Table  # (1,) BEHAVIOUR
    dates: Table  # (T,) DATE


class Index(NamedTuple):
    """Names by position, for everything that reads or writes tables by name."""

    places: tuple[str, ...]
    legs: tuple[str, ...]
    counters: tuple[str, ...]
    offices: tuple[str, ...]
    checkpoints: tuple[str, ...]
    centres: tuple[str, ...]
    authorities: tuple[str, ...]
    groups: tuple[str, ...]


def table(dtype: np.dtype[np.void], shape: int | tuple[int, ...], **columns: Any) -> Table:
    """A table of zeros with some columns filled in."""
    made = np.zeros(shape, dtype=dtype)
    for name, values in columns.items():
        made[name] = values
    return made
