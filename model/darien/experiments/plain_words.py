"""What an option changes, in a few plain sentences made from the numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from darien.experiments.evidence import ASSUMPTION
from darien.record.compared import OUTCOME_WORDS

if TYPE_CHECKING:
    import pandas as pd

ENFORCEMENT = ("reached_border", "apprehended", "removed")
HARM = ("died", "robbed", "detained_person_days", "minors_detained", "queued_person_days")


def paragraph(own: pd.DataFrame, drawn: bool) -> str:
    """What one option changes for enforcement and for people on the way, how sure that is, and why.

    ``own``: the rows of the option in the table of a comparison.
    """
    rows = own[(own["place"] == "") & (own["group"] == "all")].set_index("outcome")
    told: list[dict[str, Any]] = [
        {"outcome": name, **rows.loc[name].to_dict()}
        for name in (*ENFORCEMENT, *HARM)
        if name in rows.index and not math.isnan(rows.loc[name, "difference"])
    ]
    said = []
    for heading, names in (("Enforcement", ENFORCEMENT), ("People on the way", HARM)):
        part = [row for row in told if row["outcome"] in names]
        clear = [_change(row) for row in part if _is_clear(row)]
        unclear = [OUTCOME_WORDS[row["outcome"]] for row in part if not _is_clear(row) and not _is_same(row)]
        same = [OUTCOME_WORDS[row["outcome"]] for row in part if _is_same(row)]
        words = []
        if clear:
            words.append(_joined(clear))
        if unclear:
            words.append(f"no clear change in {_joined(unclear)}")
        if same:
            words.append(f"none at all in {_joined(same)}")
        if words:
            said.append(f"{heading}: {'; '.join(words)}.")
    if drawn:
        said += _why(told)
    return " ".join(said)


def _why(told: list[dict[str, Any]]) -> list[str]:
    """Whether unknowns or chance make it unsure, and of what the counts say nothing."""
    said = []
    shares = [row["unknowns_share"] for row in told if not math.isnan(row["unknowns_share"])]
    if shares:
        share = sum(shares) / len(shares)
        said.append(
            f"Of what is unsure about these in one run, {100 * share:.0f} % is what is not known of the "
            "world, the rest chance (mean over the outcomes)."
        )
    guessed = [OUTCOME_WORDS[row["outcome"]] for row in told if row["label"] == ASSUMPTION]
    if guessed:
        said.append(
            f"{ASSUMPTION.capitalize()}: the counts say next to nothing of what it does to "
            f"{_joined(guessed)}."
        )
    return said


def _change(row: dict[str, Any]) -> str:
    more = "more" if row["difference"] > 0 else "fewer"
    size = abs(row["difference"])
    number = f"{size:,.0f}" if size >= 10 else f"{size:.2g}"
    ends = sorted((abs(row["low"]), abs(row["high"])))
    between = " to ".join(f"{end:,.0f}" if end >= 10 else f"{end:.2g}" for end in ends)
    share = f", {100 * size / row['base']:.1f} %" if row["base"] > 0 else ""
    return f"{number} {more} {OUTCOME_WORDS[row['outcome']]} ({between}{share})"


def _is_clear(row: dict[str, Any]) -> bool:
    return bool(row["low"] > 0 or row["high"] < 0)


def _is_same(row: dict[str, Any]) -> bool:
    return bool(row["low"] == row["high"] == row["difference"] == 0)


def _joined(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
