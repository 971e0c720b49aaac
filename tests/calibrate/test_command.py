"""``darien departures``: reads a history without its CSV, writes it whole, and says what it could not do."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from calibrate import small
from darien.calibrate import command as module
from darien.calibrate.assumptions import WorkingAssumptions
from darien.calibrate.command import command, load_without_series, series_of_history, write_rates
from darien.calibrate.tables import assumptions_as_markdown
from darien.record.assumptions import CountAssumptions, table
from darien.record.page import markdown, put
from darien.scenario.errors import ScenarioError, UserMistake
from darien.scenario.files import load, to_yaml

PAGE = Path(__file__).parents[2] / "docs" / "departures.md"


def history(folder: Path, start: str = "2017-01-01", end: str = "2018-12-31") -> Path:
    """A history over a world, each in a file of its own; its CSV does not exist."""
    world = to_yaml(small.scenario(start, end)).replace("title: t\n", "").replace("why: w\n", "")
    kept = world.split("\n")
    at = next(i for i, line in enumerate(kept) if line.startswith("departures:"))
    after = next(i for i in range(at + 1, len(kept)) if kept[i] and not kept[i].startswith(" "))
    (folder / "world.yaml").write_text("\n".join(kept[:at] + kept[after:]), encoding="utf-8")
    path = folder / "history.yaml"
    path.write_text(
        "title: A history\nwhy: a test\nextends: world.yaml\ndepartures:\n  series: out.csv  # to be made\n",
        encoding="utf-8",
    )
    return path


def test_from_a_history_without_its_csv(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = history(tmp_path)
    monkeypatch.setattr(module, "simulate_on", lambda workers: small.simulate)
    told: list[tuple[int, int]] = []
    worked = command(str(path), progress=lambda done, of: told.append((done, of)))
    out = tmp_path / "out.csv"
    assert out.read_text(encoding="utf-8").startswith("month,group,persons_per_day\n2017-01,cuba,")
    scenario = load(path)
    assert scenario.departures.monthly["cuba"]["2018-03"] == worked.rates["cuba"]["2018-03-01"]
    printed = capsys.readouterr().out
    assert "northern_triangle" in printed
    assert f"written: {out}" in printed
    assert told[0][0] == 0
    assert told[-1][0] == told[-1][1]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["history.yaml", "out.csv", "world.yaml"]


def test_another_place_for_the_csv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = history(tmp_path)
    monkeypatch.setattr(module, "simulate_on", lambda workers: small.simulate)
    command(str(path), out=tmp_path / "elsewhere.csv")
    assert (tmp_path / "elsewhere.csv").is_file()
    assert not (tmp_path / "out.csv").exists()


def test_a_failure_leaves_the_old_csv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = history(tmp_path)
    (tmp_path / "out.csv").write_text("month,group,persons_per_day\n2017-01,cuba,1\n", encoding="utf-8")

    def fails(tasks: object) -> list[pd.DataFrame]:
        raise MemoryError

    monkeypatch.setattr(module, "simulate_on", lambda workers: fails)
    with pytest.raises(MemoryError):
        command(str(path))
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").endswith("2017-01,cuba,1\n")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["history.yaml", "out.csv", "world.yaml"]


def test_faults_elsewhere_are_told_in_the_history(tmp_path: Path) -> None:
    path = history(tmp_path)
    path.write_text(path.read_text(encoding="utf-8") + "seed: -3\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_without_series(path)
    assert [(Path(fault.file).name, fault.line, fault.path) for fault in caught.value.faults] == [
        ("history.yaml", 6, "seed")
    ]


def test_series_of_a_history(tmp_path: Path) -> None:
    path = history(tmp_path)
    assert series_of_history(str(path)) == (path, tmp_path / "out.csv")
    path.write_text("title: t\nwhy: w\nextends: world.yaml\n", encoding="utf-8")
    with pytest.raises(UserMistake, match=r"names no departures\.series"):
        series_of_history(str(path))
    with pytest.raises(UserMistake, match="no such file"):
        series_of_history(str(tmp_path / "none.yaml"))


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    path = history(tmp_path)
    with pytest.raises(UserMistake, match="is a folder"):
        command(str(path), out=tmp_path)
    with pytest.raises(UserMistake, match="there is no folder"):
        command(str(path), out=tmp_path / "none" / "out.csv")


def test_rates_are_written_by_group_and_month(tmp_path: Path) -> None:
    months = pd.date_range("2016-01-01", periods=2, freq="MS")
    write_rates(tmp_path / "a.csv", pd.DataFrame({"a": [1.0, 0.12345], "b": [0.0, 2.0]}, index=months))
    assert (tmp_path / "a.csv").read_text(encoding="utf-8").split() == [
        "month,group,persons_per_day",
        "2016-01,a,1.0000",
        "2016-02,a,0.1235",
        "2016-01,b,0.0000",
        "2016-02,b,2.0000",
    ]


def test_the_page_has_every_assumption() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert assumptions_as_markdown() in page
    for item in [*table(CountAssumptions()), *table(WorkingAssumptions())]:
        assert f"| `{item.name}` | {item.quantity.value:g} |" in page


def test_put_replaces_what_stands_between_marks() -> None:
    page = "a\n<!-- x -->\nold\n<!-- end of x -->\nb\n"
    assert put(page, "x", "new\\1") == "a\n<!-- x -->\nnew\\1\n<!-- end of x -->\nb\n"
    with pytest.raises(ValueError, match="0 times"):
        put(page, "y", "new")


def test_markdown_tables() -> None:
    assert markdown(("a", "b"), [("x", "1")], numbers=[1]) == "| a | b |\n| --- | ---: |\n| x | 1 |"
