"""The points of a sweep: which values of its parameters are tried together."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from darien.experiments.sweep_file import ANALYSED, LoadedSweep, Parameter
from darien.experiments.varying import Value
from darien.scenario.errors import UserMistake
from darien.scenario.yaml_nodes import shown

if TYPE_CHECKING:
    import pandas as pd

Units = npt.NDArray[np.float64]  # (points, parameters), each from 0 to 1


def points_of(loaded: LoadedSweep) -> pd.DataFrame:
    """The points of a design ``grid``, ``list``, ``latin_hypercube`` or ``sobol``.

    Index ``point`` from 0, a column per parameter in its own units. The same for the same file and seed of
    the base. A grid lists the last parameter's values quickest. Raises UserMistake for other designs.
    """
    from scipy.stats import qmc

    sweep = loaded.sweep
    if sweep.design in ANALYSED:
        raise UserMistake(
            f"{shown(loaded.file)}: design: {sweep.design} is for a sensitivity analysis: darien sensitivity"
        )
    if sweep.design == "list":
        return table_of(loaded, [list(point.values()) for point in loaded.listed])
    if sweep.design == "grid":
        values = [one.values or () for one in loaded.parameters.values()]
        return table_of(loaded, [list(point) for point in itertools.product(*values)])
    assert isinstance(sweep.points, int)
    dimensions, seed = len(loaded.parameters), np.random.default_rng(loaded.base.seed)
    if sweep.design == "latin_hypercube":
        return in_units(loaded, qmc.LatinHypercube(dimensions, rng=seed).random(sweep.points))
    if sweep.points & (sweep.points - 1):
        power = 2 ** (sweep.points - 1).bit_length()
        print(
            f"note: {shown(loaded.file)}: points: a Sobol sequence is evenly spread for powers of two, "
            f"such as {power // 2} or {power}; {sweep.points} is none",
            file=sys.stderr,
        )
    drawn = qmc.Sobol(dimensions, rng=seed).random_base2((sweep.points - 1).bit_length())
    return in_units(loaded, drawn[: sweep.points])


def in_units(loaded: LoadedSweep, units: Units) -> pd.DataFrame:
    """Points from 0 to 1, (points, parameters in the order of the file), in the parameters' own units.

    A parameter with a list of values takes each over an equal share of 0 to 1.
    """
    columns = [_column(one, units[:, n]) for n, one in enumerate(loaded.parameters.values())]
    return table_of(loaded, [list(row) for row in zip(*columns, strict=True)])


def _column(parameter: Parameter, unit: Units) -> Sequence[Value]:
    if parameter.values is not None:
        count = len(parameter.values)
        return [parameter.values[min(int(u * count), count - 1)] for u in unit]
    low, high = parameter.low, parameter.high
    assert low is not None
    assert high is not None
    if parameter.scale == "log":
        found = np.exp(np.log(low) + unit * np.log(high / low))
    else:
        found = low + unit * (high - low)
    return [float(value) for value in np.clip(found, low, high)]


def table_of(loaded: LoadedSweep, rows: Sequence[Sequence[Value]]) -> pd.DataFrame:
    """Rows of values, in the order of the parameters, as a table of points."""
    import pandas as pd

    columns = {name: [row[n] for row in rows] for n, name in enumerate(loaded.parameters)}
    made = {name: pd.Series(values, dtype=_kind(values)) for name, values in columns.items()}
    return pd.DataFrame(made).rename_axis("point")


def _kind(values: Sequence[Value]) -> str:
    kinds = {type(value) for value in values}
    if kinds <= {int}:
        return "int64"
    return "float64" if kinds <= {int, float} else "object"
