"""The pages of the studies: what stands between their marks comes from the results, and from nothing else."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from darien.record.compared import FORMAT, KIND
from darien.record.page import put
from darien.record.whole import MANIFEST, ResultError, write_json
from darien.report import study_pages
from darien.report.study_pages import contents
from darien.scenario import library

STUDIES = ("detention-panama", "training", "debate")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A study of one option, as a comparison leaves it."""
    both = {"place": "", "group": "all", "unit": "persons", "unknowns_share": 0.75, "option": "limit-15"}
    numbers = {"base": 1000.0, "value": 990.0, "difference": -10.0, "low": -20.0, "high": -2.0}
    rows = [
        {**both, "outcome": "reached_border", **numbers, "label": "informed by the counts"},
        {**both, "outcome": "died", **numbers, "label": "assumption, not evidence"},
        {**both, "outcome": "died", **numbers, "label": "", "place": "PAN"},
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "comparison.csv", index=False)
    ranks = [
        ("limit-15", "reached_border", "lower", True, 1.0, 1.0, 2.0, 0.9),
        ("limit-15", "died", "lower", False, None, None, None, None),
    ]
    columns = ["option", "outcome", "better", "ranked", "median_rank", "low_rank", "high_rank"]
    pd.DataFrame(ranks, columns=[*columns, "probability_best"]).to_csv(tmp_path / "ranks.csv", index=False)
    held = [("limit-15", "reached_border", 1.0, 1.0, 2.0, False, "plain_logit")]
    columns = ["option", "outcome", "rank", "best_rank", "worst_rank", "decided", "changed_by"]
    pd.DataFrame(held, columns=columns).to_csv(tmp_path / "verdicts.csv", index=False)
    pd.DataFrame({"says": ["training wins only where skill exceeds 0.2."]}).to_csv(
        tmp_path / "break_even.csv", index=False
    )
    manifest = {"replicates": 60, "luck": 2, "seed": 7, "fit": {"name": "2014-2018"}}
    said = {"words": {"limit-15": "Enforcement: no clear change."}, "says": {"limit-15": "15 days"}}
    write_json(tmp_path / MANIFEST, {"kind": KIND, "format": FORMAT, **manifest, **said})
    return tmp_path


def test_what_a_page_shows_is_what_the_results_hold(folder: Path) -> None:
    found = contents(folder)
    assert found["design"].startswith(
        "30 draws of the fit `2014-2018`, 2 pairs of runs for each, so 60 pairs"
    )
    lines = found["result"].splitlines()
    assert lines[2:] == [
        "| reached border | limit-15 | 1,000 | -10 | -20 to -2 | 75 % | informed by the counts |",
        "| died | limit-15 | 1,000 | -10 | -20 to -2 | 75 % | assumption, not evidence |",
    ]
    assert found["words"] == "- **limit-15** (15 days). Enforcement: no clear change."
    assert "| reached border, lower | limit-15 1 (1 to 2) | nobody |" in found["ranks"]
    assert "| died, lower | nobody | limit-15 |" in found["ranks"]
    assert "| undecided: 1 to 2 | plain logit |" in found["structures"]
    assert found["break-even"] == "- training wins only where skill exceeds 0.2."


def test_a_folder_that_is_no_comparison_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match=r"no manifest\.json there"):
        contents(tmp_path)


@pytest.mark.parametrize("name", STUDIES)
def test_every_study_has_its_file_its_page_and_its_figures(name: str) -> None:
    root = library.root()
    assert (root / "scenarios" / "comparisons" / f"study-{name}.yaml").is_file()
    page = (root / "docs" / "studies" / f"{name}.md").read_text(encoding="utf-8")
    for mark in ("design", "result", "words", "ranks", "structures"):
        assert f"<!-- {mark} -->\n<!-- end of {mark} -->" not in page, "its results are missing: make studies"
    assert "Conditional on the departures" in page
    assert "## What it does not say" in page
    for line in page.splitlines():
        if line.startswith("!["):
            assert (root / "docs" / "studies" / line.rsplit("(", 1)[1].rstrip(")")).resolve().is_file()


def test_main_fills_the_marks_of_a_page(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = tmp_path / "docs" / "studies"
    pages.mkdir(parents=True)
    marks = "".join(f"<!-- {mark} -->\n<!-- end of {mark} -->\n" for mark in ("design", "result"))
    (pages / f"{folder.name}.md").write_text(f"# Mine\n{marks}", encoding="utf-8")
    monkeypatch.setattr("darien.report.study_pages.library.root", lambda: tmp_path)
    study_pages.main([str(folder)])
    page = (pages / f"{folder.name}.md").read_text(encoding="utf-8")
    assert "30 draws of the fit" in page
    assert "assumption, not evidence" in page
    assert (tmp_path / "results" / "published" / folder.name / MANIFEST).is_file()


def test_a_mark_must_be_there_once() -> None:
    with pytest.raises(ValueError, match="it has them 0 times"):
        put("a page", "result", "a table")
