"""Many objects of a kind that are wired the same become one, so that large charts stay legible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from chartproof.graph.model import Edge, Key, Node

_MANY = 4
"""So many objects and more are shown as one."""

_Likeness = tuple[object, ...]


def collapse(
    nodes: Sequence[Node], edges: Sequence[Edge]
) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    """Join nodes of one kind and component with the same neighbours; faulty ones stay alone."""
    alike: dict[_Likeness, list[Node]] = defaultdict(list)
    for node in nodes:
        alike[_likeness(node, edges)].append(node)
    standing: dict[Key, Node] = {}
    for group in alike.values():
        joined = _joined(group) if len(group) >= _MANY else None
        standing.update((node.key, joined or node) for node in group)
    moved = [
        replace(edge, source=standing[edge.source].key, target=standing[edge.target].key)
        for edge in edges
    ]
    return tuple(dict.fromkeys(standing.values())), tuple(dict.fromkeys(moved))


def _likeness(node: Node, edges: Sequence[Edge]) -> _Likeness:
    """Return what has to be equal for two nodes to be shown as one."""
    own = [edge for edge in edges if node.key in (edge.source, edge.target)]
    if node.severity or any(edge.severity for edge in own):
        return node.key
    around = frozenset(
        (edge.source == node.key, _other(edge, node), edge.labels, edge.is_mutual) for edge in own
    )
    return node.kind, node.component, node.is_rendered, node.note, around


def _other(edge: Edge, node: Node) -> Key:
    return edge.target if edge.source == node.key else edge.source


def _joined(group: Sequence[Node]) -> Node:
    members = tuple(node.label for node in group)
    return replace(group[0], label=f"{len(group)} objects", members=members)
