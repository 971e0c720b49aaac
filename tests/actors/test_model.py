"""RouteModel as someone who knows Mesa uses it."""

from __future__ import annotations

from pathlib import Path

import mesa
import numpy as np
import pandas as pd
import pytest

from actors.worlds import scenario
from darien.actors.institutions import Authority, Checkpoint, DetentionCentre
from darien.actors.model import RouteModel
from darien.engine.records import MIGRANT
from darien.scenario.errors import ScenarioError


@pytest.fixture(scope="module")
def finished() -> RouteModel:
    return RouteModel(scenario()).run()


def test_a_step_is_a_day_and_running_ends_with_the_last() -> None:
    model = RouteModel(scenario(period={"start": "2016-01-01", "end": "2016-01-05"}))
    days = 0
    while model.running:
        model.step()
        days += 1
    assert days == model.day == model.steps == 5
    assert str(model.date) == "2016-01-05"
    with pytest.raises(RuntimeError, match="2016-01-05"):
        model.step()


def test_institutions_are_mesa_agents(finished: RouteModel) -> None:
    assert {type(agent) for agent in finished.agents} == {Authority, Checkpoint, DetentionCentre}
    (panama,) = finished.agents_by_type[Authority]
    (station,) = finished.agents_by_type[DetentionCentre]
    assert [c.name for c in panama.checkpoints] == ["post"]
    assert panama.detained == station.occupancy <= station.beds == 120
    assert (station.limit_days, station.when_full) == (20, "release")
    (post,) = panama.checkpoints
    assert (post.officers, post.capacity, post.coverage, post.skill) == (4, 40, 0.6, 0)


def test_the_data_collector_keeps_a_row_a_day(finished: RouteModel) -> None:
    frame = finished.to_frame()
    assert len(frame) == finished.scenario.period.days
    assert frame["date"].iloc[0] == finished.scenario.period.start
    stocks = frame.drop(columns="date").iloc[-1]
    assert stocks.sum() == finished.migrants.agg("persons", np.sum) + stocks["died"] - _wholly_dead(finished)
    centres = finished.datacollector.get_agenttype_vars_dataframe(DetentionCentre)
    assert centres["occupancy"].max() <= 120


def _wholly_dead(model: RouteModel) -> int:
    """Persons of records in the state died: none, since a death takes the person out of its party."""
    return int(model.migrants.select(state="died").column("persons").sum())


def test_batch_run_works_and_replicates_differ() -> None:
    results = mesa.batch_run(
        RouteModel,
        parameters={
            "scenario": [scenario(period={"start": "2016-01-01", "end": "2016-02-15"})],
            "replicate": [0, 1],
        },
        iterations=1,
        number_processes=1,
        data_collection_period=-1,
        display_progress=False,
    )
    frame = pd.DataFrame(results).drop_duplicates("RunId")
    assert len(frame) == 2
    assert frame["on_leg"].nunique() == 2
    assert (frame["arrived"] > 0).all()


def test_same_seed_same_run_and_other_seed_another() -> None:
    short = scenario(period={"start": "2016-01-01", "end": "2016-02-29"})
    runs = [RouteModel(short, seed=seed, collect=False).run().result(journeys=True) for seed in (5, 5, 6)]
    pd.testing.assert_frame_equal(runs[0].counts, runs[1].counts)
    pd.testing.assert_frame_equal(runs[0].journeys, runs[1].journeys)
    assert not runs[0].counts.equals(runs[2].counts)


def test_collecting_changes_nothing(finished: RouteModel) -> None:
    quiet = RouteModel(scenario(), collect=False).run()
    assert quiet.to_frame().empty
    pd.testing.assert_frame_equal(quiet.result().counts, finished.result().counts)


def test_a_longer_period_keeps_everyones_luck() -> None:
    late = scenario(period={"start": "2016-02-01", "end": "2016-02-20"})
    early = scenario(period={"start": "2016-01-01", "end": "2016-02-20"})
    one, two = (RouteModel(s, collect=False).run().migrants.records for s in (late, early))
    assert set(one["identity"]) == set(two["identity"][two["departed"] >= 31])


def test_a_scenario_with_faults_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError):
        RouteModel(tmp_path / "missing.yaml")


def test_events_are_counted_by_kind(finished: RouteModel) -> None:
    assert finished.events == sum(finished.event_mix.values())
    assert finished.event_mix["departed"] == len(finished.migrants)
    assert finished.migrants.nbytes_each == MIGRANT.itemsize == 64


def test_memory_grows_when_more_depart_than_expected() -> None:
    short = scenario(period={"start": "2016-01-01", "end": "2016-01-31"})
    roomy, tight = RouteModel(short, collect=False), RouteModel(short, collect=False)
    tight.books = tight.books._replace(migrants=tight.books.migrants[:1].copy())
    pd.testing.assert_frame_equal(roomy.run().result().counts, tight.run().result().counts)


def test_days_in_one_go_are_days_one_by_one() -> None:
    """What stretches of days give is what single days give; progress is told after each stretch."""
    period = {"start": "2016-01-01", "end": "2016-04-30"}
    closed = {"measure": "border_closure", "legs": ["trail"], "from": "2016-02-10", "until": "2016-03-05"}
    one = scenario(period=period, policy=[closed])
    told: list[int] = []
    in_one_go = RouteModel(one, collect=False).run(told.append)
    one_by_one = RouteModel(one, collect=False)
    while one_by_one.running:
        one_by_one.step()
    assert told == [30, 40, 60, 65, 90, 120, 121]
    assert in_one_go.steps == one_by_one.steps == 121
    assert in_one_go.result().counts.equals(one_by_one.result().counts)
    assert in_one_go.migrants.to_frame().equals(one_by_one.migrants.to_frame())
