"""``departures.series``: a CSV of monthly rates, read into ``departures.monthly``."""

from __future__ import annotations

import csv
import io
import math
import re
from pathlib import Path

from darien.scenario.errors import Fault, ScenarioError, listed
from darien.scenario.yaml_nodes import Key, Mark, Node, decode, shown

COLUMNS = ("month", "group", "persons_per_day")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_GROUP = re.compile(r"[a-z][a-z0-9_]*")


def read_in(root: Node, folder: Path, found: list[Fault]) -> None:
    """Replace ``departures.series`` in one file's nodes by the months it holds.

    The CSV's path goes from ``folder``. Months given in the same file beside the
    series are faults where both have them. Adds to ``found``, also when the file
    cannot be read at all.
    """
    departures = root.mapping.get("departures")
    if departures is None or "series" not in departures.mapping:
        return
    series = departures.mapping["series"]
    if series.value is None:
        return
    if not isinstance(series.value, str):
        return  # the schema says what is wrong
    del departures.mapping["series"]
    path = folder / series.value
    try:
        months = _read(path, shown(path), series, found)
    except ScenarioError as error:
        found += error.faults
        return
    inline = departures.mapping.get("monthly")
    if inline is None:
        departures.mapping["monthly"] = months
        return
    for group, table in inline.mapping.items():
        from_csv = months.mapping.get(group)
        if from_csv is None:
            months.mapping[group] = table
            continue
        for month, rate in table.mapping.items():
            if month in from_csv.mapping:
                first = from_csv.mapping[month].at
                mark, twice = rate.at, f"departures.monthly.{group}.{month}"
                found.append(Fault(mark.file, mark.line, twice, f"is given twice: also in {first}"))
            from_csv.mapping[month] = rate
    if isinstance(inline.value, dict):
        inline.value = months.value


def _read(path: Path, file: str, series: Node, found: list[Fault]) -> Node:
    """The months of a CSV, by group: mapping of mappings of rates, each with its line."""
    where = series.at
    try:
        text = decode(path.read_bytes(), file)
    except OSError as error:
        message = f"cannot read {file}: {error.strerror}"
        raise ScenarioError([Fault(where.file, where.line, "departures.series", message)]) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    groups: dict[Key, Node] = {}
    try:
        header = next(reader, [])
        if sorted(cell.strip() for cell in header) != sorted(COLUMNS):
            given = ",".join(header) or "nothing"
            fault = Fault(file, 1, "departures.series", "has other columns", given, ",".join(COLUMNS))
            raise ScenarioError([fault])
        order = [[cell.strip() for cell in header].index(column) for column in COLUMNS]
        for row in reader:
            if row and any(cell.strip() for cell in row):
                _add(row, order, Mark(file, reader.line_num), groups, found)
    except csv.Error as error:
        fault = Fault(file, reader.line_num, "departures.series", f"is no CSV: {error}")
        raise ScenarioError([fault]) from None
    if not groups and not any(fault.file == file for fault in found):
        found.append(
            Fault(file, 1, "departures.series", "holds no months", None, "a row per month and group")
        )
    return Node(groups, where, series.key_at)


def _add(row: list[str], order: list[int], mark: Mark, groups: dict[Key, Node], found: list[Fault]) -> None:
    def fault(message: str, given: str, allowed: str) -> None:
        found.append(Fault(mark.file, mark.line, "departures.series", message, f'"{given}"', allowed))

    if len(row) != len(COLUMNS):
        fault(f"has {len(row)} cells in this row", ",".join(row), f"{len(COLUMNS)} cells: {listed(COLUMNS)}")
        return
    month, group, rate = (row[i].strip() for i in order)
    if not _MONTH.fullmatch(month):
        fault("month is not a month", month, "a month such as 2016-05")
    elif not _GROUP.fullmatch(group):
        fault("group is not a name", group, "small letters, digits and _, beginning with a letter")
    elif (number := _rate(rate)) is None:
        fault("persons_per_day is not a number", rate, "a number, 0 or more")
    else:
        table = groups.setdefault(group, Node({}, mark, mark))
        if month in table.mapping:
            fault(
                f"has {group} twice",
                month,
                f"each month once; it first stands in line {table.mapping[month].at.line}",
            )
        else:
            table.mapping[month] = Node(number, mark, mark)


def _rate(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
