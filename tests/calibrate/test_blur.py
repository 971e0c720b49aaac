"""What of an emulator's errors looks like other unknowns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from darien.calibrate.blur import WIDEST, beside, blur_of
from darien.calibrate.emulating import blurred_emulator, emulator, shapes
from darien.calibrate.lags import Floats

BLUR = np.array([0.02, 0.1, 0.001])


def errors_and_slopes(
    blur: Floats, left: float, runs: int = 400, points: int = 20, tails: bool = False
) -> tuple[Floats, Floats]:
    """Errors of which a part is that of unknowns beside the run; slopes differ from run to run."""
    luck = np.random.default_rng(3)
    slopes = luck.normal(size=(runs, points, len(blur))) * np.array([30.0, 8.0, 8.0])
    shape = (runs, len(blur))
    away = luck.standard_t(3, size=shape) / np.sqrt(3) if tails else luck.normal(size=shape)
    rest = np.sqrt(left) * luck.normal(size=(runs, points))
    return np.einsum("rpk,rk->rp", slopes, blur * away) + rest, slopes


def test_the_parts_of_errors_are_told_apart() -> None:
    left, blur = blur_of(*errors_and_slopes(BLUR, 0.7))
    assert left == pytest.approx(0.7, rel=0.05)
    assert blur == pytest.approx(BLUR, rel=0.15, abs=0.01)


def test_errors_that_are_as_they_were_supposed_are_not_blurred() -> None:
    left, blur = blur_of(*errors_and_slopes(np.zeros(3), 1.0))
    assert left == pytest.approx(1.0, rel=0.05)
    assert blur.max() < 0.02


@pytest.mark.parametrize("tails", [False, True])
def test_errors_are_as_large_as_told_along_the_slopes_and_across(tails: bool) -> None:
    errors, slopes = errors_and_slopes(BLUR, 0.7, tails=tails)
    left, blur = blur_of(errors, slopes)
    along, whole = [], []
    for error, slope in zip(errors, slopes, strict=True):
        covariance = left * np.eye(len(error)) + (slope * blur**2) @ slope.T
        whole.append(error @ np.linalg.solve(covariance, error) / len(error))
        basis = np.linalg.qr(slope)[0]
        part = basis.T @ error
        along.append(part @ np.linalg.solve(basis.T @ covariance @ basis, part) / len(part))
    assert np.mean(along) == pytest.approx(1, abs=0.01)
    assert np.mean(whole) == pytest.approx(1, abs=0.01)


def test_where_nothing_lies_across_the_slopes_nothing_is_told() -> None:
    left, blur = blur_of(*errors_and_slopes(BLUR, 0.7, points=3))
    assert left == 1
    assert (blur == 0).all()


@settings(deadline=None)
@given(some.floats(0, 1), some.floats(0, WIDEST), some.integers(0, 99))
def test_what_lies_beside_a_point_lies_in_its_range(unit: float, blur: float, seed: int) -> None:
    found = beside(np.full((50, 1), unit), np.array([blur]), np.random.default_rng(seed))
    assert (found >= 0).all()
    assert (found <= 1).all()
    assert blur > 0 or (found == unit).all()


def test_what_lies_beside_points_spread_evenly_is_spread_evenly() -> None:
    luck = np.random.default_rng(4)
    found = beside(luck.uniform(size=(40_000, 1)), np.array([0.2]), luck)[:, 0]
    assert np.histogram(found, 10, (0, 1))[0] == pytest.approx(np.full(10, 4000), rel=0.08)


def test_runs_that_lie_beside_their_unknowns_teach_an_emulator_how_far() -> None:
    luck = np.random.default_rng(5)
    units = luck.uniform(size=(300, 2))
    beyond = units + np.array([0.08, 0.0]) * luck.normal(size=units.shape)
    angles = 3 * beyond @ np.vstack([np.linspace(1, 2, 12), np.linspace(-1, 1, 12)])
    seen = 8 + np.sin(angles + np.arange(12)) + 0.02 * luck.normal(size=(300, 12))
    how = shapes(units, seen)
    plain, made = emulator(units, seen, how), blurred_emulator(units, seen, how)
    assert (plain.blur == 0).all()
    assert made.mean(units) == pytest.approx(plain.mean(units))
    assert made.blur[0] == pytest.approx(0.08, rel=0.5)
    assert made.blur[1] < made.blur[0] / 3
    mean = made.mean(units)
    assert (made.error(mean, units) < 0.8 * plain.error(mean, units)).all()
