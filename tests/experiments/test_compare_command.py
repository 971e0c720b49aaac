"""The command from file to folder: under draws of a fit, on any number of workers, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from darien.cli import main
from darien.experiments import compare_command
from darien.experiments.compare_command import command
from darien.experiments.evidence import ASSUMPTION, EVIDENCE, SAME
from darien.experiments.weighed import chart
from darien.record.compared import TABLES, WEIGHED, read_displacement
from darien.scenario import files, library
from darien.scenario.contents import kinds
from darien.scenario.errors import UserMistake

from .pretend import SCENARIO
from .sweeps import ended

MORE = """better: {reached_border: lower, died: lower}
weights: {died: 2, reached_border: 1}
structures: [no_beliefs]
structure_draws: 3
"""
PRETENDED = f"""title: Dearer ways
why: To see what a price does
base: history
fit: fit
draws: 24
luck: 2
options:
  dear: {{set: [legs.way.price_usd=30]}}
  cheap: {{set: [legs.way.price_usd=1]}}
  same: {{scenario: history}}
break_even:
  enough: {{option: dear, against: cheap, outcome: removed, over: legs.way.price_usd, values: [0, 60]}}
{MORE}"""
DRAWS = 24


def write_fit(folder: Path, after: dict[str, list[float]], before: dict[str, list[float]] | None) -> None:
    (folder / "fit").mkdir()
    pd.DataFrame(after).to_csv(folder / "fit" / "draws.csv", index=False)
    if before is not None:
        pd.DataFrame(before).to_csv(folder / "fit" / "draws_prior.csv", index=False)
    about = {"history": str(folder / "history.yaml"), "title": "A year", "converged": True, "draws": DRAWS}
    (folder / "fit" / "draws.json").write_text(json.dumps(about))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A comparison under a fit that tells the price, which was anything from 0 to 23, exactly."""
    (tmp_path / "history.yaml").write_text(SCENARIO)
    price = "legs.way.price_usd"
    write_fit(tmp_path, {price: [5.0] * DRAWS}, {price: [float(n) for n in range(DRAWS)]})
    (tmp_path / "prices.yaml").write_text(PRETENDED)
    return tmp_path / "prices.yaml"


def labels(folder: Path) -> dict[tuple[str, str], str]:
    table = pd.read_parquet(folder / "comparison.parquet")
    rows = table[(table["place"] == "") & (table["group"] == "all")]
    return {(row.option, row.outcome): row.label for row in rows.itertuples()}


