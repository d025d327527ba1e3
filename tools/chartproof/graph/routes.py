"""The ways of edges: past the nodes that stand between their ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from chartproof.graph.layout import Box, Fan, Layout, ends, fan, label_gap, label_size
from chartproof.graph.model import Edge, Graph, Key
from chartproof.graph.stacks import nearest_free

Point = tuple[float, float]

_APART = 5.0
_NEAR = (0.36, 0.44, 0.3, 0.5, 0.56, 0.25, 0.64, 0.72)
_MIDDLE = (0.5, 0.42, 0.58, 0.34, 0.66, 0.25, 0.75)
_BULGE = 34.0


@dataclass(frozen=True)
class Route:
    """The way of an edge from its left end to its right one.

    Between the 1st and the 2nd of its points, the 3rd and the 4th and so on are the gaps of
    columns. `is_forward` tells that the edge leads from left to right.
    """

    points: Sequence[Point]
    is_forward: bool


def routes(graph: Graph, plan: Layout) -> list[Route]:
    """Return the way of every edge, in the order of the graph, from its left end to its right."""
    starts, finishes = _slots(graph, plan)
    taken: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for key, box in plan.boxes.items():
        taken[plan.columns[key]].append((box.y - 4, box.bottom + 4))
    found = []
    for at, edge in enumerate(graph.edges):
        points = [starts[at]]
        left, right = ends(edge, plan.columns)
        between = range(plan.columns[left] + 1, plan.columns[right])
        for passed, column in enumerate(between):
            y, aim = points[-1][1], finishes[at][1]
            wanted = y + (aim - y) * (passed + 1) / (len(between) + 1)
            place = nearest_free(taken[column], _APART, wanted)
            taken[column].append((place, place + _APART))
            box, y = plan.column_boxes[column], round(place + _APART / 2, 1)
            points += [(box.x - 4, y), (box.right + 4, y)]
        found.append(Route([*points, finishes[at]], edge.source == left))
    return found


def _slots(graph: Graph, plan: Layout) -> tuple[dict[int, Point], dict[int, Point]]:
    """Return where each edge leaves its left node and reaches its right one, side by side."""
    sides: dict[tuple[Key, bool], list[tuple[float, int, bool]]] = defaultdict(list)
    for at, edge in enumerate(graph.edges):
        left, right = ends(edge, plan.columns)
        same = plan.columns[left] == plan.columns[right]
        sides[left, True].append((plan.boxes[right].y, at, True))
        sides[right, same].append((plan.boxes[left].y, at, False))
    starts: dict[int, Point] = {}
    finishes: dict[int, Point] = {}
    for (key, is_right), slots in sides.items():
        box = plan.boxes[key]
        for number, (_, at, is_start) in enumerate(sorted(slots), 1):
            y = round(box.y + box.height * number / (len(slots) + 1), 1)
            (starts if is_start else finishes)[at] = (box.right if is_right else box.x, y)
    return starts, finishes


def path(route: Route) -> str:
    """Write a route as the `d` of an SVG path: curves in the gaps, straight past the columns."""
    return " ".join(_steps(route))


def _steps(route: Route) -> Iterator[str]:
    points = route.points
    yield f"M{points[0][0]:g},{points[0][1]:g}"
    for start, end in pairwise(points):
        one, two = _handles(start, end)
        yield f"C{one[0]:g},{one[1]:g} {two[0]:g},{two[1]:g} {end[0]:g},{end[1]:g}"


def _handles(start: Point, end: Point) -> tuple[Point, Point]:
    """Return the points that bend a curve: level at both ends, bulging where it turns back."""
    if start[0] == end[0]:
        return (start[0] + _BULGE, start[1]), (end[0] + _BULGE, end[1])
    middle = round((start[0] + end[0]) / 2, 1)
    return (middle, start[1]), (middle, end[1])


def labels(graph: Graph, plan: Layout, found: Sequence[Route]) -> list[Box]:
    """Return where each edge's label stands, in the graph's order: on it, and clear of others."""
    fans = fan(graph, plan.columns)
    obstacles: dict[int, list[Box]] = defaultdict(list)
    for key, box in plan.boxes.items():
        for gap in (plan.columns[key] - 1, plan.columns[key]):
            obstacles[gap].append(box)
    placed: list[Box] = []
    for edge, route in zip(graph.edges, found, strict=True):
        near = obstacles[label_gap(edge, plan.columns, fans)]
        choices = list(_choices(edge, route, plan, fans))
        hidden = [sum(box.overlap(other) for other in near) for box in choices]
        placed.append(choices[hidden.index(min(hidden))])
        near.append(placed[-1])
    return placed


def _choices(edge: Edge, route: Route, plan: Layout, fans: Fan) -> Iterator[Box]:
    """Give the places for a label along its edge in one gap: first near the lonelier end."""
    left, right = ends(edge, plan.columns)
    part = 2 * (label_gap(edge, plan.columns, fans) - plan.columns[left])
    crowds = fans[left, True], fans[right, plan.columns[left] == plan.columns[right]]
    places = _MIDDLE if crowds[0] == crowds[1] else _NEAR
    start, end = route.points[part : part + 2]
    one, two = _handles(start, end)
    wide, high = label_size(edge)
    for place in places:
        t = place if crowds[0] <= crowds[1] else 1 - place
        x, y = (_on_curve(t, *(point[at] for point in (start, one, two, end))) for at in (0, 1))
        yield Box(round(x - wide / 2, 1), round(y - high / 2, 1), wide, high)


def _on_curve(t: float, a: float, b: float, c: float, d: float) -> float:
    """Return one coordinate of the cubic Bézier curve with these points at `t` from 0 to 1."""
    u = 1 - t
    return u**3 * a + 3 * u * u * t * b + 3 * u * t * t * c + t**3 * d
