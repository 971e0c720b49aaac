"""Pages of the library of scenarios: what each asks, what it changed in the model, and what that rests on.

``python -m darien.report.library_pages FOLDER...`` writes docs/library from the folders that
``darien compare`` left of the library's comparisons.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darien.record.compared import BASE, PARQUET, SCENARIOS, read_displacement
from darien.record.page import markdown
from darien.report.named_rows import ASSUMPTION
from darien.scenario.files import load
from darien.scenario.measures import Dated
from darien.scenario.quantity import Quantity

if TYPE_CHECKING:
    import pandas as pd

    from darien.record.compared import Displacement
    from darien.scenario.schema import Scenario

PAGES = Path("docs") / "library"
# Enforcement and harm side by side, then the doors by which a measure works.
HEADLINES = (
    "departed",
    "reached_border",
    "arrived",
    "apprehended",
    "removed",
    "detained_person_days",
    "minors_detained",
    "died",
    "robbed",
    "extorted",
    "days_on_the_way",
    "queued_person_days",
    "returned",
    "settled",
    "spent",
    "smugglers_revenue",
    "bribes",
    "bribes_by_networks",
    "lost_to_robbery",
    "lost_to_extortion",
    "policy_cost",
)
DOORS = (
    "inspected",
    "identified_share",
    "bribed_share",
    "presented",
    "turned_away",
    "turned_back",
    "released",
    "claimed",
    "recognised",
    "abandoned",
    "vetted",
    "flagged",
    "falsely_flagged",
    "positive_predictive_value",
    "assumed_base_rate",
    "detained_days_of_false_flags",
    "expelled",
    "tried_again",
    "paid_for_papers",
)
CHANCE = """\
Means over {replicates} paired replicates (the same people, the same luck), with the 90 % interval
of the difference. The interval is chance alone: what is not known about the numbers of the world
comes on top of it."""
DRAWN = """\
Means over {draws} draws of the fit of {fit} ([what it tells](../fit.md)), {luck} pairs of runs for each
(the same people, the same luck), with the 90 % interval of the difference: it holds what is not
known of the unknowns of the fit, and chance. The last column says whether the reported counts tell
more of a difference than was assumed before them."""
LIMITS = """\
The answer is conditional on the departures of those years as reconstructed. {numbers}
[The pages of the measures](../measures/README.md) say what each cannot show; the [model
card](../model-card.md) says what the model must not be used for."""
ASSUMED = """\
The model is not fitted: most numbers of the world are assumptions with a range
([parameters](../parameters.md)), and a difference that goes away within those ranges is no finding."""
FITTED = """\
Numbers that are no unknowns of the fit stay as the world and the measures have them: most are
assumptions with a range ([parameters](../parameters.md)), and a difference that goes away within
those ranges is no finding."""
INDEX = """\
Each scenario lies over a history and is compared with it under the same luck, in paired replicates.
The numbers are differences over the whole period, all groups; *unclear* where the 90 % interval
holds 0, in *italics* where it is an assumption and no evidence: the reported counts tell little
more of it than was assumed before them. Each page has the intervals, what drives the answer, and
what it does not say. `make library` makes these pages anew."""
ALWAYS = ("reached_border", "apprehended", "detained_person_days", "died", "robbed")
_MOST_LEGS = 8


def number(value: float) -> str:
    """A number as one reads it: three figures, thousands with commas."""
    if math.isnan(value):
        return "none"
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def signed(value: float) -> str:
    """The same with its sign."""
    return f"+{number(value)}" if value > 0 else number(value)


def interval(row: Any) -> str:
    """A difference with its interval."""
    return f"{signed(row['difference'])} ({signed(row['low'])} to {signed(row['high'])})"


def write_pages(folders: list[Path], into: Path = PAGES) -> list[Path]:
    """Write a page for each option of some comparisons, and an index by theme; returns the files.

    Raises :class:`~darien.record.whole.ResultError` if a folder is no whole comparison.
    """
    import pandas as pd

    into.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    index: dict[str, list[tuple[str, str, list[str]]]] = {}
    for folder in folders:
        moved = read_displacement(folder)
        table = pd.read_parquet(folder / PARQUET)
        base = load(folder / SCENARIOS / f"{BASE}.yaml")
        for name in moved.options:
            scenario = load(name)
            own = table[(table["option"] == name) & (table["group"] == "all")]
            page = into / f"{name}.md"
            page.write_text(_page(name, scenario, base, own, moved), encoding="utf-8")
            written.append(page)
            index.setdefault(scenario.theme or "other", []).append((name, scenario.title, _line(own)))
    (into / "README.md").write_text(_index(index), encoding="utf-8")
    return [*written, into / "README.md"]


def _page(name: str, scenario: Scenario, base: Scenario, own: pd.DataFrame, moved: Displacement) -> str:
    manifest = moved.manifest
    drawn = manifest["fit"] is not None
    parts = [
        f"# {scenario.title}",
        f"{scenario.why}",
        f"`{name}`, theme {scenario.theme}; the file: "
        f"[scenarios/{name}.yaml](../../scenarios/{name}.yaml). Beside: {base.title.lower()} "
        f"({base.period.start} to {base.period.end}).",
        "## What it changes",
        _changes(scenario, base),
        "## What the model showed",
        _how(manifest),
        _rows(own, drawn, HEADLINES, ALWAYS),
        "## What drives it",
        _drives(own, drawn, moved, name),
        _assumptions(scenario, base),
        "## What it does not say",
        LIMITS.format(numbers=FITTED if drawn else ASSUMED),
        f"*Made by `make library` from `darien compare` (code {str(manifest['code'])[:12]}).*",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _how(manifest: dict[str, Any]) -> str:
    """What the numbers are means over, and what their intervals hold."""
    if manifest["fit"] is None:
        return CHANCE.format(replicates=manifest["replicates"])
    luck = manifest["luck"]
    return DRAWN.format(draws=manifest["replicates"] // luck, fit=manifest["fit"]["name"], luck=luck)


def _changes(scenario: Scenario, base: Scenario) -> str:
    """The measures that the base lacks or has otherwise, and those of the base that are gone."""
    before = dict(base.named_policy)
    after = dict(scenario.named_policy)
    lines = []
    for name, measure in after.items():
        if before.get(name) != measure:
            until = f" to {measure.until}" if measure.until else ""
            kind = f"[{measure.measure}](../measures/{measure.measure.replace('_', '-')}.md)"
            source = f": {measure.source}" if measure.source else ""
            lines.append(f"- {kind} `{name}`, from {measure.start}{until}{source}")
    for name, measure in before.items():
        if name not in after:
            lines.append(f"- without `{name}` ({measure.measure} from {measure.start})")
    return "\n".join(lines)


def _rows(own: pd.DataFrame, drawn: bool, outcomes: tuple[str, ...], always: tuple[str, ...] = ()) -> str:
    """A table of the outcomes that differ, and of those that are always shown.

    Where the numbers are ``drawn`` from a fit, what the counts say of each difference beside it.
    """
    header = ["outcome", "base", "with it", "difference (90 %)", "change"]
    rows = []
    whole = own[own["place"] == ""].set_index("outcome")
    for outcome in outcomes:
        if outcome not in whole.index:
            continue
        row = whole.loc[outcome]
        if outcome not in always and (row["low"] <= 0 <= row["high"] or row["difference"] == 0):
            continue
        change = f"{100 * row['difference'] / row['base']:+.1f} %" if row["base"] else ""
        named = f"{outcome.replace('_', ' ')} ({row['unit']})"
        cells = [named, number(row["base"]), number(row["value"]), interval(row), change]
        rows.append([*cells, row["label"]] if drawn else cells)
    return markdown([*header, "what the counts say"] if drawn else header, rows, numbers=(1, 2, 4))


def _drives(own: pd.DataFrame, drawn: bool, moved: Displacement, name: str) -> str:
    """The steps between the measure and its outcomes: doors, countries, and ways taken instead."""
    parts = []
    doors = _rows(own, drawn, DOORS)
    if doors.count("\n") > 1:
        parts += ["The steps between, as far as they differ:", doors]
    legs = moved.total[(moved.total["option"] == name) & (moved.total["leg"] != "")]
    legs = legs[(legs["low"] > 0) | (legs["high"] < 0)]
    legs = legs.reindex(legs["difference"].abs().sort_values(ascending=False).index)[:_MOST_LEGS]
    if len(legs):
        rows = [
            (
                row["leg"],
                number(row["base"]),
                interval(row),
                "" if str(row["first_month"]) == "NaT" else f"{row['first_month']:%Y-%m}",
            )
            for row in legs.to_dict("records")
        ]
        ways = markdown(("way", "base", "difference (90 %)", "first clear month"), rows, numbers=(1,))
        parts += ["Where people went (persons who set out on a leg, whole period):", ways]
    if not parts:
        parts.append("Nothing on the way differs from the base beyond chance.")
    return "\n\n".join(parts)


def _assumptions(scenario: Scenario, base: Scenario) -> str:
    """The numbers of the measures that are assumptions, with their ranges: what the answer hangs on."""
    before = dict(base.named_policy)
    lines = []
    for name, measure in scenario.named_policy:
        if before.get(name) == measure:
            continue
        for field, quantity in _quantities(measure):
            if quantity.assumption:
                low, high = quantity.low, quantity.high
                span = f" ({low:g} to {high:g})" if low is not None and high is not None else ""
                lines.append(f"- `{name}.{field}` = {quantity.value:g}{span}: {quantity.assumption}")
    if not lines:
        return ""
    return "It hangs on these assumptions of the measures:\n\n" + "\n".join(lines)


def _quantities(part: Any, path: str = "") -> Iterator[tuple[str, Quantity]]:
    """The numbers of a measure, and of what it opens, with their paths."""
    for field in type(part).model_fields:
        value = getattr(part, field)
        if isinstance(value, Quantity):
            yield path + field, value
        elif hasattr(type(value), "model_fields") and not isinstance(value, Dated):
            yield from _quantities(value, f"{path}{field}.")


def _line(own: pd.DataFrame) -> list[str]:
    """The answer in a line: who reached the border, who was held, who died; in italics what is assumed."""
    whole = own[own["place"] == ""].set_index("outcome")
    words = []
    for outcome in ("reached_border", "apprehended", "detained_person_days", "died"):
        row = whole.loc[outcome]
        clear = not row["low"] <= 0 <= row["high"]
        word = signed(row["difference"]) if clear else "unclear" if row["difference"] else "0"
        words.append(f"*{word}*" if clear and row.get("label") == ASSUMPTION else word)
    return words


def _index(index: dict[str, list[tuple[str, str, list[str]]]]) -> str:
    parts = [
        "# The library of scenarios",
        INDEX,
    ]
    for theme in sorted(index):
        parts.append(f"## {theme[0].upper()}{theme[1:]}")
        rows = [(f"[{title}]({name}.md)", *line) for name, title, line in sorted(index[theme])]
        header = ("scenario", "reached border", "apprehended", "detained person-days", "died")
        parts.append(markdown(header, rows, numbers=range(1, 5)))
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    for file in write_pages([Path(folder) for folder in sys.argv[1:]]):
        print(file)
