"""Tables of a recovery for ``docs/fit.md``: how often intervals held the truth, and how sharp they were."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from darien.calibrate.recovering import EFFECT, LIKELIHOOD, SUPPOSED, TOTAL
from darien.record.page import markdown, percent

if TYPE_CHECKING:
    import pandas as pd

USED = "emulator"  # the way by which fits are made


def kinds(summary: pd.DataFrame) -> tuple[pd.Series[bool], pd.Series[bool]]:
    """Which rows tell of unknowns, and which of effects of policies."""
    is_effect = summary["unknown"].str.startswith(EFFECT)
    return ~is_effect & ~summary["unknown"].isin([TOTAL, LIKELIHOOD]), is_effect


def recovery_tables(summary: pd.DataFrame) -> dict[str, str]:
    """Markdown tables by name, from :func:`darien.calibrate.recovering.summary`."""
    is_unknown, is_effect = kinds(summary)
    supposed = (summary["method"] == USED) & (summary["made_by"] == SUPPOSED)
    return {
        "methods": _methods(summary[is_unknown]),
        "recovery": _unknowns(summary[supposed & ~is_effect]),
        "recovered_effects": _effects(summary[supposed & is_effect]),
    }


def _methods(unknowns: pd.DataFrame) -> str:
    rows = []
    for (made_by, method), own in unknowns.groupby(["made_by", "method"], sort=False):
        rows.append(
            (
                str(made_by),
                str(method),
                str(int(own["data_sets"].iloc[0])),
                percent(own["coverage"].mean()),
                f"{percent(own['coverage'].min())} to {percent(own['coverage'].max())}",
                percent(own["contraction"].mean()),
                f"{own['width'].mean():.2f}",
                str(int((own["contraction"] > 0.5).sum())),
            )
        )
    header = ("counts made", "way", "data sets", "coverage of 90 %", "by unknown", "mean contraction")
    return markdown((*header, "mean width", "above half"), rows, numbers=range(2, 8))


def _unknowns(own: pd.DataFrame) -> str:
    rows = [
        (
            f"`{one['unknown']}`",
            str(int(one["data_sets"])),
            percent(one["coverage"]),
            "" if isnan(one["contraction"]) else percent(one["contraction"]),
            f"{one['uniform_p']:.2g}",
        )
        for one in own.to_dict("records")
    ]
    header = ("unknown", "data sets", "coverage of 90 %", "mean contraction", "ranks uniform, p")
    return markdown(header, rows, numbers=(1, 2, 3, 4))


def _effects(own: pd.DataFrame) -> str:
    """A row per policy and outcome, and one for each policy as a whole."""
    if own.empty:
        return "No effect was recovered."
    rows = []
    names = own["unknown"].str.removeprefix(EFFECT).str.split(" on ", n=1, expand=True)
    for lever, part in own.groupby(names[0], sort=False):
        told = str(lever).replace("_", " ")
        rows.append((told, "**all**", percent(part["coverage"].mean()), percent(part["contraction"].mean())))
        rows += [
            (told, names.loc[at, 1].replace("_", " "), percent(one["coverage"]), percent(one["contraction"]))
            for at, one in part.iterrows()
        ]
    return markdown(("policy", "outcome", "coverage of 90 %", "mean contraction"), rows, numbers=(2, 3))
