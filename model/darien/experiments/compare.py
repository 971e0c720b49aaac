"""Compare options with a base: the same people, the same luck, one thing different."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darien.experiments.comparison import Loaded, load
from darien.experiments.displacement import displacement, starts
from darien.experiments.drawn import Draws, load_draws, must_suit
from darien.experiments.paired import KEYS, by_replicate, differences
from darien.experiments.run import Progress, Task, run_tasks, warm_up
from darien.experiments.tables import says, text
from darien.record import compared as store
from darien.record.compared import BASE
from darien.record.version import code_version, commit, package_versions
from darien.record.whole import MANIFEST, check_target, whole_folder, write_json
from darien.scenario import files
from darien.scenario.errors import UserMistake, listed, nearest
from darien.scenario.yaml_nodes import shown

if TYPE_CHECKING:
    import pandas as pd

FEWEST_DRAWN = 20  # pairs, below which 5 and 95 % of them would be made up


@dataclass(frozen=True)
class Compared:
    """What a comparison found.

    ``table``: a row per option and outcome: ``option``, ``outcome``, ``place``, ``group``, ``unit``,
    then the columns of :func:`~darien.experiments.paired.differences`, the option's mean as ``value``.
    ``draws``: the fit from which pair r has draw r; None: everything at its central value.
    ``outcomes``: every replicate's own: ``option`` ('base' for the base), ``replicate``, ``outcome``,
    ``place``, ``group``, ``unit``, ``value``.
    ``moved`` and ``moved_total``: persons who started each leg, by month and over the whole period:
    ``option``, then the columns of :func:`~darien.experiments.displacement.displacement`.
    """

    loaded: Loaded
    replicates: int
    table: pd.DataFrame
    outcomes: pd.DataFrame
    moved: pd.DataFrame
    moved_total: pd.DataFrame
    seconds: float
    workers: int
    draws: Draws | None = None

    def text(self) -> str:
        """The table to read, by option, with what it means and does not mean."""
        return text(self.loaded, self.table, self.replicates, self.draws)


def compare(
    loaded: Loaded,
    replicates: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    draws: Draws | None = None,
) -> Compared:
    """Run the base and every option, replicate by replicate under the same seed, and compare.

    Numbers given here go before those of the file. With ``draws`` replicate r of all of them has draw r of a
    fit. The same for any number of workers. Raises UserMistake where the fit is of another history.
    """
    import pandas as pd

    replicates = loaded.comparison.replicates if replicates is None else replicates
    workers = loaded.comparison.workers if workers is None else workers
    if replicates < 2:
        raise ValueError(f"needs 2 replicates or more to show chance, got {replicates}")
    began = time.perf_counter()
    scenarios = {BASE: loaded.base, **loaded.options}
    if draws is not None:
        for scenario in scenarios.values():
            must_suit(draws, scenario)
    tasks = [
        Task(draws.replicate(scenario, number) if draws else scenario, number, starts_only=True)
        for scenario in scenarios.values()
        for number in range(replicates)
    ]
    runs = iter(run_tasks(tasks, workers, progress))
    found = {name: [next(runs) for _ in range(replicates)] for name in scenarios}
    outcomes = {name: [run.outcomes for run in found[name]] for name in scenarios}
    flows = {name: starts(found[name], scenario) for name, scenario in scenarios.items()}
    base = by_replicate(outcomes[BASE])
    tables, moved, moved_total = {}, {}, {}
    for name, option in loaded.options.items():
        table = differences(base, by_replicate(outcomes[name]), drawn=draws is not None).reset_index()
        tables[name] = table.rename(columns={"option": "value"})
        moved[name], moved_total[name] = displacement(
            flows[BASE], flows[name], (loaded.base, option), drawn=draws is not None
        )
    return Compared(
        loaded=loaded,
        replicates=replicates,
        table=_under_each_other(tables),
        outcomes=pd.concat([_long(name, outcomes[name]) for name in scenarios], ignore_index=True),
        moved=_under_each_other(moved),
        moved_total=_under_each_other(moved_total),
        seconds=time.perf_counter() - began,
        workers=workers,
        draws=draws,
    )


def write(folder: str | Path, compared: Compared) -> Path:
    """Write a comparison to a folder, whole or not at all; returns the folder.

    :mod:`darien.record.compared` lists the files; the tables are those of :class:`Compared`. Raises
    :class:`~darien.record.whole.ResultError`.
    """
    with whole_folder(Path(folder), store.OWN) as aside:
        for name, table in (
            (store.TABLE, compared.table),
            (store.OUTCOMES, compared.outcomes),
            (store.DISPLACEMENT, compared.moved),
            (store.DISPLACEMENT_TOTAL, compared.moved_total),
        ):
            table.to_csv(aside / name, index=False, lineterminator="\n")
        (aside / store.TEXT).write_text(compared.text(), encoding="utf-8")
        (aside / store.SCENARIOS).mkdir()
        loaded = compared.loaded
        for name, scenario in {BASE: loaded.base, **loaded.options}.items():
            file = aside / store.SCENARIOS / f"{name}.yaml"
            file.write_text(files.to_yaml(scenario), encoding="utf-8")
        write_json(aside / MANIFEST, _manifest(compared))
    return Path(folder)


def command(
    file: str | Path,
    workers: int | None = None,
    replicates: int | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
    fit: str | None = None,
) -> Path:
    """What ``darien compare FILE`` does: run, print the table, write the folder, return its path.

    ``out`` is ``results/`` and the name of the file where None; ``fit`` names the draws. Raises
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
    draws = None if fit is None else load_draws(fit)
    pairs = loaded.comparison.replicates if replicates is None else replicates
    if draws is not None and pairs < FEWEST_DRAWN:
        raise UserMistake(f"--fit: needs {FEWEST_DRAWN} pairs or more, a draw for each; given {pairs}")
    folder = Path("results") / loaded.file.stem if out is None else Path(out)
    check_target(folder, store.OWN)
    _known(loaded)
    compared = compare(loaded, replicates, workers, progress, draws)
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


def _under_each_other(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One table of those of all options, with the option in front."""
    import pandas as pd

    parts = [table.assign(option=name)[["option", *table]] for name, table in tables.items()]
    return pd.concat(parts, ignore_index=True)


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
        "kind": store.KIND,
        "format": store.FORMAT,
        "title": loaded.comparison.title,
        "seed": loaded.base.seed,
        "replicates": compared.replicates,
        "fit": None if compared.draws is None else {"name": compared.draws.name, **compared.draws.about},
        "base": files.fingerprint(loaded.base),
        "options": {name: files.fingerprint(option) for name, option in loaded.options.items()},
        "says": {name: says(loaded, name) for name in loaded.options},
        "code": code_version(),
        "commit": commit(),
        "versions": package_versions(),
        "wall_seconds": round(compared.seconds, 3),
        "workers": compared.workers,
    }
