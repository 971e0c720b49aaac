"""Which fit speaks of a scenario, and the scenario at the middle of what the fit leaves open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from darien.experiments.drawn import Draws, folder, in_years_of, load_draws, must_suit

if TYPE_CHECKING:
    from darien.scenario.schema import Scenario


OF_HISTORY, NONE = "history", "none"  # in the place of a fit's name: the one that fits, or no fit


def draws_for(scenario: Scenario, fit: str = OF_HISTORY) -> Draws | None:
    """The draws that a scenario's replicates have, by the name of a fit or its folder.

    :data:`OF_HISTORY` is that of the history the scenario lies over, if there is one; :data:`NONE` is none.
    Raises UserMistake where there is no fit of that name, or it is of other years or groups.
    """
    if fit == NONE:
        return None
    if fit == OF_HISTORY:
        return fit_of(scenario)
    draws = load_draws(fit)
    must_suit(draws, scenario)
    return draws


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


def at_mean(draws: Draws, scenario: Scenario) -> Scenario:
    """The scenario with the means of the draws, departures included."""
    means = draws.table.mean().to_frame().T
    return replace(draws, table=means).replicate(scenario, 0)


def _lies_over(scenario: Scenario, history: Scenario) -> bool:
    named = ("groups", "places", "legs")
    return in_years_of(history, scenario) and all(
        list(getattr(scenario, key)) == list(getattr(history, key)) for key in named
    )
