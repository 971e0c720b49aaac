"""Gumbel draws in 32 bits: their distribution, their accuracy, and that nothing makes two of them alike."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from darien.engine.compiled import kernel
from darien.engine.gumbels import _mix, gumbel
from darien.engine.nests import shared_draw, shared_draw_table

N = 200_000
ANY = np.random.default_rng(5)
LOW, HIGH = (ANY.integers(0, 2**32, N, dtype=np.uint32) for _ in range(2))
NOTHING = np.uint32(0)


@kernel
def _draw(low, high, option_low, option_high, out):  # type: ignore[no-untyped-def]
    for j in range(len(low)):
        out[j] = gumbel(low[j], high[j], option_low, option_high)


@kernel
def _bits(low, high, out):  # type: ignore[no-untyped-def]
    for j in range(len(low)):
        out[j] = _mix(low[j], high[j])


@kernel
def _share(draws, table, out):  # type: ignore[no-untyped-def]
    for j in range(len(draws)):
        out[j] = shared_draw(draws[j], table)


def draws(option: int, low: npt.NDArray[np.uint32] = LOW) -> npt.NDArray[np.float32]:
    out = np.zeros(len(low), dtype=np.float32)
    _draw(low, HIGH, np.uint32(option & 0xFFFFFFFF), np.uint32(option >> 32), out)
    return out


def bits(low: npt.NDArray[np.uint32], high: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    out = np.zeros(len(low), dtype=np.uint32)
    _bits(low, high, out)
    return out


def test_draws_are_quantiles() -> None:
    share = ((bits(LOW, HIGH) >> 1) + 0.5) / 2**31
    exact = -np.log(-np.log1p(-share))
    off = np.abs(draws(0) - exact)
    assert off[exact > -1.9].max() < 1e-5
    assert off.max() < 1e-3
    assert stats.kstest(draws(3), "gumbel_r").pvalue > 0.001


def test_the_ends_are_finite() -> None:
    out = draws(0, np.arange(N, dtype=np.uint32))
    assert np.isfinite(out).all()
    assert -3.1 < out.min() < -2
    assert 8 < out.max() < 22.5


@pytest.mark.parametrize("turned", ["low", "high"])
def test_each_bit_may_turn_each(turned: str) -> None:
    before = bits(LOW, HIGH)
    for k in range(32):
        flip = np.uint32(1 << k)
        after = bits(LOW ^ flip, HIGH) if turned == "low" else bits(LOW, HIGH ^ flip)
        shares = [float(((before ^ after) >> np.uint32(b) & np.uint32(1)).mean()) for b in range(32)]
        assert max(abs(share - 0.5) for share in shares) < 0.01


@pytest.mark.parametrize("columns", ["low", "high"])
def test_neighbours_are_unrelated(columns: str) -> None:
    row, zero = np.arange(N, dtype=np.uint32), np.zeros(N, dtype=np.uint32)
    drawn = (bits(row, zero) if columns == "low" else bits(zero, row)) / 2**32
    assert stats.kstest(drawn, "uniform").pvalue > 0.001
    assert abs(np.corrcoef(drawn[1:], drawn[:-1])[0, 1]) < 0.01


def test_two_options_are_unrelated() -> None:
    one, other = draws(0x123456789), draws(0x987654321)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.01
    assert abs(float((one > other).mean()) - 0.5) < 0.005


@pytest.mark.parametrize("scale", [0.3, 0.5, 0.8])
def test_shared_and_own_draw_add_up_to_a_gumbel_draw(scale: float) -> None:
    shared = np.zeros(N, dtype=np.float32)
    _share(draws(1), shared_draw_table(scale), shared)
    total = shared + np.float32(scale) * draws(2)
    test: Callable[..., object] = stats.kstest
    assert test(total, "gumbel_r").pvalue > 0.001  # type: ignore[attr-defined]
