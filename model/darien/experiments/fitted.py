"""Which fit speaks of a scenario, and the scenario at the middle of what the fit leaves open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from darien.experiments.drawn import Draws, folder, load_draws, must_suit

if TYPE_CHECKING:
    from darien.scenario.schema import Scenario


def fit_of(scenario: Scenario) -> Draws | None:
    """The built-in fit of the history that a scenario lies over; None where there is none.

    A scenario lies over a history if it has its places, legs and groups, and days of its period. A fit
    that did not converge is not taken.
    """
    for file in sorted(folder().glob("*.json")):
        draws = load_draws(file.stem)
        if draws.about["converged"] and _lies_over(scenario, draws.history):
            return draws
    return None


def chosen(name: str, scenario: Scenario) -> Draws:
    """The draws of a named fit, or of its folder. Raises UserMistake where it is of other years or groups."""
    draws = load_draws(name)
    must_suit(draws, scenario)
    return draws


def at_mean(draws: Draws, scenario: Scenario) -> Scenario:
    """The scenario with the means of the draws, departures included."""
    means = draws.table.mean().to_frame().T
    return replace(draws, table=means).replicate(scenario, 0)


def _lies_over(scenario: Scenario, history: Scenario) -> bool:
    inside = history.period.start <= scenario.period.start and scenario.period.end <= history.period.end
    named = ("groups", "places", "legs")
    return inside and all(list(getattr(scenario, key)) == list(getattr(history, key)) for key in named)
