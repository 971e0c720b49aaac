"""Ranks under models built otherwise: undecided where one changes, decided where none does."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pandas as pd

from darien.experiments.evidence import ASSUMPTION
from darien.experiments.restructured import AS_IT_IS, ranks_by_structure, verdicts
from darien.experiments.tables import structures_text

from .draws import long

OPTIONS = ["base", "a", "b"]


def found(as_it_is: list[float], other: list[float], labels: dict[tuple[str, str], str]) -> pd.DataFrame:
    compared: dict[str, Any] = {
        name: SimpleNamespace(outcomes=long([[[value] for value in values]] * 3, OPTIONS, ["died"]))
        for name, values in ((AS_IT_IS, as_it_is), ("no_beliefs", other))
    }
    return ranks_by_structure(compared, {"died": "lower"}, 2, 1, labels)


def test_a_rank_that_changes_is_undecided_and_one_that_does_not_is_decided() -> None:
    ranks = found([3, 1, 2], [2, 1, 3], {})
    verdict = verdicts(ranks).set_index("option")
    assert verdict["decided"].to_dict() == {"base": False, "a": True, "b": False}
    assert verdict.loc["b", ["rank", "best_rank", "worst_rank", "changed_by"]].tolist() == [
        *(2, 2, 3, "no_beliefs")
    ]
    assert ranks["difference"].tolist() == [0, -2, -1, 0, -1, 1]
    words = structures_text({"structures": ranks, "verdicts": verdicts(ranks)})
    assert "  a: 1 however the model is built" in words
    assert "  b: undecided: 2 to 3, 2 as it is; another under no beliefs" in words


def test_an_assumption_is_not_ranked() -> None:
    verdict = verdicts(found([3, 1, 2], [2, 3, 1], {("a", "died"): ASSUMPTION})).set_index("option")
    assert verdict["rank"].to_dict() == {"base": 2, "b": 1}
    assert verdict["decided"].all()


def test_the_base_alone_has_no_rank() -> None:
    labels = {(name, "died"): ASSUMPTION for name in ("a", "b")}
    ranks = found([3, 1, 2], [2, 3, 1], labels)
    assert ranks["rank"].map(math.isnan).all()
    assert verdicts(ranks).empty
    words = structures_text({"structures": ranks, "verdicts": verdicts(ranks)})
    assert "no option can be ranked" in words
