"""One run of a sweep, and what is kept of it, packed small: this is what workers do.

What many runs share is sent along as bytes, and unpacked once in a process. A point is resolved and compiled
once in a process, however many of its replicates are run there: compiling takes longer than all else that a
run costs beside its simulation, and so does the frame of counts by day, group and leg, which nobody asks for.
"""

from __future__ import annotations

import hashlib
import pickle
import time
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from darien.experiments.varying import Value, Varying
from darien.record.outcomes import OutcomeRow, outcome_rows
from darien.record.swept import EVERYONE, PACKED
from darien.record.version import code_version
from darien.scenario.errors import UserMistake
from darien.scenario.schema import Scenario

if TYPE_CHECKING:
    from pandas import DataFrame

    from darien.actors.model import Prepared, RouteModel
    from darien.experiments.drawn import Draws

PREPARED_KEPT = 8  # points, per process; some megabytes each
MOVING = ("started", "finished", "entered")  # of legs and places: say nothing of a country
SERIES = np.dtype([("month", "<u2"), ("where", "<u2"), ("measure", "<u2"), ("persons", "<i8")])


@dataclass(frozen=True)
class Columns:
    """The order in which the outcomes of a run are packed: by outcome, then by place.

    ``outcomes``: name and unit. ``places``: '' (the whole route), countries, detention centres, and last the
    ``legs``. ``always``: outcomes and places that every run tells of, be it that nothing happened.
    """

    outcomes: Mapping[str, str]
    places: tuple[str, ...]
    legs: int
    always: tuple[tuple[str, str], ...]

    def pack(self, outcomes: Iterable[OutcomeRow]) -> bytes:
        """Those of all groups together, without zeros."""
        outcome_at = {name: n * len(self.places) for n, name in enumerate(self.outcomes)}
        place_at = {name: n for n, name in enumerate(self.places)}
        kept = [
            (outcome_at[outcome] + place_at[place], value)
            for outcome, place, group, value, _ in outcomes
            if group == EVERYONE and value
        ]
        return zlib.compress(np.array(sorted(kept), dtype=PACKED).tobytes(), 1)


@dataclass(frozen=True)
class Shared:
    """What all runs of a sweep share: the scenario that varies, the paths of its parameters, the draws."""

    varying: Varying
    paths: Mapping[str, tuple[str, ...]]  # by parameter
    columns: Columns
    series: bool
    draws: Draws | None = None

    def scenario_at(self, point: Mapping[str, Value]) -> Scenario:
        """The scenario of a point, before any draw. Raises ScenarioError."""
        return self.varying.at({path: point[name] for name, paths in self.paths.items() for path in paths})

    def sealed(self) -> Sealed:
        """This, to be sent to workers."""
        data = zlib.compress(pickle.dumps(self, protocol=pickle.HIGHEST_PROTOCOL), 6)
        return Sealed(hashlib.sha256(data).hexdigest(), data, code_version())


@dataclass(frozen=True)
class Sealed:
    """:class:`Shared` as bytes, with its name and the code that it is for."""

    name: str
    data: bytes = field(repr=False)
    code: str

    def __hash__(self) -> int:
        return hash(self.name)

    def open(self) -> Shared:
        """Unpack it, once in a process. Raises UserMistake where this process has other code."""
        if self.code != code_version():
            raise UserMistake(
                f"a worker runs other code than this darien ({code_version()[:12]}, not {self.code[:12]}): "
                "install the same versions of darien, numpy and numba on all machines"
            )
        return _opened(self)


@lru_cache(maxsize=4)
def _opened(sealed: Sealed) -> Shared:
    shared: Shared = pickle.loads(zlib.decompress(sealed.data))
    return shared


