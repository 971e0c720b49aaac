"""Mesa without its spaces, until someone asks for them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

WAITING = "assert not {'mesa.space', 'mesa.experimental', 'scipy.spatial', 'networkx'} & set(sys.modules)\n"


@pytest.mark.parametrize(
    "program",
    [
        f"import darien.actors\n{WAITING}from mesa.space import MultiGrid\n"
        "import mesa\nassert mesa.space.MultiGrid is MultiGrid\n",
        f"import darien.actors, mesa\n{WAITING}assert mesa.experimental.continuous_space.ContinuousSpace\n"
        "import mesa.experimental.devs\n",
        f"import darien.actors\n{WAITING}from mesa import *\nassert space.MultiGrid and experimental.devs\n",
        f"import darien.actors, mesa\n{WAITING}assert not hasattr(mesa, 'spice')\n",
        "import mesa, darien.actors\nassert mesa.space.MultiGrid\n",
    ],
)
def test_mesas_spaces_are_there_once_they_are_used(program: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{program}"],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(Path(__file__).resolve().parents[2] / "model")},
    )
    assert done.returncode == 0, done.stderr
