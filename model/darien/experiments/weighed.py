"""The options of a comparison weighed against each other, by what its user calls better."""

from __future__ import annotations

from typing import TYPE_CHECKING

from darien.experiments import costs, stated, tradeoffs, weightings
from darien.experiments.stated import ENFORCEMENT, HARMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from darien.experiments.compare import Compared


def weighed(compared: Compared) -> dict[str, pd.DataFrame]:
    """The tables of :data:`darien.record.compared.WEIGHED`, by name.

    Their columns are told by the functions that make them, in :mod:`~darien.experiments.tradeoffs`,
    :mod:`~darien.experiments.weightings` and :mod:`~darien.experiments.costs`. Raises UserMistake as
    :func:`~darien.experiments.stated.stated` does.
    """
    asked, loaded = compared.loaded.comparison, compared.loaded
    drawn = compared.draws is not None
    ranges = {name: costs.policy_cost_range(option, loaded.base) for name, option in loaded.options.items()}
    frame = compared.outcomes
    if costs.POLICY_COST in asked.better:
        frame, _ = costs.with_policy_cost(frame, ranges)
    given = stated.stated(frame, asked.better)
    by_weight = weightings.weightings(given)
    return {
        "axes": tradeoffs.axes(given, drawn),
        "pareto": tradeoffs.pareto(given),
        "dominated": tradeoffs.dominated(given),
        "regret": tradeoffs.regret(given, asked.weights or None),
        "weightings": by_weight,
        "acceptability": weightings.acceptability(by_weight),
        "swings": weightings.swings(given),
        "policy_costs": costs.policy_costs(ranges),
        "costs": costs.cost_per_outcome(compared.outcomes, ranges, asked.better, drawn),
        "money": costs.money(compared.outcomes, ranges, drawn),
    }


def chart(better: Mapping[str, str]) -> tuple[str, str]:
    """Which two stated outcomes a chart of trade-offs has: one of enforcement across, a harm up."""
    up = next(name for name in better if name in HARMS)
    across = next((name for name in better if name in ENFORCEMENT), None)
    return across or next((name for name in better if name != up), up), up
