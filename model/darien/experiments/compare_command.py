"""``darien compare FILE``: run, print, write."""

from __future__ import annotations

from concurrent.futures import Executor
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darien.experiments import restructured, weighed
from darien.experiments.compare import FEWEST_DRAWN, Compared, compare
from darien.experiments.comparison import Loaded, load
from darien.experiments.drawn import Draws, load_draws
from darien.experiments.evidence import ASSUMPTION
from darien.experiments.plain_words import paragraph
from darien.experiments.run import Show, warm_up
from darien.experiments.structures import structure
from darien.experiments.tables import says, structures_text
from darien.record import compared as store
from darien.record.compared import BASE
from darien.record.version import code_version, commit, package_versions
from darien.record.whole import MANIFEST, check_target, whole_folder, write_json
from darien.scenario import files
from darien.scenario.errors import UserMistake, listed, nearest

if TYPE_CHECKING:
    import pandas as pd


def command(
    file: str | Path,
    workers: int | None = None,
    replicates: int | None = None,
    out: str | Path | None = None,
    show: Show = lambda what: nullcontext(),
    fit: str | None = None,
    on: Executor | None = None,
) -> Path:
    """What ``darien compare FILE`` does: run, print the table, write the folder, return its path.

    ``out`` is ``results/`` and the name of the file where None; ``fit`` names the draws, before the file
    does; ``replicates`` are pairs, or with a fit draws of it. Raises
    :class:`~darien.scenario.errors.UserMistake` for all that the user can put right; a folder that
    cannot be written to is refused before anything is run.
    """
    loaded = load(file)
    folder = Path("results") / loaded.file.stem if out is None else Path(out)
    check_target(folder, store.OWN)
    compared, others = run(loaded, workers, replicates, show, fit, on)
    print(compared.text() + structures_text(others), end="")
    return write(folder, compared, others)


def run(
    loaded: Loaded,
    workers: int | None = None,
    replicates: int | None = None,
    show: Show = lambda what: nullcontext(),
    fit: str | None = None,
    on: Executor | None = None,
) -> tuple[Compared, dict[str, pd.DataFrame]]:
    """A comparison, and by name the tables of how its options rank and weigh; raises as :func:`command`."""
    if replicates is not None and replicates < 2:
        raise UserMistake(
            f"--replicates: needs 2 or more, to show how much chance matters; given {replicates}"
        )
    if workers is not None and workers < 1:
        raise UserMistake(f"--workers: needs 1 or more; given {workers}")
    asked = loaded.comparison
    draws = _draws(loaded, fit)
    if draws is not None:
        replicates = _enough(loaded, replicates, draws)
    _known(loaded)
    with show("days simulated") as progress:
        compared = compare(loaded, replicates, workers, progress, draws, on=on)
    others = weighed.weighed(compared) if asked.better else {}
    if asked.structures:
        others |= _structures(compared, workers, show, on)
    return compared, others


def _draws(loaded: Loaded, fit: str | None) -> Draws | None:
    """The draws of the fit that is named, ``fit`` before that of the file. Raises UserMistake."""
    named = loaded.comparison.fit
    if fit is not None or named is None:
        return None if fit is None else load_draws(fit)
    beside = loaded.file.parent / named
    try:
        return load_draws(str(beside) if beside.is_dir() else named)
    except UserMistake as error:
        raise loaded.fault("fit", str(error).removeprefix("--fit ")) from None


def _enough(loaded: Loaded, replicates: int | None, draws: Draws) -> int:
    """How many draws are taken. Raises UserMistake for too few or too many."""
    asked, most = loaded.comparison, len(draws.table)
    key = "draws" if asked.draws is not None else "replicates"
    taken = replicates or asked.draws or asked.replicates
    if FEWEST_DRAWN <= taken <= most:
        return taken
    message = (
        f"the fit {draws.name} has {most} draws, and an interval needs {FEWEST_DRAWN} or more of them; "
        f"given {taken}"
    )
    raise UserMistake(f"--replicates: {message}") if replicates is not None else loaded.fault(key, message)


def _structures(
    compared: Compared, workers: int | None, show: Show, on: Executor | None
) -> dict[str, pd.DataFrame]:
    """The same comparison under models built otherwise: ranks, and whether they hold."""
    loaded, asked = compared.loaded, compared.loaded.comparison
    draws = min(asked.structure_draws, compared.pairs.count)
    found = {restructured.AS_IT_IS: compared}
    for name in asked.structures:
        with show(f"days simulated ({name.replace('_', ' ')})") as progress:
            found[name] = compare(
                loaded,
                draws,
                workers,
                progress,
                compared.draws,
                structure=structure(name, loaded.base),
                labels=compared.labels,
                on=on,
            )
    ranks = restructured.ranks_by_structure(found, asked.better, draws, compared.pairs.luck, compared.labels)
    return {"structures": ranks, "verdicts": restructured.verdicts(ranks)}


