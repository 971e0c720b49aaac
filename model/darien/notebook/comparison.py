"""Options held against a base, in a notebook."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any

from darien.experiments.comparison import Comparison, Loaded, load
from darien.experiments.stated import must_hold_harm
from darien.notebook.compared import ComparisonResult
from darien.notebook.given import WHAT, Given, fit_named, title_of
from darien.scenario import model_file
from darien.scenario.errors import UserMistake
from darien.scenario.schema import Scenario
from darien.scenario.yaml_nodes import parse, shown

Option = str | Path | Scenario | Sequence[str] | Mapping[str, Any]
_OF_THE_FILE = ("title", "why", "break_even")  # what only the file itself says, where one is given


def compare(
    what: str | Path | Scenario,
    options: Mapping[str, Option] | None = None,
    *,
    better: Mapping[str, str] | None = None,
    outcomes: Sequence[str] | None = None,
    replicates: int | None = None,
    fit: str | None = None,
    draws: int | None = None,
    workers: int = 1,
    on: Executor | None = None,
    **more: Any,
) -> ComparisonResult:
    """Hold options against a base: the same people, the same luck, one thing different.

    ``what``: a comparison (file or built-in name), or with ``options`` the base: a scenario's file or
    built-in name, or one that was read. An option is another scenario, given likewise; a list of changes
    to the base, such as ``["parameters.cost_weight=2"]``; or a mapping as in a comparison file
    (``scenario``, ``set``, ``policy``, ``why``).

    ``better``: by outcome, which direction you call better, "lower" or "higher"; harm to migrants must be
    among them. ``outcomes``: those to show. ``replicates``: pairs of each option with the base. ``fit``:
    its name or folder, "history" for that of the base's history; then ``draws`` of it are compared.
    ``more``: what else a comparison file may say, such as ``luck``, ``weights``, ``break_even`` or
    ``structures``. All go before what the file says; ``fit="none"`` leaves its fit out. ``on``: an executor
    in place of ``workers`` processes.

    Raises UserMistake or ScenarioError, which name the argument at fault.
    """
    from darien.experiments import compare_command

    asked = {"better": better, "outcomes": outcomes, "replicates": replicates, "draws": draws, **more}
    with tempfile.TemporaryDirectory(prefix="darien-") as folder:
        given = Given("compare", Path(folder))
        with given.faults_by_argument():
            if options is None:
                loaded = _changed(_of_file(what), given, asked, fit)
            else:
                loaded = load(given.write(_content(given, what, options, asked, fit)))
            compared, others = compare_command.run(loaded, workers=workers, on=on)
    return ComparisonResult(compared, others)


def _content(
    given: Given,
    what: str | Path | Scenario,
    options: Mapping[str, Option],
    asked: Mapping[str, Any],
    fit: str | None,
) -> dict[str, Any]:
    """A base and options as a comparison file has them. Raises UserMistake."""
    if not isinstance(options, Mapping):
        raise UserMistake(
            f"options: given {type(options).__name__}; allowed: a mapping, an option by each name"
        )
    base = given.scenario(what, WHAT)
    named = fit_named(fit, what)
    return {
        "title": f"{title_of(what)}: {', '.join(map(str, options))}",
        "why": "",
        **asked,
        "base": base,
        "options": {name: _option(given, option, f"options.{name}") for name, option in options.items()},
        "fit": named,
    }


def _option(given: Given, option: Option, argument: str) -> dict[str, Any]:
    if isinstance(option, Mapping):
        found = dict(option)
        if found.get("scenario") is not None:
            found["scenario"] = given.scenario(found["scenario"], argument)
    elif isinstance(option, (str, Path, Scenario)):
        found = {"scenario": given.scenario(option, argument)}
    elif isinstance(option, (list, tuple)):
        found = {"set": list(option)}
    else:
        raise UserMistake(
            f"{argument}: given {type(option).__name__}; allowed: a scenario (name, file or Scenario), a "
            "list of PATH=VALUE, or a mapping as in a comparison file"
        )
    if isinstance(found.get("set"), (list, tuple)):
        for change in found["set"]:
            given.set_by(change, argument)
    return found


def _of_file(what: str | Path | Scenario) -> Loaded:
    if isinstance(what, Scenario):
        raise UserMistake("options: are needed beside a Scenario: those that are held against it, by name")
    return load(what)


def _changed(loaded: Loaded, given: Given, asked: Mapping[str, Any], fit: str | None) -> Loaded:
    """A comparison that was read, with what the arguments say in place of what the file says."""
    changes = {key: value for key, value in asked.items() if value is not None}
    if not changes and fit is None:
        return loaded
    if fixed := [name for name in _OF_THE_FILE if name in changes]:
        raise UserMistake(f"{fixed[0]}: is what {shown(loaded.file)} says; give it with options={{...}} only")
    kept = loaded.comparison.model_dump(by_alias=True, exclude_none=True)
    if fit is not None:
        kept["fit"] = fit_named(fit, loaded.base)
        if kept["fit"] is None:
            kept.pop("draws", None)
    root = parse(given.text({**kept, **changes}), shown(given.file), [])
    assert root is not None
    comparison = model_file.validated(root, Comparison, [])
    if comparison.better:
        must_hold_harm(comparison.better)
    return replace(loaded, comparison=comparison)
