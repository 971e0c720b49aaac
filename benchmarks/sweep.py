"""Sweeps: what two workers give over one, what a run costs beyond the kernel, how soon many open, Ctrl-C.

    benchmarks/sweep.py [--runs 1000] [--rows 100000]

Throughput is measured on one machine in one run: a sweep in four parts, with one, two, two and one workers,
each from its start (workers started, points looked at) to the table written. Leave the machine idle.
"""

from __future__ import annotations

import argparse
import itertools
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from darien.experiments.design import points_of
from darien.experiments.one_run import Job, Kept, Shared, columns_of
from darien.experiments.run import warm_up
from darien.experiments.sweep import plain, run_points
from darien.experiments.sweep_file import LoadedSweep, load_sweep
from darien.experiments.sweep_store import SweepStore, write_table
from darien.record.swept import read_sweep
from timing import machine, print_table, timed

PARTS = (1, 2, 2, 1)  # workers of each part of the sweep: a machine that slows down favours neither
SWEEP = """\
title: Throughput
why: a benchmark
base: history-2014-2018
design: latin_hypercube
points: {points}
parameters:
  beds: {{path: detention_centres.panama_stations.beds}}
  cost: {{path: parameters.cost_weight}}
replicates: {replicates}
"""


def sweep_of(folder: Path, runs: int, replicates: int = 5) -> LoadedSweep:
    """A sweep of about so many runs of the history, written to a folder and read."""
    file = folder / "throughput.yaml"
    points = max(1, runs // replicates)
    file.write_text(SWEEP.format(points=points, replicates=replicates), encoding="utf-8")
    return load_sweep(file)


def throughput(folder: Path, runs: int) -> list[tuple[int, float]]:
    """Workers and runs a second of each part of a sweep."""
    loaded = sweep_of(folder, runs)
    points = points_of(loaded)
    found = []
    size = -(-len(points) // len(PARTS))
    for part, workers in enumerate(PARTS):
        some = points.iloc[part * size : (part + 1) * size].reset_index(drop=True)
        out = folder / f"part-{part}"
        began = time.perf_counter()
        swept = run_points(loaded, some, out, workers=workers)
        found.append((workers, len(swept.runs) / (time.perf_counter() - began)))
    return found


def beyond_the_kernel(folder: Path, runs: int) -> list[Kept]:
    """Runs here, one after the other, as a worker does them, with default outcomes and monthly series."""
    loaded = sweep_of(folder, runs)
    columns = columns_of(loaded.base, warm_up(loaded.base).outcomes)
    paths = {name: one.paths for name, one in loaded.parameters.items()}
    sealed = Shared(loaded.varying, paths, columns, series=True).sealed()
    values = plain(points_of(loaded), list(loaded.parameters))
    jobs = [
        Job(sealed, point, tuple(values[point].items()), replicate)
        for point, replicate in itertools.product(range(len(values)), range(5))
    ]
    return [job() for job in jobs]


def interrupted(folder: Path, runs: int) -> tuple[float, int]:
    """Seconds from Ctrl-C in the middle of a sweep with two workers to its end; runs kept by then."""
    sweep_of(folder, runs)
    out = folder / "interrupted"
    command = [sys.executable, "-m", "darien.cli", "sweep", str(folder / "throughput.yaml")]
    sweep = subprocess.Popen(
        [*command, "--workers", "2", "--out", str(out)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while not (out / "manifest.json").is_file() or len(read_sweep(out).runs) < 2:
        assert sweep.poll() is None, "the sweep ended by itself"
        time.sleep(0.2)
    began = time.perf_counter()
    os.killpg(sweep.pid, signal.SIGINT)
    sweep.wait()
    return time.perf_counter() - began, len(read_sweep(out).runs)


def many_rows(folder: Path, rows: int, kept: Sequence[Kept], runs: int) -> list[tuple[str, float]]:
    """Seconds to keep so many runs (copies of some), to open them, read one outcome, write the table."""
    loaded = sweep_of(folder, rows)
    points = points_of(loaded)
    out = folder / "many"
    once = sweep_of(folder, runs)
    run_points(once, points_of(once).iloc[:1], out, workers=1, replicates=1)  # makes the folder
    manifest = {**read_sweep(out).manifest, "points": len(points), "replicates": 5, "outcomes": ["died"]}
    texts = {"points.csv": points.rename_axis("point").to_csv()}
    copies = itertools.cycle(kept)

    def keep() -> None:
        with SweepStore(out) as store:
            store.begin(manifest, texts, [f"{point:032x}" for point in range(len(points))], 5)
            for first in range(0, len(points), 3):
                block = itertools.product(range(first, min(first + 3, len(points))), range(5))
                store.keep([_as(next(copies), point, replicate) for point, replicate in block], None)

    took, _ = timed(keep)
    opened, found = timed(lambda: read_sweep(out))
    listed, table = timed(lambda: found.runs)
    assert len(table) == len(points) * 5
    told, _ = timed(lambda: found.of("died"))
    written, _ = timed(lambda: write_table(found, folder / "table.parquet"))
    done = (took, opened + listed, told, written)
    return list(
        zip(("kept", "opened, with its runs", "one outcome read", "table written"), done, strict=True)
    )


def _as(run: Kept, point: int, replicate: int) -> Kept:
    return Kept(
        point, replicate, run.outcomes, run.series, run.migrants, run.events, run.kernel_seconds, run.seconds
    )


def main() -> None:
    """Run all four, and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000, help="of the sweep that is timed")
    parser.add_argument("--rows", type=int, default=100_000, help="of the sweep that is opened")
    arguments = parser.parse_args()
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kept = beyond_the_kernel(folder, min(arguments.runs, 100))
        beyond = sorted(1000 * (run.seconds - run.kernel_seconds) for run in kept)
        middle, kernel = statistics.median(beyond), statistics.median(run.kernel_seconds for run in kept)
        mean = statistics.mean(beyond)
        print(f"\n== cost of a run beyond the kernel, {len(kept)} runs of 5 replicates a point, one worker")
        print(
            f"mean {mean:.1f} ms, median {middle:.1f} (quarter below {beyond[len(beyond) // 4]:.1f}, "
            f"quarter above {beyond[3 * len(beyond) // 4]:.1f}); the kernel {1000 * kernel:.0f} ms"
        )
        found = throughput(folder, arguments.runs)
        print("\n== throughput, runs a second, start of workers included")
        print_table(("workers", "runs a second"), [(str(workers), f"{rate:.3f}") for workers, rate in found])
        rates = {workers: [rate for of, rate in found if of == workers] for workers in (1, 2)}
        ratios = [two / one for one, two in itertools.product(rates[1], rates[2])]
        both = statistics.mean(rates[2]) / statistics.mean(rates[1])
        print(f"two workers over one: {both:.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
        seconds, done = interrupted(folder, arguments.runs)
        print(f"\n== Ctrl-C after {done} runs, two workers\nended in {seconds:.2f} s")
        print(f"\n== {arguments.rows:,} runs in one folder")
        began = time.perf_counter()
        rows = many_rows(folder, arguments.rows, kept, arguments.runs)
        print_table(("", "seconds"), [(what, f"{seconds:.2f}") for what, seconds in rows])
        size = sum(path.stat().st_size for path in (folder / "many").rglob("*") if path.is_file())
        print(f"{size / 1e6:.0f} MB; {time.perf_counter() - began:.0f} s in all", file=sys.stderr)


if __name__ == "__main__":
    main()
