"""The folder that a sweep leaves: what its files are called, and how they are read back.

``manifest.json`` says what was swept by which code, ``sweep.yaml`` is the sweep as it was written and
``scenarios/base.yaml`` the resolved base. ``points.csv`` has a row per point, a column per parameter.
``runs.sqlite`` has a row per run with its outcomes packed, and ``series/`` the monthly counts of some runs a
file. ``table.parquet`` and ``table.csv`` are the tidy table: point, replicate, the parameters, outcome,
place, group, unit, value. Runs of other code or another scenario may stand beside them until they are
pruned.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from darien.record.whole import MANIFEST, ResultError, read_manifest
from darien.scenario import files

if TYPE_CHECKING:
    from pandas import DataFrame, Series

    from darien.scenario.schema import Scenario

KIND, FORMAT = "sweep", 1
SWEEP, BASE, POINTS, RUNS, SERIES = "sweep.yaml", "scenarios/base.yaml", "points.csv", "runs.sqlite", "series"
TABLE, TABLE_CSV, LOCK = "table.parquet", "table.csv", "lock"
OWN = (
    *(MANIFEST, SWEEP, "scenarios", POINTS, RUNS, f"{RUNS}-*", SERIES, TABLE, TABLE_CSV, LOCK, "figures"),
    *("report.html", "*.aside"),
)
EVERYONE = "all"  # the group: all together
PACKED = np.dtype([("column", "<u4"), ("value", "<f8")])  # an outcome of a run: which one, and how much
RUNS_AT_ONCE = 5000  # unpacked together when the table is written
# ``current``: those of the present points, and of as many replicates as were asked for last.
SCHEMA = """
CREATE TABLE IF NOT EXISTS run (id INTEGER PRIMARY KEY, scenario TEXT NOT NULL, point INTEGER NOT NULL,
  replicate INTEGER NOT NULL, migrants INTEGER, events INTEGER, seconds REAL, part TEXT,
  UNIQUE (scenario, point, replicate));
