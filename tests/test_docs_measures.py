"""docs/measures: a page for each kind of measure, whole, with an example that is right."""

import re
from functools import cache
from pathlib import Path

import pytest

from darien.scenario import shape
from darien.scenario.files import load
from darien.scenario.measures import Dated

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "measures"
KINDS = sorted(shape.measures())


def file_of(kind: str) -> str:
    return f"{kind.replace('_', '-')}.md"


@cache
def page(kind: str) -> str:
    return (FOLDER / file_of(kind)).read_text(encoding="utf-8")


def test_there_is_a_page_for_each_kind_and_no_other() -> None:
    assert {path.name for path in FOLDER.glob("*.md")} == {"README.md", *map(file_of, KINDS)}


def test_the_index_names_every_kind() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [kind for kind in KINDS if f"[`{kind}`]({file_of(kind)})" not in index] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_names_every_key_and_says_what_it_cannot_show(kind: str) -> None:
    own = set(shape.fields(shape.measures()[kind])) - set(shape.fields(Dated)) - {"measure"}
    assert own == set(re.findall(r"^\| `(\w+)` \|", page(kind), flags=re.MULTILINE))
    for heading in ("What it does", "Where numbers come from", "What it cannot show", "Example"):
        assert f"\n## {heading}\n" in page(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_a_page_is_right(kind: str, tmp_path: Path) -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```$", page(kind), flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1
    path = tmp_path / "example.yaml"
    path.write_text(blocks[0], encoding="utf-8")
    example = load(path)
    assert example.extends in ("history-2014-2018", "history-2018-2023")
    assert example.policy[-1].measure == kind
