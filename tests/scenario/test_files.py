from __future__ import annotations

import datetime as dt
import pickle
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import Folder
from darien.scenario import library
from darien.scenario.contents import kinds
from darien.scenario.errors import Fault, ScenarioError, UserMistake
from darien.scenario.files import faults, fingerprint, load, read, resolved, to_yaml, warnings
from darien.scenario.measures import DetentionMeasure, Quota
from darien.scenario.schema import Scenario


def again(scenario: Scenario, folder: Folder) -> Scenario:
    return load(folder.write("again/resolved.yaml", to_yaml(scenario)))


def test_an_overlay_changes_what_it_names(folder: Folder) -> None:
    small = load("small.yaml")
    over = load(folder.overlay("legs:\n  bus_north: {price_usd: 30}\nparameters: {cost_weight: 3}\n"))
    assert over.title == "Overlay"
    assert over.legs["bus_north"].price_usd.value == 30
    assert over.parameters.cost_weight.value == 3
    assert over.parameters.time_weight_per_day.value == 0.001
    assert over.places == small.places
    assert list(over.legs) == list(small.legs)


def test_a_list_adds_unless_it_replaces(folder: Folder) -> None:
    closure = "{measure: border_closure, legs: [bus_north], from: 2016-03-01}"
    added = load(folder.overlay(f"policy:\n  - {closure}\n"))
    assert [measure.measure for measure in added.policy] == ["quota", "border_closure"]
    replaced = load(folder.overlay(f"policy: {{replace: [{closure}]}}\n"))
    assert [measure.measure for measure in replaced.policy] == ["border_closure"]
    assert load(folder.overlay("policy: {replace: []}\n")).policy == []


def test_a_mapping_may_be_replaced_too(folder: Folder) -> None:
    leg = load(
        folder.overlay("legs:\n  bus_north:\n    travel_days: {replace: {min: 1, mode: 2, max: 3}}\n")
    ).legs["bus_north"]
    assert (leg.travel_days.min, leg.travel_days.max, leg.travel_days.table) == (1, 3, None)


def test_a_quantity_is_replaced_whole(folder: Folder) -> None:
    bare = load(folder.overlay("legs:\n  darien_foot: {price_usd: 50}\n")).legs["darien_foot"].price_usd
    assert (bare.value, bare.low, bare.source) == (50, None, None)
    whole = load(folder.overlay("legs:\n  darien_foot: {price_usd: {value: 50, high: 60}}\n"))
    price = whole.legs["darien_foot"].price_usd
    assert (price.value, price.low, price.high, price.source) == (50, None, 60, None)


def test_a_quantity_may_be_given_another_range(folder: Folder) -> None:
    over = load(
        folder.overlay(
            "legs:\n  darien_foot: {price_usd: {high: 950}}\nseasons:\n  rain: {hazard_times: {high: 3}}\n"
        )
    )
    price = over.legs["darien_foot"].price_usd
    assert (price.value, price.low, price.high, price.source) == (400, 100, 950, "interviews")
    assert over.seasons["rain"].hazard_times.value == 2
    assert over.seasons["rain"].hazard_times.high == 3


