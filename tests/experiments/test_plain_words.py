"""The sentences that say what an option changes."""

from __future__ import annotations

from typing import Any

import pandas as pd

from darien.experiments.evidence import ASSUMPTION, EVIDENCE
from darien.experiments.plain_words import paragraph

NAN = float("nan")


def row(outcome: str, difference: float, low: float, high: float, **more: Any) -> dict[str, Any]:
    about = {"place": "", "group": "all", "base": 200.0, "unknowns_share": NAN, "label": EVIDENCE}
    return {**about, "outcome": outcome, "difference": difference, "low": low, "high": high, **more}


def test_enforcement_and_people_are_both_told() -> None:
    rows = [row("died", 4, 2, 6), row("reached_border", -20, -30, -10), row("removed", 5, -5, 15)]
    assert paragraph(pd.DataFrame(rows), drawn=False) == (
        "Enforcement: 20 fewer people who reach the US border (10 to 30, 10.0 %); no clear change in removals"
        ". People on the way: 4 more deaths (2 to 6, 2.0 %)."
    )


def test_what_changes_in_few_pairs_is_not_the_same() -> None:
    rows = [row("died", 0.1, 0, 0), row("robbed", 0, 0, 0)]
    words = paragraph(pd.DataFrame(rows), drawn=False)
    assert words == "People on the way: no clear change in deaths; none at all in people robbed."


def test_under_draws_it_says_what_is_unknown_and_what_is_assumed() -> None:
    rows = [
        row("died", 4, 2, 6, unknowns_share=0.9, label=ASSUMPTION),
        row("removed", 5, 1, 9, unknowns_share=0.5),
    ]
    words = paragraph(pd.DataFrame(rows), drawn=True)
    assert "70 % is what is not known of the world" in words
    assert words.endswith(
        "Assumption, not evidence: the counts say next to nothing of what it does to deaths."
    )
