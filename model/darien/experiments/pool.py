"""Run many independent tasks on several processes, and lose none when a process dies.

Tasks are handed out one per worker at a time, so that when a worker is killed (by the system for want
of memory, say) the only suspects are the few tasks that were under way. The pool is then built anew and
the suspects run again, each alone from the second death on: a task that kills its worker every time is
that task's failure and nobody else's.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")
DEATHS_ALLOWED = 3  # of the worker that runs a task, before the task is given up


class WorkerDied(Exception):
    """The process that ran a task died, every time it was tried."""


@dataclass(frozen=True)
class Failed:
    """What stands in the place of a result: the error that the task ended with."""

    error: Exception


def run_all(
    task: Callable[[T], R],
    items: Sequence[T],
    workers: int = 1,
    *,
    each: Callable[[int, R | Failed], None] | None = None,
) -> list[R | Failed]:
    """Apply ``task`` to every item; results stand in the order of ``items``, whoever was first.

    With one worker (or one item) this runs here, without any process. ``task`` must be importable
    by name and ``items`` and results must pickle. A task that raises, or whose worker dies
    :data:`DEATHS_ALLOWED` times, gives :class:`Failed`. ``each`` is called here with index and result
    as results come in, in any order; if it raises, the rest is stopped and its error passed on.
    """
    if workers < 1:
        raise ValueError(f"needs 1 worker or more, got {workers}")
    results: dict[int, R | Failed] = {}

    def note(index: int, result: R | Failed) -> None:
        results[index] = result
        if each is not None:
            each(index, result)

    if workers == 1 or len(items) <= 1:
        for index, item in enumerate(items):
            note(index, _here(task, item))
    else:
        _Shift(task, items, min(workers, len(items)), note).run()
    return [results[index] for index in range(len(items))]


def _here(task: Callable[[T], R], item: T) -> R | Failed:
    try:
        return task(item)
    except Exception as error:
        return Failed(error)


@dataclass
class _Shift(Generic[T, R]):
    """Works through the tasks, with as many pools as it takes."""

    task: Callable[[T], R]
    items: Sequence[T]
    workers: int
    note: Callable[[int, R | Failed], None]

    def run(self) -> None:
        waiting = deque(range(len(self.items)))
        deaths = [0] * len(self.items)  # of workers, while this task was under way
        while waiting:
            # One that was under way at two deaths runs alone, so that it harms no other.
            alone = deaths[waiting[0]] >= 2
            lost = self._work(deque([waiting.popleft()]) if alone else waiting, 1 if alone else self.workers)
            for index in sorted(lost, reverse=True):
                deaths[index] += 1
                if deaths[index] < DEATHS_ALLOWED:
                    waiting.appendleft(index)
                else:
                    self.note(index, Failed(WorkerDied(_death(deaths[index]))))

    def _work(self, waiting: deque[int], workers: int) -> set[int]:
        """Work until all is done or the pool breaks; returns what was under way when it broke."""
        running: dict[Future[R], int] = {}
        with _pool(workers) as pool:
            while waiting or running:
                try:
                    while waiting and len(running) < workers:
                        running[pool.submit(self.task, self.items[waiting[0]])] = waiting[0]
                        waiting.popleft()
                except BrokenProcessPool:
                    wait(running)  # each ends, with its result or as broken
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                if any(isinstance(future.exception(), BrokenProcessPool) for future in done):
                    wait(running)
                    return self._settled(running, set(running))
                self._settled(running, done)
        return set()

    def _settled(self, running: dict[Future[R], int], done: set[Future[R]]) -> set[int]:
        """Note what came back; returns what was lost with its worker."""
        lost = set()
        for future in done:
            index = running.pop(future)
            error = future.exception()
            if error is None:
                self.note(index, future.result())
            elif isinstance(error, BrokenProcessPool):
                lost.add(index)
            elif isinstance(error, Exception):
                self.note(index, Failed(error))
            else:
                raise error
        return lost


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of fresh processes, none of which outlives the block."""
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=_start)
    try:
        yield pool
    except BaseException:
        # Stopped by the user or by an error: what is under way is of no use, so do not wait for it.
        for process in list((pool._processes or {}).values()):
            process.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _start() -> None:
    """In a new worker: leave Ctrl-C to the parent, and end with it even if it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _death(times: int) -> str:
    return (
        f"the process that ran it died {times} times (out of memory? A script that starts workers "
        'needs `if __name__ == "__main__":`)'
    )
