"""A comparison as a table for people: harm beside enforcement, chance beside every difference."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

from darien.experiments.paired import LEVEL
from darien.experiments.plain_words import paragraph
from darien.record.compared import BASE

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from darien.experiments.compare import Compared
    from darien.experiments.comparison import Loaded

CONDITIONAL = (
    "Conditional on the departures of those years as reconstructed from reported counts: this says what "
    "would have happened along the way to the same people, not how many would have set out."
)
# Enforcement and harm side by side. None of them has a good direction of its own.
ORDER = (
    "reached_border",
    "arrived",
    "apprehended",
    "removed",
    "detained_person_days",
    "days_over_capacity",
    "minors_detained",
    "died",
    "robbed",
    "days_on_the_way",
    "spent",
    "bribes",
    "lost_to_robbery",
    "queued_person_days",
    "released",
    "turned_away",
    "returned",
    "settled",
)
BY_COUNTRY = ("apprehended", "removed", "detained_person_days")  # shown by country too, where they change
HEADER = ("outcome", "where", "base", "option", "difference", "90 % interval", "change", "reads as")
DRAWN_HEADER = ("unknowns", "what the counts say")
_COUNTRY = "[A-Z]{3}"
_OF_LEGS = ("started", "deaths_on_leg")
WIDTH = 110


def text(compared: Compared) -> str:
    """The whole comparison as text: a table per option, before it what it rests on, after it how to read it.

    Shows what :func:`shown` picks; all else stands in the CSV.
    """
    loaded, table, draws = compared.loaded, compared.table, compared.draws
    comparison = loaded.comparison
    parts = [_wrapped(CONDITIONAL)]
    if draws is not None:
        parts.append(_wrapped(f"The unknowns are drawn anew: {draws.said}."))
    parts += ["", comparison.title]
    if comparison.why:
        parts.append(_wrapped(comparison.why))
    luck = f", {compared.pairs.count} draws with {compared.pairs.luck} each" if draws is not None else ""
    parts.append(
        f"{compared.replicates} pairs of each{luck}, seed {loaded.base.seed}. Base: {comparison.base}."
    )
    for name in loaded.options:
        parts += ["", f"== {name}: {says(loaded, name)}"]
        own = table[table["option"] == name]
        if (own[["difference", "low", "high"]] == 0).all(axis=None):
            parts.append("No outcome differs from the base in any pair.")
        else:
            parts += [_wrapped(paragraph(own, draws is not None)), ""]
            parts += _aligned(_rows(own, comparison.outcomes, draws is not None))
    parts += ["", *_legend(compared.replicates, draws is not None)]
    if len(compared.ranks):
        parts += ["", *_ranks(compared.ranks)]
    if len(compared.break_even):
        parts += ["", "== Break-evens", *(_wrapped(says) for says in compared.break_even["says"])]
    return "\n".join(parts) + "\n"


def structures_text(others: Mapping[str, pd.DataFrame]) -> str:
    """Which ranks hold however the model is built, from the table of verdicts; empty where there is none."""
    if "verdicts" not in others:
        return ""
    found, lines = others["verdicts"], ["", "== Ranks under models built otherwise"]
    for outcome in others["structures"]["outcome"].unique():
        lines.append(f"{str(outcome).replace('_', ' ')}:")
        own = found[found["outcome"] == outcome]
        if own.empty:
            lines.append("  no option can be ranked")
        for row in own.sort_values("rank").itertuples():
            held = (
                f"{row.rank:g} however the model is built"
                if row.decided
                else f"undecided: {row.best_rank:g} to {row.worst_rank:g}, {row.rank:g} as it is; another "
                f"under " + row.changed_by.replace("_", " ").replace(";", ",")
            )
            lines.append(f"  {row.option}: {held}")
    return "\n".join(lines) + "\n"


def _ranks(table: pd.DataFrame) -> list[str]:
    """Ranks by outcome, the directions being the user's."""
    stated = ", ".join(
        f"{outcome} {way}"
        for outcome, way in table.drop_duplicates("outcome")[["outcome", "better"]].to_numpy()
    )
    lines = ["== Ranks", _wrapped(f"As the file says what is better ({stated}); 1 is best.")]
    for outcome, own in table.groupby("outcome", sort=False):
        lines.append(f"{str(outcome).replace('_', ' ')}:")
        ranked = own[own["ranked"]].sort_values("median_rank")
        lines += [
            f"  {row.option}: {row.median_rank:.3g} ({row.low_rank:.2g} to {row.high_rank:.2g}), "
            f"best in {100 * row.probability_best:.0f} %"
            for row in ranked.itertuples()
        ]
        left = [name for name in own.loc[~own["ranked"], "option"] if name != BASE]
        if left:
            words = "no option can be ranked" if ranked.empty else "no rank"
            words += ", as the effect is an assumption, not evidence (ask for a break-even)"
            lines.append(textwrap.indent(_wrapped(f"{words}: {', '.join(left)}"), "  "))
    return lines


def in_order(outcomes: list[str]) -> list[str]:
    """Names of outcomes as the table lists them: those of :data:`ORDER` first, the others after."""
    rank = {name: place for place, name in enumerate(ORDER)}
    return sorted(dict.fromkeys(outcomes), key=lambda name: rank.get(name, len(ORDER)))


