"""Pages of the library: what they say of a comparison that was really run."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pandas as pd
import pytest

from darien.experiments import compare
from darien.experiments.compare_command import write
from darien.experiments.comparison import load
from darien.experiments.evidence import ASSUMPTION, EVIDENCE
from darien.report import library_pages
from darien.report.library_pages import number, signed, write_pages

COMPARISON = """
title: Two scenarios of the library
why: A short period is enough to see that the pages say what the tables say.
base: history-2014-2018
replicates: 2
options:
  checkpoint-darien: {scenario: checkpoint-darien}
  without-quota-costa-rica: {scenario: without-quota-costa-rica}
"""


@pytest.mark.parametrize(
    ("value", "words"), [(0, "0"), (1234.6, "1,235"), (0.01234, "0.0123"), (-250, "-250"), (math.nan, "none")]
)
def test_numbers_are_read_easily(value: float, words: str) -> None:
    assert number(value) == words


def test_a_rise_has_its_sign() -> None:
    assert (signed(5.0), signed(-5.0), signed(0.0)) == ("+5", "-5", "0")


def test_pages_say_what_was_found(tmp_path: Path) -> None:
    file = tmp_path / "two.yaml"
    file.write_text(COMPARISON)
    compared = compare.compare(load(file))
    folder = write(tmp_path / "two", compared)
    files = write_pages([folder], tmp_path / "pages")
    assert [path.name for path in files] == [
        "checkpoint-darien.md",
        "without-quota-costa-rica.md",
        "README.md",
    ]
    page = files[0].read_text()
    table = compared.table
    row = table[(table["option"] == "checkpoint-darien") & (table["outcome"] == "apprehended")]
    row = row[(row["place"] == "") & (row["group"] == "all")].iloc[0]
    found = re.search(r"\| apprehended \(persons\) \| (\S+) \| (\S+) \| (\S+) \(", page)
    assert found
    assert found.groups() == (number(row["base"]), number(row["value"]), signed(row["difference"]))
    assert "Means over 2 paired replicates" in page
    assert "It hangs on these assumptions" in page
    assert "- without `controlled_flow_costa_rica`" in files[1].read_text()
    assert "Nothing on the way differs" in files[1].read_text()


def test_differences_by_draws_of_a_fit_say_what_the_counts_tell() -> None:
    row = {"place": "", "outcome": "died", "unit": "persons", "base": 200.0, "value": 180.0}
    row |= {"difference": -20.0, "low": -30.0, "high": -5.0, "label": ASSUMPTION}
    told = library_pages._rows(pd.DataFrame([row]), True, ("died",))
    assert (
        told.splitlines()[-1] == f"| died (persons) | 200 | 180 | -20 (-30 to -5) | -10.0 % | {ASSUMPTION} |"
    )
    outcomes = ("reached_border", "apprehended", "detained_person_days", "died")
    own = pd.DataFrame([row | {"outcome": outcome} for outcome in outcomes])
    own.loc[1, "label"], own.loc[2, "low"] = EVIDENCE, -40.0
    own.loc[2, "high"] = 5.0
    assert library_pages._line(own) == ["*-20*", "-20", "unclear", "*-20*"]
    manifest = {"fit": {"name": "2014-2018"}, "luck": 2, "replicates": 40}
    assert "20 draws of the fit of 2014-2018" in library_pages._how(manifest)
    assert "The interval is chance alone" in library_pages._how({"fit": None, "luck": 1, "replicates": 40})
