"""A scenario changed at a path is the one that the reader of scenario files would make, or refuse."""

from __future__ import annotations

import datetime as dt
import pickle
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from darien.experiments.varying import Value, Varying, at_path
from darien.scenario import files
from darien.scenario.errors import ScenarioError

from . import sweeps

NUMBERS = {
    "detention_centres.centre.beds": st.integers(-2, 50) | st.floats(0, 50),
    "detention_centres.centre.limit_days": st.integers(0, 40) | st.floats(0.5, 9),
    "parameters.cost_weight": st.floats(-1, 9),
    "parameters.nest_correlation": st.floats(0, 1.5),
    "legs.out.price_usd": st.integers(-1, 300),
    "legs.out.price_usd.value": st.integers(0, 150),
    "departures.times.people": st.floats(0, 2),
    "departures.persons_per_day.people": st.integers(-1, 9),
    "policy.stronger.coverage_added": st.floats(-0.5, 1.5),
    "policy[0].ramp_days": st.integers(-3, 60),
    "groups.people.funds_usd": st.integers(-1, 9000),
    "seed": st.integers(-1, 9),
    "persons_per_migrant.people": st.integers(0, 30),
}
OTHERS: dict[str, list[Value]] = {
    "policy.stronger.from": [dt.date(2020, 2, 1), dt.date(2019, 5, 1), dt.date(2021, 1, 1), 5, "soon"],
    "detention_centres.centre.when_full": ["release", "hold_on_site", "wait_outside", "nowhere"],
    "period.end": [dt.date(2020, 2, 2), dt.date(2020, 1, 20)],
    "legs.out.to": ["border", "entry", "nowhere"],
    "legs.out.clandestine": [True, False, "yes"],
    "places.station.destination": [True],
}


@pytest.fixture(scope="module")
def varying(tmp_path_factory: pytest.TempPathFactory) -> Varying:
    folder = tmp_path_factory.mktemp("varying")
    sweeps.write(folder)
    return Varying(folder / "tiny.yaml", ("record_every=month",))


def outcome(varying: Varying, values: dict[str, Value], quickly: bool) -> str:
    """The fingerprint of the scenario, or what is said against it."""
    try:
        scenario = varying.at(values) if quickly else varying.read(values)
    except ScenarioError as error:
        return str(error)
    return files.fingerprint(scenario)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_numbers_are_as_the_reader_has_them(varying: Varying, data: st.DataObject) -> None:
    paths = data.draw(st.lists(st.sampled_from(sorted(NUMBERS)), min_size=1, max_size=3, unique=True))
    values: dict[str, Value] = {path: data.draw(NUMBERS[path]) for path in paths}
    assert outcome(varying, values, quickly=True) == outcome(varying, values, quickly=False)


@pytest.mark.parametrize(("path", "value"), [(path, value) for path in OTHERS for value in OTHERS[path]])
def test_words_and_dates_too(varying: Varying, path: str, value: Value) -> None:
    assert outcome(varying, {path: value}, quickly=True) == outcome(varying, {path: value}, quickly=False)


def test_sound_changes_do_not_go_to_the_reader(varying: Varying, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Varying, "read", None)
    changed = varying.at({"detention_centres.centre.beds": 7, "policy.stronger.from": dt.date(2020, 2, 2)})
    assert changed.detention_centres["centre"].beds.value == 7
    assert varying.base.detention_centres["centre"].beds.value == 20


def test_the_history_too(tmp_path: Path) -> None:
    history = Varying("history-2014-2018", ("record_every=month",))
    values: dict[str, Value] = {
        "detention_centres.panama_stations.beds": 300,
        "policy.programme_tapachula.coverage_added": 0.1,
        "policy.exit_passes_tapachula.from": dt.date(2015, 1, 1),
        "departures.times.cuba": 1.25,
        "parameters.cost_weight": 1.7000000000000002,
    }
    quick = history._quickly(values)
    assert quick is not None
    assert files.fingerprint(quick) == files.fingerprint(history.read(values))
    assert files.fingerprint(pickle.loads(pickle.dumps(history)).at(values)) == files.fingerprint(quick)


def test_what_stands_at_a_path(varying: Varying) -> None:
    assert at_path(varying.base, "legs.out.price_usd").high == 90
    assert at_path(varying.base, "policy.stronger.from") == dt.date(2020, 2, 1)
    assert at_path(varying.base, "policy[0].name") == "stronger"
    assert at_path(varying.base, "legs.nowhere.price_usd") is None
    assert at_path(varying.base, "seed.of.all") is None
