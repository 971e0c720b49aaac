from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darien.scenario.errors import Fault, ScenarioError
from darien.scenario.yaml_nodes import Node, parse, resolve


def read(text: str) -> Node:
    found: list[Fault] = []
    node = parse(text, "f.yaml", found)
    assert found == []
    assert node is not None
    return node


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("off", "off"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("1e-3", 0.001),
        ("1E3", 1000.0),
        ("+.5", 0.5),
        ("5.", 5.0),
        ("012", 12),
        ("-7", -7),
        ("0o14", "0o14"),
        ("0x1F", "0x1F"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("2016-05-09", "2016-05-09"),
        (".inf", math.inf),
        ("-.Inf", -math.inf),
        ("1e5e", "1e5e"),
        ("9" * 500, "9" * 500),
    ],
)
def test_plain_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    found = resolve(text)
    assert found == value
    assert type(found) is type(value)


def test_nan_is_a_number() -> None:
    found = resolve(".nan")
    assert isinstance(found, float)
    assert math.isnan(found)


def test_quoted_scalars_are_text() -> None:
    node = read("a: '1'\nb: \"true\"\nc: |\n  3\nd: ''\n")
    assert {key: child.value for key, child in node.mapping.items()} == {
        "a": "1",
        "b": "true",
        "c": "3\n",
        "d": "",
    }


def test_keys_are_text_or_whole_numbers() -> None:
    node = read("NO: 1\ntrue: 2\n3: 4\n2016-05: 5\n'6': 7\n")
    assert list(node.mapping) == ["NO", "true", 3, "2016-05", "6"]


def test_lines_are_those_of_the_file() -> None:
    node = read("# comment\na:\n  b: 1\n  c:\n    - x\n    - y\n")
    a = node.mapping["a"]
    assert (a.mark.line, a.at.line) == (2, 3)
    assert a.mapping["b"].mark.line == 3
    items = a.mapping["c"].value
    assert isinstance(items, list)
    assert [item.mark.line for item in items] == [5, 6]


def test_equal_keys_are_all_named() -> None:
    found: list[Fault] = []
    parse("a: 1\na: 2\nb: {c: 1, c: 2, c: 3}\n", "f.yaml", found)
    assert [(fault.line, fault.path) for fault in found] == [(2, "a"), (3, "b.c"), (3, "b.c")]


def test_an_alias_is_read_where_it_stands() -> None:
    node = read("a: &x {n: 1}\nb: *x\n")
    assert node.mapping["b"].mapping["n"].value == 1
    assert node.mapping["a"] is not node.mapping["b"]


def test_an_alias_to_what_holds_it_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"f\.yaml:1: a\.b: an alias makes this file endless"):
        read("a: &x {b: *x}\n")


def test_aliases_of_aliases_are_refused_before_they_fill_the_memory() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8)]
    with pytest.raises(ScenarioError, match="endless"):
        read("\n".join(lines))


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_fault(text: str) -> None:
    found: list[Fault] = []
    try:
        parse(text, "f.yaml", found)
    except ScenarioError as error:
        found = error.faults
    assert all(fault.file == "f.yaml" for fault in found)
