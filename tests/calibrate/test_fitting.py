"""Both ways to a posterior, where the posterior is known; and what is kept of a design."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr
from scipy.stats import poisson

from darien.calibrate import density as density_module
from darien.calibrate.counted_series import DataPoint
from darien.calibrate.density import Density
from darien.calibrate.design import setting
from darien.calibrate.emulating import Emulator, drawn_given, emulator, log_likelihood, shapes
from darien.calibrate.fitting import by_abc, by_emulator, log_values
from darien.calibrate.lags import Floats
from darien.calibrate.observing import HALF, Observation, draw_reported, mean_of_log
from darien.calibrate.problem import locate
from darien.calibrate.recovering import (
    DRIFTING,
    SUPPOSED,
    DataSet,
    Effects,
    Rows,
    drift,
    recover,
    summary,
    truths,
)
from darien.calibrate.runs import Kept, run_stage
from darien.calibrate.unknowns import Prior
from darien.experiments.pool import ONE

SLOPES = np.array([[3.0, 0.0, 1.0], [0.0, 2.0, 1.0]])  # of the log counts, by unknown
SPREAD = 0.1
KNOWN = [Prior("first", 0, 1, "linear"), Prior("second", 0, 1, "linear")]


def toy(shares: int = 0) -> Observation:
    """Three counts of thousands; with a reporting share that multiplies the last."""
    point = DataPoint("s", dt.date(2014, 1, 1), dt.date(2014, 12, 31), 1.0)
    reporting = np.zeros((3, 2 + shares))
    reporting[2, 2:] = 1.0
    return Observation(
        points=[point] * 3,
        reporting=reporting,
        spread=np.full(3, SPREAD),
        spread_times=np.zeros((3, 2 + shares)),
        target=np.array([True, True, True]),
        is_share=np.zeros(3, dtype=bool),
        is_middle=np.zeros(3, dtype=bool),
    )


def runs(n: int = 300) -> tuple[Floats, Floats]:
    """Points and log counts of a linear model with little noise of its own."""
    luck = np.random.default_rng(5)
    units = luck.uniform(size=(n, 2))
    return units, 8 + units @ SLOPES + 0.02 * luck.normal(size=(n, 3))


def taught(units: Floats, seen: Floats) -> Emulator:
    """The emulator of some runs."""
    return emulator(units, seen, shapes(units, seen))


TRUTH = np.array([0.4, 0.6])
# Linear and Gaussian: precision of the unknowns = slopes x slopes / variance.
DEVIATION = np.sqrt(np.diag(np.linalg.inv(SLOPES @ SLOPES.T / (SPREAD**2 + 0.02**2))))


def test_the_emulator_gives_the_known_posterior() -> None:
    units, seen = runs()
    posterior = by_emulator(KNOWN, 2, toy(), taught(units, seen), 8 + TRUTH @ SLOPES, draws=400, warm_up=200)
    assert posterior.converged
    assert posterior.units.mean(axis=0) == pytest.approx(TRUTH, abs=0.01)
    assert posterior.units.std(axis=0) == pytest.approx(DEVIATION, rel=0.15)


def a_density() -> tuple[Density, Callable[[Floats], float], np.random.Generator]:
    """One that has all there is, the logarithm of what it should be at normal quantiles, and luck."""
    luck = np.random.default_rng(4)
    units = luck.uniform(size=(200, 2))
    means = 1 + 5 * units @ np.array([[1.0, 0.5, 0.2], [0.2, 1.0, 1.0]])
    # Errors grow where counts are small, up to a bound.
    seen = means + np.exp(-0.3 * means) * luck.normal(size=(200, 3))
    known = [*KNOWN, Prior("share", 0.05, 2.0, "log"), Prior("step", 0.3, 3.0, "lognormal")]
    known.append(Prior("far_off", 1.0, 6.0, "log"))
    year = DataPoint("s", dt.date(2014, 1, 1), dt.date(2014, 12, 31), 50.0, 10.0, middle=True)
    of = replace(
        toy(),
        points=[toy().points[0], toy().points[0], year],
        reporting=np.array([[0, 0, 1.0, 0.4, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]]),
        spread_times=np.array([[0, 0, 0, 0, 1.0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 1.0]]),
        is_middle=np.array([False, False, True]),
        parts=((1, 0),),
    )
    how, reported = taught(units, seen), np.array([5.0, 4.0, 3.0])

    def likelihood(normal: Floats) -> float:
        unit = ndtr(normal)[None]
        logs = log_values(known, unit)
        found = log_likelihood(unit[:, :2], logs, of, how, reported, of.target)
        return float(found[0] - 0.5 * normal @ normal)

    return Density(known, 2, of, how, reported), likelihood, luck


def test_the_slope_of_the_density_is_that_of_the_likelihood(monkeypatch: pytest.MonkeyPatch) -> None:
    used, *_ = a_density()
    monkeypatch.setattr(density_module, "PRECISION", np.float64)  # in which small differences are told
    density, likelihood, luck = a_density()
    far_off = np.random.default_rng(6)
    for _ in range(20):
        at = np.append(luck.normal(size=4), far_off.normal())
        value, slope = density(at)
        assert value == pytest.approx(likelihood(at), rel=1e-3, abs=0.01)
        steps = 1e-5 * np.eye(5)
        rise = [(density(at + step)[0] - density(at - step)[0]) / 2e-5 for step in steps]
        assert slope == pytest.approx(rise, rel=1e-4, abs=1e-4)
    luck = np.random.default_rng(5)
    for _ in range(20):
        at = np.append(luck.normal(size=4), far_off.normal())
        value, slope = density(at)
        value_used, slope_used = used(at)
        assert value_used == pytest.approx(value, abs=0.1)
        assert slope_used == pytest.approx(slope, rel=0.05, abs=0.5)


def test_no_point_is_too_far_for_the_density() -> None:
    units, seen = runs()
    density = Density(KNOWN, 2, toy(), taught(units, seen), 8 + TRUTH @ SLOPES)
    for far in (37.0, -37.0, 39.0, np.inf, np.nan):
        value, slope = density(np.array([far, 0.0]))
        assert value < -600
        assert np.isfinite(slope).all()


def test_a_chain_that_is_interrupted_gives_no_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    units, seen = runs()
    calls = iter(range(10**6))

    class Interrupted(Density):
        def __call__(self, normal: Floats) -> tuple[float, Floats]:
            if next(calls) == 2000:
                raise KeyboardInterrupt
            return super().__call__(normal)

    monkeypatch.setattr("darien.calibrate.fitting.Density", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        by_emulator(KNOWN, 2, toy(), taught(units, seen), 8 + TRUTH @ SLOPES, draws=400, warm_up=200)


def test_draws_lie_beside_what_the_emulator_takes_by_its_blur() -> None:
    units, seen = runs()
    how = replace(taught(units, seen), blur=np.array([0.1, 0.0]))
    found = by_emulator(KNOWN, 2, toy(), how, 8 + TRUTH @ SLOPES, draws=400, warm_up=200)
    assert np.array_equal(found.units[:, 1], found.emulated[:, 1])
    assert found.emulated.std(axis=0) == pytest.approx(DEVIATION, rel=0.3)
    assert found.units[:, 0].std() == pytest.approx(np.hypot(found.emulated[:, 0].std(), 0.1), rel=0.05)


def test_runs_drawn_by_an_emulator_lie_beside_its_means_by_blur_and_errors() -> None:
    units, seen = runs()
    how = replace(taught(units, seen), blur=np.array([0.1, 0.0]))
    here = np.full((20_000, 2), 0.5)
    made = how.drawn(here, np.random.default_rng(9))
    alone = how.error(how.mean(here[:1]), here[:1])[0]
    assert made.mean(axis=0) == pytest.approx(8 + here[0] @ SLOPES, abs=0.02)
    assert made.std(axis=0) == pytest.approx(np.hypot(0.1 * SLOPES[0], alone), rel=0.05)


def test_a_chain_starts_where_its_runs_say_it_is_likeliest() -> None:
    luck = np.random.default_rng(8)
    units = luck.uniform(size=(300, 2))
    # Counts that come out alike at both ends of the first unknown, and exactly as reported at one only.
    both = 8 + np.stack([np.cos(2 * np.pi * units[:, 0]), 0.3 * units[:, 0], units[:, 1]], axis=1)
    how = taught(units, both + 0.01 * luck.normal(size=both.shape))
    for truth in (0.15, 0.85):
        reported = 8 + np.array([np.cos(2 * np.pi * truth), 0.3 * truth, 0.5])
        found = by_emulator(KNOWN, 2, toy(), how, reported, draws=100, warm_up=100, chains=1).units
        assert found[:, 0] == pytest.approx(np.full(100, truth), abs=0.1)


def test_abc_comes_near_the_known_posterior() -> None:
    units, seen = runs(1000)
    posterior = by_abc(KNOWN, 2, toy(), units, seen, 8 + TRUTH @ SLOPES)
    assert posterior.units.mean(axis=0) == pytest.approx(TRUTH, abs=0.02)
    assert posterior.units.std(axis=0) == pytest.approx(DEVIATION, rel=0.3)


def test_the_same_seed_gives_the_same_draws() -> None:
    units, seen = runs()
    one, two = (
        by_emulator(KNOWN, 2, toy(), taught(units, seen), 8 + TRUTH @ SLOPES, draws=40, warm_up=40)
        for _ in range(2)
    )
    assert np.array_equal(one.units, two.units)
    assert not one.converged  # and 160 draws are too few


def test_an_error_that_grows_where_counts_are_small_is_seen() -> None:
    luck = np.random.default_rng(2)
    units = luck.uniform(size=(600, 2))
    means = 3 + 4 * units[:, [0]] + np.zeros((1, 3))
    noise = np.exp(-2 * units[:, [0]])
    how = taught(units, means + noise * luck.normal(size=(600, 3)))
    here = np.array([[0.25, 0.5], [0.75, 0.5]])
    small, large = how.error(np.array([[4.0] * 3, [6.0] * 3]), here)
    assert (small > 1.8 * large).all()
    assert small == pytest.approx(np.exp(-0.5), rel=0.25)


def test_an_error_that_grows_where_an_unknown_is_at_its_end_is_seen() -> None:
    luck = np.random.default_rng(2)
    units = luck.uniform(size=(600, 2))
    means = 3 + 4 * units[:, [0]] + np.zeros((1, 3))
    noise = 0.1 * np.exp(2 * units[:, [1]])  # which the counts do not tell
    how = taught(units, means + noise * luck.normal(size=(600, 3)))
    low, high = how.error(np.full((2, 3), 5.0), np.array([[0.5, 0.1], [0.5, 0.9]]))
    assert low == pytest.approx(0.1 * np.exp(0.2), rel=0.25)
    assert high == pytest.approx(0.1 * np.exp(1.8), rel=0.25)


def test_the_likelihood_is_that_of_a_normal() -> None:
    units, seen = runs()
    how = taught(units, seen)
    here = np.array([[0.4, 0.6], [0.5, 0.5]])
    reported = 8 + TRUTH @ SLOPES
    logs = log_values(KNOWN, here)
    mean, error = how.mean(here), how.error(how.mean(here), here)
    # Alone, and where the third is a part of the second, the second of the first: as far off as both.
    for parts, beyond in (((), np.eye(3)), (((2, 1), (1, 0)), [[1, 1, 1], [1, 2, 2], [1, 2, 3]])):
        of = replace(toy(), parts=parts)
        found = log_likelihood(here, logs, of, how, reported, of.target)
        for k in range(2):
            covariance = np.outer(error[k], error[k]) * how.correlation + np.diag(np.exp(-mean[k]))
            covariance += SPREAD**2 * np.array(beyond)
            off = reported - mean[k]
            direct = -0.5 * off @ np.linalg.inv(covariance) @ off - 0.5 * np.linalg.slogdet(covariance)[1]
            assert found[k] == pytest.approx(direct)


def test_what_runs_counted_is_told_by_what_was_reported_too() -> None:
    luck = np.random.default_rng(7)
    units = luck.uniform(size=(300, 2))
    together = luck.normal(size=(300, 1)) + 0.5 * luck.normal(size=(300, 3))  # errors that go together
    how, of = taught(units, 8 + units @ SLOPES + 0.3 * together), replace(toy(), parts=((1, 0),))
    here = np.repeat([[0.4, 0.6]], 20_000, axis=0)
    logs, mean = np.zeros((len(here), 2)), how.mean(here[:1])
    reported, fitted = mean[0] + [0.5, 0.5, 99.0], np.array([True, True, False])
    made = drawn_given(here, logs, of, how, reported, fitted, luck)
    error = how.error(mean, here[:1])[0]
    of_errors = np.outer(error, error) * how.correlation
    assert of_errors[0, 2] > 0.5 * of_errors[2, 2]  # or the third is told nothing
    report = SPREAD**2 * np.array([[1, 1], [1, 2]]) + np.diag(np.exp(-mean[0, :2]))
    share = of_errors[:, :2] @ np.linalg.inv(of_errors[:2, :2] + report)
    left = of_errors - share @ of_errors[:2]
    assert made.mean(axis=0) - mean[0] == pytest.approx(share @ [0.5, 0.5], abs=0.01)
    assert np.cov(made.T) == pytest.approx(left, abs=0.002)
    nothing = drawn_given(here, logs, of, how, reported, np.zeros(3, dtype=bool), luck)
    assert np.cov(nothing.T) == pytest.approx(of_errors, abs=0.005)


def test_a_reporting_share_multiplies_its_counts_only() -> None:
    of = toy(shares=1)
    known = [*KNOWN, Prior("share", 0.5, 2.0, "log")]
    means, logs = np.full((1, 3), 8.0), log_values(known, np.array([[0.3, 0.3, 1.0]]))
    assert of.expected(means, logs)[0] == pytest.approx([8, 8, 8 + np.log(2)])
    made = draw_reported(of, np.full((4000, 3), 8.0), np.repeat(logs, 4000, axis=0), np.random.default_rng(1))
    assert made.mean(axis=0) == pytest.approx([8, 8, 8 + np.log(2)], abs=0.01)
    assert made.std(axis=0) == pytest.approx(np.sqrt(SPREAD**2 + np.exp(-8)), rel=0.05)


def test_what_is_reported_of_a_part_is_as_far_off_as_its_whole() -> None:
    of = replace(toy(), parts=((1, 0),), spread=np.array([0.3, 0.1, 0.2]))
    made = draw_reported(of, np.full((8000, 3), 9.0), np.zeros((8000, 2)), np.random.default_rng(1))
    chance = np.diag(np.full(3, np.exp(-9.0)))
    wanted = np.array([[0.09, 0.09, 0], [0.09, 0.1, 0], [0, 0, 0.04]]) + chance
    assert np.cov(made.T) == pytest.approx(wanted, abs=0.004)
    kept = np.array([1, 2])  # of a whole that is not fitted a part is as far off
    covariance = of.covariance(np.full((1, 3), 9.0), np.zeros((1, 2)), kept)[0]
    assert covariance == pytest.approx(wanted[1:, 1:])


@pytest.mark.parametrize("persons", [0.01, 0.3, 1.0, 2.0, 5.0, 40.0])
def test_what_is_reported_of_few_persons_is_what_a_fit_expects(persons: float) -> None:
    mean, slope = mean_of_log(np.log([persons]))
    chance, numbers = poisson(persons), np.arange(200)
    direct = chance.pmf(numbers) @ np.log(numbers + HALF)
    assert mean[0] == pytest.approx(direct, abs=0.02)
    rise = mean_of_log(np.log([persons]) + 1e-6)[0] - mean_of_log(np.log([persons]) - 1e-6)[0]
    assert slope == pytest.approx(rise / 2e-6, rel=1e-4)
    of = replace(toy(), spread=np.zeros(3), is_share=np.array([False, True, False]))
    counted, logs = np.full((4000, 3), np.log(persons)), np.zeros((4000, 2))
    made = draw_reported(of, counted, logs, np.random.default_rng(1))
    deviation = np.sqrt(of.chance(of.expected(counted, logs))[0, 0])
    assert made.mean(axis=0) == pytest.approx(of.expected(counted[0], logs[0]), abs=0.02 + 4 * deviation / 63)
    assert made[:, 0].std() < 1.1 * deviation


def test_nobody_can_be_reported_less_than_not_at_all() -> None:
    for none in (-50.0, -1000.0):
        mean, slope = mean_of_log(np.array([none]))
        assert mean == pytest.approx(np.log(HALF))
        assert slope == pytest.approx(0, abs=1e-9)


def test_how_far_off_counts_are_is_found_where_it_is_not_known() -> None:
    luck, points = np.random.default_rng(8), 24
    slopes = luck.uniform(-1, 1, size=(2, points))
    units = luck.uniform(size=(80, 2))
    seen = 8 + units @ slopes + 0.01 * luck.normal(size=(80, points))
    reported = 8 + TRUTH @ slopes + 4 * SPREAD * luck.normal(size=points)  # four times what is assumed
    surely = np.ones(points, dtype=bool)
    of = Observation(
        points=toy().points[:1] * points,
        reporting=np.zeros((points, 3)),
        spread=np.full(points, SPREAD),
        spread_times=np.repeat([[0.0, 0.0, 1.0]], points, axis=0),
        target=surely,
        is_share=~surely,
        is_middle=~surely,
    )
    times, how = Prior("far_off", 0.5, 8.0, "log"), taught(units, seen)
    found = by_emulator([*KNOWN, times], 2, of, how, reported, draws=500, warm_up=200).units
    low, middle, high = times.value(np.quantile(found[:, 2], [0.05, 0.5, 0.95]))
    assert low < 4 < high
    assert middle == pytest.approx(4, rel=0.3)
    fixed = replace(of, reporting=np.zeros((points, 2)), spread_times=np.zeros((points, 2)))
    too_sure = by_emulator(KNOWN, 2, fixed, how, reported, draws=500, warm_up=200).units
    assert found[:, :2].std(axis=0) == pytest.approx(4 * too_sure.std(axis=0), rel=0.4)
    made = draw_reported(of, seen[:1].repeat(4000, axis=0), np.array([0, 0, np.log(3)]), luck)
    assert made.std(axis=0) == pytest.approx(3 * SPREAD, rel=0.1)


def test_the_middle_of_a_year_is_compared_in_months() -> None:
    point = DataPoint("s", dt.date(2014, 1, 1), dt.date(2014, 12, 31), 36.0, 12.0, middle=True)
    of = replace(toy(), points=[point] * 3, is_middle=np.array([True, False, True]))
    seen = of.seen(np.array([[36.0, 12.0], [49.5, 0.0], [0.0, 0.0]]))
    assert seen == pytest.approx([3, np.log(50), 6])  # where nobody is counted: half-way
    assert of.natural(seen) == pytest.approx([3, 49.5, 6])
    # Twelve persons at any time of a year: their mean has a variance of twelve months squared over twelve.
    logs = np.zeros((4000, 2))
    assert of.covariance(seen[None], logs[:1], np.array([0])) == pytest.approx(SPREAD**2 + 1)
    made = draw_reported(of, np.repeat(seen[None], 4000, axis=0), logs, np.random.default_rng(1))
    assert made[:, 0].mean() == pytest.approx(3, abs=0.05)
    assert made[:, 0].std() == pytest.approx(np.sqrt(SPREAD**2 + 1), rel=0.05)
    assert drift(of)[[0, 2]].tolist() == [0, 0]


def test_a_share_of_persons_is_compared_by_its_odds() -> None:
    of = toy()
    odds = replace(of, is_share=np.array([True, False, False]))
    seen = odds.seen(np.array([[300.0, 100.0], [50.0, 0.0], [0.0, 0.0]]))
    assert seen == pytest.approx(np.log([300.5 / 100.5, 50.5, 0.5]))
    assert odds.natural(seen)[0] == pytest.approx(0.75, abs=0.002)
    assert odds.natural(seen)[1:] == pytest.approx([50, 0])


def test_recovery_leaves_the_truth_out_and_says_how_often_it_is_held() -> None:
    units, seen = runs(120)
    rows = recover(KNOWN, 2, toy(), units, seen, shapes(units, seen), 4)
    assert len(rows) == (4 + 1) * 2 * 4
    assert list(dict.fromkeys(rows["unknown"])) == ["first", "second", "total", "log-likelihood"]
    assert rows.groupby("made_by")["data_set"].nunique().to_dict() == {SUPPOSED: 4, DRIFTING: 1}
    table = summary(rows[rows["made_by"] == SUPPOSED])
    assert set(table["method"]) == {"emulator", "abc"}
    first = rows[(rows["unknown"] == "first") & (rows["data_set"] == 0)]
    assert first["truth"].nunique() == 1
    assert (first["contraction"] > 0.8).all()
    sharp = table[table["unknown"].isin(["first", "second"]) & (table["method"] == "emulator")]
    assert (sharp["coverage"] >= 0.5).all()


def test_effects_are_recovered_too_and_other_worlds_tell_theirs() -> None:
    units, seen = runs(120)
    both = np.column_stack([units, np.random.default_rng(3).uniform(size=len(units))])
    # One effect follows the first unknown, which the counts tell; the other what is only assumed.
    values = np.column_stack([0.1 * both[:, 0], 0.1 * both[:, 2]])
    effects = Effects(both, values, ["known", "assumed"], shapes(both, values))
    shifted = {"another world": seen[truths(len(units), 1)] + 0.5}
    rows = recover(KNOWN, 2, toy(), units, seen, shapes(units, seen), 4, effects=effects, otherwise=shifted)
    own = rows[(rows["made_by"] == SUPPOSED) & (rows["method"] == "emulator")]
    known, assumed = (own[own["unknown"] == name] for name in ("known", "assumed"))
    assert ((known["low"] <= known["truth"]) & (known["truth"] <= known["high"])).mean() >= 0.5
    assert (known["contraction"] > 0.7).all()
    assert (assumed["contraction"].abs() < 0.3).all()
    other = rows[rows["made_by"] == "another world"]
    assert set(other["data_set"]) == {0}
    assert not other["unknown"].isin(["known", "assumed"]).any()
    total = rows[(rows["unknown"] == "total") & (rows["data_set"] == 0) & (rows["method"] == "emulator")]
    apart = total.set_index("made_by")["truth"]
    assert apart["another world"] - apart[SUPPOSED] == pytest.approx(0.5 * toy().target.sum())


def test_data_sets_that_are_done_are_not_fitted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    units, seen = runs(120)
    how = shapes(units, seen)
    kept: dict[DataSet, Rows] = {}
    monkeypatch.setattr("darien.calibrate.recovering.DRAWS", 60)
    first = recover(KNOWN, 2, toy(), units, seen, how, 4, keep=kept.__setitem__)
    assert set(kept) == {(SUPPOSED, 0), (SUPPOSED, 1), (SUPPOSED, 2), (SUPPOSED, 3), (DRIFTING, 0)}
    part = {which: rows for which, rows in kept.items() if which != (SUPPOSED, 2)}
    fitted: list[object] = []
    again = recover(
        KNOWN, 2, toy(), units, seen, how, 4, done=part, keep=lambda which, rows: fitted.append(which)
    )
    assert fitted == [(SUPPOSED, 2)]
    pd.testing.assert_frame_equal(again, first)


def test_a_share_that_drifts_doubles_over_the_period_and_leaves_shares_of_persons() -> None:
    years = [DataPoint("s", dt.date(y, 1, 1), dt.date(y, 12, 31), 1.0) for y in (2014, 2015, 2018)]
    of = replace(toy(), points=years, is_share=np.array([False, True, False]))
    assert drift(of) == pytest.approx([-np.log(2) / 2, 0, np.log(2) / 2])
    given = replace(of, points=[*years[:2], replace(years[2], derived=True)])
    assert drift(given) == pytest.approx([-np.log(2) / 2, 0, 0])  # nobody's share


def test_runs_that_are_done_are_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of = setting(locate("2014-2018"))
    kept = Kept(tmp_path, of)
    units, counts = np.full((3, len(of.simulated)), 0.5), np.arange(2.0 * len(of.counter.points))
    for number in range(3):
        kept.put("design", number, units[number], counts + number)
    monkeypatch.setattr("darien.calibrate.runs.run_all", lambda *_, **__: pytest.fail("ran again"))
    run_stage(of, kept, "design", units, ONE)
    again = Kept(tmp_path, setting(locate("2014-2018")))
    found = again.design(("design",), len(of.counter.points))
    assert np.array_equal(found.units, units)
    assert np.array_equal(found.counts[2].ravel(), counts + 2)
    assert again.numbers("near", units) == set()
    elsewhere = units + np.array([[0.0], [0.1], [0.0]])  # the posterior they are near to has moved since
    assert again.numbers("design", elsewhere) == {0, 2}
