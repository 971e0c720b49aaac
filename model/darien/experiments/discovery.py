"""A sweep as the EMA workbench reads it, for scenario discovery: which unknowns make an option fail."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from darien.experiments.named import every_outcome
from darien.experiments.sweep_store import write_aside
from darien.scenario.errors import UserMistake

if TYPE_CHECKING:
    import pandas as pd

    from darien.record.swept import Swept

Floats = npt.NDArray[np.float64]
ARCHIVE_VERSION = 0.1  # of the workbench's archive of results


def to_ema(swept: Swept) -> tuple[pd.DataFrame, dict[str, Floats]]:
    """A sweep as the EMA workbench has its experiments and outcomes.

    The experiments have a row per point: its parameters, then ``scenario`` (the point's number), ``policy``
    and ``model``. The outcomes have two arrays each: under the outcome's name the mean over replicates
    (points,), and under its name and ``_replicates`` every replicate's own (points, replicates). An outcome
    of a place is named ``apprehended_PAN``. Dates are days since 1970.
    """
    experiments = in_numbers(swept.points)
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


def in_numbers(points: pd.DataFrame) -> pd.DataFrame:
    """Points with all numbers as float64, dates as days since 1970, words as categories.

    Whole numbers too: the workbench puts limits between them, which its tables of integers refuse.
    """
    import pandas as pd

    found = points.reset_index(drop=True)
    for name in found.columns:
        column = found[name]
        if pd.api.types.is_datetime64_any_dtype(column):
            found[name] = column.to_numpy(dtype="datetime64[D]").astype(np.float64)
        elif pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
            found[name] = column.astype(str).astype("category")
        else:
            found[name] = column.astype(np.float64)
    return found


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
    packed = io.BytesIO()
    with gzip.GzipFile("", "wb", 6, packed, mtime=0) as stream:
        _pack(stream, members)
    try:
        write_aside(file, packed.getvalue())
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
