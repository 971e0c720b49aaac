"""The files of reported counts: the published numbers of ``calibration/observed``, read and checked.

:func:`load_reported` reads ``reported_counts.csv`` and ``series.csv``. A broken file is refused
with every fault in it, each with file and line. What the figures mean, and where they mislead,
stands in ``calibration/observed/README.md``.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from darien.record.reported import Reported
from darien.scenario.errors import Fault, ScenarioError, nearest
from darien.scenario.library import observed

COUNT_COLUMNS = (
    "series_id",
    "place",
    "measure",
    "group",
    "period_start",
    "period_end",
    "value",
    "confidence",
)
SERIES_COLUMNS = (
    "series_id",
    "place",
    "measure",
    "group",
    "unit",
    "n",
    "first",
    "last",
    "confidence",
    "alternative",
    "source",
)
MEMBER_COLUMNS = ("region", "member")
CONFIDENCES = ("high", "medium", "low")
UNITS = ("persons", "percent")


class BrokenReports(ScenarioError):
    """Files of reported counts that cannot be used; ``faults`` has every reason."""


def load_reported(folder: str | Path | None = None) -> Reported:
    """Reported counts of a folder, or of the shipped one. Raises :class:`BrokenReports`."""
    if folder is None:
        folder = observed()
    checked = _Checked(Path(folder))
    if checked.faults:
        raise BrokenReports(checked.faults)
    return checked.frames()


@dataclass
class _Span:
    """What the counts of a series add up to, and the groups they name."""

    n: int = 0
    first: dt.date = dt.date.max
    last: dt.date = dt.date.min
    groups: set[str] = field(default_factory=set)


class _Checked:
    """Reads both files, keeps the good rows and notes every fault."""

    def __init__(self, folder: Path) -> None:
        self.faults: list[Fault] = []
        self.about: dict[str, dict[str, object]] = {}
        self.counts: list[tuple[object, ...]] = []
        self._lines: dict[str, int] = {}
        self._spans: dict[str, _Span] = {}
        self._dates: dict[str, dt.date] = {}  # as read so far: most come back in many rows
        self._spoilt: set[str] = set()  # series with a faulty row: their totals are not held against them
        self._file = folder / "series.csv"
        for line, row in self._read(SERIES_COLUMNS):
            self._series_row(line, row)
        series_read = not self.faults
        self._file = folder / "reported_counts.csv"
        seen: dict[tuple[str, ...], int] = {}
        for line, row in self._read(COUNT_COLUMNS):
            self._count_row(line, row, seen, series_read)
        self._file = folder / "members.csv"
        self.members: dict[str, list[str]] = {}
        for line, row in self._read(MEMBER_COLUMNS):
            self._member_row(line, row)
        self._file = folder / "series.csv"
        if not self._broken_files:
            self._compare()
        self.faults.sort(key=lambda fault: (str(fault.file), fault.line or 0))

    _broken_files = False

    def _fault(
        self, line: int, column: str, message: str, given: object = None, allowed: str | None = None
    ) -> None:
        given = None if given is None else str(given)
        self.faults.append(Fault(str(self._file), line, column, message, given, allowed))

    def _read(self, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
        """Rows as (line, column -> text); a file that cannot be read as such gives one fault."""
        try:
            data = self._file.read_bytes()
        except OSError as error:
            self._broken_files = True
            self._fault(1, "", f"cannot be read: {error.strerror or error}")
            return
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self._broken_files = True
            line = data.count(b"\n", 0, error.start) + 1
            self._fault(line, "", "is not UTF-8 text", hex(data[error.start]), "UTF-8")
            return
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            header = next(reader, [])
            missing = [name for name in columns if name not in header]
            for name in missing:
                self._fault(1, name, "the column is missing", ",".join(header), ",".join(columns))
            for name in header:
                if name not in columns:
                    self._fault(1, name, "the column is unknown", name, ",".join(columns))
            if missing or len(set(header)) != len(header):
                self._broken_files = True
                if not missing:
                    self._fault(1, "", "a column appears twice", ",".join(header))
                return
            for cells in reader:
                if not cells:
                    continue
                if len(cells) != len(header):
                    self._fault(reader.line_num, "", "wrong number of fields", len(cells), str(len(header)))
                    self._spoilt.add(cells[0].strip())
                    continue
                yield reader.line_num, dict(zip(header, map(str.strip, cells), strict=True))
        except csv.Error as error:
            self._broken_files = True
            self._fault(reader.line_num, "", f"is not a CSV file: {error}")

    def _date(self, line: int, column: str, text: str) -> dt.date | None:
        found = self._dates.get(text)
        if found is None:
            try:
                found = self._dates[text] = dt.date.fromisoformat(text)
            except ValueError:
                self._fault(line, column, "not a date", text, "a date like 2016-05-09")
        return found

    def _one_of(self, line: int, column: str, text: str, allowed: Sequence[str]) -> None:
        if text not in allowed:
            self._fault(line, column, f"not a known {column}", text, ", ".join(allowed))

    def _series_row(self, line: int, row: dict[str, str]) -> None:
        name = row["series_id"]
        before = len(self.faults)
        for column in ("series_id", "place", "measure", "group"):
            if not row[column]:
                self._fault(line, column, "is empty")
        if not row["source"]:
            self._fault(line, "source", f"{name} has no source", "", "where the figure was published")
        if name in self._lines:
            self._fault(
                line, "series_id", f"the series appears twice, first on line {self._lines[name]}", name
            )
        self._one_of(line, "unit", row["unit"], UNITS)
        self._one_of(line, "confidence", row["confidence"], CONFIDENCES)
        self._one_of(line, "alternative", row["alternative"], ("True", "False"))
        first = self._date(line, "first", row["first"])
        last = self._date(line, "last", row["last"])
        if first and last and last < first:
            self._fault(line, "last", "ends before it starts", row["last"], f"{row['first']} or later")
        if not row["n"].isdecimal():
            self._fault(line, "n", "not a whole number", row["n"], "how many counts the series has")
        if len(self.faults) > before:
            self._spoilt.add(name)
        self._lines.setdefault(name, line)
        self.about.setdefault(name, dict(row))

    def _count_row(
        self, line: int, row: dict[str, str], seen: dict[tuple[str, ...], int], series_read: bool
    ) -> None:
        name = row["series_id"]
        before = len(self.faults)
        about = self.about.get(name)
        if about is None and (series_read or self.about):
            near = nearest(name, list(self.about))
            self._fault(line, "series_id", "has no row in series.csv", name, near and f"such as {near}")
        for column in ("place", "measure"):
            if about is not None and row[column] != about[column]:
                self._fault(line, column, "differs from series.csv", row[column], str(about[column]))
        if not row["group"]:
            self._fault(line, "group", "is empty")
        self._one_of(line, "confidence", row["confidence"], CONFIDENCES)
        start = self._date(line, "period_start", row["period_start"])
        end = self._date(line, "period_end", row["period_end"])
        if start and end and end < start:
            self._fault(
                line,
                "period_end",
                "ends before it starts",
                row["period_end"],
                f"{row['period_start']} or later",
            )
        value = self._value(line, row["value"], about)
        key = (name, row["group"], row["period_start"], row["period_end"])
        if key in seen:
            self._fault(line, "period_start", f"the period appears twice, first on line {seen[key]}", name)
        seen.setdefault(key, line)
        if len(self.faults) > before or start is None or end is None:
            self._spoilt.add(name)
            return
        span = self._spans.get(name) or self._spans.setdefault(name, _Span())
        span.n += 1
        if start < span.first:
            span.first = start
        if end > span.last:
            span.last = end
        span.groups.add(row["group"])
        self.counts.append(
            (name, row["place"], row["measure"], row["group"], start, end, value, row["confidence"])
        )

    def _value(self, line: int, text: str, about: dict[str, object] | None) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            self._fault(line, "value", "not a number", text, "a number, 0 or more")
        elif value < 0:
            self._fault(line, "value", "negative", text, "a number, 0 or more")
        elif about is not None and about["unit"] == "percent" and value > 100:
            self._fault(line, "value", "above 100 percent", text, "a number from 0 to 100")
        return value

    def _member_row(self, line: int, row: dict[str, str]) -> None:
        region, member = row["region"], row["member"]
        if not region or not member:
            self._fault(line, "region" if not region else "member", "is empty")
        elif member in self.members.setdefault(region, []):
            self._fault(line, "member", f"stands twice under {region}", member)
        elif region in self._below(member) or region == member:
            self._fault(line, "member", f"{region} is itself a part of it", member)
        else:
            self.members[region].append(member)

    def _below(self, region: str) -> list[str]:
        """All that a region holds, down to the last."""
        found: list[str] = []
        for member in self.members.get(region, []):
            found += [member, *self._below(member)]
        return found

    def _compare(self) -> None:
        """Holds n, first, last and group of series.csv against the counts."""
        for name, about in self.about.items():
            if name in self._spoilt:
                continue
            line = self._lines[name]
            span = self._spans.get(name, _Span())
            if int(str(about["n"])) != span.n:
                self._fault(line, "n", f"{name} does not have that many counts", about["n"], str(span.n))
            if not span.n:
                continue
            for column, found in (("first", span.first), ("last", span.last)):
                if about[column] != found.isoformat():
                    self._fault(line, column, f"differs from the counts of {name}", about[column], str(found))
            if about["group"] not in span.groups:
                allowed = ", ".join(sorted(span.groups))
                self._fault(line, "group", f"differs from the counts of {name}", about["group"], allowed)

    def frames(self) -> Reported:
        import pandas as pd

        counts = pd.DataFrame(
            self.counts,
            columns=["series_id", "place", "measure", "group", "start", "end", "value", "confidence"],
        )
        counts["start"] = pd.to_datetime(counts["start"])
        counts["end"] = pd.to_datetime(counts["end"])
        counts["value"] = counts["value"].astype("float64")
        about = pd.DataFrame(list(self.about.values()), columns=list(SERIES_COLUMNS)).set_index("series_id")
        about["n"] = about["n"].astype("int64")
        about["first"] = pd.to_datetime(about["first"])
        about["last"] = pd.to_datetime(about["last"])
        about["alternative"] = about["alternative"] == "True"
        return Reported(counts, about, {region: self._below(region) for region in self.members})
