"""What the figures of sweeps share: parameters as axes, outcomes with their ranges, which ones to draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from darien.report.panels import Floats, days, ticks_to
from darien.report.replicates import MANY, Ranges, ranges
from darien.report.style import number

if TYPE_CHECKING:
    import pandas as pd

    from darien.record.swept import Swept

# Where a sweep names no outcomes: enforcement and harm together.
USUAL = ("reached_border", "apprehended", "removed", "detained_person_days", "died", "robbed")
MOST = 6  # outcomes in one figure
Kind = Literal["number", "date", "words"]


@dataclass(frozen=True)
class Axis:
    """A parameter of a sweep as an axis: of numbers, of dates, or of words in their order.

    ``values``: the different values that it takes, sorted (dates as Timestamps). ``ends``: from where to
    where the axis goes.
    """

    name: str
    kind: Kind
    values: tuple[Any, ...]
    ends: tuple[Any, Any]
    log: bool = False

    @property
    def words(self) -> str:
        """Its name to read."""
        return words(self.name)

    @property
    def continuous(self) -> bool:
        """Whether something lies between two values."""
        return self.kind != "words"

    def at(self, column: Sequence[Any] | pd.Series) -> Floats:
        """Where values lie: themselves, their logarithm, days since 1970, or which of the values they are."""
        import pandas as pd

        if self.kind == "words":
            return self.order(column)
        if self.kind == "date":
            return days(pd.Series(column))
        given = np.asarray(column, dtype=np.float64)
        return np.log10(given) if self.log else given

    def order(self, column: Sequence[Any] | pd.Series) -> Floats:
        """Which of the values each one is."""
        places = {value: place for place, value in enumerate(self.values)}
        return np.array([places[value] for value in column], dtype=np.float64)

    def ticks(self, most: int = 5) -> tuple[Floats, list[str]]:
        """Where to mark the axis, and with which words."""
        if self.kind == "words" or len(self.values) <= most:
            return self.at(self.values), [self.say(value) for value in self.values]
        if self.kind == "date":
            some = self.values[:: -(-len(self.values) // most)]
            return self.at(some), [self.say(value) for value in some]
        low, high = (float(end) for end in self.ends)
        found = np.array(list(_log_ticks(low, high, most))) if self.log else ticks_to(high, most, bottom=low)
        return self.at(found), [number(float(tick)) for tick in found]

    def say(self, value: Any) -> str:
        """A value to read."""
        if self.kind == "number":
            return say_number(float(value))
        return f"{value:%Y-%m-%d}" if self.kind == "date" else str(value)

    def limits(self, room: float = 0.0) -> tuple[float, float]:
        """The ends of the axis, with a share of it beyond them."""
        low, high = (float(end) for end in self.at(self.ends))
        return low - room * (high - low), high + room * (high - low)


def axes(swept: Swept) -> list[Axis]:
    """The parameters of a sweep that take more than one value, in its order."""
    import pandas as pd

    found = []
    for name in swept.points.columns:
        column = swept.points[name]
        kind: Kind = "words"
        if pd.api.types.is_datetime64_any_dtype(column):
            kind = "date"
        elif pd.api.types.is_numeric_dtype(column) and column.dtype != bool:
            kind = "number"
        values = tuple(sorted(column.unique()))
        about = swept.parameters[name]
        ends = (values[0], values[-1])
        if kind == "number" and about.get("low") is not None and about.get("values") is None:
            ends = (min(about["low"], ends[0]), max(about["high"], ends[1]))
        if len(values) > 1:
            log = kind == "number" and about.get("scale") == "log" and ends[0] > 0
            found.append(Axis(name, kind, values, ends, log))
    return found


@dataclass(frozen=True)
class Drawn:
    """An outcome to draw: its words, its unit, and by point mean, low and high over replicates."""

    name: str
    unit: str
    by_point: Ranges

    @property
    def plain(self) -> str:
        """Its name to read."""
        return words(self.name)

    @property
    def words(self) -> str:
        """Its name to read, with its unit, to begin with."""
        return f"{self.plain.capitalize()} ({self.unit})"


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
        return (
            f"Ranges span the lowest and highest of {count} replicates ({of}; the same luck at each point)."
        )
    return f"Ranges hold the middle 90 % of {count} replicates ({of}; the same luck at each point)."


def words(name: str) -> str:
    """The name of a parameter or an outcome to read."""
    return name.removeprefix("parameters.").replace("_", " ").replace(".", ", ")


def say_number(value: float) -> str:
    """A number as exact as a value of a parameter needs: 1,200; 35; 2.25; 0.004."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def short(value: float, largest: float) -> str:
    """A number in little room, in the unit that suits the largest beside it: 1.14 M; 36.4 k; 120."""
    for least, size, unit in ((1e6, 1e6, " M"), (1e4, 1e3, " k")):
        if largest >= least:
            return f"{value / size:.3g}{unit}"
    return number(value)


def _log_ticks(low: float, high: float, most: int) -> Iterator[float]:
    """Powers of ten, or 1, 2 and 5 of each where those are few."""
    first, last = int(np.floor(np.log10(low))), int(np.ceil(np.log10(high)))
    for steps in ((1, 2, 5), (1, 3), (1,)):
        found = [step * 10.0**power for power in range(first, last + 1) for step in steps]
        inside = [tick for tick in found if low * 0.999 <= tick <= high * 1.001]
        if len(inside) <= most + 1:
            break
    yield from inside
