"""Predictions of the last year of a history beside those of rivals: scores by month, by series, and in
all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from darien.calibrate import rivals
from darien.calibrate.design import Setting
from darien.calibrate.fitting import Posterior
from darien.calibrate.lags import Floats, months_of
from darien.calibrate.predicting import (
    SETTLING,
    Expected,
    Monthly,
    as_fitted,
    by_series,
    expect,
    monthly,
    panama,
    scaled,
)
from darien.calibrate.rivals import LAGS, WINDOWS, Ratio, best, predicted, ratios
from darien.calibrate.runs import Kept
from darien.calibrate.scoring import covered, crps, interval, ratio
from darien.experiments.pool import Hands
from darien.experiments.run import Show

if TYPE_CHECKING:
    import pandas as pd

AHEAD = 12
CORRIDOR = ("venezuela", "other_south_america", "south_asia", "east_asia", "middle_east")
FITTED, MODEL, NO_AGENTS = "model as fitted", "model", "no agents"
LAST_YEAR, LAST_VALUE, RATIO, BEST = "last year", "last value", "ratio to Panama", "best naive"
NAIVE = (LAST_YEAR, LAST_VALUE, RATIO)
PER_DRAW = 20  # samples of each draw


@dataclass(frozen=True)
class Prediction:
    """Equally likely values (months, samples) by predictor, and how what could be chosen was chosen."""

    samples: Mapping[str, Floats]
    chosen: Mapping[str, str]


def hold_out(
    of: Setting, kept: Kept, posterior: Posterior, hands: Hands, show: Show
) -> dict[str, pd.DataFrame]:
    """The tables of a hold-out by the name of their file; ``posterior``: of targets before the origin."""
    months = monthly(of)
    return tables(of, months, expect(of, kept, months, posterior, hands, show))


def tables(of: Setting, months: Monthly, expected: Expected) -> dict[str, pd.DataFrame]:
    """Scores by month (``holdout-months``), by series (``holdout``) and over series (``holdout-summary``)."""
    import pandas as pd

    points, names = months.counter.points, months.names
    agents = by_series(points, names, of.base, scaled(points, expected.agents))
    chain = by_series(points, names, of.base, scaled(points, expected.chain))
    fitted = as_fitted(of, months, expected)[:, months.origin :]
    given = panama(of, months)
    dates = months_of(of.base)[months.origin :]
    rows = []
    for k, (name, series) in enumerate(months.problem.series.items()):
        floor, back = (0.0, np.expm1) if series.against is None else (-np.inf, expit)
        part = "corridor" if set(series.groups) <= set(CORRIDOR) else "others"
        seen = settled(months.seen[k])
        found = predict(seen, months.origin, agents[:, k], chain[k], given[k], fitted[k], floor)
        after = seen[months.origin :]
        for predictor, samples in found.samples.items():
            low, middle, high = interval(samples)
            own = {
                "series": name,
                "part": part,
                "predictor": predictor,
                "chosen": found.chosen.get(predictor, ""),
                "month": dates.strftime("%Y-%m"),
                "unit": "persons" if series.against is None else "share",
                "reported": back(after),
                "median": back(middle),
                "low": back(low),
                "high": back(high),
                "crps": crps(samples, after),
                "inside": covered(low, high, after),
            }
            rows.append(pd.DataFrame(own)[np.isfinite(after)])
    by_month = pd.concat(rows, ignore_index=True)
    return {
        "holdout-months": by_month,
        "holdout": by_series_table(by_month),
        "holdout-summary": summary(by_month),
    }


def settled(seen: Floats) -> Floats:
    """Without the first months of the history."""
    return np.where(np.arange(len(seen)) < SETTLING, np.nan, seen)


def predict(
    seen: Floats, origin: int, agents: Floats, chain: Floats, given: Floats, fitted: Floats, floor: float
) -> Prediction:
    """One series by all predictors that can be formed.

    ``seen``: (months,), of which those from the origin on are not looked at. ``agents``: (draws, months),
    ``chain`` and ``given`` (what Panama counts): (months,). ``fitted``: (AHEAD, samples).
    """
    past = seen.copy()
    past[origin:] = np.nan
    found: dict[str, Floats] = {FITTED: fitted}
    chosen: dict[str, str] = {}

    def put(name: str, rival: rivals.Rival | None) -> None:
        made = None if rival is None else predicted(rival, past, origin, AHEAD, floor)
        if made is not None and rival is not None:
            found[name] = made
            if isinstance(rival, Ratio):
                chosen[name] = _how(rival)

    middle = best(ratios(agents.mean(axis=0)), past, origin, AHEAD, floor)
    if isinstance(middle, Ratio):
        made = [
            predicted(Ratio(draw, 0, middle.window), past, origin, AHEAD, floor, PER_DRAW) for draw in agents
        ]
        found[MODEL] = np.hstack([one for one in made if one is not None])
        chosen[MODEL] = _how(middle)
    put(NO_AGENTS, best(ratios(chain), past, origin, AHEAD, floor))
    naive: dict[str, rivals.Rival | None] = {
        LAST_YEAR: rivals.last_year,
        LAST_VALUE: rivals.last_value,
        RATIO: best(ratios(given, LAGS), past, origin, AHEAD, floor),
    }
    for name, rival in naive.items():
        put(name, rival)
    formed = {name: rival for name, rival in naive.items() if name in found and rival is not None}
    first = best(formed.values(), past, origin, AHEAD, floor) if formed else None
    for name, rival in formed.items():
        if rival is first:
            found[BEST], chosen[BEST] = found[name], name
    return Prediction(found, chosen)


def _how(rival: Ratio) -> str:
    share = "share of all months" if rival.window == max(WINDOWS) else f"share of {rival.window} months"
    return f"lag {rival.lag}, {share}" if rival.lag else share


def by_series_table(by_month: pd.DataFrame) -> pd.DataFrame:
    """By series and predictor: months, mean score, share of months inside the interval."""
    import pandas as pd

    rows = []
    for (series, predictor), own in by_month.groupby(["series", "predictor"], sort=False):
        rows.append(
            {
                "series": series,
                "part": own["part"].iloc[0],
                "predictor": predictor,
                "chosen": own["chosen"].iloc[0],
                "months": len(own),
                "crps": own["crps"].mean(),
                "coverage": own["inside"].mean(),
            }
        )
    return pd.DataFrame(rows)


def summary(by_month: pd.DataFrame) -> pd.DataFrame:
    """Over the series of a part: mean score of the model over that of a rival, its interval, coverage."""
    import pandas as pd

    rows = []
    for part, own in by_month.groupby("part"):
        scores = {
            str(name): table.pivot(index="series", columns="month", values="crps")
            for name, table in own.groupby("predictor", sort=False)
        }
        inside = own.groupby("predictor")["inside"].mean()
        for ours in (MODEL, FITTED):
            for theirs in (BEST, NO_AGENTS, *NAIVE):
                if ours not in scores or theirs not in scores:
                    continue
                one, other = scores[ours].align(scores[theirs], join="inner")
                middle, low, high = ratio(one.to_numpy(), other.to_numpy())
                rows.append(
                    {
                        "part": part,
                        "predictor": ours,
                        "against": theirs,
                        "series": len(one),
                        "ratio": middle,
                        "low": low,
                        "high": high,
                        "coverage": float(inside[ours]),
                        "coverage_against": float(inside[theirs]),
                    }
                )
    columns = [
        "part",
        "predictor",
        "against",
        "series",
        "ratio",
        "low",
        "high",
        "coverage",
        "coverage_against",
    ]
    return pd.DataFrame(rows, columns=columns)
