"""Long frames of outcomes, from arrays, as a comparison keeps them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

UNITS = {"died": "persons", "reached_border": "persons", "spent": "USD", "policy_cost": "USD"}


def long(values: npt.ArrayLike, options: Sequence[str], outcomes: Sequence[str]) -> pd.DataFrame:
    """Values (draws, options, outcomes) as rows, beside those of a group and a country that say otherwise."""
    rows = [
        (option, replicate, outcome, place, group, UNITS.get(outcome, "persons"), float(value) * times)
        for replicate, draw in enumerate(np.asarray(values, dtype=float))
        for option, of_option in zip(options, draw, strict=True)
        for outcome, value in zip(outcomes, of_option, strict=True)
        for place, group, times in (("", "all", 1), ("", "haiti", 7), ("MEX", "all", -3))
    ]
    columns = ["option", "replicate", "outcome", "place", "group", "unit", "value"]
    return pd.DataFrame(rows, columns=columns)
