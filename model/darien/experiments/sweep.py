"""Run a base scenario at many points of its parameters, some replicates each.

Replicate r has the same seed and number at every point, and with them the same migrants and luck: points are
paired. What is done is kept at once; the same sweep started again goes on where it was.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darien.experiments import model_lines
from darien.experiments.one_run import Columns, Job, Kept, Shared, columns_of, countries_of, point_of, work
from darien.experiments.pool import Failed, WorkerDied, run_all
from darien.experiments.run import Progress, warm_up
from darien.experiments.sweep_file import LoadedSweep, refuse_bad_points
from darien.experiments.sweep_store import SweepStore, check_folder
from darien.experiments.varying import Value, written
from darien.record import swept
from darien.record.swept import Swept, read_sweep
from darien.record.version import code_version, commit, package_versions
from darien.scenario import files
from darien.scenario.errors import UserMistake, listed

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

RUNS_IN_PART = 16  # are kept together: some seconds of work


def run_points(
    loaded: LoadedSweep,
    points: pd.DataFrame,
    folder: Path,
    *,
    workers: int = 1,
    on: Executor | None = None,
    replicates: int | None = None,
    progress: Progress | None = None,
) -> Swept:
    """Run every replicate of every point that ``folder`` does not have yet; returns all of them.

    ``points``: a row per point, a column per parameter of ``loaded``, values in the parameter's own units;
    rows are numbered from 0 in their order. ``replicates``: in place of the file's own. The same files for
    any number of workers, on this machine or ``on`` an executor, after any number of interruptions.

    Before anything runs this raises ScenarioError for points that the scenario refuses (all of them) and
    ResultError for a folder that cannot be written to. If runs fail, the others are kept and UserMistake
    (or :class:`~darien.experiments.pool.WorkerDied`) tells which.
    """
    count = loaded.sweep.replicates if replicates is None else replicates
    if count < 1:
        raise UserMistake(f"needs 1 replicate or more, got {count}")
    if loaded.draws is not None and count > len(loaded.draws.table):
        raise UserMistake(
            f"{loaded.sweep.fit}: has {len(loaded.draws.table)} draws, one for a replicate; "
            f"{count} were asked for"
        )
    values = plain(points, list(loaded.parameters))
    refuse_bad_points(loaded, values)
    check_folder(folder)
    columns = columns_of(loaded.base, warm_up(loaded.base).outcomes)  # compiles, so that no worker has to
    model_lines.must_be_outcomes(loaded.file, loaded.sweep.outcomes or (), list(columns.outcomes))
    shared = Shared(
        varying=loaded.varying,
        paths={name: one.paths for name, one in loaded.parameters.items()},
        columns=columns,
        series=loaded.sweep.series == "monthly",
        draws=loaded.draws,
    )
    with SweepStore(folder) as store:
        store.begin(
            _manifest(loaded, columns, count, values), _texts(loaded, points), _keys(loaded, values), count
        )
        blocks = list(_missing(len(values), count, store.done(shared.series)))
        keeper = _Keeper(loaded, store, shared.series, blocks, len(values) * count, progress)
        sealed = shared.sealed()
        jobs = [
            Job(sealed, point, tuple(values[point].items()), replicate)
            for point, replicate in itertools.chain.from_iterable(blocks)
        ]
        try:
            if jobs:
                run_all(work, jobs, workers, on=on, each=keeper.take, alike=point_of)
        except KeyboardInterrupt:
            keeper.keep_rest()
            raise
        store.finish()
    if keeper.failed:
        raise _failure(keeper.failed, values, len(values) * count, folder)
    return read_sweep(folder)


def plain(points: pd.DataFrame, names: Sequence[str]) -> list[dict[str, Value]]:
    """The rows of a table of points, as Python's own numbers, dates and words."""
    missing = [name for name in names if name not in points.columns]
    if missing:
        raise ValueError(f"the points have no column for {listed(missing)}")
    return [
        dict(zip(names, map(_plain, row), strict=True)) for row in points[list(names)].itertuples(index=False)
    ]


def _plain(value: Any) -> Value:
    if hasattr(value, "to_pydatetime"):
        return value.to_pydatetime().date()
    return value.item() if hasattr(value, "item") else value


