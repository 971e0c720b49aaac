"""Departures that are worked out give the counts, the lags read from a model are its lags."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibrate import small
from darien.calibrate.assumptions import WorkingAssumptions
from darien.calibrate.compare import by_year, year_error
from darien.calibrate.departures import (
    Wanted,
    Worked,
    check,
    read_responses,
    rescaled,
    smoothed,
    waiting,
    work_out,
)
from darien.calibrate.lags import (
    Floats,
    Response,
    days_of,
    months_of,
    pulse_rates,
    response,
    with_rates,
)
from darien.calibrate.targets import Target, first_guess, targets_of
from darien.record.counted import counted_monthly, departed_monthly, spots
from darien.record.report_files import load_reported
from darien.record.reported import Reported
from darien.scenario.errors import UserMistake
from darien.scenario.quantity import Quantity


@pytest.fixture(scope="module")
def reported() -> Reported:
    return load_reported(Path(__file__).parents[2] / "calibration" / "observed")


@pytest.fixture(scope="module")
def worked(reported: Reported) -> Worked:
    return work_out(small.scenario(), reported, small.simulate)


def test_years_come_out(worked: Worked) -> None:
    years = by_year(worked.comparison)
    assert set(years["group"]) == {"cuba", "northern_triangle"}
    many = years[years["reachable"] >= 2_000]
    assert len(many) >= 7
    assert many["error"].abs().max() < 0.05, many
    assert worked.errors[-1] <= 0.02


def test_months_come_out(worked: Worked) -> None:
    table = worked.comparison[worked.comparison["group"] == "northern_triangle"]
    relative = (table["simulated"] / table["reachable"] - 1).abs()
    assert relative.median() < 0.05
    assert by_year(table)["close"].sum() >= 45


def test_departures_are_checked_as_they_were_worked_out(reported: Reported, worked: Worked) -> None:
    comparison, responses = check(with_rates(small.scenario(), worked.rates), reported, small.simulate)
    assert comparison["simulated"].tolist() == worked.comparison["simulated"].tolist()
    assert set(responses) == set(worked.responses)


def test_reported_share_makes_more_depart(reported: Reported, worked: Worked) -> None:
    base = small.scenario()
    derives = base.groups["cuba"].derives
    assert derives is not None
    half = derives.model_copy(update={"reported_share": Quantity(value=0.5)})
    cuba = base.groups["cuba"].model_copy(update={"derives": half})
    changed = base.model_copy(update={"groups": base.groups | {"cuba": cuba}})
    again = work_out(changed, reported, small.simulate)
    year = slice("2015-02-01", "2015-11-01")
    ratio = again.rates["cuba"][year].sum() / worked.rates["cuba"][year].sum()
    assert ratio == pytest.approx(2, rel=0.05)
    simulated = by_year(again.comparison).set_index(["group", "year"]).loc[("cuba", 2015), "simulated"]
    assert simulated == pytest.approx(24_623, rel=0.05)


def test_the_model_says_its_lags() -> None:
    scenario = small.scenario()
    months = months_of(scenario)
    rates = pd.DataFrame({name: np.full(len(months), 100.0) for name in small.LAG}, index=months)
    found = read_responses(scenario, rates, small.simulate, WorkingAssumptions())
    for name, lag in small.LAG.items():
        assert found[name].lag[: len(lag)] == pytest.approx(lag, abs=0.01)
        assert found[name].lag[len(lag) :] == pytest.approx(0, abs=1e-9)
        share = pd.Series(found[name].share, index=months)
        assert share["2015-01-01"] == pytest.approx(small.SHARE, abs=0.02)
        assert share["2016-06-01"] == pytest.approx(small.SHARE / 2, abs=0.02)
        assert share.iloc[-1] == pytest.approx(small.SHARE, abs=0.05)  # most of it after the period
        assert found[name].reach[:3] == pytest.approx(np.minimum(1, np.cumsum(lag))[:3], abs=0.05)


def test_a_group_that_nobody_counts() -> None:
    zeros = [np.zeros(4), np.zeros(4)]
    out = [np.array([5.0, 0, 5, 0]), np.array([0.0, 5, 0, 5])]
    found = response(zeros, out)
    assert not found.share.any()
    assert found.reach.tolist() == [1, 1, 1, 1]


def months(persons: Floats, spread: bool = False) -> Wanted:
    """Counts wanted by month, of years of twelve months."""
    return Wanted(persons, np.full(len(persons), spread), (np.arange(len(persons)) // 12).astype(np.int32))


def test_an_update_reaches_a_known_answer() -> None:
    """Without noise, departures that gave the counts are found again from wrong ones."""
    rng = np.random.default_rng(5)
    true = rng.uniform(500, 1500, 24)
    matrix = np.zeros((24, 24))
    for d in range(24):
        for k, share in enumerate([0.6, 0.3, 0.1]):
            if d + k < 24:
                matrix[d + k, d] = 0.9 * share
    after = 0.9 - matrix.sum(axis=0)
    how = Response(matrix=matrix, after=after, lag=np.array([0.6, 0.3, 0.1]))
    wanted = matrix @ true
    days, rates = np.full(24, 30.0), np.full(24, 1000 / 30)
    sharp = WorkingAssumptions(smoothing=Quantity(value=0))
    for _ in range(12):
        rates = rescaled(rates, days, how, matrix @ (rates * days), months(wanted), 1, sharp)
    assert matrix @ (rates * days) == pytest.approx(wanted, rel=0.02)
    assert rates[:21] * 30 == pytest.approx(true[:21], rel=0.1)


def test_a_month_without_a_count_keeps_its_departures() -> None:
    how = Response(matrix=np.eye(3), after=np.zeros(3), lag=np.array([1.0]))
    wanted = np.array([100.0, np.nan, 100.0])
    rates = np.array([2.0, 3.0, 1.0])
    sharp = WorkingAssumptions(smoothing=Quantity(value=0))
    found = rescaled(rates, np.full(3, 30.0), how, rates * 30, months(wanted), 1, sharp)
    assert found[1] == 3.0
    assert found[0] > 3.0
    assert found[2] > 3.0


def test_the_end_of_a_spread_year_gives_way() -> None:
    """After a year with many comes one with none: who would come late no longer sets out."""
    lag = np.array([0.08, 0.49, 0.26, 0.1, 0.05, 0.02])
    matrix = sum(share * np.eye(24, k=-k) for k, share in enumerate(lag))
    assert isinstance(matrix, np.ndarray)
    how = Response(matrix=matrix, after=1 - matrix.sum(axis=0), lag=lag)
    wanted = np.r_[1000 * how.reach[:12], np.full(12, 1.0)]
    days, years = np.full(24, 30.0), {}
    for spread in (False, True):
        rates = np.r_[np.full(12, 1000 / 30), np.full(12, 0.1)]
        for _ in range(6):
            counted = matrix @ (rates * days)
            rates = rescaled(rates, days, how, counted, months(wanted, spread), 1, WorkingAssumptions())
        years[spread] = (matrix @ (rates * days)).reshape(2, 12).sum(axis=1)
    assert years[True][0] == pytest.approx(wanted[:12].sum(), rel=0.05)
    assert years[True][1] < 0.7 * years[False][1]


def test_a_queue_does_not_grow_without_end() -> None:
    """Where a limit keeps the count below what was reported, more departures would only wait longer."""
    how = Response(matrix=np.eye(24), after=np.zeros(24), lag=np.array([1.0]))
    wanted = np.r_[np.full(6, 500.0), np.full(6, 1500.0), np.full(12, 300.0)]
    days, rates = np.full(24, 30.0), np.full(24, 500 / 30)

    def limited(persons: Floats) -> Floats:
        """At most 1,000 a month are let on; the rest wait."""
        counted, queue = np.zeros(24), 0.0
        for month, more in enumerate(persons):
            counted[month] = min(1000.0, queue + more)
            queue += more - counted[month]
        return counted

    for _ in range(10):
        rates = rescaled(rates, days, how, limited(rates * days), months(wanted), 1, WorkingAssumptions())
    late = slice(6, 12)
    assert limited(rates * days)[late] == pytest.approx(1000, rel=0.1)
    assert (rates * days)[late].sum() < 1.5 * 6000
    expected, working = np.full(3, 100.0), WorkingAssumptions()
    assert waiting(expected, np.full(3, 95.0), expected, working).tolist() == [False] * 3
    assert waiting(expected, np.full(3, 40.0), expected, working).tolist() == [True] * 3


def test_smoothing_keeps_the_total() -> None:
    persons = np.array([10.0, 0, 0, 100, 0])
    assert smoothed(persons, 0.2).tolist() == pytest.approx([9, 1, 10, 80, 10])
    assert smoothed(persons, 0.0).tolist() == persons.tolist()


def test_targets(reported: Reported) -> None:
    targets = targets_of(small.scenario(), reported)
    cuba = targets["cuba"]
    assert len(cuba.persons) == 60
    assert cuba.persons[12:24].sum() == pytest.approx(24_623)
    assert len(cuba.after) == 12
    assert cuba.after.sum() == pytest.approx(2_691)
    assert set(targets["northern_triangle"].kinds) == {"stand-in", "monthly"}


def test_first_guess_moves_counts_back() -> None:
    target = Target(np.array([10.0, 20, 30, np.nan]), 1.0, [""] * 4, [""] * 4, np.array([50.0]))
    month = WorkingAssumptions(first_lag_days=Quantity(value=365.25 / 12))
    assert first_guess(target, month).tolist() == [20, 30, 30, 50]


def test_no_group_derives(reported: Reported) -> None:
    base = small.scenario()
    groups = {name: group.model_copy(update={"derives": None}) for name, group in base.groups.items()}
    with pytest.raises(UserMistake, match="no group of the scenario derives"):
        work_out(base.model_copy(update={"groups": groups}), reported, small.simulate)


def test_outside_all_series(reported: Reported) -> None:
    with pytest.raises(UserMistake, match=r"groups\.cuba\.derives: none of its series"):
        work_out(small.scenario("1990-01-01", "1990-12-31"), reported, small.simulate)


def test_years_of_few_persons_do_not_count() -> None:
    months = pd.date_range("2014-01-01", "2015-12-01", freq="MS")
    counted = np.r_[np.full(12, 5.0), np.full(12, 110.0)]
    wanted = np.r_[np.full(12, 10.0), np.full(12, 100.0)]
    assert year_error(counted, wanted, months.year.to_numpy()) == pytest.approx(0.1)


def test_days_of_a_period_that_cuts_months() -> None:
    assert days_of(small.scenario("2016-01-20", "2016-03-10")).tolist() == [12, 29, 10]


def test_pulses_take_turns() -> None:
    months = pd.date_range("2014-01-01", periods=7, freq="MS")
    rates = pd.DataFrame({"a": np.full(7, 2.0), "b": np.full(7, 0.1)}, index=months)
    total = sum(pulse_rates(rates, 3, offset, {"a": 1.0, "b": 1.0}) for offset in range(3))
    assert isinstance(total, pd.DataFrame)
    assert (total["a"] == 2.0).all()
    assert (total["b"] == 1.0).all()


def test_what_is_counted_where() -> None:
    scenario = small.scenario()
    assert spots(scenario, ["MEX"]) == {("place", "tapachula"), ("leg", "north")}
    assert spots(scenario, ["darien", "bus"]) == {("place", "darien"), ("leg", "bus")}
    with pytest.raises(KeyError, match="nowhere"):
        spots(scenario, ["nowhere"])
    months = months_of(scenario)
    rates = pd.DataFrame({name: np.full(len(months), 100.0) for name in small.LAG}, index=months)
    counts = small.simulate([(with_rates(scenario, rates), 0)])[0]
    departed = departed_monthly(counts, scenario)["cuba"]
    assert departed.sum() == pytest.approx(100 * scenario.period.days, rel=0.01)
    assert counted_monthly(counts, scenario)["cuba"].sum() < departed.sum()
