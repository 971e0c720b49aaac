"""The notebook runs from top to bottom and shows what it promises."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "docs" / "notebooks" / "policy-comparison.ipynb"
nbclient = pytest.importorskip("nbclient")


def _output(cell: Any, kind: str) -> str:
    return "\n".join(str(out["data"][kind]) for out in cell.outputs if kind in out.get("data", {}))


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The code cells after they were run by this interpreter, by their last line."""
    nbformat = pytest.importorskip("nbformat")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    # Kernel python3 is the interpreter that runs the tests: jupyter_client puts it in the place of `python`.
    client = nbclient.NotebookClient(notebook, kernel_name="python3", timeout=900)
    path = os.pathsep.join(filter(None, [str(ROOT / "model"), os.environ.get("PYTHONPATH")]))
    client.execute(
        cwd=str(tmp_path_factory.mktemp("anywhere")),
        env={**os.environ, "PYTHONPATH": path},
    )
    return {cell.source.splitlines()[-1]: cell for cell in notebook.cells if cell.cell_type == "code"}


def test_it_is_kept_without_outputs() -> None:
    kept = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    code = [cell for cell in kept["cells"] if cell["cell_type"] == "code"]
    assert len(code) > 5
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)


@pytest.mark.filterwarnings("ignore")
def test_it_shows_what_it_promises(cells: dict[str, Any]) -> None:
    assert "2 replicates, each another draw of the fit 2014-2018" in _output(cells["runs"], "text/plain")
    told = _output(cells["compared"], "text/plain")
    assert told.startswith("Conditional on the departures")
    for words in ("limit-15", "beds-doubled", "enforcement", "people on the way", "assumption, not evidence"):
        assert words in told
    assert "12 points (grid)" in _output(cells["swept"], "text/plain")
    pictures = [last for last, cell in cells.items() if _output(cell, "image/png")]
    assert len(pictures) == 3
    assert all("plot" in last for last in pictures)
