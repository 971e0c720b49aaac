"""Gumbel draws for many migrants at once, in 32 bits, so that a processor makes eight together.

A key of 64 bits and the name of an option give 32 well-mixed bits (the multipliers of
MurmurHash3's finaliser, A. Appleby, public domain), and these a standard Gumbel draw,
-log(-log(1 - v)) with v on the middle of one of 2^31 equal parts of (0, 1). Logarithms are
fixed polynomials in single precision: the same bits on every machine. A draw is off the exact
quantile by less than 1e-5, or 1e-3 among the lowest thousandth, which hardly any choice takes.

Nothing here branches, and positions are unsigned: else the compiler falls back to one by one.
"""

from __future__ import annotations

import numpy as np

from darien.engine.compiled import inlined
from darien.engine.draws import U64

U4, F4 = np.uint32, np.float32

_LOW_HALF, _THIRTY_TWO = U64(0xFFFFFFFF), U64(32)
_M1, _M2, _M3 = U4(0x85EBCA6B), U4(0xC2B2AE35), U4(0x27D4EB2F)
_S1, _S13, _S15, _S16, _MANTISSA = U4(1), U4(13), U4(15), U4(16), U4(23)
_ONE_BITS, _ROOT_HALF_BITS = U4(0x3F800000), U4(0x3F3504F3)
_BIAS, _LN2 = F4(127), F4(0.6931472)
_HALF, _ONE, _TWO, _STEP, _NEAR_ONE = F4(0.5), F4(1), F4(2), F4(2.0**-31), F4(0.2929)
_THIRD, _FIFTH, _SEVENTH, _NINTH = F4(1 / 3), F4(1 / 5), F4(1 / 7), F4(1 / 9)


@inlined
def low_half(bits):
    """The lower 32 of 64 bits."""
    return U4(bits & _LOW_HALF)


@inlined
def high_half(bits):
    """The upper 32 of 64 bits."""
    return U4(bits >> _THIRTY_TWO)


@inlined
def _mix(low, high):
    """32 bits from 64, each of which may turn each."""
    x = U4(U4(low ^ (low >> _S16)) * _M1)
    x = U4(U4(x ^ (x >> _S15)) + high)
    x = U4(U4(x ^ (x >> _S16)) * _M2)
    x = U4(U4(x ^ (x >> _S13)) * _M3)
    return U4(x ^ (x >> _S16))


@inlined
def _split(x):
    """A positive number as exponent and mantissa, the mantissa between the roots of 1/2 and of 2."""
    bits = F4(x).view(np.uint32)
    exponent = U4(U4(bits + (_ONE_BITS - _ROOT_HALF_BITS)) >> _MANTISSA)
    mantissa = U4(bits - U4(U4(exponent << _MANTISSA) - _ONE_BITS)).view(np.float32)
    return F4(np.int32(exponent)) - _BIAS, mantissa


@inlined
def _log1p(x):
    """log(1 + x) for x between -0.2929 and 0.4143, by the series of the inverse hyperbolic tangent."""
    s = x / (_TWO + x)
    z = s * s
    return _TWO * s * (_ONE + z * (_THIRD + z * (_FIFTH + z * (_SEVENTH + z * _NINTH))))


@inlined
def gumbel(low, high, option_low, option_high):
    """The draw of an option from the halves of a migrant's key and of the option's hash."""
    v = (F4(np.int32(_mix(U4(low ^ option_low), U4(high ^ option_high)) >> _S1)) + _HALF) * _STEP
    # 1 - v close to 1 is rounded: there its logarithm is taken of v itself.
    exponent, mantissa = _split(_ONE - v)
    beyond = -v if v < _NEAR_ONE else mantissa - _ONE
    exponent = F4(0) if v < _NEAR_ONE else exponent
    waiting = -(exponent * _LN2 + _log1p(beyond))
    exponent, mantissa = _split(waiting)
    return -(exponent * _LN2 + _log1p(mantissa - _ONE))
