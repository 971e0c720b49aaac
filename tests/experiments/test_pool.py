"""The pool keeps order, survives dead workers, and blames only the task that kills them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import darien
from darien.experiments.pool import DEATHS_ALLOWED, Failed, WorkerDied, results_of, run_all


def square(number: int) -> int:
    return number * number


def fail_at_three(number: int) -> int:
    if number == 3:
        raise ValueError("three is refused")
    return number


def die_once(marker: tuple[str, int]) -> int:
    """Kills its own process the first time that item 2 is run, as the system does for want of memory."""
    folder, number = marker
    if number == 2 and not (Path(folder) / "died").exists():
        (Path(folder) / "died").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number * 10


def always_die_at_one(number: int) -> int:
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize("workers", [1, 2])
def test_results_stand_in_order(workers: int) -> None:
    assert run_all(square, list(range(7)), workers) == [0, 1, 4, 9, 16, 25, 36]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_task_that_raises_fails_alone(workers: int) -> None:
    results = run_all(fail_at_three, [1, 2, 3, 4], workers)
    assert [*results[:2], results[3]] == [1, 2, 4]
    assert isinstance(results[2], Failed)
    assert isinstance(results[2].error, ValueError)


def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    items = [(str(tmp_path), number) for number in range(6)]
    assert run_all(die_once, items, 2) == [0, 10, 20, 30, 40, 50]
    assert (tmp_path / "died").exists()


def test_a_task_that_always_kills_its_worker_is_its_own_failure() -> None:
    results = run_all(always_die_at_one, [0, 1, 2, 3], 2)
    assert [results[0], *results[2:]] == [0, 2, 3]
    assert isinstance(results[1], Failed)
    assert isinstance(results[1].error, WorkerDied)
    assert f"{DEATHS_ALLOWED} times" in str(results[1].error)


@pytest.mark.parametrize("workers", [1, 2])
def test_each_sees_every_result_and_may_stop_the_rest(workers: int) -> None:
    seen: dict[int, object] = {}
    run_all(square, [2, 3, 4], workers, each=seen.__setitem__)
    assert seen == {0: 4, 1: 9, 2: 16}

    def stop(index: int, result: object) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        run_all(square, list(range(50)), workers, each=stop)


def process_of(item: tuple[str, int]) -> int:
    time.sleep(0.15)
    return os.getpid()


def letter_of(item: tuple[str, int]) -> str:
    return item[0]


def test_stopping_does_not_wait_for_the_other_half_of_a_result(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        textwrap.dedent(
            """
            from darien.experiments.pool import run_all

            def large(item):
                return bytes(100_000_000)

            def stop(index, result):
                raise KeyboardInterrupt

            if __name__ == "__main__":
                try:
                    run_all(large, list(range(8)), 4, each=stop)
                except KeyboardInterrupt:
                    print("stopped")
            """
        )
    )
    source = str(Path(darien.__file__).parents[1])
    with subprocess.Popen(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": source},
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as parent:
        try:
            said, _ = parent.communicate(timeout=60)
        finally:
            if parent.poll() is None:
                os.killpg(parent.pid, signal.SIGKILL)
    assert said == b"stopped\n"


def test_items_that_are_alike_stay_together() -> None:
    items = [(letter, number) for letter in "abcdefgh" for number in range(5)]
    found = run_all(process_of, items, 2, alike=letter_of)
    by_letter = [set(found[n : n + 5]) for n in range(0, len(items), 5)]
    # The first are handed out one by one, as nobody knows yet how long they take, and so are the last.
    assert all(len(processes) == 1 for processes in by_letter[2:-2])
    assert len(set(found)) == 2


def test_where_all_results_are_wanted_the_first_error_is_raised() -> None:
    assert results_of(square, [1, 2, 3]) == [1, 4, 9]
    with pytest.raises(ValueError, match="three is refused"):
        results_of(fail_at_three, [1, 3, 4])


def test_needs_a_worker() -> None:
    with pytest.raises(ValueError, match="1 worker or more"):
        run_all(square, [1], 0)


def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        textwrap.dedent(
            """
            import os, pathlib, signal, sys, time
            from darien.experiments.pool import run_all

            def sleep(folder):
                (pathlib.Path(folder) / f"worker.{os.getpid()}").touch()
                time.sleep(60)

            if __name__ == "__main__":
                run_all(sleep, [sys.argv[1]] * 2, 2)
            """
        )
    )
    source = str(Path(darien.__file__).parents[1])
    parent = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": source},
        stderr=subprocess.DEVNULL,
    )
    try:
        workers = _wait_for(lambda: [int(p.suffix[1:]) for p in tmp_path.glob("worker.*")], 2)
    finally:
        parent.kill()
        parent.wait()
    assert len(workers) == 2
    assert _wait_for(lambda: [pid for pid in workers if not _alive(pid)], 2) == workers


def _wait_for(look: Callable[[], list[int]], count: int) -> list[int]:
    """What ``look`` finds once it finds so many, or after half a minute."""
    found: list[int] = []
    for _ in range(600):
        found = look()
        if len(found) >= count:
            break
        time.sleep(0.05)
    return sorted(found)


def _alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
