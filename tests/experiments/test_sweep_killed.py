"""A sweep that is killed, interrupted, short of disk or in another's way loses nothing that was done."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import time
from functools import partial
from pathlib import Path

import pytest

from darien.record.swept import read_sweep
from darien.record.whole import ResultError
from processes import members

from . import sweeps

LONG = """\
title: Many
why: to be killed
base: tiny.yaml
design: latin_hypercube
points: 400
parameters:
  beds: {path: detention_centres.centre.beds}
  price: {path: legs.out.price_usd}
replicates: 5
"""
RUNS = 2000
SMALL = LONG.replace("400", "40")  # 200 runs


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the small sweep leaves that nobody disturbs."""
    folder = tmp_path_factory.mktemp("whole")
    sweeps.run(sweeps.write(folder, SMALL), folder / "out")
    return folder / "out"


def _has_kept(out: Path, runs: int, sweep: subprocess.Popen[bytes]) -> bool:
    return sweeps.kept(out) >= runs or sweep.poll() is not None


def _is_gone(group: int) -> bool:
    return not members(group)


def test_killed_ten_times_it_is_what_it_would_have_been(tmp_path: Path) -> None:
    file = sweeps.write(tmp_path, LONG)
    chance = random.Random(20)
    for kill in range(10):
        before = sweeps.kept(tmp_path / "out")
        sweep = sweeps.start(
            "sweep", file, "--workers", 2, "--out", "out", cwd=tmp_path, stdout=subprocess.DEVNULL
        )
        if kill == 3:  # while it starts
            time.sleep(chance.uniform(0.5, 2))
        else:
            more = chance.randint(1, 150)
            sweeps.wait_for(partial(_has_kept, tmp_path / "out", before + more, sweep))
            time.sleep(chance.uniform(0, 0.05))
        assert sweep.poll() is None
        sweep.kill()
        sweep.wait()
        sweeps.wait_for(partial(_is_gone, sweep.pid))
    assert 0 < sweeps.kept(tmp_path / "out") < RUNS
    found = sweeps.run(file, tmp_path / "out", workers=2)
    assert len(found.runs) == RUNS
    assert not found.runs.duplicated(["point", "replicate"]).any()
    sweeps.run(file, tmp_path / "never_killed")
    assert sweeps.content(tmp_path / "out") == sweeps.content(tmp_path / "never_killed")
    assert not list((tmp_path / "out").rglob("*.aside"))


def test_ctrl_c_ends_it_and_keeps_what_is_done(tmp_path: Path) -> None:
    file = sweeps.write(tmp_path, LONG)
    sweep = sweeps.start(
        *("sweep", file, "--workers", 2, "--out", "out"),
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    sweeps.wait_for(lambda: sweeps.kept(tmp_path / "out") >= 100 or sweep.poll() is not None)
    os.killpg(sweep.pid, signal.SIGINT)  # as a terminal does
    _, said = sweep.communicate(timeout=60)  # how soon it ends is measured by benchmarks/sweep.py
    assert sweep.returncode == 130
    assert said == b""
    sweeps.wait_for(lambda: not members(sweep.pid))
    done = sweeps.kept(tmp_path / "out")
    assert 100 <= done < RUNS
    assert len(read_sweep(tmp_path / "out").series().groupby(["point", "replicate"])) == done


def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path, whole: Path) -> None:
    file = sweeps.write(tmp_path, SMALL)

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    sweep = sweeps.start(
        *("sweep", file, "--out", "out"), cwd=tmp_path, stderr=subprocess.PIPE, preexec_fn=little_room
    )
    _, said = sweep.communicate(timeout=120)
    assert sweep.returncode == 2
    (line,) = said.decode().splitlines()
    assert line.startswith("out: cannot write results: ")
    assert line.endswith("what was finished is kept, run it again to go on")
    done = sweeps.kept(tmp_path / "out")
    assert 0 < done < 200
    told: list[int] = []
    sweeps.run(file, tmp_path / "out", progress=lambda n, of: told.append(n))
    assert told[0] == done
    assert sweeps.content(tmp_path / "out") == sweeps.content(whole)


def test_a_folder_that_cannot_be_written_to_is_refused_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = sweeps.write(tmp_path, SMALL)
    (tmp_path / "shut").mkdir(mode=0o555)
    if os.geteuid() == 0:  # may write anywhere: let the system say what it would say to others
        monkeypatch.setattr(
            "darien.experiments.sweep_store.os.access",
            lambda path, mode: Path(path).stat().st_mode & 0o222 != 0,
        )
    with pytest.raises(ResultError, match=r"shut/out: .*shut cannot be written to"):
        sweeps.run(file, tmp_path / "shut" / "out")
    with pytest.raises(ResultError, match="shut cannot be written to"):
        sweeps.run(file, tmp_path / "shut")
    assert not list((tmp_path / "shut").iterdir())


def test_two_sweeps_do_not_write_to_one_folder(tmp_path: Path) -> None:
    file = sweeps.write(tmp_path, SMALL)
    first = sweeps.start("sweep", file, "--out", "out", cwd=tmp_path, stdout=subprocess.DEVNULL)
    try:
        sweeps.wait_for(lambda: sweeps.kept(tmp_path / "out") > 0 or first.poll() is not None)
        os.kill(first.pid, signal.SIGSTOP)  # so that it is not done meanwhile
        with pytest.raises(ResultError, match="out: another sweep is writing there"):
            sweeps.run(sweeps.write(tmp_path, SMALL, "other.yaml"), tmp_path / "out")
    finally:
        os.kill(first.pid, signal.SIGCONT)
    assert first.wait(timeout=120) == 0
    assert len(read_sweep(tmp_path / "out").runs) == 200
