"""``python -m darien.calibrate.fit_page FOLDER...``: renew ``docs/fit.md``, its figures and the fits.

A folder is what ``darien calibrate`` wrote for a problem (``results/calibrate-NAME``). The draws that
scenarios take go to ``calibration/fits/NAME.csv`` and ``NAME.json``, the figures to
``results/published/calibrate-NAME``.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darien.calibrate.diagnosing import STRONG
from darien.calibrate.fit_summary import in_short
from darien.calibrate.hold_out import BEST, FITTED, MODEL, NAIVE, NO_AGENTS, RATIO
from darien.calibrate.recovery_tables import recovery_tables
from darien.calibrate.scoring import interval_score
from darien.calibrate.shock_text import placebo_page, shocks_page
from darien.experiments.evidence import ASSUMPTION, EVIDENCE
from darien.record.page import markdown, percent, put
from darien.scenario import library

if TYPE_CHECKING:
    import pandas as pd

SHOWN = (MODEL, FITTED, NO_AGENTS, *NAIVE)  # predictors of a hold-out, in the order of their columns
FEW = 100  # persons a year, below which a share off is chance
READ = (
    *("predictions", "unknowns", "pulls", "together", "derived", "effects", "recovery-summary"),
    *("holdout-summary", "shocks", "placebo"),
)  # tables of a fit, by the names of their files: the page needs no others, which are large
MOVES = 0.3  # standard deviations, from which a series is said to move an unknown


def tables(folder: Path) -> dict[str, str]:
    """The tables of a fit as Markdown, by name."""
    import pandas as pd

    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    files = {name: pd.read_csv(file) for name in READ if (file := folder / f"{name}.csv").is_file()}
    found = {
        "summary": in_short(manifest, files),
        "runs": _runs(manifest),
        "predictions": _predictions(files["predictions"]),
        "left_out": _left_out(files["predictions"]),
        "unknowns": _unknowns(files["unknowns"]),
        "pulls": _pulls(files["pulls"]),
        "pairs": _pairs(files["together"]),
    }
    if "derived" in files:
        found["derived"] = _derived(files["derived"])
    if "effects" in files:
        found |= {"informed": _informed(files["effects"]), "effects": _effects(files["effects"])}
    if "recovery-summary" in files:
        found |= recovery_tables(files["recovery-summary"])
    if "holdout-summary" in files:
        found["holdout"] = _holdout(pd.read_csv(folder / "holdout.csv", keep_default_na=False))
        found["rivals"] = _rivals(files["holdout-summary"])
    if "shocks" in files:
        found["shocks"] = shocks_page(files["shocks"])
        found["placebo"] = placebo_page(files["placebo"])
    return found


def _runs(manifest: dict[str, Any]) -> str:
    weights = ", ".join(f"{name} {weight}" for name, weight in manifest["persons_per_migrant"].items())
    converged = "the chains converged" if manifest["converged"] else "**the chains have not converged**"
    if manifest["converged"] and not manifest["settled"]:
        converged = "**not settled**: each round moved the posterior, though its chains converged"
    return (
        f"{manifest['design_runs']} points over the priors and {manifest['near_runs']} near earlier "
        f"posteriors, each with departures worked out anew; {converged} (R-hat {manifest['r_hat']:.3f}, "
        f"{manifest['effective_draws']:,} effective draws of the unknown that is told least). "
        f"Persons per migrant: {weights or 1}, else 1."
    )


def _predictions(table: pd.DataFrame) -> str:
    rows = [
        (
            f"{one['series']}",
            _when(one),
            one["role"],
            _number(one["reported"]),
            _number(one["median"]),
            f"{_number(one['low'])} to {_number(one['high'])}",
            _reach(one),
            "yes" if one["inside"] else "**no**",
        )
        for one in table.to_dict("records")
    ]
    header = ("series", "when", "role", "reported", "middle", "90 % interval", "high / low", "inside")
    return markdown(header, rows, numbers=(3, 4, 5, 6))


def _derived(table: pd.DataFrame) -> str:
    """The deriving series, of which each is given to every draw: no success, unless one does not come out."""
    rows = [
        (
            str(one["group"]),
            str(one["year"]),
            "derived",
            _number(one["reported"]),
            _number(one["median"]),
            f"{_number(one['low'])} to {_number(one['high'])}",
            f"{100 * (one['median'] / one['reported'] - 1):+.0f} %" if one["reported"] >= FEW else "",
        )
        for one in table.to_dict("records")
    ]
    header = ("group", "year", "role", "reported", "middle", "90 % of the draws", "middle off by")
    return markdown(header, rows, numbers=(3, 4, 5, 6))


def _when(one: dict[str, Any]) -> str:
    first, last = str(one["from"]), str(one["to"])
    whole_year = (first[5:], last) == ("01-01", f"{first[:4]}-12-31")
    return first[:4] if whole_year else f"{first[:7]} to {last[:7]}"


def _reach(one: dict[str, Any]) -> str:
    """How many times its lower end the upper end of an interval is."""
    return f"{one['high'] / one['low']:.1f}" if one["low"] > 0 and one["unit"] != "months" else ""


def _left_out(table: pd.DataFrame) -> str:
    """Numbers that no fit has seen: how wide their intervals are, and what that and a miss cost."""
    own = table[table["role"] == "tests"]
    if own.empty:
        return "No number was left out."
    scores = interval_score(*(own[name].to_numpy(dtype=float) for name in ("low", "high", "reported")))
    rows = [
        (
            str(one["series"]),
            _when(one),
            _number(one["reported"]),
            f"{_number(one['low'])} to {_number(one['high'])}",
            _reach(one),
            "yes" if one["inside"] else "**no**",
            _number(score),
        )
        for one, score in zip(own.to_dict("records"), scores, strict=True)
    ]
    header = (
        "series",
        "when",
        "reported",
        "90 % interval",
        "high / low",
        "inside",
        "interval score",
    )
    told = f"\n\n{int(own['inside'].sum())} of {len(own)} inside."
    return markdown(header, rows, numbers=(2, 3, 4, 6)) + told


def _holdout(table: pd.DataFrame) -> str:
    """A row per series, a column per predictor: the mean score of its months."""
    rows = []
    for series, own in table.groupby("series", sort=False):
        by = {one["predictor"]: one for one in own.to_dict("records")}
        best = by.get(BEST, {"chosen": ""})["chosen"]
        cells = [
            ""
            if name not in by
            else f"**{by[name]['crps']:.2f}**"
            if name == best
            else f"{by[name]['crps']:.2f}"
            for name in SHOWN
        ]
        ours = by.get(MODEL, by[FITTED])
        how = [f"{name}: {by[name]['chosen']}" for name in (MODEL, RATIO) if name in by and name in SHOWN]
        rows.append(
            (
                str(series),
                str(own["part"].iloc[0]),
                *cells,
                percent(ours["coverage"]),
                "; ".join(how),
            )
        )
    rows.sort(key=lambda row: row[1])
    header = ("series", "part", *SHOWN, "inside 90 %", "chosen before the origin")
    return markdown(header, rows, numbers=range(2, 3 + len(SHOWN)))


def _rivals(table: pd.DataFrame) -> str:
    rows = [
        (
            one["part"],
            one["predictor"],
            one["against"],
            str(one["series"]),
            f"{one['ratio']:.2f}",
            f"{one['low']:.2f} to {one['high']:.2f}",
            percent(one["coverage"]),
            percent(one["coverage_against"]),
        )
        for one in table.to_dict("records")
    ]
    header = ("part", "predictor", "against", "series", "score / its score", "90 % interval")
    return markdown((*header, "inside 90 %", "its inside"), rows, numbers=range(3, 8))


def _unknowns(table: pd.DataFrame) -> str:
    rows = [
        (
            f"`{one['unknown']}`",
            f"{_number(one['prior_low'])} to {_number(one['prior_high'])}",
            _number(one["median"]),
            f"{_number(one['low'])} to {_number(one['high'])}",
            percent(one["variance_removed"]),
            one["label"],
        )
        for one in table.sort_values("variance_removed", ascending=False).to_dict("records")
    ]
    header = ("unknown", "prior", "middle", "90 % interval", "variance removed", "")
    return markdown(header, rows, numbers=(1, 2, 3, 4))


def _effects(table: pd.DataFrame) -> str:
    rows = [
        (
            one["lever"].replace("_", " "),
            one["outcome"].replace("_", " "),
            f"{_signed(one['prior_low'])} to {_signed(one['prior_high'])}",
            _signed(one["median"]),
            f"{_signed(one['low'])} to {_signed(one['high'])}",
            percent(one["variance_removed"]),
            one["label"],
        )
        for one in table.to_dict("records")
    ]
    header = ("policy", "outcome", "before the fit", "middle", "after the fit", "variance removed", "")
    return markdown(header, rows, numbers=(2, 3, 4, 5))


def _informed(table: pd.DataFrame) -> str:
    """For each policy the effects that the counts say something of."""
    rows = []
    for lever, own in table.groupby("lever", sort=False):
        told = own[own["label"] == EVIDENCE]
        effects = [
            f"{one['outcome'].replace('_', ' ')} ({_signed(one['low'])} to {_signed(one['high'])})"
            for one in told.to_dict("records")
        ]
        rows.append((str(lever).replace("_", " "), ", ".join(effects) or "none", str(len(own) - len(told))))
    return markdown(("policy", EVIDENCE, ASSUMPTION), rows, numbers=(2,))


def _pulls(table: pd.DataFrame) -> str:
    """For each unknown the two series that move it most, where one moves it at all."""
    rows = []
    for unknown, own in table.dropna(subset="pull").groupby("unknown", sort=False):
        strongest = own.reindex(own["pull"].abs().sort_values(ascending=False).index).head(2)
        moving = strongest[strongest["pull"].abs() >= MOVES]
        if not moving.empty:
            told = [f"{one['series']} ({one['pull']:+.1f})" for one in moving.to_dict("records")]
            rows.append((f"`{unknown}`", ", ".join(told)))
    alone = ", ".join(dict.fromkeys(table[table["pull"].isna()]["series"]))
    found = markdown(("unknown", "moved by (standard deviations of the posterior)"), rows)
    return found + (
        f"\n\nDeciding so much that leaving them out cannot be told from these draws: {alone}."
        if alone
        else ""
    )


def _pairs(table: pd.DataFrame) -> str:
    if table.empty:
        return f"No two unknowns go together so far (a rank correlation of {STRONG} and more)."
    rows = [
        (f"`{one['one']}`", f"`{one['other']}`", f"{one['correlation']:+.2f}")
        for one in table.to_dict("records")
    ]
    return markdown(("unknown", "and", "rank correlation"), rows, numbers=(2,))


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == 0 or abs(value) >= 10 else f"{value:.2g}"


def _signed(share: float) -> str:
    return f"{100 * share:+.1f} %"


def main(folders: list[str]) -> None:
    """Renew the page in the checkout from the folders of fits."""
    for given in folders:
        if not (Path(given) / "fit" / "manifest.json").is_file():
            raise SystemExit(f"{given}: holds no fit; darien calibrate makes one")
    page = library.root() / "docs" / "fit.md"
    text = page.read_text(encoding="utf-8")
    for given in folders:
        folder = Path(given)
        name = folder.name.removeprefix("calibrate-")
        for what, table in tables(folder / "fit").items():
            text = put(text, f"{what} of {name}", table)
        fits = library.root() / "calibration" / "fits"
        fits.mkdir(exist_ok=True)
        for kind in ("csv", "json"):
            shutil.copyfile(folder / "fit" / f"draws.{kind}", fits / f"{name}.{kind}")
        shutil.copyfile(folder / "fit" / "draws_prior.csv", fits / f"{name}.prior.csv")
        published = library.root() / "results" / "published" / folder.name
        published.mkdir(parents=True, exist_ok=True)
        for figure in sorted((folder / "fit" / "figures").glob("*.png")):
            shutil.copyfile(figure, published / figure.name)
    page.write_text(text, encoding="utf-8")
    print(f"renewed: {page}")


if __name__ == "__main__":
    main(sys.argv[1:])
