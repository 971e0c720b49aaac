"""Weights: 1, 5 and 10 persons per migrant give the same outcomes within chance where numbers are large."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from darien.experiments.run import simulate

from .loss_reference import erlang_b, share_turned
from .worlds import lanes, merged, plain, scenario_from, world

REPLICATES = 12
FAMILY = 0.001  # family-wise error over all outcomes
SINGLES = {"groups": {"people": {"party_size": {1: 1.0, 2: None, 3: None}, "minors_share": 0}}}
# Who gets one of the last free beds of a day goes by whole parties: what differs at larger weights
# there, and by how much at the most, as docs/verification.md says.
OF_A_FULL_CENTRE = {
    "admitted": 0.03,
    "turned_away": 0.03,
    "released": 0.03,
    "removed": 0.05,
    "tried_again": 0.12,
    "detained_person_days": 0.003,
    "minors_detained": 0.15,
}


@functools.cache
def _outcomes(weight: int, parties: bool) -> pd.DataFrame:
    """Outcomes by replicate (rows: outcome, place and group)."""
    changes = {"persons_per_migrant": {"people": weight}, **({} if parties else SINGLES)}
    scenario = world("weights", changes)
    columns = {}
    for replicate in range(REPLICATES):
        frame = simulate(scenario, replicate=100 * weight + replicate).outcomes
        keys = [frame["outcome"].astype(str), frame["place"].astype(str), frame["group"].astype(str)]
        columns[replicate] = pd.Series(frame["value"].to_numpy(), index=pd.MultiIndex.from_arrays(keys))
    return pd.DataFrame(columns).fillna(0.0)


def _compared(weight: int, parties: bool) -> pd.DataFrame:
    """Mean at weight 1, mean at ``weight``, and the p-value of their difference (Welch's t), by outcome."""
    one, many = _outcomes(1, parties).align(_outcomes(weight, parties), axis=0, fill_value=0.0)
    assert one.shape == many.shape == (len(one), REPLICATES)
    varies = (one.var(axis=1) + many.var(axis=1)) > 0
    found = pd.DataFrame({"one": one.mean(axis=1), "many": many.mean(axis=1)})
    found["p"] = np.where(found["one"] == found["many"], 1.0, 0.0)
    found.loc[varies, "p"] = stats.ttest_ind(one[varies], many[varies], axis=1, equal_var=False).pvalue
    return found


@pytest.mark.parametrize("weight", [5, 10])
def test_every_outcome_of_single_persons_agrees_within_chance(weight: int) -> None:
    found = _compared(weight, parties=False)
    assert (found["one"] > 0).sum() > 50
    wrong = found[found["p"] < FAMILY / len(found)]
    assert wrong.empty, wrong.to_string()


@pytest.mark.parametrize("weight", [5, 10])
def test_outcomes_of_parties_agree_but_for_who_gets_the_last_beds(weight: int) -> None:
    found = _compared(weight, parties=True)
    at_the_centre = found.index.get_level_values(0).isin(list(OF_A_FULL_CENTRE))
    wrong = found[~at_the_centre & (found["p"] < FAMILY / len(found))]
    assert wrong.empty, wrong.to_string()
    for key, row in found[at_the_centre].iterrows():
        assert abs(row["many"] / row["one"] - 1) < OF_A_FULL_CENTRE[key[0]], (key, row)


def test_an_outcome_that_is_off_by_three_percent_would_be_seen() -> None:
    found = _outcomes(1, False), _outcomes(10, False) * 1.03
    for outcome in ("departed", "reached_border", "admitted", "turned_away"):
        one, many = (frame.loc[(outcome, "", "all")] for frame in found)
        assert stats.ttest_ind(one, many, equal_var=False).pvalue < FAMILY / len(found[0])


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
