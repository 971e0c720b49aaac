"""Where a sensitivity analysis runs the model: points of Morris' trajectories or of Saltelli's scheme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from darien.scenario.errors import UserMistake

Floats = npt.NDArray[np.float64]
Method = Literal["morris", "sobol"]
METHODS: tuple[Method, ...] = ("morris", "sobol")
SAMPLES = {"morris": 32, "sobol": 256}  # unless said otherwise
FEWEST = 8  # samples, so that a quarter of them still says something
LEVELS = 4  # of Morris' grid, his own advice
DELTA = LEVELS / (2 * (LEVELS - 1))  # how far a step of a trajectory goes, as a share of the range


@dataclass(frozen=True)
class Design:
    """Which points a method needs: the same seed gives the same points, and a larger design begins with them.

    ``parameters``: their names, two or more. ``samples``: trajectories (Morris), or base samples, a power of
    two (Sobol). ``second_order``: Sobol indices of pairs too, for nearly twice the points. Raises UserMistake
    for numbers that cannot be.
    """

    method: Method
    parameters: Sequence[str]
    samples: int
    seed: int
    second_order: bool = False

    def __post_init__(self) -> None:
        if len(self.parameters) < 2:
            raise UserMistake(
                f"a sensitivity analysis needs two parameters or more; given {len(self.parameters)}: "
                "with one, sweep it and look at the line"
            )
        if self.samples < FEWEST:
            raise UserMistake(f"--samples: needs {FEWEST} or more; given {self.samples}")
        if self.method == "sobol" and self.samples & (self.samples - 1):
            below = 1 << (self.samples.bit_length() - 1)
            raise UserMistake(
                f"--samples: Sobol's sequence is balanced at powers of two only: {below} or {2 * below}; "
                f"given {self.samples}"
            )
        if self.second_order and self.method != "sobol":
            raise UserMistake("--second-order: only with --method sobol")

    @property
    def step(self) -> int:
        """Points that each sample takes."""
        count = len(self.parameters)
        if self.method == "morris":
            return count + 1
        return 2 * count + 2 if self.second_order else count + 2

    @property
    def points(self) -> int:
        """Points in all."""
        return self.samples * self.step

    @property
    def problem(self) -> dict[str, Any]:
        """The problem as SALib wants it: every parameter from 0 to 1, the way from its low to its high."""
        return {
            "num_vars": len(self.parameters),
            "names": list(self.parameters),
            "bounds": [[0.0, 1.0]] * len(self.parameters),
        }

    def unit(self) -> Floats:
        """The points (n, parameters), each parameter from 0 (its low) to 1 (its high)."""
        need_salib()
        if self.method == "morris":
            from SALib.sample import morris

            return morris.sample(self.problem, self.samples, num_levels=LEVELS, seed=self.seed)
        from SALib.sample import sobol

        return sobol.sample(self.problem, self.samples, calc_second_order=self.second_order, seed=self.seed)


def need_salib() -> None:
    """Raise UserMistake where SALib is missing."""
    try:
        import SALib  # noqa: F401
    except ModuleNotFoundError as error:
        raise UserMistake(
            f"a sensitivity analysis needs {error.name}: pip install 'darien[sensitivity]'"
        ) from error
