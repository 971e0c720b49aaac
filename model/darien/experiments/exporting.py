"""Results in one file: the table as CSV or Parquet, or all that it takes to do it again as a zip."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from darien.experiments.discovery import export_ema
from darien.experiments.results import Result, result_in
from darien.experiments.sweep_store import write_aside, write_table
from darien.record import compared, swept
from darien.record import store as runs
from darien.record.whole import MANIFEST, ResultError
from darien.scenario.errors import UserMistake

SUFFIXES = (".csv", ".parquet", ".zip", ".tar.gz")
CONSTRAINTS, REPRODUCE = "constraints.txt", "reproduce.txt"
_TABLES = {"run": runs.OUTCOMES, "comparison": compared.TABLE}
_LEFT_OUT = (swept.RUNS, swept.LOCK, "figures", swept.SERIES)  # made again, or too large
_WHEN = (1980, 1, 1, 0, 0, 0)  # in the zip: the same content gives the same bytes


def export(folder: Path, to: Path) -> Path:
    """Write a result to a file by its suffix, whole or not at all; returns the file.

    ``.csv`` and ``.parquet``: the tidy table. ``.zip``: manifest, scenarios, the sweep file, tables and the
    versions of what it ran on; the same bytes for the same result. ``.tar.gz``: a sweep as the EMA workbench
    loads it. Raises UserMistake or ResultError.
    """
    result = result_in(folder)
    if not to.name.endswith(SUFFIXES):
        raise UserMistake(f"--to {to}: ends in none of {', '.join(SUFFIXES)}")
    if not to.parent.is_dir():
        raise UserMistake(f"--to {to}: there is no folder {to.parent}")
    try:
        if to.suffix == ".zip":
            write_aside(to, zipped(result))
        elif to.suffix == ".gz":
            if result.kind != "sweep":
                raise UserMistake(f"{folder}: is a {result.kind}: the EMA workbench takes sweeps")
            export_ema(swept.read_sweep(folder), to)
        elif result.kind == "sweep":
            write_table(swept.read_sweep(folder), to)
        else:
            write_aside(to, _table(result, to.suffix))
    except OSError as error:
        raise ResultError(f"{to}: cannot be written: {error.strerror or error}") from error
    return to


def _table(result: Result, suffix: str) -> bytes:
    import pandas as pd

    if result.kind not in _TABLES:
        raise UserMistake(f"{result.folder}: is a {result.kind}, which has no one table: export it as a .zip")
    path = result.folder / _TABLES[result.kind]
    if suffix == ".csv":
        return path.read_bytes()
    data = io.BytesIO()
    pd.read_csv(path, keep_default_na=False, na_values={"value": [""]}).to_parquet(data, index=False)
    return data.getvalue()


def zipped(result: Result) -> bytes:
    """All that it takes to do a result again, as the bytes of a zip."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(_contents(result)):
            entry = zipfile.ZipInfo(name, _WHEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return data.getvalue()


def _contents(result: Result) -> Iterator[tuple[str, bytes]]:
    for path in result.files:
        name = path.relative_to(result.folder)
        if name.parts[0] not in _LEFT_OUT and not name.match(f"{swept.RUNS}-*") and path.suffix != ".aside":
            yield name.as_posix(), path.read_bytes()
    versions = {name: said for name, said in result.manifest["versions"].items() if name != "python"}
    pins = "".join(f"{name}=={said}\n" for name, said in versions.items() if name != "darien")
    yield CONSTRAINTS, f"# Python {result.manifest['versions']['python']}\n{pins}".encode()
    base = _base_name(result)
    if base is not None:
        yield base, (result.folder / swept.BASE).read_bytes()
    yield REPRODUCE, _reproduce(result, base).encode()


def _base_name(result: Result) -> str | None:
    """Where a sweep looks for its base first: beside itself, so that the resolved one is found there."""
    if result.kind != "sweep":
        return None
    name = PurePosixPath(str(result.manifest["base"]))
    if name.is_absolute() or ".." in name.parts:
        return None
    return str(name) if name.suffix in (".yaml", ".yml") else f"{name}.yaml"


def _reproduce(result: Result, base: str | None) -> str:
    manifest: dict[str, Any] = result.manifest
    version, at = manifest["versions"]["darien"], manifest["commit"] or "unknown"
    made = f"Made by darien {version}, commit {at}, code {manifest['code']}."
    lines = [result.title, made, "", f"pip install -c {CONSTRAINTS} darien"]
    if result.kind == "sweep":
        if base is None:
            lines.append(f"In {swept.SWEEP} write `base: {swept.BASE}`.")
        lines.append(f"darien sweep {swept.SWEEP} --replicates {manifest['replicates']} --out again")
    elif result.kind == "run":
        replicates = len(manifest["replicates"])
        lines.append(f"darien run {runs.SCENARIO} --replicates {replicates} --out again")
    lines.append(f"{MANIFEST} has the hashes of code and scenario, by which equal results are known.")
    return "\n".join(lines) + "\n"
