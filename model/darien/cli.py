"""The command ``darien``. What a command needs is imported inside it, so that help comes at once.

Exit status: 0 done; 1 something broke; 2 a mistake of the user, told in one
message on stderr; 130 interrupted.
"""

from __future__ import annotations

import contextlib
import gc
import sys
import time
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from darien import __version__
from darien.experiments.outcomes_text import CONDITIONAL
from darien.experiments.results_command import app as results
from darien.scenario.errors import UserMistake

if TYPE_CHECKING:
    from darien.experiments.run import Progress
    from darien.scenario.schema import Scenario

app = typer.Typer(
    name="darien",
    help="Simulate migration from South America to the United States, person by person.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(results, name="results")


class Every(StrEnum):
    """How often counts are recorded."""

    day = "day"
    week = "week"
    month = "month"


ScenarioName = Annotated[str, typer.Argument(help="A scenario file, or the name of a built-in one.")]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change one value, such as parameters.cost_weight=2."),
]
Workers = Annotated[int, typer.Option(min=1, help="Processes to run on.")]
SomeWorkers = Annotated[int | None, typer.Option(min=1, help="Processes to run on; 1 if not given.")]
Dask = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Run on the Dask cluster whose scheduler is there.")
]


@app.callback(invoke_without_command=True)
def options(
    show_version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    """Simulate migration from South America to the United States, person by person."""
    if show_version:
        version()
        raise typer.Exit


@app.command()
def run(
    scenario: ScenarioName,
    seed: Annotated[int | None, typer.Option(min=0, help="In place of the scenario's own.")] = None,
    replicates: Annotated[int, typer.Option(min=1, help="How many times, with draws of their own.")] = 3,
    workers: Workers = 1,
    sets: Sets = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write; results/NAME if not given.")] = None,
    journeys: Annotated[bool, typer.Option("--journeys", help="Write a row per migrant too.")] = False,
    figures: Annotated[bool, typer.Option(help="Draw the figures.")] = True,
    record_every: Annotated[Every | None, typer.Option(help="In place of the scenario's own.")] = None,
    fit: Annotated[
        str,
        typer.Option(metavar="NAME", help="Whose draws the unknowns take; none: numbers as they stand."),
    ] = "history",
    fixed: Annotated[bool, typer.Option("--fixed", help="The means of the fit in every replicate.")] = False,
) -> None:
    """Simulate a scenario, print its outcomes, and leave results and figures in a folder.

    Where there is a fit of the history that the scenario lies over, each replicate has another draw of it.
    """
    given = list(sets or ())
    if seed is not None:
        given.append(f"seed={seed}")
    if record_every is not None:
        given.append(f"record_every={record_every.value}")
    folder = out if out is not None else Path("results") / Path(scenario).stem
    with _uncollected():
        loaded = _load(scenario, given)

        from darien.experiments import fitted
        from darien.record import store

        store.check(folder)
        draws = fitted.draws_for(loaded, fit)
        if fixed:
            if draws is None:
                raise UserMistake(f"--fixed: no fit speaks of {scenario}, of which it would take the means")
            loaded, draws = fitted.at_mean(draws, loaded), None

        import darien.actors.model  # noqa: F401  # what a replicate would import
        from darien.experiments import outcomes_text
        from darien.experiments.run import run_replicates

    started = time.perf_counter()
    with _working("days simulated") as progress:
        runs = run_replicates(loaded, replicates, workers, journeys=journeys, progress=progress, draws=draws)
    seconds = time.perf_counter() - started
    drawn: list[Path] = []
    with _uncollected():
        about = None if draws is None else draws.entry
        store.write(folder, loaded, runs, wall_seconds=seconds, workers=workers, fit=about)
        if figures:
            from darien.report.figures import draw

            drawn = draw(folder, loaded)
    print(outcomes_text.told(loaded, runs))
    if draws is not None:
        print(f"\nEvery replicate has another draw of the unknowns: {draws.said}.")
    events, simulated = sum(r.events for r in runs), sum(r.seconds for r in runs)
    print(
        f"\n{replicates} replicates, {sum(r.migrants for r in runs):,} migrants, {events:,} events; "
        f"{simulated:.1f} s simulated, {seconds:.1f} s in all"
    )
    print(_where(folder, drawn))


@app.command()
def check(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Scenarios, comparisons, sweeps or problems of a fit."),
    ],
    resolved: Annotated[bool, typer.Option("--resolved", help="Print the whole scenario.")] = False,
    sets: Sets = None,
) -> None:
    """Print every fault of such files, with file and line; or a resolved scenario."""
    from darien.calibrate.checking import PROBLEM
    from darien.experiments.check_command import command

    if not command(files, sets or (), resolved, (PROBLEM,)):
        raise typer.Exit(2)


