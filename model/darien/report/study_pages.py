"""``python -m darien.report.study_pages``: the results of the worked studies, put into their pages.

A study is a comparison in ``scenarios/comparisons/study-NAME.yaml``, run into ``results/study-NAME``. Its
page ``docs/studies/NAME.md`` says what is asked and what is not said; tables and figures come from the
results.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darien.record.compared import FORMAT, KIND, TABLE
from darien.record.page import markdown, put
from darien.record.whole import read_manifest
from darien.report.library_pages import number, signed
from darien.scenario import library

if TYPE_CHECKING:
    import pandas as pd

PREFIX = "study-"
FIGURES = ("tradeoff", "regret", "weightings", "costs", "heatmap")
_OUTCOMES = (
    *("reached_border", "apprehended", "removed", "detained_person_days", "queued_person_days"),
    *("minors_detained", "turned_away", "died", "robbed"),
)


def contents(folder: Path) -> dict[str, str]:
    """What stands between the marks of a study's page, by mark. Raises ResultError for no comparison."""
    manifest = read_manifest(folder, KIND, FORMAT)
    table = _read(folder / TABLE)
    found = {"design": _design(manifest), "result": _result(table), "words": _words(manifest)}
    if (ranks := folder / "ranks.csv").is_file():
        found["ranks"] = _ranks(_read(ranks))
    if (told := folder / "break_even.csv").is_file():
        found["break-even"] = "\n".join(f"- {says}" for says in _read(told)["says"])
    if (verdicts := folder / "verdicts.csv").is_file():
        found["structures"] = _structures(_read(verdicts))
    if (costs := folder / "costs.csv").is_file():
        found["costs"] = _costs(_read(costs), _read(folder / "policy_costs.csv"))
    return found


def _read(file: Path) -> pd.DataFrame:
    import pandas as pd

    return pd.read_csv(file, keep_default_na=False, na_values={name: [""] for name in _NUMBERS})


_NUMBERS = (
    *("base", "value", "difference", "low", "high", "unknowns_share", "median_rank", "low_rank", "high_rank"),
    *("probability_best", "rank", "best_rank", "worst_rank", "usd_per_unit", "usd_low", "usd_high", "cost"),
    *("cost_low", "cost_high", "central"),
)


def _design(manifest: dict[str, Any]) -> str:
    fit, luck = manifest["fit"], manifest["luck"]
    draws = manifest["replicates"] // luck
    return (
        f"{draws} draws of the fit `{fit['name']}`, {luck} pairs of runs for each, so "
        f"{manifest['replicates']} pairs of every option with the base, and as many draws from before the "
        f"counts. Seed {manifest['seed']}."
    )


def _words(manifest: dict[str, Any]) -> str:
    return "\n".join(
        f"- **{name}** ({manifest['says'][name]}). {words}" for name, words in manifest["words"].items()
    )


def _result(table: pd.DataFrame) -> str:
    whole = table[(table["place"] == "") & (table["group"] == "all")]
    rows = []
    for outcome in _OUTCOMES:
        for row in whole[whole["outcome"] == outcome].to_dict("records"):
            share = row["unknowns_share"]
            rows.append(
                (
                    outcome.replace("_", " "),
                    row["option"],
                    number(row["base"]),
                    signed(row["difference"]),
                    f"{signed(row['low'])} to {signed(row['high'])}",
                    "" if share != share else f"{100 * share:.0f} %",
                    row["label"],
                )
            )
    header = ("outcome", "option", "base", "difference", "90 %", "unknowns", "what the counts say")
    return markdown(header, rows, numbers=(2, 3, 4, 5))


def _ranks(table: pd.DataFrame) -> str:
    rows = []
    for outcome, own in table.groupby("outcome", sort=False):
        ranked = own[own["ranked"].astype(str) == "True"].sort_values("median_rank")
        told = ", ".join(
            f"{row.option} {row.median_rank:.3g} ({row.low_rank:.2g} to {row.high_rank:.2g})"
            for row in ranked.itertuples()
        )
        left = ", ".join(own.loc[own["ranked"].astype(str) != "True", "option"])
        rows.append(
            (f"{str(outcome).replace('_', ' ')}, {own['better'].iloc[0]}", told or "nobody", left or "nobody")
        )
    header = ("outcome, the better way", "median rank (90 %)", "assumption, not evidence: no rank")
    return markdown(header, rows)


def _structures(table: pd.DataFrame) -> str:
    rows = [
        (
            str(row.outcome).replace("_", " "),
            str(row.option),
            f"{row.rank:g}",
            "holds" if str(row.decided) == "True" else f"undecided: {row.best_rank:g} to {row.worst_rank:g}",
            str(row.changed_by).replace("_", " "),
        )
        for row in table.sort_values(["outcome", "rank"], kind="stable").itertuples()
    ]
    return markdown(
        ("outcome", "option", "rank", "under all structures", "another under"), rows, numbers=(2,)
    )


def _costs(costs: pd.DataFrame, policy: pd.DataFrame) -> str:
    rows = []
    for option, own in costs.groupby("option", sort=False):
        priced = policy[policy["option"] == option]
        first = own.iloc[0]
        known = (
            "not known"
            if priced["central"].isna().any()
            else (f"{number(first['cost'])} ({number(first['cost_low'])} to {number(first['cost_high'])})")
        )
        told = "; ".join(
            f"{number(row.usd_per_unit)} ({number(row.usd_low)} to {number(row.usd_high)}) per unit of "
            f"{row.outcome.replace('_', ' ')}"
            for row in own.itertuples()
            if not row.reads
        )
        rows.append((str(option), known, told or "cannot be told"))
    return markdown(("option", "cost over the period, USD", "USD per unit the better way"), rows)


def main(folders: list[str]) -> None:
    """Renew the pages in the checkout from the folders of studies."""
    for given in folders:
        folder = Path(given)
        name = folder.name.removeprefix(PREFIX)
        page = library.root() / "docs" / "studies" / f"{name}.md"
        text = page.read_text(encoding="utf-8")
        for mark, content in contents(folder).items():
            if f"<!-- {mark} -->" in text:
                text = put(text, mark, content)
        page.write_text(text, encoding="utf-8")
        published = library.root() / "results" / "published" / folder.name
        published.mkdir(parents=True, exist_ok=True)
        for figure in sorted((folder / "figures").glob("*.png")):
            if figure.stem in FIGURES:
                shutil.copyfile(figure, published / figure.name)
        shutil.copyfile(folder / "manifest.json", published / "manifest.json")
        print(f"renewed: {page}")


if __name__ == "__main__":
    main(sys.argv[1:])
