"""How options rank on the outcomes for which the user has said which way is better."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from darien.experiments.evidence import ASSUMPTION, NO_COST

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

UNRANKED = (ASSUMPTION, NO_COST)  # the labels of effects that get no rank


def ranks(
    values: Mapping[str, pd.DataFrame], better: Mapping[str, str], labels: Mapping[tuple[str, str], str]
) -> pd.DataFrame:
    """For every outcome and option how probably it has each rank, over the pairs.

    ``values``: by option, the base among them, a row per outcome (index: outcome, place, group, unit) and a
    column per pair. ``labels``: by option and outcome, what the counts say of the effect; an option whose
    effect is an assumption, or whose cost is not given, has no rank, and the others are ranked without it;
    where only the base is left, nobody has one. A pair in which an outcome does not exist for one of the
    ranked is left out.

    Columns: ``option``, ``outcome``, ``unit``, ``better``, ``label``, ``ranked``, ``median_rank``,
    ``low_rank`` and ``high_rank`` (90 % of the pairs), ``probability_best``, ``rank_1``, ... (the
    probability of each; equal options share the ranks they stand on). nan for who is not ranked.
    """
    import pandas as pd

    rows = []
    for outcome, way in better.items():
        unit, columns = _whole(values, outcome)
        label = {option: labels.get((option, outcome), "") for option in columns}
        names = [option for option in columns if label[option] not in UNRANKED]
        names = names if len(names) > 1 else []  # the base alone has nothing to be better than
        pairs = len(next(iter(columns.values())))
        good = np.array([columns[option] for option in names]).reshape(-1, pairs)
        good *= 1 if way == "higher" else -1
        good = good[:, ~np.isnan(good).any(axis=0)]
        held = _held(good)
        middle = _middle(good)
        for option in columns:
            row: dict[str, object] = {
                "option": option,
                "outcome": outcome,
                "unit": unit,
                "better": way,
                "label": label[option],
                "ranked": option in names,
            }
            at = names.index(option) if option in names else None
            low, median, high = (
                (float("nan"),) * 3
                if at is None or not good.shape[1]
                else np.quantile(middle[at], [0.05, 0.5, 0.95])
            )
            row |= {"median_rank": median, "low_rank": low, "high_rank": high}
            row["probability_best"] = float("nan") if at is None or not good.shape[1] else held[at, 0]
            for rank in range(len(columns)):
                told = at is not None and rank < len(names) and good.shape[1] > 0
                row[f"rank_{rank + 1}"] = held[at, rank] if told else float("nan")
            rows.append(row)
    return pd.DataFrame(rows)


def _whole(values: Mapping[str, pd.DataFrame], outcome: str) -> tuple[str, dict[str, np.ndarray]]:
    """The unit and, by option, the values of an outcome over the whole route, all groups together."""
    found, unit = {}, ""
    for option, table in values.items():
        at = (
            (table.index.get_level_values("outcome") == outcome)
            & (table.index.get_level_values("place") == "")
            & (table.index.get_level_values("group") == "all")
        )
        rows = table[at]
        found[option] = rows.to_numpy(dtype=float)[0] if len(rows) else np.zeros(table.shape[1])
        unit = str(rows.index.get_level_values("unit")[0]) if len(rows) else unit
    return unit, found


def _held(good: np.ndarray) -> np.ndarray:
    """(options, ranks): the share of the pairs in which an option has a rank; equals share theirs."""
    options, pairs = good.shape
    held = np.zeros((options, options))
    above = (good[None, :, :] > good[:, None, :]).sum(axis=1)  # (options, pairs) better than it
    alike = (good[None, :, :] == good[:, None, :]).sum(axis=1)  # itself among them
    for option in range(options):
        for rank in range(options):
            on = (above[option] <= rank) & (rank < above[option] + alike[option])
            held[option, rank] = (on / alike[option]).sum() / max(pairs, 1)
    return held


def _middle(good: np.ndarray) -> np.ndarray:
    """(options, pairs): the rank of each option, 1 the best; equals have the middle of theirs."""
    above = (good[None, :, :] > good[:, None, :]).sum(axis=1)
    alike = (good[None, :, :] == good[:, None, :]).sum(axis=1)
    return above + (alike + 1) / 2
