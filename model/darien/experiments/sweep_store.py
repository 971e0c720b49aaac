"""What a sweep writes, while it runs: runs as they are done, and in the end the table.

A run counts when its row is there, and its row is written after the file that holds its series. Whoever is
killed leaves at most a file that no row names. Two sweeps cannot write to one folder: a lock that the system
takes back when its process ends.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO

from darien.experiments.one_run import Kept
from darien.record import swept
from darien.record.whole import MANIFEST, ResultError, read_manifest, write_json

if TYPE_CHECKING:
    import pyarrow as pa

Run = tuple[int, int]  # point and replicate
_PART = re.compile(r"part-\d{6,}-\d{5,}-[0-9a-f]{12}\.parquet")
_STALE = "id NOT IN (SELECT id FROM current)"


class SweepStore:
    """A sweep's folder, for the one process that writes to it; use it as a context.

    Entering raises :class:`~darien.record.whole.ResultError` where the folder holds something else, another
    process writes to it, or the system refuses.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock: BinaryIO | None = None

    def __enter__(self) -> SweepStore:
        check_folder(self.folder)
        with told(self.folder):
            (self.folder / swept.SERIES).mkdir(parents=True, exist_ok=True)
            self._lock = _locked(self.folder)
            try:
                self._open()
            except BaseException:
                self._lock.close()
                raise
        return self

    def _open(self) -> None:
        self._rows = sqlite3.connect(self.folder / swept.RUNS, timeout=60, isolation_level=None)
        self._rows.execute("PRAGMA journal_mode = WAL")
        self._rows.execute("PRAGMA synchronous = FULL")
        self._rows.executescript(swept.SCHEMA)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._rows.execute(
                "PRAGMA journal_mode = DELETE"
            )  # one plain file, which a read-only disk may hold
        except sqlite3.Error:
            pass  # the disk is full: what is in the log is safe there
        finally:
            self._rows.close()
            if self._lock is not None:
                self._lock.close()

    def begin(
        self, manifest: Mapping[str, Any], texts: Mapping[str, str], keys: Sequence[str], replicates: int
    ) -> None:
        """Say what is swept. ``texts``: other files by name; ``keys``: name the scenario of each point."""
        with told(self.folder):
            for name, text in texts.items():
                (self.folder / name).parent.mkdir(exist_ok=True)
                write_aside(self.folder / name, text.encode())
            _manifest_aside(self.folder, manifest)
            with self._transaction():
                self._rows.execute("DELETE FROM point")
                self._rows.executemany(
                    "INSERT INTO point VALUES (?, ?, ?)",
                    ((point, key, replicates) for point, key in enumerate(keys)),
                )
        self._keys = keys

    def done(self, series: bool) -> set[Run]:
        """The runs that are there; those whose series are wanted and lost are struck out, with a note."""
        with told(self.folder):
            lost = [
                name
                for name, size in self._rows.execute("SELECT name, bytes FROM part").fetchall()
                if not _has(self.folder / swept.SERIES / name, size)
            ]
            with self._transaction():
                for name in lost:
                    (count,) = self._rows.execute(
                        "SELECT COUNT(*) FROM run WHERE part = ?", (name,)
                    ).fetchone()
                    self._strike("part = ?", (name,))
                    self._rows.execute("DELETE FROM part WHERE name = ?", (name,))
                    print(
                        f"note: {self.folder / swept.SERIES / name}: is missing or cut short; "
                        f"its {count} runs are done again",
                        file=sys.stderr,
                    )
                if series:
                    self._strike("part IS NULL AND id IN (SELECT id FROM current)", ())
            return set(self._rows.execute("SELECT point, replicate FROM current"))

    def keep(self, runs: Sequence[Kept], series: pa.Table | None) -> None:
        """Keep some runs: all of them, or none."""
        runs = sorted(runs, key=lambda run: (run.point, run.replicate))
        with told(self.folder):
            part = None
            if series is not None:
                part = self._part_of(runs)
                data = _parquet(series)
                write_aside(self.folder / swept.SERIES / part, data)
            with self._transaction():
                if part is not None:
                    self._rows.execute(
                        "INSERT OR REPLACE INTO part VALUES (?, ?, ?)", (part, len(data), len(runs))
                    )
                for run in runs:
                    row = self._rows.execute(
                        "INSERT INTO run VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)",
                        (
                            *(self._keys[run.point], run.point, run.replicate),
                            *(run.migrants, run.events, run.seconds, part),
                        ),
                    )
                    self._rows.execute("INSERT INTO outcome VALUES (?, ?)", (row.lastrowid, run.outcomes))

    def finish(self) -> None:
        """Write the tidy table, as Parquet and as CSV."""
        found = swept.read_sweep(self.folder)
        with told(self.folder):
            for name in (swept.TABLE, swept.TABLE_CSV):
                write_table(found, self.folder / name)

    def prune(self) -> tuple[int, list[Path]]:
        """Strike out runs that are not of the sweep as it was last started.

        Returns how many they were, and the files that no run needs, which are for the caller to remove.
        """
        with told(self.folder):
            with self._transaction():
                (gone,) = self._rows.execute(f"SELECT COUNT(*) FROM run WHERE {_STALE}").fetchone()
                self._strike(_STALE, ())
                self._rows.execute(
                    "DELETE FROM part WHERE name NOT IN (SELECT part FROM run WHERE part NOT NULL)"
                )
                named = {name for (name,) in self._rows.execute("SELECT name FROM part")}
            parts = sorted((self.folder / swept.SERIES).iterdir())
            unneeded = [p for p in parts if _PART.fullmatch(p.name) and p.name not in named]
            unneeded += sorted(self.folder.rglob("*.aside"))
            return gone, unneeded

    def shrink(self) -> None:
        """Give the room of rows that are gone back to the disk."""
        with told(self.folder):
            self._rows.execute("VACUUM")

    def _part_of(self, runs: Sequence[Kept]) -> str:
        """A name that no other set of runs has, in the order of the points."""
        said = repr([(self._keys[run.point], run.point, run.replicate) for run in runs])
        name = hashlib.sha256(said.encode()).hexdigest()[:12]
        return f"part-{runs[0].point:06d}-{runs[0].replicate:05d}-{name}.parquet"

    def _strike(self, which: str, values: tuple[Any, ...]) -> None:
        self._rows.execute(f"DELETE FROM outcome WHERE run IN (SELECT id FROM run WHERE {which})", values)
        self._rows.execute(f"DELETE FROM run WHERE {which}", values)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._rows.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._rows.in_transaction:  # a full disk may have ended it already
                self._rows.execute("ROLLBACK")
            raise
        self._rows.execute("COMMIT")


