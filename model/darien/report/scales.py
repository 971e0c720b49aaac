"""Scales of a panel that are not straight: by powers of ten, or drawn together away from 0.

A panel is straight; what it is given is bent here, and its ticks with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from darien.report.panels import Floats, ticks_to

_WIDE = 10  # how many times the middle one of the sizes the largest is, for a scale to be bent
_SMALLEST = 1e6  # of the largest size: nobody reads what is smaller on the same scale
_ROUND = np.array([1, 2, 5])


@dataclass(frozen=True)
class Scale:
    """From values to places along an axis.

    ``unit``: below this size places go with values, above it with their logarithm; None: everywhere with
    values. ``low``, ``high``: the ends, as values.
    """

    low: float
    high: float
    unit: float | None = None

    @property
    def bent(self) -> bool:
        """Whether equal steps are unequal distances."""
        return self.unit is not None

    def __call__(self, values: npt.ArrayLike) -> Floats:
        """Places of values."""
        given = np.asarray(values, dtype=np.float64)
        return given if self.unit is None else np.arcsinh(given / self.unit)

    @property
    def limits(self) -> tuple[float, float]:
        """Places of the ends."""
        return float(self(self.low)), float(self(self.high))

    def ticks(self, most: int) -> Floats:
        """Round values between the ends, about ``most`` of them, far enough from each other to be read."""
        if self.unit is None:
            return ticks_to(self.high, most, bottom=self.low)
        start = int(np.floor(np.log10(self.unit)))
        end = int(np.ceil(np.log10(max(abs(self.low), abs(self.high)))))
        sizes = [step * 10.0**power for power in range(start, end + 1) for step in _ROUND]
        kept, apart = [0.0], (self.limits[1] - self.limits[0]) / (most + 1)
        for value in sorted([*sizes, *(-size for size in sizes)], key=lambda v: (abs(v) % 3 == 0, abs(v))):
            near = min(abs(float(self(value) - self(other))) for other in kept)
            if self.low <= value <= self.high and near >= apart:
                kept.append(value)
        return np.array(sorted(kept))


def around_zero(values: npt.ArrayLike, reach: npt.ArrayLike) -> Scale:
    """A scale that holds all of ``reach`` and 0, bent where a few of ``values`` dwarf the others."""
    sizes = np.abs(np.asarray(values, dtype=np.float64))
    sizes = sizes[sizes > 0]
    ends = np.append(np.asarray(reach, dtype=np.float64), 0.0)
    low, high = float(np.nanmin(ends)), float(np.nanmax(ends))
    if low == high:
        return Scale(-1.0, 1.0)
    middle = float(np.median(sizes)) if len(sizes) else 0.0
    if middle and sizes.max() > _WIDE * middle:
        return _with_room(low, high, max(middle / 2, sizes.max() / _SMALLEST))
    return _with_room(low, high, None)


def by_tens(low: float, high: float) -> Scale:
    """A scale by powers of ten for values above 0 (their sizes, where 0 is far below)."""
    return Scale(low / 1.3, high * 1.3, low / 1e3)


def _with_room(low: float, high: float, unit: float | None) -> Scale:
    """A little more at both ends, so that nothing stands on an edge."""
    scale = Scale(low, high, unit)
    first, last = scale.limits
    room = 0.05 * (last - first)
    if unit is None:
        return Scale(first - room, last + room)
    return Scale(float(np.sinh(first - room) * unit), float(np.sinh(last + room) * unit), unit)
