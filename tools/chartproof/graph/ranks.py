"""Ranks for things that point at each other, so that most arrows lead one way."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Item = TypeVar("Item", bound=Hashable)


def ranks(items: Sequence[Item], arcs: Mapping[tuple[Item, Item], int]) -> dict[Item, int]:
    """Rank items from 0, the end of each arc at least the arc's length above its start.

    Arcs that close a circle count for nothing. What nothing points at stands as near as it can to
    what it points at.
    """
    order = {item: at for at, item in enumerate(_in_order(items, list(arcs)))}
    ahead = {ends: length for ends, length in arcs.items() if order[ends[0]] < order[ends[1]]}
    found = dict.fromkeys(order, 0)
    for (start, end), length in sorted(ahead.items(), key=lambda arc: order[arc[0][0]]):
        found[end] = max(found[end], found[start] + length)
    for item in set(order) - {end for _, end in ahead}:
        room = [found[end] - length for (start, end), length in ahead.items() if start == item]
        found[item] = max(0, min(room, default=0))
    return found


def _in_order(items: Sequence[Item], arcs: Sequence[tuple[Item, Item]]) -> list[Item]:
    """Put the start of each arc before its end, where circles let that be."""
    before: dict[Item, set[Item]] = {item: set() for item in items}
    after: dict[Item, set[Item]] = {item: set() for item in items}
    for start, end in arcs:
        before[end].add(start)
        after[start].add(end)
    order: list[Item] = []
    while before:
        # Where none is free a circle is opened at what most leads away from.
        chosen = min(before, key=lambda item: (len(before[item]), -len(after[item])))
        order.append(chosen)
        del before[chosen]
        for end in after[chosen]:
            before.get(end, set()).discard(chosen)
    return order
