"""Compare options with a base: the same people, the same luck, one thing different."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darien.experiments.comparison import BASE, Loaded, load
from darien.experiments.paired import KEYS, by_replicate, differences
from darien.experiments.run import Progress, Task, run_tasks, warm_up
from darien.experiments.tables import text
from darien.record.version import code_version, commit, package_versions
from darien.record.whole import MANIFEST, check_target, whole_folder, write_json
from darien.scenario import files
from darien.scenario.errors import UserMistake, listed, nearest
from darien.scenario.yaml_nodes import shown

if TYPE_CHECKING:
    import pandas as pd

KIND, FORMAT = "comparison", 1
OWN = (MANIFEST, "comparison.csv", "outcomes.csv", "comparison.txt", "scenarios")


@dataclass(frozen=True)
class Compared:
    """What a comparison found.

    ``table``: a row per option and outcome: ``option``, ``outcome``, ``place``, ``group``, ``unit``,
    then the columns of :func:`~darien.experiments.paired.differences`, the option's mean as ``value``.
    ``outcomes``: every replicate's own: ``option`` ('base' for the base), ``replicate``, ``outcome``,
    ``place``, ``group``, ``unit``, ``value``.
    """

    loaded: Loaded
    replicates: int
    table: pd.DataFrame
    outcomes: pd.DataFrame
    seconds: float
    workers: int

    def text(self) -> str:
        """The table to read, by option, with what it means and does not mean."""
        return text(self.loaded, self.table, self.replicates)


def compare(
    loaded: Loaded,
    replicates: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Compared:
    """Run the base and every option, replicate by replicate under the same seed, and compare.

    Numbers given here go before those of the file. The same for any number of workers.
    """
    import pandas as pd

    replicates = loaded.comparison.replicates if replicates is None else replicates
    workers = loaded.comparison.workers if workers is None else workers
    if replicates < 2:
        raise ValueError(f"needs 2 replicates or more to show chance, got {replicates}")
    began = time.perf_counter()
    scenarios = {BASE: loaded.base, **loaded.options}
    tasks = [
        Task(scenario, number, keep_counts=False)
        for scenario in scenarios.values()
        for number in range(replicates)
    ]
    runs = iter(run_tasks(tasks, workers, progress))
    found = {name: [next(runs).outcomes for _ in range(replicates)] for name in scenarios}
    base = by_replicate(found[BASE])
    tables, outcomes = [], [_long(BASE, found[BASE])]
    for name in loaded.options:
        table = differences(base, by_replicate(found[name])).reset_index()
        table = table.rename(columns={"option": "value"})
        table.insert(0, "option", name)
        tables.append(table)
        outcomes.append(_long(name, found[name]))
    return Compared(
        loaded=loaded,
        replicates=replicates,
        table=pd.concat(tables, ignore_index=True),
        outcomes=pd.concat(outcomes, ignore_index=True),
        seconds=time.perf_counter() - began,
        workers=workers,
    )


def write(folder: str | Path, compared: Compared) -> Path:
    """Write a comparison to a folder, whole or not at all; returns the folder.

    ``comparison.csv`` and ``outcomes.csv`` as in :class:`Compared`, ``comparison.txt`` to read,
    ``scenarios/`` with the resolved base and options, ``manifest.json``. Raises
    :class:`~darien.record.whole.ResultError`.
    """
    with whole_folder(Path(folder), OWN) as aside:
        compared.table.to_csv(aside / "comparison.csv", index=False, lineterminator="\n")
        compared.outcomes.to_csv(aside / "outcomes.csv", index=False, lineterminator="\n")
        (aside / "comparison.txt").write_text(compared.text(), encoding="utf-8")
        (aside / "scenarios").mkdir()
        loaded = compared.loaded
        for name, scenario in {BASE: loaded.base, **loaded.options}.items():
            (aside / "scenarios" / f"{name}.yaml").write_text(files.to_yaml(scenario), encoding="utf-8")
        write_json(aside / MANIFEST, _manifest(compared))
    return Path(folder)


def command(
    file: str | Path,
    workers: int | None = None,
    replicates: int | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Path:
    """What ``darien compare FILE`` does: run, print the table, write the folder, return its path.

    ``out`` is ``results/`` and the name of the file where None. Raises
    :class:`~darien.scenario.errors.UserMistake` for all that the user can put right; a folder that
    cannot be written to is refused before anything is run.
    """
    loaded = load(file)
    if replicates is not None and replicates < 2:
        raise UserMistake(
            f"--replicates: needs 2 or more, to show how much chance matters; given {replicates}"
        )
    if workers is not None and workers < 1:
        raise UserMistake(f"--workers: needs 1 or more; given {workers}")
    folder = Path("results") / loaded.file.stem if out is None else Path(out)
    check_target(folder, OWN)
    _known(loaded)
    compared = compare(loaded, replicates, workers, progress)
    print(compared.text(), end="")
    return write(folder, compared)


def _known(loaded: Loaded) -> None:
    """Refuse outcomes to print that no run has. Raises UserMistake."""
    wanted = loaded.comparison.outcomes
    if wanted is None:
        return
    known = list(dict.fromkeys(warm_up(loaded.base).outcomes["outcome"]))
    for name in wanted:
        if name not in known:
            near = nearest(name, known)
            hint = f"did you mean {near}?" if near else f"known: {listed(known, most=100)}"
            raise UserMistake(f"{shown(loaded.file)}: outcomes: no outcome is named {name}; {hint}")


def _long(name: str, outcomes: list[pd.DataFrame]) -> pd.DataFrame:
    """The outcomes of all replicates of one scenario under each other."""
    import pandas as pd

    parts = []
    for number, frame in enumerate(outcomes):
        part = frame[[*KEYS, "value"]].copy()
        part.insert(0, "replicate", number)
        part.insert(0, "option", name)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _manifest(compared: Compared) -> dict[str, Any]:
    loaded = compared.loaded
    return {
        "kind": KIND,
        "format": FORMAT,
        "title": loaded.comparison.title,
        "seed": loaded.base.seed,
        "replicates": compared.replicates,
        "base": files.fingerprint(loaded.base),
        "options": {name: files.fingerprint(option) for name, option in loaded.options.items()},
        "code": code_version(),
        "commit": commit(),
        "versions": package_versions(),
        "wall_seconds": round(compared.seconds, 3),
        "workers": compared.workers,
    }
