"""The chain task with one Mesa agent per person."""

from __future__ import annotations

import mesa

from chain import MOVE_PROBABILITY, PLACES


class Walker(mesa.Agent):
    """Someone who moves on to the next place with a fixed probability a day."""

    def __init__(self, model: MesaChain) -> None:
        super().__init__(model)
        self.place = 0

    def step(self) -> None:
        """Move on, or not."""
        if self.place < PLACES - 1 and self.random.random() < MOVE_PROBABILITY:
            self.place += 1


class MesaChain(mesa.Model):
    """People on a chain; a step is a day, in random order if `shuffled`, else in order of creation."""

    def __init__(self, people: int, shuffled: bool, seed: int = 1) -> None:
        super().__init__(seed=seed)
        self.shuffled = shuffled
        Walker.create_agents(self, people)

    def step(self) -> None:
        """One day."""
        if self.shuffled:
            self.agents.shuffle_do("step")
        else:
            self.agents.do("step")

    def run(self, days: int) -> None:
        """Run so many days."""
        for _ in range(days):
            self.step()

    def arrived(self) -> int:
        """How many are at the last place."""
        return sum(1 for walker in self.agents if walker.place == PLACES - 1)
