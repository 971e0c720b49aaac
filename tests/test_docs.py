"""The docs are right: links lead somewhere, and what the how-tos show is what happens.

Where a how-to leaves something out it writes three dots, as for numbers that change with the world.
"""

import re
from pathlib import Path

import pytest

from darien.cli import main

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "scenarios").rglob("*.md")])
HOW_TO = "".join(
    (ROOT / "docs" / f"how-to-{name}.md").read_text()
    for name in ("first-scenario", "displacement", "compare", "fit")
)
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", HOW_TO, flags=re.MULTILINE | re.DOTALL)
FILES = {text.splitlines()[0].removeprefix("# "): text for kind, text in BLOCKS if kind == "yaml"}
COMMANDS = [text for kind, text in BLOCKS if kind == "console" and text.startswith("$ darien check")]


def _anchor(heading: str) -> str:
    """The anchor that a heading gets when the page is shown."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if target.startswith(("https://", "http://")):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), f"{page.name} links to {target}"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", file.read_text(), flags=re.MULTILINE)
            assert anchor in {_anchor(heading) for heading in headings}, f"{page.name} links to {target}"


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    pages = [page.name for page in (ROOT / "docs").glob("*.md") if page.name != "README.md"]
    assert pages
    assert [name for name in pages if f"]({name})" not in index] == []


def test_the_how_to_has_files_and_commands() -> None:
    assert len(FILES) >= 4
    assert all(re.fullmatch(r"[a-z-]+\.yaml", name) for name in FILES)
    assert len(COMMANDS) >= 3


@pytest.mark.parametrize("command", COMMANDS, ids=lambda text: text.splitlines()[0].removeprefix("$ "))
def test_a_check_prints_what_the_how_to_shows(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    line, *shown = command.splitlines()
    with pytest.raises(SystemExit) as end:
        main(line.removeprefix("$ darien ").split())
    printed = capsys.readouterr()
    faulty = "misspelt" in line
    assert end.value.code == (2 if faulty else 0)
    lines = (printed.err if faulty else printed.out).splitlines()
    printed_lines = [text for text in lines if ": note: " not in text]
    assert len(printed_lines) == len(shown) == 1
    assert re.fullmatch(re.escape(shown[0]).replace(re.escape("..."), ".*"), printed_lines[0])


@pytest.mark.parametrize("name", sorted(set(FILES) - {"misspelt.yaml"}))
def test_a_file_of_the_how_to_has_no_fault(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_text(FILES[name])
    with pytest.raises(SystemExit) as end:
        main(["check", str(path)])
    assert end.value.code == 0, capsys.readouterr().err
