"""Scenario files: read, laid over one another, checked; and written back whole.

``load`` gives a checked Scenario or raises ScenarioError with every fault that
was found; each fault names the file and line where the value at fault was
written, also when that is deep in a chain of ``extends``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from darien.scenario import library, parts, series, shape
from darien.scenario import sets as sets_module
from darien.scenario.check import OF_A_RUN, check, is_world, warnings
from darien.scenario.dump import fingerprint, resolved, to_yaml
from darien.scenario.errors import Fault, ScenarioError, UserMistake, listed, nearest
from darien.scenario.merge import merge
from darien.scenario.salvage import mend
from darien.scenario.schema import Scenario
from darien.scenario.translate import said, spot, translate, unknown_keys
from darien.scenario.yaml_nodes import Mark, Node, decode, parse, shown

__all__ = ["faults", "fingerprint", "load", "read", "resolved", "to_yaml", "warnings"]


def load(what: str | Path, sets: Sequence[str] = (), policy: Node | None = None) -> Scenario:
    """The scenario in a file, or of a built-in name, with ``PATH=VALUE`` changes. Raises ScenarioError.

    ``policy``: measures that are laid over those of the file, as they stand in another.
    """
    scenario, found = read(what, sets, policy=policy)
    if scenario is None or found:
        raise ScenarioError(found)
    return scenario


def faults(what: str | Path, sets: Sequence[str] = ()) -> list[Fault]:
    """Everything that is wrong with a scenario file; an empty list if nothing is."""
    return read(what, sets)[1]


def read(
    what: str | Path, sets: Sequence[str] = (), world: bool = False, policy: Node | None = None
) -> tuple[Scenario | None, list[Fault]]:
    """The scenario, if it can be made, and every fault that was found.

    With ``world``, a file that has nothing of what makes a run (title, why, period,
    departures) is taken for a world to build on and may lack them: then no scenario
    is made, and no fault is found for that. ``policy`` is as for :func:`load`.
    """
    found: list[Fault] = []
    chain: list[str] = []
    try:
        root = _read_nodes(what, sets, policy, chain, found)
    except ScenarioError as error:
        return None, _in_order(found + error.faults, chain)
    world = world and is_world(root.mapping)
    scenario, errors = _validated(root)
    misspelt = False
    while unknown := unknown_keys(errors, root):
        misspelt = True
        found += translate([error for error in errors if error["type"] == "extra_forbidden"], root)
        mend(root, unknown)
        scenario, errors = _validated(root)
    if world:
        errors = [
            e for e in errors if e["type"] != "missing" or len(e["loc"]) > 1 or e["loc"][0] not in OF_A_RUN
        ]
    found += translate(errors, root)
    read_in = parts.of_data(shape.plain(root, Scenario)) if scenario is None else parts.of_scenario(scenario)
    if any(fault.path == "departures.series" for fault in found):
        read_in.broken |= {"departures"}  # which months there are is not known
    found += [_located(problem, root) for problem in check(read_in, _excused(root, chain))]
    return None if misspelt else scenario, _in_order(found, chain)


def _validated(root: Node) -> tuple[Scenario | None, list[ErrorDetails]]:
    """The scenario, or what the schema has against it."""
    try:
        return Scenario.model_validate(shape.plain(root, Scenario), strict=True), []
    except ValidationError as error:
        return None, error.errors(include_url=False)


def _located(problem: parts.Problem, root: Node) -> Fault:
    """A problem with the file and line of what is at fault."""
    where = spot(root, problem.loc)
    return Fault(
        where.mark.file, where.mark.line, where.path, problem.message, problem.given, problem.allowed
    )


def _excused(root: Node, chain: Sequence[str]) -> set[tuple[int, str | None]]:
    """The dates of measures over which the period was cut: by a file laid over theirs, or by ``--set``.

    Who shortens a base cannot rewrite its measures: those outside are never in force. Whoever writes a
    measure for a period that stands in the same file, or in one below, has mistaken a date.
    """
    excused: set[tuple[int, str | None]] = set()
    policy, period = root.mapping.get("policy"), root.mapping.get("period")
    if policy is None or period is None or not isinstance(policy.value, list):
        return excused
    for key, end in (("from", "end"), ("until", "start")):
        missed = period.mapping.get(end)
        for i, measure in enumerate(policy.value):
            date = measure.mapping.get(key)
            if date is None or missed is None:
                continue
            if _depth(missed.at.file, chain) < _depth(date.at.file, chain):
                excused.add((i, key))
    return excused


def _depth(file: str, chain: Sequence[str]) -> int:
    """How far down the chain of ``extends`` a value was written; -1 for ``--set``, above them all."""
    if file.startswith("--set"):
        return -1
    return chain.index(file) if file in chain else len(chain)


def _read_nodes(
    what: str | Path, sets: Sequence[str], policy: Node | None, chain: list[str], found: list[Fault]
) -> Node:
    """The merged nodes of a scenario. Adds to ``found``, and to ``chain`` the files as they are opened.

    Raises ScenarioError where it cannot go on.
    """
    root = _chain(_locate(what), (), chain, found)
    if policy is not None:
        chain.insert(0, policy.mark.file)
        root = merge(root, Node({"policy": policy}, policy.at))
    broken: list[Fault] = []
    for given in sets:
        try:
            sets_module.apply(root, given, broken)
        except ScenarioError as error:
            broken += error.faults
    if broken:
        raise ScenarioError(broken)
    departures = root.mapping.get("departures")
    if departures is not None and "series" in departures.mapping:  # those of files are read in by now
        laid_over = Node({"series": departures.mapping.pop("series")}, departures.at, departures.key_at)
        last = Node({"departures": laid_over}, root.at)
        series.read_in(last, Path(), found)
        root = merge(root, last)
    return root


def _locate(what: str | Path) -> Path:
    """The file that is meant: a path, or a built-in name. Raises ScenarioError."""
    path = Path(what)
    if path.is_file():
        return path
    if path.is_dir():
        raise ScenarioError([Fault(str(what), None, "", "is a folder", None, "a scenario file")])
    if isinstance(what, Path) or what.endswith((".yaml", ".yml")):
        try:
            return library.find(str(what))
        except UserMistake:
            raise ScenarioError([Fault(str(what), None, "", "no such file")]) from None
    try:
        return library.find(what)
    except UserMistake as error:
        raise ScenarioError([Fault(str(what), None, "", str(error).removeprefix(f"{what}: "))]) from None


def _chain(path: Path, inside: tuple[Path, ...], chain: list[str], found: list[Fault]) -> Node:
    """A file laid over what it extends."""
    name = shown(path)
    chain.append(name)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ScenarioError([Fault(name, None, "", f"cannot be read: {error.strerror}")]) from None
    root = parse(decode(data, name), name, found)
    if root is None or root.value is None:
        raise ScenarioError(
            [Fault(name, 1, "", "is empty", None, "a scenario: a mapping with title, why, ...")]
        )
    if not isinstance(root.value, dict):
        raise ScenarioError([Fault(name, root.at.line, "", "is not a mapping", None, "key: value lines")])
    series.read_in(root, path.parent, found)
    extends = root.value.pop("extends", None)
    if extends is None:
        if left_out := root.mapping.get("without"):
            message = "leaves out measures of a base, but there is no base"
            found.append(Fault(name, left_out.mark.line, "without", message, None, "`extends` beside it"))
        return merge(None, root)
    base = _base(extends, path)
    here = (*inside, path.resolve())
    if base.resolve() in here:
        circle = " -> ".join(shown(p) for p in (*here[here.index(base.resolve()) :], base.resolve()))
        raise ScenarioError([Fault(name, extends.at.line, "extends", f"goes round in a circle: {circle}")])
    below = _chain(base, here, chain, found)
    left_out = root.value.pop("without", None)
    if left_out is not None:
        below = _without(below, left_out, found)
    merged = merge(below, root)
    merged.mapping["extends"] = extends
    return merged


def _without(base: Node, left_out: Node, found: list[Fault]) -> Node:
    """A base without some of its measures, which are named; names that it does not have are faults."""
    policy = base.mapping.get("policy")
    items = policy.value if policy is not None and isinstance(policy.value, list) else []
    known = {item.mapping["name"].value: item for item in items if "name" in item.mapping}
    dropped: list[Node] = []
    if not isinstance(left_out.value, list):
        wanted = "names of measures, such as [nicaragua_closes]"
        found.append(Fault(left_out.mark.file, left_out.mark.line, "without", "is not a list", None, wanted))
        return base
    for n, given in enumerate(left_out.value):
        if isinstance(given.value, str) and given.value in known:
            dropped.append(known[given.value])
            continue
        names = [str(name) for name in known]
        near = nearest(given.value, names)
        word = given.value if isinstance(given.value, str) else said(given.value)
        message = f"the base has no measure {word}" + (f"; did you mean {near}?" if near else "")
        allowed = None if near else listed(names)
        found.append(Fault(given.mark.file, given.mark.line, f"without[{n}]", message, None, allowed))
    if not dropped or policy is None:
        return base
    kept = [item for item in items if not any(item is one for one in dropped)]
    return Node({**base.mapping, "policy": Node(kept, policy.at, policy.key_at)}, base.at, base.key_at)


def _base(extends: Node, path: Path) -> Path:
    """The file that ``extends`` names. Raises ScenarioError."""
    mark: Mark = extends.at
    name = extends.value
    if not isinstance(name, str) or not name:
        raise ScenarioError(
            [Fault(mark.file, mark.line, "extends", "must name a file or a built-in scenario")]
        )
    for candidate in (path.parent / name, path.parent / f"{name}.yaml"):
        if candidate.is_file():
            return candidate
    try:
        return library.find(name)
    except UserMistake as error:
        raise ScenarioError([Fault(mark.file, mark.line, "extends", str(error))]) from None


def _in_order(found: list[Fault], chain: Sequence[str]) -> list[Fault]:
    """Without repeats: those of ``--set`` first, then from the file that was asked for down, by line."""
    return sorted(dict.fromkeys(found), key=lambda fault: (_depth(fault.file, chain), fault.line or 0))
