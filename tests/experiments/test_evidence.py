"""What counts say of an effect: known effects at draws of a prior and a posterior."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from darien.experiments import evidence
from darien.experiments.paired import KEYS

ROWS = pd.MultiIndex.from_tuples([("died", "", "all", "persons")], names=KEYS)
Floats = npt.NDArray[np.float64]


def pair(effect: Floats, base: float = 0.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    one = np.full(effect.shape, base)
    return pd.DataFrame([one], index=ROWS), pd.DataFrame([one + effect], index=ROWS)


def spread(width: float, draws: int = 60) -> Floats:
    return width * (np.random.default_rng(2).permutation(draws) / (draws - 1) - 0.5)


def test_an_effect_that_the_posterior_tells_exactly_is_informed() -> None:
    found = evidence.evidence(pair(spread(10)), pair(np.full(120, 3.0)), luck=2).iloc[0]
    assert found["variance_removed"] == 1
    assert found["surely_removed"] == 1
    assert found["label"] == evidence.EVIDENCE


@pytest.mark.parametrize("luck", [1, 2])
def test_the_same_spread_before_and_after_is_an_assumption(luck: int) -> None:
    found = evidence.evidence(pair(spread(10)), pair(np.repeat(spread(10), luck)), luck).iloc[0]
    assert found["variance_removed"] == pytest.approx(0)
    assert found["surely_removed"] < 0
    assert found["label"] == evidence.ASSUMPTION


def test_what_is_sure_is_less_than_what_was_found_and_grows_with_draws() -> None:
    found = [
        evidence.evidence(pair(spread(10, draws)), pair(spread(5, draws)), 1).iloc[0] for draws in (20, 200)
    ]
    assert [one["variance_removed"] for one in found] == pytest.approx([0.75, 0.75])
    assert found[0]["surely_removed"] < found[1]["surely_removed"] < 0.75


def test_without_chance_what_is_sure_is_that_of_an_f_test() -> None:
    from scipy.stats import f

    found = evidence.evidence(pair(spread(10, 40)), pair(spread(5, 40)), 1).iloc[0]
    assert found["surely_removed"] == pytest.approx(1 - 0.25 * f.ppf(0.95, 39, 39), abs=0.03)


def test_the_effect_is_relative_to_the_base_where_that_is_above_nought() -> None:
    # A tenth of a base that no two draws have alike: the difference varies, the relative effect does not.
    base = np.linspace(50, 150, 60)
    tables = tuple(pd.DataFrame([values], index=ROWS) for values in (base, 1.1 * base))
    found = evidence.evidence((tables[0], tables[1]), (tables[0], tables[1]), 1).iloc[0]
    assert found["label"] == evidence.SAME


def test_nothing_that_moves_it_is_the_same_at_every_draw() -> None:
    found = evidence.evidence(pair(np.full(30, 2.0)), pair(np.full(60, 2.0)), 2).iloc[0]
    assert found["label"] == evidence.SAME
    assert np.isnan([found["variance_removed"], found["surely_removed"]]).all()


def test_what_is_not_known_says_why() -> None:
    found = evidence.unknown(ROWS, evidence.NO_FIT)
    assert list(found.columns) == evidence.COLUMNS
    assert found["label"].tolist() == ["not known: without a fit"]
