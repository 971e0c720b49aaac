"""Laying one scenario file over another.

Mappings merge key by key, a scalar replaces, a list adds to the list below it.
``{replace: ...}`` puts what it holds in place of what was there, be it a list or
a mapping. A quantity that is given anew (a bare number, or a mapping with
``value``) replaces the old one whole, its range and source too. Measures of the
base that a file names in ``without`` are taken out of it beforehand (see files.py).
"""

from __future__ import annotations

from darien.scenario.yaml_nodes import Key, Node

REPLACE = "replace"
_AROUND_A_NUMBER = {"low", "high", "source", "assumption"}


def merge(base: Node | None, over: Node) -> Node:
    """``over`` laid over ``base``. Neither is changed; where both have a mapping, ``over``'s place counts."""
    if isinstance(over.value, dict):
        if set(over.value) == {REPLACE}:
            held = over.value[REPLACE]
            return merge(None, Node(held.value, held.at, over.key_at))
        below = {} if base is None else _as_mapping(base, over)
        if _is_quantity(over):
            below = {}
        merged: dict[Key, Node] = dict(below)
        for key, child in over.value.items():
            merged[key] = merge(below.get(key), child)
        return Node(merged, over.at, over.key_at)
    if isinstance(over.value, list):
        items = [merge(None, item) for item in over.value]
        if base is not None and isinstance(base.value, list):
            items = base.value + items
        return Node(items, over.at, over.key_at)
    return over


def _is_quantity(node: Node) -> bool:
    value = node.mapping.get("value")
    return value is not None and not isinstance(value.value, (dict, list))


def _as_mapping(base: Node, over: Node) -> dict[Key, Node]:
    """What a mapping is laid over; a bare number counts as a quantity without range and source."""
    if isinstance(base.value, dict):
        return base.value
    number = isinstance(base.value, (int, float)) and not isinstance(base.value, bool)
    if number and set(over.mapping) <= _AROUND_A_NUMBER:
        return {"value": Node(base.value, base.at, base.key_at)}
    return {}
