"""What a problem file says: a history, what is not known about it, and which reported counts judge it.

A problem (``calibration/NAME.yaml``) names the unknowns of a fit with their priors, the reported series
with their roles, the shares of people that authorities report, and dated events that test the fit.
``docs/fit.md`` shows what came of it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from darien.record.assumptions import CountAssumptions
from darien.scenario import library, model_file
from darien.scenario.errors import Fault, ScenarioError, UserMistake, listed, nearest
from darien.scenario.quantity import Model, Quantity, Sourced
from darien.scenario.world import Counted
from darien.scenario.yaml_nodes import Node

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")]
Scale = Literal["linear", "log"]


class Unknown(Sourced):
    """A number of the scenario that is not known, or a factor that multiplies several.

    The prior is flat between ``low`` and ``high`` on the given scale. Where they are left out they are
    those that the scenario gives for the one path. With ``times`` the values at all paths are multiplied.
    """

    paths: Annotated[list[str], Field(min_length=1)]
    times: Quantity | None = None
    low: float | None = None
    high: float | None = None
    scale: Scale = "linear"

    @model_validator(mode="after")
    def _one_prior(self) -> Unknown:
        if self.times is not None and (self.low is not None or self.high is not None):
            raise ValueError("has `times`, whose low and high are the prior: leave `low` and `high` out")
        if self.times is not None and (self.times.low is None or self.times.high is None):
            raise ValueError("`times` needs a low and a high")
        if self.times is None and len(self.paths) > 1:
            raise ValueError("has several paths: give `times`, by which all of them are multiplied")
        return self


class Ranged(Sourced):
    """A number of which only a range is given."""

    low: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"low {self.low:g} is not below high {self.high:g}")
        return self


class Reporting(Ranged):
    """The share of those who pass that an authority reports; its prior is flat in the logarithm.

    Above 1 it counts people more than once, or people whom the model does not have.
    """

    low: Annotated[float, Field(gt=0)]
    high: Annotated[float, Field(gt=0)]


class SpreadTimes(Ranged):
    """How many times as far off as assumed the counts of some series are; its prior is flat in the logarithm.

    Where a model lacks what moved the counts, a spread that is assumed too small makes a fit too sure of all
    else.
    """

    low: Annotated[float, Field(gt=0)]
    high: Annotated[float, Field(gt=0)]


class Drift(Sourced):
    """How reporting shares move together from year to year: a random walk of their logarithm.

    With every new year all ``shares`` are multiplied by one factor. Its logarithm is normal about 0, with
    the standard deviation ``step``.
    """

    shares: Annotated[list[Name], Field(min_length=1)]
    step: Annotated[float, Field(gt=0)]


class Misdeclared(Ranged):
    """The share of a group who give another nationality, by which a series counts them; its prior is flat."""

    low: Annotated[float, Field(ge=0, le=1)]
    high: Annotated[float, Field(gt=0, le=1)]


class Shape(Sourced):
    """An assumption about the months of a year of which only the whole was published; its prior is flat.

    Its name is that of a field of :class:`~darien.record.assumptions.CountAssumptions`, whose range is the
    prior where ``low`` and ``high`` are left out.
    """

    low: Annotated[float | None, Field(ge=0)] = None
    high: Annotated[float | None, Field(gt=0)] = None


class Side(Model):
    """Reported series, summed, and where the model counts the same people."""

    ids: Annotated[list[str], Field(min_length=1)]
    minus: list[str] = []  # of these the counts inside the period are taken off
    members: list[str] | None = None  # rows of these groups only, for series that hold several
    counted: Annotated[list[Counted], Field(min_length=1)]


class Countable(Sourced, Side):
    """Reported counts, and whom of a run they are held against.

    With ``against``, what counts is the share of the first in the first and the second together.
    """

    groups: Annotated[list[str], Field(min_length=1)]
    gains: dict[str, Name] = {}  # groups of whom a misdeclared share is counted here too
    loses: dict[str, Name] = {}  # of the groups of the series, whose misdeclared share is counted elsewhere
    against: Side | None = None
    spread: Annotated[float, Field(gt=0)]  # standard deviation of a log count beyond chance


class Series(Countable):
    """Reported counts and what they are for: ``target`` (fitted) or ``tests`` (left out of the fit)."""

    role: Literal["target", "tests"]
    years: Literal["sum", "middle"] | None = None  # months become whole years: their sum, or when it passed
    share: Name | None = None  # of ``reporting``; None: all are counted
    spread_times: Name | None = None  # of ``spread_times``; None: the spread is as assumed
    within: Name | None = None  # a series of which it counts some: it is as far off, and by its own spread
    start: Annotated[dt.date | None, Field(alias="from")] = None  # counts before it are not used
    until: dt.date | None = None

    @model_validator(mode="after")
    def _middle_of_persons(self) -> Series:
        if self.years == "middle" and (self.against is not None or self.share is not None):
            raise ValueError("the middle of a year hangs on no `share`, and not on `against`: leave them out")
        return self


class Agreed(Sourced):
    """A quota that authorities agreed on, in persons per day: ``low`` to ``high``, as one reads it."""

    low: Annotated[float, Field(gt=0)]
    high: Annotated[float, Field(gt=0)]
    start: Annotated[dt.date, Field(alias="from")]
    until: dt.date


class Compared(Countable):
    """Reported months before and after a date, and where the model counts the same people.

    They may derive departures: those after the date are carried on from before it. The counts of ``minus``
    are taken off month by month.
    """

    quota: Agreed | None = None  # beside which the counts are told

    @model_validator(mode="after")
    def _by_month(self) -> Compared:
        if self.members is not None or (self.against is not None and self.against.members is not None):
            raise ValueError("`members` cannot be compared by month: give a series for each")
        return self


class Shock(Model):
    """A dated event, and the reported months in which it may be seen."""

    date: dt.date
    until: dt.date | None = None  # last day of what it brought; its end is a change too, so no ordinary one
    why: str
    months: Annotated[int, Field(ge=1, le=6)] = 3  # compared on each side; the month of the date is on none
    size: list[Name] = []  # unknowns that say how large its effect is: drawn from their priors
    series: dict[Name, Compared] = {}
    unseen: str | None = None  # why no reported months can show it, where there is no series

    @model_validator(mode="after")
    def _seen_or_not(self) -> Shock:
        if bool(self.series) == (self.unseen is not None):
            raise ValueError("needs `series`, or `unseen`: why no reported months can show it")
        if self.until is not None and self.until < self.date:
            raise ValueError(f"ends ({self.until}) before its date ({self.date})")
        return self


class Problem(Model):
    """A history to be fitted to reported counts."""

    title: str
    why: str
    history: str
    persons_per_migrant: dict[str, Annotated[int, Field(ge=1, le=1000)]] = {}  # where not as in the history
    runs: Annotated[int, Field(ge=32, le=100_000)]  # of the design, that every fit of the problem shares
    unknowns: Annotated[dict[Name, Unknown], Field(min_length=1)]
    misdeclared: dict[Name, Misdeclared] = {}
    shape: dict[Name, Shape] = {}  # of the months inside published years, from which departures are derived
    reporting: dict[Name, Reporting] = {}
    drifts: dict[Name, Drift] = {}  # of reporting shares, over the years
    spread_times: dict[Name, SpreadTimes] = {}
    series: Annotated[dict[Name, Series], Field(min_length=1)]
    assumed: dict[Name, Unknown] = {}  # of which no series speaks: not fitted, but effects are told over them
    levers: dict[Name, str] = {}  # policies, scenarios that extend the history, of which effects are told
    recovered: list[Name] = []  # those of the levers whose effects a recovery tells too
    outcomes: list[str] = []  # that the effects are told of
    shocks: dict[Name, Shock] = {}  # dated events that test the fit


def locate(what: str | Path) -> Path:
    """The file of a problem: a path, or the name of one in ``calibration``. Raises UserMistake."""
    path = Path(what)
    if path.is_file():
        return path
    folder = library.root() / "calibration"
    known = sorted(file.stem for file in folder.glob("*.yaml"))
    if str(what) in known:
        return folder / f"{what}.yaml"
    near = nearest(str(what), known)
    hint = f"did you mean {near}?" if near else f"built in: {listed(known)}"
    raise UserMistake(f"{what}: no such file, and no problem of that name; {hint}")


def load_problem(file: Path) -> Problem:
    """The problem in a file. Raises ScenarioError with every fault found in it."""
    faults: list[Fault] = []
    root = model_file.nodes(file, "a problem", "title, why, history, runs, unknowns, series", faults)
    problem = model_file.validated(root, Problem, faults)
    assumed = [field.name for field in fields(CountAssumptions)]
    for name in problem.shape:
        if name not in assumed:
            at = root.mapping["shape"].mapping[name].at
            why = "is no assumption about counts"
            faults.append(Fault(at.file, at.line, f"shape.{name}", why, name, listed(assumed)))
    named_in: dict[str, str] = {}
    for key in ("unknowns", "misdeclared", "shape", "reporting", "spread_times", "assumed"):
        for name in getattr(problem, key):
            first = named_in.setdefault(name, key)
            if first != key:
                at, told = root.mapping[key].mapping[name].at, f"has the name of one of `{first}`"
                faults.append(Fault(at.file, at.line, f"{key}.{name}", told, name, "another name"))
    for name, series in problem.series.items():
        here = root.mapping["series"].mapping[name]
        for key, named, known, told in (
            ("share", series.share, problem.reporting, "is no reporting share"),
            ("spread_times", series.spread_times, problem.spread_times, "is none of `spread_times`"),
        ):
            if named is not None and named not in known:
                at, allowed = here.mapping[key].at, listed(list(known))
                faults.append(Fault(at.file, at.line, f"series.{name}.{key}", told, named, allowed))
        faults += _misdeclared(problem, f"series.{name}", series, here)
        if series.within is not None and (why_not := _no_whole(problem, name, series.within)):
            at, allowed = here.mapping["within"].at, "another series of persons with the same role and share"
            faults.append(Fault(at.file, at.line, f"series.{name}.within", why_not, series.within, allowed))
    for name, walk in problem.drifts.items():
        at = root.mapping["drifts"].mapping[name].mapping["shares"].at
        for share in walk.shares:
            if share not in problem.reporting:
                allowed = listed(list(problem.reporting))
                place = f"drifts.{name}.shares"
                faults.append(Fault(at.file, at.line, place, "is no reporting share", share, allowed))
    if problem.levers and not problem.outcomes:
        at = root.mapping["levers"].mark
        faults.append(
            Fault(at.file, at.line, "levers", "have no outcome to tell", None, "`outcomes` beside it")
        )
    for n, name in enumerate(problem.recovered):
        if name not in problem.levers:
            at, allowed = root.mapping["recovered"].at, listed(list(problem.levers))
            faults.append(Fault(at.file, at.line, f"recovered[{n}]", "is no lever", name, allowed))
    for name, shock in problem.shocks.items():
        node = root.mapping["shocks"].mapping[name]
        for unknown in shock.size:
            if unknown not in problem.unknowns:
                at, allowed = node.mapping["size"].at, listed(list(problem.unknowns))
                faults.append(
                    Fault(at.file, at.line, f"shocks.{name}.size", "is no unknown", unknown, allowed)
                )
        for one, compared in shock.series.items():
            here = node.mapping["series"].mapping[one]
            faults += _misdeclared(problem, f"shocks.{name}.series.{one}", compared, here)
    if faults:
        raise ScenarioError(faults)
    return problem


def _no_whole(problem: Problem, name: str, within: str) -> str | None:
    """Why a series cannot be a part of what ``within`` counts; None where it can."""
    part, whole = problem.series[name], problem.series.get(within)
    if whole is None:
        return "is no series"
    if any(one.against is not None or one.years == "middle" for one in (part, whole)):
        return "has parts of its own kind only: neither is a share or a middle"
    if part.role != whole.role:
        return f"has the role {whole.role}, and its part {part.role}"
    if part.share != whole.share:
        return f"has the share {whole.share or 1}, and its part {part.share or 1}"
    wholes = [name]
    while whole is not None and whole.within is not None:
        if within in wholes:
            return "is a part of itself"
        wholes.append(within)
        within, whole = whole.within, problem.series.get(whole.within)
    return "is a part of itself" if within in wholes else None


def _misdeclared(problem: Problem, place: str, series: Countable, node: Node) -> list[Fault]:
    """A fault for each share of ``gains`` and ``loses`` that the problem does not name."""
    faults = []
    for way, parts in (("gains", series.gains), ("loses", series.loses)):
        for group, share in parts.items():
            if share not in problem.misdeclared:
                at, allowed = node.mapping[way].mapping[group].at, listed(list(problem.misdeclared))
                told = "is no misdeclared share"
                faults.append(Fault(at.file, at.line, f"{place}.{way}.{group}", told, share, allowed))
    return faults
