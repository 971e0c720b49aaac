"""Pages of the documentation whose tables are made by commands, between marks that stay."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence


def put(text: str, name: str, content: str) -> str:
    """A page with what stands between the two marks of ``name`` replaced. Raises ValueError without them."""
    mark = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(<!-- end of {re.escape(name)} -->)", re.DOTALL)
    found, count = mark.subn(lambda match: f"{match[1]}{content}\n{match[2]}", text)
    if count != 1:
        raise ValueError(f"the page needs the marks of {name!r} once, it has them {count} times")
    return found


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]], numbers: Collection[int] = ()) -> str:
    """A Markdown table; the columns in ``numbers`` are set to the right."""
    lines = [
        "| " + " | ".join(header) + " |",
        "| " + " | ".join("---:" if i in numbers else "---" for i in range(len(header))) + " |",
    ]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def percent(share: float) -> str:
    """A share as whole per cent."""
    return f"{100 * share:.0f} %"