def write(folder: str | Path, compared: Compared, others: dict[str, pd.DataFrame] | None = None) -> Path:
    """Write a comparison to a folder, whole or not at all; returns the folder.

    :mod:`darien.record.compared` lists the files; the tables are those of :class:`Compared`, and ``others``
    by name. Raises :class:`~darien.record.whole.ResultError`.
    """
    others = others or {}
    whole = compared.outcomes[(compared.outcomes["place"] == "") & (compared.outcomes["group"] == "all")]
    tables = {
        "comparison": compared.table,
        "between": compared.between,
        "outcomes": whole,
        "displacement": compared.moved,
        "displacement_total": compared.moved_total,
        "ranks": compared.ranks,
        "break_even": compared.break_even,
        "break_even_draws": compared.break_even_draws,
        **others,
    }
    with whole_folder(Path(folder), store.OWN) as aside:
        for name, table in tables.items():
            if len(table.columns):  # one without rows is written too: that nothing moved is an answer
                table.to_csv(aside / f"{name}.csv", index=False, lineterminator="\n")
        compared.table.to_parquet(aside / store.PARQUET, index=False)
        compared.outcomes.to_parquet(aside / "outcomes.parquet", index=False)
        words = compared.text() + structures_text(others)
        (aside / store.TEXT).write_text(words, encoding="utf-8")
        (aside / store.SCENARIOS).mkdir()
        loaded = compared.loaded
        for name, scenario in {BASE: loaded.base, **loaded.options}.items():
            file = aside / store.SCENARIOS / f"{name}.yaml"
            file.write_text(files.to_yaml(scenario), encoding="utf-8")
        write_json(aside / MANIFEST, _manifest(compared))
    return Path(folder)


def _known(loaded: Loaded) -> None:
    """Refuse, before all is run, outcomes that no run has. Raises UserMistake."""
    import pandas as pd

    asked = loaded.comparison
    any_place = [(f"outcomes.{place}", name) for place, name in enumerate(asked.outcomes or ())]
    whole = [(f"better.{name}", name) for name in asked.better]
    whole += [(f"break_even.{name}.outcome", of.outcome) for name, of in asked.break_even.items()]
    if not any_place + whole:
        return
    rows = pd.concat([warm_up(scenario).outcomes for scenario in (loaded.base, *loaded.options.values())])
    total = rows[(rows["place"] == "") & (rows["group"] == "all")]
    for wanted, told, of in ((any_place, rows, ""), (whole, total, " of the whole route")):
        known = list(dict.fromkeys(told["outcome"]))
        for where, name in wanted:
            if name not in known:
                near = nearest(name, known)
                hint = f"did you mean {near}?" if near else f"known: {listed(known, most=100)}"
                raise loaded.fault(where, f"no outcome{of} is named {name}; {hint}")


def _assumptions(compared: Compared) -> dict[str, list[str]]:
    """By outcome of the whole route, the options of whose effect the counts say next to nothing."""
    found: dict[str, list[str]] = {}
    for (option, outcome), label in compared.labels.items():
        if label == ASSUMPTION:
            found.setdefault(outcome, []).append(option)
    return found


def _manifest(compared: Compared) -> dict[str, Any]:
    loaded, asked = compared.loaded, compared.loaded.comparison
    return {
        "kind": store.KIND,
        "format": store.FORMAT,
        "title": asked.title,
        "seed": loaded.base.seed,
        "replicates": compared.replicates,
        "luck": compared.pairs.luck,
        "fit": None if compared.draws is None else compared.draws.entry,
        "better": asked.better,
        "assumptions": _assumptions(compared),
        "chart": list(weighed.chart(asked.better)) if asked.better else None,
        "base": files.fingerprint(loaded.base),
        "options": {name: files.fingerprint(option) for name, option in loaded.options.items()},
        "words": {
            name: paragraph(own, compared.draws is not None)
            for name, own in compared.table.groupby("option", sort=False)
        },
        "says": {name: says(loaded, name) for name in loaded.options},
        "code": code_version(),
        "commit": commit(),
        "versions": package_versions(),
        "wall_seconds": round(compared.seconds, 3),
        "workers": compared.workers,
    }
