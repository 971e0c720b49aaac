"""What a problem file says: a history, what is not known about it, and which reported counts judge it.

A problem (``calibration/NAME.yaml``) names the unknowns of a fit with their priors, the reported series
with their roles, and the shares of people that authorities report. ``docs/fit.md`` shows what came of it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from darien.record.assumptions import CountAssumptions
from darien.scenario import library, model_file
from darien.scenario.errors import Fault, ScenarioError, UserMistake, listed, nearest
from darien.scenario.quantity import Model, Quantity, Sourced
from darien.scenario.world import Counted

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


class Reporting(Sourced):
    """The share of those who pass that an authority reports; its prior is flat in the logarithm.

    Above 1 it counts people more than once, or people whom the model does not have.
    """

    low: Annotated[float, Field(gt=0)]
    high: Annotated[float, Field(gt=0)]

    @model_validator(mode="after")
    def _ordered(self) -> Reporting:
        if self.low >= self.high:
            raise ValueError(f"low {self.low:g} is not below high {self.high:g}")
        return self


class Misdeclared(Sourced):
    """The share of a group who give another nationality, by which a series counts them; its prior is flat."""

    low: Annotated[float, Field(ge=0, le=1)]
    high: Annotated[float, Field(gt=0, le=1)]

    @model_validator(mode="after")
    def _ordered(self) -> Misdeclared:
        if self.low >= self.high:
            raise ValueError(f"low {self.low:g} is not below high {self.high:g}")
        return self


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


class Series(Sourced, Side):
    """Reported counts and what they are for: ``target`` (fitted) or ``tests`` (left out of the fit).

    With ``against``, what counts is the share of the first in the first and the second together.
    """

    role: Literal["target", "tests"]
    groups: Annotated[list[str], Field(min_length=1)]
    gains: dict[str, Name] = {}  # groups of whom a misdeclared share is counted here too
    loses: dict[str, Name] = {}  # of the groups of the series, whose misdeclared share is counted elsewhere
    against: Side | None = None
    by_year: bool = False  # months are summed to whole years
    share: Name | None = None  # of ``reporting``; None: all are counted
    spread: Annotated[float, Field(gt=0)]  # standard deviation of the log count beyond chance
    start: Annotated[dt.date | None, Field(alias="from")] = None  # counts before it are not used
    until: dt.date | None = None


class Problem(Model):
    """A history to be fitted to reported counts."""

    title: str
    why: str
    history: str
    runs: Annotated[int, Field(ge=32, le=100_000)]  # of the design, that every fit of the problem shares
    unknowns: Annotated[dict[Name, Unknown], Field(min_length=1)]
    misdeclared: dict[Name, Misdeclared] = {}
    shape: dict[Name, Shape] = {}  # of the months inside published years, from which departures are derived
    reporting: dict[Name, Reporting] = {}
    series: Annotated[dict[Name, Series], Field(min_length=1)]
    assumed: dict[Name, Unknown] = {}  # of which no series speaks: not fitted, but effects are told over them
    levers: dict[Name, str] = {}  # policies, scenarios that extend the history, of which effects are told
    outcomes: list[str] = []  # that the effects are told of


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
    for name, series in problem.series.items():
        here = root.mapping["series"].mapping[name].mapping
        if series.share is not None and series.share not in problem.reporting:
            at, allowed = here["share"].at, listed(list(problem.reporting))
            place = f"series.{name}.share"
            faults.append(Fault(at.file, at.line, place, "is no reporting share", series.share, allowed))
        for way, parts in (("gains", series.gains), ("loses", series.loses)):
            for group, share in parts.items():
                if share not in problem.misdeclared:
                    at, allowed = here[way].mapping[group].at, listed(list(problem.misdeclared))
                    place = f"series.{name}.{way}.{group}"
                    faults.append(Fault(at.file, at.line, place, "is no misdeclared share", share, allowed))
    if faults:
        raise ScenarioError(faults)
    return problem
