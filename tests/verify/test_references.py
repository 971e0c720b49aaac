"""The reference solutions themselves, against cases worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from .agreement import agree, pairing_gain, poisson_agreement, pooled
from .flow_reference import expected_flows, lengthened, nested_shares
from .loss_reference import erlang_b, exact_loss, share_turned, simulated_loss
from .queue_reference import waiting, waits
from .worlds import scenario_from


def test_equal_options_share_equally_without_nests() -> None:
    assert nested_shares([0, 0, 0], ["a", "b", "c"], 0.7) == pytest.approx([1 / 3] * 3)
    assert nested_shares([math.log(3), 0], ["a", "a"], 0) == pytest.approx([0.75, 0.25])


def test_near_substitutes_count_as_little_more_than_one() -> None:
    # lambda 1/2: the nest of two is worth log(2)/2, so it weighs sqrt(2) against 1
    shares = nested_shares([0, 0, 0], ["trails", "trails", "sea"], 0.5)
    pair = math.sqrt(2) / (math.sqrt(2) + 1)
    assert shares == pytest.approx([pair / 2, pair / 2, 1 - pair])
    # no correlation is plain logit
    assert nested_shares([0, 0, 0], ["t", "t", "s"], 0) == pytest.approx([1 / 3] * 3)


def test_lengthened_table_has_the_longer_mean() -> None:
    longer = lengthened({2: 0.5, 4: 0.5}, 1.02)
    assert sum(longer.values()) == pytest.approx(1)
    assert sum(day * share for day, share in longer.items()) == pytest.approx(3.06)
    with pytest.raises(ValueError, match="cannot lengthen"):
        lengthened({60: 1.0}, 1.02)


def _line(**parameters: object) -> dict[str, object]:
    place = {"label": "A place", "country": "PAN", "lat": 8.0, "lon": -80.0}
    return {
        "title": "Line",
        "why": "By hand",
        "period": {"start": "2020-01-01", "end": "2020-01-06"},
        "places": {
            "start": {**place, "stay_days": 2},
            "middle": {**place, "stay_days": 2},
            "border": {**place, "destination": True},
        },
        "legs": {
            "first": {
                "from": "start",
                "to": "middle",
                "mode": "bus",
                "travel_days": {"table": {1: 0.25, 3: 0.75}},
            },
            "second": {
                "from": "middle",
                "to": "border",
                "mode": "bus",
                "travel_days": {"table": {2: 1.0}},
                "death_per_1000": 100,
            },
        },
        "groups": {
            "people": {
                "label": "People",
                "nationalities": ["Any"],
                "entries": [{"shares": {"start": 1.0}}],
                "funds_usd": 1000,
            }
        },
        "departures": {"persons_per_day": {"people": 8}},
        "parameters": parameters,
    }


def test_flow_of_a_line_by_hand() -> None:
    flows = expected_flows(scenario_from(_line()))
    assert flows.started[0, 0] == pytest.approx([8] * 6)
    assert flows.finished[0, 0] == pytest.approx([0, 2, 2, 8, 8, 8])
    assert flows.started[0, 1] == pytest.approx([0, 2, 2, 8, 8, 8])
    assert flows.finished[0, 1] == pytest.approx([0, 0, 0, 1.8, 1.8, 7.2])
    assert flows.died[0, 1] == pytest.approx([0, 0, 0, 0.2, 0.2, 0.8])


def test_flow_with_staying_and_giving_up_by_hand() -> None:
    scenario = scenario_from(_line(stay_worth=0, give_up_worth=0))
    flows = expected_flows(scenario)
    # a third each; who stays wakes with chance 1/2 a day and chooses again
    assert flows.stays[0, 0, 0] == pytest.approx(8 / 3)
    assert flows.chose[0, 0, 1] == pytest.approx(8 + 8 / 3 / 2)
    assert flows.chose[0, 0, 2] == pytest.approx(8 + 8 / 3 / 4 + (8 + 8 / 6) / 3 / 2)
    assert flows.gave_up[0, 0] == pytest.approx(flows.chose[0, 0] / 3)


def test_flow_of_months() -> None:
    given = _line()
    given["period"] = {"start": "2020-01-30", "end": "2020-02-02"}
    given["departures"] = {
        "monthly": {"people": {"2020-01": 5.0, "2020-02": 0.0}},
        "times": {"people": 2},
        "headroom": 2,
    }
    assert expected_flows(scenario_from(given)).departed[0] == pytest.approx([10, 10, 0, 0])


def test_flow_refuses_what_it_cannot_solve() -> None:
    with pytest.raises(ValueError, match="cost_weight"):
        expected_flows(scenario_from(_line(cost_weight=1)))


def test_erlang_b_by_hand() -> None:
    assert erlang_b(1, 1) == pytest.approx(1 / 2)
    assert erlang_b(2, 1) == pytest.approx((1 / 2) / (1 + 1 + 1 / 2))
    assert erlang_b(50, 50) == pytest.approx(0.1048, abs=5e-5)


def test_loss_with_a_limit_of_one_day_is_the_excess_of_a_poisson() -> None:
    # every day begins empty: E[(N - 2)+] / 2 for N ~ Poisson(2)
    by_hand = sum(max(0, n - 2) * stats.poisson.pmf(n, 2) for n in range(60)) / 2
    assert by_hand == pytest.approx(2 * math.exp(-2), abs=1e-12)  # E[(N-2)+] = 2 - 2 + 2 P(0) + P(1)
    assert exact_loss(2, 1.0, 1) == pytest.approx(by_hand)


@pytest.mark.parametrize(("beds", "load", "limit"), [(2, 1.0, 2), (3, 2.0, 3), (2, 0.5, 4)])
def test_simulated_loss_agrees_with_the_exact_chain(beds: int, load: float, limit: int) -> None:
    turned = simulated_loss(beds, load, limit, centres=400, days=2000, warm_up=3 * limit, seed=1)
    assert abs(turned.share - exact_loss(beds, load, limit)) < 4 * turned.error
    assert turned.error < 0.01 * turned.share


def test_one_bed_for_one_day_tends_to_erlang_with_the_limit() -> None:
    far, near = exact_loss(1, 1.0, 2), exact_loss(1, 1.0, 12)
    assert abs(near - erlang_b(1, 1)) < abs(far - erlang_b(1, 1))


def test_control_variate_leaves_the_share_and_lowers_the_error() -> None:
    rng = np.random.default_rng(4)
    arrived = rng.poisson(1000, 300)
    turned = 0.2 * arrived + 0.5 * (arrived - 1000) + rng.normal(0, 2, 300)
    plain, controlled = share_turned(arrived, turned), share_turned(arrived, turned, expected=1000)
    assert controlled.error < plain.error
    assert abs(controlled.share - 0.2) < 5 * controlled.error


def test_queue_by_hand() -> None:
    assert waiting([120] * 5, 100) == [20, 40, 60, 80, 100]
    assert waiting([80] * 5, 100) == [0] * 5
    assert waiting([3, 0, 0, 3], 1.5) == [2, 0, 0, 2]  # 1; 1.5 + 0.5 carried = 2; lost while empty
    assert waits([3, 0], 2) == [0, 0, 1]


def test_pooling_keeps_totals() -> None:
    observed, expected = pooled([10, 20, 30, 5, 1], [20, 20, 20, 5, 5], 50)
    assert observed.tolist() == [66.0]
    assert expected.tolist() == [70.0]
    assert pooled([1, 1], [10, 10], 50)[1].tolist() == [20.0]


def test_poisson_agreement_accepts_the_truth_and_finds_a_fault() -> None:
    rng = np.random.default_rng(9)
    mean = np.full(200, 5000.0)
    refused = 0
    for _ in range(50):
        refused += not poisson_agreement({"a": (rng.poisson(mean), mean)}).agrees
    assert refused == 0
    wrong = mean.copy()
    wrong[50:60] *= 1.1
    assert not poisson_agreement({"a": (rng.poisson(mean), wrong)}).agrees
    assert not poisson_agreement({"shut": ([1.0], [0.0])}).agrees


def test_gain_of_pairing_by_hand() -> None:
    rng = np.random.default_rng(2)
    luck = rng.normal(0, 10, 1000)
    gain = pairing_gain(luck, luck + rng.normal(0, 2, 1000))
    assert gain.gain == pytest.approx((100 + 104) / 4, rel=0.15)
    assert gain.lower < gain.gain
    assert math.isinf(pairing_gain(np.round(luck), np.round(luck) - 3).gain)


def test_agree_is_a_z_value() -> None:
    assert agree([1, 1, 1], [1, 1, 1]) == 0
    assert math.isinf(agree([1, 1, 1], [2, 2, 2]))
    assert agree([0, 2, 0, 2], [1, 3, 1, 3]) == pytest.approx(-1 / math.sqrt(2 / 3))
