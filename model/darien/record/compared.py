"""The folder that a comparison leaves: what its files are called, and how the displacement is read back.

``manifest.json`` says what was compared by which code. ``comparison.csv`` has a row per option and
outcome, ``between.csv`` one per pair of options, ``outcomes.parquet`` every replicate's own (``outcomes.csv``
those of the whole route), ``displacement.csv`` a row per option, leg and month and
``displacement_total.csv`` a row per option and leg (:mod:`darien.experiments.displacement` tells their
columns). Where the file asks for them: ``ranks.csv``, ``break_even.csv``, ``structures.csv`` with
``verdicts.csv``, and the tables of :data:`WEIGHED`. ``comparison.txt`` is to read, ``scenarios/`` has the
resolved base and options, and ``figures/`` what was drawn from all that.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darien.record.whole import MANIFEST, ResultError, read_manifest
from darien.scenario import files

if TYPE_CHECKING:
    from pandas import DataFrame

    from darien.scenario.schema import Scenario

KIND, FORMAT = "comparison", 3
BASE = "base"  # what the base is called beside the options
# Outcomes as one says them in a sentence; others by their names.
OUTCOME_WORDS = {
    "reached_border": "people who reach the US border",
    "apprehended": "apprehensions",
    "removed": "removals",
    "died": "deaths",
    "robbed": "people robbed",
    "detained_person_days": "days in detention",
    "minors_detained": "minors detained",
    "queued_person_days": "days of waiting before a limit",
}
TABLE, OUTCOMES, TEXT, SCENARIOS = "comparison.csv", "outcomes.csv", "comparison.txt", "scenarios"
PARQUET = "comparison.parquet"  # the same rows as TABLE, numbers as they are
DISPLACEMENT, DISPLACEMENT_TOTAL = "displacement.csv", "displacement_total.csv"
# How options are weighed against each other, by what is in the table.
WEIGHED = (
    "axes",
    "pareto",
    "dominated",
    "regret",
    "weightings",
    "acceptability",
    "swings",
    "policy_costs",
    "costs",
    "money",
)
TABLES = (
    *("comparison", "between", "outcomes", "displacement", "displacement_total", "ranks"),
    *("break_even", "break_even_draws", "structures", "verdicts", *WEIGHED),
)
FILES = (MANIFEST, TEXT, SCENARIOS, "figures", PARQUET, "outcomes.parquet")
OWN = (*FILES, *(f"{name}.csv" for name in TABLES))


@dataclass(frozen=True)
class Displacement:
    """What :func:`read_displacement` found.

    ``by_month`` and ``total``: as in the files, ``month`` and ``first_month`` as the first day of the
    month (datetime64; NaT where there is none).
    """

    folder: Path
    manifest: dict[str, Any]
    by_month: DataFrame
    total: DataFrame

    @property
    def options(self) -> dict[str, str]:
        """Each option with what it is, in words."""
        return dict(self.manifest["says"])

    def scenario(self, name: str) -> Scenario:
        """The resolved scenario of an option, or of the base."""
        return files.load(self.folder / SCENARIOS / f"{name}.yaml")


def read_displacement(folder: Path) -> Displacement:
    """Read how flow moved between legs. Raises :class:`ResultError` if the folder is no whole comparison."""
    import pandas as pd

    manifest = read_manifest(folder, KIND, FORMAT)
    # Nothing but an empty number is missing: a leg may be called anything.
    texts = {"keep_default_na": False, "na_values": {"base_share": [""], "first_month": [""]}}
    try:
        by_month = pd.read_csv(folder / DISPLACEMENT, **texts)
        total = pd.read_csv(folder / DISPLACEMENT_TOTAL, **texts)
        by_month["month"] = pd.to_datetime(by_month["month"], format="%Y-%m")
        total["first_month"] = pd.to_datetime(total["first_month"], format="%Y-%m")
    except (OSError, ValueError, KeyError) as error:
        raise ResultError(f"{folder}: cannot read results: {error}") from error
    return Displacement(folder=folder, manifest=manifest, by_month=by_month, total=total)
