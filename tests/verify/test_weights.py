"""Weights: 1, 5 and 10 persons per migrant give the same outcomes within chance where numbers are large."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from darien.experiments.run import simulate

from .agreement import agree
from .loss_reference import erlang_b, share_turned
from .worlds import lanes, merged, plain, scenario_from, world

REPLICATES = {1: 6, 5: 20, 10: 20}


@functools.cache
def _outcomes(weight: int) -> pd.DataFrame:
    """Outcomes by replicate (rows: outcome, place and group)."""
    scenario = world("weights", {"persons_per_migrant": {"people": weight}})
    columns = []
    for replicate in range(REPLICATES[weight]):
        frame = simulate(scenario, replicate=100 * weight + replicate).outcomes
        keys = [frame["outcome"].astype(str), frame["place"].astype(str), frame["group"].astype(str)]
        columns.append(pd.Series(frame["value"].to_numpy(), index=pd.MultiIndex.from_arrays(keys)))
    return pd.concat(columns, axis=1).fillna(0.0)


@pytest.mark.parametrize("weight", [5, 10])
def test_every_outcome_agrees_within_chance_where_numbers_are_large(weight: int) -> None:
    one, many = _outcomes(1), _outcomes(weight)
    one, many = one.align(many, fill_value=0.0)
    assert len(one) > 20
    apart = {}
    for key in one.index:
        a, b = one.loc[key].to_numpy(), many.loc[key].to_numpy()
        if np.isnan(a).any() or np.isnan(b).any() or max(a.mean(), b.mean()) == 0:
            continue
        # Beyond chance, 1 % of the value: a centre of 1,000 beds holds 100 migrants of ten, and the
        # coarser they are, the larger are the last free beds that no party fits.
        z = agree(a, b) if abs(a.mean() - b.mean()) > 0.01 * abs(a.mean()) else 0.0
        apart[key] = z
    freedom = min(REPLICATES.values()) - 1
    limit = stats.t.ppf(1 - 0.001 / 2 / len(apart), freedom)
    wrong = {key: z for key, z in apart.items() if abs(z) > limit}
    assert not wrong, "\n".join(
        f"{k}: {one.loc[k].mean():.4g} {many.loc[k].mean():.4g} z {z:.1f}" for k, z in wrong.items()
    )


def test_few_beds_turn_away_as_if_there_were_fewer_still() -> None:
    # 50 beds for migrants of ten are 5 beds: what docs/verification.md warns of, and by how much
    years = {"period": {"start": "2020-01-01", "end": "2044-12-31"}, "persons_per_migrant": {"people": 10}}
    counts = simulate(scenario_from(lanes(merged(plain("loss"), years), 60))).counts
    counts = counts[counts["date"] >= "2021-01-01"].astype({"where": str})
    by_place = counts.pivot_table(index="where", columns="measure", values="persons", aggfunc="sum")
    by_place = by_place[["admitted", "turned_away"]].dropna()
    turned = share_turned(
        (by_place["admitted"] + by_place["turned_away"]).to_numpy(), by_place["turned_away"].to_numpy()
    )
    assert 0.26 < turned.share < erlang_b(5, 5)
    assert erlang_b(5, 5) == pytest.approx(0.285, abs=0.001)
    assert erlang_b(50, 50) == pytest.approx(0.105, abs=0.001)