def shown(table: pd.DataFrame, wanted: list[str] | None = None) -> pd.DataFrame:
    """The rows of one option that the text shows, in order.

    All groups together. The whole route; the countries of :data:`BY_COUNTRY`, and the centres of an
    outcome that has no total, where anything differs. Flows of single legs, and what nobody met with in
    base and option, are in the CSV only.
    ``wanted`` names the outcomes, in that order, and then also shows their countries; None: all.
    """
    import pandas as pd

    rows = table[table["group"] == "all"]
    picked = []
    for outcome in in_order(list(rows["outcome"])) if wanted is None else wanted:
        one = rows[rows["outcome"] == outcome]
        whole = one[one["place"] == ""]
        parts = one[(one["place"] != "") & ~((one["low"] == 0) & (one["high"] == 0))]
        if outcome in _OF_LEGS or ((one["base"] == 0).all() and (one["value"] == 0).all()):
            continue
        if not whole.empty:
            parts = parts[
                parts["place"].str.fullmatch(_COUNTRY) & (outcome in BY_COUNTRY or wanted is not None)
            ]
        picked += [whole, parts]
    return pd.concat(picked) if picked else rows.iloc[:0]


def _rows(table: pd.DataFrame, wanted: list[str] | None, drawn: bool) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [(*HEADER, *(DRAWN_HEADER if drawn else ("gain",)))]
    for row in shown(table, wanted).to_dict("records"):
        found.append(
            (
                f"{row['outcome'].replace('_', ' ')} ({row['unit']})",
                row["place"] or "whole route",
                _number(row["base"]),
                _number(row["value"]),
                _number(row["difference"], sign=True),
                f"{_number(row['low'], sign=True)} to {_number(row['high'], sign=True)}",
                _change(row["difference"], row["base"]),
                _reads(row["difference"], row["low"], row["high"], row["higher"] if drawn else None),
                *((_share(row["unknowns_share"]), row["label"]) if drawn else (_gain(row["pairing_gain"]),)),
            )
        )
    return found


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """Words to the left, numbers to the right, a line under the header."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    left = {0, 1, 7, 9}
    lines = [
        "  ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return [lines[0], "-" * max(map(len, lines)), *lines[1:]]


def _reads(difference: float, low: float, high: float, higher: float | None) -> str:
    """Whether the difference stands out, in a word; where it does not, how many draws are higher."""
    if math.isnan(low) or math.isnan(high):
        return "unknown"
    if low == high == difference == 0:
        return "the same"
    if low > 0:
        return "higher"
    if high < 0:
        return "lower"
    return "unclear" if higher is None else f"higher in {100 * higher:.0f} %"


def _number(value: float, sign: bool = False) -> str:
    if math.isnan(value):
        return "-"
    plus = "+" if sign and value > 0 else ""
    if value == 0 or abs(value) >= 100:
        return f"{plus}{value:,.0f}"
    return f"{plus}{value:,.1f}" if abs(value) >= 10 else f"{plus}{value:.2g}"


def _change(difference: float, base: float) -> str:
    if math.isnan(difference) or not base > 0:
        return "-"
    return f"{100 * difference / base:+.1f} %" if difference else "0 %"


def _share(share: float) -> str:
    return "-" if math.isnan(share) else f"{100 * share:.0f} %"


def _gain(gain: float) -> str:
    if not math.isfinite(gain):
        return "-"
    return f"{gain:,.0f}" if gain >= 10 else f"{gain:.1f}"


def says(loaded: Loaded, name: str) -> str:
    """What an option is: its own words, its scenario's title, or what it sets."""
    option = loaded.comparison.options[name]
    words = option.why or (
        loaded.options[name].title
        if option.scenario
        else "measures of its own"
        if option.policy
        else "the base"
    )
    return f"{words} [{'; '.join(option.sets)}]" if option.sets else words


def _legend(replicates: int, drawn: bool) -> list[str]:
    """How to read the table."""
    if drawn:
        return [
            _wrapped(
                f"{100 * LEVEL:.0f} % interval: of what the effect may be, given what the counts tell about "
                f"the unknowns and what chance does in one run ({replicates} pairs). "
                "What no series speaks of is drawn from its prior."
            ),
            _wrapped(
                "reads as: higher or lower where the interval leaves out 0, else in how many pairs the "
                "option is higher. Neither is good or bad by itself. unknowns: the share of what is unsure "
                "in one run that is not chance. What the counts say: whether they removed a fifth or more "
                "of how unsure the effect was; else it is an assumption, not evidence. Groups, legs, and "
                "what no option changes are in the CSV."
            ),
        ]
    return [
        _wrapped(
            f"{100 * LEVEL:.0f} % interval: Student's t interval of the mean of {replicates} paired "
            "differences. It holds chance alone: how well this mean is known with every parameter at its "
            "central value. "
            "What is not known about the parameters is not in it, so the truth may lie outside."
        ),
        _wrapped(
            "reads as: higher or lower where the interval leaves out 0, unclear where it holds 0. Neither is "
            "good or bad by itself. gain: how many times more replicates unpaired runs would need for the "
            "same interval, - where nothing varies. Groups, legs, and what no option changes are in the CSV."
        ),
    ]


def _wrapped(words: str) -> str:
    return textwrap.fill(" ".join(words.split()), WIDTH)
