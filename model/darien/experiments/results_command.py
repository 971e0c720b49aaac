"""``darien results``: list, show, prune and export what stands in result folders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="List, show, prune and export results.", no_args_is_help=True, rich_markup_mode=None)
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A result folder.")]


@app.command(name="list")
def list_(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where to look.")] = Path("results"),
) -> None:
    """List the results in a folder: kind, runs, size, age, whether the code is still the same, title."""
    from darien.experiments.results import age_said, results_below, size_said

    found = results_below(folder)
    if not found:
        print(f"{folder}: no results")
        return
    rows = [("folder", "kind", "runs", "size", "age", "code", "title")]
    for result in found:
        runs = "" if result.runs is None else f"{result.runs:,}"
        code = "current" if result.current else "older"
        rows.append(
            (
                *(str(result.folder), result.kind, runs, size_said(result.size)),
                *(age_said(result.age_seconds), code, result.title),
            )
        )
    widths = [max(len(row[n]) for row in rows) for n in range(6)]
    for row in rows:
        cells = [
            c.rjust(w) if n in (2, 3) else c.ljust(w)
            for n, (c, w) in enumerate(zip(row, widths, strict=False))
        ]
        print("  ".join([*cells, row[6]]).rstrip())


@app.command()
def show(folder: Folder) -> None:
    """Show what a result is: what was run, by which code, what files there are."""
    from darien.experiments.results import result_in, size_said, written_said

    result = result_in(folder)
    manifest = result.manifest
    code = "the same as now" if result.current else "not what runs now"
    facts = {
        "kind": result.kind,
        "why": manifest.get("why"),
        "base": manifest.get("base") if result.kind == "sweep" else None,
        "runs": None if result.runs is None else f"{result.runs:,}",
        "seed": manifest.get("seed"),
        "written": written_said(result),
        "code": f"{str(manifest.get('code'))[:16]}, {code}",
        "commit": manifest.get("commit"),
    }
    if result.kind == "sweep":
        facts["runs"] = f"{result.runs or 0:,} of {manifest['points'] * manifest['replicates']:,}"
        facts["design"] = (
            f"{manifest['design']}, {manifest['points']:,} points, {manifest['replicates']} replicates"
        )
        for name, about in manifest["parameters"].items():
            spread = about["values"] or f"{about['low']} to {about['high']} ({about['scale']})"
            facts[f"  {name}"] = f"{', '.join(about['paths'])}: {spread}"
    print(result.title)
    for name, said in facts.items():
        if said is not None:
            print(f"  {name:<10} {said}")
    by_folder: dict[Path, list[int]] = {}
    for path in result.files:
        name = path.relative_to(result.folder)
        by_folder.setdefault(Path(name.parts[0]), []).append(path.stat().st_size)
    for name, sizes in by_folder.items():
        count = f" ({len(sizes)} files)" if (result.folder / name).is_dir() else ""
        print(f"  {size_said(sum(sizes)):>8}  {name}{count}")


@app.command()
def prune(folder: Folder) -> None:
    """Remove runs of other code or scenarios from a sweep, and what killed writers left behind."""
    from darien.experiments.results import prune as prune_folder
    from darien.experiments.results import size_said

    gone = prune_folder(folder)
    print(
        f"{folder}: {gone.runs:,} runs of other code or scenarios and {gone.files:,} files removed: "
        f"{size_said(gone.size)}"
    )


@app.command()
def export(
    folder: Folder,
    to: Annotated[
        Path,
        typer.Option(
            help="File to write: .csv, .parquet, .zip with all to do it again, .tar.gz for EMA workbench."
        ),
    ],
) -> None:
    """Write a result to one file: its table, or everything that it takes to do it again."""
    from darien.experiments.exporting import export as write

    print(write(folder, to))
