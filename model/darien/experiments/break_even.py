"""What an option would have to achieve to beat another: a break-even, where the counts cannot rank them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from darien.experiments.comparison import BreakEven

Floats = npt.NDArray[np.float64]


def crossings(values: Sequence[float], apart: Floats) -> list[float]:
    """Where differences (a number per value, values rising) reach 0, in between by a straight line.

    A stretch of zeros counts once, by its first value; zeros throughout are no crossing.
    """
    found: list[float] = []
    if not np.any(apart):
        return found
    for k in range(len(values) - 1):
        one, other = float(apart[k]), float(apart[k + 1])
        if one == 0 and (k == 0 or apart[k - 1] != 0):
            found.append(float(values[k]))
        if one * other < 0:
            found.append(values[k] + (values[k + 1] - values[k]) * one / (one - other))
    if apart[-1] == 0 and (len(apart) < 2 or apart[-2] != 0):
        found.append(float(values[-1]))
    return found


def by_draw(name: str, of: BreakEven, apart: Floats) -> pd.DataFrame:
    """The break-even of each draw.

    ``apart``: (draws, values) option less the one that it is held against. Columns: ``break_even``, ``draw``,
    ``crossings`` (how many), ``value`` (the crossing where there is just one, else nan), ``more`` (whether
    the option has more after the last crossing) and ``same`` (whether both have as much at every value). A
    draw in which the outcome does not exist at some value (nan) is left out.
    """
    import pandas as pd

    rows = []
    for draw, own in enumerate(apart):
        if np.isnan(own).any():
            continue
        found = crossings(of.values, own)
        value = found[0] if len(found) == 1 else float("nan")
        rows.append((name, draw, len(found), value, _more_above(own), not own.any()))
    return pd.DataFrame(rows, columns=["break_even", "draw", "crossings", "value", "more", "same"])


def _more_above(own: Floats) -> bool:
    """Whether the option has more at large values: at the last, or where it has less before zeros there."""
    if own[-1] != 0 or not own.any():
        return bool(own[-1] > 0)
    return bool(own[np.flatnonzero(own)[-1]] < 0)


def told(asked: Mapping[str, BreakEven], draws: pd.DataFrame, each: str = "draws") -> pd.DataFrame:
    """What the draws (or without a fit the pairs: ``each``) of every break-even say together.

    Columns: ``break_even``, ``option``, ``against``, ``outcome``, ``over``, ``from``, ``to`` (the values
    tried), ``median``, ``low``, ``high`` (of 5 to 95 % of the draws), ``one``, ``none_more``, ``none_less``,
    ``none_same`` (no crossing: the option has more, less or as much throughout), ``several`` (shares of the
    draws; nan where the outcome exists in none), ``rising`` (share of those with one crossing in which the
    option has more above it), ``says`` (a sentence).

    Where in most draws with a crossing the option has more above it, a draw in which it has less throughout
    has its break-even above the values tried, and one in which it has more throughout below them; the other
    way round likewise. Such draws count in the quantiles as infinite. Draws that cross the other way or more
    than once, and those with no difference, have no place there and are told as shares.
    """
    import pandas as pd

    rows = []
    for name, of in asked.items():
        own = draws[draws["break_even"] == name]
        one, none = own[own["crossings"] == 1], own[(own["crossings"] == 0) & ~own["same"].astype(bool)]
        count = len(own) or float("nan")
        rising = float(one["more"].mean()) if len(one) else float("nan")
        low, median, high = _quantiles(one, none, rising >= 0.5)
        row = {
            "break_even": name,
            "option": of.option,
            "against": of.against,
            "outcome": of.outcome,
            "over": of.over,
            "from": of.values[0],
            "to": of.values[-1],
            "median": median,
            "low": low,
            "high": high,
            "one": len(one) / count,
            "none_more": float(none["more"].sum()) / count,
            "none_less": float((~none["more"].astype(bool)).sum()) / count,
            "none_same": float(own["same"].sum()) / count,
            "several": float((own["crossings"] > 1).sum()) / count,
            "rising": rising,
        }
        rows.append({**row, "says": _sentence(row, each)})
    return pd.DataFrame(rows)


def _quantiles(one: pd.DataFrame, none: pd.DataFrame, rising: bool) -> tuple[float, float, float]:
    """5, 50 and 95 % of the break-evens of draws with one or no crossing; nan where none has one.

    By order statistics: between a number and infinity nothing can be drawn.
    """
    if not len(one):
        return (float("nan"),) * 3
    beyond = np.where(none["more"].astype(bool) == rising, -np.inf, np.inf)
    values = np.concatenate([one["value"][one["more"].astype(bool) == rising], beyond])
    low, median, high = np.quantile(values, [0.05, 0.5, 0.95], method="inverted_cdf")
    return float(low), float(median), float(high)


def _placed(value: float, row: Mapping[str, Any]) -> str:
    """A break-even in words, be it beyond the values tried."""
    if np.isinf(value):
        return f"above {row['to']:g}" if value > 0 else f"below {row['from']:g}"
    return f"{value:.3g}"


def _sentence(row: Mapping[str, Any], each: str) -> str:
    words = str(row["outcome"]).replace("_", " ")
    over = str(row["over"]).rsplit(".", 1)[-1].replace("_", " ")
    if np.isnan(row["one"]):
        return f"{row['option']} against {row['against']}: {words} exist in none of the {each}."
    said = []
    if row["one"] > 0:
        rising = row["rising"] >= 0.5
        side, other = ("exceeds", "stays below") if rising else ("stays below", "exceeds")
        aside = row["one"] * (row["rising"] if not rising else 1 - row["rising"])
        turned = f"; in {100 * aside:.0f} % where it {other} a value" if aside else ""
        median, low, high = (_placed(row[which], row) for which in ("median", "low", "high"))
        value = f"a value {median}" if np.isinf(row["median"]) else median
        said.append(
            f"{row['option']} has more {words} than {row['against']} only where {over} {side} {value} "
            f"(90 % of the {each}: {low} to {high}{turned})"
        )
    shares = {
        "none_same": f"both have as much at every value from {row['from']:g} to {row['to']:g}",
        "none_more": f"it has more at every value from {row['from']:g} to {row['to']:g}",
        "none_less": f"no value from {row['from']:g} to {row['to']:g} is enough",
        "several": "the difference turns more than once, so that there is no break-even",
    }
    said += [
        f"in {100 * row[key]:.0f} % of the {each} {words_of}"
        for key, words_of in shares.items()
        if row[key] > 0
    ]
    return "; ".join(said) + "."
