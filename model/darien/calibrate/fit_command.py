"""``darien calibrate PROBLEM``: run its design, fit the unknowns, tell what the counts say and do not say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from darien.calibrate.derived import derived_table
from darien.calibrate.design import Design, Setting, setting
from darien.calibrate.diagnosing import pulls, together
from darien.calibrate.drawing import after, before, run_draws
from darien.calibrate.effects import effects_table, must_be_outcomes, must_suit
from darien.calibrate.emulating import Emulator, Shapes, blurred_emulator, drawn_given
from darien.calibrate.fitting import Posterior, arviz, log_values
from darien.calibrate.hold_out import hold_out
from darien.calibrate.lags import Floats
from darien.calibrate.made import kept_posterior, kept_shapes
from darien.calibrate.observing import Bools, Observation, draw_reported, observation
from darien.calibrate.predicting import before_origin, monthly, origin_of
from darien.calibrate.problem import locate
from darien.calibrate.recovering import summary
from darien.calibrate.recovery_runs import tell_recovery
from darien.calibrate.runs import Kept, run_design, run_stage
from darien.calibrate.shock_series import declared
from darien.calibrate.shock_text import shocks_as_text
from darien.calibrate.shocks import shock_tables
from darien.experiments.evidence import ASSUMPTION, EVIDENCE, LITTLE
from darien.experiments.pool import ONE, Hands
from darien.experiments.run import Show
from darien.record.version import code_version
from darien.record.whole import check_target, whole_folder, write_json

if TYPE_CHECKING:
    import pandas as pd

FIRST_DRAWS, DRAWN = 200, 3000  # of each chain of the first posterior, and of the last
PAST_DRAWS = 2000  # of each chain from before the last year
SHOCK_DRAWS = 1500  # of each chain that runs again for a dated event
NEAR = 96  # runs at draws of a posterior, which make the emulator sharp where it matters
ROUNDS = ("near", "nearer")  # of such runs: where the emulator was unsure, a first posterior is too wide
MORE_ROUNDS = 3  # at most, while a posterior is not settled: where little is known there are many stories
MOST_SHIFT = 1.0  # of the mean of an unknown by a round, in standard deviations, of a posterior that stays
THINNED = 300  # draws of the posterior that are written
OWN = ("manifest.json", "draws.json", "*.csv", "fit.nc", "figures")
KIND, VERSION = "fit", 1


@dataclass(frozen=True)
class Fit:
    """A posterior and what it was made of."""

    of: Setting
    seen: Observation
    design: Design
    shapes: Shapes
    how: Emulator
    posterior: Posterior
    stages: tuple[str, ...]  # of runs that ``how`` was taught from
    settled: bool  # the chains converged, and to where runs near the posterior before had been made

    @property
    def values(self) -> pd.DataFrame:
        """Draws of all unknowns, in their own units."""
        import pandas as pd

        units = self.posterior.units
        return pd.DataFrame({prior.name: prior.value(units[:, k]) for k, prior in enumerate(self.of.priors)})


def command(
    what: str,
    out: Path | None = None,
    hands: Hands = ONE,
    recoveries: int = 0,
    show: Show = lambda what: nullcontext(),
    held_out: bool = False,
    shocks: bool = False,
) -> Path:
    """Fit a problem and write its tables; returns the folder.

    With ``held_out`` the last year of the history is predicted from the years before it, beside rivals. With
    ``shocks`` the dated events of the problem test the fit, beside months without an event.
    Runs that are done stand in ``out``/runs and are not run again. Raises UserMistake or ScenarioError for
    what is wrong with the problem or the folder.
    """
    file = locate(what)
    of = setting(file)
    folder = out or Path("results") / f"calibrate-{file.stem}"
    target = folder / "fit"
    check_target(target, OWN)
    if held_out:
        monthly(of)  # a problem that cannot be held out is told before hours are spent on its fit
    if shocks:
        declared(of)
    must_suit(of)
    must_be_outcomes(of)
    kept = Kept(folder / "runs", of)
    fit = make_fit(of, kept, hands, show)
    with show("draws of the prior, with policies") as progress:
        first = run_draws(of, kept, before(of, fit.design.units), False, hands, progress)
    chosen = after(of, fit.posterior.units[:, : len(of.simulated)])
    with show("draws of the posterior, with policies") as progress:
        last = run_draws(of, kept, chosen, True, hands, progress)
    effects = effects_table(first.outcomes, last.outcomes) if of.problem.levers else None
    draws = {"draws_prior": first.table, "draws": last.table, "derived": derived_table(of, last.counts)}
    recovered = tell_recovery(of, fit.seen, fit.design, fit.shapes, kept, recoveries, hands, show)
    predicted: dict[str, pd.DataFrame] = {}
    told_of = None
    if held_out:
        origin = origin_of(of.base)
        known = before_origin(fit.seen, origin)
        past = posterior_of(of, kept, known, fit.how, PAST_DRAWS, hands, fit.stages)
        predicted = hold_out(of, kept, past, hands, show)
        told_of = {"from": str(origin), "converged": past.converged}
    if shocks:
        refit = partial(
            posterior_of, of, kept, how=fit.how, draws=SHOCK_DRAWS, hands=hands, stages=fit.stages
        )
        predicted |= shock_tables(of, kept, fit.seen, refit, fit.posterior, hands, show)
    write(fit, target, draws, effects, recovered, predicted, told_of)
    return target


def make_fit(of: Setting, kept: Kept, hands: Hands, show: Show) -> Fit:
    """The design, rounds of runs near the posterior of those before, and the posterior of all together.

    More rounds follow while it is not settled.
    """
    seen, simulated = observation(of.problem, of.base, of.counter.points), len(of.simulated)
    with show("runs over the priors") as progress:
        design = run_design(of, kept, hands, progress)
    varying = kept_shapes(kept.file.parent, design.units, seen.seen(design.counts), hands)
    stages: tuple[str, ...] = ("design",)
    before = None
    for stage in (*ROUNDS, *(f"{ROUNDS[-1]} {number}" for number in range(MORE_ROUNDS)), None):
        how = emulator_of(kept, seen, varying, stages)
        draws = FIRST_DRAWS if stage in ROUNDS else DRAWN
        posterior = posterior_of(of, kept, seen, how, draws, hands, stages)
        settled = before is not None and posterior.converged and stays(before, posterior)
        if stage is None or (settled and draws == DRAWN):
            break
        before = posterior
        chosen = posterior.units[np.linspace(0, len(posterior.units) - 1, NEAR).astype(int)][:, :simulated]
        with show("runs near the posterior") as progress:
            run_stage(of, kept, stage, chosen, hands, progress)
        stages = (*stages, stage)
    return Fit(of, seen, design, varying, how, posterior, stages, settled)


def stays(before: Posterior, after: Posterior) -> bool:
    """Whether runs near one posterior left it where it was."""
    shift = (after.units.mean(axis=0) - before.units.mean(axis=0)) / before.units.std(axis=0)
    return bool(np.abs(shift).max() <= MOST_SHIFT)


def emulator_of(kept: Kept, seen: Observation, varying: Shapes, stages: tuple[str, ...]) -> Emulator:
    """The emulator of the runs of some stages."""
    runs = kept.design(stages, len(seen.points))
    return blurred_emulator(runs.units, seen.seen(runs.counts), varying)


def posterior_of(
    of: Setting,
    kept: Kept,
    seen: Observation,
    how: Emulator,
    draws: int,
    hands: Hands,
    stages: tuple[str, ...],
) -> Posterior:
    """The posterior of the targets of ``seen`` from the runs of some stages; ``how`` was taught by them."""
    runs = kept.design(stages, len(seen.points))
    means = seen.seen(runs.counts)
    return kept_posterior(kept.file.parent, of.priors, runs.units, means, seen, how, draws, hands)


def unknowns_table(fit: Fit) -> pd.DataFrame:
    """For each unknown its prior and posterior, the share of variance that the counts removed, a label."""
    import pandas as pd

    rows = []
    for k, prior in enumerate(fit.of.priors):
        units = fit.posterior.units[:, k]
        low, middle, high = prior.value(np.quantile(units, [0.05, 0.5, 0.95]))
        removed = 1 - float(units.var()) * 12
        label = ASSUMPTION if removed < LITTLE else EVIDENCE
        rows.append((prior.name, prior.low, prior.high, prior.scale, middle, low, high, removed, label))
    columns = ["unknown", "prior_low", "prior_high", "scale", "median", "low", "high", "variance_removed"]
    columns += ["label"]
    return pd.DataFrame(rows, columns=columns)


def predictions_table(fit: Fit) -> pd.DataFrame:
    """For each data point what was reported, and the 90 % interval of what would be.

    ``unit``: persons, a share, or the months of a year after which its middle comes.
    """
    import pandas as pd

    luck = np.random.default_rng(3)
    posterior = fit.posterior.emulated[luck.integers(0, len(fit.posterior.emulated), 4000)]
    prior = luck.uniform(size=(4000, len(fit.of.priors)))
    given = ((prior, np.zeros_like(fit.seen.target)), (posterior, fit.seen.target))
    with threadpool_limits(1):  # on more, sums are rounded otherwise, and draws go other ways
        intervals = [
            np.quantile(_predicted(fit, units, fitted, luck), [0.05, 0.5, 0.95], axis=0)
            for units, fitted in given
        ]
    said = fit.seen.natural(fit.seen.reported)
    rows = []
    for j, point in enumerate(fit.seen.points):
        if point.derived:  # shown year by year beside it
            continue
        before, (low, middle, high) = (interval[:, j] for interval in intervals)
        role = "target" if fit.seen.target[j] else "tests"
        inside = low <= said[j] <= high
        unit = "months" if fit.seen.is_middle[j] else "share" if fit.seen.is_share[j] else "persons"
        rows.append(
            (
                point.series,
                point.start,
                point.end,
                role,
                unit,
                said[j],
                middle,
                low,
                high,
                before[0],
                before[2],
                inside,
            )
        )
    columns = [
        "series",
        "from",
        "to",
        "role",
        "unit",
        "reported",
        "median",
        "low",
        "high",
        "prior_low",
        "prior_high",
        "inside",
    ]
    return pd.DataFrame(rows, columns=columns)


def _predicted(fit: Fit, units: Floats, fitted: Bools, luck: np.random.Generator) -> Floats:
    """(draws, points) of what would be reported, in persons, shares or months, where points ``fitted``
    (points,) were reported as they were; ``units`` (draws, unknowns) as the emulator takes them."""
    here, logs, seen = units[:, : len(fit.of.simulated)], log_values(fit.of.priors, units), fit.seen
    means = drawn_given(here, logs, seen, fit.how, seen.reported, fitted, luck)
    return seen.natural(draw_reported(seen, means, logs, luck))


def write(
    fit: Fit,
    target: Path,
    draws: dict[str, pd.DataFrame],
    effects: pd.DataFrame | None,
    recovered: pd.DataFrame | None,
    predicted: Mapping[str, pd.DataFrame],
    origin: Mapping[str, object] | None,
) -> None:
    """All tables of a fit, whole or not at all; ``draws``, with what they count of the deriving series, and
    ``predicted`` by the name of their file.

    ``origin``: from when on it was predicted and how well that is founded, None where nothing was.
    """
    values = fit.values
    with whole_folder(target, OWN) as folder:
        values.iloc[np.linspace(0, len(values) - 1, THINNED).astype(int)].to_csv(
            folder / "posterior.csv", index=False, float_format="%.6g"
        )
        for name, table in draws.items():
            table.to_csv(folder / f"{name}.csv", index=False, float_format="%.5g")
        named = fit.of.problem.history
        beside = fit.of.history.parent == fit.of.file.parent
        about = {"history": str(fit.of.history.resolve()) if beside else named, "title": fit.of.problem.title}
        write_json(
            folder / "draws.json",
            about | {"converged": fit.settled, "draws": len(draws["draws"])},
        )
        unknowns_table(fit).to_csv(folder / "unknowns.csv", index=False, float_format="%.6g")
        predictions_table(fit).to_csv(folder / "predictions.csv", index=False, float_format="%.6g")
        if effects is not None:
            effects.to_csv(folder / "effects.csv", index=False, float_format="%.6g")
        together(values).to_csv(folder / "together.csv", index=False, float_format="%.3f")
        moved = pulls(fit.of.priors, len(fit.of.simulated), fit.seen, fit.how, fit.posterior)
        moved.to_csv(folder / "pulls.csv", index=False, float_format="%.3f")
        if recovered is not None:
            recovered.to_csv(folder / "recovery.csv", index=False, float_format="%.6g")
            summary(recovered).to_csv(folder / "recovery-summary.csv", index=False, float_format="%.4g")
        for name, table in predicted.items():
            table.to_csv(folder / f"{name}.csv", index=False, float_format="%.6g")
        _inference_data(fit, folder / "fit.nc")
        write_json(
            folder / "manifest.json",
            {
                "kind": KIND,
                "format": VERSION,
                "problem": fit.of.file.name,
                "title": fit.of.problem.title,
                "history": fit.of.problem.history,
                "code": code_version(),
                "design_runs": len(fit.design.units),
                "near_runs": NEAR * (len(fit.stages) - 1),
                "persons_per_migrant": dict(fit.of.base.persons_per_migrant),
                "r_hat": round(fit.posterior.r_hat, 4),
                "effective_draws": round(fit.posterior.effective),
                "converged": fit.posterior.converged,
                "settled": fit.settled,
                "predicted": origin,
            },
        )


def _inference_data(fit: Fit, file: Path) -> None:
    """The posterior as ArviZ reads it."""
    az = arviz()
    posterior = {name: column.to_numpy()[None, :] for name, column in fit.values.items()}
    labels = [point.label for point in fit.seen.points]
    data = az.from_dict(
        posterior=posterior,
        observed_data={"reported": fit.seen.natural(fit.seen.reported)},
        coords={"point": labels},
        dims={"reported": ["point"]},
    )
    data.to_netcdf(str(file))


def told(folder: Path) -> str:
    """What a fit found, in some lines."""
    import pandas as pd

    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    unknowns = pd.read_csv(folder / "unknowns.csv")
    predictions = pd.read_csv(folder / "predictions.csv")
    lines = [
        f"{manifest['title']}: conditional on departures that give the deriving series at every draw.",
        f"{manifest['design_runs']} runs over the priors and {manifest['near_runs']} near the posterior; "
        f"persons per migrant: {manifest['persons_per_migrant'] or 1}",
    ]
    if not manifest["converged"]:
        lines.append(
            f"NOT CONVERGED: the chains differ from each other (R-hat {manifest['r_hat']:.3f}, "
            f"{manifest['effective_draws']} effective draws); do not use this fit."
        )
    elif not manifest["settled"]:
        lines.append("NOT SETTLED: runs near the posterior moved it each time; do not use this fit.")
    lines += ["", _as_text(unknowns), "", _as_text(predictions)]
    if (folder / "effects.csv").is_file():
        lines += [
            "",
            "Effects of policies, as a share of the base:",
            _as_text(pd.read_csv(folder / "effects.csv")),
        ]
    if manifest["predicted"] is not None:
        if not manifest["predicted"]["converged"]:
            lines.append("NOT CONVERGED: the chains from before the last year; its predictions mean little.")
        lines += [
            "",
            "The last year from those before it: mean score over that of others (below 1: better):",
            _as_text(pd.read_csv(folder / "holdout-summary.csv")),
        ]
    lines += shocks_as_text(folder)
    for role, own in predictions.groupby("role"):
        lines.append(
            f"{role}: {int(own['inside'].sum())} of {len(own)} reported numbers inside their 90 % interval"
        )
    return "\n".join(lines)


def _as_text(table: pd.DataFrame) -> str:
    return table.to_string(
        index=False, float_format=lambda number: f"{number:,.3g}" if abs(number) < 100 else f"{number:,.0f}"
    )
