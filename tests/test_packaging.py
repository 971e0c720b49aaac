"""What is installed: the wheel carries all that a run needs, and the pins cover all that is declared."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from hatchling.builders.wheel import WheelBuilder

from darien import __version__

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    (path,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    return Path(path)


@pytest.fixture(scope="module")
def unpacked(wheel: Path) -> Path:
    folder = wheel.parent / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_the_wheel_carries_the_code_with_its_data(unpacked: Path) -> None:
    package = ROOT / "model" / "darien"
    expected = {
        path.relative_to(package)
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert expected
    assert expected <= {path.relative_to(unpacked / "darien") for path in (unpacked / "darien").rglob("*")}


@pytest.mark.parametrize("folder", ["scenarios", "calibration/observed"])
def test_the_wheel_carries_what_researchers_edit(unpacked: Path, folder: str) -> None:
    files = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    assert files
    for path in files:
        copy = unpacked / "darien" / "library" / path.relative_to(ROOT)
        assert copy.read_bytes() == path.read_bytes()


def test_the_wheel_carries_nothing_else(unpacked: Path) -> None:
    assert {path.name for path in unpacked.iterdir()} == {"darien", f"darien-{__version__}.dist-info"}


def test_an_unpacked_wheel_finds_its_own_scenarios_from_any_folder(unpacked: Path, tmp_path: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from darien.scenario import files, library\n"
        "print(library.root())\n"
        "print(files.load('history-2014-2018').period.days)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(unpacked)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    root, days = run.stdout.splitlines()
    assert Path(root) == unpacked / "darien" / "library"
    assert int(days) == 5 * 365 + 1


def test_the_version_is_the_same_everywhere() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == __version__


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _declared(requirements: list[str]) -> set[str]:
    return {_normal(re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]) for requirement in requirements}


def test_every_declared_dependency_is_pinned_exactly() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    pins = [re.fullmatch(r"([A-Za-z0-9._-]+)==([0-9][A-Za-z0-9.+]*)", line) for line in lines]
    assert all(pins)
    pinned = {_normal(pin[1]) for pin in pins if pin}
    assert len(pinned) == len(lines)
    extras = [requirement for extra in PROJECT["optional-dependencies"].values() for requirement in extra]
    assert _declared(PROJECT["dependencies"] + extras) - {PROJECT["name"]} <= pinned


def test_every_imported_library_is_declared() -> None:
    imported = set()
    for path in (ROOT / "model" / "darien").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.partition(".")[0])
    names = packages_distributions()
    outside = imported - set(sys.stdlib_module_names) - {"darien"}
    assert {"numpy", "pydantic"} <= outside
    extras = (PROJECT["optional-dependencies"][name] for name in ("fit", "sensitivity", "discovery", "dask"))
    declared = _declared(PROJECT["dependencies"] + [requirement for extra in extras for requirement in extra])
    # pydantic_core is a part of pydantic, at the version that it asks for.
    undeclared = {
        name
        for name in outside - {"pydantic_core"}
        if declared.isdisjoint(_normal(distribution) for distribution in names.get(name, [name]))
    }
    assert undeclared == set()


def test_only_a_fit_needs_what_the_extra_for_fits_brings() -> None:
    brought = re.compile(r"^ *(?:import|from) (?:arviz|mici|sklearn|threadpoolctl)\b", re.MULTILINE)
    package = ROOT / "model" / "darien"
    needing = {
        path.relative_to(package).parts[0]
        for path in package.rglob("*.py")
        if brought.search(path.read_text())
    }
    assert needing == {"calibrate"}
