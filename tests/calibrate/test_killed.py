"""A design that is killed goes on where it was, ends with the same bytes, and leaves no worker behind."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from processes import members

HISTORY = """\
extends: history-2014-2018
title: A year
why: a test
period: {start: 2016-01-01, end: 2016-12-31}
persons_per_migrant: {cuba: 40, haiti: 40, africa: 20, south_asia: 20, east_asia: 20, middle_east: 5,
  venezuela: 20, other_south_america: 40, northern_triangle: 400}
"""
PROBLEM = """\
title: A problem
why: a test
history: history.yaml
runs: 32
unknowns:
  weight: {paths: [parameters.cost_weight]}
  taste: {paths: [parameters.clandestine_taste]}
series:
  removed:
    role: target
    ids: [MEX_expelled_total_annual_Cuba]
    counted: [{measure: removed, at: [MEX]}]
    groups: [cuba]
    spread: 0.1
"""
SCRIPT = """\
import sys
from pathlib import Path
from darien.calibrate.design import setting
from darien.experiments.pool import Hands
from darien.calibrate.runs import Kept, run_stage
from darien.calibrate.unknowns import points
if __name__ == "__main__":
    of = setting(Path(sys.argv[1]))
    run_stage(of, Kept(Path(sys.argv[2]), of), "design", points(of.problem, 2)[:4], Hands(2))
"""
KILLS = 5


def start(folder: Path, runs: str) -> subprocess.Popen[bytes]:
    """The design, in a session of its own."""
    command = [sys.executable, str(folder / "go.py"), str(folder / "mine.yaml"), str(folder / runs)]
    return subprocess.Popen(command, start_new_session=True)


def kept(folder: Path) -> list[tuple[int, bytes, bytes]]:
    (file,) = folder.glob("design-*.sqlite")
    with closing(sqlite3.connect(file)) as store:
        return store.execute("SELECT number, unit, counts FROM run ORDER BY number").fetchall()


def test_a_design_killed_five_times_ends_as_one_never_killed(tmp_path: Path) -> None:
    for name, text in (("history.yaml", HISTORY), ("mine.yaml", PROBLEM), ("go.py", SCRIPT)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    began = time.monotonic()
    assert start(tmp_path, "whole").wait() == 0
    took = time.monotonic() - began
    luck, killed = random.Random(5), 0
    while killed < KILLS:
        running = start(tmp_path, "killed")
        time.sleep(luck.uniform(0.2, 0.7) * took)
        if running.poll() is not None:  # done before it could be killed: from the start again, and sooner
            assert running.returncode == 0
            shutil.rmtree(tmp_path / "killed")
            took *= 0.7
            continue
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
        killed += 1
        for _ in range(100):
            if not members(running.pid):
                break
            time.sleep(0.1)
        assert not members(running.pid), "a worker outlived its parent by ten seconds"
    assert start(tmp_path, "killed").wait() == 0
    assert kept(tmp_path / "killed") == kept(tmp_path / "whole")
    assert len(kept(tmp_path / "killed")) == 4
