"""Scenarios at the draws of a fit: what is not known takes another value in every replicate.

``darien calibrate`` leaves a table of draws, a column for each path of the history that it drew, departures
among them (those that give the deriving series at that draw). Replicate r of any scenario has draw r. What
a scenario sets otherwise than the history stays as the scenario has it: a policy is not undone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darien.scenario import files, library
from darien.scenario.at import value_at, with_value
from darien.scenario.errors import UserMistake, listed, nearest

if TYPE_CHECKING:
    import pandas as pd

    from darien.scenario.schema import Scenario

MONTHLY = "departures.monthly."  # and the group, a dot, the month


@dataclass(frozen=True)
class Draws:
    """The draws of a fit.

    ``table``: a row per draw; a column per path of ``history``, its values. ``about``: what the fit says
    of itself: ``history``, ``title``, ``converged``, ``draws``. ``prior``: the same columns at draws from
    before the counts were looked at; None where the fit carries none.
    """

    name: str
    about: Mapping[str, Any]
    table: pd.DataFrame
    prior: pd.DataFrame | None = None

    @cached_property
    def history(self) -> Scenario:
        """The history that was fitted."""
        named = Path(str(self.about["history"]))
        return files.load(named if named.is_file() else library.find(str(named)))

    @property
    def before(self) -> Draws | None:
        """The draws from before the counts, None where there are none."""
        return None if self.prior is None else Draws(self.name, self.about, self.prior)

    @property
    def entry(self) -> dict[str, Any]:
        """What a manifest says of it: its name, and what it says of itself."""
        return {"name": self.name, **self.about}

    @property
    def said(self) -> str:
        """The fit, in a line."""
        warned = "" if self.about["converged"] else "; NOT CONVERGED, not to be used for an answer"
        return f"{len(self.table)} draws of the fit {self.name} ({self.about['title']}){warned}"

    def replicate(self, scenario: Scenario, number: int, keep: Collection[str] = ()) -> Scenario:
        """The scenario as replicate ``number`` has it. Raises UserMistake where there is no such draw.

        ``keep``: paths that stay as the scenario has them, even where that is what the history has.
        """
        if number >= len(self.table):
            raise UserMistake(
                f"--fit {self.name}: has {len(self.table)} draws, one for a replicate; there is no replicate "
                f"{number + 1}"
            )
        drawn = scenario
        row = self.table.iloc[number]
        for path in self._numbers:
            if path in keep:
                continue
            given, known = value_at(scenario, path), value_at(self.history, path)
            if given is not None and given == known:
                drawn = with_value(drawn, path, float(row[path]))
        monthly = dict(scenario.departures.monthly)
        for group, months in self._departures.items():
            if monthly.get(group) == self.history.departures.monthly[group]:
                monthly[group] = {month: float(row[path]) for month, path in months.items()}
        departures = scenario.departures.model_copy(update={"monthly": monthly})
        return drawn.model_copy(update={"departures": departures})

    @cached_property
    def _numbers(self) -> list[str]:
        return [path for path in self.table.columns if not path.startswith(MONTHLY)]

    @cached_property
    def _departures(self) -> dict[str, dict[str, str]]:
        """By group and month, the column."""
        found: dict[str, dict[str, str]] = {}
        for path in self.table.columns:
            if path.startswith(MONTHLY):
                group, month = path.removeprefix(MONTHLY).split(".")
                found.setdefault(group, {})[month] = path
        return found


def folder() -> Path:
    """Where the draws of the built-in fits are."""
    return library.root() / "calibration" / "fits"


def load_draws(what: str) -> Draws:
    """The draws of a fit: a built-in name, or the folder that ``darien calibrate`` wrote.

    Raises UserMistake where there are none.
    """
    import pandas as pd

    path = Path(what)
    if path.is_dir():
        table, prior, about = path / "draws.csv", path / "draws_prior.csv", path / "draws.json"
    else:
        known = sorted(file.stem for file in folder().glob("*.json"))
        if what not in known:
            near = nearest(what, known)
            hint = f"did you mean {near}?" if near else f"built in: {listed(known)}"
            raise UserMistake(f"--fit {what}: no fit of that name, and no such folder; {hint}")
        table, prior, about = (folder() / f"{what}.{end}" for end in ("csv", "prior.csv", "json"))
    try:
        said = json.loads(about.read_text(encoding="utf-8"))
        name = path.name if path.is_dir() else what
        draws = Draws(name, said, pd.read_csv(table), pd.read_csv(prior) if prior.exists() else None)
    except (OSError, ValueError) as error:
        raise UserMistake(f"--fit {what}: cannot be read: {error}") from error
    if draws.prior is not None and set(draws.prior.columns) != set(draws.table.columns):
        raise UserMistake(f"--fit {what}: {prior.name} has other columns than {table.name}")
    return draws


def in_years_of(history: Scenario, scenario: Scenario) -> bool:
    """Whether all days of a scenario are days of a history."""
    return history.period.start <= scenario.period.start and scenario.period.end <= history.period.end


def must_suit(draws: Draws, scenario: Scenario) -> None:
    """Refuse a scenario of other places or years than the history of the fit. Raises UserMistake."""
    history = draws.history
    if not in_years_of(history, scenario) or list(scenario.groups) != list(history.groups):
        raise UserMistake(
            f"--fit {draws.name}: is of {draws.about['history']}, {history.period.start} to "
            f"{history.period.end}; {scenario.title} is of other years or groups"
        )
