"""What a recovery runs beside its fits: effects at the design, and counts of models built otherwise."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from darien.calibrate.departures import WORKING
from darien.calibrate.design import Design, Job, Setting, conditioned, conditioning_at, shared
from darien.calibrate.effects import change, run_effects
from darien.calibrate.emulating import Shapes
from darien.calibrate.lags import Floats
from darien.calibrate.made import kept_shapes, ways
from darien.calibrate.observing import Observation
from darien.calibrate.recovering import (
    DRIFTING,
    EFFECT,
    SUPPOSED,
    UNKNOWING,
    DataSet,
    Effects,
    Rows,
    recover,
    truths,
)
from darien.calibrate.runs import Kept
from darien.calibrate.telling import at_draws
from darien.calibrate.unknowns import scenario_at, values_at
from darien.experiments.pool import Hands
from darien.experiments.run import Progress, Show, simulate
from darien.experiments.structures import no_beliefs, plain_logit

if TYPE_CHECKING:
    import pandas as pd

OTHERWISE = {"a model without beliefs": no_beliefs, "a model of plain logit": plain_logit}


def tell_recovery(
    of: Setting,
    seen: Observation,
    design: Design,
    how: Shapes,
    kept: Kept,
    data_sets: int,
    hands: Hands,
    show: Show,
) -> pd.DataFrame | None:
    """Recovery over so many data sets; where 0 over those that are kept, None where there are none."""
    import pandas as pd

    found = seen.seen(design.counts)
    policies = json.dumps([_levers(of), of.problem.outcomes]).encode()
    decided = [ways("recovering"), design.units.tobytes(), found.tobytes(), policies]
    method = hashlib.sha256(b"".join(decided)).hexdigest()[:16]
    stages = {made_by: f"recovery {method} {made_by}" for made_by in (SUPPOSED, DRIFTING, *OTHERWISE)}
    done: dict[DataSet, Rows] = {
        (made_by, number): json.loads(text)
        for made_by, stage in stages.items()
        for number, text in kept.said(stage).items()
    }
    if data_sets == 0:
        return pd.DataFrame([row for which in sorted(done) for row in done[which]]) if done else None

    def keep(which: DataSet, rows: Rows) -> None:
        kept.say(stages[which[0]], which[1], json.dumps(rows))

    effects = effects_at(of, kept, design.units, hands, show) if of.problem.recovered else None
    otherwise = {}
    points = design.units[truths(len(design.units), data_sets // UNKNOWING)]
    for made_by in OTHERWISE:
        with show(f"runs of {made_by}") as progress:
            counts = counted_otherwise(of, kept, made_by, points, hands, progress)
        otherwise[made_by] = seen.seen(counts)
    with show("data sets of known truth") as progress:
        return recover(
            of.priors,
            len(of.simulated),
            seen,
            design.units,
            found,
            how,
            data_sets,
            hands,
            progress,
            done,
            keep,
            effects,
            otherwise,
        )


def _levers(of: Setting) -> dict[str, str]:
    return {name: of.problem.levers[name] for name in of.problem.recovered}


def effects_at(of: Setting, kept: Kept, units: Floats, hands: Hands, show: Show) -> Effects:
    """Effects of those policies whose effects are recovered (share of the base) at the points of a design.

    What is only assumed is drawn anew at each point.
    """
    assumed = np.random.default_rng(8).uniform(size=(len(units), len(of.problem.assumed)))
    everything = np.hstack([units, assumed])
    levers = _levers(of)
    with show("points of the design, with policies") as progress:
        found = run_effects(of, kept, levers, everything, hands, progress)
    names, columns = [], []
    for lever in levers:
        for outcome in of.problem.outcomes:
            names.append(f"{EFFECT}{lever} on {outcome}")
            columns.append(change(found, lever, outcome))
    values = np.column_stack(columns)
    varies = values.std(axis=0) > 0
    told = [name for name, one in zip(names, varies, strict=True) if one]
    return Effects(
        everything,
        values[:, varies],
        told,
        kept_shapes(kept.file.parent, everything, values[:, varies], hands),
    )


def counted_otherwise(
    of: Setting, kept: Kept, made_by: str, units: Floats, hands: Hands, progress: Progress | None
) -> Floats:
    """(points, data points, 2) persons that a model built otherwise counts.

    Departures are worked out anew in it.
    """
    task = partial(_counted, made_by=made_by)
    found = at_draws(of, kept, f"counts of {made_by}", None, task, units, hands, progress)
    return np.array(found).reshape(len(units), len(of.counter.points), 2)


def _counted(job: Job, made_by: str) -> list[list[float]]:
    of, how = shared(job.file, job.conditioning)
    unit = np.array(job.unit)
    scenario = OTHERWISE[made_by](scenario_at(of.history, of.problem, of.base, of.simulated, unit))
    now = conditioned(scenario, conditioning_at(of, how, unit), WORKING + job.number)
    values = values_at(of.simulated, job.unit)
    counted: list[list[float]] = of.counter.read(simulate(now, replicate=job.number).counts, values).tolist()
    return counted
