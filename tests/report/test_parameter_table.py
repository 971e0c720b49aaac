"""The parameter table: whole, in units, and as committed."""

from pathlib import Path

from darien.report.parameter_table import WORLD, Row, document, number, rows, table, unit_of, world
from darien.scenario.files import load
from darien.scenario.quantity import Quantity
from darien.scenario.schema import Scenario

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "parameters.md"


def test_the_committed_table_is_what_the_generator_prints() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == document(), "run `make docs`"


def test_every_number_of_the_world_is_in_the_table_once() -> None:
    found = rows(world())
    assert len({row.path for row in found}) == len(found)
    assert len(found) > 500
    by_path = {row.path: row for row in found}
    jungle = world().legs["trail_carreto"]
    price = by_path["legs.trail_carreto.price_usd"]
    assert price.value == number(jungle.price_usd.value)
    assert price.unit == "USD per person"
    assert price.provenance == jungle.price_usd.provenance
    assert by_path["legs.trail_carreto.travel_days"].value == "2, 2, 4"


def test_every_row_has_a_unit_and_says_where_it_is_from() -> None:
    for row in rows(load("history-2014-2018")):
        assert row.unit, row.path
        assert row.provenance != "set by the scenario", row.path


def test_assumed_quantities_show_their_range() -> None:
    for row in rows(world()):
        if row.path.endswith(("_usd", "_share", "preference", "officers", "coverage")):
            assert row.low, row.path
            assert row.high, row.path


def test_what_a_scenario_gives_bare_is_said_to_be_its_own() -> None:
    small = load("verify/loss")
    assert Row("parameters.retry_delay_days", "10") not in rows(small)
    beds = [row for row in rows(small) if row.path.endswith(".beds")]
    assert beds
    assert all(row.provenance == "set by the scenario" and row.unit == "persons" for row in beds)
    assert "## Detention centres" in table(small)


def test_a_measure_has_a_line_with_its_dates() -> None:
    found = {row.path: row for row in rows(load("detention-limit-panama"))}
    assert found["policy.stations"].value == "from 2014-01-01"
    assert found["policy.stations"].unit == "detention"
    assert found["policy.stations.limit_days"].unit == "days"


def test_units_come_from_names() -> None:
    assert unit_of("legs.port.persons_per_day") == "persons a day"
    assert unit_of("legs.trail.preference_by_group.cuba") == "utility"
    assert unit_of("authorities.MEX.removal_share.haiti") == "share"
    assert unit_of("parameters.income_usd_per_day") == "USD per person and day"


def test_numbers_are_short() -> None:
    assert [number(value) for value in (1500.0, 0.06, 1173, -4.5)] == ["1,500", "0.06", "1,173", "-4.5"]


def test_the_world_is_the_shipped_one() -> None:
    assert isinstance(world(), Scenario)
    assert world().title == WORLD
    assert isinstance(world().parameters.cost_weight, Quantity)
