"""Which column each node of a graph stands in: arrows lead to the right wherever they can."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from chartproof.graph.model import Graph, Key, Node
from chartproof.graph.ranks import ranks

_MOST = 8
"""A picture with more columns is too wide to be read."""

_HIGH = 16
"""So many nodes below each other are high enough to go on beside them."""

_FIRST = (
    *("Gateway", "Ingress", "HTTPRoute", "GRPCRoute", "NetworkPolicy", "PodDisruptionBudget"),
    *("HorizontalPodAutoscaler", "ScaledObject", "ServiceMonitor", "PodMonitor", "Service"),
    *("StatefulSet", "Deployment", "DaemonSet", "CronJob", "Job", "Pod", "RoleBinding"),
)
"""Where a circle has to be opened, it is before the first of these."""


def columns(graph: Graph) -> dict[Key, int]:
    """Return the column, from 0, of every node; those of a component stand side by side."""
    ends = [(edge.source, edge.target) for edge in graph.edges]
    component = {node.key: node.component for node in graph.nodes}
    within: dict[Key, int] = {}
    for nodes in graph.components().values():
        within |= _within(nodes, [(a, b) for a, b in ends if component[a] == component[b]])
    arcs: dict[tuple[str, str], int] = {}
    for source, target in ends:
        pair = component[source], component[target]
        if pair[0] != pair[1]:
            length = within[source] + 1 - within[target]
            arcs[pair] = max(arcs.get(pair, length), length)
    first = _first(graph, within, arcs)
    return {key: column + first[component[key]] for key, column in within.items()}


def _first(
    graph: Graph, within: Mapping[Key, int], arcs: Mapping[tuple[str, str], int]
) -> dict[str, int]:
    """Return each component's first column: what is too far to the right begins anew at the left.

    Components that nothing leads to or from go below each other, and beside where that is high.
    """
    first = ranks(list(graph.components()), arcs)
    bound = {name for pair in arcs for name in pair}
    filled: Counter[int] = Counter()
    for name, nodes in graph.components().items():
        heights = Counter(within[node.key] for node in nodes)
        width = 1 + max(heights)
        if first[name] + width > _MOST:
            first[name] %= max(1, _MOST - width + 1)
        if name not in bound:
            starts = range(0, max(1, _MOST - width + 1), width)
            first[name] = min(starts, key=lambda start: (filled[start] // _HIGH, start))
            for column in range(first[name], first[name] + width):
                filled[column] += max(heights.values()) + 1
    return first


def _within(nodes: Sequence[Node], ends: Sequence[tuple[Key, Key]]) -> dict[Key, int]:
    """Return the columns of one component's nodes."""
    keys = sorted((node.key for node in nodes), key=_turn)
    known = set(keys)
    arcs = {pair: 1 for pair in ends if known.issuperset(pair)}
    wired = {key for pair in arcs for key in pair}
    found = ranks([key for key in keys if key in wired], arcs)
    filled = Counter(found.values())
    for key in keys:
        if key not in wired:  # It may stand anywhere: where there is most room.
            found[key] = min(range(max(filled, default=0) + 1), key=lambda at: (filled[at], at))
            filled[found[key]] += 1
    return found


def _turn(key: Key) -> tuple[int, Key]:
    return _FIRST.index(key[0]) if key[0] in _FIRST else len(_FIRST), key
