"""The store on disk: what one run of the command leaves in its folder.

``manifest.json`` says what was run by which code; ``scenario.yaml`` is the resolved scenario;
``counts.parquet`` (replicate, date, where, kind, group, measure, persons), ``outcomes.csv``
(replicate, outcome, place, group, value, unit) and ``capacities.csv`` (replicate, date, centre, place,
country, beds, limit_days) are the results, ``journeys.parquet`` (one row per migrant) where it was asked for.
The values depend on scenario, seed and code alone: not on workers, and not on the order of ``runs``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darien.record.run import CAPACITY_COLUMNS, COUNT_COLUMNS, OUTCOME_COLUMNS, Run
from darien.record.version import code_version, commit, package_versions
from darien.record.whole import MANIFEST, ResultError, check_target, read_manifest, whole_folder, write_json
from darien.scenario import files

if TYPE_CHECKING:
    import pyarrow as pa
    from pandas import DataFrame

    from darien.scenario.schema import Scenario

FORMAT = 2
KIND = "run"
COUNTS, OUTCOMES, CAPACITIES = "counts.parquet", "outcomes.csv", "capacities.csv"
SCENARIO, JOURNEYS = "scenario.yaml", "journeys.parquet"
OWN = (MANIFEST, SCENARIO, COUNTS, OUTCOMES, CAPACITIES, JOURNEYS, "figures", "report.html")
_TEXT = ("where", "kind", "group", "measure")


@dataclass(frozen=True)
class Results:
    """What :func:`read` found: the frames of :class:`~darien.record.run.Run`, with ``replicate`` in front."""

    folder: Path
    manifest: dict[str, Any]
    counts: DataFrame
    outcomes: DataFrame
    capacities: DataFrame
    journeys: DataFrame | None
    scenario: Scenario  # that was run

    @property
    def replicates(self) -> list[int]:
        return list(self.manifest["replicates"])


def check(folder: str | Path) -> None:
    """Refuse early a folder that :func:`write` could not write to. Raises :class:`ResultError`."""
    check_target(Path(folder), OWN)


def write(
    folder: str | Path,
    scenario: Scenario,
    runs: Sequence[Run],
    *,
    wall_seconds: float,
    workers: int = 1,
    fit: Mapping[str, Any] | None = None,
) -> Path:
    """Write replicates of one scenario to ``folder``, whole or not at all; returns the folder.

    ``fit``: what the manifest says of the fit from which the replicates have their draws.
    ``wall_seconds`` is the time of all replicates together, as the user waited for it. Journeys are
    written if the runs carry them. Raises :class:`ResultError` if ``folder`` holds something else than
    a result of darien, or cannot be written; ValueError if the runs do not belong together.
    """
    runs = sorted(runs, key=lambda run: run.replicate)
    _belong_together(runs)
    with whole_folder(Path(folder), OWN) as aside:
        (aside / SCENARIO).write_text(files.to_yaml(scenario), encoding="utf-8")
        _write_counts(aside / COUNTS, runs)
        _write_csv(aside / OUTCOMES, _stacked([run.outcomes for run in runs], runs, OUTCOME_COLUMNS))
        _write_csv(aside / CAPACITIES, _stacked([run.capacities for run in runs], runs, CAPACITY_COLUMNS))
        if runs[0].journeys is not None:
            _write_journeys(aside / JOURNEYS, runs)
        write_json(aside / MANIFEST, _manifest(scenario, runs, wall_seconds, workers, fit))
    return Path(folder)


def read(folder: str | Path, scenario: Scenario | None = None) -> Results:
    """Read back what :func:`write` wrote. Raises :class:`ResultError` if it is not whole.

    ``scenario``: the one that was written, where it is at hand, to spare the reading of it.
    """
    import pandas as pd

    folder = Path(folder)
    manifest = read_manifest(folder, KIND, FORMAT)
    texts = {"keep_default_na": False, "na_values": {"value": [""]}}
    try:
        journeys = folder / JOURNEYS
        return Results(
            folder=folder,
            manifest=manifest,
            counts=pd.read_parquet(folder / COUNTS),
            outcomes=pd.read_csv(folder / OUTCOMES, **texts),
            capacities=pd.read_csv(folder / CAPACITIES, parse_dates=["date"]),
            journeys=pd.read_parquet(journeys) if journeys.exists() else None,
            scenario=scenario or files.load(folder / SCENARIO),
        )
    except (OSError, ValueError) as error:
        raise ResultError(f"{folder}: cannot read results: {error}") from error


def together(scenario: Scenario, runs: Sequence[Run], about: Mapping[str, Any] | None = None) -> Results:
    """What :func:`read` would find had the replicates been written; no folder is.

    ``about``: what is said of the fit from which they have their draws. Raises ValueError if the runs do
    not belong together.
    """
    runs = sorted(runs, key=lambda run: run.replicate)
    _belong_together(runs)
    journeys = [run.journeys for run in runs if run.journeys is not None]
    return Results(
        folder=Path(),
        manifest=_manifest(scenario, runs, sum(run.seconds for run in runs), 1, about),
        counts=_stacked([run.counts for run in runs], runs, COUNT_COLUMNS),
        outcomes=_stacked([run.outcomes for run in runs], runs, OUTCOME_COLUMNS),
        capacities=_stacked([run.capacities for run in runs], runs, CAPACITY_COLUMNS),
        journeys=_stacked(journeys, runs, list(journeys[0].columns)) if journeys else None,
        scenario=scenario,
    )


def _belong_together(runs: Sequence[Run]) -> None:
    if not runs:
        raise ValueError("there are no runs to write")
    if len({run.seed for run in runs}) > 1:
        raise ValueError("the runs have different seeds: replicates of one scenario share its seed")
    if len({run.replicate for run in runs}) < len(runs):
        raise ValueError("two runs have the same replicate number")
    if len({run.journeys is None for run in runs}) > 1:
        raise ValueError("some of the runs carry journeys and some do not")


def _manifest(
    scenario: Scenario, runs: Sequence[Run], wall_seconds: float, workers: int, fit: Mapping[str, Any] | None
) -> dict[str, Any]:
    return {
        "kind": KIND,
        "format": FORMAT,
        "title": scenario.title,
        "scenario": files.fingerprint(scenario),
        "seed": runs[0].seed,
        "replicates": [run.replicate for run in runs],
        "fit": None if fit is None else dict(fit),
        "code": code_version(),
        "commit": commit(),
        "versions": package_versions(),
        "wall_seconds": round(wall_seconds, 3),
        "workers": workers,
        "simulated_seconds": [round(run.seconds, 3) for run in runs],
        "events": [run.events for run in runs],
        "migrants": [run.migrants for run in runs],
    }


def _stacked(frames: Sequence[DataFrame], runs: Sequence[Run], columns: Sequence[str]) -> DataFrame:
    """The frames under each other, with the number of the replicate in front."""
    import pandas as pd

    parts = []
    for frame, run in zip(frames, runs, strict=True):
        part = frame.loc[:, list(columns)].copy()
        part.insert(0, "replicate", run.replicate)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _write_csv(path: Path, frame: DataFrame) -> None:
    frame.to_csv(path, index=False, lineterminator="\n", date_format="%Y-%m-%d")


def _write_counts(path: Path, runs: Sequence[Run]) -> None:
    """One row group per replicate, so that memory holds one replicate's copy at a time."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = {text: pd.CategoricalDtype(sorted(_names(runs, text))) for text in _TEXT}
    writer: pq.ParquetWriter | None = None
    try:
        for run in runs:
            table = _counts_table(run, names, pa)
            writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table, row_group_size=max(1, table.num_rows))
    finally:
        if writer is not None:
            writer.close()


def _names(runs: Sequence[Run], column: str) -> set[str]:
    return {str(name) for run in runs for name in run.counts[column].unique()}


def _counts_table(run: Run, names: dict[str, Any], pa: Any) -> pa.Table:
    frame = run.counts.loc[run.counts["persons"] != 0, list(COUNT_COLUMNS)]
    frame = frame.astype({**names, "date": "datetime64[ms]", "persons": "int64"})
    frame = frame.sort_values(["date", *_TEXT], kind="stable")
    frame.insert(0, "replicate", run.replicate)
    frame = frame.astype({"replicate": "int32"})
    return pa.Table.from_pandas(frame, preserve_index=False)


def _write_journeys(path: Path, runs: Sequence[Run]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    frames = [run.journeys for run in runs if run.journeys is not None]
    table = pa.Table.from_pandas(
        _stacked(frames, runs, list(frames[0].columns)).astype({"replicate": "int32"}), preserve_index=False
    )
    pq.write_table(table, path, compression="zstd")
