"""What a comparison found, as a notebook shows it."""

from __future__ import annotations

import shutil
import tempfile
import textwrap
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from darien.experiments.plain_words import ENFORCEMENT, HARM
from darien.notebook.pictures import picture
from darien.record.compared import WEIGHED, read_displacement
from darien.scenario.errors import UserMistake, listed, nearest

if TYPE_CHECKING:
    import pandas as pd
    from PIL.Image import Image

    from darien.experiments.compare import Compared
    from darien.record.compared import Displacement

_WIDTH = 100


@dataclass(frozen=True, eq=False, repr=False)
class ComparisonResult:
    """What a comparison found. ``compared``: all of it; ``tables``: how the options weigh, by name."""

    compared: Compared
    tables: Mapping[str, pd.DataFrame]

    def to_frame(self) -> pd.DataFrame:
        """A row per option and outcome: base, option, difference with its 50 and 90 % intervals, what the
        counts say of it (:class:`~darien.experiments.compare.Compared` tells the columns)."""
        return self.compared.table

    @property
    def outcomes(self) -> pd.DataFrame:
        """Every pair's own: option, replicate, outcome, place, group, unit, value."""
        return self.compared.outcomes

    @property
    def between(self) -> pd.DataFrame:
        """Every two options against each other."""
        return self.compared.between

    @property
    def ranks(self) -> pd.DataFrame:
        """Ranks of the options by each outcome of ``better``; empty without one."""
        return self.compared.ranks

    @property
    def break_even(self) -> pd.DataFrame:
        """At which value of a number two options have as much of an outcome; empty if not asked."""
        return self.compared.break_even

    @property
    def weighed(self) -> dict[str, pd.DataFrame]:
        """Fronts, regret, weightings and costs by name; empty without ``better``."""
        return {name: table for name, table in self.tables.items() if name in WEIGHED}

    @property
    def structures(self) -> pd.DataFrame:
        """Ranks under each model built otherwise; empty if not asked."""
        return self._table("structures")

    @property
    def verdicts(self) -> pd.DataFrame:
        """Which ranks hold however the model is built; empty if not asked."""
        return self._table("verdicts")

    def text(self) -> str:
        """What ``darien compare`` prints: tables, sentences in plain words, and how to read them."""
        from darien.experiments.tables import structures_text

        return self.compared.text() + structures_text(dict(self.tables))

    def save(self, folder: str | Path) -> Path:
        """Write a result folder, as ``darien compare`` does.

        Raises :class:`~darien.record.whole.ResultError` where it cannot be written.
        """
        from darien.experiments import compare_command

        return compare_command.write(folder, self.compared, dict(self.tables))

    def plot_tradeoff(self, across: str | None = None, up: str | None = None) -> Image | None:
        """Options by what they change in two outcomes of ``better``; where not given, one of enforcement
        across and a harm up. Raises UserMistake without ``better``, as the next three do."""
        return self._weighing("tradeoff", across=across, up=up)

    def plot_regret(self, outcome: str | None = None) -> Image | None:
        """How far each option falls short of the best one of each draw in an outcome, a harm if not given."""
        return self._weighing("regret", up=outcome)

    def plot_weightings(self) -> Image | None:
        """Which option is best under which weights of the outcomes of ``better``."""
        return self._weighing("weightings")

    def plot_costs(self, outcome: str | None = None) -> Image | None:
        """What a change in an outcome costs by each option, with the range of the prices."""
        return self._weighing("costs", across=outcome)

    def plot_displacement(self, option: str) -> Image | None:
        """Who took another way under an option, and when; None where it clearly moved nobody."""
        from darien.report.displacement import draw_displacement

        _must_be_among(list(self.compared.loaded.options), option, "option")
        return picture(partial(draw_displacement, self._stored, option))

    def _table(self, name: str) -> pd.DataFrame:
        import pandas as pd

        return self.tables.get(name, pd.DataFrame())

    def _weighing(self, name: str, **axes: str | None) -> Image | None:
        from darien.report.comparison import weighed_drawings

        better = self.compared.loaded.comparison.better
        if not better:
            raise UserMistake(
                'better: is needed to weigh options, such as better={"removed": "higher", "died": "lower"}'
            )
        for argument, outcome in axes.items():
            if outcome is not None:
                _must_be_among(list(better), outcome, "outcome" if len(axes) == 1 else argument)
        stored = self._stored
        across, up = stored.manifest["chart"]
        chart = [axes.get("across") or across, axes.get("up") or up]
        return picture(weighed_drawings(stored.folder, {**stored.manifest, "chart": chart})[name])

    @cached_property
    def _stored(self) -> Displacement:
        """The comparison on disk: figures are drawn from what a folder has, so all of them are the same."""
        folder = tempfile.mkdtemp(prefix="darien-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return read_displacement(self.save(folder))

    def __repr__(self) -> str:
        from darien.experiments.tables import CONDITIONAL, says

        loaded, draws = self.compared.loaded, self.compared.draws
        luck = "" if draws is None else f", {self.compared.pairs.count} of the {draws.said}"
        lines = [textwrap.fill(CONDITIONAL, _WIDTH), "", loaded.comparison.title]
        lines.append(f"{self.compared.replicates} pairs of each option with the base{luck}")
        table = self.to_frame()
        rows = table[(table["place"] == "") & (table["group"] == "all")].set_index(["option", "outcome"])
        blocks = {"enforcement": ENFORCEMENT, "people on the way": HARM, "also asked for": self._also()}
        for name in loaded.options:
            lines.append(f"{name}: {says(loaded, name)}")
            own = rows.loc[[name]].droplevel("option")
            for heading, names in blocks.items():
                lines += _block(heading, own, names, draws is not None)
        hold = (
            "chance alone: without a fit nothing tells what the counts say of them."
            if draws is None
            else "what the effect may be; beside them what the counts say of it."
        )
        lines.append(textwrap.fill(f"Differences from the base; in brackets 90 % intervals: {hold}", _WIDTH))
        return "\n".join(lines)

    def _also(self) -> list[str]:
        asked = self.compared.loaded.comparison
        wanted = dict.fromkeys([*asked.better, *(asked.outcomes or ())])
        return [name for name in wanted if name not in (*ENFORCEMENT, *HARM)]


def _block(heading: str, own: pd.DataFrame, names: Sequence[str], drawn: bool) -> list[str]:
    """Outcomes of one option under a heading; those that nobody met with in base and option are left out."""
    told = []
    for name in names:
        if name not in own.index:
            continue
        row = own.loc[name]
        if row["base"] == row["value"] == 0:
            continue
        interval = f"({_number(row['low'])} to {_number(row['high'])})"
        what = f"{name.replace('_', ' ')} ({row['unit']})"
        label = row["label"] if drawn else ""
        told.append(f"    {what:<38}{_number(row['difference']):>10}  {interval:<24}  {label}".rstrip())
    return [f"  {heading}", *told] if told else []


def _number(value: float) -> str:
    if value == 0:
        return "0"
    return f"{value:+,.0f}" if abs(value) >= 100 else f"{value:+.2g}"


def _must_be_among(known: Sequence[str], name: str, argument: str) -> None:
    if name not in known:
        near = nearest(name, known)
        hint = f"did you mean {near}?" if near else f"allowed: {listed(known, most=100)}"
        raise UserMistake(f"{argument}: there is no {name}; {hint}")
