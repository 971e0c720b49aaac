"""The chain without agents: its flows are those of the exact convolution, its shares those of the counts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from darien.calibrate.routing import Routing, counted, flows, routing, totals, travel
from darien.experiments.run import simulate
from darien.scenario.schema import Scenario
from verify.flow_reference import _options, expected_flows
from verify.worlds import world


def exact(scenario: Scenario, **changes: Any) -> Routing:
    """The chain with the shares that the worth of the options gives."""
    groups, places, legs = list(scenario.groups), list(scenario.places), list(scenario.legs)
    shares = np.zeros((len(groups), len(legs)))
    for g, group in enumerate(groups):
        for place in places:
            if not scenario.places[place].destination:
                for option, share in _options(scenario, group, place).items():
                    shares[g, legs.index(option)] = share
    by_place = (len(groups), len(places))
    return Routing(
        scenario=scenario,
        legs=shares,
        ended=np.ones((len(groups), len(legs))),
        entered=np.ones(by_place),
        stay=changes.get("stay", np.zeros(by_place)),
        removed=changes.get("removed", np.zeros(by_place)),
        again=changes.get("again", np.zeros(by_place)),
        travel=travel(scenario),
        absent=30.0,
    )


def test_daily_flows_are_the_exact_convolution() -> None:
    scenario = world("flow")
    found, expected = flows(exact(scenario)), expected_flows(scenario)
    assert np.moveaxis(found.started, 0, -1) == pytest.approx(expected.started, abs=1e-9)
    assert np.moveaxis(found.finished, 0, -1) == pytest.approx(expected.finished, abs=1e-9)
    assert expected.finished.sum() > 10_000


def test_the_shares_of_a_run_are_found_in_its_counts() -> None:
    scenario = world("flow")
    run = simulate(scenario)
    end = scenario.period.end + dt.timedelta(days=1)
    found, wanted = routing(scenario, totals(run.counts, end), end), exact(scenario)
    assert found.legs == pytest.approx(wanted.legs, abs=0.03)
    used = wanted.entered * (found.entered > 0)
    assert found.entered == pytest.approx(used)
    assert (found.stay == 0).all()


def test_what_the_chain_counts_is_what_the_run_counted_whose_shares_it_has() -> None:
    scenario = world("flow-stays", {"parameters": {"give_up_worth": -1.0}})
    run = simulate(scenario)
    end = scenario.period.end + dt.timedelta(days=1)
    seen = totals(run.counts, end)
    table = counted(routing(scenario, seen, end), seen, end)
    again = table.groupby(["measure", "kind", "where", "group"])["persons"].sum()
    compared = 0
    for key, persons in seen.items():
        if not key[0].startswith("stock_") and key[1] != "route" and persons > 500:
            assert again[key] == pytest.approx(persons, rel=0.06), key
            compared += 1
    assert compared >= 6


def test_a_stay_delays_and_loses_nobody() -> None:
    scenario = world("flow")
    shape = (len(scenario.groups), len(scenario.places))
    at_once, later = flows(exact(scenario)), flows(exact(scenario, stay=np.full(shape, 4.0)))
    gone = later.left[:, 0].sum(axis=0)
    assert (later.left.cumsum(axis=0) <= at_once.left.cumsum(axis=0) + 1e-9).all()
    # with mean stay w, a share w / (1 + w) of those there stays for another day
    assert later.left[0, 0] == pytest.approx(later.came[0, 0] / 5)
    assert later.left[1, 0] == pytest.approx((later.came[1, 0] + later.came[0, 0] * 4 / 5) / 5)
    assert gone.sum() > 0


def test_who_is_removed_sets_out_anew() -> None:
    scenario = world("flow")
    shape = (len(scenario.groups), len(scenario.places))
    removed, again = np.zeros(shape), np.zeros(shape)
    border, south = list(scenario.places).index("border"), list(scenario.places).index("south")
    removed[:, border], again[:, south] = 0.5, 0.4
    once, more = flows(exact(scenario)), flows(exact(scenario, removed=removed, again=again))
    first = np.flatnonzero(once.came[:, 0, border])[0]
    sent = 0.5 * once.came[first, 0, border]
    assert more.came[first + 1, 0, south] - once.came[first + 1, 0, south] == pytest.approx(0.4 * sent / 30)
    assert (more.came[: first + 1] == once.came[: first + 1]).all()
