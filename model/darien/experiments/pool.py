"""Run many independent tasks on several processes or machines, and lose none when a process dies.

Tasks are handed out in batches: one task at first, then as many as take about :data:`BATCH_SECONDS`, two
batches per worker at a time, so that no worker waits for the next. Tasks that are alike, as replicates of a
point are, stay together: what one of them works out serves the next in the same process. When a worker is
killed (by the system for want of memory, say) the suspects are the few batches that were handed out. The
pool is then built anew and the suspects run again one by one, each alone from the second death on: a task
that kills its worker every time is that task's failure and nobody else's. An executor of someone else's
(``on``) looks after its own workers.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")
DEATHS_ALLOWED = 3  # of the worker that runs a task, before the task is given up
BATCH_SECONDS = 0.2  # that a batch of short tasks should take
MOST_IN_BATCH = 64
ALIKE_SECONDS = 5.0  # that tasks which are alike may take before the rest of them goes elsewhere
WORKERS_ELSEWHERE = 32  # assumed of an executor that does not say how many it has


class WorkerDied(Exception):
    """The process that ran a task died, every time it was tried."""


@dataclass(frozen=True)
class Hands:
    """Who does the work: so many processes of this machine, or in their place an executor (``on``)."""

    workers: int = 1
    on: Executor | None = None


ONE = Hands()


@dataclass(frozen=True)
class Failed:
    """What stands in the place of a result: the error that the task ended with."""

    error: Exception


def run_all(
    task: Callable[[T], R],
    items: Sequence[T],
    workers: int = 1,
    *,
    on: Executor | None = None,
    each: Callable[[int, R | Failed], None] | None = None,
    alike: Callable[[T], Hashable] | None = None,
) -> list[R | Failed]:
    """Apply ``task`` to every item; results stand in the order of ``items``, whoever was first.

    With one worker (or one item) this runs here, without any process; with more, on processes of this
    machine; or ``on`` any executor, such as :func:`darien.experiments.dask_pool.dask_executor` gives.
    ``task`` must be importable by name and ``items`` and results must pickle. A task that raises, or whose
    worker dies every time, gives :class:`Failed`. ``each`` is called here with index and result as results
    come in, in any order; if it raises, or the user interrupts, the rest is stopped and that is passed on.
    Items that follow each other and for which ``alike`` gives the same go to the same worker.
    """
    if workers < 1:
        raise ValueError(f"needs 1 worker or more, got {workers}")
    results: dict[int, R | Failed] = {}

    def note(index: int, result: R | Failed) -> None:
        results[index] = result
        if each is not None:
            each(index, result)

    if on is not None:
        _Elsewhere(task, items, note, alike, on).run()
    elif workers == 1 or len(items) <= 1:
        for index, item in enumerate(items):
            note(index, _here(task, item))
    else:
        _Shift(task, items, note, alike, min(workers, len(items))).run()
    return [results[index] for index in range(len(items))]


def results_of(task: Callable[[T], R], items: Sequence[T], hands: Hands = ONE) -> list[R]:
    """The same by ``hands``, where all results are wanted: the first error is raised."""
    found: list[R] = []
    for result in run_all(task, items, hands.workers, on=hands.on):
        if isinstance(result, Failed):
            raise result.error
        found.append(result)
    return found


def _here(task: Callable[[T], R], item: T) -> R | Failed:
    try:
        return task(item)
    except Exception as error:
        return Failed(error)


def _batch(task: Callable[[T], R], items: Sequence[T]) -> tuple[float, list[R | Failed]]:
    """In a worker: the results of a batch, and how many seconds it took."""
    began = time.perf_counter()
    results = [_here(task, item) for item in items]
    return time.perf_counter() - began, results


class _Batches:
    """How many tasks to hand out at once, from how long they have taken."""

    def __init__(self) -> None:
        self.size = 1
        self.alike = 1  # of tasks that are alike

    def took(self, seconds: float, count: int) -> None:
        def fitting(into: float) -> int:
            return max(1, int(min(into * count / seconds, MOST_IN_BATCH))) if seconds > 0 else MOST_IN_BATCH

        self.size = min(fitting(BATCH_SECONDS), 2 * self.size)
        self.alike = fitting(ALIKE_SECONDS)


@dataclass
class _Work(Generic[T, R]):
    """The tasks, and how they are handed out and their results taken in."""

    task: Callable[[T], R]
    items: Sequence[T]
    note: Callable[[int, R | Failed], None]
    alike: Callable[[T], Hashable] | None

    def __post_init__(self) -> None:
        self.batches = _Batches()
        self.deaths = [0] * len(self.items)  # of workers, while this task was handed out
        self.running: dict[Future[tuple[float, list[R | Failed]]], list[int]] = {}

    def hand_out(self, pool: Executor, waiting: deque[int], spread: int) -> None:
        """Hand out the next batch; the last ones are small, so that all ``spread`` workers end together."""
        size = max(self.batches.size, self._alike_at(waiting))
        size = 1 if self.deaths[waiting[0]] else min(size, -(-len(waiting) // spread))
        taken = [waiting[n] for n in range(min(size, len(waiting)))]
        with _interrupts_held():
            future = pool.submit(_batch, self.task, [self.items[index] for index in taken])
        self.running[future] = taken
        for _ in taken:
            waiting.popleft()

    def _alike_at(self, waiting: deque[int]) -> int:
        """How many of those that wait are like the first of them, one after the other."""
        if self.alike is None:
            return 1
        of_first = self.alike(self.items[waiting[0]])
        most = min(self.batches.alike, len(waiting))
        following = (n for n in range(1, most) if self.alike(self.items[waiting[n]]) != of_first)
        return next(following, most)

    def take_in(self, done: set[Future[tuple[float, list[R | Failed]]]]) -> list[int]:
        """Note what came back; returns the tasks that were lost with their worker."""
        lost: list[int] = []
        for future in done:
            taken = self.running.pop(future)
            error = future.exception()
            if error is None:
                seconds, results = future.result()
                self.batches.took(seconds, len(taken))
                for index, result in zip(taken, results, strict=True):
                    self.note(index, result)
            elif isinstance(error, (BrokenExecutor, WorkerDied)):
                lost += taken
            elif isinstance(error, Exception):  # such as a result that cannot be sent
                if len(taken) == 1:
                    self.note(taken[0], Failed(error))
                else:
                    lost += taken
            else:
                raise error
        return sorted(lost)


@dataclass
class _Shift(_Work[T, R]):
    """Works through the tasks here, with as many pools as it takes."""

    workers: int

    def run(self) -> None:
        waiting = deque(range(len(self.items)))
        while waiting:
            # One that was handed out at two deaths runs alone, so that it harms no other.
            alone = self.deaths[waiting[0]] >= 2
            queue = deque([waiting.popleft()]) if alone else waiting
            lost = self._work(queue, 1 if alone else self.workers)
            if alone:
                waiting.extendleft(queue)  # its pool broke before it was handed out
            for index in reversed(lost):
                self.deaths[index] += 1
                if self.deaths[index] < DEATHS_ALLOWED:
                    waiting.appendleft(index)
                else:
                    self.note(index, Failed(WorkerDied(_death(self.deaths[index]))))

    def _work(self, waiting: deque[int], workers: int) -> list[int]:
        """Work until all is done or the pool breaks; returns what was under way when it broke."""
        lost: list[int] = []
        with _pool(workers) as pool:
            while (waiting or self.running) and not lost:
                try:
                    while waiting and len(self.running) < 2 * workers:
                        self.hand_out(pool, waiting, workers)
                except BrokenProcessPool:
                    if not self.running:
                        break
                    wait(self.running)  # each ends, with its result or as broken
                done, _ = wait(self.running, return_when=FIRST_COMPLETED)
                if any(isinstance(future.exception(), BrokenProcessPool) for future in done):
                    done, _ = wait(self.running)
                lost = self.take_in(done)
        return lost


@dataclass
class _Elsewhere(_Work[T, R]):
    """Works through the tasks on an executor that was given."""

    on: Executor

    def run(self) -> None:
        said = getattr(self.on, "workers", None) or getattr(self.on, "_max_workers", None)
        workers = int(said or WORKERS_ELSEWHERE)
        waiting = deque(range(len(self.items)))
        try:
            while waiting or self.running:
                while waiting and len(self.running) < 2 * workers:
                    self.hand_out(self.on, waiting, workers)
                done, _ = wait(self.running, return_when=FIRST_COMPLETED)
                broken = next((e for f in done if isinstance(e := f.exception(), BrokenExecutor)), None)
                if broken is not None:
                    raise WorkerDied(f"the executor that was given broke: {broken}")
                errors = {index: f.exception() for f in done for index in self.running[f]}
                for index in reversed(self.take_in(done)):
                    if self.deaths[index]:  # it was by itself: it is to blame
                        self.note(index, Failed(WorkerDied(str(errors[index]))))
                    else:
                        self.deaths[index] = 1
                        waiting.appendleft(index)
        except BaseException:
            for future in self.running:
                future.cancel()
            raise


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
        # One that ends while it hands over a result leaves half of it in the pipe. The pool would wait for
        # the other half as long as anyone can write there, and that is nobody but this process now.
        pool._result_queue._writer.close()  # type: ignore[attr-defined]
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Ctrl-C waits until the block ends; processes started in it never get it.

    Without this a process that is just starting would answer Ctrl-C with a traceback of its own.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


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
