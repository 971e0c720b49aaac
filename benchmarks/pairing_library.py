"""What pairing gains for the policies of the library that move arrivals by 1 to 20 %.

Which policies those are is found with few pairs. Theirs and the base's are then run to the full number. What
is run is kept, a line for each replicate, so that a benchmark that was stopped goes on where it was; a change
of the scenario or of the code that decides numbers begins anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt
import pandas as pd

from darien.experiments.comparison import load
from darien.experiments.pool import Failed, run_all
from darien.experiments.run import Task, simulate, warm_up
from darien.record.compared import BASE
from darien.record.version import code_version
from darien.scenario import files
from darien.scenario.schema import Scenario

Floats = npt.NDArray[np.float64]
Outcomes = dict[str, float]  # of all groups, over the whole route

COMPARISONS = ("library-2014-2018", "library-2018-2023")
ARRIVALS = "reached_border"
MOVES = (0.01, 0.20)  # of the base's arrivals, either way
FIND = 20  # pairs to find the policies with
LEAST_GAIN = 0.8  # no outcome may be below it beyond its error
_ROUNDING = 1e-9  # share of the largest value, below which apart from the mean is rounding
COLUMNS = ("comparison", "policy", "outcome", "pairs", "base", "change", "gain", "lower", "upper")


def whole_route_outcomes(task: Task) -> Outcomes:
    """Run one replicate; its outcomes of all groups over the whole route."""
    found = simulate(task.scenario, replicate=task.replicate, starts_only=True).outcomes
    rows = found[(found["group"].astype(str) == "all") & (found["place"].astype(str) == "")]
    return dict(zip(rows["outcome"].astype(str), rows["value"].astype(float), strict=True))


@dataclass(frozen=True)
class Kept:
    """The replicates of one scenario that are done, a line of JSON each in a file of its own."""

    path: Path

    def read(self) -> dict[int, Outcomes]:
        """What is there by replicate. Half a line, which a stop may leave at the end, is cut off."""
        if not self.path.exists():
            return {}
        text = self.path.read_bytes()
        whole = text[: text.rfind(b"\n") + 1]
        if len(whole) < len(text):
            with self.path.open("r+b") as file:
                file.truncate(len(whole))
        lines = [json.loads(line) for line in whole.splitlines()]
        return {int(line["replicate"]): line["outcomes"] for line in lines}

    def add(self, replicate: int, outcomes: Outcomes) -> None:
        """Append one replicate, and have it on the disk before this returns."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"replicate": replicate, "outcomes": outcomes}) + "\n")
            file.flush()
            os.fsync(file.fileno())


def run_missing(
    scenarios: Sequence[tuple[Scenario, Kept]],
    pairs: int,
    workers: int,
    task: Callable[[Task], Outcomes] = whole_route_outcomes,
    say: Callable[[str], None] = print,
) -> None:
    """Run replicates 0 to ``pairs`` - 1 of each scenario where they are not kept yet.

    Raises what a run raised.
    """
    asked = [
        (Task(scenario, replicate), kept)
        for scenario, kept in scenarios
        for replicate in sorted(set(range(pairs)) - set(kept.read()))
    ]
    if not asked:
        return
    warm_up(asked[0][0].scenario)
    done = 0

    def keep(index: int, result: Outcomes | Failed) -> None:
        nonlocal done
        if isinstance(result, Failed):
            raise result.error
        one, kept = asked[index]
        kept.add(one.replicate, result)
        done += 1
        if done % 100 == 0 or done == len(asked):
            say(f"  {done} of {len(asked)} runs")

    run_all(task, [one for one, _ in asked], workers, each=keep)


def table(kept: Kept, pairs: int) -> pd.DataFrame:
    """The first ``pairs`` replicates: a row per replicate, a column per outcome."""
    found = kept.read()
    return pd.DataFrame([found[replicate] for replicate in range(pairs)])


def gains(one: Floats, other: Floats, seed: int = 0, draws: int = 2000) -> tuple[Floats, Floats, Floats]:
    """Gain of pairing of many outcomes at once, with the ends of its 95 % interval.

    ``one`` and ``other``: (pairs, outcomes) of base and policy. The gain is the variance of the difference of
    independent runs over that of the paired ones: inf where the paired differences do not vary, nan where
    nothing does. The interval is a bootstrap over pairs.
    """
    pairs = len(one)
    pick = np.random.default_rng(seed).integers(0, pairs, (draws, pairs))
    weights = np.stack([np.bincount(row, minlength=pairs) for row in pick]).astype(np.float64)
    every = np.ones((1, pairs))
    gain, resampled = (_ratio(one, other, of) for of in (every, weights))
    with np.errstate(invalid="ignore"):
        # Of ranks, not between them: nothing lies between a number and infinity.
        low = np.nanquantile(np.where(np.isnan(gain[0]), 0, resampled), 0.025, axis=0, method="lower")
        high = np.nanquantile(np.where(np.isnan(gain[0]), 0, resampled), 0.975, axis=0, method="higher")
    nothing = np.isnan(gain[0])
    return gain[0], np.where(nothing, np.nan, low), np.where(nothing, np.nan, high)