CREATE TABLE IF NOT EXISTS outcome (run INTEGER PRIMARY KEY, packed BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS part (name TEXT PRIMARY KEY, bytes INTEGER NOT NULL, runs INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS point (point INTEGER PRIMARY KEY, scenario TEXT NOT NULL,
  replicates INTEGER NOT NULL);
CREATE VIEW IF NOT EXISTS current AS SELECT run.* FROM run JOIN point USING (scenario, point)
  WHERE run.replicate < point.replicates;
"""


def unpack(packed: bytes) -> npt.NDArray[np.void]:
    """The outcomes of a run that are not zero: records of :data:`PACKED`, by column."""
    return np.frombuffer(zlib.decompress(packed), dtype=PACKED)


@dataclass(frozen=True)
class Swept:
    """A sweep that was run, or part of one; its tables are read when they are asked for."""

    folder: Path
    manifest: dict[str, Any]

    def __repr__(self) -> str:
        runs, of = len(self.runs), len(self.points) * self.manifest["replicates"]
        return f"Swept({str(self.folder)!r}: {self.manifest['title']}; {runs:,} of {of:,} runs)"

    @property
    def parameters(self) -> dict[str, dict[str, Any]]:
        """By name: ``paths``, ``values`` (or None), ``low``, ``high``, ``scale``."""
        return dict(self.manifest["parameters"])

    @property
    def scenario(self) -> Scenario:
        """The resolved base."""
        return files.load(self.folder / BASE)

    @cached_property
    def points(self) -> DataFrame:
        """Index ``point``; a column per parameter, dates as datetime64."""
        import pandas as pd

        try:
            found = pd.read_csv(self.folder / POINTS, dtype=str, keep_default_na=False)
        except (OSError, ValueError) as error:
            raise ResultError(f"{self.folder}: cannot read results: {error}") from error
        made = {name: _column(found[name], kind) for name, kind in self.manifest["kinds"].items()}
        return pd.DataFrame(made).set_axis(found["point"].astype("int64"))

    @cached_property
    def runs(self) -> DataFrame:
        """A row per run that is kept, by point and replicate: ``migrants``, ``events``, ``seconds``."""
        import pandas as pd

        with self._store() as store:
            return pd.read_sql_query(
                "SELECT point, replicate, migrants, events, seconds FROM current ORDER BY point, replicate",
                store,
            )

    @property
    def complete(self) -> bool:
        """Whether every replicate of every point is there."""
        return len(self.runs) == len(self.points) * int(self.manifest["replicates"])

    @cached_property
    def table(self) -> DataFrame:
        """Tidy: ``point``, ``replicate``, a column per parameter, ``outcome``, ``place`` ('' the whole
        route, else a country, a detention centre or a leg), ``group``, ``unit``, ``value``.

        What no run counted in a country has no rows there; where some runs did, it is 0 in the others.
        """
        import pandas as pd

        return pd.concat(list(self.blocks()), ignore_index=True)

    def of(self, outcome: str, place: str = "", group: str = EVERYONE) -> DataFrame:
        """One outcome: a row per point, a column per replicate. Raises KeyError where there is none."""
        rows = self.table
        rows = rows[(rows["outcome"] == outcome) & (rows["place"] == place) & (rows["group"] == group)]
        if rows.empty:
            raise KeyError(f"no outcome {outcome} at {place or 'the whole route'} of group {group}")
        return rows.pivot(index="point", columns="replicate", values="value")

    def series(self, measures: Sequence[str] | None = None, where: Sequence[str] | None = None) -> DataFrame:
        """Monthly counts: ``point``, ``replicate``, ``date``, ``where`` (a country, or ``route`` for those
        who left the map), ``kind``, ``group``, ``measure``, ``persons``; zeros are left out.

        Only some ``measures`` or countries are read from disk where they are given. Raises
        :class:`~darien.record.whole.ResultError` where the sweep kept no series.
        """
        import pandas as pd
        import pyarrow.dataset as ds

        with self._store() as store:
            parts = store.execute(
                "SELECT name, part.runs, COUNT(*) FROM part JOIN current ON current.part = name "
                "GROUP BY name ORDER BY name"
            ).fetchall()
            if not parts:
                raise ResultError(f"{self.folder}: has no series (the sweep file says `series: none`?)")
            # Some runs of these are not of the sweep any more; they may be in another part, done again.
            mixed = {
                name: store.execute("SELECT point, replicate FROM current WHERE part = ?", (name,)).fetchall()
                for name, held, current in parts
                if current < held
            }
        wanted = None
        for column, names in (("measure", measures), ("where", where)):
            if names is not None:
                one = ds.field(column).isin(list(names))
                wanted = one if wanted is None else wanted & one

        def read(names: Sequence[str]) -> DataFrame:
            used = [str(self.folder / SERIES / name) for name in names]
            return ds.dataset(used, format="parquet").to_table(filter=wanted).to_pandas()

        whole = [name for name, *_ in parts if name not in mixed]
        try:
            frames = [read(whole)] if whole else []
            for name, runs in mixed.items():
                frame = read([name])
                frames.append(frame[pd.MultiIndex.from_frame(frame[["point", "replicate"]]).isin(runs)])
        except (OSError, ValueError) as error:
            raise ResultError(f"{self.folder}: cannot read series: {error}") from error
        found = pd.concat(frames, ignore_index=True)
        order = ["point", "replicate", "date", "where", "measure"]
        return found.sort_values(order, kind="stable", ignore_index=True)

    def blocks(self) -> Iterator[DataFrame]:
        """:attr:`table` in pieces of whole points, in order."""
        columns = self._columns()
        with self._store() as store:
            rows = store.execute(
                "SELECT point, replicate, packed FROM current JOIN outcome ON outcome.run = current.id "
                "ORDER BY point, replicate"
            )
            while some := rows.fetchmany(RUNS_AT_ONCE):
                yield self._tidy(some, columns)

    def _columns(self) -> list[int]:
        """Which outcomes are told: those asked for (else all but those of legs), where any run had them."""
        said, asked = self.manifest["columns"], self.manifest["outcomes"]
        names, places = list(said["outcomes"]), said["places"]
        seen = np.zeros((len(names), len(places)), dtype=bool)
        with self._store() as store:
            for (packed,) in store.execute(
                "SELECT packed FROM current JOIN outcome ON outcome.run = current.id"
            ):
                seen.reshape(-1)[unpack(packed)["column"]] = True
        for outcome, place in said["always"]:
            seen[names.index(outcome), places.index(place)] = True
        if asked is None:
            seen[:, len(places) - said["legs"] :] = False
        else:
            seen[[name not in asked for name in names]] = False
        return [int(column) for column in seen.reshape(-1).nonzero()[0]]

    def _tidy(self, rows: list[tuple[int, int, bytes]], columns: list[int]) -> DataFrame:
        import pandas as pd

        values = np.zeros((len(rows), len(columns)))
        place_of = np.full(max(columns, default=0) + 1, -1)
        place_of[columns] = np.arange(len(columns))
        for n, (_, _, packed) in enumerate(rows):
            found = unpack(packed)
            found = found[found["column"] < len(place_of)]
            at = place_of[found["column"]]
            values[n, at[at >= 0]] = found["value"][at >= 0]
        names, places = self.manifest["columns"]["outcomes"], self.manifest["columns"]["places"]
        outcome, place = np.divmod(np.array(columns, dtype=np.int64), len(places))
        points = np.array([row[0] for row in rows], dtype=np.int32)
        each = len(columns)
        made: dict[str, Any] = {
            "point": np.repeat(points, each),
            "replicate": np.repeat(np.array([row[1] for row in rows], dtype=np.int32), each),
        }
        for name, column in self.points.loc[points].items():
            made[str(name)] = column.repeat(each).to_numpy()
        units = sorted(set(names.values()))
        unit = np.array([units.index(unit) for unit in names.values()])

        def words(codes: npt.NDArray[np.int64], known: Sequence[str]) -> Any:
            return pd.Categorical.from_codes(np.tile(codes, len(rows)), list(known))

        made["outcome"] = words(outcome, list(names))
        made["place"] = words(place, places)
        made["group"] = words(np.zeros(each, dtype=np.int64), [EVERYONE])
        made["unit"] = words(unit[outcome] if each else outcome, units)
        made["value"] = values.ravel()
        return pd.DataFrame(made)

    def _store(self) -> closing[sqlite3.Connection]:
        path = self.folder / RUNS
        if not path.is_file():
            raise ResultError(f"{self.folder}: has no {RUNS}: nothing was run")
        return closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=60))


def _column(texts: Series, kind: str) -> Any:
    """A parameter's values, to the last digit as they were written."""
    import pandas as pd

    if kind == "whole":
        return [int(text) for text in texts]
    if kind == "number":
        return [float(text) for text in texts]
    return pd.DatetimeIndex(texts).as_unit("us") if kind == "date" else list(texts)


def read_sweep(folder: str | Path) -> Swept:
    """What a sweep left, whole or as far as it came. Raises ResultError where there is none."""
    return Swept(Path(folder), read_manifest(Path(folder), KIND, FORMAT))