def check_folder(folder: Path) -> None:
    """Refuse, before anything is run, a folder that a sweep cannot be written to. Raises ResultError."""
    if folder.exists() and not folder.is_dir():
        raise ResultError(f"{folder}: is a file, results need a folder")
    standing = folder.resolve()
    while not standing.exists():
        standing = standing.parent
    if not standing.is_dir():
        raise ResultError(f"{folder}: {standing} is a file, not a folder")
    if not os.access(standing, os.W_OK | os.X_OK):
        raise ResultError(f"{folder}: {standing} cannot be written to")
    found = os.listdir(folder) if folder.is_dir() else []
    if MANIFEST in found:
        read_manifest(folder, swept.KIND, swept.FORMAT)
    elif any(not any(fnmatch(name, own) for own in swept.OWN) for name in found):
        raise ResultError(f"{folder}: exists and is not a result of darien: choose another folder")


@contextmanager
def told(folder: Path) -> Iterator[None]:
    """What the system refuses becomes one message. Raises ResultError."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise ResultError(
            f"{folder}: cannot write results: {said}; what was finished is kept, run it again to go on"
        ) from error


def write_aside(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, and see to it that it stays."""
    aside = _aside(path)
    try:
        with open(aside, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def write_table(found: swept.Swept, path: Path) -> None:
    """Write the tidy table of a sweep to a file, ``.parquet`` or ``.csv``, whole or not at all."""
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet as pq

    aside = _aside(path)
    writer: Any = None
    try:
        with open(aside, "wb") as file:
            for block in found.blocks():
                table = plain_dates(pa.Table.from_pandas(block, preserve_index=False), found)
                if writer is None and path.suffix == ".csv":
                    writer = pyarrow.csv.CSVWriter(file, table.schema)
                elif writer is None:
                    writer = pq.ParquetWriter(file, table.schema, compression="zstd")
                writer.write_table(table)
            if writer is not None:
                writer.close()
        if writer is not None:  # nothing is there to write where every run failed
            aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def plain_dates(table: pa.Table, found: swept.Swept) -> pa.Table:
    """Dates of parameters as dates, without a time of day."""
    import pyarrow as pa

    for name, kind in found.manifest["kinds"].items():
        if kind == "date":
            at = table.column_names.index(name)
            table = table.set_column(at, name, table.column(at).cast(pa.date32()))
    return table


def _aside(path: Path) -> Path:
    return path.with_name(f"{path.name}.aside")


def _manifest_aside(folder: Path, manifest: Mapping[str, Any]) -> None:
    aside = _aside(folder / MANIFEST)
    write_json(aside, dict(manifest))
    aside.replace(folder / MANIFEST)


def _has(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False


def _parquet(table: pa.Table) -> bytes:
    import pyarrow.parquet as pq

    data = io.BytesIO()
    pq.write_table(table, data, compression="zstd")
    return data.getvalue()


def _locked(folder: Path) -> BinaryIO:
    """The lock of a folder, held until the file is closed or the process ends. Raises ResultError."""
    file = open(folder / swept.LOCK, "ab")  # noqa: SIM115  # held open: that is the lock
    try:
        try:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ModuleNotFoundError:  # Windows
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
    except OSError as error:
        file.close()
        raise ResultError(
            f"{folder}: another sweep is writing there: wait for it, stop it, or choose another folder"
        ) from error
    return file
