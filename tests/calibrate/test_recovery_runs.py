"""What a recovery runs beside its fits."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from darien.calibrate import recovery_runs
from darien.calibrate.design import Setting, setting
from darien.calibrate.lags import Floats
from darien.calibrate.problem import locate
from darien.calibrate.recovery_runs import effects_at
from darien.calibrate.runs import Kept
from darien.experiments.pool import ONE


def test_effects_are_recovered_of_the_levers_that_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = setting(locate("2014-2018"))
    asked: list[str] = []

    def effects(
        of: Setting, kept: Kept, levers: Mapping[str, str], units: Floats, *more: object
    ) -> list[dict[str, dict[str, float]]]:
        asked.extend(levers)
        assert units.shape == (40, len(of.simulated) + len(of.problem.assumed))
        base = dict.fromkeys(of.problem.outcomes, 100.0)
        return [
            {"base": base} | {name: base | {"died": 100 + 10 * unit[0]} for name in levers} for unit in units
        ]

    monkeypatch.setattr(recovery_runs, "run_effects", effects)
    units = np.random.default_rng(1).uniform(size=(40, len(of.simulated)))
    found = effects_at(of, Kept(tmp_path, of), units, ONE, lambda what: nullcontext())
    assert (
        asked == of.problem.recovered == ["checkpoint_darien", "detention_limit_panama", "training_tapachula"]
    )
    # An outcome that no policy changes has no effect to recover.
    assert found.names == [f"effect of {name} on died" for name in asked]
    assert found.values == pytest.approx(np.tile(0.1 * units[:, :1], 3))
