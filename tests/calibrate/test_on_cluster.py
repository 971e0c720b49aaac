# mypy: disable-error-code=no-untyped-call
"""A fit on a Dask cluster: the same runs, and who works is asked for in one way."""

from __future__ import annotations

from pathlib import Path

import pytest
from distributed import LocalCluster

from calibrate.test_killed import HISTORY, PROBLEM, kept
from darien.calibrate.design import setting
from darien.calibrate.runs import Kept, run_stage
from darien.calibrate.unknowns import points
from darien.experiments.dask_pool import hands_of
from darien.experiments.pool import ONE, Hands
from darien.scenario.errors import UserMistake


def test_runs_of_a_fit_on_a_cluster_are_those_of_this_process(tmp_path: Path) -> None:
    (tmp_path / "history.yaml").write_text(HISTORY, encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(PROBLEM, encoding="utf-8")
    of = setting(tmp_path / "mine.yaml")
    units = points(of.problem, 2)[:4]
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, protocol="tcp://", dashboard_address=":0") as cluster,
        hands_of(None, cluster.scheduler_address) as hands,
    ):
        assert hands.on is not None
        run_stage(of, Kept(tmp_path / "there", of), "design", units, hands)
    run_stage(of, Kept(tmp_path / "here", of), "design", units, ONE)
    assert len(kept(tmp_path / "there")) == 4
    assert kept(tmp_path / "there") == kept(tmp_path / "here")


def test_processes_and_a_cluster_together_are_refused() -> None:
    with hands_of(None, None) as hands:
        assert hands == ONE
    with hands_of(3, None) as hands:
        assert hands == Hands(3)
    with pytest.raises(UserMistake, match="--dask and --workers: give one of them"), hands_of(2, "tcp://x:1"):
        pass
