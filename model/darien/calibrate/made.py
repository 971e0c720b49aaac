"""What takes minutes to make from the runs of a problem, and is the same every time: kept beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from darien.calibrate.emulating import Emulator, Shapes, shapes
from darien.calibrate.fitting import Posterior, by_emulator
from darien.calibrate.lags import Floats
from darien.calibrate.observing import Observation
from darien.calibrate.unknowns import Prior
from darien.experiments.pool import Hands

WAYS = ("blur", "density", "emulating", "fitting", "observing")
"""Modules beside this one that decide what is made of runs."""


def ways(*more: str) -> bytes:
    """All that stands in the modules that decide what is made of runs, and in ``more`` of them."""
    return b"".join((Path(__file__).parent / f"{name}.py").read_bytes() for name in (*WAYS, *more))


def kept_shapes(folder: Path, units: Floats, seen: Floats, hands: Hands) -> Shapes:
    """How each data point varies over the runs (:func:`~darien.calibrate.emulating.shapes`), kept."""

    def make() -> dict[str, Floats]:
        found = shapes(units, seen, hands)
        return {"lengths": found.lengths, "signal": found.signal, "noise": found.noise}

    return Shapes(**_kept(folder, "shapes", [units.tobytes(), seen.tobytes()], make))


def kept_posterior(
    folder: Path,
    known: list[Prior],
    units: Floats,
    means: Floats,
    seen: Observation,
    how: Emulator,
    draws: int,
    hands: Hands,
) -> Posterior:
    """The posterior of the targets of ``seen``, kept.

    ``units``: (runs, unknowns that a run needs), ``means``: (runs, points) what ``how`` was taught from.
    ``draws``: of each chain.
    """
    made_of = [
        str(draws).encode(),
        units.tobytes(),
        means.tobytes(),
        *(
            part.tobytes()
            for part in (
                seen.reported,
                seen.target,
                seen.spread,
                seen.spread_times,
                seen.part_of,
                seen.reporting,
            )
        ),
        repr(known).encode(),
    ]

    def make() -> dict[str, Floats]:
        found = by_emulator(known, units.shape[1], seen, how, seen.reported, draws=draws, hands=hands)
        return {
            "units": found.units,
            "emulated": found.emulated,
            "r_hat": np.array(found.r_hat),
            "effective": np.array(found.effective),
        }

    found = _kept(folder, "posterior", made_of, make)
    return Posterior(found["units"], found["emulated"], float(found["r_hat"]), float(found["effective"]))


def _kept(
    folder: Path, kind: str, made_of: list[bytes], make: Callable[[], Mapping[str, Floats]]
) -> dict[str, npt.NDArray[np.float64]]:
    """Arrays as they stand in the folder under the hash of all that makes them; else made and kept, whole."""
    name = hashlib.sha256(b"".join([ways(), *made_of])).hexdigest()[:16]
    file = folder / f"{kind}-{name}.npz"
    if not file.is_file():
        arrays = make()
        part = file.with_suffix(".part")
        with part.open("wb") as stream:
            np.savez(stream, allow_pickle=False, **arrays)
        part.replace(file)
    with np.load(file) as found:
        return dict(found)
