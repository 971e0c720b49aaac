"""Sorting without allocation: those who ask, by what they ask for, then by their own draw.

Heap sort in place; two draws that are equal are told apart by the migrant's
identity, so that the order of visits never decides.
"""

from __future__ import annotations

from darien.engine.compiled import inlined, kernel


@inlined
def _after(asking, migrants, a, b):
    """Whether entry a comes after entry b."""
    one, two = asking[a], asking[b]
    if one["which"] != two["which"]:
        return one["which"] > two["which"]
    if one["bits"] != two["bits"]:
        return one["bits"] > two["bits"]
    return migrants[one["id"]]["identity"] > migrants[two["id"]]["identity"]


@inlined
def swap(asking, a, b):
    """Exchange two entries."""
    one, two = asking[a], asking[b]
    one["bits"], two["bits"] = two["bits"], one["bits"]
    one["id"], two["id"] = two["id"], one["id"]
    one["which"], two["which"] = two["which"], one["which"]
    one["other"], two["other"] = two["other"], one["other"]


@kernel
def sort_asking(asking, migrants, n):
    """Sort the first n entries by (which, bits, identity), in place."""
    start = n // 2 - 1
    end = n - 1
    while end > 0:
        if start >= 0:
            root = start
            start -= 1
        else:
            swap(asking, 0, end)
            end -= 1
            root = 0
        while True:
            child = 2 * root + 1
            if child > end:
                break
            if child < end and _after(asking, migrants, child + 1, child):
                child += 1
            if not _after(asking, migrants, child, root):
                break
            swap(asking, root, child)
            root = child
