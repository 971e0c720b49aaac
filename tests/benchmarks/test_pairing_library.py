"""The pairing benchmark of the library: its statistics, and that what is run is kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import pairing_library
from darien.experiments.run import Task
from pairing_library import (
    Kept,
    gains,
    gains_of,
    medians,
    moves_arrivals,
    run_missing,
    table,
    told,
    too_low,
    write,
)
from verify.agreement import pairing_gain
from verify.worlds import world

RNG = np.random.default_rng(5)
LUCK = RNG.normal(1000, 30, 200)
PAIRED = np.column_stack(
    [LUCK + RNG.normal(5, 3, 200), RNG.normal(1000, 30, 200), LUCK + 7, np.full(200, 4.0)]
)
BASE = np.column_stack([LUCK, LUCK, LUCK, np.full(200, 3.0)])


def test_gains_of_many_outcomes_are_those_of_each() -> None:
    gain, lower, upper = gains(BASE, PAIRED)
    for column in (0, 1):
        one = pairing_gain(BASE[:, column], PAIRED[:, column])
        assert gain[column] == pytest.approx(one.gain)
        assert lower[column] == pytest.approx(one.lower, rel=0.02)
        assert lower[column] < gain[column] < upper[column]
    assert np.isinf(gain[2])
    assert np.isnan(gain[3])


def test_a_gain_is_an_interval_that_tells_pairs_from_strangers() -> None:
    gain, lower, upper = gains(BASE, PAIRED)
    assert lower[0] > 5
    assert lower[1] < 1 < upper[1]
    assert gain[0] == pytest.approx(2 * 30**2 / 3**2, rel=0.25)


def frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    names = ["quiet", "reached_border", "same", "constant"]
    base, other = pd.DataFrame(BASE, columns=names), pd.DataFrame(PAIRED, columns=names)
    against = 2000 - LUCK  # more luck, fewer: a pair that is worse than strangers
    return base.assign(against=LUCK, nobody=np.nan), other.assign(against=against, nobody=np.nan)


def test_the_table_names_what_is_too_low_and_leaves_out_what_never_varies() -> None:
    found = gains_of("years", "it", *frames())
    assert found["outcome"].tolist() == ["quiet", "reached_border", "same", "against"]
    assert too_low(found)["outcome"].tolist() == ["against"]
    said = medians(found)
    assert said["policy"].tolist() == ["it", "all"]
    assert said["moved"].tolist() == [3, 3]
    assert said["untouched"].tolist() == [1, 1]
    finite = found[np.isfinite(found["gain"])]
    assert said["lower"].tolist() == [finite["lower"].median()] * 2
    text = "\n".join(told(found))
    assert "below 0.8 beyond its error: 1 of 4" in text
    assert "it: against" in text


def test_arrivals_move_by_a_share_of_the_base() -> None:
    base = pd.DataFrame({"reached_border": [90.0, 110.0]})
    assert moves_arrivals(base, 0.9 * base) == pytest.approx(-0.1)


def luck_of(task: Task) -> dict[str, float]:
    return {"reached_border": float(task.replicate)}


def test_what_is_done_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing_library, "warm_up", lambda scenario: None)
    kept = Kept(tmp_path / "deep" / "one.jsonl")
    kept.add(1, {"reached_border": 41.0})
    with kept.path.open("a", encoding="utf-8") as file:
        file.write('{"replicate": 2, "outc')  # killed while it wrote
    said: list[str] = []
    for _ in range(2):
        run_missing([(world("pairing"), kept)], 4, 1, luck_of, said.append)
    assert said == ["  3 of 3 runs"]
    assert table(kept, 4)["reached_border"].tolist() == [0, 41, 2, 3]


def test_a_run_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing_library, "warm_up", lambda scenario: None)

    def fails(task: Task) -> dict[str, float]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_missing([(world("pairing"), Kept(tmp_path / "one.jsonl"))], 3, 1, fails)


def test_the_table_is_written_whole(tmp_path: Path) -> None:
    found = gains_of("years", "it", *frames())
    write(found, tmp_path / "new" / "pairing.csv")
    again = pd.read_csv(tmp_path / "new" / "pairing.csv")
    assert again["outcome"].tolist() == found["outcome"].tolist()
    assert again["gain"].to_numpy() == pytest.approx(found["gain"].to_numpy(), rel=1e-5)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["pairing.csv"]
