"""Where everything in the picture of a graph stands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from chartproof.graph.columns import columns
from chartproof.graph.model import Edge, Graph, Key, Node, faults_of
from chartproof.graph.rows import ABOVE, BELOW, HEIGHT, rows
from chartproof.graph.text import MONOSPACE, PROPORTIONAL, elided

NAME_SIZE, SMALL_SIZE = 12.0, 10.0
"""The sizes of the letters: of names, and of everything else."""
BADGE = 15.0
"""The room that the number of a fault takes."""
LINE = 12.0
"""From one line of small letters to the next."""

_MARGIN, _PADDING = 24.0, 14.0
_NARROWEST_GAP = 52.0
_MOST_LINES, _LONGEST_LINE, _LONGEST_KIND = 3, 24, 32


@dataclass(frozen=True)
class Box:
    """A rectangle; `x` and `y` are its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.height

    def overlap(self, other: Box) -> float:
        """Return the area that two rectangles share."""
        wide = min(self.right, other.right) - max(self.x, other.x)
        high = min(self.bottom, other.bottom) - max(self.y, other.y)
        return max(0.0, wide) * max(0.0, high)


@dataclass(frozen=True)
class Layout:
    """Boxes of nodes and of components, and for edges the columns they cross."""

    columns: Mapping[Key, int]
    boxes: Mapping[Key, Box]
    frames: Mapping[str, Box]
    column_boxes: Sequence[Box]
    width: float
    height: float


def layout(graph: Graph) -> Layout:
    """Place the nodes of a graph in columns, those of a component in a frame."""
    column, top = columns(graph), rows(graph, columns(graph))
    widths: dict[int, float] = defaultdict(float)
    for node in graph.nodes:
        widths[column[node.key]] = max(widths[column[node.key]], _width(node))
    gaps = _gaps(graph, column)
    lefts, x = [], _MARGIN + _PADDING
    for at in range(max(widths, default=-1) + 1):
        lefts.append(x)
        x += widths[at] + gaps.get(at, _NARROWEST_GAP)
    boxes = {
        key: Box(lefts[at], top[key] + _MARGIN, widths[at], HEIGHT) for key, at in column.items()
    }
    frames = {
        name: _frame([boxes[node.key] for node in nodes])
        for name, nodes in graph.components().items()
    }
    # Arrows inside the last column, and their labels, need room on its right.
    last = gaps.get(len(lefts) - 1, _PADDING)
    width = _MARGIN + (lefts[-1] + widths[len(lefts) - 1] + last if lefts else 0)
    height = max([box.bottom for box in frames.values()], default=0) + _MARGIN
    stacks = [Box(left, 0, widths[at], height) for at, left in enumerate(lefts)]
    return Layout(column, boxes, frames, stacks, width, height)


def label_lines(edge: Edge) -> list[str]:
    """Return what is written at an edge, short enough to be read."""
    lines = [elided(label, _LONGEST_LINE) for label in edge.labels[:_MOST_LINES]]
    more = len(edge.labels) - len(lines)
    return [*lines, f"and {more} more"] if more else lines


def label_size(edge: Edge) -> tuple[float, float]:
    """Return width and height of what is written at an edge, the numbers of its faults first."""
    lines = label_lines(edge)
    widest = max((len(line) for line in lines), default=0)
    wide = widest * SMALL_SIZE * PROPORTIONAL + BADGE * len(faults_of(edge))
    return wide, len(lines) * LINE


def kind_line(node: Node) -> str:
    """Return the first line of a node."""
    return elided(f"{node.kind} · {node.note}" if node.note else node.kind, _LONGEST_KIND)


def _width(node: Node) -> float:
    name = len(elided(node.label)) * NAME_SIZE * MONOSPACE
    kind = len(kind_line(node)) * SMALL_SIZE * PROPORTIONAL
    return ceil(max(name, kind)) + 22


def _gaps(graph: Graph, column: Mapping[Key, int]) -> Mapping[int, float]:
    """Return the room on the right of each column, for the widest label there."""
    gaps: dict[int, float] = defaultdict(lambda: _NARROWEST_GAP)
    fans = fan(graph, column)
    for edge in graph.edges:
        at = label_gap(edge, column, fans)
        gaps[at] = max(gaps[at], ceil(1.2 * label_size(edge)[0]) + 30)
    return gaps


Fan = Mapping[tuple[Key, bool], int]
"""How many edges leave a node: on its right (True) and on its left."""


def fan(graph: Graph, column: Mapping[Key, int]) -> Fan:
    """Count the edges at both sides of the nodes."""
    counted: Counter[tuple[Key, bool]] = Counter()
    for edge in graph.edges:
        left, right = ends(edge, column)
        counted[left, True] += 1
        counted[right, column[left] == column[right]] += 1
    return counted


def ends(edge: Edge, column: Mapping[Key, int]) -> tuple[Key, Key]:
    """Return the ends of an edge, the left one first."""
    if column[edge.source] <= column[edge.target]:
        return edge.source, edge.target
    return edge.target, edge.source


def label_gap(edge: Edge, column: Mapping[Key, int], fans: Fan) -> int:
    """Return the column on whose right the label of an edge stands: at its lonelier end."""
    left, right = ends(edge, column)
    first, last = column[left], max(column[left], column[right] - 1)
    return first if fans[left, True] <= fans[right, first == column[right]] else last


def _frame(boxes: Sequence[Box]) -> Box:
    x, y = min(box.x for box in boxes), min(box.y for box in boxes)
    right, bottom = max(box.right for box in boxes), max(box.bottom for box in boxes)
    above, below = ABOVE - 6, BELOW
    return Box(x - _PADDING, y - above, right - x + 2 * _PADDING, bottom - y + above + below)
