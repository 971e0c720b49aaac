"""``darien discover DIR``: where in a sweep an outcome lies beyond a threshold, told, drawn and kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from darien.experiments import named
from darien.experiments.named import Named
from darien.experiments.prim import DENSITY, FoundBox, Side, discover
from darien.record.page import percent
from darien.record.swept import read_sweep
from darien.record.version import code_version, commit, package_versions
from darien.record.whole import MANIFEST, check_target, whole_folder, write_json
from darien.scenario.errors import UserMistake

if TYPE_CHECKING:
    from darien.record.swept import Swept

KIND, FORMAT = "discovery", 1
POINTS, TEXT = "points.csv", "discovery.txt"
OWN = (MANIFEST, POINTS, TEXT, "figures")
SURE = 0.05  # quasi-p value, above which a limit may be chance


@dataclass(frozen=True)
class Discovered:
    """A box and what it is of. ``values`` (points,): the outcome's means over replicates."""

    swept: Swept
    outcome: Named
    unit: str
    side: Side
    threshold: float
    values: npt.NDArray[np.float64]
    box: FoundBox

    def text(self) -> str:
        """The box to read, and what it does not say."""
        box = self.box
        lines = [
            f"{self.swept.manifest['title']}: where {self.outcome} is {self.side} "
            f"{self.threshold:g} {self.unit}",
            f"{int(box.of_interest.sum())} of {len(box.inside)} points are ({percent(box.base_rate)}); "
            f"inside the box {int((box.of_interest & box.inside).sum())} of {int(box.inside.sum())}",
            f"coverage {box.coverage:.2f} (share of those points that lie inside), density {box.density:.2f} "
            "(share of the points inside that are such)",
            "",
        ]
        rows = [("parameter", "inside", "quasi-p")]
        rows += [(one["parameter"], _span(one), _quasi_p(one)) for one in limits(self.swept, box)]
        widths = [max(len(row[i]) for row in rows) for i in range(2)]
        lines += [f"  {row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]}" for row in rows]
        lines += [
            "",
            "Other parameters may be anything. Quasi-p is the chance of so good a limit from a parameter",
            f"without any effect; above {SURE} it may be chance. The box holds in the ranges of the sweep.",
        ]
        return "\n".join(lines) + "\n"


def command(
    folder: str | Path,
    outcome: str,
    *,
    above: float | None = None,
    below: float | None = None,
    density: float = DENSITY,
    out: str | Path | None = None,
) -> Path:
    """Find the box, print it, write it to a folder (``out``; results/discover-NAME where None), return that.

    Raises UserMistake for all that the user can put right.
    """
    if (above is None) == (below is None):
        raise UserMistake("say either --above or --below, and a number: where the outcome is a failure")
    if not 0 < density <= 1:
        raise UserMistake(f"--density: is a share above 0, up to 1; given {density:g}")
    swept = read_sweep(Path(folder))
    target = Path("results") / f"discover-{Path(folder).resolve().name}" if out is None else Path(out)
    check_target(target, OWN)
    table = swept.table
    [wanted] = named.find(table, [outcome], "--outcome")
    values = wanted.of(swept).reindex(swept.points.index).to_numpy(dtype=np.float64).mean(axis=1)
    side: Side = "above" if above is not None else "below"
    threshold = float(above if above is not None else below)  # type: ignore[arg-type]
    box = discover(swept.points, values, threshold, side, density)
    found = Discovered(swept, wanted, named.unit_of(table, wanted), side, threshold, values, box)
    print(found.text(), end="")
    return write(target, found)


def write(folder: Path, found: Discovered) -> Path:
    """Write a box to a folder, whole or not at all; returns the folder. Raises ResultError."""
    from darien.experiments.discovery import in_numbers

    box = found.box
    points = in_numbers(found.swept.points).assign(
        value=found.values, of_interest=box.of_interest, inside=box.inside
    )
    with whole_folder(folder, OWN) as aside:
        points.to_csv(aside / POINTS, index_label="point", lineterminator="\n")
        (aside / TEXT).write_text(found.text(), encoding="utf-8")
        write_json(
            aside / MANIFEST,
            {
                "kind": KIND,
                "format": FORMAT,
                "title": found.swept.manifest["title"],
                "sweep": str(found.swept.folder),
                "outcome": str(found.outcome),
                "unit": found.unit,
                "side": found.side,
                "threshold": found.threshold,
                "coverage": box.coverage,
                "density": box.density,
                "mass": box.mass,
                "base_rate": box.base_rate,
                "limits": limits(found.swept, box),
                "code": code_version(),
                "commit": commit(),
                "versions": package_versions(),
            },
        )
    return folder


def limits(swept: Swept, box: FoundBox) -> list[dict[str, Any]]:
    """The limits of a box as plain data: of each restricted parameter its kind, scale, low, high, values, qp.

    ``kind``: number, date (low and high in days since 1970) or words (values: those inside).
    """
    import pandas as pd

    rows = []
    for row in box.limits.to_dict("records"):
        column = swept.points[row["parameter"]]
        kind = "number" if row["values"] is None else "words"
        if pd.api.types.is_datetime64_any_dtype(column):
            kind = "date"
        plain = {
            key: None if isinstance(value, float) and np.isnan(value) else value for key, value in row.items()
        }
        scale = swept.parameters[row["parameter"]].get("scale", "linear")
        rows.append({str(key): value for key, value in plain.items()} | {"kind": kind, "scale": scale})
    return rows


def _span(one: dict[str, Any]) -> str:
    """The part of a parameter that is inside, in words."""
    if one["kind"] == "words":
        return " or ".join(one["values"])

    def say(value: float) -> str:
        return str(np.datetime64(int(value), "D")) if one["kind"] == "date" else f"{value:.4g}"

    if one["low"] is None:
        return f"up to {say(one['high'])}"
    return (
        f"{say(one['low'])} and more" if one["high"] is None else f"{say(one['low'])} to {say(one['high'])}"
    )


def _quasi_p(one: dict[str, Any]) -> str:
    known = [value for value in (one["qp_low"], one["qp_high"]) if value is not None]
    return ", ".join(f"{value:.2g}" for value in known) + (" (may be chance)" if min(known) > SURE else "")
