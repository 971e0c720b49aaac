"""The institutions as Mesa agents: authorities, checkpoints, detention centres, training programmes.

An agent reads and explains the engine's arrays under its own name; the ones that
decide (training) change them at the reviews, every 30 days from the first day of
the period.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from darien.engine.levers import RULES
from darien.scenario.measures import Mentors, TrainingMeasure
from darien.scenario.schema import Scenario

if TYPE_CHECKING:
    from darien.actors.model import RouteModel

REVIEW_DAYS = 30
_YEAR_DAYS = 365


class Institution(mesa.Agent):
    """An agent with a name and a position among those of its kind."""

    model: RouteModel

    def __init__(self, model: RouteModel, name: str, position: int) -> None:
        super().__init__(model)
        self.name = name
        self.position = position

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"


class Authority(Institution):
    """A country's migration authority: its checkpoints, its centres."""

    @property
    def checkpoints(self) -> list[Checkpoint]:
        """Its checkpoints."""
        own = self.model.world.checkpoints["authority"]
        return [c for c in self.model.agents_by_type[Checkpoint] if own[c.position] == self.position]

    @property
    def centres(self) -> list[DetentionCentre]:
        """Its detention centres."""
        own = self.model.world.centres["authority"]
        return [c for c in self.model.agents_by_type[DetentionCentre] if own[c.position] == self.position]

    @property
    def detained(self) -> int:
        """Persons held in its centres now."""
        return sum(centre.occupancy for centre in self.centres)


class Checkpoint(Institution):
    """Officers at a place or on a leg."""

    def __init__(self, model: RouteModel, name: str, position: int, base_skill: float) -> None:
        super().__init__(model, name, position)
        self.base_skill = base_skill

    @property
    def coverage(self) -> float:
        """Share of those who pass that is picked, today."""
        return float(self.model.levers.officers["coverage"][self.position])

    @property
    def capacity(self) -> float:
        """Persons it can inspect today."""
        return float(self.model.levers.officers["capacity"][self.position])

    @property
    def officers(self) -> float:
        """Officers, those on a course among them."""
        return float(self.model.levers.officers["officers"][self.position])

    @property
    def skill(self) -> float:
        """Skill of its officers, 0 to 1: the base, and what training has added."""
        untrained = 1.0
        for training in self.model.trainings:
            untrained *= 1.0 - training.trained.get(self.name, 0.0)
        return self.base_skill + (1.0 - self.base_skill) * (1.0 - untrained)

    @property
    def skill_gained(self) -> float:
        """What training has added to the skill that its officers had before."""
        return self.skill - self.base_skill

    @property
    def officers_off_line(self) -> float:
        """Officers on a course, on average over the days to the next review."""
        return min(
            self.officers, sum(training.off_line.get(self.name, 0.0) for training in self.model.trainings)
        )


class DetentionCentre(Institution):
    """Beds, a limit in days, a rule for when it is full."""

    @property
    def beds(self) -> float:
        """Beds today, in persons."""
        return float(self.model.levers.beds["beds"][self.position])

    @property
    def limit_days(self) -> int:
        """Days after which who has not been removed is released."""
        return int(self.model.levers.beds["limit_days"][self.position])

    @property
    def when_full(self) -> str:
        """What happens when there is no bed: release, crowd, transfer, not_apprehend."""
        return RULES[self.model.levers.beds["when_full"][self.position]]

    @property
    def occupancy(self) -> int:
        """Persons held now."""
        return int(self.model.books.lists["persons"][len(self.model.levers.quota) + self.position])


class Training(Institution):
    """Courses and mentors at some checkpoints.

    At each review, with s the trained share of a checkpoint's officers::

        s <- s * (1 - turnover_per_year) ** (30 / 365)
        s <- s + learning * (1 - s)
        learning = min(1, trained_per_30_days + mentor_gain * mentors * 10 / officers)

    the last only in force, and in the measure of its ramp. Until the next review
    trained_per_30_days * (1 - s) * officers * course_days / 30 officers are off the line.
    """

    def __init__(
        self, model: RouteModel, name: str, position: int, measure: TrainingMeasure | Mentors
    ) -> None:
        super().__init__(model, name, position)
        self.measure = measure
        self.trained: dict[str, float] = dict.fromkeys(measure.checkpoints, 0.0)
        self.off_line: dict[str, float] = dict.fromkeys(measure.checkpoints, 0.0)

    def review(self, share: float) -> None:
        """Move to the next 30 days; ``share`` is how much of the measure is in force."""
        m = self.measure
        stay_on = (1.0 - m.turnover_per_year.value) ** (REVIEW_DAYS / _YEAR_DAYS)
        for name in m.checkpoints:
            officers = self.model.checkpoint(name).officers
            courses = share * m.trained_per_30_days.value
            mentored = share * m.mentor_gain.value * m.mentors.value * 10 / officers if officers > 0 else 0.0
            trained = self.trained[name] * stay_on
            self.off_line[name] = courses * (1 - trained) * officers * m.course_days.value / REVIEW_DAYS
            self.trained[name] = trained + min(1.0, courses + mentored) * (1 - trained)


def found_institutions(model: RouteModel, scenario: Scenario) -> None:
    """Make the agents of a scenario, in the order of the engine's arrays."""
    at = model.index
    for position, name in enumerate(at.authorities):
        Authority(model, name, position)
    for position, (name, base_skill) in enumerate(model.base_skills.items()):
        Checkpoint(model, name, position, base_skill)
    for position, name in enumerate(at.centres):
        DetentionCentre(model, name, position)
    for position, (name, measure) in enumerate(scenario.named_policy):
        if isinstance(measure, TrainingMeasure | Mentors):
            Training(model, name, position, measure)