@dataclass(frozen=True)
class Job:
    """A replicate of a point, for a worker."""

    sealed: Sealed = field(repr=False)
    point: int
    values: tuple[tuple[str, Value], ...]
    replicate: int

    def __call__(self) -> Kept:
        """Run it."""
        from darien.actors.model import RouteModel
        from darien.actors.results import totals_of

        began = time.perf_counter()
        shared = self.sealed.open()
        scenario, prepared = _resolved(self.sealed, self.values)
        if shared.draws is not None:
            scenario = shared.draws.replicate(scenario, self.replicate)
        model = RouteModel(scenario, replicate=self.replicate, collect=False, prepared=prepared)
        model.run()
        series = monthly(model) if shared.series else np.zeros(0, SERIES)
        kept = Kept(
            point=self.point,
            replicate=self.replicate,
            outcomes=shared.columns.pack(outcome_rows(totals_of(model))),
            series=series,
            migrants=model.migrants_made,
            events=model.events,
            kernel_seconds=model.kernel_seconds,
            seconds=time.perf_counter() - began,
        )
        model.let_go()
        return kept


@dataclass(frozen=True)
class Kept:
    """What is kept of a run: outcomes as :meth:`Columns.pack` gives them, records of :data:`SERIES`.

    ``kernel_seconds``: wall seconds of the compiled days; ``seconds``: of all that the run took.
    """

    point: int
    replicate: int
    outcomes: bytes
    series: npt.NDArray[np.void]
    migrants: int
    events: int
    kernel_seconds: float
    seconds: float


def work(job: Job) -> Kept:
    """What the pool calls."""
    return job()


def point_of(job: Job) -> int:
    """Jobs of the same point share what it is prepared to."""
    return job.point


def columns_of(base: Scenario, outcomes: DataFrame) -> Columns:
    """The columns for all runs of a sweep, given the outcomes of any run of its base."""
    named = dict(zip(outcomes["outcome"], outcomes["unit"], strict=True))
    told = set(zip(outcomes["outcome"], outcomes["place"], strict=True))
    always = ("", *base.detention_centres)
    return Columns(
        outcomes={name: named[name] for name in sorted(named)},
        places=("", *countries_of(base), *base.detention_centres, *base.legs),
        legs=len(base.legs),
        always=tuple(sorted(one for one in told if one[1] in always)),
    )


def countries_of(scenario: Scenario) -> list[str]:
    """The countries of its places, sorted."""
    return sorted({place.country for place in scenario.places.values()})


@lru_cache(maxsize=PREPARED_KEPT)
def _resolved(sealed: Sealed, values: tuple[tuple[str, Value], ...]) -> tuple[Scenario, Prepared | None]:
    """The scenario of a point, and its world where all its replicates have the same."""
    from darien.actors.model import prepare

    shared = sealed.open()
    scenario = shared.scenario_at(dict(values))
    return scenario, None if shared.draws is not None else prepare(scenario)


def monthly(model: RouteModel) -> npt.NDArray[np.void]:
    """Counts by month, country and measure, all groups together, as records of :data:`SERIES`.

    ``where`` is the position of the country, after the last one the route; legs count for the country where
    they end. Sorted by month, where, measure; zeros are left out, and so is who moved within a country.
    """
    from darien.actors.results import MEASURES
    from darien.engine.books import N_ROWS

    at, scenario = model.index, model.scenario
    countries = countries_of(scenario)
    places = scenario.places
    ends = [place.country for place in places.values()]
    ends += [places[leg.to].country for leg in scenario.legs.values()]
    region = np.array([*map(countries.index, ends), len(countries)])
    rows = model.books.rows[: model.books.counts[N_ROWS]]
    first = scenario.period.start
    days = np.datetime64(first, "D") + np.arange(scenario.period.days)
    months = (days.astype("datetime64[M]") - np.datetime64(first, "M")).astype(np.int64)
    by_group = rows["position"].astype(np.int64) // len(at.groups)
    measure, where = np.divmod(by_group, len(region))
    shape = int(months[-1]) + 1, len(countries) + 1, len(MEASURES)
    cell = np.ravel_multi_index((months[rows["day"]], region[where], measure), shape)
    persons = np.bincount(cell, rows["persons"], np.prod(shape)).astype(np.int64)  # exact below 2**53
    persons.reshape(shape)[:, :, [MEASURES.index(name) for name in MOVING]] = 0
    (there,) = persons.nonzero()
    found = np.zeros(len(there), SERIES)
    found["month"], found["where"], found["measure"] = np.unravel_index(there, shape)
    found["persons"] = persons[there]
    return found
