"""A fit in short, for the head of ``docs/fit.md``: what was asked, what was aimed at, what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from darien.calibrate.fitting import LEAST_EFFECTIVE, MOST_R_HAT
from darien.calibrate.hold_out import BEST, MODEL, NO_AGENTS
from darien.calibrate.recovering import LIKELIHOOD, SUPPOSED, TOTAL
from darien.calibrate.recovery_tables import USED, kinds
from darien.calibrate.shock_text import verdicts
from darien.experiments.evidence import EVIDENCE
from darien.record.page import markdown, percent

if TYPE_CHECKING:
    import pandas as pd

HELD = "85 to 95 %"  # of 90 % intervals, as so few data sets tell it
Row = tuple[str, str, str]  # what was asked, the aim, what came out


def in_short(manifest: dict[str, Any], of: dict[str, pd.DataFrame]) -> str:
    """Markdown from the manifest of a fit and its tables by the names of their files, those that it has."""
    rows = [
        (
            "the chains agree (R-hat, effective draws of the unknown told least)",
            f"below {MOST_R_HAT}, above {LEAST_EFFECTIVE}",
            f"{manifest['r_hat']:.3f}, {manifest['effective_draws']:,}",
        ),
        *_numbers(of["predictions"]),
        (
            "unknowns that the counts inform",
            "",
            _of(of["unknowns"]["label"] == EVIDENCE),
        ),
    ]
    if "effects" in of:
        rows.append(("effects of policies that they inform", "", _of(of["effects"]["label"] == EVIDENCE)))
    if "recovery-summary" in of:
        rows += _recovery(of["recovery-summary"])
    if "holdout-summary" in of:
        rows += _last_year(of["holdout-summary"])
    if "shocks" in of:
        rows.append(("dated events", "", verdicts(of["shocks"])))
        alarms = _of(of["placebo"]["false_alarm"].astype(bool))
        rows.append(("false alarms where nothing happened", "1 in 10 by chance", alarms))
    return markdown(("asked", "aim", "found"), rows)


def _numbers(predictions: pd.DataFrame) -> list[Row]:
    told = {
        "target": "reported numbers that were fitted, inside their 90 %",
        "tests": "numbers left out, inside",
    }
    return [
        (what, "", _of(predictions.loc[predictions["role"] == role, "inside"].astype(bool)))
        for role, what in told.items()
        if (predictions["role"] == role).any()
    ]


def _recovery(summary: pd.DataFrame) -> list[Row]:
    own = summary[summary["method"] == USED]
    is_unknown, is_effect = kinds(own)
    supposed = own["made_by"] == SUPPOSED
    known = own[supposed & is_unknown]
    named = own[supposed].set_index("unknown")
    sets = int(known["data_sets"].iloc[0])
    rows: list[Row] = [
        (f"known truths of {sets} data sets, held by the 90 % intervals", HELD, _held(known)),
        ("those that contract by more than half", "8 and more", _of(known["contraction"] > 0.5)),
        (
            "ranks uniform (p): of the total, of the likelihood",
            "above 0.05",
            ", ".join(f"{named.loc[one, 'uniform_p']:.2g}" for one in (TOTAL, LIKELIHOOD)),
        ),
    ]
    if (supposed & is_effect).any():
        rows.append(("known effects of policies, held", HELD, _held(own[supposed & is_effect])))
    others = own[~supposed & is_unknown].groupby("made_by", sort=False)
    rows += [(f"truths held where the counts are made by {by}", "", _held(part)) for by, part in others]
    return rows


def _last_year(summary: pd.DataFrame) -> list[Row]:
    rows: list[Row] = []
    own = summary[summary["predictor"] == MODEL]
    aims = {BEST: "0.9 and less", NO_AGENTS: "below 1 to its upper end"}
    for part, half in own.groupby("part", sort=False):
        for one in half.to_dict("records"):
            if one["against"] in aims:
                found = f"{one['ratio']:.2f} ({one['low']:.2f} to {one['high']:.2f})"
                rows.append(
                    (f"last year, {part}: score over that of {one['against']}", aims[one["against"]], found)
                )
        rows.append(
            (f"last year, {part}: months inside 90 %", "80 to 97 %", percent(half["coverage"].iloc[0]))
        )
    return rows


def _held(own: pd.DataFrame) -> str:
    held = own["coverage"]
    return f"{percent(held.mean())} ({percent(held.min())} to {percent(held.max())} one by one)"


def _of(found: pd.Series[bool]) -> str:
    return f"{int(found.sum())} of {len(found)}"
