"""Adaptation: two parallel legs, one of them watched; beliefs and networks move people, later and in part."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from darien.actors.model import RouteModel
from darien.experiments.run import simulate

from .books import Books
from .worlds import day_by_day, merged, world

Plain = dict[str, Any]
OPENS = 60  # day on which the checkpoint opens
WATCH: Plain = {
    "measure": "checkpoint",
    "name": "watch",
    "from": "2020-03-01",
    "opens": {
        "authority": "PAN",
        "leg": "trail",
        "officers": 1000,
        "inspections_per_officer_day": 1000,
        "coverage": 0.6,
        "identification": 1,
        "detention": "centre",
    },
}
ALL_ON: Plain = {}
NO_NETWORKS: Plain = {"smuggling_networks": None}
NO_BELIEFS: Plain = {"parameters": {"belief_weight": 0}}
ALL_OFF: Plain = {**NO_NETWORKS, **NO_BELIEFS}
KINDS = {"on": ALL_ON, "beliefs": NO_NETWORKS, "networks": NO_BELIEFS, "off": ALL_OFF}


@functools.cache
def _books(kind: str, watched: bool) -> Books:
    scenario = world("adaptation", {**KINDS[kind], "policy": [WATCH] if watched else []})
    return Books(scenario, simulate(scenario))


def _flow(kind: str, watched: bool, leg: str) -> npt.NDArray[np.int64]:
    return _books(kind, watched).at("started", leg)[:, 0]


def _effect(kind: str) -> float:
    """Share by which the checkpoint lowers arrivals in the last 90 days of two years."""
    base, policy = (_books(kind, w).at("reached_border", "border")[-90:].sum() for w in (False, True))
    return float(1 - policy / base)


def test_without_beliefs_and_networks_a_checkpoint_moves_nobody() -> None:
    assert np.array_equal(_flow("off", True, "trail"), _flow("off", False, "trail"))
    assert np.array_equal(_flow("off", True, "sea"), _flow("off", False, "sea"))
    assert _effect("off") == pytest.approx(0.5 * 0.6, abs=0.01)  # half go by the trail


def test_beliefs_and_networks_make_the_effect_smaller_after_two_years() -> None:
    assert 0 < _effect("on") < 0.7 * _effect("off")
    assert _effect("on") < _effect("beliefs") < _effect("off")
    assert _effect("on") < _effect("networks") < _effect("off")


@pytest.mark.parametrize("kind", ["on", "beliefs", "networks"])
def test_the_flow_on_the_other_leg_rises(kind: str) -> None:
    sea = [_flow(kind, watched, "sea")[-90:].sum() for watched in (False, True)]
    trail = [_flow(kind, watched, "trail")[-90:].sum() for watched in (False, True)]
    assert sea[1] > 1.03 * sea[0]
    assert trail[1] < 0.97 * trail[0]


@pytest.mark.parametrize("lag", [1, 7, 25])
def test_nobody_moves_before_they_can_have_heard(lag: int) -> None:
    changes: Plain = merged(NO_NETWORKS, {"parameters": {"belief_lag_days": lag}})
    flows = []
    for policy in ([], [WATCH]):
        scenario = world("adaptation", {**changes, "policy": policy})
        flows.append(Books(scenario, simulate(scenario)).at("started", "trail")[:, 0])
    same = flows[0] == flows[1]
    # stopped on the day it opens, heard of at the end of the day `lag` days later
    assert same[: OPENS + lag + 1].all()
    assert not same[OPENS + lag + 1 : OPENS + lag + 5].all()


def test_the_shift_grows_and_then_settles() -> None:
    shift = _flow("beliefs", True, "sea") - _flow("beliefs", False, "sea")
    first = OPENS + 8
    weeks = [shift[first + 14 * n : first + 14 * n + 14].mean() for n in range(4)]
    assert 0 < weeks[0] < weeks[1] < weeks[3]
    late = [shift[-360:-180].mean(), shift[-180:].mean()]
    assert late[0] > weeks[0]
    assert late[1] == pytest.approx(late[0], rel=0.1)


def _beliefs_by_hand(books: Books, leg: str, rate: float) -> list[float]:
    """What is believed of a leg at the end of each day, from who came and who was stopped."""
    met, stopped = (books.at(m, leg)[:, 0].astype(float) for m in ("finished", "apprehended"))
    kept, lag, heard, path = 1 - 1 / 60, 7, np.zeros(2), []
    for day in range(books.days):
        told = np.array([met[day - lag], stopped[day - lag]]) if day >= lag else np.zeros(2)
        heard = kept * heard + told
        path.append((30 * rate * 0.05 + heard[1]) / (30 * rate + heard[0]))
    return path


def test_beliefs_are_what_the_formula_says() -> None:
    scenario = world("adaptation", {**NO_NETWORKS, "policy": [WATCH]})
    model = RouteModel(scenario, collect=False)
    doubts: list[npt.NDArray[np.float32]] = []
    day_by_day(model, lambda: doubts.append(model.books.beliefs.doubt[:, 0].copy()))
    books = Books(scenario, model.result())
    for position, leg in enumerate(("trail", "sea", "road")):
        expected = 4 * (np.array(_beliefs_by_hand(books, leg, 200)) - 0.05)
        assert np.array(doubts)[:, position] == pytest.approx(expected, abs=1e-5), leg
    assert _beliefs_by_hand(books, "trail", 200)[-1] > 0.2


def test_the_shift_is_the_logit_of_trust_in_what_is_believed() -> None:
    alike: Plain = {"parameters": {"belief_trust": 0.8, "belief_trust_spread": 0}}
    scenario = world("adaptation", {**NO_NETWORKS, **alike, "policy": [WATCH]})
    books = Books(scenario, simulate(scenario))
    trail, sea = (np.array(_beliefs_by_hand(books, leg, 200)) for leg in ("trail", "sea"))
    value = 4 * round(0.8 * 255) / 255 * (trail - sea)
    share = np.r_[0.5, 1 / (1 + np.exp(-value[:-1]))]  # today by what was believed last evening
    went = books.at("started", "sea")[:, 0]
    came = went + books.at("started", "trail")[:, 0]
    error = np.sqrt((came * share * (1 - share)).sum())
    assert abs(went.sum() - (came * share).sum()) < 4 * error
    assert share[-1] > 0.6


def test_who_trusts_only_the_prior_never_moves() -> None:
    nobody: Plain = {"parameters": {"belief_trust": 0, "belief_trust_spread": 0}}
    flows = []
    for policy in ([], [WATCH]):
        scenario = world("adaptation", {**NO_NETWORKS, **nobody, "policy": policy})
        flows.append(Books(scenario, simulate(scenario)).of("started"))
    assert np.array_equal(flows[0][:, 3:5], flows[1][:, 3:5])  # both parallel legs
    spread = {"parameters": {"belief_trust": 0.5, "belief_trust_spread": 0.2}}
    scenario = world("adaptation", {**NO_NETWORKS, **spread, "policy": [WATCH]})
    assert not np.array_equal(Books(scenario, simulate(scenario)).of("started")[:, 3:5], flows[1][:, 3:5])


def test_after_a_takedown_prices_rise_first_and_seats_come_back_at_their_rate() -> None:
    down: Plain = {"measure": "smuggler_takedown", "network": "walkers", "seats_removed_share": 0.7}
    down["from"] = "2020-03-01"
    model = RouteModel(world("adaptation", {"policy": [down]}), collect=False)
    walkers = model.network("walkers")
    path: list[tuple[float, float]] = []
    day_by_day(model, lambda: path.append((walkers.price, float(walkers.seats.sum()))))
    price, seats = np.array(path).T
    assert seats[OPENS - 1] == 150
    assert seats[OPENS] == pytest.approx(45)
    assert price[:90] == pytest.approx(1)
    assert price[90] > 1.02
    assert price[-1] < 1.01
    assert price.argmax() < 300
    # what is missing of the usual seats shrinks by 0.4 at each review, or by more while more are asked for
    missing = 150 - seats[OPENS::30]
    assert (missing[1:] <= 0.6 * missing[:-1] + 1e-9).all()
    assert missing[1:] == pytest.approx(105 * 0.6 ** np.arange(1, len(missing)), abs=1)


CROWDED: Plain = {
    "groups": {"people": {"retry_share": 0.2}},
    "authorities": {"PAN": {"removal_days": 5, "removal_seats_per_day": 60}},
    "detention_centres": {"centre": {"beds": 220, "limit_days": 15, "when_full": "wait"}},
    "smuggling_networks": {"walkers": {"seats_per_day": {"trail": 80}}},
    "parameters": {"deterrence": 0.3, "failure_prior": 0.1, "vetting_base_rate": 0.02},
    "departures": {"headroom": 1.2},
}
VETTING: Plain = {
    "measure": "vetting",
    "centre": "centre",
    "interviews_per_day": 25,
    "sensitivity": 0.8,
    "specificity": 0.9,
    "flagged_days": 20,
    "from": "2020-03-01",
}


def _scaled(times: int) -> Plain:
    """The crowded world with everything that counts persons multiplied."""
    return merged(
        CROWDED,
        {
            "authorities": {"PAN": {"removal_seats_per_day": 60 * times}},
            "detention_centres": {"centre": {"beds": 220 * times}},
            "smuggling_networks": {
                "walkers": {"seats_per_day": {"trail": 80 * times}},
                "sailors": {"seats_per_day": {"sea": 150 * times}},
            },
            "departures": {"persons_per_day": {"people": 200 * times}},
            "policy": [
                merged(WATCH, {"opens": {"officers": 0.09 * times}}),
                {**VETTING, "interviews_per_day": 25 * times},
            ],
        },
    )


def _per_migrant(changes: Plain, replicates: int) -> tuple[float, float]:
    """Arrivals and flow by sea for each who departs, mean over replicates."""
    arrived = sea = departed = 0
    for replicate in range(replicates):
        scenario = world("adaptation", merged({"record_every": "month"}, changes))
        model = RouteModel(scenario, replicate=replicate, collect=False).run()
        stocks, flows = model.books.sums.stocks.sum(axis=(1, 2)), model.books.totals.sum(axis=2)
        arrived += int(stocks[9])
        departed += int(flows[0].sum())
        sea += int(flows[3, 4])
    return arrived / departed, sea / departed


def test_ten_times_the_scale_and_ten_persons_a_migrant_give_the_same_per_migrant() -> None:
    base = _per_migrant(_scaled(1), 4)
    larger = _per_migrant(_scaled(10), 1)
    tens: Plain = {"persons_per_migrant": {"people": 10}}
    assert 0.3 < base[0] < 0.9
    assert larger == pytest.approx(base, rel=0.02)
    assert _per_migrant(merged(_scaled(10), tens), 4) == pytest.approx(larger, rel=0.02)
    assert _per_migrant(merged(_scaled(1), tens), 12) == pytest.approx(base, rel=0.02)
