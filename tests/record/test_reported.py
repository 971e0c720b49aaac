"""Reported counts: the shipped files are whole, and broken ones are refused with every fault."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from darien.record.report_files import BrokenReports, load_reported
from darien.record.reported import Reported

OBSERVED = Path(__file__).parents[2] / "calibration" / "observed"

COUNTS = """series_id,place,measure,group,period_start,period_end,value,confidence
PAN_a_annual,PAN,irregular_entries,A,2018-01-01,2018-12-31,120,high
PAN_a_annual,PAN,irregular_entries,A,2019-01-01,2019-12-31,240,high
HND_a_monthly,HND,irregular_entries,A,2018-01-01,2018-01-31,10,medium
HND_a_monthly,HND,irregular_entries,A,2018-02-01,2018-02-28,20,medium
HND_b_monthly,HND,irregular_entries,B,2018-02-01,2018-02-28,5,medium
"""
SERIES = """series_id,place,measure,group,unit,n,first,last,confidence,alternative,source
PAN_a_annual,PAN,irregular_entries,A,persons,2,2018-01-01,2019-12-31,high,False,https://example.org/pan
HND_a_monthly,HND,irregular_entries,A,persons,2,2018-01-01,2018-02-28,medium,False,https://example.org/hnd
HND_b_monthly,HND,irregular_entries,B,persons,1,2018-02-01,2018-02-28,medium,True,https://example.org/hnd
"""
MEMBERS = """region,member
all,Asia
Asia,India
"""


@pytest.fixture(scope="module")
def shipped() -> Reported:
    return load_reported(OBSERVED)


def write(folder: Path, counts: str = COUNTS, series: str = SERIES, members: str = MEMBERS) -> Path:
    (folder / "reported_counts.csv").write_text(counts, encoding="utf-8")
    (folder / "series.csv").write_text(series, encoding="utf-8")
    (folder / "members.csv").write_text(members, encoding="utf-8")
    return folder


def test_shipped_files_are_whole(shipped: Reported) -> None:
    assert len(shipped.counts) == 21_300
    assert len(shipped.about) == 618
    assert shipped.about["alternative"].sum() > 0
    assert (shipped.counts["value"] >= 0).all()


def test_known_figures(shipped: Reported) -> None:
    cuba = shipped.annual(["PAN_irregular_annual_Cuba"])
    assert cuba[pd.Timestamp("2015-01-01")] == 24_623
    assert cuba[pd.Timestamp("2016-01-01")] == 7_383
    honduras = shipped.monthly(["HND_irregular_monthly_all"])
    assert honduras[pd.Timestamp("2015-01-01")] == 1_462
    assert len(honduras) == 120


def test_every_source_can_be_followed() -> None:
    for name in ("series", "events", "parameters"):
        with (OBSERVED / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            sources = [row["source"] for row in csv.DictReader(file)]
        assert sources
        # A public repository, worked out from named series, or said to be not public (next test).
        traceable = ("github:", "DERIVED", "source document not public")
        assert all("://" in source or source.startswith(traceable) for source in sources), name


def test_no_other_figure_goes_without_a_public_source() -> None:
    with (OBSERVED / "parameters.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["source"].startswith("source document not public")]
    assert {row["name"]: row["confidence"] for row in rows} == {
        "panama_detention_release_days": "medium",
        "hsi_intel_reports_from_mexico": "low",
    }


def test_regions_and_members_are_known_groups(shipped: Reported) -> None:
    groups = set(shipped.about["group"]) | {name.split("(")[0] for name in shipped.about["group"]}
    with (OBSERVED / "members.csv").open(newline="", encoding="utf-8") as file:
        pairs = [(row["region"], row["member"]) for row in csv.DictReader(file)]
    assert len(set(pairs)) == len(pairs)
    assert {name for pair in pairs for name in pair} <= groups


def test_members_down_to_the_last(tmp_path: Path) -> None:
    assert load_reported(write(tmp_path)).members == {"all": ["Asia", "India"], "Asia": ["India"]}


def test_sums_over_series(tmp_path: Path) -> None:
    reported = load_reported(write(tmp_path))
    both = ["HND_a_monthly", "HND_b_monthly"]
    assert reported.monthly(both).to_dict() == {pd.Timestamp("2018-02-01"): 25}
    assert list(reported.monthly(both, complete=False)) == [10, 25]
    assert list(reported.annual(["PAN_a_annual"])) == [120, 240]
    assert reported.annual(both).empty
    assert reported.monthly([]).empty


def test_unknown_series_names_the_nearest(tmp_path: Path) -> None:
    reported = load_reported(write(tmp_path))
    with pytest.raises(KeyError, match="nearest is HND_a_monthly"):
        reported.series("HND_a_montly")


def swap(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


FEB = "2018-02-01,2018-02-28,20"
BROKEN = [
    ("counts", swap("period_end", "until"), 1, "column is missing"),
    ("counts", swap(",confidence\n", ",confidence,note\n"), 1, "column is unknown"),
    (
        "counts",
        swap("PAN_a_annual,PAN,irregular_entries,A,2019", "PAN_x,PAN,irregular_entries,A,2019"),
        3,
        "no row in",
    ),
    ("counts", swap(FEB, "2018-02-30,2018-02-28,20"), 5, "not a date"),
    ("counts", swap(FEB, "2018-02-28,2018-02-01,20"), 5, "ends before it starts"),
    ("counts", swap(FEB, "2018-02-01,2018-02-28,-20"), 5, "negative"),
    ("counts", swap(FEB, "2018-02-01,2018-02-28,many"), 5, "not a number"),
    ("counts", swap(FEB, "2018-02-01,2018-02-28,nan"), 5, "not a number"),
    ("counts", swap(FEB, "2018-02-01,2018-02-28,"), 5, "not a number"),
    ("counts", swap(FEB, "2018-01-01,2018-01-31,20"), 5, "appears twice, first on line 4"),
    ("counts", swap(FEB + ",medium", "2018-02-01,2018-02-28,20"), 5, "wrong number of fields"),
    ("counts", swap(FEB + ",medium", FEB + ",sure"), 5, "not a known confidence"),
    ("counts", swap("HND_a_monthly,HND,irr", "HND_a_monthly,PAN,irr"), 4, "differs from series.csv"),
    ("series", swap("persons,2,2018-01-01,2019", "persons,3,2018-01-01,2019"), 2, "does not have that many"),
    ("series", swap("persons,2,2018-01-01,2019", "persons,two,2018-01-01,2019"), 2, "not a whole number"),
    ("series", swap("2,2018-01-01,2019-12-31", "2,2017-01-01,2019-12-31"), 2, "differs from the counts"),
    ("series", swap("2,2018-01-01,2019-12-31", "2,2018-01-01,2020-12-31"), 2, "differs from the counts"),
    ("series", swap("https://example.org/pan", ""), 2, "has no source"),
    (
        "series",
        swap("False,https://example.org/hnd", "maybe,https://example.org/hnd"),
        3,
        "not a known alternative",
    ),
    ("series", swap("entries,B,persons", "entries,B,miles"), 4, "not a known unit"),
    ("series", swap("HND_b_monthly", "HND_a_monthly"), 4, "series appears twice, first on line 3"),
    ("series", swap("entries,B,persons", "entries,C,persons"), 4, "differs from the counts"),
    ("members", swap("Asia,India", "all,Asia"), 3, "stands twice under all"),
    ("members", swap("Asia,India", "Asia,all"), 3, "is itself a part of it"),
    ("members", swap("Asia,India", "Asia,"), 3, "is empty"),
]


@pytest.mark.parametrize(("which", "change", "line", "words"), BROKEN, ids=[case[3] for case in BROKEN])
def test_broken_files_are_refused(
    tmp_path: Path, which: str, change: Callable[[str], str], line: int, words: str
) -> None:
    texts = {"counts": COUNTS, "series": SERIES, "members": MEMBERS}
    folder = write(tmp_path, **(texts | {which: change(texts[which])}))
    name = "reported_counts.csv" if which == "counts" else f"{which}.csv"
    with pytest.raises(BrokenReports) as caught:
        load_reported(folder)
    found = [(Path(fault.file).name, fault.line, fault.message) for fault in caught.value.faults]
    assert any(file == name and at == line and words in message for file, at, message in found), found


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    counts = COUNTS.replace(",10,", ",-10,").replace(",240,", ",x,")
    with pytest.raises(BrokenReports) as caught:
        load_reported(write(tmp_path, counts=counts, series=SERIES.replace("https://example.org/pan", "")))
    assert [fault.line for fault in caught.value.faults] == [3, 4, 2]
    assert "reported_counts.csv:3" in str(caught.value)


def test_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "series.csv").write_bytes(SERIES.encode() + b"X,M\xe9xico\n")
    with pytest.raises(BrokenReports) as caught:
        load_reported(tmp_path)
    assert (caught.value.faults[0].line, caught.value.faults[0].message) == (5, "is not UTF-8 text")


def test_missing_file(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "reported_counts.csv").unlink()
    with pytest.raises(BrokenReports, match="cannot be read"):
        load_reported(tmp_path)
