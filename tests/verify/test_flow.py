"""Flow: mean daily flows over many replicates against the exact convolution.

Every cell (what, where, group, day; neighbouring days pooled until 50 or more
are expected) holds a Poisson number over the replicates, since a migrant is in
it at most once. The family-wise error over all cells is 0.001.
"""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt
import pytest

from darien.experiments.run import simulate
from darien.scenario.schema import Scenario

from .agreement import Agreement, poisson_agreement
from .books import Books
from .flow_reference import Flows, expected_flows, lengthened, travel_table
from .worlds import world

REPLICATES = 200

Totals = dict[str, npt.NDArray[np.float64]]


def _sums(scenario: Scenario, replicates: int) -> Totals:
    """Counts summed over replicates: by measure, shape (days, where, groups)."""
    sums: Totals = {}
    for replicate in range(replicates):
        books = Books(scenario, simulate(scenario, replicate=replicate))
        for measure in books.measures:
            before = sums.get(measure, np.zeros(1))
            sums[measure] = np.asarray(before + books.of(measure), dtype=np.float64)
    return sums


@functools.cache
def _totals(name: str, replicates: int) -> Totals:
    return _sums(world(name), replicates)


def _against(scenario: Scenario, totals: Totals, flows: Flows, replicates: int) -> Agreement:
    """Departures, starts and ends of every leg, and arrivals at the border, cell by cell."""
    where = [*scenario.places, *scenario.legs, "route"]
    series: dict[str, tuple[npt.ArrayLike, npt.ArrayLike]] = {}
    none = np.zeros_like(next(iter(totals.values())))
    for g, group in enumerate(flows.groups):
        series[f"departed {group}"] = (
            totals["departed"][:, :, g].sum(axis=1),
            replicates * flows.departed[g],
        )
        border = np.zeros(scenario.period.days)
        for ell, leg in enumerate(flows.legs):
            at = where.index(leg)
            series[f"started {leg} {group}"] = (
                totals["started"][:, at, g],
                replicates * flows.started[g, ell],
            )
            series[f"finished {leg} {group}"] = (
                totals["finished"][:, at, g],
                replicates * flows.finished[g, ell],
            )
            if scenario.places[scenario.legs[leg].to].destination:
                border += flows.finished[g, ell]
        series[f"border {group}"] = (totals["reached_border"][:, :, g].sum(axis=1), replicates * border)
        for measure, expected in (
            ("died", flows.died[g].sum(axis=0)),
            ("returned", flows.gave_up[g].sum(axis=0)),
            ("settled", flows.settled[g].sum(axis=0)),
        ):
            observed = totals.get(measure, none)[:, :, g].sum(axis=1)
            series[f"{measure} {group}"] = (observed, replicates * expected)
    return poisson_agreement(series)


def test_daily_flows_are_the_exact_convolution() -> None:
    scenario = world("flow")
    found = _against(scenario, _totals("flow", REPLICATES), expected_flows(scenario), REPLICATES)
    assert found.cells > 900
    assert found.agrees, f"p = {found.least_p:.2g} over {found.cells} cells: {found.worst}"


@pytest.mark.parametrize("leg", list(world("flow").legs))
def test_a_leg_time_that_is_wrong_by_two_percent_is_detected(leg: str) -> None:
    scenario = world("flow")
    wrong = expected_flows(scenario, {leg: lengthened(travel_table(scenario, leg), 1.02)})
    found = _against(scenario, _totals("flow", REPLICATES), wrong, REPLICATES)
    assert not found.agrees, f"p = {found.least_p:.2g} over {found.cells} cells"


def test_flows_with_other_options_and_many_visits_are_exact() -> None:
    scenario = world("flow-options")
    found = _against(scenario, _totals("flow-options", REPLICATES), expected_flows(scenario), REPLICATES)
    assert found.cells > 300
    assert found.agrees, f"p = {found.least_p:.2g} over {found.cells} cells: {found.worst}"


def test_plain_logit_in_place_of_nests_is_detected() -> None:
    scenario = world("flow")
    wrong = expected_flows(world("flow", {"parameters": {"nest_correlation": 0}}))
    assert not _against(scenario, _totals("flow", REPLICATES), wrong, REPLICATES).agrees


def test_one_worth_off_by_a_tenth_is_detected() -> None:
    scenario = world("flow-options")
    wrong = expected_flows(world("flow-options", {"parameters": {"settle_worth": -1.1}}))
    assert not _against(scenario, _totals("flow-options", REPLICATES), wrong, REPLICATES).agrees


def test_the_length_of_one_stay_does_not_tell_that_of_the_next() -> None:
    scenario = world("flow-stays")
    found = _against(scenario, _totals("flow-stays", 40), expected_flows(scenario), 40)
    assert found.cells > 100
    assert found.agrees, f"p = {found.least_p:.2g} over {found.cells} cells: {found.worst}"


def test_patience_in_one_queue_does_not_tell_that_in_the_next() -> None:
    # Waiting for a leg that never comes, as long as patience lasts, is a stay by another name.
    def shut(origin: str, to: str) -> dict[str, object]:
        never = {"preference": 0.5, "persons_per_day": 1e-9, "travel_days": {"table": {1: 1.0}}}
        return {"from": origin, "to": to, "mode": "boat", **never}

    queues = {"shut_first": shut("first", "second"), "shut_second": shut("second", "border")}
    scenario = world("flow-stays", {"parameters": {"stay_worth": None, "patience_days": 6}, "legs": queues})
    found = _against(scenario, _sums(scenario, 40), expected_flows(world("flow-stays")), 40)
    assert found.agrees, f"p = {found.least_p:.2g} over {found.cells} cells: {found.worst}"
