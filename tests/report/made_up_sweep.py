"""A sweep whose outcomes are arithmetic, as record reads it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Arithmetic = Callable[[pd.DataFrame], "pd.Series[float]"]


@dataclass
class MadeUpSweep:
    """What the figures and exports ask of a :class:`darien.record.swept.Swept`."""

    points: pd.DataFrame
    table: pd.DataFrame
    parameters: dict[str, dict[str, Any]]
    manifest: dict[str, Any]
    folder: Path = Path()

    def of(self, outcome: str, place: str = "", group: str = "all") -> pd.DataFrame:
        rows = self.table[
            self.table["outcome"].eq(outcome) & self.table["place"].eq(place) & self.table["group"].eq(group)
        ]
        return rows.pivot(index="point", columns="replicate", values="value")


def made_up_sweep(
    points: pd.DataFrame,
    outcomes: Mapping[str, Arithmetic],
    replicates: int = 5,
    noise: float = 0.0,
    log: tuple[str, ...] = (),
    title: str = "Made up",
) -> Any:
    """Outcomes of points, and normal luck with a standard deviation of ``noise`` on each replicate."""
    points = points.reset_index(drop=True).rename_axis("point")
    rows = []
    for number, (name, value) in enumerate(outcomes.items()):
        luck = np.random.default_rng(number).normal(0, noise, (len(points), replicates))
        for replicate in range(replicates):
            part = points.reset_index()
            part.insert(1, "replicate", replicate)
            rows.append(
                part.assign(
                    outcome=name,
                    place="",
                    group="all",
                    unit="persons",
                    value=value(points).to_numpy() + luck[:, replicate],
                )
            )
    parameters = {name: {"scale": "log" if name in log else "linear"} for name in points.columns}
    manifest = {"title": title, "outcomes": list(outcomes), "fit": None}
    return MadeUpSweep(points, pd.concat(rows, ignore_index=True), parameters, manifest)


def grid(**values: list[Any]) -> pd.DataFrame:
    """Every combination."""
    return pd.MultiIndex.from_product(list(values.values()), names=list(values)).to_frame(index=False)
