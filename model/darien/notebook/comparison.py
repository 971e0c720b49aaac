"""Options held against a base, in a notebook."""

from __future__ import annotations

import shutil
import tempfile
import textwrap
import weakref
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darien.experiments.comparison import Comparison, Loaded, load
from darien.experiments.plain_words import ENFORCEMENT, HARM
from darien.experiments.stated import must_hold_harm
from darien.notebook.given import WHAT, Given, fit_named, title_of
from darien.notebook.pictures import picture
from darien.record.compared import WEIGHED, read_displacement
from darien.scenario import model_file
from darien.scenario.errors import UserMistake, listed, nearest
from darien.scenario.schema import Scenario
from darien.scenario.yaml_nodes import parse, shown

if TYPE_CHECKING:
    import pandas as pd
    from PIL.Image import Image

    from darien.experiments.compare import Compared
    from darien.record.compared import Displacement

Option = str | Path | Scenario | Sequence[str] | Mapping[str, Any]
_WIDTH = 100
_OF_THE_FILE = ("title", "why", "break_even")  # what only the file itself says, where one is given


def compare(
    what: str | Path | Scenario,
    options: Mapping[str, Option] | None = None,
    *,
    better: Mapping[str, str] | None = None,
    outcomes: Sequence[str] | None = None,
    replicates: int | None = None,
    fit: str | None = None,
    draws: int | None = None,
    workers: int = 1,
    on: Executor | None = None,
    **more: Any,
) -> ComparisonResult:
    """Hold options against a base: the same people, the same luck, one thing different.

    ``what``: a comparison (file or built-in name), or with ``options`` the base: a scenario's file or
    built-in name, or one that was read. An option is another scenario, given likewise; a list of changes
    to the base, such as ``["parameters.cost_weight=2"]``; or a mapping as in a comparison file
    (``scenario``, ``set``, ``policy``, ``why``).

    ``better``: by outcome, which direction you call better, "lower" or "higher"; harm to migrants must be
    among them. ``outcomes``: those to show. ``replicates``: pairs of each option with the base. ``fit``:
    its name or folder, "history" for that of the base's history; then ``draws`` of it are compared.
    ``more``: what else a comparison file may say, such as ``luck``, ``weights``, ``break_even`` or
    ``structures``. All go before what the file says; ``fit="none"`` leaves its fit out. ``on``: an executor
    in place of ``workers`` processes.

    Raises UserMistake or ScenarioError, which name the argument at fault.
    """
    from darien.experiments import compare_command

    asked = {"better": better, "outcomes": outcomes, "replicates": replicates, "draws": draws, **more}
    with tempfile.TemporaryDirectory(prefix="darien-") as folder:
        given = Given("compare", Path(folder))
        with given.faults_by_argument():
            if options is None:
                loaded = _changed(_of_file(what), given, asked, fit)
            else:
                loaded = load(given.write(_content(given, what, options, asked, fit)))
            compared, others = compare_command.run(loaded, workers=workers, on=on)
    return ComparisonResult(compared, others)


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


def _content(
    given: Given,
    what: str | Path | Scenario,
    options: Mapping[str, Option],
    asked: Mapping[str, Any],
    fit: str | None,
) -> dict[str, Any]:
    """A base and options as a comparison file has them. Raises UserMistake."""
    if not isinstance(options, Mapping):
        raise UserMistake(
            f"options: given {type(options).__name__}; allowed: a mapping, an option by each name"
        )
    base = given.scenario(what, WHAT)
    named = fit_named(fit, what)
    return {
        "title": f"{title_of(what)}: {', '.join(map(str, options))}",
        "why": "",
        **asked,
        "base": base,
        "options": {name: _option(given, option, f"options.{name}") for name, option in options.items()},
        "fit": named,
    }


def _option(given: Given, option: Option, argument: str) -> dict[str, Any]:
    if isinstance(option, Mapping):
        found = dict(option)
        if found.get("scenario") is not None:
            found["scenario"] = given.scenario(found["scenario"], argument)
    elif isinstance(option, (str, Path, Scenario)):
        found = {"scenario": given.scenario(option, argument)}
    elif isinstance(option, (list, tuple)):
        found = {"set": list(option)}
    else:
        raise UserMistake(
            f"{argument}: given {type(option).__name__}; allowed: a scenario (name, file or Scenario), a "
            "list of PATH=VALUE, or a mapping as in a comparison file"
        )
    if isinstance(found.get("set"), (list, tuple)):
        for change in found["set"]:
            given.set_by(change, argument)
    return found


def _of_file(what: str | Path | Scenario) -> Loaded:
    if isinstance(what, Scenario):
        raise UserMistake("options: are needed beside a Scenario: those that are held against it, by name")
    return load(what)


def _changed(loaded: Loaded, given: Given, asked: Mapping[str, Any], fit: str | None) -> Loaded:
    """A comparison that was read, with what the arguments say in place of what the file says."""
    changes = {key: value for key, value in asked.items() if value is not None}
    if not changes and fit is None:
        return loaded
    if fixed := [name for name in _OF_THE_FILE if name in changes]:
        raise UserMistake(f"{fixed[0]}: is what {shown(loaded.file)} says; give it with options={{...}} only")
    kept = loaded.comparison.model_dump(by_alias=True, exclude_none=True)
    if fit is not None:
        kept["fit"] = fit_named(fit, loaded.base)
        if kept["fit"] is None:
            kept.pop("draws", None)
    root = parse(given.text({**kept, **changes}), shown(given.file), [])
    assert root is not None
    comparison = model_file.validated(root, Comparison, [])
    if comparison.better:
        must_hold_harm(comparison.better)
    return replace(loaded, comparison=comparison)


def _must_be_among(known: Sequence[str], name: str, argument: str) -> None:
    if name not in known:
        near = nearest(name, known)
        hint = f"did you mean {near}?" if near else f"allowed: {listed(known, most=100)}"
        raise UserMistake(f"{argument}: there is no {name}; {hint}")
