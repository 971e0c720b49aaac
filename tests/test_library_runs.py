"""Every scenario of the library runs over its whole period, with few migrants who each stand for many."""

from __future__ import annotations

import pytest

from darien.experiments.run import simulate
from darien.scenario.contents import kinds
from darien.scenario.files import load

NAMES = sorted(name for name, kind in kinds().items() if kind == "scenario" and "/" not in name)


@pytest.mark.parametrize("name", NAMES)
def test_it_runs(name: str) -> None:
    scenario = load(name)
    weights = dict.fromkeys(scenario.groups, 400)
    run = simulate(scenario.model_copy(update={"persons_per_migrant": weights, "record_every": "month"}))
    counts = run.counts
    last = counts[counts["date"] == counts["date"].max()]
    stocks = last[last["measure"].astype(str).str.startswith("stock_")]["persons"].sum()
    departed = counts[counts["measure"] == "departed"]["persons"].sum()
    # The dead of a migrant are counted by person, so stocks and departures are the same people.
    assert 0 < departed == stocks
