"""What the figures of sweeps share: a parameter as an axis, an outcome with its range, which outcomes to draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from darien.report.panels import Floats, ticks_to
from darien.report.replicates import MANY, Ranges, ranges
from darien.report.style import number

if TYPE_CHECKING:
    import pandas as pd

    from darien.record.swept import Swept

# Where a sweep names no outcomes: enforcement and harm together.
USUAL = ("reached_border", "apprehended", "removed", "detained_person_days", "died", "robbed")
MOST = 6  # outcomes in one figure


@dataclass(frozen=True)
class Axis:
    """A parameter of a sweep as an axis: a scale of numbers, or words in their order (dates, choices).

    ``values``: the different values that it takes, sorted.
    """

    name: str
    values: tuple[Any, ...]
    numeric: bool
    log: bool

    @property
    def words(self) -> str:
        """Its name to read."""
        return words(self.name)

    def at(self, column: Sequence[Any] | pd.Series) -> Floats:
        """Where values lie: themselves, their logarithm, or which of the values they are."""
        if self.numeric:
            given = np.asarray(column, dtype=np.float64)
            return np.log10(given) if self.log else given
        places = {str(value): place for place, value in enumerate(self.values)}
        return np.array([places[str(value)] for value in column], dtype=np.float64)

    def ticks(self, most: int = 5) -> tuple[Floats, list[str]]:
        """Where to mark the axis, and with which words."""
        if not self.numeric or len(self.values) <= most:
            return self.at(self.values), [self.say(value) for value in self.values]
        low, high = float(self.values[0]), float(self.values[-1])
        found = ticks_to(high, most, bottom=low)
        if self.log:
            found = np.array(list(_log_ticks(low, high, most)))
        return self.at(found), [number(float(tick)) for tick in found]

    def say(self, value: Any) -> str:
        """A value to read."""
        return say_number(float(value)) if self.numeric else str(value)

    def limits(self, room: float = 0.0) -> tuple[float, float]:
        """The ends of the axis, with a share of it beyond them."""
        ends = self.at([self.values[0], self.values[-1]])
        beyond = room * float(ends[1] - ends[0])
        return float(ends[0]) - beyond, float(ends[1]) + beyond


def axes(swept: Swept) -> list[Axis]:
    """The parameters of a sweep that take more than one value, in its order."""
    import pandas as pd

    found = []
    for name in swept.points.columns:
        column = swept.points[name]
        numeric = bool(pd.api.types.is_numeric_dtype(column) and column.dtype != bool)
        values = tuple(sorted(column.unique(), key=None if numeric else str))
        log = swept.parameters[name].get("scale") == "log"
        if len(values) > 1:
            found.append(Axis(name, values, numeric, bool(log and numeric and values[0] > 0)))
    return found


@dataclass(frozen=True)
class Drawn:
    """An outcome to draw: its words, its unit, and by point mean, low and high over replicates."""

    name: str
    unit: str
    by_point: Ranges

    @property
    def words(self) -> str:
        """Its name to read, with its unit."""
        return f"{words(self.name).capitalize()} ({self.unit})"


def outcomes(swept: Swept, most: int = MOST) -> list[Drawn]:
    """The outcomes of everyone on the whole route that the sweep names, else the usual; those that vary."""
    table = swept.table
    whole = table[table["place"].eq("") & table["group"].eq("all")]
    units = whole.drop_duplicates("outcome").set_index("outcome")["unit"]
    named = swept.manifest.get("outcomes")
    found = []
    for name in named or USUAL:
        if name not in units.index:
            continue
        values = swept.of(name).reindex(swept.points.index).to_numpy(dtype=np.float64)
        by_point = ranges(values)
        mean = by_point.mean[np.isfinite(by_point.mean)]
        if len(mean) and np.ptp(mean) > 1e-12 * np.abs(mean).max():
            found.append(Drawn(name, str(units[name]), by_point))
    return found[:most]


def replicates(swept: Swept) -> int:
    """How many replicates each point has."""
    return int(swept.table["replicate"].nunique())


def spread_words(swept: Swept) -> str:
    """What is drawn around a mean, for the reader."""
    count, fit = replicates(swept), swept.manifest.get("fit")
    if count == 1:
        return "One replicate at each point: how much chance matters cannot be shown."
    of = "chance, and the unknowns as the fit leaves them" if fit else "chance alone"
    if count < MANY:
        return f"Ranges span the lowest and highest of {count} replicates ({of}; the same luck at each point)."
    return f"Ranges hold the middle 90 % of {count} replicates ({of}; the same luck at each point)."


def words(name: str) -> str:
    """The name of a parameter or an outcome to read."""
    return name.removeprefix("parameters.").replace("_", " ").replace(".", ", ")


def say_number(value: float) -> str:
    """A number as exact as a value of a parameter needs: 1,200; 35; 2.25; 0.004."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _log_ticks(low: float, high: float, most: int) -> Iterator[float]:
    """Powers of ten, or 1, 2 and 5 of each where those are few."""
    first, last = int(np.floor(np.log10(low))), int(np.ceil(np.log10(high)))
    for steps in ((1, 2, 5), (1, 3), (1,)):
        found = [step * 10.0**power for power in range(first, last + 1) for step in steps]
        inside = [tick for tick in found if low * 0.999 <= tick <= high * 1.001]
        if len(inside) <= most + 1:
            break
    yield from inside