def _ratio(one: Floats, other: Floats, weights: Floats) -> Floats:
    apart = _variance(one, weights) + _variance(other, weights)
    paired = _variance(other - one, weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(apart == 0, np.nan, apart / paired)


def _variance(values: Floats, weights: Floats) -> Floats:
    """Of each column, in each resample: (resamples, columns); exactly 0 where all values are the same."""
    count = weights.sum(axis=1, keepdims=True)
    centred = values - values.mean(axis=0)
    centred[np.abs(centred) < _ROUNDING * np.abs(values).max(axis=0)] = 0.0
    square, mean = weights @ centred**2 / count, weights @ centred / count
    spread = square - mean**2
    spread[spread <= _ROUNDING * square] = 0.0
    return np.asarray(spread * count / (count - 1))


def gains_of(comparison: str, policy: str, base: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """A row of :data:`COLUMNS` for each outcome that varies and has a number in every pair."""
    shared = [
        name for name in base if name in other and base[name].notna().all() and other[name].notna().all()
    ]
    one, two = base[shared].to_numpy(float), other[shared].to_numpy(float)
    gain, lower, upper = gains(one, two)
    found = pd.DataFrame(
        {
            "comparison": comparison,
            "policy": policy,
            "outcome": shared,
            "pairs": len(base),
            "base": one.mean(axis=0),
            "change": (two - one).mean(axis=0),
            "gain": gain,
            "lower": lower,
            "upper": upper,
        },
        columns=list(COLUMNS),
    )
    return found[found["gain"].notna()].reset_index(drop=True)


def moves_arrivals(base: pd.DataFrame, other: pd.DataFrame) -> float:
    """By what share of the base's a policy changes arrivals, in the mean."""
    before = base[ARRIVALS].mean()
    return float((other[ARRIVALS].mean() - before) / before)


def measure(pairs: int, workers: int, folder: Path, names: Sequence[str] = COMPARISONS) -> pd.DataFrame:
    """Find the policies, run their pairs, and return the gain of every outcome of each."""
    parts = []
    for name in names:
        loaded = load(name)
        kept = {
            option: Kept(
                folder / code_version()[:12] / name / f"{option}-{files.fingerprint(scenario)[:12]}.jsonl"
            )
            for option, scenario in {BASE: loaded.base, **loaded.options}.items()
        }
        scenarios = {BASE: loaded.base, **loaded.options}
        few = min(FIND, pairs)
        print(f"\n{name}: which of {len(loaded.options)} policies move arrivals, {few} pairs")
        run_missing([(scenarios[option], kept[option]) for option in scenarios], few, workers)
        base = table(kept[BASE], few)
        moved = {option: moves_arrivals(base, table(kept[option], few)) for option in loaded.options}
        chosen = [option for option, share in moved.items() if MOVES[0] <= abs(share) <= MOVES[1]]
        for option in chosen:
            print(f"  {option}: {100 * moved[option]:+.1f} %")
        run_missing(
            [(scenarios[option], kept[option]) for option in [BASE, *chosen]] if chosen else [],
            pairs,
            workers,
        )
        base = table(kept[BASE], pairs if chosen else few)
        parts += [gains_of(name, option, base, table(kept[option], pairs)) for option in chosen]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))


def medians(found: pd.DataFrame) -> pd.DataFrame:
    """Per policy and overall (last row) the median over outcomes of gain and of its lower bound.

    Only outcomes whose paired differences vary: one that the policy does not touch has a gain without end,
    which would flatter the median. ``moved``: how many those are; ``untouched``: the others.
    """
    rows = []
    groups = [*found.groupby(["comparison", "policy"], sort=False), (("all", "all"), found)]
    for (comparison, policy), own in groups:
        moved = own[np.isfinite(own["gain"])]
        rows.append(
            {
                "comparison": comparison,
                "policy": policy,
                "moved": len(moved),
                "untouched": len(own) - len(moved),
                "gain": moved["gain"].median(),
                "lower": moved["lower"].median(),
            }
        )
    return pd.DataFrame(rows)


def too_low(found: pd.DataFrame) -> pd.DataFrame:
    """Outcomes whose gain is below :data:`LEAST_GAIN` beyond its error: its upper bound is."""
    return found[found["upper"] < LEAST_GAIN]


def told(found: pd.DataFrame) -> Iterable[str]:
    """All of it, line by line."""
    for (comparison, policy), own in found.groupby(["comparison", "policy"], sort=False):
        yield f"\n{policy} ({comparison}), {own['pairs'].iloc[0]} pairs"
        yield f"{'outcome':<30}{'base':>16}{'change':>16}{'gain':>10}{'95 % from':>11}{'to':>11}"
        for row in own.to_dict("records"):
            yield (
                f"{row['outcome']:<30}{row['base']:>16,.1f}{row['change']:>16,.2f}"
                f"{row['gain']:>10,.1f}{row['lower']:>11,.1f}  {row['upper']:>9,.1f}"
            )
    yield "\nMedian over the outcomes that a policy moves, of the gain and of its lower 95 % bound"
    for row in medians(found).to_dict("records"):
        yield (
            f"{row['policy']:<40}{row['gain']:>8,.1f}{row['lower']:>8,.1f}   {row['moved']} outcomes, "
            f"{row['untouched']} not touched"
        )
    low = too_low(found)
    yield (
        f"\nOutcomes whose gain is below {LEAST_GAIN} beyond its error: {len(low)} of {len(found)}"
        + "".join(
            f"\n  {row['policy']}: {row['outcome']} ({row['upper']:.2f})" for row in low.to_dict("records")
        )
    )


def write(found: pd.DataFrame, path: Path) -> None:
    """The table as CSV, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".part")
    file: IO[str]
    with aside.open("w", encoding="utf-8", newline="") as file:
        found.to_csv(file, index=False, lineterminator="\n", float_format="%.6g")
    aside.replace(path)
