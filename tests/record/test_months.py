"""Counts by group and month: what is spread over months keeps its year, what stands in keeps its sum."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from darien.record.assumptions import CountAssumptions, table
from darien.record.months import group_months, mexican_stand_in, reported_monthly, series_of
from darien.record.report_files import load_reported
from darien.record.reported import Reported
from darien.scenario.errors import UserMistake
from darien.scenario.quantity import Quantity
from darien.scenario.schema import Scenario
from darien.scenario.world import Counted, Derives, Entries, Group

FIRST, LAST = dt.date(2014, 1, 1), dt.date(2023, 12, 31)
NORTHERN = ("Guatemala", "Honduras", "El Salvador")


@pytest.fixture(scope="module")
def reported() -> Reported:
    return load_reported(Path(__file__).parents[2] / "calibration" / "observed")


def panama(*names: str, shape: str | None = None) -> Derives:
    return Derives(
        annual=[f"PAN_irregular_annual_{name}" for name in names],
        monthly=[f"PAN_irregular_monthly_{name}" for name in names],
        shape=[f"HNDnat_irregular_monthly_{shape or names[0]}"],
        counted=[Counted(measure="entered", at=["PAN"])],
    )


def northern() -> Derives:
    return Derives(
        monthly=[f"MEX_detentions_monthly_{name}" for name in NORTHERN]
        + [f"USASWB_USBP_M_{name}" for name in NORTHERN],
        counted=[Counted(measure="apprehended", at=["MEX"])],
    )


def by_year(months: pd.DataFrame) -> pd.Series:
    return months.groupby(months["month"].dt.year)["persons"].sum()


def test_a_year_that_is_spread_keeps_its_total(reported: Reported) -> None:
    months = group_months(reported, panama("Cuba"), FIRST, LAST)
    assert len(months) == 120
    assert by_year(months)[2015] == pytest.approx(24_623)
    assert by_year(months)[2021] == 18_600
    kinds = months.groupby("kind")["month"].agg(["min", "max"])
    assert kinds.loc["yearly-spread", "max"] == pd.Timestamp("2019-12-01")
    assert kinds.loc["monthly", "min"] == pd.Timestamp("2020-01-01")


def test_haitians_of_2016_may_have_come_late(reported: Reported) -> None:
    def year(weight: float, *names: str) -> pd.Series:
        late = replace(CountAssumptions(), haitians_late_2016=Quantity(value=weight, low=0, high=1))
        found = group_months(reported, panama(*names), dt.date(2016, 1, 1), dt.date(2016, 12, 31), late)
        return found.set_index("month")["persons"]

    usual, half, late = (year(weight, "Haiti") for weight in (0.0, 0.5, 1.0))
    assert late[:"2016-07-31"].sum() == 0
    assert late["2016-08-01":].nunique() == 1
    assert half.to_numpy() == pytest.approx((usual + late).to_numpy() / 2)
    assert usual.sum() == pytest.approx(late.sum())
    assert year(1.0, "Cuba").equals(year(0.0, "Cuba"))


def test_months_follow_honduras_and_the_flat_year(reported: Reported) -> None:
    own = group_months(reported, panama("Africa"), dt.date(2019, 1, 1), dt.date(2019, 12, 31))
    assert own["note"].unique().tolist() == ["HNDnat_irregular_monthly_Africa, flat 0.1"]
    assert own["month"].dt.month[own["persons"].idxmax()] in (6, 7)
    before = group_months(reported, panama("Africa"), dt.date(2015, 1, 1), dt.date(2015, 12, 31))
    assert "looks imputed from 2015-01 to 2015-05" in before["note"].iloc[0]
    flat_part = 0.5 * 1_326 / 12
    assert (before["persons"] > flat_part).all()


def test_too_few_to_shape_a_year(reported: Reported) -> None:
    months = group_months(reported, panama("Venezuela"), dt.date(2018, 1, 1), dt.date(2018, 12, 31))
    assert months["note"].str.startswith("HND_irregular_monthly_all").all()
    assert months["persons"].sum() == pytest.approx(65)


def test_children_of_haitians_count_from_2019_to_2022(reported: Reported) -> None:
    alone = by_year(group_months(reported, panama("Haiti"), FIRST, LAST))
    added = by_year(group_months(reported, panama("Haiti", "Brazil", "Chile"), FIRST, LAST))
    assert added[2021] == alone[2021] + 8_533 + 9_587
    assert added[2022] == alone[2022] + 3_047 + 1_805
    for year in (2016, 2018, 2023):
        assert added[year] == pytest.approx(alone[year])


def test_northern_triangle(reported: Reported) -> None:
    months = group_months(reported, northern(), FIRST, LAST)
    assert len(months) == 120
    assert months["kind"].eq("stand-in").sum() == 48
    assert by_year(months)[2018] == 45_607 + 56_076 + 13_325 + 147_000 + 104_720 + 37_260
    removed = {"Guatemala": 82_597, "Honduras": 57_823, "El Salvador": 34_716}
    shares = {"Guatemala": 0.974, "Honduras": 0.936, "El Salvador": 0.939}
    mexico = sum(removed[name] / shares[name] for name in NORTHERN)
    assert by_year(months)[2015] == pytest.approx(mexico + 65_320 + 40_300 + 53_930)


def test_part_year_sums_are_kept(reported: Reported) -> None:
    """Mexico's two published sums of Central Americans come out of the months that stand for them."""
    rows = mexican_stand_in(reported, northern().monthly, CountAssumptions())
    months = pd.Series({month: persons for month, persons, _ in rows}).sort_index()
    share = CountAssumptions().share_of_central_america.value
    assert months["2013-10-01":"2014-04-01"].sum() == pytest.approx(49_893 * share)
    assert months["2014-10-01":"2015-04-01"].sum() == pytest.approx(92_889 * share)


