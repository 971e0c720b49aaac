"""Loss: a full centre that lets go against a loss system solved on its own, and against Erlang B."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from darien.experiments.run import simulate

from .loss_reference import Turned, erlang_b, share_turned, simulated_loss
from .worlds import lanes, merged, plain, scenario_from


def _engine(beds: int, load: float, limit: int, centres: int, years: int, replicates: int = 1) -> Turned:
    """Share turned away in the engine, after three limits of warm-up, many centres side by side."""
    start = pd.Timestamp("2020-01-01")
    changes = {
        "period": {"start": "2020-01-01", "end": f"{2019 + years}-12-31"},
        "detention_centres": {"centre_1": {"beds": beds, "limit_days": limit}},
        "departures": {"persons_per_day": {"people": load * beds / limit}},
    }
    scenario = scenario_from(lanes(merged(plain("loss"), changes), centres))
    first = start + pd.Timedelta(days=3 * limit)
    first = first if first.day == 1 else first + pd.offsets.MonthBegin(1)
    days = scenario.period.days - (first - start).days
    arrived, turned = [], []
    for replicate in range(replicates):
        counts = simulate(scenario, replicate=replicate).counts
        counts = counts[counts["date"] >= first]
        by_place = {
            measure: counts[counts["measure"] == measure]
            .astype({"where": str})
            .groupby("where")["persons"]
            .sum()
            .reindex([f"station_{lane}" for lane in range(1, centres + 1)], fill_value=0)
            .to_numpy()
            for measure in ("admitted", "turned_away")
        }
        arrived.append(by_place["admitted"] + by_place["turned_away"])
        turned.append(by_place["turned_away"])
    rate = load * beds / limit
    return share_turned(np.concatenate(arrived), np.concatenate(turned), expected=rate * days)


@pytest.mark.parametrize(
    ("beds", "load", "centres", "years"), [(10, 0.5, 250, 25), (50, 1.0, 100, 10), (50, 2.0, 50, 10)]
)
def test_share_turned_away_is_that_of_the_day_stepped_loss_system(
    beds: int, load: float, centres: int, years: int
) -> None:
    engine = _engine(beds, load, 30, centres, years)
    alone = simulated_loss(beds, load, 30, centres=3000, days=3000, warm_up=90, seed=3)
    assert engine.arrivals >= 300_000
    error = np.hypot(engine.error, alone.error)
    assert abs(engine.share - alone.share) < 4 * error, (engine, alone)
    if (beds, load) == (50, 1.0):
        assert 0.097 < alone.share < 0.0985  # known of the day-stepped system; Erlang's is 0.105


@pytest.mark.parametrize(("load", "centres"), [(1.0, 200), (2.0, 40)])
def test_share_turned_away_tends_to_erlang_b(load: float, centres: int) -> None:
    engine = _engine(50, load, 300, centres, years=100)
    assert engine.error / engine.share < 0.005, engine
    assert abs(engine.share / erlang_b(50, 50 * load) - 1) < 0.02, engine