def test_extends_goes_from_the_file_that_names_it(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.write("deep/er/overlay.yaml", "title: a\nwhy: b\nextends: ../../small\n")
    assert load("deep/er/overlay.yaml").seed == 7
    monkeypatch.chdir(folder.path / "deep")
    assert load("er/overlay.yaml").seed == 7


def test_a_fault_names_the_file_of_the_chain_that_wrote_the_value(folder: Folder) -> None:
    folder.overlay("legs:\n  bus_north: {price_usd: -5}\n")
    folder.write("top.yaml", "title: a\nwhy: b\nextends: overlay.yaml\nseed: -2\n")
    assert [(f.file, f.line, f.path) for f in faults("top.yaml")] == [
        ("top.yaml", 4, "seed"),
        ("overlay.yaml", 5, "legs.bus_north.price_usd"),
    ]
    folder.write("top.yaml", "title: a\nwhy: b\nextends: overlay.yaml\nlegs: {bus_north: {price_usd: 5}}\n")
    assert faults("top.yaml") == []


def test_a_series_is_read_into_months(folder: Folder) -> None:
    folder.write("data/d.csv", "group,month,persons_per_day\ncuba,2016-02,99.5\n\nhaiti,2016-01,1e1\n")
    folder.write(
        "data/series.yaml",
        "title: a\nwhy: b\nextends: ../small.yaml\n"
        "departures: {series: d.csv, persons_per_day: {replace: {}}, "
        "monthly: {haiti: {2016-02: 3, 2016-03: 4}}}\n",
    )
    departures = load("data/series.yaml").departures
    assert departures.series is None
    assert departures.monthly["cuba"] == {"2016-01": 10, "2016-02": 99.5, "2016-03": 8.5}
    assert departures.monthly["haiti"] == {"2016-01": 10, "2016-02": 3, "2016-03": 4}
    resolved_again = again(load("data/series.yaml"), folder)
    assert resolved_again.departures == departures


def test_set_reaches_everything(folder: Folder) -> None:
    changed = load(
        "small.yaml",
        [
            "seed=99",
            "policy.bus_quota.persons_per_day=50",
            "policy[0].from=2016-02-10",
            "legs.darien_foot.price_usd.high=1000",
            "groups.cuba.party_size={1: 1}",
            "departures.monthly.cuba.2016-02=3",
            "departures.times.haiti=1.4",
            "departures.dispersion.high=4",
            "departures.dispersion.value=2",
            "detention_centres.second.when_full=crowd",
            "detention_centres.second.crowding=1.5",
            "title=A = b",
        ],
    )
    quota = changed.policy[0]
    assert isinstance(quota, Quota)
    assert changed.seed == 99
    assert (quota.persons_per_day.value, quota.start) == (50, dt.date(2016, 2, 10))
    assert changed.legs["darien_foot"].price_usd.high == 1000
    assert changed.groups["cuba"].party_size == {1: 1}
    assert changed.departures.monthly["cuba"]["2016-02"] == 3
    assert changed.departures.times["haiti"].value == 1.4
    assert (changed.departures.dispersion.value, changed.departures.dispersion.high) == (2, 4)
    assert changed.detention_centres["second"].crowding == 1.5
    assert changed.title == "A = b"


def test_set_of_a_party_size_by_its_number(folder: Folder) -> None:
    sizes = load("small.yaml", ["groups.cuba.party_size.2=0.2", "groups.cuba.party_size.5=0.1"])
    assert sizes.groups["cuba"].party_size == {1: 0.7, 2: 0.2, 5: 0.1}


def test_set_of_a_series_goes_from_the_working_folder(folder: Folder) -> None:
    folder.write("d.csv", "month,group,persons_per_day\n2016-02,cuba,99\n")
    assert load("small.yaml", ["departures.series=d.csv"]).departures.monthly["cuba"]["2016-02"] == 99


def test_the_resolved_whole_needs_no_other_file(folder: Folder) -> None:
    scenario = load(folder.overlay("theme: 'NO'\nlegs:\n  bus_north: {price_usd: 1e-7}\n"))
    data = resolved(scenario)
    assert "extends" not in data
    assert data["theme"] == "NO"
    assert data["legs"]["bus_north"]["from"] == "meteti"
    assert data["legs"]["bus_north"]["robbery_per_100"] == 0
    assert data["legs"]["darien_foot"]["price_usd"]["source"] == "interviews"
    loaded = again(scenario, folder)
    assert resolved(loaded) == data
    assert fingerprint(loaded) == fingerprint(scenario)
    assert loaded == scenario.model_copy(update={"extends": None})


@pytest.mark.parametrize(
    ("name", "kind"), [item for item in kinds().items() if item[1] in ("world", "scenario")]
)
def test_built_in_files_are_whole_and_come_back_from_yaml(name: str, kind: str, folder: Folder) -> None:
    found = faults(name)
    if kind == "world":
        assert read(name, world=True) == (None, [])
        assert {fault.path for fault in found} == {""}
        assert all("needs title, why, period and departures" in fault.message for fault in found)
        return
    assert found == []
    scenario = load(name)
    loaded = again(scenario, folder)
    assert fingerprint(loaded) == fingerprint(scenario)
    assert loaded == scenario.model_copy(update={"extends": None})


def test_the_fingerprint_sees_what_decides_results(folder: Folder) -> None:
    base = fingerprint(load("small.yaml"))
    assert len(base) == 64
    for change in (
        "seed=8",
        "legs.bus_north.price_usd=1",
        "policy.bus_quota.until=2016-03-01",
        "persons_per_migrant.cuba=2",
        "record_every=month",
        "groups.cuba.party_size={1: 1}",
    ):
        assert fingerprint(load("small.yaml", [change])) != base, change


def test_the_fingerprint_does_not_see_words_and_ranges(folder: Folder) -> None:
    base = fingerprint(load("small.yaml"))
    for change in (
        "title=Another",
        "why=another",
        "theme=x",
        "places.turbo.label=Necocli",
        "places.turbo.source=another map",
        "legs.darien_foot.price_usd=400",
        "legs.darien_foot.price_usd.low=1",
        "policy.bus_quota.why=because",
        "legs.bus_north.clandestine=false",
    ):
        assert fingerprint(load("small.yaml", [change])) == base, change
    assert fingerprint(load(folder.overlay(""))) == base


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40)
numbers = st.floats(0, 1e12, allow_nan=False)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    title=words.filter(str.strip)
    | st.sampled_from(["NO", "1e-3", "null", "2016-01-01", "012", ".5", "- a", "a: b #c"]),
    why=words,
    price=numbers,
    seed=st.integers(0, 2**63 - 1),
    beds=st.integers(0, 10**9),
    start=st.dates(dt.date(1900, 1, 1), dt.date(2016, 3, 31)),
)
def test_any_scenario_comes_back_from_yaml(
    folder: Folder, title: str, why: str, price: float, seed: int, beds: int, start: dt.date
) -> None:
    small = load("small.yaml")
    leg = small.legs["bus_north"].model_copy(
        update={"price_usd": type(small.parameters.cost_weight)(value=price, source=title)}
    )
    measure = DetentionMeasure.model_validate(
        {"measure": "detention", "centre": "second", "beds_added": beds, "from": start, "why": why}
    )
    scenario = small.model_copy(
        update={
            "title": title,
            "why": why,
            "seed": seed,
            "legs": {**small.legs, "bus_north": leg},
            "policy": [*small.policy, measure],
        }
    )
    loaded = again(scenario, folder)
    assert loaded == scenario.model_copy(update={"extends": None})
    assert fingerprint(loaded) == fingerprint(scenario)


