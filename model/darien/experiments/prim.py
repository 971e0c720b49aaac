"""PRIM of the EMA workbench: the box of parameters in which an outcome lies beyond a threshold.

PRIM (Friedman and Fisher 1999; for scenarios Bryant and Lempert 2010) peels the space of the parameters until
most of the points in what is left are of interest. It knows only the points it was given.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from darien.experiments.discovery import Floats, in_numbers
from darien.scenario.errors import UserMistake

if TYPE_CHECKING:
    import pandas as pd

Side = Literal["above", "below"]
FEWEST_OF_INTEREST = 10  # points, below which a box would be drawn around a few accidents
DENSITY = 0.8  # share of points of interest in a box, which it should reach


@dataclass(frozen=True)
class FoundBox:
    """The box that :func:`discover` found.

    ``limits``: a row per restricted parameter, the most certain first: ``low`` and ``high`` (of numbers),
    ``values`` (of others: those inside, a list), ``qp_low`` and ``qp_high`` (nan where that side is open).
    ``coverage``: share of all points of interest that are inside; ``density``: share of points inside that
    are of interest; ``mass``: share of all points that are inside; ``base_rate``: share of all that are of
    interest. ``of_interest`` and ``inside``: (points,).
    """

    limits: pd.DataFrame
    coverage: float
    density: float
    mass: float
    base_rate: float
    of_interest: npt.NDArray[np.bool_]
    inside: npt.NDArray[np.bool_]


def discover(
    points: pd.DataFrame, values: Floats, threshold: float, side: Side, density: float = DENSITY
) -> FoundBox:
    """Find the box in which an outcome lies beyond a threshold, by PRIM of the EMA workbench.

    ``points``: a row per point, a column per parameter; ``values`` (points,). Of the boxes that PRIM peels,
    the one with the most coverage is taken that reaches ``density``. Raises UserMistake where the workbench
    is missing, too few or too many points are of interest, or no box is that dense.
    """
    if not np.isfinite(values).all():
        raise UserMistake(
            f"the outcome does not exist at {int((~np.isfinite(values)).sum())} of {len(values)} points"
        )
    interest = values > threshold if side == "above" else values < threshold
    count = int(interest.sum())
    if not FEWEST_OF_INTEREST <= count <= len(values) - FEWEST_OF_INTEREST:
        raise UserMistake(
            f"{count} of {len(values)} points lie {side} {threshold:g} (they run from {values.min():.6g} to "
            f"{values.max():.6g}): a box needs {FEWEST_OF_INTEREST} or more of them, and as many others"
        )
    if count >= density * len(values):
        raise UserMistake(
            f"{count} of {len(values)} points lie {side} {threshold:g} already: a box of {density:.0%} would "
            "be everything; take another threshold, or a higher --density"
        )
    prim = _prim()
    given = in_numbers(points)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it uses what pandas is about to drop
        box = prim.Prim(given, interest.astype(int), threshold=density).find_box()
    if not (box.peeling_trajectory["density"] >= density).any():
        raise UserMistake(
            f"no box in which {density:.0%} of the points lie {side} {threshold:g} was found: take a lower "
            "--density, or more points"
        )
    return _boxed(box, given, interest)


def _boxed(box: Any, given: pd.DataFrame, interest: npt.NDArray[np.bool_]) -> FoundBox:
    """The step of the peeling with the most coverage of those dense enough, as a table."""
    import pandas as pd

    trajectory = box.peeling_trajectory
    dense = trajectory[trajectory["density"] >= box.prim.threshold]
    step = int(dense.sort_values(["coverage", "density"], kind="stable").index[-1])
    first, last = box.box_lims[0], box.box_lims[step]
    rows, inside = [], np.ones(len(given), dtype=bool)
    for name, (qp_low, qp_high) in box.qp[step].items():
        column = given[name]
        row: dict[str, Any] = {"parameter": name, "low": np.nan, "high": np.nan, "values": None}
        row |= {"qp_low": _quasi_p(qp_low), "qp_high": _quasi_p(qp_high)}
        if pd.api.types.is_numeric_dtype(column):
            low, high = (float(last[name].iloc[i]) for i in (0, 1))
            inside &= ((column >= low) & (column <= high)).to_numpy()
            # A side that still stands where it began is open.
            row["low"] = low if low > float(first[name].iloc[0]) else np.nan
            row["high"] = high if high < float(first[name].iloc[1]) else np.nan
        else:
            kept = sorted(map(str, last[name].iloc[0]))
            inside &= column.isin(kept).to_numpy()
            row["values"] = kept
        rows.append(row)
    limits = pd.DataFrame(rows, columns=["parameter", "low", "high", "values", "qp_low", "qp_high"])
    least = limits[["qp_low", "qp_high"]].min(axis=1)
    limits = limits.iloc[np.argsort(least.to_numpy(), kind="stable")].reset_index(drop=True)
    both = int((inside & interest).sum())
    return FoundBox(
        limits=limits,
        coverage=both / int(interest.sum()),
        density=both / int(inside.sum()),
        mass=float(inside.mean()),
        base_rate=float(interest.mean()),
        of_interest=interest,
        inside=inside,
    )


def _quasi_p(value: float) -> float:
    """The workbench says -1 of a side that is open."""
    return np.nan if value < 0 else float(value)


def _prim() -> Any:
    """PRIM of the workbench, which takes seconds to import. Raises UserMistake where it is missing."""
    import logging

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from ema_workbench.analysis import prim
    except ModuleNotFoundError as error:
        raise UserMistake(
            f"scenario discovery needs {error.name}: pip install 'darien[discovery]'"
        ) from error
    logging.getLogger("EMA").setLevel(logging.ERROR)
    return prim
