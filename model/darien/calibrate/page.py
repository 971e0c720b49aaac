"""``python -m darien.calibrate.page``: renew the tables of ``docs/departures.md``.

Assumptions come from the classes that hold them; lags and residuals from runs of both histories with
the departures that stand beside them.
"""

from __future__ import annotations

from pathlib import Path

from darien.calibrate.command import simulate_on
from darien.calibrate.departures import check
from darien.calibrate.tables import assumptions_as_markdown, responses_as_markdown, years_as_markdown
from darien.record.page import put
from darien.record.report_files import load_reported
from darien.scenario import library
from darien.scenario.files import load

HISTORIES = ("history-2014-2018", "history-2018-2023")


def renewed(text: str, workers: int = 2) -> str:
    """The page with all its tables made anew."""
    text = put(text, "assumptions", assumptions_as_markdown())
    reported, simulate = load_reported(), simulate_on(workers)
    for name in HISTORIES:
        comparison, responses = check(load(name), reported, simulate)
        text = put(text, f"lags of {name}", responses_as_markdown(responses))
        text = put(text, f"residuals of {name}", years_as_markdown(comparison))
    return text


def main() -> None:
    """Renew the page in the checkout."""
    page = Path(library.root()) / "docs" / "departures.md"
    page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"renewed: {page}")


if __name__ == "__main__":
    main()