PATHS = st.lists(
    st.sampled_from(
        ["legs", "policy", "seed", "places", "turbo", "bus_quota", "price_usd", "bus_north", "value", "0"]
    )
    | st.text(max_size=4),
    max_size=4,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(path=PATHS, joint=st.sampled_from([".", "[0].", ".["]), value=st.text(max_size=8))
def test_any_set_is_taken_or_refused_with_faults(
    folder: Folder, path: list[str], joint: str, value: str
) -> None:
    try:
        load("small.yaml", [f"{joint.join(path)}={value}"])
    except ScenarioError as error:
        said = [str(fault) for fault in error.faults]
        if not all(said) or not said:
            pytest.fail("a refusal that says nothing")


def test_a_scenario_error_crosses_processes() -> None:
    error = ScenarioError([Fault("a.yaml", 3, "seed", "is odd", "3", "even")])
    copy = pickle.loads(pickle.dumps(error))
    assert copy.faults == error.faults
    assert str(copy) == "a.yaml:3: seed: is odd; given 3; allowed: even"


def test_names_of_the_library_lead_to_files() -> None:
    names = library.names()
    assert "verify/queue" in names
    assert all(library.find(name).is_file() for name in names)
    with pytest.raises(UserMistake, match="did you mean verify/queue"):
        library.find("verify/queu")


def test_warnings(folder: Folder) -> None:
    assert warnings(load("small.yaml")) == []
    over = folder.overlay(
        "persons_per_migrant: {haiti: 10}\n"
        "legs:\n"
        "  darien_boat: {nest: dairen}\n"
        "  way_back: {from: meteti, to: turbo, mode: bus, groups: [cuba], travel_days: {table: {1: 1}}}\n"
        "  to_isla: {from: meteti, to: isla, mode: boat, groups: [cuba], travel_days: {table: {1: 1}}}\n"
        "places:\n  isla: {label: Isla, country: PAN, lat: 9, lon: -79}\n"
        "departures: {times: {haiti: 0}}\n"
        "policy:\n"
        "  - {measure: quota, leg: bus_north, persons_per_day: 9, from: 2016-03-01, ramp_days: 60}\n"
    )
    assert warnings(load(over)) == [
        "detention_centres.second: 60 beds hold fewer than 10 migrants of haiti at their "
        "persons_per_migrant: occupancy will be coarse",
        "places.isla: cuba can come here but not go on",
        "legs.darien_foot.nest: darien has no other leg from turbo; did you mean dairen?",
        "legs.darien_boat.nest: dairen has no other leg from turbo; did you mean darien?",
        "policy.[1]: ends before it has its full effect (2016-04-30)",
        "departures: nobody of haiti departs",
    ]


def test_a_measure_from_before_the_period_may_reach_into_it(folder: Folder) -> None:
    path = folder.overlay(
        "policy:\n"
        "  - {measure: quota, leg: bus_north, persons_per_day: 9, from: 2010-01-01, until: 2016-01-01}\n"
    )
    assert faults(path) == []


NEVER = "1 measure of the policy lies outside 2016-01-01 to 2016-01-31 and is never in force"


def test_a_measure_of_the_base_is_never_in_force_in_a_shorter_period(folder: Folder) -> None:
    shorter = load("small.yaml", ["period.end=2016-01-31"])
    assert [measure.name for measure in shorter.policy] == ["bus_quota"]
    assert warnings(shorter) == [NEVER]
    assert warnings(load(folder.overlay("period: {end: 2016-01-31}\n"))) == [NEVER]
    folder.overlay("policy:\n  - {measure: border_closure, legs: [bus_north], from: 2016-01-10}\n")
    folder.write("top.yaml", "title: a\nwhy: b\nextends: overlay.yaml\nperiod: {end: 2016-01-05}\n")
    assert warnings(load("top.yaml")) == [
        "2 measures of the policy lie outside 2016-01-01 to 2016-01-05 and are never in force"
    ]


def test_a_measure_of_the_base_may_end_before_a_later_start(folder: Folder) -> None:
    early = (
        "{measure: quota, leg: bus_north, persons_per_day: 9, from: 2016-01-01, "
        "until: 2016-01-09, ramp_days: 30}"
    )
    late = "{measure: quota, leg: bus_north, persons_per_day: 9, from: 2017-01-01}"
    folder.overlay(f"policy:\n  - {early}\n")
    assert warnings(load("overlay.yaml", ["period.start=2016-01-10"])) == [
        "1 measure of the policy lies outside 2016-01-10 to 2016-03-31 and is never in force"
    ]
    # The end was not cut: a measure from after it is a slip of whoever wrote it.
    folder.overlay(f"policy:\n  - {early}\n  - {late}\n")
    found = faults("overlay.yaml", ["period.start=2016-01-10"])
    assert [(fault.line, fault.path) for fault in found] == [(6, "policy[2].from")]


def test_a_measure_never_in_force_takes_no_beds_and_no_officers(folder: Folder) -> None:
    folder.overlay(
        "policy:\n"
        "  - {measure: detention, centre: second, beds_added: -50, from: 2016-02-01}\n"
        "  - {measure: checkpoint, strengthens: darien_post, officers_added: -9, from: 2016-02-01}\n"
    )
    fewer = "detention_centres:\n  second: {beds: 10}\ncheckpoints:\n  darien_post: {officers: 2}\n"
    top = "title: a\nwhy: b\nextends: overlay.yaml\n"
    folder.write("top.yaml", f"{top}{fewer}")
    assert [fault.path for fault in faults("top.yaml")] == [
        "policy[1].beds_added",
        "policy[2].officers_added",
    ]
    folder.write("top.yaml", f"{top}{fewer}period: {{end: 2016-01-31}}\n")
    assert faults("top.yaml") == []


def test_what_a_measure_never_in_force_names_must_exist(folder: Folder) -> None:
    folder.overlay("policy:\n  - {measure: quota, leg: bus_nort, persons_per_day: 9, from: 2016-03-01}\n")
    assert [f.path for f in faults("overlay.yaml", ["period.end=2016-01-31"])] == ["policy[1].leg"]


def test_months_of_departures_may_reach_beyond_the_period(folder: Folder) -> None:
    assert faults("small.yaml", ["period.end=2016-02-10"]) == []
    assert faults("small.yaml", ["period.start=2016-02-10"]) == []


def test_the_resolved_whole_leaves_out_what_is_never_in_force(folder: Folder) -> None:
    opened = (
        "{measure: checkpoint, name: new_post, from: 2016-03-01, opens: {authority: PAN, leg: bus_north, "
        "officers: 1, inspections_per_officer_day: 5, coverage: 1, identification: 1, then: turn_back}}"
    )
    folder.overlay(
        f"policy:\n  - {opened}\n"
        "  - {measure: training, checkpoints: [darien_post, new_post], trained_per_30_days: 0.1, "
        "from: 2016-01-02}\n"
        "  - {measure: border_closure, name: closed, legs: [bus_north], from: 2016-01-03}\n"
    )
    shorter = load("overlay.yaml", ["period.end=2016-01-31"])
    loaded = again(shorter, folder)
    assert [measure.name for measure in loaded.policy] == ["training_2", "closed"]
    assert [name for name, _ in shorter.named_policy[2:]] == [name for name, _ in loaded.named_policy]
    assert loaded.checkpoints["new_post"].coverage.value == 0
    assert list(loaded.checkpoints) == ["darien_post", "new_post"]
    assert fingerprint(loaded) == fingerprint(shorter)
    assert warnings(loaded) == []


def test_rules_of_a_centre_may_come_from_two_measures(folder: Folder) -> None:
    both = folder.overlay(
        "policy:\n"
        "  - {measure: detention, centre: second, from: 2016-01-01, when_full: transfer, "
        "transfer_to: panama_city}\n"
        "  - {measure: detention, centre: second, beds_times: 0.5, beds_added: -30, from: 2016-02-01}\n"
    )
    assert faults(both) == []
    apart = folder.overlay(
        "policy:\n"
        "  - {measure: detention, centre: second, transfer_to: panama_city, from: 2016-01-01}\n"
        "  - {measure: detention, centre: second, when_full: transfer, from: 2016-02-01}\n"
    )
    assert [(f.line, f.path) for f in faults(apart)] == [(5, "policy[1].transfer_to")]


def test_strengthening_what_an_earlier_measure_opened(folder: Folder) -> None:
    opened = (
        "  - {measure: checkpoint, name: new_post, from: 2016-01-01, opens: {authority: PAN, leg: bus_north, "
        "officers: 1, inspections_per_officer_day: 5, coverage: 1, identification: 1, then: turn_back}}\n"
    )
    stronger = "  - {measure: checkpoint, strengthens: new_post, officers_added: 2, from: 2016-02-01}\n"
    trained = "  - {measure: training, checkpoints: [new_post], trained_per_30_days: 0.1, from: 2016-02-01}\n"
    assert faults(folder.overlay(f"policy:\n{opened}{stronger}{trained}")) == []
    late = faults(folder.overlay(f"policy:\n{stronger}{opened}"))
    assert [f.message for f in late] == ["new_post is opened by a later measure"]


def test_a_path_that_is_absolute_is_shown_from_here(folder: Folder) -> None:
    path = folder.overlay("seed: -1\n")
    assert Path(path).is_absolute()
    assert [fault.file for fault in faults(path)] == ["overlay.yaml"]


def test_a_measure_of_the_base_can_be_left_out(folder: Folder) -> None:
    spring = "{measure: quota, name: spring, leg: bus_north, persons_per_day: 5, from: 2016-03-01}"
    both = folder.overlay(f"policy:\n  - {spring}\n", "both.yaml")
    alone = folder.overlay(f"without: [bus_quota]\npolicy:\n  - {spring}\n", "alone.yaml")
    assert [measure.name for measure in load(both).policy] == ["bus_quota", "spring"]
    assert [measure.name for measure in load(alone).policy] == ["spring"]
    none = folder.write("none.yaml", "title: a\nwhy: b\nextends: alone.yaml\nwithout: [spring]\n")
    assert load(none).policy == []
    again = folder.write(
        "again.yaml",
        "title: a\nwhy: b\nextends: both.yaml\nwithout: [spring]\npolicy:\n"
        f"  - {spring.replace('persons_per_day: 5', 'persons_per_day: 7')}\n",
    )
    assert [measure.name for measure in load(again).policy] == ["bus_quota", "spring"]


def test_left_out_is_as_if_it_had_never_been_there(folder: Folder) -> None:
    bare = folder.overlay("policy: {replace: []}\n", "bare.yaml")
    without = folder.overlay("without: [bus_quota]\n", "without.yaml")
    assert fingerprint(load(without)) == fingerprint(load(bare))
    assert "without" not in to_yaml(load(without))
