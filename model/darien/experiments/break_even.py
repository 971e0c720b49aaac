"""What an option would have to achieve to beat another: a break-even, where the counts cannot rank them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from darien.experiments.comparison import BreakEven

Floats = npt.NDArray[np.float64]


def crossings(values: Sequence[float], apart: Floats) -> list[float]:
    """Where differences (a number per value, values rising) go through 0, in between by a straight line."""
    found = []
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
    the option has more at the largest value).
    """
    import pandas as pd

    rows = []
    for draw, own in enumerate(apart):
        found = crossings(of.values, own)
        value = found[0] if len(found) == 1 else float("nan")
        rows.append((name, draw, len(found), value, bool(own[-1] > 0)))
    return pd.DataFrame(rows, columns=["break_even", "draw", "crossings", "value", "more"])


def told(asked: Mapping[str, BreakEven], draws: pd.DataFrame) -> pd.DataFrame:
    """What the draws of each break-even say together.

    Columns: ``break_even``, ``option``, ``against``, ``outcome``, ``over``, ``from``, ``to`` (the values
    tried), ``median``, ``low``, ``high`` (5 to 95 % of the draws that have one break-even), ``one``,
    ``none_more``, ``none_less`` (no crossing: the option has more, or less, throughout), ``several`` (shares
    of the draws), ``rising`` (share of those with one in which it has more above it), ``says`` (a sentence).
    """
    import pandas as pd

    rows = []
    for name, of in asked.items():
        own = draws[draws["break_even"] == name]
        one, none = own[own["crossings"] == 1], own[own["crossings"] == 0]
        low, median, high = np.quantile(one["value"], [0.05, 0.5, 0.95]) if len(one) else (float("nan"),) * 3
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
            "one": len(one) / len(own),
            "none_more": float(none["more"].sum()) / len(own),
            "none_less": float((~none["more"]).sum()) / len(own),
            "several": float((own["crossings"] > 1).sum()) / len(own),
            "rising": float(one["more"].mean()) if len(one) else float("nan"),
        }
        rows.append({**row, "says": _sentence(row)})
    return pd.DataFrame(rows)


def _sentence(row: Mapping[str, object]) -> str:
    words = str(row["outcome"]).replace("_", " ")
    over = str(row["over"]).rsplit(".", 1)[-1].replace("_", " ")
    said = []
    if float(str(row["one"])) > 0:
        side = "exceeds" if float(str(row["rising"])) >= 0.5 else "stays below"
        said.append(
            f"{row['option']} has more {words} than {row['against']} only where {over} {side} "
            f"{row['median']:.3g} (90 % of these draws: {row['low']:.3g} to {row['high']:.3g})"
        )
    shares = {
        "none_more": f"it has more at every value from {row['from']:g} to {row['to']:g}",
        "none_less": f"no value from {row['from']:g} to {row['to']:g} is enough",
        "several": "the difference turns more than once, so that there is no break-even",
    }
    said += [
        f"in {100 * share:.0f} % of the draws {words_of}"
        for key, words_of in shares.items()
        if (share := float(str(row[key]))) > 0
    ]
    return "; ".join(said) + "."
