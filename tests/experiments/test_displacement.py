"""Flow between legs: a shift that is known, and one that the model itself makes, down to the figure."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from darien.cli import main
from darien.experiments.displacement import displacement, starts
from darien.record.compared import BASE, read_displacement
from darien.record.counts import leg_starts
from darien.record.run import CAPACITY_COLUMNS, COUNT_COLUMNS, OUTCOME_COLUMNS, Run
from darien.record.whole import ResultError
from darien.report.displacement import shifted
from darien.scenario.schema import Scenario

PAIRING = Path(__file__).parents[2] / "scenarios" / "verify" / "pairing.yaml"
MONTHS = [f"2020-{month:02}" for month in range(1, 13)]
MOVED_FROM = "2020-05"


def world(legs: tuple[tuple[str, str, str], ...] = ()) -> Scenario:
    """A fork in the south (a, b), a way on from its ends, and legs more as (name, from, to)."""
    leg = {"mode": "bus", "travel_days": {"min": 1, "mode": 1, "max": 1}}
    ways = (("on", "middle", "border"), ("a", "south", "middle"), ("b", "south", "middle"), *legs)
    lats = {"border": 26, "middle": 10, "south": 8}
    return Scenario.model_validate(
        {
            "title": "A fork",
            "why": "To see people move",
            "period": {"start": pd.Timestamp("2020-01-10").date(), "end": pd.Timestamp("2020-12-31").date()},
            "places": {
                name: {"label": name, "country": "PAN", "lat": lat, "lon": 0, "destination": name == "border"}
                for name, lat in lats.items()
            },
            "legs": {name: {"from": start, "to": end, **leg} for name, start, end in ways},
            "groups": {
                "one": {
                    "label": "One",
                    "nationalities": ["Any"],
                    "entries": [{"shares": {"south": 1.0}}],
                    "funds_usd": 1,
                }
            },
            "departures": {"persons_per_day": {"one": 1}},
        }
    )


def run(replicate: int, flows: dict[str, list[int]]) -> Run:
    """A run in which so many persons of two groups together started each leg in each month."""
    rows = []
    for leg, persons in flows.items():
        for month, number in zip(MONTHS, persons, strict=True):
            date = pd.Timestamp(f"{month}-01" if month != "2020-01" else "2020-01-10")
            for group, part in (("one", number // 3), ("two", number - number // 3)):
                rows.append((date, leg, "leg", group, "started", part))
                rows.append((date, leg, "leg", group, "finished", 7))
            rows.append((date, "south", "place", "one", "stock_at_place", 5))
    counts = pd.DataFrame([row for row in rows if row[-1]], columns=list(COUNT_COLUMNS))
    names = ["where", "kind", "group", "measure"]
    return Run(
        replicate=replicate,
        seed=1,
        counts=leg_starts(counts.astype(dict.fromkeys(names, "category"))),
        outcomes=pd.DataFrame(columns=list(OUTCOME_COLUMNS)),
        capacities=pd.DataFrame(columns=list(CAPACITY_COLUMNS)),
        journeys=None,
        events=0,
        migrants=0,
        seconds=0,
    )


def pairs(moved: list[int], replicates: int = 6) -> tuple[list[Run], list[Run]]:
    """Base and option: 300 persons a month on a, 100 on b, 400 on; ``moved`` of them go from a to b.

    Each replicate has luck of its own, the same under both; from the move on some follow it more and some
    less, 10 persons up or down.
    """
    base, option = [], []
    for number in range(replicates):
        luck = np.random.default_rng(number).integers(-20, 20, 12)
        more = [10 * (-1) ** number if persons else 0 for persons in moved]
        a, b = 300 + luck, [100] * 12
        base.append(run(number, {"a": a.tolist(), "b": b, "on": (a + 100).tolist()}))
        move = np.add(moved, more)
        flows = {"a": (a - move).tolist(), "b": (b + move).tolist(), "on": (a + 100).tolist()}
        option.append(run(number, flows))
    return base, option


def found(moved: list[int], option_world: Scenario | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    base, option = pairs(moved)
    worlds = (world(), option_world or world())
    return displacement(starts(base, worlds[0]), starts(option, worlds[1]), worlds)


def test_starts_are_persons_of_all_groups_by_leg_and_month() -> None:
    base, _ = pairs([0] * 12, replicates=2)
    table = starts(base, world())
    assert list(table.columns) == [0, 1]
    assert len(table) == 3 * 12
    assert table.loc[("b", slice(None)), :].to_numpy().tolist() == [[100, 100]] * 12
    assert table.loc[("a", "2020-01"), 0] == 300 + np.random.default_rng(0).integers(-20, 20, 12)[0]
    assert len(base[0].counts) == 3 * 12
    assert set(base[0].counts["measure"]) == {"started"}


def test_a_known_shift_is_found_where_and_when_it_is() -> None:
    moved = [100 if month >= MOVED_FROM else 0 for month in MONTHS]
    monthly, total = found(moved)
    assert monthly["leg"].tolist() == ["a"] * 12 + ["b"] * 12
    assert set(monthly["place"]) == {"south"}
    assert monthly["month"].tolist() == MONTHS * 2
    of = {leg: rows.set_index("month") for leg, rows in monthly.groupby("leg")}
    assert of["a"]["difference"].tolist() == [-persons for persons in moved]
    assert of["b"]["difference"].tolist() == moved
    assert (of["b"]["base"] == 100).all()
    assert of["b"]["value"].tolist() == [100 + persons for persons in moved]
    before = of["a"].loc[:"2020-04"]
    assert (before[["low", "high"]] == 0).all(axis=None)
    # Six differences of 110 and 90 in turn: their standard deviation is 10.95, t at 5 degrees 2.015.
    half = 2.015048 * math.sqrt(120) / math.sqrt(6)
    assert of["b"].loc["2020-05":, "low"].to_numpy() == pytest.approx(100 - half, abs=1e-4)
    assert of["a"].loc["2020-05":, "high"].to_numpy() == pytest.approx(half - 100, abs=1e-4)
    assert (of["a"]["base_share"] + of["b"]["base_share"]).to_numpy() == pytest.approx(1)
    assert of["b"].loc["2020-05", "base_share"] == pytest.approx(100 / (100 + of["a"].loc["2020-05", "base"]))

    total = total.set_index("leg")
    assert total.index.tolist() == ["", "a", "b"]
    assert total["difference"].tolist() == [0, -800, 800]
    assert total["first_month"].tolist() == ["", MOVED_FROM, MOVED_FROM]
    assert total["months_apart"].tolist() == [0, 8, 8]
    assert set(total["months"]) == {12}
    assert total["to"].tolist() == ["", "middle", "middle"]
    assert total.loc["b", "low"] == pytest.approx(8 * (100 - half), abs=1e-3)


def test_with_draws_the_band_holds_the_differences_themselves() -> None:
    base, option = pairs([100] * 12)
    flows = starts(base, world()), starts(option, world())
    monthly, total = displacement(*flows, (world(), world()), drawn=True)
    b = monthly[monthly["leg"] == "b"]
    assert (b["low"] == 90).all()  # 90 and 110 in turn
    assert (b["high"] == 110).all()
    assert total.set_index("leg").loc["b", ["low", "high"]].tolist() == [12 * 90, 12 * 110]


def test_a_leg_that_only_the_option_has_was_empty_in_the_base() -> None:
    base, option = pairs([0] * 12)
    new = world((("new", "south", "border"),))
    flow = starts(option, new)
    flow.loc["new"] = 25.0
    monthly, total = displacement(starts(base, world()), flow, (world(), new))
    rows = total.set_index("leg")
    assert rows.index.tolist() == ["", "a", "b", "new"]
    assert rows.loc["new", ["base", "value", "difference", "base_share"]].tolist() == [0, 300, 300, 0]
    assert rows.loc["", "difference"] == 300
    assert monthly["leg"].unique().tolist() == ["a", "b", "new"]


def test_an_option_that_changes_no_leg_has_no_rows() -> None:
    monthly, total = found([0] * 12)
    assert monthly.empty
    assert total.empty
    assert {"leg", "month", "base", "low"} <= set(monthly)


CLOSED = f"""title: Boats are stopped from 10 March
why: To see where people go
extends: {PAIRING}
policy: [{{measure: border_closure, name: no_boats, legs: [sea], from: 2020-03-10}}]
"""
COMPARISON = f"""title: Boats
why: To see where people go
base: {PAIRING}
replicates: 4
options:
  closed: {{scenario: closed}}
  same: {{scenario: {PAIRING}}}
