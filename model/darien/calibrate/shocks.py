"""Dated events as tests of a fit: what changed in the reported months, and what changes in the model.

For each event the chains run again without the targets that reach into the six months after it, and the
history runs at draws of them with departures carried on from before (:mod:`darien.calibrate.around`). The
same is done at months without an event, from the fit of all targets: how often the test is wrong there is how
far it can be trusted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from darien.calibrate import changes
from darien.calibrate.around import Around, count_about
from darien.calibrate.design import Setting
from darien.calibrate.fitting import Posterior
from darien.calibrate.lags import Floats, days_of, months_of
from darien.calibrate.observing import HALF, Observation
from darien.calibrate.problem import Compared, Shock
from darien.calibrate.runs import Kept
from darien.calibrate.shock_series import SPAN, Declared, declared, placebo_months, without
from darien.calibrate.telling import at_draws
from darien.experiments.pool import Hands
from darien.experiments.run import Show

if TYPE_CHECKING:
    import pandas as pd

DRAWS = 30  # at which the history runs about a date
REPORTS = 40  # made of every draw: what a run counts is dear, what is reported of it is cheap

Refit = Callable[[Observation], Posterior]
"""The posterior of the targets of an observation."""


def shock_tables(
    of: Setting, kept: Kept, seen: Observation, refit: Refit, whole: Posterior, hands: Hands, show: Show
) -> dict[str, pd.DataFrame]:
    """The tables by the name of their file; ``whole``: the posterior of all targets of ``seen``."""
    known = declared(of)
    return {
        "shocks": _shocks(of, kept, known, seen, refit, hands, show),
        "placebo": _placebo(of, kept, known, whole, hands, show),
    }


def _shocks(
    of: Setting, kept: Kept, known: Declared, seen: Observation, refit: Refit, hands: Hands, show: Show
) -> pd.DataFrame:
    """A row for each shock and series; an event that no months can show has one of its own."""
    import pandas as pd

    rows = []
    shares = {name for name, one in known.series.items() if one.against is not None}
    for name, shock in of.problem.shocks.items():
        head = {"shock": name, "date": shock.date, "why": shock.why}
        if not shock.series:
            rows.append(head | {"verdict": changes.UNDECIDABLE, "note": shock.unseen})
            continue
        around, posterior = known.around[name], refit(without(seen, shock.date))
        units = drawn(of, posterior, shock)
        for series, simulated in _run(of, kept, name, around, shock.series, units, hands, show).items():
            found = _compared(known, around, series, simulated)
            here = known.reported[series]
            rows.append(
                head
                | {"series": series, "months": shock.months}
                | {side: _mean(here[at], series in shares) for side, at in _sides(around).items()}
                | found
                | {
                    "decidable": changes.decidable(found["reported_change"], found["usual"]),
                    "verdict": changes.verdict(
                        *(found[one] for one in ("reported_change", "usual", "low", "median", "high"))
                    ),
                    "converged": posterior.converged,
                    "note": _note(of, known, around, series, found),
                }
            )
    columns = ["shock", "date", "series", "months", "before", "after", "reported_change", "usual"]
    columns += ["decidable", "low", "median", "high", "verdict", "converged", "note", "why"]
    return pd.DataFrame(rows, columns=columns)


def _placebo(
    of: Setting, kept: Kept, known: Declared, whole: Posterior, hands: Hands, show: Show
) -> pd.DataFrame:
    """A row for each month without an event and each series that was reported about it."""
    import pandas as pd

    rows, units, months = [], drawn(of, whole), months_of(of.base)
    for month in placebo_months(of, known):
        around = Around(month, SPAN)
        series = {
            name: one
            for name, one in known.series.items()
            if np.isfinite(known.reported[name][around.months]).all()
        }
        if not series:
            continue
        name = f"{months[month]:%Y-%m}"
        for one, simulated in _run(of, kept, name, around, series, units, hands, show).items():
            found = _compared(known, around, one, simulated)
            rows.append(
                {"date": name, "series": one}
                | found
                | {
                    "exceeds": changes.decidable(found["reported_change"], found["usual"]),
                    "false_alarm": not found["low"] <= found["reported_change"] <= found["high"],
                    "converged": whole.converged,
                }
            )
    columns = ["date", "series", "reported_change", "usual", "exceeds", "low", "median", "high"]
    return pd.DataFrame(rows, columns=[*columns, "false_alarm", "converged"])


def drawn(of: Setting, posterior: Posterior, shock: Shock | None = None) -> Floats:
    """(DRAWS, simulated unknowns) draws of a posterior; of the size of a shock from the prior."""
    luck = np.random.default_rng(10)
    units = posterior.units[luck.integers(0, len(posterior.units), DRAWS), : len(of.simulated)].copy()
    names = [prior.name for prior in of.simulated]
    for name in () if shock is None else shock.size:
        units[:, names.index(name)] = (luck.permutation(DRAWS) + luck.uniform(size=DRAWS)) / DRAWS
    return units


def _run(
    of: Setting,
    kept: Kept,
    name: str,
    around: Around,
    series: Mapping[str, Compared],
    units: Floats,
    hands: Hands,
    show: Show,
) -> dict[str, Floats]:
    """By series (draws, months before and after, 2) simulated persons; runs are kept as they end."""
    told = {one: compared.model_dump(mode="json") for one, compared in series.items()}
    how = (Path(__file__).parent / "around.py").read_text(encoding="utf-8")  # it decides what a run gives
    decided = [around.month, around.span, told, how]
    task = partial(count_about, around, tuple(series))
    with show(f"departures carried on: {name.replace('_', ' ')}") as progress:
        found = np.array(at_draws(of, kept, "about", decided, task, units, hands, progress))
    return {one: found[:, k] for k, one in enumerate(series)}


def _sides(around: Around) -> dict[str, list[int]]:
    return {"before": around.months[: around.span], "after": around.months[around.span :]}


def _compared(known: Declared, around: Around, name: str, simulated: Floats) -> dict[str, float]:
    """The reported and the simulated change of a series about a month, and what is ordinary in it."""
    series, persons = known.series[name], known.reported[name]
    share = series.against is not None
    luck = np.random.default_rng([11, around.month])
    made = changes.reported_of(simulated, series.spread, share, REPORTS, luck)
    values = changes.change(made[:, : around.span], made[:, around.span :], share)
    low, median, high = np.quantile(values, [0.05, 0.5, 0.95])
    every = changes.changes(persons, around.span, share)
    return {
        "reported_change": float(every[around.month]),
        "usual": changes.usual(every, known.ordinary(around.span), around.month),
        "low": float(low),
        "median": float(median),
        "high": float(high),
    }


def _mean(persons: Floats, share: bool) -> float:
    """Persons per month of (months, 2), or the share of the first in both."""
    one, other = persons.sum(axis=0)
    return float((one + HALF) / (one + other + 2 * HALF)) if share else float(one / len(persons))


def _note(of: Setting, known: Declared, around: Around, name: str, found: Mapping[str, float]) -> str:
    """Why a row decides nothing, and what was counted of a quota."""
    told = []
    if np.isnan(found["reported_change"]):
        told.append("not reported in all months before and after")
    elif np.isnan(found["usual"]):
        told.append(f"fewer than {changes.LEAST} ordinary changes to compare with")
    elif not changes.decidable(found["reported_change"], found["usual"]):
        told.append("no larger than twice an ordinary change")
    quota = known.series[name].quota
    if quota is not None:
        index, days, persons = months_of(of.base), days_of(of.base), known.reported[name][:, 0]
        for month in _sides(around)["after"]:
            if quota.start <= index[month].date() <= quota.until:
                ends = [persons[month] / days[month] / each for each in (quota.high, quota.low)]
                told.append(f"{index[month]:%Y-%m}: {ends[0]:.1f} to {ends[1]:.1f} times the quota")
    return "; ".join(told)
