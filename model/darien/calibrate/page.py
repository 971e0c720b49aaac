"""``python -m darien.calibrate.page``: renew the tables of ``docs/departures.md``.

Assumptions come from the classes that hold them; lags and residuals from runs of both histories with
the departures that stand beside them.
"""

from __future__ import annotations

import re
from pathlib import Path

from darien.calibrate.command import simulate_on
from darien.calibrate.departures import check
from darien.calibrate.tables import assumptions_as_markdown, responses_as_markdown, years_as_markdown
from darien.record.reported import load_reported
from darien.scenario import library
from darien.scenario.files import load

HISTORIES = ("history-2014-2018", "history-2018-2023")


def put(text: str, name: str, content: str) -> str:
    """A page with what stands between the two marks of ``name`` replaced. Raises ValueError without them."""
    mark = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(<!-- end of {re.escape(name)} -->)", re.DOTALL)
    found, count = mark.subn(lambda match: f"{match[1]}{content}\n{match[2]}", text)
    if count != 1:
        raise ValueError(f"the page needs the marks of {name!r} once, it has them {count} times")
    return found


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