def test_alternative_and_unknown_series_are_refused(reported: Reported) -> None:
    for name, words in (
        ("PANalt_irregular_annual_Cuba", "alternative"),
        ("PAN_irregular_annual_Cubba", "named"),
    ):
        derives = Derives(annual=[name], counted=[Counted(measure="entered", at=["PAN"])])
        with pytest.raises(UserMistake, match=words):
            group_months(reported, derives, FIRST, LAST)


def group(nationalities: list[str], derives: Derives | None) -> Group:
    entries = [Entries(shares={"quito": 1.0})]
    return Group(
        label="x",
        nationalities=nationalities,
        entries=entries,
        funds_usd=Quantity(value=1000),
        derives=derives,
    )


def scenario() -> Scenario:
    return Scenario.model_validate(
        {
            "title": "t",
            "why": "w",
            "period": {"start": "2016-01-01", "end": "2018-12-31"},
            "places": {
                "quito": {"label": "Quito", "country": "ECU", "lat": 0, "lon": -78},
                "turbo": {"label": "Turbo", "country": "COL", "lat": 8, "lon": -77},
            },
            "legs": {
                "bus": {"from": "quito", "to": "turbo", "mode": "bus", "travel_days": {"table": {2: 1.0}}}
            },
            "departures": {},
            "groups": {
                "africa": group(["Angola", "Cameroon", "Congo"], panama("Africa")),
                "haiti": group(["Haiti"], panama("Haiti", "Brazil", "Chile")),
                "northern_triangle": group(list(NORTHERN), northern()),
            },
        }
    )


def test_series_of_a_group(reported: Reported) -> None:
    found = series_of(reported, scenario().groups["africa"])
    assert found["MEX"] == ["MEX_detentions_monthly_Africa"]
    assert found["USA"] == ["USASWB_USBP_M_Africa"]
    haiti = series_of(reported, scenario().groups["haiti"])
    assert haiti["HND"] == ["HNDnat_irregular_monthly_Haiti"]
    assert series_of(reported, scenario().groups["northern_triangle"])["USA"] == [
        f"USASWB_USBP_M_{name}" for name in NORTHERN
    ]


def test_reported_monthly(reported: Reported) -> None:
    months = reported_monthly(reported, scenario())
    assert set(months["country"]) == {"PAN", "HND", "MEX", "USA"}
    assert not months.duplicated(["country", "group", "month"]).any()
    assert months["month"].between(pd.Timestamp("2016-01-01"), pd.Timestamp("2018-12-01")).all()

    def total(country: str, name: str, year: int) -> float:
        chosen = months[(months["country"] == country) & (months["group"] == name)]
        return by_year(chosen).get(year, 0.0)

    assert total("PAN", "haiti", 2016) == pytest.approx(16_742)
    assert total("HND", "all", 2016) == 27_863
    assert total("HND", "africa", 2017) == 0
    assert total("MEX", "northern_triangle", 2018) == 45_607 + 56_076 + 13_325
    assert total("USA", "northern_triangle", 2017) == 59_990 + 34_050 + 27_340


def test_every_assumption_has_range_and_reason() -> None:
    rows = table(CountAssumptions())
    assert len({row.name for row in rows}) == len(rows) >= 10
    for row in rows:
        assert row.meaning
        assert row.quantity.low is not None
        assert row.quantity.high is not None
        assert row.quantity.provenance != "set by the scenario"
