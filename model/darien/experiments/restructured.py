"""Ranks of options under models that are built otherwise: one that changes is undecided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from darien.experiments.ranks import UNRANKED

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from darien.experiments.compare import Compared

AS_IT_IS = "as it is"  # the model's own structure, beside the others


def ranks_by_structure(
    compared: Mapping[str, Compared],
    better: Mapping[str, str],
    draws: int,
    luck: int,
    labels: Mapping[tuple[str, str], str],
) -> pd.DataFrame:
    """Where each option ranks on each outcome, structure by structure, over the same first draws of all.

    ``compared``: by structure, :data:`AS_IT_IS` first. An option whose effect is by ``labels`` an assumption
    has no rank, and the others are ranked without it; where only the base is left, nobody has one.

    Columns: ``structure``, ``option`` (the base among them), ``outcome``, ``unit``, ``better``, ``value``
    (mean), ``difference`` from the base (mean), ``rank`` (1 is the better end of the means;
    equal means share the middle of their ranks).
    """
    import pandas as pd

    from darien.experiments.stated import base_of, table, whole_route

    parts = []
    for name, found in compared.items():
        rows = whole_route(found.outcomes)
        rows = rows[rows["replicate"] < draws * luck]
        units = rows.drop_duplicates("outcome").set_index("outcome")["unit"]
        for outcome, way in better.items():
            own = table(rows, outcome)
            mean, base = own.mean(), float(base_of(own).mean())
            ranked = [option for option in mean.index if labels.get((option, outcome)) not in UNRANKED]
            ranked = ranked if len(ranked) > 1 else []  # as in ranks: the base alone has none
            parts.append(
                pd.DataFrame(
                    {
                        "structure": name,
                        "option": list(mean.index),
                        "outcome": outcome,
                        "unit": units[outcome],
                        "better": way,
                        "value": mean.to_numpy(),
                        "difference": mean.to_numpy() - base,
                        "rank": mean.loc[ranked]
                        .rank(ascending=way == "lower")
                        .reindex(mean.index)
                        .to_numpy(),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def verdicts(ranks: pd.DataFrame) -> pd.DataFrame:
    """Whether the rank of each option holds however the model is built.

    Columns: ``option``, ``outcome``, ``rank`` (of the model as it is), ``best_rank`` and ``worst_rank`` over
    all structures, ``decided``, ``changed_by``: the structures under which the rank is another.
    """
    import pandas as pd

    rows = []
    for (outcome, option), own in ranks.groupby(["outcome", "option"], sort=False):
        by = own.set_index("structure")["rank"].dropna()
        if by.empty:
            continue  # not ranked: the counts say nothing of the effect
        rank = by[AS_IT_IS]
        changed = [str(name) for name, other in by.items() if other != rank]
        rows.append((option, outcome, rank, by.min(), by.max(), not changed, "; ".join(changed)))
    columns = ["option", "outcome", "rank", "best_rank", "worst_rank", "decided", "changed_by"]
    return pd.DataFrame(rows, columns=columns)
