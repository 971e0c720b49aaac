"""The tables of dated events in words: as ``darien calibrate`` prints them, and for ``docs/fit.md``."""

from __future__ import annotations

from math import exp, isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darien.calibrate.changes import REPRODUCED, TIMES, UNDECIDABLE
from darien.record.page import markdown

if TYPE_CHECKING:
    import pandas as pd

HEAD = ("event", "series", "before", "after", "reported change", "ordinary, up to", "simulated change, 90 %")


def shocks_as_text(folder: Path) -> list[str]:
    """Lines on the dated events of a fit and on the months without any; none where it was not tested."""
    import pandas as pd

    if not (folder / "shocks.csv").is_file():
        return []
    shocks, placebo = pd.read_csv(folder / "shocks.csv"), pd.read_csv(folder / "placebo.csv")
    lines = ["", "Dated events, changes as times as many after as before (of a share: of its odds):"]
    for row in _rows(shocks):
        event, series, _, _, reported, ordinary, simulated, verdict, note = row
        head = f"{event}, {series}" if series else event
        told = f"{reported}, ordinary up to {ordinary}, simulated {simulated}; " if reported else ""
        lines.append(f"  {head}: {told}{verdict}{f' ({note})' if note else ''}")
    lines += ["", placebo_told(placebo)]
    lines += [f"  false alarm: {date} {series}" for date, series in _alarms(placebo)]
    if short := _short(shocks):
        lines.append(f"NOT CONVERGED: the chains without the months after it, of {', '.join(short)}.")
    return lines


def placebo_told(placebo: pd.DataFrame) -> str:
    """How often the test was wrong where nothing happened."""
    if placebo.empty:
        return "No month of this history is without an event near enough to test."
    alarms, beyond = int(placebo["false_alarm"].sum()), int(placebo["exceeds"].sum())
    return (
        f"{placebo['date'].nunique()} months without an event, {len(placebo)} tests: {alarms} false alarms "
        f"(the simulated 90 % interval does not hold the reported change; {len(placebo) / 10:.1f} are to be "
        f"expected by chance); {beyond} reported changes above twice an ordinary one."
    )


def shocks_page(shocks: pd.DataFrame) -> str:
    """A row for each event and series, failures among them, and how many of each verdict there are."""
    table = markdown((*HEAD, "verdict", ""), _rows(shocks, strong=True), numbers=range(2, 7))
    told = verdicts(shocks)
    short = _short(shocks)
    tail = f" Chains too short to have converged: of {len(short)} events." if short else ""
    return f"{table}\n\n{told[0].upper()}{told[1:]}.{tail}"


def verdicts(shocks: pd.DataFrame) -> str:
    """How many of each verdict there are."""
    counts = shocks["verdict"].value_counts(sort=False)
    return ", ".join(f"{verdict}: {count}" for verdict, count in counts.items())


def placebo_page(placebo: pd.DataFrame) -> str:
    """Months without an event: a row for each series."""
    rows = []
    for series, own in placebo.groupby("series", sort=False):
        alarms = [date for date, one in _alarms(own) if one == series]
        rows.append(
            (str(series), str(len(own)), str(len(alarms)), str(int(own["exceeds"].sum())), ", ".join(alarms))
        )
    header = ("series", "months", "false alarms", "above twice an ordinary change", "false alarms in")
    table = markdown(header, rows, numbers=(1, 2, 3)) + "\n\n" if rows else ""
    return table + placebo_told(placebo)


def _short(shocks: pd.DataFrame) -> list[str]:
    """Events whose chains have not converged."""
    tested = shocks[shocks["converged"].notna()]
    return list(dict.fromkeys(tested.loc[~tested["converged"].astype(bool), "shock"]))


def _alarms(placebo: pd.DataFrame) -> list[tuple[str, str]]:
    own = placebo[placebo["false_alarm"].astype(bool)]
    return [(str(date), str(series)) for date, series in zip(own["date"], own["series"], strict=True)]


def _rows(shocks: pd.DataFrame, strong: bool = False) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for one in shocks.to_dict("records"):
        verdict = str(one["verdict"])
        shown = f"**{verdict}**" if strong and verdict not in (REPRODUCED, UNDECIDABLE) else verdict
        event = f"{str(one['shock']).replace('_', ' ')} ({one['date']})"
        note = "" if _missing(one["note"]) else str(one["note"])
        if _missing(one["series"]):
            rows.append((event, "", "", "", "", "", "", shown, note))
            continue
        rows.append(
            (
                event,
                str(one["series"]),
                _level(one["before"]),
                _level(one["after"]),
                _times(one["reported_change"]),
                _times(TIMES * one["usual"]),
                f"{_times(one['low'])} to {_times(one['high'])}",
                shown,
                note,
            )
        )
    return rows


def _missing(value: Any) -> bool:
    return isinstance(value, float) and isnan(value)


def _times(change: float) -> str:
    """A change as times as many: 0.07, 1.9, 25."""
    if isnan(change):
        return ""
    times = exp(change)
    return f"{times:,.0f}" if times >= 10 else f"{times:.2g}"


def _level(value: float) -> str:
    """Persons per month, or a share."""
    return "" if isnan(value) else f"{value:,.0f}" if value == 0 or value >= 10 else f"{value:.2f}"
