"""docs/parameters.md: every number of the shipped world and histories, with range, unit and provenance.

``python -m darien.report.parameter_table`` prints it; ``make docs`` writes it. Nothing here
is written by hand: a number that changes in a scenario file changes in the table.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from darien.scenario import library
from darien.scenario.files import load
from darien.scenario.measures import Dated
from darien.scenario.quantity import Quantity, Sourced
from darien.scenario.schema import Scenario
from darien.scenario.shape import plain
from darien.scenario.world import DetentionCentre, Entries, Group, Place, Season, TravelDays
from darien.scenario.yaml_nodes import decode, parse

WORLD = "worlds/americas"
DAY = dt.date(2014, 1, 1)
HISTORIES = ("history-2014-2018", "history-2018-2023")
SECTIONS = {
    "parameters": "Behaviour that all groups share",
    "groups": "Groups",
    "places": "Places",
    "seasons": "Seasons",
    "legs": "Legs",
    "authorities": "Authorities",
    "checkpoints": "Checkpoints",
    "detention_centres": "Detention centres",
    "smuggling_networks": "Smuggling networks",
    "reception": "Reception at the US border",
    "departures": "Departures",
    "policy": "Measures",
}
_UNITS = (
    (r".*_usd_per_day", "USD per person and day"),
    (r".*_usd_per_year", "USD a year"),
    (r".*_usd", "USD per person"),
    (r"(persons|passes|interviews|seats|removal_seats)_per_day", "persons a day"),
    (r"inspections_per_officer_day", "persons per officer and day"),
    (r"usd_per_year", "USD a year"),
    (r"departures_cut_per_100_million", "share per 100 million USD a year"),
    (r"officers.*|mentors", "officers"),
    (r".*_times", "times"),
    (r"beds.*", "persons"),
    (r".*_per_1000", "persons per 1,000 passages"),
    (r".*_per_100", "parties per 100 passages"),
    (r"time_weight_per_day", "utility per day"),
    (r"hazard_weight", "utility per death in 100 passages"),
    (r"cost_weight", "utility per share of funds"),
    (r"onward_weight", "times"),
    (r"risk_spread|funds_spread", "standard deviation of the logarithm"),
    (r"belief_weight", "utility at certainty"),
    (r"belief_trust_spread", "standard deviation"),
    (r"belief_prior|belief_trust|failure_prior|deterrence", "share"),
    (r"price_response|loss_response", "growth of price per review, per share"),
    (r"price_return|growth_per_30_days|vetting_base_rate", "share"),
    (r"clandestine_taste|.*_worth|.*_worth_added|.*_if_poor|preference", "utility"),
    (r".*_share|coverage.*|identification.*|skill.*|trained_per_30_days|.*_gain|turnover_per_year", "share"),
    (r"admitted|expelled|removed|nest_correlation|sensitivity|specificity", "share"),
    (r".*_days", "days"),
    (r"dispersion", "variance over mean"),
    (r"headroom", "times"),
)


@dataclass(frozen=True)
class Row:
    """One line of the table: where the number stands, what it is, and where it comes from."""

    path: str
    value: str
    low: str = ""
    high: str = ""
    unit: str = ""
    provenance: str = ""


def unit_of(path: str) -> str:
    """The unit of a number, from the last word of its path (a group's name counts as what it is in)."""
    words = path.split(".")
    for word in (words[-1], words[-2] if len(words) > 1 else ""):
        for pattern, unit in _UNITS:
            if re.fullmatch(pattern, word):
                return unit
        if word and word == words[-1] and "preference_by_group" in words:
            return "utility"
    return ""


def rows(scenario: Scenario, sections: Sequence[str] = tuple(SECTIONS)) -> list[Row]:
    """Every number that the files of a scenario give, in the order of its sections."""
    found: list[Row] = []
    for section in sections:
        value = getattr(scenario, section)
        if section == "policy":
            for position, measure in enumerate(value):
                found += _walk(f"policy.{measure.name}" if measure.name else f"policy[{position}]", measure)
        else:
            found += _walk(section, value)
    return found


def _walk(path: str, value: Any) -> Iterator[Row]:
    """The numbers in a part of a scenario; a measure has a line of its own before them."""
    if isinstance(value, Quantity):
        low = "" if value.low is None else number(value.low)
        high = "" if value.high is None else number(value.high)
        yield Row(path, number(value.value), low, high, unit_of(path), value.provenance)
    elif isinstance(value, BaseModel):
        if isinstance(value, Dated):
            yield Row(path, _dates(value), unit=str(getattr(value, "measure", "")), provenance=_why(value))
        elif isinstance(value, Sourced) and (own := plain_numbers(value)):
            yield Row(path, own[0], unit=own[1], provenance=value.provenance)
        for name, info in type(value).model_fields.items():
            if name in value.model_fields_set:
                yield from _walk(f"{path}.{info.alias or name}", getattr(value, name))
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _walk(f"{path}.{key}", part)
    elif isinstance(value, list):
        for position, part in enumerate(value):
            yield from _walk(f"{path}[{position}]", part)


def plain_numbers(part: BaseModel) -> tuple[str, str] | None:
    """The numbers that a part holds itself, outside any quantity, and their unit; None if it has none."""
    match part:
        case Place():
            return f"{number(part.lat)}, {number(part.lon)}", "degrees north and east"
        case TravelDays(table=None):
            return f"{part.min}, {part.mode}, {part.max}", "days: least, likeliest, most"
        case TravelDays():
            return _shares({str(day): share for day, share in (part.table or {}).items()}), "share by days"
        case Season():
            return ", ".join(str(month) for month in part.months), "months"
        case Entries():
            since = f"from {part.start}: " if part.start else ""
            return since + _shares(part.shares), "share by entry place"
        case Group():
            return _shares(
                {str(size): share for size, share in part.party_size.items()}
            ), "share by party size"
        case DetentionCentre() if part.crowding > 1:
            return number(part.crowding), "times the beds, when crowded"
    return None


def _shares(table: dict[str, float]) -> str:
    return ", ".join(f"{name} {number(share)}" for name, share in table.items())


def _dates(measure: Dated) -> str:
    text = f"from {measure.start}" if measure.until is None else f"{measure.start} to {measure.until}"
    return f"{text}, full after {measure.ramp_days} days" if measure.ramp_days else text


def _why(measure: Dated) -> str:
    return f"{measure.provenance} ({measure.why})" if measure.why else measure.provenance


def number(value: float) -> str:
    """A number as short as it can be said."""
    return f"{value:,.0f}" if value == int(value) else f"{value:.6g}"


def world() -> Scenario:
    """The shipped world with nothing laid over it: no departures, no policy, a period that says nothing.

    Raises :class:`pydantic.ValidationError` for a world that is broken.
    """
    path = library.find(WORLD)
    root = parse(decode(path.read_bytes(), path.name), path.name, [])
    bare = {} if root is None else plain(root, Scenario)
    head = {"title": WORLD, "why": "", "period": {"start": DAY, "end": DAY}, "departures": {}}
    return Scenario.model_validate({**head, **bare})


def table(scenario: Scenario) -> str:
    """Every number of one scenario as Markdown, a table per section."""
    return "\n".join(_tables(rows(scenario), "##"))


def _tables(found: Sequence[Row], heading: str) -> list[str]:
    lines: list[str] = []
    for section, title in SECTIONS.items():
        mine = [row for row in found if re.match(rf"{section}[.\[]", row.path)]
        if not mine:
            continue
        lines += [f"{heading} {title}", ""]
        lines += [
            "| name | value | low | high | unit | where from |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for row in mine:
            name = f"`{row.path[len(section) + 1 :]}`" if section != "policy" else f"`{row.path}`"
            cells = (name, row.value, row.low, row.high, row.unit, row.provenance)
            lines.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
        lines.append("")
    return lines


def document() -> str:
    """The whole of docs/parameters.md."""
    base = rows(world())
    assumed = sum(row.provenance.startswith("assumption") for row in base)
    lines = [
        "# Parameters",
        "",
        "Written by `make docs` from `scenarios/`; do not edit by hand.",
        "",
        "Low and high bound what is believed about a number itself, not how much it differs from person to",
        "person. A source begins with the name of the figure in `calibration/observed/parameters.csv` or",
        "`series.csv`, or is the event in `events.csv`. An assumption gives its reason.",
        "",
        f"The world holds {len(base):,} numbers: {len(base) - assumed:,} with a source, {assumed:,} assumed.",
        "",
        *_tables(base, "##"),
    ]
    for name in HISTORIES:
        scenario = load(name)
        mine = [row for row in rows(scenario) if row not in base]
        lines += [f"## What {name} lays over the world", "", *_tables(mine, "###")]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    print(document(), end="")