def test_all_files_are_there_and_the_text_is_conditional(
    file: Path, model: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = command(file, out=tmp_path / "out")
    text = capsys.readouterr().out
    assert text == (out / "comparison.txt").read_text()
    assert text.startswith("Conditional on the departures")
    assert {path.stem for path in out.glob("*.csv")} == set(TABLES)
    empty = {name for name in TABLES if pd.read_csv(out / f"{name}.csv").empty}
    assert empty == {"displacement", "displacement_total", "policy_costs"}  # the pretend world has neither
    assert read_displacement(out).by_month.empty
    assert labels(out)["dear", "died"] == EVIDENCE
    assert labels(out)["same", "died"] == SAME
    between = pd.read_csv(out / "between.csv").query("outcome == 'died' and place.isna()")
    told = {(row.other, row.option): row.label for row in between.itertuples()}
    assert set(told) == {("dear", "cheap"), ("dear", "same"), ("cheap", "same")}
    assert told["dear", "same"] == told["cheap", "same"] == EVIDENCE
    assert "48 pairs of each, 24 draws with 2 each" in text
    for heading in ("== Ranks\n", "== Break-evens\n", "== Ranks under models built otherwise\n"):
        assert heading in text
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["chart"] == ["reached_border", "died"]
    ranks = pd.read_csv(out / "ranks.csv").query("outcome == 'died'").set_index("option")
    assert ranks.loc["cheap", "probability_best"] == 1
    regret = pd.read_csv(out / "regret.csv")
    assert set(regret["of"]) == {"reached_border", "died", "weighted"}
    assert list(pd.read_csv(out / "swings.csv")["outcome"]) == ["reached_border", "died"]


@pytest.mark.parametrize("name", [name for name, kind in kinds().items() if kind == "comparison"])
def test_the_comparisons_of_the_library_are_sound(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("check", name) == 0
    assert f"{name}: ok: " in capsys.readouterr().out


def test_what_the_counts_do_not_tell_is_an_assumption_without_a_rank(
    file: Path, model: ModuleType, tmp_path: Path
) -> None:
    prior = (tmp_path / "fit" / "draws_prior.csv").read_text()
    (tmp_path / "fit" / "draws.csv").write_text(prior)
    out = command(file, out=tmp_path / "out")
    assert labels(out)["dear", "died"] == ASSUMPTION
    ranks = pd.read_csv(out / "ranks.csv").query("outcome == 'died'").set_index("option")
    assert not ranks.loc["dear", "ranked"]
    assert ranks.loc["same", "ranked"]
    text = (out / "comparison.txt").read_text()
    assert "Assumption, not evidence: the counts say next to nothing" in text.replace("\n", " ")
    assert "no rank, as the effect is an assumption, not evidence" in text


def test_without_prior_draws_it_says_that_it_does_not_know(
    file: Path, model: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "fit" / "draws_prior.csv").unlink()
    out = command(file, out=tmp_path / "out")
    assert labels(out)["dear", "died"] == "not known: the fit carries no prior draws"


def test_a_failed_write_leaves_nothing(
    file: Path, model: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(compare_command, "write_json", fail)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Exception, match="disk full"):
        command(file, out=tmp_path / "out")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("fit: fit", "fit: 2014-2108"), "prices.yaml:4: fit: 2014-2108: no fit of that name"),
        (("draws: 24", "draws: 25"), "prices.yaml:5: draws: the fit fit has 24 draws"),
        (("draws: 24", "replicates: 6"), "prices.yaml:5: replicates: the fit fit has 24 draws"),
        (("outcome: removed", "outcome: remved"), "prices.yaml:12: break_even.enough.outcome: no outcome of"),
        (("better: {", "better: {apprehended: lower, "), "prices.yaml:13: better.apprehended: no outcome of"),
    ],
)
def test_a_mistake_is_one_message_and_status_2(
    file: Path, model: ModuleType, change: tuple[str, str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(file.read_text().replace(*change))
    with pytest.raises(SystemExit) as end:
        main(["compare", str(file), "--out", str(file.parent / "out")])
    assert end.value.code == 2
    told = capsys.readouterr().err.replace("\n", " ")
    assert says in told
    assert "Traceback" not in told
    assert not (file.parent / "out").exists()


def test_few_replicates_of_the_file_are_one_message_with_a_fit_of_the_command(
    file: Path, model: ModuleType
) -> None:
    file.write_text(file.read_text().replace("fit: fit\ndraws: 24", "replicates: 6"))
    with pytest.raises(UserMistake, match=r"prices.yaml:4: replicates: the fit fit .* given 6"):
        command(file, fit=str(file.parent / "fit"))


def test_a_chart_has_enforcement_across_and_a_harm_up() -> None:
    assert chart({"died": "lower", "removed": "higher"}) == ("removed", "died")
    assert chart({"robbed": "lower", "died": "lower"}) == ("died", "robbed")
    assert chart({"died": "lower"}) == ("died", "died")


REAL = f"""title: A stricter post
why: To see it on the real engine
base: history
fit: fit
luck: 2
replicates: 20
options:
  strict: {{set: [checkpoints.post.coverage=0.6]}}
  quota:
    policy:
      - {{measure: quota, name: few_boats, from: 2020-01-02, leg: sea, persons_per_day: 1}}
break_even:
  enough:
    option: strict
    against: quota
    outcome: apprehended
    over: checkpoints.post.identification
    values: [0, 1]
{MORE}"""


def test_two_workers_give_the_bytes_of_one(tmp_path: Path) -> None:
    short = "period: {end: 2020-01-25}\ndepartures: {persons_per_day: {one: 6, two: 4}}\n"
    world = library.find("verify/pairing")
    (tmp_path / "history.yaml").write_text(f"extends: {world}\ntitle: Short\nwhy: To be quick\n{short}")
    chance = np.random.default_rng(1)
    paths = ("legs.sea.price_usd", "checkpoints.post.coverage")
    ranges: tuple[tuple[tuple[float, float], ...], ...]
    ranges = (((380.0, 420.0), (0.25, 0.35)), ((100.0, 700.0), (0.0, 0.9)))
    after, before = (
        {path: chance.uniform(*ends, DRAWS).tolist() for path, ends in zip(paths, both, strict=True)}
        for both in ranges
    )
    write_fit(tmp_path, after, before)
    (tmp_path / "posts.yaml").write_text(REAL)
    one, two = (
        command(tmp_path / "posts.yaml", workers=workers, out=tmp_path / f"of-{workers}")
        for workers in (1, 2)
    )
    names = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(two) for path in two.rglob("*") if path.is_file())
    assert {f"{name}.csv" for name in WEIGHED} < {str(name) for name in names}
    for name in names:
        if name.name != "manifest.json":
            assert (one / name).read_bytes() == (two / name).read_bytes(), name
    saved = files.load(one / "scenarios" / "quota.yaml")
    assert [measure.name for measure in saved.policy] == ["few_boats"]
    manifest = json.loads((one / "manifest.json").read_text())
    assert (manifest["replicates"], manifest["luck"]) == (40, 2)
