"""What is loaded when: the one-way house, and a start without the heavy libraries."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "model")}
HEAVY = ("mesa", "numba", "pandas", "scipy", "matplotlib", "pyarrow")


def _loaded(program: str) -> set[str]:
    """The heavy libraries in sys.modules after a program has run in an interpreter of its own."""
    program += f"\nimport sys\nprint('loaded:', *[name for name in {HEAVY!r} if name in sys.modules])"
    run = subprocess.run(
        [sys.executable, "-c", program], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return set(run.stdout.splitlines()[-1].removeprefix("loaded:").split())


def test_importing_darien_loads_nothing_heavy() -> None:
    assert _loaded("import darien") == set()


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["list"], ["schema"]])
def test_light_commands_load_nothing_heavy(arguments: list[str]) -> None:
    program = f"""
import sys
from darien.cli import main
sys.argv = ["darien", *{arguments!r}]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""
    assert _loaded(program) == set()


def test_the_check_sees_what_is_loaded() -> None:
    assert "pandas" in _loaded("import pandas")


def test_imports_run_one_way() -> None:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    run = subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "2 kept, 0 broken" in run.stdout
