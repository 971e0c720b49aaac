"""From a model that has run to what it leaves: counts, outcomes, capacities, journeys."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from darien.actors.policy import share_in_force
from darien.engine.books import N_ROWS
from darien.engine.records import FLOWS, STATES, TALLIES
from darien.record.counts import counts_frame
from darien.record.outcomes import Totals, outcomes_frame
from darien.record.run import CAPACITY_COLUMNS, Run
from darien.scenario.measures import Vetting
from darien.scenario.schema import Scenario

if TYPE_CHECKING:
    from pandas import DataFrame

    from darien.actors.model import RouteModel

MEASURES = (*FLOWS, *(f"stock_{state}" for state in STATES))


def gather(model: RouteModel, journeys: bool) -> Run:
    """What a model leaves behind; meant for a model that has run to the end of its period."""
    at, scenario = model.index, model.scenario
    counts = counts_frame(
        model.books.rows[: model.books.counts[N_ROWS]],
        _first_days(scenario),
        at.places,
        at.legs,
        at.groups,
        MEASURES,
    )
    return Run(
        replicate=model.replicate,
        seed=model.seed_of_draws,
        counts=counts,
        outcomes=outcomes_frame(totals_of(model)),
        capacities=_capacities(model),
        journeys=_journeys(model) if journeys else None,
        events=model.events,
        migrants=len(model.migrants),
        seconds=model.seconds,
    )


def _first_days(scenario: Scenario) -> list[dt.date]:
    """For each day, the first day of the recorded period (day, week from Monday, month) it lies in."""
    start = scenario.period.start
    days = [start + dt.timedelta(days=d) for d in range(scenario.period.days)]
    if scenario.record_every == "month":
        return [max(start, day.replace(day=1)) for day in days]
    if scenario.record_every == "week":
        return [max(start, day - dt.timedelta(days=day.weekday())) for day in days]
    return days


def totals_of(model: RouteModel) -> Totals:
    """What the outcomes of a model that has run are worked out from."""
    at, scenario, sums = model.index, model.scenario, model.books.sums
    flows = model.books.totals.astype(np.int64) + sums.flows
    places = scenario.places
    countries = [place.country for place in places.values()]
    countries += [places[leg.to].country for leg in scenario.legs.values()]
    held = model.books.lists[len(model.levers.quota) :]
    p, interviews = scenario.parameters, any(isinstance(m, Vetting) for m in scenario.policy)
    return Totals(
        places=at.places,
        legs=at.legs,
        groups=at.groups,
        countries=countries,
        flows={name: flows[f] for f, name in enumerate(FLOWS)},
        stocks={name: sums.stocks[s] for s, name in enumerate(STATES)},
        tallies={name: sums.tallies[t] for t, name in enumerate(TALLIES)},
        centres=[
            (name, centre.place, int(held["peak"][c]), int(held["days_over"][c]))
            for c, (name, centre) in enumerate(scenario.detention_centres.items())
        ],
        policy_cost_usd=policy_cost(scenario),
        sold_by_networks=list(model.levers.legs["network"] != 0),
        vetting_base_rate=p.vetting_base_rate.value if interviews else None,
    )


def policy_cost(scenario: Scenario) -> float:
    """USD that the measures with a yearly cost take over the period, each as far as it is in force."""
    cost = 0.0
    for _, measure in scenario.named_policy:
        if measure.cost_usd_per_year is None:
            continue
        days = (scenario.period.start + dt.timedelta(days=d) for d in range(scenario.period.days))
        in_force = sum(share_in_force(measure, day) for day in days)
        cost += measure.cost_usd_per_year.value * in_force / 365.25
    return cost


def _capacities(model: RouteModel) -> DataFrame:
    """Beds and limits of each centre at the start and at each change."""
    import pandas as pd

    scenario = model.scenario
    rows = []
    for day, c, beds, limit_days in model.capacity_changes:
        name = model.index.centres[c]
        centre = scenario.detention_centres[name]
        date = np.datetime64(scenario.period.start, "s") + np.timedelta64(day, "D")
        rows.append((date, name, centre.place, scenario.places[centre.place].country, beds, limit_days))
    return pd.DataFrame(rows, columns=list(CAPACITY_COLUMNS))


def _journeys(model: RouteModel) -> DataFrame:
    """One row per migrant, in order of departure."""
    frame = model.migrants.to_frame()
    frame.insert(0, "migrant", np.arange(len(frame)))
    for column in ("group", "state", "place", "leg", "entry", "papers"):
        frame[column] = frame[column].astype("category")
    return frame
