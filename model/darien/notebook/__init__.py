"""What a notebook works with: runs, comparisons and sweeps that show themselves as frames and figures."""

from __future__ import annotations

from darien.notebook.compared import ComparisonResult
from darien.notebook.comparison import compare
from darien.notebook.runs import Runs, run
from darien.notebook.sweeps import SweepResult, sweep

__all__ = ["ComparisonResult", "Runs", "SweepResult", "compare", "run", "sweep"]
