"""Scenario discovery: in which region of the unknowns an option fails, by PRIM of the EMA workbench.

PRIM (Friedman and Fisher 1999; Bryant and Lempert 2010 for scenarios) peels a box in the space of the
parameters until most of the points in it are of interest. It knows only the points it was given.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from darien.experiments.named import Named, every_outcome
from darien.scenario.errors import UserMistake

if TYPE_CHECKING:
    import pandas as pd

    from darien.record.swept import Swept

Floats = npt.NDArray[np.float64]
Side = Literal["above", "below"]
ARCHIVE_VERSION = 0.1  # of the workbench's archive of results
FEWEST_OF_INTEREST = 10  # points, below which a box would be drawn around a few accidents
DENSITY = 0.8  # share of points of interest in a box, which it should reach
SURE = 0.05  # quasi-p value up to which the limit of a parameter counts
_OWN_COLUMNS = ("scenario", "policy", "model")


def to_ema(swept: Swept) -> tuple[pd.DataFrame, dict[str, Floats]]:
    """A sweep as the EMA workbench has its experiments and outcomes.

    The experiments have a row per point: its parameters, then ``scenario`` (the point's number), ``policy``
    and ``model``. The outcomes have two arrays each: under the outcome's name the mean over replicates
    (points,), and under its name and ``_replicates`` every replicate's own (points, replicates). An outcome of a
    place or a group is named ``apprehended_PAN``, ``died_cuba``, ``apprehended_PAN_cuba``.
    """
    import pandas as pd

    experiments = swept.points.reset_index(drop=True)
    for name in experiments.columns:
        if not pd.api.types.is_numeric_dtype(experiments[name]) or experiments[name].dtype == bool:
            experiments[name] = experiments[name].astype(str).astype("category")
    about = {"scenario": swept.points.index.to_numpy(), "policy": "None", "model": "darien"}
    for name, value in about.items():
        experiments[name] = value
        if isinstance(value, str):
            experiments[name] = experiments[name].astype("category")
    outcomes: dict[str, Floats] = {}
    for one in every_outcome(swept.table):
        values = one.of(swept).to_numpy(dtype=np.float64)
        outcomes[one.identifier] = values.mean(axis=1)
        outcomes[f"{one.identifier}_replicates"] = values
    return experiments, outcomes


def export_ema(swept: Swept, file: Path) -> Path:
    """Write a sweep as an archive (.tar.gz) that ``ema_workbench.load_results`` reads; returns the file.

    Written whole or not at all, the same bytes for the same sweep. Raises UserMistake where it cannot be.
    """
    if not file.name.endswith(".tar.gz"):
        raise UserMistake(f"{file}: an archive for the EMA workbench ends in .tar.gz")
    experiments, outcomes = to_ema(swept)
    members = {"experiments.csv": _csv(experiments, header=True)}
    kinds = []
    for name, values in outcomes.items():
        scalar = values.ndim == 1
        member = f"{name}.{'cls' if scalar else 'csv'}"
        members[member] = _csv(_frame(values), header=False)
        kinds.append(("ScalarOutcome" if scalar else "ArrayOutcome", name, member))
    about = {
        "version": ARCHIVE_VERSION,
        "outcomes": kinds,
        "experiments": {name: str(kind) for name, kind in experiments.dtypes.items()},
    }
    members["metadata.json"] = json.dumps(about).encode()
    try:
        descriptor, aside = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        try:
            with os.fdopen(descriptor, "wb") as stream, gzip.GzipFile("", "wb", 6, stream, mtime=0) as packed:
                _pack(packed, members)
            umask = os.umask(0o077)
            os.umask(umask)
            os.chmod(aside, 0o666 & ~umask)
            os.replace(aside, file)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UserMistake(f"{file}: cannot be written: {error.strerror or error}") from error
    return file


def _pack(stream: Any, members: dict[str, bytes]) -> None:
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in members.items():
            about = tarfile.TarInfo(name)
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))


def _frame(values: Floats) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(values)


def _csv(table: pd.DataFrame, header: bool) -> bytes:
    return table.to_csv(header=header, index=False, lineterminator="\n").encode()


@dataclass(frozen=True)
class FoundBox:
    """The box that :func:`discover` found.

    ``limits``: a row per restricted parameter, the most certain first: ``low`` and ``high`` (of numbers),
    ``values`` (of others: those inside, a list), ``qp_low`` and ``qp_high`` (nan where that side is open).
    ``coverage``: share of all points of interest that are inside; ``density``: share of points inside that are
    of interest; ``mass``: share of all points that are inside; ``base_rate``: share of all that are of interest.
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

    ``points``: a row per point, a column per parameter; ``values`` (points,). Of the boxes that PRIM peels, the
    one with the most coverage is taken that reaches ``density``. Raises UserMistake where the workbench is
    missing, too few or too many points are of interest, or no box is that dense.
    """
    import pandas as pd

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
            f"{count} of {len(values)} points lie {side} {threshold:g} already: a box of {density:.0%} would be "
            "everything; take another threshold, or a higher --density"
        )
    prim = _prim()
    given = points.reset_index(drop=True).drop(columns=list(_OWN_COLUMNS), errors="ignore")
    for name in given.columns:
        if pd.api.types.is_integer_dtype(given[name]):
            given[name] = given[name].astype(np.int64)
        elif pd.api.types.is_float_dtype(given[name]):
            given[name] = given[name].astype(np.float64)
        else:
            given[name] = given[name].astype(str).astype("category")
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
    import warnings

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
