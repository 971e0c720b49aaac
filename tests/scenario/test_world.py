"""The shipped world and the scenarios laid over it: whole, sourced, and true to the reported figures."""

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from darien.scenario import library
from darien.scenario.check import destinations, reaching
from darien.scenario.files import fingerprint, load, read, warnings
from darien.scenario.measures import BorderClosure
from darien.scenario.parts import of_scenario
from darien.scenario.quantity import Quantity, Sourced
from darien.scenario.schema import Scenario
from darien.scenario.shape import measures
from darien.scenario.world import Entries, Group, Place, Season, TravelDays

HISTORIES = ("history-2014-2018", "history-2018-2023")
LIBRARY = sorted({path.stem for path in (library.root() / "scenarios").glob("*.yaml")} - {*HISTORIES})
THEMES = {
    *("training", "detention", "checkpoints", "information", "papers", "smuggling"),
    *("quotas and closures", "reception and asylum", "aid and safety"),
}
GROUPS = [
    *("cuba", "haiti", "africa", "south_asia", "east_asia", "middle_east", "venezuela"),
    *("other_south_america", "northern_triangle"),
]
OF_THEIR_OWN = (Place, TravelDays, Season, Entries, Group)  # hold numbers that are no Quantity


@cache
def scenario(name: str) -> Scenario:
    return load(name)


def table(name: str, key: str) -> dict[str, dict[str, str]]:
    with (library.observed() / name).open(encoding="utf-8", newline="") as file:
        return {row[key]: row for row in csv.DictReader(file)}


def parts(path: str, value: Any) -> Iterator[tuple[str, BaseModel]]:
    """Every part that a scenario's files give, with its path; defaults are left out."""
    if isinstance(value, BaseModel):
        yield path, value
        for name in type(value).model_fields:
            if name in value.model_fields_set:
                yield from parts(f"{path}.{name}", getattr(value, name))
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from parts(f"{path}.{key}", part)
    elif isinstance(value, list):
        for position, part in enumerate(value):
            yield from parts(f"{path}[{position}]", part)


def test_the_world_by_itself_has_no_fault() -> None:
    assert read("worlds/americas", world=True) == (None, [])


def test_the_world_covers_the_route() -> None:
    world = scenario(HISTORIES[0])
    assert len(world.places) >= 17
    assert len(world.legs) >= 25
    assert list(world.groups) == GROUPS
    countries = {place.country for place in world.places.values()}
    assert countries >= {"BRA", "PER", "ECU", "COL", "PAN", "CRI", "NIC", "HND", "GTM", "MEX", "USA"}
    into_mexico = {leg.to for leg in world.legs.values() if world.places[leg.to].country == "MEX"}
    assert {leg.mode for leg in world.legs.values() if leg.to in into_mexico} >= {
        "bus",
        "train",
        "truck",
        "air",
    }


def test_ways_round_what_is_watched() -> None:
    world = scenario(HISTORIES[0])
    trails = [leg for leg in world.legs.values() if leg.nest == "darien"]
    assert len(trails) == 3
    assert len({leg.origin for leg in trails}) == 1
    into = {leg.to: leg for leg in world.legs.values()}
    for place in ("paso_canoas", "managua", "tapachula", "south_texas"):
        ways = [leg for leg in world.legs.values() if leg.to == place]
        assert {leg.clandestine for leg in ways} == {True, False}, place
    assert into["panama_city"]
    assert any(leg.mode == "boat" and leg.to == "panama_city" for leg in world.legs.values())
    ports = [leg for name, leg in world.legs.items() if name.startswith("port_")]
    assert ports
    assert all(leg.persons_per_day is not None and world.places[leg.to].destination for leg in ports)


@pytest.mark.parametrize("name", HISTORIES)
def test_nobody_can_be_stuck_for_good(name: str) -> None:
    world = scenario(name)
    found = of_scenario(world)
    for group in world.groups:
        assert set(world.places) - reaching(found, group) <= _never_visited(world, group)
    assert destinations(found) == {"california", "el_paso", "south_texas"}
    assert not [said for said in warnings(world) if "can come here but not go on" in said]


def _never_visited(world: Scenario, group: str) -> set[str]:
    seen = {place for entries in world.groups[group].entries for place in entries.shares}
    edge = list(seen)
    while edge:
        here = edge.pop()
        for leg in world.legs.values():
            if leg.origin == here and leg.to not in seen and (leg.groups is None or group in leg.groups):
                seen.add(leg.to)
                edge.append(leg.to)
    return set(world.places) - seen


@pytest.mark.parametrize("name", [*HISTORIES, *LIBRARY])
def test_every_number_says_where_it_comes_from(name: str) -> None:
    for path, part in parts(name, scenario(name)):
        if isinstance(part, Quantity):
            assert part.source or part.assumption, path
            if not part.source:
                assert part.low is not None, path
                assert part.high is not None, path
        elif isinstance(part, OF_THEIR_OWN):
            assert part.provenance != "set by the scenario", path


