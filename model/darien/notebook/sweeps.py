"""Many points of a scenario's parameters, in a notebook."""

from __future__ import annotations

import re
import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darien.experiments.sweep_file import RESERVED, load_sweep
from darien.notebook.given import WHAT, Given, fit_named, title_of
from darien.notebook.pictures import picture
from darien.scenario.errors import UserMistake, listed
from darien.scenario.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd
    from PIL.Image import Image

    from darien.record.swept import Swept


def sweep(
    what: str | Path | Scenario,
    parameters: Mapping[str, Any] | None = None,
    *,
    design: str | None = None,
    points: int | Sequence[Mapping[str, Any]] | pd.DataFrame | None = None,
    replicates: int | None = None,
    outcomes: Sequence[str] | None = None,
    series: str | None = None,
    fit: str | None = None,
    title: str | None = None,
    why: str | None = None,
    workers: int = 1,
    on: Executor | None = None,
    folder: str | Path | None = None,
) -> SweepResult:
    """Run a scenario at many points of its parameters, every point with the same people and the same luck.

    ``what``: a sweep (file or built-in name), or with ``parameters`` the base: a scenario's file or
    built-in name, or one that was read. ``parameters``: by path in the scenario, a list of values or a range
    ``(low, high)``; or by a name of your own, a mapping as in a sweep file (``path`` or ``paths``,
    ``values`` or ``low`` and ``high``, ``scale``, ``why``). ``points``: how many of them are spread over
    the ranges, or each point (a mapping, or a row of a frame) by the names of the parameters. ``design``: as
    in a sweep file; where not given "grid" without ``points``, "list" with a list of them,
    "latin_hypercube" with a number. ``fit``: its name or folder, "history" for that of the base's history:
    each replicate has another draw.

    ``folder``: where results are kept, and whence the same sweep goes on if it was stopped; without one they
    live as long as the object. ``on``: an executor in place of ``workers`` processes.

    Raises UserMistake or ScenarioError, which name the argument at fault.
    """
    from darien.experiments.design import points_of
    from darien.experiments.sweep import run_points

    said = {"design": design, "points": points, "outcomes": outcomes, "series": series}
    said |= {"fit": fit, "title": title, "why": why}
    with tempfile.TemporaryDirectory(prefix="darien-") as aside:
        given = Given("sweep", Path(aside))
        with given.faults_by_argument():
            for name, number in (("replicates", replicates), ("workers", workers)):
                if number is not None and number < 1:
                    raise UserMistake(f"{name}: needs 1 or more; given {number}")
            if parameters is None:
                file = _file(what, said)
            else:
                file = given.write(_content(given, what, parameters, said))
            loaded = load_sweep(file)
            with ExitStack() as undo:
                if folder is None:
                    folder = tempfile.mkdtemp(prefix="darien-")
                    undo.callback(shutil.rmtree, folder, ignore_errors=True)
                design_points = points_of(loaded)
                swept = run_points(
                    loaded, design_points, Path(folder), workers=workers, on=on, replicates=replicates
                )
                weakref.finalize(swept, undo.pop_all().close)
    return SweepResult(swept)


