"""Departures worked out anew under other unknowns: the deriving counts come out, whatever share comes by."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from calibrate import small
from darien.calibrate import design
from darien.calibrate.assumptions import WorkingAssumptions
from darien.calibrate.departures import WORKING, read_responses, wanted_of
from darien.calibrate.design import Conditioning, conditioned, part_counted
from darien.calibrate.lags import days_of, months_of
from darien.calibrate.targets import first_guess, targets_of
from darien.record.counted import counted_monthly
from darien.record.report_files import load_reported
from darien.record.reported import Reported
from darien.scenario.schema import Scenario


@pytest.fixture(scope="module")
def reported() -> Reported:
    return load_reported(Path(__file__).parents[2] / "calibration" / "observed")


@pytest.fixture(scope="module")
def how(reported: Reported) -> Conditioning:
    """Read where SHARE of those who set out are counted."""
    import pandas as pd

    base, working = small.scenario(), WorkingAssumptions()
    targets = targets_of(base, reported)
    guess = {name: first_guess(one, working) / days_of(base) for name, one in targets.items()}
    rates = pd.DataFrame(guess, index=months_of(base))
    responses = read_responses(base, rates, small.simulate, working)
    return Conditioning(rates, responses, wanted_of(targets, responses, months_of(base)))


@pytest.mark.parametrize(("share", "rounds"), [(0.1, 2), (0.2, 2), (0.5, 1), (0.8, 1)])
def test_counts_come_out_where_fewer_come_by(
    how: Conditioning, share: float, rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever goes another way is not taken to wait on this one."""
    monkeypatch.setattr(small, "SHARE", share)
    monkeypatch.setattr(design, "simulate", _simulate)
    found = conditioned(small.scenario(), how, WORKING, rounds)
    counted = counted_monthly(small.simulate([(found, 0)])[0], found)
    years = months_of(found).year
    for name, wanted in how.wanted.items():
        for year in (2015, 2016, 2018) if name == "northern_triangle" else (2015, 2016):
            here = years == year
            assert counted[name][here].sum() == pytest.approx(wanted.persons[here].sum(), rel=0.05)


def _simulate(scenario: Scenario, replicate: int) -> SimpleNamespace:
    return SimpleNamespace(counts=small.simulate([(scenario, replicate)])[0])


def test_the_part_that_is_counted_passes_over_a_queue() -> None:
    expected = np.full(60, 1000.0)
    assert part_counted(0.3 * expected, expected, 1) == pytest.approx(0.3, rel=0.01)
    queue = expected.copy()
    queue[24:36] = 100.0  # a year in which nearly all wait
    assert part_counted(queue, expected, 1) == pytest.approx(1)
    assert part_counted(np.zeros(60), np.zeros(60), 20) == 1
    assert 0.3 < part_counted(np.zeros(60), np.full(60, 0.3), 1) < 1  # a few persons decide little
    assert part_counted(np.full(5, 50.0), np.full(5, 100.0), 1) == pytest.approx(0.5, rel=0.02)
