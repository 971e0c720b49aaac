"""What is given in Python is written as the file that it could have been, and read and checked as one.

So there is one set of rules. Only what its faults are called differs: by argument, not by file and line.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from darien.record.compared import BASE, SCENARIOS
from darien.scenario import files
from darien.scenario.dump import Dumper
from darien.scenario.errors import Fault, ScenarioError, UserMistake
from darien.scenario.schema import Scenario
from darien.scenario.yaml_nodes import shown

WHAT = "what"  # the argument that is the base of a file
_SET = "--set "  # how faults begin that are about a PATH=VALUE


class Given:
    """The arguments of a call, on their way to a file ``NAME.yaml`` in ``folder``."""

    def __init__(self, call: str, folder: Path) -> None:
        self.call = call
        self.file = folder / f"{call}.yaml"
        self._arguments: dict[str, str] = {}  # by what a fault calls its file: the argument that it is about

    def scenario(self, what: object, argument: str) -> str:
        """How the file names a scenario; one that was read already is written beside it."""
        if isinstance(what, Scenario):
            own = BASE if argument == WHAT else re.sub(r"[^A-Za-z0-9_-]", "-", argument.partition(".")[2])
            name = f"{SCENARIOS}/{own}.yaml"
            file = self.file.parent / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(files.to_yaml(what), encoding="utf-8")
            self._arguments[shown(file)] = argument
            return name
        if not isinstance(what, (str, Path)):
            raise UserMistake(
                f"{argument}: given {type(what).__name__}; allowed: a built-in name, a file or a Scenario"
            )
        self._arguments[str(what)] = argument
        return str(Path(what).resolve()) if Path(what).is_file() else str(what)

    def set_by(self, change: object, argument: str) -> None:
        """Faults of this PATH=VALUE are about ``argument``."""
        self._arguments.setdefault(f"{_SET}{change}", argument)

    def text(self, content: Mapping[str, Any]) -> str:
        """The arguments as YAML, without those that are None. Raises UserMistake for what it cannot hold."""
        told = {key: _plain(value, key) for key, value in content.items() if value is not None}
        return yaml.dump(told, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=110)

    def write(self, content: Mapping[str, Any]) -> Path:
        """Write the file; returns its path."""
        self.file.write_text(self.text(content), encoding="utf-8")
        return self.file

    @contextmanager
    def faults_by_argument(self) -> Iterator[None]:
        """ScenarioError and UserMistake from within name the argument that is wrong."""
        try:
            yield
        except ScenarioError as error:
            raise ScenarioError([self._of_argument(fault) for fault in error.faults]) from None
        except UserMistake as error:
            if type(error) is not UserMistake:  # of a folder: it says what it is about
                raise
            said = re.sub(rf"^{re.escape(shown(self.file))}(:\d+)?: ", "", str(error))
            raise UserMistake(said.removeprefix("--")) from None

    def _of_argument(self, fault: Fault) -> Fault:
        if fault.file == shown(self.file):
            about = WHAT if fault.path == "base" else fault.path
            return replace(fault, file=about or f"{self.call}()", line=None, path="")
        argument = self._arguments.get(fault.file)
        if argument is None and fault.file.startswith(_SET):  # made from another argument, by what it sets
            return replace(fault, file=fault.file.removeprefix(_SET))
        if argument is None:  # in a file of the user's: it says which, and where
            return fault
        if fault.file.startswith(_SET):
            said = f"{fault.file.removeprefix(_SET)}: {fault.message}"
            return replace(fault, file=argument, line=None, path="", message=said)
        said = fault.message if fault.path else f"{fault.file}: {fault.message}"
        return replace(fault, file=argument, line=None, message=said)


def title_of(what: str | Path | Scenario) -> str:
    """A base in words."""
    return what.title if isinstance(what, Scenario) else Path(what).stem


def fit_named(fit: str | None, base: str | Path | Scenario) -> str | None:
    """The name of the fit: that of the history ``base`` lies over for "history", None for "none"."""
    from darien.experiments.fitted import NONE, OF_HISTORY, fit_of

    if fit == OF_HISTORY:
        found = fit_of(base if isinstance(base, Scenario) else files.load(base))
        if found is None:
            raise UserMistake("fit: there is no built-in fit of the history of the base; name one, or none")
        return found.name
    return None if fit == NONE else fit


def _plain(value: Any, where: str) -> Any:
    """A value as YAML holds it: numbers, words, lists and mappings of them; dates as words."""
    if hasattr(value, "tolist"):  # of numpy and pandas
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): _plain(part, f"{where}.{key}") for key, part in value.items()}
    if isinstance(value, (list, tuple, range)):
        return [_plain(part, f"{where}[{n}]") for n, part in enumerate(value)]
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, dt.date):
        return value.isoformat()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise UserMistake(
        f"{where}: given {type(value).__name__}; allowed: numbers, words, dates, lists and mappings of them"
    )
