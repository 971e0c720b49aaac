"""``darien check`` reads the problems of fits too."""

from __future__ import annotations

from pathlib import Path

import pytest

from darien.cli import main
from darien.scenario import library

BUILT_IN = library.root() / "calibration" / "2014-2018.yaml"


def checked(what: str, *more: str) -> int:
    """The exit status of ``darien check``."""
    with pytest.raises(SystemExit) as end:
        main(["check", what, *more])
    return int(end.value.code or 0)


def test_a_sound_problem_is_told_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert checked("2014-2018") == 0
    said = capsys.readouterr().out
    assert said.startswith(
        "2014-2018: ok: 400 runs of history-2014-2018; 23 unknowns of a run and 12 of what"
    )
    assert "3 left out; policies: checkpoint_darien, " in said


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("high: 2.5, assumption", "hihg: 2.5, assumption", "unknowns.onward_weight.hihg: unknown key"),
        (
            "checkpoint-darien",
            "checkpoint-darein",
            "levers.checkpoint_darien: checkpoint-darein: no such",
        ),
        (
            "checkpoint-darien",
            "without-southern-border-programme",
            "levers.checkpoint_darien: without-southern-border-programme has no policy.programme_tapachula",
        ),
        ("recovered: [checkpoint_darien", "recovered: [checkpoint_darein", "recovered[0]: is no lever"),
        ("cubans_january_2017:\n    date: 2017", "cubans_january_2017:\n    date: 2027", "shocks.cubans_jan"),
    ],
)
def test_a_fault_is_told_with_its_line(
    old: str, new: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = BUILT_IN.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "mine.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert checked(str(file)) == 2
    said = capsys.readouterr()
    assert told in said.err
    assert said.out == ""


def test_a_problem_is_no_scenario_to_set_values_in(capsys: pytest.CaptureFixture[str]) -> None:
    assert checked("2014-2018", "--set", "parameters.cost_weight=1") == 2
    assert "2014-2018: is a problem: --set and --resolved are for scenarios" in capsys.readouterr().err
