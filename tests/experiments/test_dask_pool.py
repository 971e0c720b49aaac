# mypy: disable-error-code=no-untyped-call
"""A sweep on a Dask cluster: the same table, whoever dies; and clusters that are of no use are refused."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster

from darien.experiments import dask_pool
from darien.experiments.dask_pool import dask_executor
from darien.scenario.errors import UserMistake

from . import sweeps

SWEEP = """\
title: On a cluster
why: a test
base: tiny.yaml
design: latin_hypercube
points: 100
parameters:
  beds: {path: detention_centres.centre.beds}
replicates: 4
"""
OTHER_CODE = "import darien.record.version as version; version.code_version = lambda: 'other'"


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Two worker processes, reached over TCP."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, protocol="tcp://", dashboard_address=":0"
    ) as cluster:
        yield cluster


def test_a_worker_that_is_killed_loses_nothing(cluster: LocalCluster, tmp_path: Path) -> None:
    file = sweeps.write(tmp_path, SWEEP)
    with Client(cluster.scheduler_address, set_as_default=False) as client:
        workers: dict[str, int] = client.run(os.getpid)
    assert len(set(workers.values())) == 2
    killed: list[int] = []

    def kill_one(done: int, of: int) -> None:
        if done >= of // 3 and not killed:
            killed.append(min(workers.values()))
            os.kill(killed[0], signal.SIGKILL)

    with dask_executor(cluster.scheduler_address) as on:
        found = sweeps.run(file, tmp_path / "out", on=on, progress=kill_one)
    assert killed
    assert len(found.runs) == 400
    sweeps.run(file, tmp_path / "here")
    assert sweeps.content(tmp_path / "out") == sweeps.content(tmp_path / "here")


def test_the_command_takes_the_address(
    cluster: LocalCluster, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = sweeps.write(tmp_path)
    assert sweeps.ended("sweep", file, "--dask", cluster.scheduler_address) == 0
    assert "Beds and dates: 4 points, 3 replicates each" in capsys.readouterr().out
    assert sweeps.kept(tmp_path / "results" / "beds") == 12


def test_workers_of_other_code_are_refused(tmp_path: Path) -> None:
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, protocol="tcp://", dashboard_address=":0") as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        client.run(exec, OTHER_CODE, {})
        with (
            pytest.raises(UserMistake, match="1 of 1 workers run other code than this darien, tcp://"),
            dask_executor(cluster.scheduler_address),
        ):
            pass


def test_a_cluster_without_workers_is_refused() -> None:
    with (
        LocalCluster(n_workers=0, protocol="tcp://", dashboard_address=":0") as cluster,
        pytest.raises(UserMistake, match="the cluster has no workers"),
        dask_executor(cluster.scheduler_address),
    ):
        pass


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense", "carrier-pigeon://here:1", ""])
def test_a_bad_address_is_told_in_one_line(
    tmp_path: Path, address: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_pool, "PATIENCE", "1s")
    file = sweeps.write(tmp_path)
    assert sweeps.ended("sweep", file, "--dask", address, "--out", tmp_path / "out") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"--dask {address}: no Dask scheduler answers there")
    assert not (tmp_path / "out").exists()


def test_workers_and_a_cluster_are_not_given_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments: list[Any] = ["sweep", sweeps.write(tmp_path), "--dask", "tcp://127.0.0.1:1", "--workers", 2]
    assert sweeps.ended(*arguments) == 2
    assert capsys.readouterr().err.startswith("--dask and --workers: give one of them")
