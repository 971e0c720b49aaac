"""docs/how-to-mesa.md does what it says: its Python is run in order; its page is drawn, stepped and reset."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "how-to-mesa.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```python\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
OF_THE_BROWSER = [text for text in SNIPPETS if text.startswith("# page.py")]


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    """What the names of the page stand for after its Python has run, the browser's apart."""
    found: dict[str, Any] = {"__name__": "notebook"}
    for text in SNIPPETS:
        if text not in OF_THE_BROWSER:
            exec(compile(text, "how-to-mesa.md", "exec"), found)
    return found


def test_the_page_has_what_it_promises() -> None:
    assert len(SNIPPETS) >= 6
    assert len(OF_THE_BROWSER) == 1
    for word in ("agents_by_type", "migrants", "select(", "agg(", "groupby(", "batch_run", "datacollector"):
        assert any(word in text for text in SNIPPETS), word


def test_institutions_and_migrants_answer_as_an_agent_set(names: dict[str, Any]) -> None:
    assert {"panama_stations", "siglo_xxi"} <= set(names["centres"].get("name"))
    assert len(names["mexico"].checkpoints) > 3
    held = names["held"]
    assert 0 < len(held) < len(names["frame"])
    assert set(held.get("group")) == {"cuba"}
    assert len(names["poor"]) <= 5


def test_a_row_a_day_is_collected(names: dict[str, Any]) -> None:
    assert len(names["days"]) == 90
    assert (names["days"]["arrived"].diff().dropna() >= 0).all()
    assert set(names["in_centres"]["name"]) == set(names["centres"].get("name"))
    assert len(names["in_centres"]) == 90 * len(names["centres"])


def test_the_run_to_the_end_leaves_results(names: dict[str, Any]) -> None:
    model, run = names["model"], names["run"]
    assert not model.running
    assert len(run.journeys) == len(model.migrants)
    assert {"departed", "reached_border", "died"} <= set(run.outcomes["outcome"])


def test_batch_run_gives_a_row_per_replicate(names: dict[str, Any]) -> None:
    last_days = names["last_days"]
    assert sorted(last_days["replicate"]) == [0, 1, 2]
    assert last_days["on_leg"].nunique() > 1


if find_spec("solara") is not None:  # the extra `viz`, which the extra `dev` brings along

    @pytest.fixture(scope="module")
    def page() -> Iterator[dict[str, Any]]:
        """The names of page.py; its warnings are Mesa's and Solara's own."""
        found: dict[str, Any] = {"__name__": "page"}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(OF_THE_BROWSER[0], "page.py", "exec"), found)
            yield found

    def _images(shown: Any) -> list[bytes]:
        image = import_module("ipywidgets").Image
        return [bytes(widget.value) for widget in shown.find(image).widgets]

    def test_the_browsers_page_draws_steps_and_resets(page: dict[str, Any]) -> None:
        solara, button = import_module("solara"), import_module("ipyvuetify").Btn
        _, shown = solara.render(solara.AppLayout(children=[page["Page"]]), handle_error=False)
        buttons = {str(found.children[0]): found for found in shown.find(button).widgets}
        before = _images(shown)
        assert len(before) == 2  # the map and the plot
        buttons["Step"].click()
        after = _images(shown)
        assert all(old != new for old, new in zip(before, after, strict=True))
        buttons["Reset"].click()
        assert _images(shown) == before
        shown.close()

    def test_people_at_places_are_those_not_on_the_move(page: dict[str, Any]) -> None:
        model = page["RouteModel"]("history-2014-2018")
        for _ in range(40):
            model.step()
        last = model.to_frame().iloc[-1]
        people = page["people_at_places"](model)
        assert sum(people.values()) == last["at_place"] + last["queued"] + last["detained"] > 0
        assert set(people) <= set(model.scenario.places)
