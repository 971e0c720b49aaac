"""Imports that wait: not run at first, all there when something in them is used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from darien.actors.later import later


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package ``slow`` that notes when it is run, with a module in it."""
    folder = tmp_path / "slow"
    folder.mkdir()
    (folder / "__init__.py").write_text(
        "from slow.inner import value\nwith open('ran', 'a') as file:\n    file.write('x')\n"
    )
    (folder / "inner.py").write_text("value = 3\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("slow", "slow.inner"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return tmp_path / "ran"


def test_a_module_waits_until_it_is_used(package: Path) -> None:
    before = list(sys.meta_path)
    with later("slow"):
        import slow  # type: ignore[import-not-found]
    assert sys.meta_path == before
    assert slow.__file__.endswith("__init__.py")
    assert not hasattr(slow, "__wrapped__")
    assert not package.exists()
    assert slow.value == 3
    assert package.read_text() == "x"
    assert slow.inner.value == 3
    with pytest.raises(AttributeError, match="no attribute 'other'"):
        slow.other  # noqa: B018
    assert package.read_text() == "x"


def test_mesa_comes_without_scipys_spaces_until_they_are_used() -> None:
    program = (
        "import sys, darien.actors, mesa\n"
        "assert 'scipy.spatial' not in sys.modules\n"
        "from mesa.experimental.continuous_space import ContinuousSpace\n"
        "assert mesa.experimental.continuous_space.ContinuousSpace is ContinuousSpace\n"
        "assert 'scipy.spatial' in sys.modules\n"
    )
    source = Path(__file__).resolve().parents[2] / "model"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(source)},
    )
    assert done.returncode == 0, done.stderr
