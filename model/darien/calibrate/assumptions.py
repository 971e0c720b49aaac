"""What is assumed when departures are worked out from counts."""

from __future__ import annotations

from dataclasses import dataclass

from darien.record.assumptions import quantity
from darien.scenario.quantity import Quantity


@dataclass(frozen=True)
class WorkingAssumptions:
    """Assumptions and settings of :func:`darien.calibrate.departures.work_out`."""

    first_lag_days: Quantity = quantity(
        30.0,
        5.0,
        120.0,
        "days from departure to being counted, for the very first guess",
        assumption="only a place to start from: the lags that are used come out of the model",
    )
    pulse_months: Quantity = quantity(
        6.0,
        4.0,
        12.0,
        "months from one pulse of departures to the next when the lags are read from the model",
        assumption="who is counted later than that after setting out is put down to the next pulse",
    )
    pulse_migrants: Quantity = quantity(
        600.0,
        200.0,
        2000.0,
        "migrants of each group who set out in the month of a pulse, at least",
        assumption="a share of 0.5 is then known to 0.02",
    )
    smoothing_steps: Quantity = quantity(
        10.0,
        3.0,
        40.0,
        "steps by which departures are moved towards the counts between two runs",
        assumption="enough to follow a change of the counts, few enough to run again before going astray",
    )
    smoothing: Quantity = quantity(
        0.02,
        0.0,
        0.2,
        "part of each month's departures that is given to its neighbours at every step",
        assumption="counts of a month cannot tell on which of the months before its people set out: without "
        "it departures become jagged, with much of it sudden changes are lost",
    )
    year_weight: Quantity = quantity(
        0.75,
        0.0,
        1.0,
        "weight of a year's total against its single months where only the year was published",
        assumption="the months of a spread year are a guess: at its ends they may give way, so that who is "
        "still on the way does not burden the next year",
    )
    waiting_slack: Quantity = quantity(
        0.1,
        0.02,
        0.3,
        "part of what the response lets expect that may be missing in a month without anyone waiting",
        assumption="more than the response is off by where nothing binds",
    )
    waiting_share: Quantity = quantity(
        0.25,
        0.1,
        1.0,
        "persons who wait, as a share of a month's count, from which on a queue is taken to bind",
        assumption="a week of the flow",
    )
    largest_change: Quantity = quantity(
        5.0,
        2.0,
        10.0,
        "most by which a month of departures is multiplied or divided between two runs",
        assumption="keeps one run with few people from throwing a month off",
    )
    replicates: Quantity = quantity(
        4.0, 2.0, 20.0, "runs averaged in each round", assumption="halves the noise of one run"
    )
    rounds: Quantity = quantity(
        8.0,
        4.0,
        20.0,
        "most rounds of running and rescaling",
        assumption="the error no longer falls after it",
    )
    year_tolerance: Quantity = quantity(
        0.02,
        0.005,
        0.05,
        "relative error of the total of a year below which no more rounds are run",
        assumption="well below what is uncertain about the counts themselves",
    )
