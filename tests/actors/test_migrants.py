"""model.migrants answers what one asks of a Mesa AgentSet."""

from __future__ import annotations

import numpy as np
import pytest

from actors.worlds import scenario
from darien.actors.migrants import COLUMNS
from darien.actors.model import RouteModel


@pytest.fixture(scope="module")
def model() -> RouteModel:
    return RouteModel(scenario(), collect=False).run()


def test_length_frame_columns_and_views_agree(model: RouteModel) -> None:
    frame = model.migrants.to_frame()
    assert len(model.migrants) == len(frame) > 1000
    assert tuple(frame.columns) == COLUMNS
    for position in (0, 17, -1):
        one = model.migrants[position]
        row = frame.iloc[position]
        assert (one.group, one.state, one.size, one.funds) == (row.group, row.state, row["size"], row.funds)
    assert sum(1 for _ in model.migrants) == len(frame)


def test_a_view_is_read_only_and_names_what_it_has(model: RouteModel) -> None:
    one = model.migrants[0]
    with pytest.raises(AttributeError):
        setattr(one, "funds", 3)  # noqa: B010
    with pytest.raises(AttributeError, match="it has group"):
        _ = one.passport
    with pytest.raises(IndexError):
        _ = model.migrants[len(model.migrants)]
    assert "cuba" in repr(one) or "haiti" in repr(one)


def test_select_by_value_by_function_and_at_most(model: RouteModel) -> None:
    arrived = model.migrants.select(state="arrived", group="cuba")
    assert 0 < len(arrived) < len(model.migrants)
    assert set(arrived.get("state")) == {"arrived"}
    rich = arrived.select(lambda migrant: migrant.funds > 2000)
    assert all(funds > 2000 for funds in rich.get("funds"))
    assert len(rich) < len(arrived)
    assert len(model.migrants.select(at_most=10)) == 10
    assert len(model.migrants.select(at_most=0.5)) == len(model.migrants) // 2


def test_get_agg_and_groupby(model: RouteModel) -> None:
    pairs = model.migrants.get(["group", "size"])
    assert len(pairs) == len(model.migrants)
    assert pairs[0] == [model.migrants[0].group, model.migrants[0].size]
    assert model.migrants.agg("size", np.sum) == sum(size for _, size in pairs)
    by_group = model.migrants.groupby("group")["persons"].sum()
    assert set(by_group.index) == {"cuba", "haiti"}
    with pytest.raises(AttributeError, match="migrants have no"):
        model.migrants.get("passport")


def test_what_a_party_pays_and_holds_is_bounded(model: RouteModel) -> None:
    frame = model.migrants.to_frame()
    assert (frame["funds"] >= 0).all()
    assert (frame["minors"] <= frame["size"]).all()
    first_attempt = frame[frame["attempt"] == 0]
    assert first_attempt["spent"].max() <= 500 * 4  # the dearest way, for the largest party
    assert (frame.loc[frame["state"] == "died", "size"] == 0).all()
    assert (frame["removals"] >= frame["attempt"]).all()