"""


def compared(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[Path, str]:
    """The comparison, run by the command; gives its folder and what was printed."""
    (folder / "closed.yaml").write_text(CLOSED)
    (folder / "boats.yaml").write_text(COMPARISON)
    with pytest.raises(SystemExit) as end:
        main(["compare", str(folder / "boats.yaml"), "--out", str(folder / "out")])
    printed = capsys.readouterr()
    assert not end.value.code, printed.err
    return folder / "out", printed.out


def test_the_command_shows_where_people_went(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, printed = compared(tmp_path, capsys)
    assert printed.endswith(f"Results: {folder} (1 figure in {folder / 'figures'})\n")
    results = read_displacement(folder)
    assert results.options["closed"] == "Boats are stopped from 10 March"
    assert results.scenario(BASE).title == "A mild checkpoint where no limit binds"
    assert set(results.by_month["option"]) == {"closed"}

    total = results.total.set_index("leg")
    assert total.loc["sea", "first_month"] == pd.Timestamp("2020-03-01")
    assert total.loc["sea", "difference"] < -100
    assert total.loc[["jungle_a", "jungle_b"], "difference"].min() > 0
    assert total.loc["sea", "place"] == "south"
    table = pd.read_csv(folder / "comparison.csv", keep_default_na=False)
    started = table[
        (table["outcome"] == "started") & (table["group"] == "all") & (table["option"] == "closed")
    ]
    for row in started.to_dict("records"):
        if row["place"] in total.index:
            columns = ["base", "value", "difference", "low", "high"]
            assert total.loc[row["place"], columns].tolist() == pytest.approx([row[c] for c in columns])
        else:
            assert row["low"] == row["high"] == 0
    sea = results.by_month[results.by_month["leg"] == "sea"].set_index("month")
    assert (sea.loc[:"2020-02", ["low", "high"]] == 0).all(axis=None)
    assert (sea.loc["2020-04":, "value"] == 0).all()
    assert shifted(results.by_month)[0] == "south"

    written = ["displacement.csv", "displacement_total.csv", "figures/displacement-closed.png"]
    assert sorted(path.name for path in (folder / "figures").iterdir()) == ["displacement-closed.png"]
    before = [(folder / name).read_bytes() for name in written]
    compared(tmp_path, capsys)
    assert [(folder / name).read_bytes() for name in written] == before

    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"format": 1}))
    with pytest.raises(ResultError, match="written in format 1"):
        read_displacement(folder)