@dataclass(frozen=True, eq=False, repr=False)
class SweepResult:
    """A sweep that was run; ``swept`` reads what it left on disk."""

    swept: Swept

    def to_frame(self) -> pd.DataFrame:
        """Tidy: point, replicate, a column per parameter, outcome, place ('' the whole route), group, unit,
        value."""
        return self.swept.table

    @property
    def points(self) -> pd.DataFrame:
        """A row per point, a column per parameter."""
        return self.swept.points

    def series(
        self, measures: Sequence[str] | None = None, where: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """Monthly counts, without zeros: point, replicate, date, where, kind, group, measure, persons."""
        return self.swept.series(measures, where)

    def of(self, outcome: str) -> pd.DataFrame:
        """One outcome: a row per point, a column per replicate. Raises UserMistake where there is none.

        ``outcome``: such as ``died`` (of the whole route) or ``apprehended@PAN`` (at a place).
        """
        from darien.experiments.named import find

        return find(self.to_frame(), [outcome], "outcome")[0].of(self.swept)

    @property
    def figures(self) -> list[str]:
        """Names of the figures that fit the design, for :meth:`plot`."""
        from darien.report.sweeps import drawings

        return list(drawings(self.swept))

    def plot(self, figure: str | None = None) -> Image | None:
        """One of :attr:`figures`, the first where not given; None where nothing varies."""
        from darien.report.sweeps import drawings

        found = drawings(self.swept)
        if figure is None:
            return picture(next(iter(found.values()))) if found else None
        if figure not in found:
            raise UserMistake(f"figure: there is no {figure}; allowed: {listed(list(found), most=100)}")
        return picture(found[figure])

    def text(self) -> str:
        """What ``darien sweep`` prints: for each outcome its range over the points, and chance."""
        from darien.experiments.sweep_command import told

        return told(self.swept)

    def __repr__(self) -> str:
        manifest, points = self.swept.manifest, self.points
        fit = "" if manifest["fit"] is None else f", each another draw of the fit {manifest['fit']}"
        lines = [
            f"{manifest['title']}: {len(points):,} points ({manifest['design'].replace('_', ' ')}), "
            f"{manifest['replicates']:,} replicates each{fit}"
        ]
        for name, column in points.items():
            paths = ", ".join(self.swept.parameters[str(name)]["paths"])
            spread = self.swept.parameters[str(name)]["values"] is None
            lines.append(f"  {name} ({paths}): {_span(column, spread)}")
        lines.append("Mean over the replicates, from the point with the least to that with the most:")
        table = self.to_frame()
        whole = table[table["place"] == ""]
        units = whole.drop_duplicates("outcome").set_index("outcome")["unit"]
        for outcome in self._main(list(units.index)):
            mean = self.of(outcome).mean(axis=1)
            what = f"{outcome.replace('_', ' ')} ({units[outcome]})"
            lines.append(f"  {what:<38}{_number(mean.min()):>12} to {_number(mean.max())}")
        return "\n".join(lines)

    def _main(self, known: list[str]) -> list[str]:
        from darien.report.sweep_axes import USUAL

        return [name for name in self.swept.manifest["outcomes"] or USUAL if name in known]


def _content(
    given: Given, what: str | Path | Scenario, parameters: Mapping[str, Any], said: Mapping[str, Any]
) -> dict[str, Any]:
    """A base and parameters as a sweep file has them. Raises UserMistake."""
    if not isinstance(parameters, Mapping):
        raise UserMistake(
            f"parameters: given {type(parameters).__name__}; allowed: a mapping, values by each path"
        )
    base = given.scenario(what, WHAT)
    names = _names(parameters)
    points = said["points"]
    if hasattr(points, "to_dict"):
        points = points.to_dict("records")
    if isinstance(points, (list, tuple)):
        points = [{names.get(key, key): value for key, value in dict(point).items()} for point in points]
    usual = "grid" if points is None else "list" if isinstance(points, list) else "latin_hypercube"
    return {
        "title": said["title"] or title_of(what),
        "why": said["why"] or "",
        "base": base,
        "design": said["design"] or usual,
        "points": points,
        "parameters": {names[key]: _parameter(key, value) for key, value in parameters.items()},
        "outcomes": said["outcomes"],
        "series": said["series"],
        "fit": fit_named(said["fit"], what),
    }


def _names(parameters: Mapping[str, Any]) -> dict[str, str]:
    """A column's name for each parameter: its own, or the end of its path that tells it from others."""
    found: dict[str, str] = {}
    for key, value in parameters.items():
        steps = [re.sub(r"\W", "_", step) for step in str(key).lower().replace("[", ".").split(".") if step]
        name = str(key)
        for count in range(1, len(steps) + 1) if not isinstance(value, Mapping) else ():
            name = "_".join(steps[-count:])
            if name not in found.values() and name not in RESERVED:
                break
        found[key] = name
    return found


def _parameter(key: str, value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple):
        if len(value) != 2:
            raise UserMistake(
                f"parameters.{key}: given {len(value)} numbers in a tuple; allowed: a range (low, high), or "
                "a list of values"
            )
        return {"path": key, "low": value[0], "high": value[1]}
    if isinstance(value, (list, range)) or hasattr(value, "tolist"):
        return {"path": key, "values": value}
    raise UserMistake(
        f"parameters.{key}: given {type(value).__name__}; allowed: a list of values, a range (low, high), or "
        "a mapping as in a sweep file"
    )


def _file(what: str | Path | Scenario, said: Mapping[str, Any]) -> str | Path:
    if isinstance(what, Scenario):
        raise UserMistake("parameters: are needed beside a Scenario: what varies, by path")
    if fixed := [name for name, value in said.items() if value is not None]:
        raise UserMistake(f"{fixed[0]}: is what the sweep file says; give it with parameters={{...}} only")
    return what


def _span(column: pd.Series, spread: bool) -> str:
    """The values of a parameter in few words; ``spread``: over a range, so that its ends tell enough."""
    values = sorted(column.unique())
    words = [f"{value:%Y-%m-%d}" if hasattr(value, "strftime") else _short(value) for value in values]
    return ", ".join(words) if len(words) <= 8 and not spread else f"{words[0]} to {words[-1]}"


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == 0 else f"{value:.2g}"
