"""RouteModel: the route as a Mesa model whose step is one day."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from darien.actors.institutions import (
    REVIEW_DAYS,
    Authority,
    Checkpoint,
    DetentionCentre,
    Training,
    found_institutions,
)
from darien.actors.migrants import Migrants
from darien.actors.networks import Market, Network
from darien.actors.policy import Policy, as_share, share_in_force
from darien.engine.books import EVENTS, N_MIGRANTS, N_OVER, make_room, open_books
from darien.engine.compile import all_checkpoints, compile_world
from darien.engine.day import dissolve_queues, hold_by_new_rules, simulate_days
from darien.engine.departing import count_candidates
from darien.engine.draws import name_hash
from darien.engine.levers import Levers, whole_days
from darien.engine.records import STATES
from darien.scenario.errors import UserMistake
from darien.scenario.files import load
from darien.scenario.measures import SmugglerTakedown
from darien.scenario.schema import Scenario

if TYPE_CHECKING:
    from pandas import DataFrame

    from darien.engine.world import Index, World
    from darien.record.run import Run


@dataclass(frozen=True)
class Prepared:
    """What all replicates of a scenario share: its world, the positions of names in it, its policy."""

    world: World
    index: Index
    policy: Policy


def prepare(scenario: Scenario) -> Prepared:
    """Compile a scenario, once for all its replicates."""
    world, at = compile_world(scenario)
    return Prepared(world, at, Policy(scenario, at))


class DeparturesError(UserMistake):
    """A policy or its feedback raises departures above the headroom that candidates were made for."""


class RouteModel(mesa.Model):
    """Migrants on the route and the institutions that act on them, day by day.

    Institutions are Mesa agents (``model.agents_by_type``); migrants are records in
    one array (``model.migrants``). ``step()`` simulates one day; ``running`` turns
    false after the last.

    Args:
        scenario: a scenario, or the path or built-in name of one.
        seed: seed of all draws; the scenario's own if None.
        replicate: number of the replicate; each has draws of its own.
        collect: whether to collect a row of data a day (``model.datacollector``).
        visit_order: other than 0 shuffles the order in which a day visits migrants, which
            changes no result; for tests.
        prepared: what :func:`prepare` makes of the scenario, where it is there already; replicates may share
            it.

    Raises:
        darien.scenario.errors.ScenarioError: the scenario has faults.
    """

    running: bool

    def __init__(
        self,
        scenario: Scenario | str | Path,
        seed: int | None = None,
        replicate: int = 0,
        collect: bool = True,
        visit_order: int = 0,
        prepared: Prepared | None = None,
    ) -> None:
        if not isinstance(scenario, Scenario):
            scenario = load(scenario)
        seed = scenario.seed if seed is None else int(seed)
        super().__init__(seed=seed)
        self.scenario = scenario
        self.seed_of_draws = seed
        self.replicate = replicate
        self.day = 0
        prepared = prepared or prepare(scenario)
        self.world, self.index, self.policy = prepared.world, prepared.index, prepared.policy
        self.base_skills = {name: c.skill.value for name, c in all_checkpoints(scenario).items()}
        self._seed_key = name_hash("seed", seed, replicate)
        self._visit_order = visit_order
        candidates = np.zeros(self.world.departing.shape, dtype=np.int32)
        departing = count_candidates(
            self.world.groups, self.world.departing, self.world.dates, self._seed_key, candidates
        )
        lag_days = whole_days(scenario.parameters.belief_lag_days.value)
        self.books = open_books(self.world, candidates, departing, len(self.index.authorities), lag_days)
        self.migrants = Migrants(self)
        self.levers: Levers = self.policy.levers_on(0)
        self.capacity_changes: list[tuple[int, int, float, int]] = []
        self._capacities: list[tuple[float, int]] = []  # beds and limit of each centre, as noted last
        self._gained: dict[str, float] = {}  # skill that training has added, by checkpoint
        self._gained_feeding: dict[int, float] = {}  # the same of those who ask a centre for beds
        self.kernel_seconds = 0.0
        self.seconds = 0.0
        found_institutions(self, scenario)
        self._checkpoints = {c.name: c for c in self.agents_by_type.get(Checkpoint, ())}
        self.trainings = list(self.agents_by_type.get(Training, ()))
        networks = [
            Network(self, name, position, given)
            for position, (name, given) in enumerate(scenario.smuggling_networks.items())
        ]
        self.market = Market(self, networks)
        self._takedowns = [m for _, m in scenario.named_policy if isinstance(m, SmugglerTakedown)]
        self._trained = sorted({name for training in self.trainings for name in training.measure.checkpoints})
        self._fed_by = self._centres_fed_by_trained()
        self.datacollector = self._collector()
        self._collecting = collect

    def _centres_fed_by_trained(self) -> dict[int, list[str]]:
        """For each centre whose interviewers are trained: the checkpoints that ask it for beds."""
        fed_by: dict[int, list[str]] = {}
        for name, checkpoint in self._checkpoints.items():
            c = int(self.world.checkpoints["centre"][checkpoint.position])
            if c >= 0:
                fed_by.setdefault(c, []).append(name)
        return {c: names for c, names in fed_by.items() if not set(self._trained).isdisjoint(names)}

    def _collector(self) -> mesa.DataCollector:
        """Persons by state, and for each authority, checkpoint and centre what one asks of it."""

        def in_state(position: int) -> Callable[[RouteModel], int]:
            return lambda model: int(model.books.sums.stocks[position].sum())

        reporters: dict[str, Any] = {"date": lambda model: model.date}
        reporters |= {state: in_state(position) for position, state in enumerate(STATES)}
        by_type: dict[type[mesa.Agent], dict[str, Any]] = {
            Authority: {"name": "name", "detained": "detained"},
            Checkpoint: {"name": "name", "capacity": "capacity", "coverage": "coverage", "skill": "skill"},
            DetentionCentre: {"name": "name", "occupancy": "occupancy", "beds": "beds"},
            Network: {"name": "name", "price": "price", "seats": lambda network: float(network.seats.sum())},
        }
        present = {kind: ask for kind, ask in by_type.items() if kind in self.agents_by_type}
        return mesa.DataCollector(model_reporters=reporters, agenttype_reporters=present)

    @property
    def date(self) -> dt.date:
        """The last day simulated; before the first, the day before the period."""
        return self.scenario.period.start + dt.timedelta(days=self.day - 1)

    @property
    def events(self) -> int:
        """Events so far: one migrant settled on one day."""
        return int(self.books.sums.events.sum())

    @property
    def event_mix(self) -> dict[str, int]:
        """Events by kind."""
        return dict(zip(EVENTS, (int(n) for n in self.books.sums.events), strict=True))

    def checkpoint(self, name: str) -> Checkpoint:
        """The checkpoint of that name."""
        return self._checkpoints[name]

    def network(self, name: str) -> Network:
        """The smuggling network of that name."""
        return next(network for network in self.market.networks if network.name == name)

    def step(self) -> None:
        """Simulate one day.

        Raises:
            DeparturesError: feedback raises departures above what the scenario left room for.
        """
        if not self.running:
            raise RuntimeError(f"the period is over: its last day was {self.scenario.period.end}")
        self._advance(self.day + 1)
        if self._collecting:
            self.datacollector.collect(self)

    def run(self, on_days: Callable[[int], None] | None = None) -> RouteModel:
        """Simulate the rest of the period; ``on_days`` is told the days done, now and then.

        Days on which neither a measure nor an actor changes anything are simulated in one go, unless data
        are collected each day.
        """
        while self.running:
            if self._collecting:
                self.step()
            else:
                self._advance(self._next_change())
                self.steps = self.day
            if on_days is not None:
                on_days(self.day)
        return self

    def _next_change(self) -> int:
        """The next day on which levers may change, a review is due, or the period is over."""
        review = (self.day // REVIEW_DAYS + 1) * REVIEW_DAYS
        change = self.policy.next_change(self.day)
        return min(review, review if change is None else change, self.scenario.period.days)

    def _advance(self, until: int) -> None:
        """Simulate the days up to ``until``, not included, under the levers of the first of them."""
        entered = time.perf_counter()
        self._set_levers(self.day)
        while self.day < until:
            self.books = make_room(self.books, self.day)
            began = time.perf_counter()
            self.day = simulate_days(
                self.world, self.levers, self.books, self.day, until, self._seed_key, self._visit_order
            )
            self.kernel_seconds += time.perf_counter() - began
            if self.books.counts[N_OVER]:
                group = self.index.groups[int(self.books.counts[N_OVER]) - 1]
                headroom = self.scenario.departures.headroom.value
                raise DeparturesError(
                    f"departures of {group} would exceed departures.headroom ({headroom:g} times the "
                    f"reference rate) on {self.date}; raise departures.headroom"
                )
        self.running = self.day < self.scenario.period.days
        self.seconds += time.perf_counter() - entered

    def result(self, journeys: bool = False) -> Run:
        """What the run leaves: counts, outcomes, capacities, and journeys if asked for."""
        from darien.actors.results import gather

        return gather(self, journeys)

    def let_go(self) -> None:
        """Give the memory of all records back at once; nothing can be asked of the model after it.

        Model and agents refer to each other, so else it stays taken until Python next looks for garbage; and
        Mesa keeps every model that ever numbered its agents, for as long as the process lives.
        """
        del self.books, self.world
        mesa.Agent._ids.pop(self, None)

    def to_frame(self) -> DataFrame:
        """The collected model data, a row a day."""
        return self.datacollector.get_model_vars_dataframe()

    def _set_levers(self, day: int) -> None:
        """Bring the levers to a day; who is held or queued follows a changed rule from that day."""
        deciding = bool(self.trainings or self.market.networks)
        review = day % REVIEW_DAYS == 0 and deciding
        if day not in self.policy.change_days and not review:
            return
        date = self.scenario.period.start + dt.timedelta(days=day)
        if review:
            self._review(day, date)
        for takedown in self._takedowns:
            days_ago = (date - takedown.start).days
            if days_ago == 0 or (day == 0 and days_ago > 0):
                self.network(takedown.network).take_down(takedown.seats_removed_share.value, days_ago)
        self.levers = self.policy.levers_on(day)
        self.market.apply(self.levers)
        self._set_skills()
        self._note_capacities(day)
        news = self.policy.news_on(day)
        for is_new, follow in ((news.holding, hold_by_new_rules), (news.shut, dissolve_queues)):
            if is_new:
                waiting = int(self.books.lists["persons"].sum())
                self.books = make_room(self.books, day, rescheduled=waiting)
                follow(self.world, self.levers, self.books, day)

    def _review(self, day: int, date: dt.date) -> None:
        """What the actors decide every 30 days, from the levers and the books as they stand."""
        for training in self.trainings:
            training.review(share_in_force(training.measure, date))
        self._gained = {name: self._checkpoints[name].skill_gained for name in self._trained}
        self._gained_feeding = {
            c: float(np.mean([self._checkpoints[name].skill_gained for name in fed_by]))
            for c, fed_by in self._fed_by.items()
        }
        if day > 0:
            self.market.review()

    def _set_skills(self) -> None:
        """What the officers have learnt: identification, bribes, inspections, officers on the line."""
        p, officers_table = self.scenario.parameters, self.levers.officers
        for name, gained in self._gained.items():
            checkpoint = self._checkpoints[name]
            officers = officers_table[checkpoint.position]
            for ability in ("identification", "identification_forged"):
                if officers[ability] > 0:
                    officers[ability] = as_share(officers[ability] + p.skill_identification.value * gained)
            officers["bribe_share"] = as_share(officers["bribe_share"] + p.skill_bribes.value * gained)
            on_line = max(0.0, officers["officers"] - checkpoint.officers_off_line)
            pace = max(0.0, 1 + p.skill_inspections.value * gained)
            officers["capacity"] = on_line * officers["inspections_per_officer"] * pace
        for c, gained in self._gained_feeding.items():
            beds = self.levers.beds[c]
            beds["sensitivity"] = as_share(beds["sensitivity"] + p.skill_vetting.value * gained)

    def _note_capacities(self, day: int) -> None:
        """Keep beds and limits as they change, for results."""
        beds = self.levers.beds
        now = list(zip(beds["beds"].tolist(), beds["limit_days"].tolist(), strict=True))
        if now != self._capacities:
            before = dict(enumerate(self._capacities))
            self.capacity_changes += [(day, c, *own) for c, own in enumerate(now) if before.get(c) != own]
            self._capacities = now

    @property
    def migrants_made(self) -> int:
        """Records so far."""
        return int(self.books.counts[N_MIGRANTS])
