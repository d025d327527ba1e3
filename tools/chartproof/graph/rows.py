"""How far down each node of a graph stands: near to what it is wired to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from chartproof.graph.model import Graph, Key, Node
from chartproof.graph.stacks import nearest_free, spread

HEIGHT, DISTANCE = 40.0, 56.0
"""Of a node, and from one node to the next below it, in pixels as all sizes here."""
ABOVE, BELOW = 34.0, 14.0
"""What the frame of a component keeps free above its nodes, for its name, and below them."""

_BETWEEN = 18.0
_SWEEPS = 6

_Neighbours = Mapping[Key, Sequence[Key]]


def rows(graph: Graph, columns: Mapping[Key, int]) -> dict[Key, float]:
    """Return the upper edge of every node, the first frame's upper edge being at 0."""
    neighbours: dict[Key, list[Key]] = defaultdict(list)
    for edge in graph.edges:
        neighbours[edge.source].append(edge.target)
        neighbours[edge.target].append(edge.source)
    components = graph.components()
    within: dict[Key, float] = {}
    for nodes in components.values():
        within |= _within(nodes, columns, neighbours)
    starts = _starts(components, columns, within, neighbours)
    highest = min(starts.values(), default=0)
    return {
        node.key: within[node.key] + starts[name] - highest + ABOVE
        for name, nodes in components.items()
        for node in nodes
    }


def _within(
    nodes: Sequence[Node], columns: Mapping[Key, int], neighbours: _Neighbours
) -> dict[Key, float]:
    """Place the nodes of one component, the highest at 0, by sweeps from side to side."""
    stacks: dict[int, list[Key]] = defaultdict(list)
    for node in nodes:
        stacks[columns[node.key]].append(node.key)
    places: dict[Key, float] = {}
    for stack in stacks.values():
        top = -DISTANCE * (len(stack) - 1) / 2
        places.update((key, top + DISTANCE * at) for at, key in enumerate(stack))

    def wanted(key: Key) -> float:
        near = [places[other] for other in neighbours[key] if other in places]
        return sum(near) / len(near) if near else places[key]

    for sweep in range(_SWEEPS):
        for column in sorted(stacks, reverse=sweep % 2 == 0):
            stack = stacks[column]
            aims = {key: wanted(key) for key in stack}
            stack.sort(key=aims.__getitem__)
            places.update(zip(stack, spread([aims[key] for key in stack], DISTANCE), strict=True))
    highest = min(places.values())
    return {key: round(place - highest, 1) for key, place in places.items()}


def _starts(
    components: Mapping[str, Sequence[Node]],
    columns: Mapping[Key, int],
    within: Mapping[Key, float],
    neighbours: _Neighbours,
) -> dict[str, float]:
    """Return the upper edge of each component's frame: near its neighbours, clear of the others."""
    home = {node.key: name for name, nodes in components.items() for node in nodes}
    bonds = {
        name: [
            (key.key, other)
            for key in nodes
            for other in neighbours[key.key]
            if home[other] != name
        ]
        for name, nodes in components.items()
    }
    starts: dict[str, float] = {}
    taken: dict[int, list[tuple[float, float]]] = defaultdict(list)
    while len(starts) < len(components):
        # The one that has most to do with those that have their place.
        name = max(
            (name for name in components if name not in starts),
            key=lambda name: (
                sum(home[other] in starts for _, other in bonds[name]),
                len(bonds[name]),
            ),
        )
        keys = [node.key for node in components[name]]
        aims = [
            starts[home[other]] + within[other] - within[key]
            for key, other in bonds[name]
            if home[other] in starts
        ]
        across = {columns[key] for key in keys}
        spans = range(min(across), max(across) + 1)
        size = max(within[key] for key in keys) + HEIGHT + ABOVE + BELOW + _BETWEEN
        busy = [span for column in spans for span in taken[column]]
        aim = sum(aims) / len(aims) if aims else max((end for _, end in busy), default=0)
        starts[name] = nearest_free(busy, size, aim)
        for column in spans:
            taken[column].append((starts[name], starts[name] + size))
    return starts
