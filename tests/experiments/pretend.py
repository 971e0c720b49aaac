"""A pretend model: outcomes by arithmetic, so that comparisons can be checked by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from darien.record.run import CAPACITY_COLUMNS, COUNT_COLUMNS, OUTCOME_COLUMNS, Run
from darien.scenario.schema import Scenario

built: list[tuple[str, int, str]] = []  # title, replicate and recording of every model made


class RouteModel:
    """Deaths are the replicate's luck plus the price of the one leg; a dear leg gets people apprehended."""

    def __init__(
        self, scenario: Scenario, *, seed: int | None = None, replicate: int = 0, collect: bool = True
    ) -> None:
        self.scenario = scenario
        self.seed = scenario.seed if seed is None else seed
        self.replicate = replicate
        built.append((scenario.title, replicate, scenario.record_every))

    def run(self, on_days: Callable[[int], None] | None = None) -> RouteModel:
        for done in range(self.scenario.period.days):
            if on_days is not None:
                on_days(done + 1)
        return self

    def let_go(self) -> None:
        pass

    def result(self, journeys: bool = False) -> Run:
        luck = float(np.random.default_rng([self.seed, self.replicate]).normal(100, 10))
        price = self.scenario.legs["way"].price_usd.value
        rows = [
            ("died", "", "all", luck + price, "persons"),
            ("died", "", "one", luck + price, "persons"),
            ("reached_border", "", "all", 500 + luck, "persons"),
            ("removed", "", "all", price * luck, "persons"),
            ("removed", "MEX", "all", price * luck, "persons"),
        ]
        if price > 5:
            rows.append(("apprehended", "PAN", "all", 3.0, "persons"))
        return Run(
            replicate=self.replicate,
            seed=self.seed,
            counts=pd.DataFrame(
                [
                    (pd.Timestamp("2020-01-01"), "way", "leg", group, measure, persons)
                    for group, measure, persons in (
                        ("one", "started", 6),
                        ("two", "started", 3),
                        ("one", "finished", 5),
                    )
                ],
                columns=list(COUNT_COLUMNS),
            ),
            outcomes=pd.DataFrame(rows, columns=list(OUTCOME_COLUMNS)),
            capacities=pd.DataFrame(columns=list(CAPACITY_COLUMNS)),
            journeys=pd.DataFrame({"spent": [1]}) if journeys else None,
            events=10,
            migrants=2,
            seconds=0.0,
        )


SCENARIO = """
title: One way
why: To compare with
seed: 3
period: {start: 2020-01-01, end: 2020-01-31}
places:
  here: {label: Here, country: COL, lat: 8, lon: -77}
  there: {label: There, country: USA, lat: 26, lon: -98, destination: true}
legs:
  way: {from: here, to: there, mode: bus, price_usd: 4, travel_days: {min: 1, mode: 2, max: 3}}
groups:
  one: {label: One, nationalities: [Any], entries: [{shares: {here: 1.0}}], funds_usd: 1000}
departures: {persons_per_day: {one: 5}}
"""
