"""An existing Dask cluster as the executor that experiments run on: ``--dask ADDRESS``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any

from darien.experiments.pool import Hands, WorkerDied
from darien.scenario.errors import UserMistake

PATIENCE = "10s"  # for the scheduler to answer


class DaskExecutor(Executor):
    """Hands tasks to a cluster. A worker that dies loses none: the scheduler runs its tasks elsewhere.

    A task that kills its workers every time ends with :class:`~darien.experiments.pool.WorkerDied`.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._executor = client.get_executor(pure=False)

    @property
    def workers(self) -> int:
        """Threads of all workers that are there now: how many tasks run at the same time."""
        return max(1, sum(self._client.nthreads().values()))

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a call on the cluster."""
        inner = self._executor.submit(fn, *args, **kwargs)
        outer: Future[Any] = Future()
        outer.set_running_or_notify_cancel()

        def pass_on(done: Future[Any]) -> None:
            if done.cancelled():
                outer.set_exception(WorkerDied("the cluster gave the task up"))
            elif (error := done.exception()) is None:
                outer.set_result(done.result())
            elif type(error).__name__ == "KilledWorker":
                outer.set_exception(WorkerDied(f"every worker that ran it died: {error}"))
            else:
                outer.set_exception(error)

        inner.add_done_callback(pass_on)
        return outer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let go of what was handed out; the cluster itself stays."""
        self._executor.shutdown(wait=wait and not cancel_futures)


@contextmanager
def hands_of(workers: int | None, dask: str | None) -> Iterator[Hands]:
    """Who works, by what a command was given: processes of this machine, or the cluster at an address.

    One process where neither is given. Raises UserMistake where both are, or as :func:`dask_executor`.
    """
    if dask is None:
        yield Hands(workers or 1)
        return
    if workers is not None:
        raise UserMistake("--dask and --workers: give one of them; a cluster has workers of its own")
    with dask_executor(dask) as on:
        yield Hands(on=on)


@contextmanager
def dask_executor(address: str) -> Iterator[DaskExecutor]:
    """An executor on the cluster whose scheduler is at ``address``, such as ``tcp://10.0.0.1:8786``.

    Raises UserMistake where ``distributed`` is not installed, nobody answers, there are no workers, or a
    worker runs other code than this process.
    """
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        raise UserMistake("--dask needs the package distributed: pip install 'darien[dask]'") from error

    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:  # a timeout is an OSError
        raise UserMistake(f"--dask {address}: no Dask scheduler answers there ({_said(error)})") from error
    try:
        _must_have_this_code(client, address)
        yield DaskExecutor(client)
    finally:
        client.close(timeout=1)


def _must_have_this_code(client: Any, address: str) -> None:
    from darien.record.version import code_version

    workers = list(client.scheduler_info(n_workers=-1)["workers"])
    if not workers:
        raise UserMistake(f"--dask {address}: the cluster has no workers: start some (dask worker {address})")
    try:
        found: dict[str, str] = client.run(code_version)
    except Exception as error:
        raise UserMistake(
            f"--dask {address}: a worker cannot run darien ({_said(error)}): install it on all machines"
        ) from error
    others = sorted(worker for worker, code in found.items() if code != code_version())
    if others:
        raise UserMistake(
            f"--dask {address}: {len(others)} of {len(found)} workers run other code than this darien, "
            f"{others[0]} for one: install the same versions of darien, numpy and numba on all machines"
        )


def _said(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