@pytest.mark.parametrize("name", [*HISTORIES, *LIBRARY])
def test_sources_name_figures_that_exist(name: str) -> None:
    parameters, series = table("parameters.csv", "name"), table("series.csv", "series_id")
    with (library.observed() / "events.csv").open(encoding="utf-8", newline="") as file:
        events = {(row["date"], row["place"], row["source"]) for row in csv.DictReader(file)}
    checked = 0
    for path, part in parts(name, scenario(name)):
        if not isinstance(part, Sourced) or part.source is None:
            continue
        if event := re.match(r"events\.csv (\S+) (\S+), (.*)", part.source, re.DOTALL):
            assert (event[1], event[2], event[3]) in events, path
            checked += 1
        elif figure := re.match(r"([A-Za-z0-9_+ -]+?)(?: \(|,)", part.source):
            row = parameters.get(figure[1]) or series.get(figure[1])
            if row is not None:
                assert row["source"] in part.source, path
                checked += 1
            else:
                assert "gdidata" in part.source, f"{path}: {part.source}"
    assert checked > 80


@pytest.mark.parametrize("name", HISTORIES)
def test_a_sourced_value_is_the_published_one(name: str) -> None:
    """The middle of what was published; the range holds the published one unless the source says why not."""
    parameters = table("parameters.csv", "name")
    compared = 0
    for path, part in parts(name, scenario(name)):
        if not isinstance(part, Quantity) or part.source is None:
            continue
        figure = re.split(r", | \(", part.source, maxsplit=1)[0]
        if (
            figure not in parameters or figure == "panama_MRS_overcapacity_Apr2020"
        ):  # a ratio, worked out there
            continue
        per_person = 0.5 if "per couple, halved" in part.source else 1.0
        row = parameters[figure]
        low, value, high = (per_person * float(row[key]) for key in ("value_low", "value_mid", "value_high"))
        assert part.low is not None, path
        assert part.high is not None, path
        assert part.value == pytest.approx(value), path
        if "range widened" not in part.source:
            assert (part.low, part.high) == pytest.approx((low, high)), path
        assert part.low <= low * (1 + 1e-6), path
        assert part.high >= high * (1 - 1e-6), path
        compared += 1
    assert compared > 40


def test_deriving_series_exist_and_are_no_alternatives() -> None:
    series = table("series.csv", "series_id")
    for name in HISTORIES:
        for group_name, group in scenario(name).groups.items():
            assert group.derives is not None, group_name
            used = [*group.derives.annual, *group.derives.monthly, *group.derives.shape]
            assert used, group_name
            assert all(series[series_id]["alternative"] == "False" for series_id in used)


def test_nationalities_are_those_of_reported_series() -> None:
    reported = {name.rsplit("_", 1)[-1] for name in table("series.csv", "series_id")}
    unreported = {"Sri Lanka", "Vietnam"}
    for name, group in scenario(HISTORIES[0]).groups.items():
        assert set(group.nationalities) - unreported <= reported, name


@pytest.mark.parametrize("name", LIBRARY)
def test_a_scenario_of_the_library_changes_a_history_and_says_why(name: str) -> None:
    overlay = scenario(name)
    bases = [scenario(history) for history in HISTORIES if scenario(history).period == overlay.period]
    assert len(bases) == 1
    assert overlay.theme in THEMES
    assert len(overlay.title) <= 80
    assert len(overlay.why) >= 80
    assert overlay.seed == bases[0].seed
    assert fingerprint(overlay) != fingerprint(bases[0])
    assert [text for text in warnings(overlay) if text not in warnings(bases[0])] == []


def test_scenarios_do_not_share_a_title() -> None:
    titles = [scenario(name).title for name in (*HISTORIES, *LIBRARY)]
    assert len(set(titles)) == len(titles)


def test_every_kind_of_measure_is_used_in_the_library() -> None:
    used = {measure.measure for name in (*HISTORIES, *LIBRARY) for measure in scenario(name).policy}
    assert used == set(measures())


def test_limit_and_beds_of_the_stations_can_be_set() -> None:
    changed = load(
        "detention-limit-panama", ["policy.stations.limit_days=60", "policy.stations.beds_times=0.5"]
    )
    measure = next(measure for measure in changed.policy if measure.name == "stations")
    assert measure.measure == "detention"
    assert measure.limit_days is not None
    assert (measure.limit_days.value, measure.beds_times.value) == (60, 0.5)


def test_ways_that_existed_for_some_months_are_closed_before_and_after() -> None:
    history = scenario(HISTORIES[0])
    closures = [
        measure
        for measure in history.policy
        if isinstance(measure, BorderClosure) and "penas_blancas_tapachula_airbridge" in measure.legs
    ]
    assert [measure.start for measure in closures] == sorted(measure.start for measure in closures)
    first, last = closures
    assert first.start == history.period.start
    assert first.until is not None
    assert first.until < last.start
    assert last.until is None


def test_the_readme_names_every_scenario() -> None:
    text = (library.root() / "scenarios" / "README.md").read_text(encoding="utf-8")
    for path in Path(library.root() / "scenarios").glob("*.yaml"):
        assert f"`{path.name}`" in text, path.name
