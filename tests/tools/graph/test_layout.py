"""A layout hides nothing: no box lies on another, no edge runs through one, all is on the page."""

from __future__ import annotations

from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartproof.chart import Chart
from chartproof.graph.build import graph_of
from chartproof.graph.layout import Box, layout
from chartproof.graph.model import Graph
from chartproof.graph.ranks import ranks
from chartproof.graph.routes import labels, routes
from chartproof.graph.stacks import nearest_free, spread
from chartproof.render import render
from tests.support.charts import rendering_cases
from tests.support.graphs import every_fixture, graph, ring

OWN = Path(__file__).parents[3] / "chart"
NUMBERS = st.floats(-1000, 1000)
SPANS = st.lists(st.tuples(NUMBERS, st.floats(1, 500)).map(lambda span: (span[0], sum(span))))
ARCS = st.dictionaries(
    st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda ends: ends[0] != ends[1]),
    st.integers(1, 3),
)


SHARED_COLUMNS = 8


@pytest.fixture(scope="module")
def drawings(tmp_path_factory: pytest.TempPathFactory) -> list[Graph]:
    """Draw everything the fixtures have, our own chart, and large ones in circles."""
    own = Chart.load(OWN)
    cases = [graph_of(render(own, case.values)) for case in rendering_cases(own.path)]
    rings = [ring(tmp_path_factory.mktemp("ring"), 60, step) for step in (1, 7, 60)]
    return [*map(graph, every_fixture()), graph("../rules/planted/shop"), *cases, *rings]


def test_no_box_and_no_frame_lies_on_another(drawings: list[Graph]) -> None:
    for drawing in drawings:
        plan = layout(drawing)
        for boxes in (plan.boxes, plan.frames):
            for one, other in combinations(boxes.values(), 2):
                assert one.overlap(other) == 0


def test_every_node_is_in_its_frame_and_every_frame_on_the_page(drawings: list[Graph]) -> None:
    for drawing in drawings:
        plan = layout(drawing)
        page = Box(0, 0, plan.width, plan.height)
        for node in drawing.nodes:
            box = plan.boxes[node.key]
            inside = box.overlap(plan.frames[node.component])
            assert inside == pytest.approx(box.width * box.height)
        for frame in plan.frames.values():
            assert frame.overlap(page) == pytest.approx(frame.width * frame.height)


def test_no_edge_runs_through_a_box(drawings: list[Graph]) -> None:
    for drawing in drawings:
        plan = layout(drawing)
        for way in routes(drawing, plan):
            level = [ends for ends in pairwise(way.points) if ends[0][1] == ends[1][1]][1::2]
            for (left, y), (right, _) in level:
                line = Box(left, y, right - left, 0.1)
                assert not any(line.overlap(box) for box in plan.boxes.values())


def test_edges_begin_and_end_at_their_boxes(drawings: list[Graph]) -> None:
    for drawing in drawings:
        plan = layout(drawing)
        for edge, way in zip(drawing.edges, routes(drawing, plan), strict=True):
            ends = (way.points[0], way.points[-1])
            source, target = ends if way.is_forward else ends[::-1]
            for (x, y), key in ((source, edge.source), (target, edge.target)):
                box = plan.boxes[key]
                assert x in (box.x, box.right)
                assert box.y < y < box.bottom


def test_labels_of_our_own_chart_lie_on_no_box_and_on_no_other_label() -> None:
    drawing = graph_of(render(Chart.load(OWN)))
    plan = layout(drawing)
    placed = labels(drawing, plan, routes(drawing, plan))
    assert len(placed) == len(drawing.edges)
    for one, other in combinations([*placed, *plan.boxes.values()], 2):
        assert one.overlap(other) == 0


def test_a_large_chart_is_no_wider_than_a_page_can_show(drawings: list[Graph]) -> None:
    for drawing in drawings:
        assert len(layout(drawing).column_boxes) <= SHARED_COLUMNS


def test_most_arrows_lead_to_the_right() -> None:
    drawing = graph_of(render(Chart.load(OWN)))
    assert all(way.is_forward for way in routes(drawing, layout(drawing)))


@given(ARCS)
def test_ranks_keep_the_lengths_of_arcs_that_close_no_circle(
    arcs: dict[tuple[int, int], int],
) -> None:
    upward = {ends: length for ends, length in arcs.items() if ends[0] < ends[1]}
    found = ranks(range(10), upward)
    for (start, end), length in upward.items():
        assert found[end] >= found[start] + length
    assert set(ranks(range(10), arcs)) == set(range(10))


def test_what_nothing_points_at_stands_near_to_what_it_points_at() -> None:
    arcs = {("a", "b"): 1, ("b", "c"): 1, ("late", "c"): 1}
    assert ranks(["late", "c", "b", "a"], arcs) == {"a": 0, "b": 1, "c": 2, "late": 1}


@given(st.lists(NUMBERS))
def test_a_stack_keeps_its_order_and_distance(wanted: list[float]) -> None:
    places = spread(wanted, 10)
    assert len(places) == len(wanted)
    for above, below in pairwise(places):
        assert below - above >= 10 - 1e-6
    assert sum(places) == pytest.approx(sum(wanted), abs=1e-3) or len(wanted) > 1


def test_a_stack_with_room_has_everything_where_it_is_wanted() -> None:
    assert spread([0, 10, 35], 10) == [0, 10, 35]
    assert spread([5, 5], 10) == [0, 10]


@given(SPANS, st.floats(1, 200), NUMBERS)
def test_the_nearest_free_place_is_free(
    taken: list[tuple[float, float]], size: float, wanted: float
) -> None:
    place = nearest_free(taken, size, wanted)
    assert all(place + size <= start or place >= end for start, end in taken)


def test_the_nearest_free_place_is_the_nearest() -> None:
    assert nearest_free([(0, 100)], 10, 40) == -10
    assert nearest_free([(0, 100)], 10, 70) == 100
    assert nearest_free([(0, 100), (105, 200)], 5, 90) == 100
    assert nearest_free([], 10, 7) == 7
