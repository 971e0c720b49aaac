"""Replicates of a scenario, in a notebook."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from darien.notebook.pictures import picture
from darien.scenario import files
from darien.scenario.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd
    from PIL.Image import Image

    from darien.experiments.drawn import Draws
    from darien.record.run import Run
    from darien.record.store import Results


def run(
    scenario: str | Path | Scenario,
    replicates: int = 3,
    *,
    workers: int = 1,
    sets: Sequence[str] = (),
    fit: str = "history",
    journeys: bool = False,
) -> Runs:
    """Run replicates 0 to ``replicates`` - 1 of a scenario: a file, a built-in name, or one that was read.

    ``sets``: values to change, as after ``--set``, such as ``"parameters.cost_weight=2"``. ``fit``: its name
    or folder; each replicate has another draw of it. ``"history"`` is that of the history that the scenario
    lies over, if there is one; with ``"none"`` every number is as the scenario has it. Raises ScenarioError
    or UserMistake for what is wrong with the scenario or the fit.
    """
    from darien.experiments.fitted import draws_for
    from darien.experiments.run import run_replicates

    given = scenario if isinstance(scenario, Scenario) else files.load(scenario, sets)
    if isinstance(scenario, Scenario) and sets:
        raise ValueError("sets are for scenarios that are read here: load(name, sets) gives one")
    draws = draws_for(given, fit)
    began = time.perf_counter()
    runs = run_replicates(given, replicates, workers, journeys=journeys, draws=draws)
    return Runs(given, runs, draws, time.perf_counter() - began)


@dataclass(frozen=True)
class Runs:
    """Replicates of a scenario. Indexing and iterating give each :class:`~darien.record.run.Run`."""

    scenario: Scenario
    runs: list[Run]
    draws: Draws | None
    seconds: float

    def to_frame(self) -> pd.DataFrame:
        """Outcomes of every replicate: replicate, outcome, place, group, value, unit."""
        return self.results.outcomes

    @property
    def counts(self) -> pd.DataFrame:
        """Persons by replicate, date, where, kind, group and measure."""
        return self.results.counts

    def summary(self) -> pd.DataFrame:
        """Each outcome of the whole route, all groups: mean, and 5 to 95 % of the replicates (their
        extremes where there are fewer than 20)."""
        from darien.report.replicates import summary

        rows = self.to_frame()
        rows = rows[(rows["place"] == "") & (rows["group"] == "all")]
        keyed = rows.set_index(["outcome", "unit", "replicate"])["value"]
        return summary(keyed.unstack("replicate", sort=False))

    @cached_property
    def results(self) -> Results:
        """The frames as a result folder gives them back."""
        from darien.record.store import together

        return together(self.scenario, self.runs, about=self._about)

    def save(self, folder: str | Path) -> Path:
        """Write a result folder, as ``darien run`` does; raises :class:`~darien.record.whole.ResultError`."""
        from darien.record import store

        return store.write(folder, self.scenario, self.runs, wall_seconds=self.seconds, fit=self._about)

    def plot_route(self) -> Image | None:
        """The map, legs as wide as their flow."""
        from darien.report.route import draw_route

        return picture(partial(draw_route, self.results))

    def plot_flows(self) -> Image | None:
        """Flow past each country by month and group, beside the reported counts."""
        from darien.report.flows import draw_flows

        return picture(partial(draw_flows, self.results))

    def plot_detention(self) -> Image | None:
        """People held against beds; None where there are no centres."""
        from darien.report.detention import draw_detention

        return picture(partial(draw_detention, self.results))

    def plot_ends(self) -> Image | None:
        """Where the journeys ended."""
        from darien.report.ends import draw_ends

        return picture(partial(draw_ends, self.results))

    @property
    def _about(self) -> dict[str, object] | None:
        return None if self.draws is None else self.draws.entry

    def __len__(self) -> int:
        return len(self.runs)

    def __iter__(self) -> Iterator[Run]:
        return iter(self.runs)

    def __getitem__(self, number: int) -> Run:
        return self.runs[number]

    def __repr__(self) -> str:
        fit = "" if self.draws is None else f", each another draw of the fit {self.draws.name}"
        migrants = sum(run.migrants for run in self.runs)
        lines = [f"{self.scenario.title}: {len(self)} replicates{fit}; {migrants:,} migrants"]
        table = self.summary()
        for name in ("reached_border", "apprehended", "removed", "detained_person_days", "died", "robbed"):
            if name in table.index.get_level_values("outcome"):
                row = table.xs(name, level="outcome").iloc[0]
                lines.append(
                    f"  {name.replace('_', ' '):<22}{row['mean']:>14,.0f}  "
                    f"({row['low']:,.0f} to {row['high']:,.0f})"
                )
        return "\n".join(lines)
