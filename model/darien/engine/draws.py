"""Keyed draws: a draw is a pure function of who, what, where and which visit.

``key(occasion, place_or_leg)`` gives 64 well-mixed bits (SplitMix64's finaliser,
Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195). There is no stream and
no state, so the same migrant has the same luck on the same occasion under any
policy, on any number of workers, in any order.

Logarithm and exponential are fixed polynomials, so that the same draw gives the
same bits on every machine.
"""

from __future__ import annotations

import hashlib
import math

import numpy as np

from darien.engine.compiled import inlined

U64 = np.uint64
GOLDEN = U64(0x9E3779B97F4A7C15)
_M1 = U64(0xBF58476D1CE4E5B9)
_M2 = U64(0x94D049BB133111EB)
_S30, _S27, _S31, _S12 = U64(30), U64(27), U64(31), U64(12)
_ONE_BITS = np.int64(0x3FF0000000000000)
_LN2 = 0.6931471805599453
_INV_LN2 = 1.4426950408889634


def _table_log(x: float) -> float:
    """Natural logarithm to 14 decimals: what libraries differ in is cut off."""
    return round(math.log(x), 14)


# Midpoints of 128 equal parts of [1, 2): their reciprocals, rounded to 12 bits so that the same
# numbers come out everywhere, and the logarithms of what was rounded.
_RECIPROCAL = np.round(4096.0 / (1.0 + (np.arange(128) + 0.5) / 128.0)) / 4096.0
_LOG_POINT = np.array([-_table_log(reciprocal) for reciprocal in _RECIPROCAL])


def name_hash(*parts: str | int) -> np.uint64:
    """64 bits that stand for a name, the same in every process."""
    text = "\x1f".join(str(part) for part in parts)
    return U64(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little"))


@inlined
def mix(z):
    """Spread the bits of a 64-bit integer over all of them."""
    z = (z ^ (z >> _S30)) * _M1
    z = (z ^ (z >> _S27)) * _M2
    return z ^ (z >> _S31)


@inlined
def uniform(bits):
    """A number in the open interval (0, 1) from 64 bits."""
    return np.float64(bits >> _S12) * 2.220446049250313e-16 + 1.1102230246251565e-16


@inlined
def log(x):
    """Natural logarithm of a positive normal number; absolute error below 1e-12.

    The mantissa is divided by the nearest of 128 points (a table of reciprocals), which
    leaves log(1 + r) with r below 1/256: a polynomial of degree 4.
    """
    bits = np.float64(x).view(np.int64)
    exponent = (bits >> 52) - 1023
    mantissa = np.int64((bits & 0x000FFFFFFFFFFFFF) | _ONE_BITS).view(np.float64)
    point = (bits >> 45) & 127
    r = mantissa * _RECIPROCAL[point] - 1.0
    series = r * (1.0 - r * (0.5 - r * (0.3333333333333333 - r * 0.25)))
    return np.float64(exponent) * _LN2 + (_LOG_POINT[point] + series)


@inlined
def exp(x):
    """Exponential; relative error below 1e-10, 0 below -700, the value at 700 above it."""
    if x < -700.0:
        return 0.0
    if x > 700.0:
        x = 700.0
    n = np.floor(x * _INV_LN2 + 0.5)
    r = x - n * _LN2
    p = 1.0 + r * (
        1.0
        + r
        * (
            0.5
            + r
            * (
                0.16666666666666666
                + r
                * (
                    0.041666666666666664
                    + r
                    * (
                        0.008333333333333333
                        + r
                        * (
                            0.001388888888888889
                            + r
                            * (
                                0.0001984126984126984
                                + r * (2.48015873015873e-05 + r * 2.7557319223985893e-06)
                            )
                        )
                    )
                )
            )
        )
    )
    return p * np.int64((np.int64(n) + 1023) << 52).view(np.float64)


@inlined
def normal(bits):
    """A standard normal draw by Acklam's rational approximation (relative error 1.2e-9)."""
    p = uniform(bits)
    low = min(p, 1.0 - p)
    if low < 0.02425:
        q = np.sqrt(-2.0 * log(low))
        x = (
            (
                (
                    ((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q
                    - 2.549732539343734
                )
                * q
                + 4.374664141464968
            )
            * q
            + 2.938163982698783
        ) / (
            (
                ((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q
                + 3.754408661907416
            )
            * q
            + 1.0
        )
        return x if p < 0.5 else -x
    q = p - 0.5
    r = q * q
    return (
        (
            (
                (
                    ((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r
                    + 1.383577518672690e02
                )
                * r
                - 3.066479806614716e01
            )
            * r
            + 2.506628277459239
        )
        * q
        / (
            (
                (
                    ((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r
                    + 6.680131188771972e01
                )
                * r
                - 1.328068155288572e01
            )
            * r
            + 1.0
        )
    )


@inlined
def geometric(bits, mean):
    """Whole days, at least 1, geometric with the given mean (memoryless)."""
    if mean <= 1.0:
        return np.int64(1)
    days = log(uniform(bits)) / log(1.0 - 1.0 / mean)
    return np.int64(1) + np.int64(min(days, 60000.0))


@inlined
def binomial(bits, n, p):
    """How many of n meet an event of probability p, by inversion."""
    if p <= 0.0 or n <= 0:
        return np.int64(0)
    u = uniform(bits)
    none = 1.0
    for _ in range(n):
        none *= 1.0 - p
    if u < none:
        return np.int64(0)
    if p >= 1.0:
        return np.int64(n)
    term = none
    below = none
    k = 0
    while u >= below and k < n:
        term *= (n - k) / (k + 1.0) * (p / (1.0 - p))
        below += term
        k += 1
    return np.int64(k)


@inlined
def _log_gamma(x):
    """Logarithm of the gamma function for x > 0, by Stirling's series from 8 up."""
    shift = 0.0
    while x < 8.0:
        shift -= log(x)
        x += 1.0
    z = 1.0 / (x * x)
    series = (
        0.08333333333333333
        - z * (0.002777777777777778 - z * (0.0007936507936507937 - z * 0.0005952380952380953))
    ) / x
    return shift + (x - 0.5) * log(x) - x + 0.9189385332046727 + series


@inlined
def over_dispersed_poisson(bits, mean, dispersion):
    """A count by inversion: Poisson at dispersion 1, else negative binomial with variance dispersion x mean.

    The search starts 12 standard deviations below the mean (or at 0): what lies
    under it has a probability below 1e-20.
    """
    if mean <= 0.0:
        return np.int64(0)
    u = uniform(bits)
    k = np.floor(max(0.0, mean - 12.0 * np.sqrt(mean * dispersion)))
    if dispersion <= 1.0000001:
        term = exp(k * log(mean) - mean - _log_gamma(k + 1.0))
        below = term
        while u >= below and k < 1e9:
            k += 1.0
            term *= mean / k
            below += term
            if term < 1e-18 * below and k > mean:
                break
        return np.int64(k)
    r = mean / (dispersion - 1.0)
    log_p = log(1.0 / dispersion)
    q = 1.0 - 1.0 / dispersion
    term = exp(_log_gamma(k + r) - _log_gamma(r) - _log_gamma(k + 1.0) + r * log_p + k * log(q))
    below = term
    while u >= below and k < 1e9:
        k += 1.0
        term *= (k - 1.0 + r) / k * q
        below += term
        if term < 1e-18 * below and k > mean:
            break
    return np.int64(k)