def _missing(points: int, replicates: int, done: set[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """The runs to do, by what is kept together: replicates of a point, as many points as find room."""
    many = min(replicates, RUNS_IN_PART)
    few = RUNS_IN_PART // many
    for point, replicate in itertools.product(range(0, points, few), range(0, replicates, many)):
        block = itertools.product(
            range(point, min(point + few, points)), range(replicate, min(replicate + many, replicates))
        )
        runs = [run for run in block if run not in done]
        if runs:
            yield runs


def _keys(loaded: LoadedSweep, values: Sequence[Mapping[str, Value]]) -> list[str]:
    """What names the scenario of each point: the code, the base, all that is set in it, the draws."""
    draws = (
        None if loaded.draws is None else [loaded.draws.table.to_csv(), str(loaded.draws.about["history"])]
    )
    same = hashlib.sha256(json.dumps([code_version(), files.fingerprint(loaded.base), draws]).encode())
    keys = []
    for point in values:
        one = same.copy()
        one.update(
            json.dumps(
                {path: written(v) for path, v in loaded.set_at(point).items()}, sort_keys=True
            ).encode()
        )
        keys.append(one.hexdigest()[:32])
    return keys


@dataclass
class _Keeper:
    """Takes runs in as they come, and keeps them as soon as all of a block are there."""

    loaded: LoadedSweep
    store: SweepStore
    series: bool
    blocks: list[list[tuple[int, int]]]
    of: int
    progress: Progress | None
    failed: dict[tuple[int, int], Exception] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._run_of = list(itertools.chain.from_iterable(self.blocks))
        self._block_of = [n for n, block in enumerate(self.blocks) for _ in block]
        self._left = [len(block) for block in self.blocks]
        self._waiting: dict[int, list[Kept]] = {}
        self._done = self.of - len(self._run_of)
        self._tell()

    def take(self, index: int, result: Kept | Failed) -> None:
        block = self._block_of[index]
        if isinstance(result, Failed):
            self.failed[self._run_of[index]] = result.error
        else:
            self._waiting.setdefault(block, []).append(result)
        self._left[block] -= 1
        if not self._left[block] and block in self._waiting:
            self._keep(self._waiting.pop(block))
        self._done += 1
        self._tell()

    def keep_rest(self) -> None:
        """Keep what is done of blocks that are not."""
        while self._waiting:
            self._keep(self._waiting.popitem()[1])

    def _keep(self, runs: list[Kept]) -> None:
        self.store.keep(runs, series_table(runs, self.loaded) if self.series else None)

    def _tell(self) -> None:
        if self.progress is not None:
            self.progress(self._done, self.of)


def series_table(runs: Sequence[Kept], loaded: LoadedSweep) -> pa.Table:
    """The monthly counts of some runs, by point and replicate, as :meth:`Swept.series` gives them."""
    import numpy as np
    import pyarrow as pa

    from darien.actors.results import MEASURES

    runs = sorted(runs, key=lambda run: (run.point, run.replicate))
    sizes = [len(run.series) for run in runs]
    rows = np.concatenate([run.series for run in runs])
    first = loaded.base.period.start
    month = np.datetime64(first, "M") + rows["month"].astype(np.int64)
    dates = np.maximum(month.astype("datetime64[D]"), np.datetime64(first, "D")).astype("datetime64[ms]")
    where = [*countries_of(loaded.base), "route"]
    route = rows["where"] == len(where) - 1

    def words(codes: Any, known: Sequence[str]) -> pa.DictionaryArray:
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int16)), pa.array(list(known)))

    return pa.table(
        {
            "point": pa.array(np.repeat(np.array([run.point for run in runs], np.int32), sizes)),
            "replicate": pa.array(np.repeat(np.array([run.replicate for run in runs], np.int32), sizes)),
            "date": pa.array(dates),
            "where": words(rows["where"], where),
            "kind": words(route.astype(np.int16), ["country", "route"]),
            "group": words(np.zeros(len(rows)), [swept.EVERYONE]),
            "measure": words(rows["measure"], MEASURES),
            "persons": pa.array(rows["persons"].astype(np.int64)),
        }
    )


def _texts(loaded: LoadedSweep, points: pd.DataFrame) -> dict[str, str]:
    table = points[list(loaded.parameters)].reset_index(drop=True).rename_axis("point")
    return {
        swept.SWEEP: loaded.file.read_text(encoding="utf-8"),
        swept.BASE: files.to_yaml(loaded.base),
        swept.POINTS: table.to_csv(lineterminator="\n", date_format="%Y-%m-%d"),
    }


def _manifest(
    loaded: LoadedSweep, columns: Columns, replicates: int, values: Sequence[Mapping[str, Value]]
) -> dict[str, Any]:
    sweep = loaded.sweep
    return {
        "kind": swept.KIND,
        "format": swept.FORMAT,
        "title": sweep.title,
        "why": sweep.why,
        "base": sweep.base,
        "scenario": files.fingerprint(loaded.base),
        "seed": loaded.base.seed,
        "design": sweep.design,
        "points": len(values),
        "replicates": replicates,
        "fit": sweep.fit,
        "parameters": {
            name: {
                "paths": list(one.paths),
                "values": None if one.values is None else [_told_value(value) for value in one.values],
                "low": one.low,
                "high": one.high,
                "scale": one.scale,
            }
            for name, one in loaded.parameters.items()
        },
        "kinds": {name: _kind([point[name] for point in values]) for name in loaded.parameters},
        "outcomes": sweep.outcomes,
        "series": sweep.series,
        "columns": {
            "outcomes": dict(columns.outcomes),
            "places": list(columns.places),
            "legs": columns.legs,
            "always": [list(one) for one in columns.always],
        },
        "code": code_version(),
        "commit": commit(),
        "versions": package_versions(),
    }


def _told_value(value: Value) -> float | int | str | bool:
    return value if isinstance(value, (bool, int, float)) else written(value)


def _kind(values: Sequence[Value]) -> str:
    """What a column of points.csv holds."""
    kinds = {type(value) for value in values}
    if kinds <= {int, float}:
        return "whole" if kinds == {int} else "number"
    return "date" if kinds == {dt.date} else "text"


def _failure(
    failed: Mapping[tuple[int, int], Exception], values: Sequence[Mapping[str, Value]], of: int, folder: Path
) -> Exception:
    (point, replicate), error = min(failed.items(), key=lambda one: one[0])
    at = ", ".join(f"{name}={written(value)}" for name, value in values[point].items())
    said = (
        f"{len(failed):,} of {of:,} runs failed; the first is point {point} ({at}), replicate {replicate}: "
        f"{str(error) or type(error).__name__}\n{folder}: has the others; "
        "the same command tries those that failed again"
    )
    died = all(isinstance(error, WorkerDied) for error in failed.values())
    return WorkerDied(said) if died else UserMistake(said)
