"""Sensitivity indices of one outcome: their intervals, what chance alone would give, and if they converged.

What is analysed is the mean over the replicates of each point. Replicate r has the same luck at every point,
so luck that moves all points alike drops out of every index; what is left blurs them. It makes the
difference between two points larger than it is, so that a parameter without any effect gets a total index
above 0. How much above is worked out from the differences replicate by replicate: the ``floor``.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from darien.experiments.sensitivity_design import DELTA, LEVELS, Design, Floats

if TYPE_CHECKING:
    import pandas as pd

LEVEL = 0.95  # of every interval
RESAMPLES = 500  # of the bootstrap
BOOTSTRAP_SEED = 20_160_509  # never 0, which SALib takes for none
# Widest interval of the main index (mu_star as a share of the largest, ST) that counts as converged, and by
# how much two parameters must differ before a change of their order counts.
WIDTH = {"morris": 0.3, "sobol": 0.1}
APART = 0.05
MAIN = {"morris": "mu_star", "sobol": "ST"}
_SAME = 1e-12  # of the largest value, below which a spread is rounding


@dataclass(frozen=True)
class Convergence:
    """Whether indices would stay what they are if more samples were taken.

    ``width``: the widest interval of the main index (Morris: as a share of the largest mu_star).
    ``swapped``: pairs of parameters that stood in another order at half the sample; ``drift``: how far any
    index moved from half the sample to the whole (Morris: as a share), and from a quarter.
    """

    converged: bool
    width: float
    swapped: tuple[tuple[str, str], ...]
    drift: float
    drift_quarter: float
    said: str
    next_samples: int | None


@dataclass(frozen=True)
class Indices:
    """What :func:`analyse` found of one outcome.

    ``table``: a row per parameter. Morris: ``mu``, ``mu_star``, ``mu_star_conf``, ``sigma``, in the unit of
    the outcome for the whole range of the parameter. Sobol: ``S1``, ``S1_conf``, ``ST``, ``ST_conf``, shares
    of the variance, and ``S1_known`` (its interval keeps above 0). Both: ``floor`` (what chance alone would
    give as the main index, nan with one replicate) and ``known`` (its interval keeps above the floor, or
    above 0 without one). ``_conf`` is half of a 95 % interval. ``pairs``: with second order, a row per pair:
    ``S2``, ``S2_conf``, ``known``. Both are empty where the outcome does not vary: then ``note`` says so.

    ``chance``: share of the variance of the means over replicates that is luck; ``chance_of_one``: of the
    variance of a single run; nan with one replicate.
    """

    table: pd.DataFrame
    pairs: pd.DataFrame
    convergence: Convergence | None
    chance: float
    chance_of_one: float
    note: str = ""


def analyse(design: Design, values: Floats) -> Indices:
    """Indices of an outcome; ``values`` (points, replicates) in the order of the design's points.

    Raises ValueError where the points are not those of the design.
    """
    import pandas as pd

    values = np.atleast_2d(np.asarray(values, dtype=np.float64).T).T
    if len(values) != design.points:
        raise ValueError(f"needs {design.points} points, got {len(values)}")
    none = pd.DataFrame()
    if not np.isfinite(values).all():
        lost = int((~np.isfinite(values)).any(axis=1).sum())
        note = f"does not exist at {lost} of {len(values)} points: no indices"
        return Indices(none, none, None, np.nan, np.nan, note)
    mean = values.mean(axis=1)
    if np.ptp(mean) <= _SAME * np.abs(mean).max():
        note = f"is {mean[0]:.6g} at every point: nothing moves it"
        return Indices(none, none, None, np.nan, np.nan, note)
    unit = design.unit()
    table = _indices(design, unit, mean)
    table["floor"] = _floor(design, unit, values)
    main = MAIN[design.method]
    table["known"] = table[main] - table[f"{main}_conf"] > table["floor"].fillna(0.0)
    if design.method == "sobol":
        table["S1_known"] = table["S1"] - table["S1_conf"] > 0
    pairs = _pairs(design, mean) if design.second_order else none
    left, of_one = shares_of_chance(values)
    return Indices(table, pairs, _convergence(design, unit, mean, table), left, of_one)


def shares_of_chance(values: Floats) -> tuple[float, float]:
    """Which share of the variance is chance: of the means over replicates, and of a single run.

    ``values`` (points, replicates). Luck that moves all points alike counts in the second only. Both are
    nan with one replicate.
    """
    count = values.shape[1]
    if count < 2:
        return np.nan, np.nan
    mean = values.mean(axis=1)
    common = values.mean(axis=0) - values.mean()
    apart = values - mean[:, None] - common[None, :]
    spread = float((apart**2).sum() / ((len(values) - 1) * (count - 1)))
    means = float(mean.var(ddof=1))
    points = max(0.0, means - spread / count)
    luck = spread + max(0.0, float(common.var(ddof=1)) - spread / len(values))
    left = min(1.0, spread / count / means) if means > 0 else np.nan
    return left, luck / (points + luck) if points + luck > 0 else np.nan


def _indices(design: Design, unit: Floats, mean: Floats) -> pd.DataFrame:
    """The indices of as many whole samples as there are values."""
    import pandas as pd

    with _quiet():
        if design.method == "morris":
            from SALib.analyze import morris

            found = morris.analyze(
                design.problem,
                unit[: len(mean)],
                mean,
                num_resamples=RESAMPLES,
                conf_level=LEVEL,
                num_levels=LEVELS,
                seed=BOOTSTRAP_SEED,
            )
            columns = ("mu", "mu_star", "mu_star_conf", "sigma")
        else:
            found = _sobol(design, mean)
            columns = ("S1", "S1_conf", "ST", "ST_conf")
    index = pd.Index(list(design.parameters), name="parameter")
    return pd.DataFrame({name: np.asarray(found[name], dtype=np.float64) for name in columns}, index=index)


def _sobol(design: Design, mean: Floats) -> Any:
    from SALib.analyze import sobol

    return sobol.analyze(
        design.problem,
        mean,
        calc_second_order=design.second_order,
        num_resamples=RESAMPLES,
        conf_level=LEVEL,
        seed=BOOTSTRAP_SEED,
    )


def _pairs(design: Design, mean: Floats) -> pd.DataFrame:
    import pandas as pd

    with _quiet():
        found = _sobol(design, mean)
    names = list(design.parameters)
    rows = [
        (names[i], names[j], found["S2"][i, j], found["S2_conf"][i, j])
        for i in range(len(names))
        for j in range(i + 1, len(names))
    ]
    pairs = pd.DataFrame(rows, columns=["parameter", "with", "S2", "S2_conf"])
    return pairs.assign(known=pairs["S2"].abs() > pairs["S2_conf"])


def _floor(design: Design, unit: Floats, values: Floats) -> Floats:
    """What chance alone would give as the main index of each parameter; nan with one replicate."""
    count = len(design.parameters)
    if values.shape[1] < 2:
        return np.full(count, np.nan)
    found = np.empty(count)
    blocks = values.reshape(design.samples, design.step, -1)
    if design.method == "sobol":
        variance = values.mean(axis=1).reshape(design.samples, -1)[:, [0, -1]].var()
        for j in range(count):
            found[j] = 0.5 * _noise(blocks[:, 0] - blocks[:, j + 1]) / variance if variance else np.nan
        return found
    moved = np.abs(np.diff(unit.reshape(design.samples, design.step, -1), axis=1)).argmax(axis=2)
    steps = np.diff(blocks, axis=1)
    for j in range(count):
        # The mean size of a normal error of that variance.
        found[j] = np.sqrt(2 / np.pi * _noise(steps[moved == j])) / DELTA
    return found


def _noise(differences: Floats) -> float:
    """The mean variance, by chance, of differences (n, replicates) averaged over their replicates."""
    return float(differences.var(axis=1, ddof=1).mean()) / differences.shape[1]


def _convergence(design: Design, unit: Floats, mean: Floats, table: pd.DataFrame) -> Convergence:
    main = MAIN[design.method]
    whole = table[main].to_numpy()
    unity = float(whole.max()) if design.method == "morris" else 1.0
    parts = []
    for part in (2, 4):
        samples = design.samples // part
        parts.append(_indices(design, unit, mean[: samples * design.step])[main].to_numpy() / unity)
    half, quarter = parts
    share = whole / unity
    width = 2 * float(table[f"{main}_conf"].max()) / unity
    swapped = tuple(_swapped(list(table.index), half, share))
    drift = float(np.abs(share - half).max())
    wide = "mu_star as a share of the largest" if design.method == "morris" else main
    limit = WIDTH[design.method]
    wrong = []
    if width > limit:
        wrong.append(f"the widest 95 % interval of {wide} is {width:.2f} wide, more than {limit}")
    if swapped:
        named = ", ".join(f"{one} and {other}" for one, other in swapped[:3])
        more = f" and {len(swapped) - 3} more pairs" if len(swapped) > 3 else ""
        wrong.append(f"at half the sample {named}{more} stood in another order")
    if drift > limit:
        wrong.append(f"an index moved by {drift:.2f} from half the sample to the whole")
    if not wrong:
        said = (
            f"converged: the widest 95 % interval of {wide} is {width:.2f} wide, the order is that of half "
            f"the sample"
        )
        return Convergence(True, width, swapped, drift, _drift(share, quarter), said, None)
    following = _next(design, width / limit)
    said = f"not converged: {'; '.join(wrong)}. Take --samples {following}"
    return Convergence(False, width, swapped, drift, _drift(share, quarter), said, following)


def _drift(one: Floats, other: Floats) -> float:
    return float(np.abs(one - other).max())


def _swapped(names: Sequence[str], before: Floats, after: Floats) -> Iterator[tuple[str, str]]:
    """Pairs whose order changed, and that lie apart in either."""
    for i, one in enumerate(names):
        for j in range(i + 1, len(names)):
            was, now = before[i] - before[j], after[i] - after[j]
            if was * now < 0 and max(abs(was), abs(now)) > APART:
                yield (one, names[j])


def _next(design: Design, too_wide: float) -> int:
    """How many samples should do: an interval narrows by the square root of their number."""
    wanted = design.samples * max(2.0, too_wide**2)
    if design.method == "sobol":
        return 1 << int(np.ceil(np.log2(wanted) - 1e-9))
    return int(np.ceil(wanted / 10) * 10)


@contextmanager
def _quiet() -> Iterator[None]:
    """A part of a sample, or of a bootstrap, may not vary: SALib warns, and gives 0."""
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore")
        yield