@app.command(name="list")
def list_() -> None:
    """List the built-in worlds, scenarios, policies and measures."""
    from darien.scenario.contents import contents

    for heading, entries in contents():
        print(heading)
        width = max((len(name) for name, _ in entries), default=0)
        for name, line in entries:
            print(f"  {name:<{width}}  {line}".rstrip())
        print()


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    import json

    from darien.scenario.json_schema import json_schema

    print(json.dumps(json_schema(), indent=1))


@app.command()
def departures(
    history: Annotated[
        str, typer.Argument(help="A history: a scenario file, or the name of a built-in one.")
    ],
    out: Annotated[Path | None, typer.Option(help="CSV to write.")] = None,
    workers: Workers = 1,
) -> None:
    """Work out the departures that give the series a history is conditioned on."""
    from darien.calibrate.command import command

    with _working("rounds") as progress:
        command(history, out, workers, progress)


@app.command()
def calibrate(
    problem: Annotated[str, typer.Argument(help="A problem: a file, or the name of one in calibration/.")],
    recover: Annotated[int, typer.Option(min=0, help="Data sets of known truth to fit too.")] = 0,
    hold_out: Annotated[
        bool, typer.Option("--hold-out", help="Predict the last year from those before it, beside rivals.")
    ] = False,
    shocks: Annotated[
        bool, typer.Option("--shocks", help="Test the fit by dated events, and by months without any.")
    ] = False,
    workers: SomeWorkers = None,
    dask: Dask = None,
    out: Annotated[Path | None, typer.Option(help="Folder; results/calibrate-NAME if not given.")] = None,
) -> None:
    """Fit the unknowns of a problem to reported counts."""
    try:
        from darien.calibrate.fit_command import command, told
    except ModuleNotFoundError as error:
        raise UserMistake(f"a fit needs {error.name}: pip install 'darien[fit]'") from error

    from darien.experiments.dask_pool import hands_of
    from darien.report.figures import draw_fit

    with hands_of(workers, dask) as hands:
        written = command(problem, out, hands, recover, _working, hold_out, shocks)
    print(told(written))
    print(f"\n{_where(written, draw_fit(written))}")


@app.command()
def compare(
    file: Annotated[str, typer.Argument(help="A comparison: a file, or the name of a built-in one.")],
    replicates: Annotated[
        int | None, typer.Option(min=2, help="Pairs, or draws of the fit; the file's own if not given.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; the file's own if not given.")
    ] = None,
    dask: Dask = None,
    fit: Annotated[
        str | None, typer.Option(metavar="NAME", help="Draw the unknowns from this fit, not the file's own.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write; results/NAME if not given.")] = None,
) -> None:
    """Compare policy options with their base: the same people, the same luck, one thing different."""
    from darien.experiments.compare_command import command
    from darien.experiments.dask_pool import hands_of
    from darien.report.figures import draw_comparison

    with hands_of(workers, dask) as hands:
        written = command(file, workers, replicates, out, _working, fit, hands.on)
    print(_where(written, draw_comparison(written)))


@app.command()
def sweep(
    file: Annotated[str, typer.Argument(help="A sweep: a file, or the name of a built-in one.")],
    replicates: Annotated[
        int | None, typer.Option(min=1, help="Per point; the file's own if not given.")
    ] = None,
    workers: SomeWorkers = None,
    dask: Dask = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write; results/NAME if not given.")] = None,
) -> None:
    """Run a scenario at many points of its parameters. Started again, it goes on where it was."""
    from darien.experiments.sweep_command import command, told

    with _working("runs") as progress:
        found = command(file, workers=workers, dask=dask, replicates=replicates, out=out, progress=progress)
    print(f"{CONDITIONAL}\n{told(found)}")

    from darien.report.figures import draw_sweep

    print(_where(found.folder, draw_sweep(found.folder)))


