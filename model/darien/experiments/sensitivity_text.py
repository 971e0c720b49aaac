"""A sensitivity analysis in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from darien.experiments.indices import APART, MAIN, Indices

if TYPE_CHECKING:
    from darien.experiments.sensitivity import Sensitivity

CONDITIONAL = (
    "Given the departures as reconstructed, and the ranges of the sweep file: other ranges, other indices."
)
MEANING = {
    "morris": (
        "mu* is how much the outcome moves, on average, when the parameter alone goes through its range,",
        "at whatever place of the others; sigma, how much that depends on where (curved, or with others).",
    ),
    "sobol": (
        "S1 is the share of the variance that would go if the parameter alone were known; ST the share that",
        "would stay if all others were known. ST above S1 by more than the floor: it acts with others.",
    ),
}
FLOOR = (
    "floor is what chance alone would give a parameter without any effect. known: the 95 % interval keeps",
    "above the floor (S1: above 0). What is not known cannot be told from no effect.",
)


def text(found: Sensitivity) -> str:
    """The indices of every outcome to read, the largest first, and what they mean and do not."""
    design, fit = found.design, found.loaded.draws
    lines = [
        found.loaded.sweep.title,
        CONDITIONAL,
        f"{_method(found)}: {design.samples} {'trajectories' if design.method == 'morris' else 'samples'}, "
        f"{design.points} points of {len(design.parameters)} parameters, {found.replicates} "
        f"replicate{'s' if found.replicates > 1 else ''} each, the same luck at each"
        + (f"; replicate r has draw r of the fit {fit.name}." if fit is not None else "."),
        *MEANING[design.method],
        *FLOOR,
    ]
    if found.replicates == 1:
        lines.append(
            "With 1 replicate chance cannot be told apart: no floor. Give the sweep more replicates."
        )
    for one, indices in found.found.items():
        lines += ["", f"{one} ({found.units[one]})", *_outcome(found, indices)]
    return "\n".join(lines) + "\n"


def _method(found: Sensitivity) -> str:
    return "Morris" if found.design.method == "morris" else "Sobol"


def _outcome(found: Sensitivity, indices: Indices) -> list[str]:
    if indices.convergence is None:
        return [f"  {indices.note}"]
    lines = _table(found.design.method, indices)
    if len(indices.pairs):
        strong = indices.pairs[indices.pairs["known"] & (indices.pairs["S2"] > APART)]
        for row in strong.sort_values("S2", ascending=False).itertuples():
            lines.append(f"  together: {row.parameter} and {row[2]} {row.S2:.2f} ± {row.S2_conf:.2f}")
    if indices.chance == indices.chance:
        lines.append(
            f"  chance: {_percent(indices.chance)} of the variance of these means, "
            f"{_percent(indices.chance_of_one)} of that of one run"
        )
    return [*lines, f"  {indices.convergence.said}"]


def _table(method: str, indices: Indices) -> list[str]:
    """A line per parameter, the largest first, in columns."""
    main = MAIN[method]
    columns: dict[str, Any] = (
        {"mu*": ("mu_star", "mu_star_conf"), "mu": ("mu", None), "sigma": ("sigma", None)}
        if method == "morris"
        else {"ST": ("ST", "ST_conf"), "S1": ("S1", "S1_conf")}
    )
    ordered = indices.table.sort_values(main, ascending=False, kind="stable")
    say = _amount if method == "morris" else "{:.2f}".format
    rows = [["", *columns, "floor", ""]]
    for name, row in ordered.iterrows():
        cells = [str(name)]
        for value, half in columns.values():
            cells.append(say(row[value]) + (f" ± {say(row[half])}" if half else ""))
        cells.append(say(row["floor"]) if row["floor"] == row["floor"] else "")
        cells.append(_known(method, row))
        rows.append(cells)
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  "
        + "  ".join(
            [
                row[0].ljust(widths[0]),
                *(c.rjust(w) for c, w in zip(row[1:-1], widths[1:-1], strict=True)),
                row[-1],
            ]
        ).rstrip()
        for row in rows
    ]


def _amount(value: float) -> str:
    """Whole from 100 up, three figures below."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def _known(method: str, row: Any) -> str:
    if not row["known"]:
        return "not known"
    return "known" if method == "morris" or row["S1_known"] else "known (S1 not)"


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %") if share >= 0.01 or share == 0 else "below 1 %"
