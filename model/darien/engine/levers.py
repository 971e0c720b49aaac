"""The levers: what measures change, as tables that the kernel reads anew each day.

Axis letters as in :mod:`darien.engine.world`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from darien.engine.compile import all_checkpoints, all_counters, all_offices
from darien.engine.world import F8, U1, Index, Table, table
from darien.scenario.schema import Scenario

RELEASE, CROWD, TRANSFER, NOT_APPREHEND, WAIT = range(5)
RULES = ("release", "crowd", "transfer", "not_apprehend", "wait")

ADMITTED, EXPELLED, SENT_HOME = range(3)

LEG_RULE = np.dtype(
    [
        ("fare", "i4"),  # USD per person
        ("network", "i4"),  # 1 where a smuggling network sells passage
        ("death_times", "f8"),
        ("robbery_times", "f8"),
        ("bribed_share", "f8"),  # of clients identified, whom officers let go as the network has paid
        ("bribe_usd", "f8"),  # that it pays per person
    ]
)
PLACE_RULE = np.dtype(
    [
        ("stay_worth_added", "f8"),
        ("papers_supply", "f8"),  # of those who want forged papers, who find them
        ("papers_usd", "f8"),  # per person
    ]
)
VISA_RULE = np.dtype([("kept_home", "f8"), ("diverted", "f8"), ("to", "i8")])  # shares; a place
AUTHORITY_RULE = np.dtype(
    [
        ("release_pass_days", "i4"),  # 0: no pass
        ("enrols", "u1"),
        ("recognises", "u1"),
        ("second_pass", "u1"),
        ("spare", "u1"),
        ("identification", "f8"),  # of the enrolled, at least
        ("processing_times", "f8"),  # for the enrolled
        ("admitted_times", "f8"),  # of the enrolled, at the border
        ("removal_seats", "f8"),  # persons a day; infinite: no limit
        ("removal_usd", "f8"),  # per person
    ]
)
OFFICE_RULE = np.dtype(
    [
        ("decision_days", "i8"),
        ("patience_days", "f8"),  # mean
        ("recognised_share", "f8"),
        ("settled_share", "f8"),  # of those recognised
        ("valid_days", "i8"),
    ]
)
PASS_RULE = np.dtype([("granted_share", "f8"), ("processing_days", "i4"), ("valid_days", "i4")])
OFFICERS = np.dtype(
    [
        ("officers", "f8"),
        ("inspections_per_officer", "f8"),  # a day
        ("capacity", "f8"),  # persons inspected a day: officers on the line times inspections
        ("coverage", "f8"),
        ("identification", "f8"),  # of those without papers
        ("identification_forged", "f8"),
        ("bribe_share", "f8"),
        ("bribe_usd", "i8"),  # per person
        ("network_bribes_times", "f8"),  # of the share let go as a network has paid
        ("extortion_share", "f8"),
        ("extortion_usd", "i8"),  # per person
    ]
)
BEDS = np.dtype(
    [
        ("beds", "f8"),
        ("crowding", "f8"),
        ("limit_days", "i4"),
        ("limit_minors_days", "i4"),
        ("when_full", "i4"),
        ("transfer_to", "i4"),  # -1: none
        ("flagged_days", "i4"),
        ("interviews", "f8"),  # persons a day
        ("sensitivity", "f8"),
        ("specificity", "f8"),
    ]
)
REMOVAL = np.dtype([("share", "f8"), ("days", "f8")])  # mean wait


class Levers(NamedTuple):
    """The conditions in force today."""

    closed: U1  # (G, L) 1 where a group may not start a leg
    quota: F8  # (W,) persons a day on a way; infinite: no limit
    counter_open: U1  # (C, G)
    passes: Table  # (C,) PASS_RULE
    officers: Table  # (K,) OFFICERS
    beds: Table  # (D,) BEDS
    removal: Table  # (A, G) REMOVAL
    reception: F8  # (G, 3) admitted, expelled, sent home
    legs: Table  # (L,) LEG_RULE
    places: Table  # (P,) PLACE_RULE
    visas: Table  # (P, G) VISA_RULE
    authorities: Table  # (A,) AUTHORITY_RULE
    office_open: U1  # (O, G)
    offices: Table  # (O,) OFFICE_RULE
    departing: F8  # (G,) multiplies the share of candidates that departs


def base_levers(scenario: Scenario, at: Index) -> Levers:
    """The levers of the world with no measure in force.

    A checkpoint that a measure opens is there from the start, with no coverage;
    exit-pass counters and asylum offices are there, closed, with their rules: by them those are served
    who came before they closed.
    """
    points = all_checkpoints(scenario)
    centres = scenario.detention_centres.values()
    groups, legs, counters = len(at.groups), len(at.legs), len(at.counters)
    counters_given = all_counters(scenario).values()
    quota = np.full(legs + counters, np.inf)
    quota[legs:] = [counter.passes_per_day.value for counter in counters_given]
    for i, leg in enumerate(scenario.legs.values()):
        if leg.persons_per_day is not None:
            quota[i] = leg.persons_per_day.value
    removal = table(REMOVAL, (len(at.authorities), groups), days=1.0)
    for a, authority in enumerate(scenario.authorities.values()):
        removal["days"][a] = authority.removal_days.value
        for group, share in authority.removal_share.items():
            removal["share"][a, at.groups.index(group)] = share.value
    reception = np.zeros((groups, 3))
    reception[:, ADMITTED] = 1.0
    for group, shares in scenario.reception.items():
        g = at.groups.index(group)
        reception[g] = (shares.admitted.value, shares.expelled.value, shares.removed.value)
    officers = table(
        OFFICERS,
        len(points),
        officers=[c.officers.value for c in points.values()],
        inspections_per_officer=[c.inspections_per_officer_day.value for c in points.values()],
        coverage=[c.coverage.value if name in scenario.checkpoints else 0.0 for name, c in points.items()],
        identification=[c.identification.value for c in points.values()],
        identification_forged=[c.identification_forged.value for c in points.values()],
        bribe_share=[c.bribe_share.value for c in points.values()],
        bribe_usd=[round(c.bribe_usd.value) for c in points.values()],
        network_bribes_times=1.0,
        extortion_share=[c.extortion_share.value for c in points.values()],
        extortion_usd=[round(c.extortion_usd.value) for c in points.values()],
    )
    beds = table(
        BEDS,
        len(centres),
        beds=[c.beds.value for c in centres],
        crowding=[c.crowding for c in centres],
        limit_days=[whole_days(c.limit_days.value) for c in centres],
        limit_minors_days=[whole_days((c.limit_minors_days or c.limit_days).value) for c in centres],
        when_full=[RULES.index(c.when_full) for c in centres],
        transfer_to=[at.centres.index(c.transfer_to) if c.transfer_to else -1 for c in centres],
    )
    authorities = scenario.authorities.values()
    offices = all_offices(scenario).values()
    return Levers(
        closed=np.zeros((groups, legs), dtype=np.uint8),
        quota=quota,
        counter_open=np.zeros((counters, groups), dtype=np.uint8),
        passes=table(
            PASS_RULE,
            counters,
            granted_share=[counter.granted_share.value for counter in counters_given],
            processing_days=[whole_days(counter.processing_days.value) for counter in counters_given],
            valid_days=[whole_days(counter.valid_days.value) for counter in counters_given],
        ),
        officers=officers,
        beds=beds,
        removal=removal,
        reception=reception,
        legs=table(
            LEG_RULE,
            legs,
            fare=[round(leg.price_usd.value) for leg in scenario.legs.values()],
            death_times=1.0,
            robbery_times=1.0,
        ),
        places=table(
            PLACE_RULE,
            len(at.places),
            papers_supply=1.0,
            papers_usd=scenario.parameters.forged_papers_usd.value,
        ),
        visas=table(VISA_RULE, (len(at.places), groups)),
        authorities=table(
            AUTHORITY_RULE,
            len(at.authorities),
            release_pass_days=[round(a.release_pass_days.value) for a in authorities],
            second_pass=1,
            processing_times=1.0,
            admitted_times=1.0,
            removal_seats=[
                a.removal_seats_per_day.value if a.removal_seats_per_day else np.inf for a in authorities
            ],
            removal_usd=[a.removal_usd.value for a in authorities],
        ),
        office_open=np.zeros((len(at.offices), groups), dtype=np.uint8),
        offices=table(
            OFFICE_RULE,
            len(at.offices),
            decision_days=[whole_days(office.decision_days.value) for office in offices],
            patience_days=[office.patience_days.value for office in offices],
            recognised_share=[office.recognised_share.value for office in offices],
            settled_share=[office.settled_share.value for office in offices],
            valid_days=[whole_days(office.valid_days.value) for office in offices],
        ),
        departing=np.ones(groups),
    )


def whole_days(days: float) -> int:
    """Days as the engine counts them: whole, at least 1."""
    return max(1, round(days))