@app.command()
def sensitivity(
    file: Annotated[str, typer.Argument(help="A sweep: a file, or the name of a built-in one.")],
    method: Annotated[
        str | None, typer.Option(help="morris or sobol; the file's own design if not given.")
    ] = None,
    samples: Annotated[
        int | None, typer.Option(help="Trajectories (morris), or base samples, a power of two (sobol).")
    ] = None,
    outcomes: Annotated[
        str | None,
        typer.Option(metavar="A,B@PLACE", help="Whose indices; the file's own, else all, if not given."),
    ] = None,
    second_order: Annotated[
        bool, typer.Option("--second-order", help="Indices of pairs too (sobol), for twice the runs.")
    ] = False,
    workers: SomeWorkers = None,
    dask: Dask = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write; results/sensitivity-NAME if not given.")
    ] = None,
) -> None:
    """Tell which parameters of a sweep move an outcome, how much, and how sure that is."""
    from darien.experiments.sensitivity import command
    from darien.report.figures import draw_sensitivity

    wanted = None if outcomes is None else [name.strip() for name in outcomes.split(",")]
    with _working("runs") as progress:
        written = command(
            file,
            method,
            samples,
            wanted,
            second_order=second_order,
            workers=workers,
            dask=dask,
            out=out,
            progress=progress,
        )
    print(_where(written, draw_sensitivity(written)))


@app.command()
def discover(
    folder: Annotated[Path, typer.Argument(help="The folder of a sweep.")],
    outcome: Annotated[str, typer.Option(metavar="NAME[@PLACE]", help="What may fail.")],
    above: Annotated[float | None, typer.Option(help="It fails where it is above that.")] = None,
    below: Annotated[float | None, typer.Option(help="It fails where it is below that.")] = None,
    density: Annotated[
        float, typer.Option(help="Of the points in the box, the share that must be failures.")
    ] = 0.8,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write; results/discover-NAME if not given.")
    ] = None,
) -> None:
    """Find in which region of a sweep's parameters an outcome fails, by PRIM."""
    from darien.experiments.discover_command import command
    from darien.report.figures import draw_discovery

    written = command(folder, outcome, above=above, below=below, density=density, out=out)
    print(_where(written, draw_discovery(written)))


@app.command()
def version() -> None:
    """Print the version."""
    print(f"darien {__version__}")


def _where(folder: Path, drawn: Sequence[Path]) -> str:
    """Where the results and the figures are."""
    figures = f"{len(drawn)} figure{'s' if len(drawn) > 1 else ''}"
    return f"Results: {folder}" + (f" ({figures} in {folder / 'figures'})" if drawn else "")


def _load(what: str, sets: Sequence[str]) -> Scenario:
    from darien.scenario.files import load, warnings

    scenario = load(what, sets)
    for warning in warnings(scenario):
        print(f"note: {warning}", file=sys.stderr)
    return scenario


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Looks for no garbage meanwhile, nor afterwards in what was made: it would take long, and find none.

    For the start, all of which stays, and the end, after which nothing comes. Not for replicates.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextlib.contextmanager
def _working(what: str) -> Iterator[Progress | None]:
    """Gives what shows progress: a bar on stderr that goes when the work ends; None off a terminal.

    A worker process that died is told in one message: nobody is helped by a traceback of the pool.
    """
    from darien.experiments.pool import WorkerDied
    from darien.experiments.progress import bar

    with contextlib.ExitStack() as at_the_end:
        try:
            yield bar(what, at_the_end) if sys.stderr.isatty() else None
        except WorkerDied as error:
            at_the_end.close()
            _end(str(error), 1)


def _end(message: str, status: int) -> NoReturn:
    print(message, file=sys.stderr)
    raise SystemExit(status)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and end the process with its exit status."""
    try:
        app(args=None if arguments is None else list(arguments), prog_name="darien")
    except UserMistake as error:
        _end(str(error), 2)
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    finally:
        gc.freeze()  # Python looks for garbage before it ends: for a second, after a run


if __name__ == "__main__":
    main()
