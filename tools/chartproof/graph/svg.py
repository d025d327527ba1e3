"""A graph as a picture: SVG that needs no other program, font or network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from xml.sax.saxutils import escape

from chartproof.findings import Finding, Severity
from chartproof.graph.layout import BADGE, LINE, Box, Layout, kind_line, label_lines, layout
from chartproof.graph.model import Edge, Graph, Key, Node, worst
from chartproof.graph.routes import Route, labels, path, routes
from chartproof.graph.style import STYLE, role_of
from chartproof.graph.text import elided, wrapped
from chartproof.report_formats import NOT_XML

_HEAD = 24.0
_FAULT_SIZE, _FAULT_LINE = 11.0, 16.0
_MOST_FAULTS = 20
_NARROWEST = 640.0
_MARGIN = 24.0


def svg(graph: Graph) -> str:
    """Write the picture of a graph; the same graph gives the same bytes."""
    plan = layout(graph)
    ways = routes(graph, plan)
    width = max(plan.width, _NARROWEST)
    faults = list(_faults(graph, width, _HEAD + plan.height + _FAULT_LINE))
    height = _HEAD + plan.height + _FAULT_LINE * (len(faults) + bool(faults))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" role="img">',
        f"<title>{_text(f'{graph.name}: {_summary(graph)}')}</title>",
        f"<style>{STYLE}</style>",
        *_markers(),
        '<rect class="page" width="100%" height="100%"/>',
        *_heading(graph),
        f'<g transform="translate(0 {_HEAD:g})">',
        *_frames(plan),
        *(_edge(edge, way) for edge, way in zip(graph.edges, ways, strict=True)),
        *(_node(graph, node, plan.boxes[node.key]) for node in graph.nodes),
        *map(partial(_label, graph), graph.edges, labels(graph, plan, ways)),
        "</g>",
        *faults,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _summary(graph: Graph) -> str:
    """Count what there is to see."""
    objects = sum(len(node.members) or 1 for node in graph.nodes if node.is_rendered)
    counts = [_counted(objects, "object")]
    for severity in (Severity.ERROR, Severity.WARNING):
        found = sum(fault.severity is severity for fault in graph.faults)
        counts += [_counted(found, severity)] if found else []
    return ", ".join(counts if len(counts) > 1 else [*counts, "no fault"])


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _heading(graph: Graph) -> Iterator[str]:
    summary = f"summary {worst(graph.faults) or ''}"
    is_dashed = not all(node.is_rendered for node in graph.nodes)
    legend = "dashed: needed, but not in the release" if is_dashed else ""
    yield (
        f'<text class="chart" x="{_MARGIN:g}" y="30">{_text(graph.name)}'
        f'<tspan class="{summary}" dx="12">{_text(_summary(graph))}</tspan>'
        f'<tspan class="summary" dx="24">{legend}</tspan></text>'
    )


def _markers() -> Iterator[str]:
    """Give the heads of arrows, one for each colour."""
    yield "<defs>"
    for name in ("plain", Severity.WARNING, Severity.ERROR):
        yield (
            f'<marker id="{name}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" '
            'markerHeight="8" markerUnits="userSpaceOnUse" orient="auto-start-reverse">'
            f'<path class="head {name}" stroke="none" d="M0,0.5L8,4L0,7.5z"/></marker>'
        )
    yield "</defs>"


def _frames(plan: Layout) -> Iterator[str]:
    for name, box in plan.frames.items():
        yield f'<rect class="frame" {_place(box)} rx="8"/>'
        yield f'<text class="component" x="{box.x + 12:g}" y="{box.y + 18:g}">{_text(name)}</text>'


def _edge(edge: Edge, way: Route) -> str:
    severity = edge.severity or ""
    marker = f"url(#{severity or 'plain'})"
    forward = edge.is_mutual or way.is_forward
    backward = edge.is_mutual or not way.is_forward
    heads = f' marker-end="{marker}"' * forward + f' marker-start="{marker}"' * backward
    title = f"{_name(edge.source)} → {_name(edge.target)}: {', '.join(edge.labels)}"
    return (
        f'<path class="edge {severity}" d="{path(way)}"{heads}>'
        f"<title>{_text(_told(title, edge.findings))}</title></path>"
    )


def _node(graph: Graph, node: Node, box: Box) -> str:
    classes = f"node {node.severity or ''}{'' if node.is_rendered else ' absent'}"
    title = "\n".join(node.members) or _name(node.key)
    title += f" ({node.note})" if node.note else ""
    title += "" if node.is_rendered else " (not in the release)"
    return "".join(
        [
            f"<g><title>{_text(_told(title, node.findings))}</title>",
            f'<rect class="{classes}" {_place(box)} rx="5"/>',
            f'<rect class="{role_of(node.kind)}" x="{box.x + 5:g}" y="{box.y + 6:g}" '
            f'width="3" height="{box.height - 12:g}" rx="1.5"/>',
            f'<text x="{box.x + 14:g}" y="{box.y + 15:g}">{_text(kind_line(node))}</text>',
            f'<text class="name" x="{box.x + 14:g}" y="{box.y + 30:g}">'
            f"{_text(elided(node.label))}</text>",
            *_badges(graph, node, box.right - 8, box.y),
            "</g>",
        ]
    )


def _label(graph: Graph, edge: Edge, box: Box) -> str:
    severity, numbers = edge.severity or "", BADGE * len(graph.numbers(edge))
    x, anchor = (box.x + numbers, "start") if numbers else (box.x + box.width / 2, "middle")
    lines = "".join(
        f'<tspan x="{x:g}" dy="{LINE if at else 9:g}">{_text(line)}</tspan>'
        for at, line in enumerate(label_lines(edge))
    )
    text = f'<text class="label {severity}" text-anchor="{anchor}" y="{box.y:g}">{lines}</text>'
    return text + "".join(_badges(graph, edge, box.x + numbers - BADGE / 2, box.y + box.height / 2))


def _badges(graph: Graph, part: Node | Edge, x: float, y: float) -> Iterator[str]:
    """Give the numbers of the faults in a node or an edge, from right to left."""
    for at, number in enumerate(reversed(graph.numbers(part))):
        severity = graph.faults[number - 1].severity
        yield _badge(number, severity, x - BADGE * at, y)


def _badge(number: int, severity: Severity, x: float, y: float) -> str:
    return (
        f'<circle class="{severity}" cx="{x:g}" cy="{y:g}" r="7"/>'
        f'<text class="number" x="{x:g}" y="{y + 3.5:g}">{number}</text>'
    )


def _faults(graph: Graph, width: float, top: float) -> Iterator[str]:
    """Give a line for each line of text about a fault, under its number."""
    y = top
    for number, fault in enumerate(graph.faults[:_MOST_FAULTS], 1):
        told = wrapped(_sentence(fault), _FAULT_SIZE, width - 2 * _MARGIN - 20)
        for at, line in enumerate(told):
            badge = "" if at else _badge(number, fault.severity, _MARGIN + 7, y - 4)
            said = _text(line)
            if not at:
                said = said.replace(fault.rule, f'<tspan class="rule">{fault.rule}</tspan>', 1)
            yield f'{badge}<text class="fault" x="{_MARGIN + 20:g}" y="{y:g}">{said}</text>'
            y += _FAULT_LINE
    if (more := len(graph.faults) - _MOST_FAULTS) > 0:
        said = f"and {more} more: chartproof lint tells them all"
        yield f'<text class="fault" x="{_MARGIN + 20:g}" y="{y:g}">{said}</text>'


def _sentence(fault: Finding) -> str:
    hint = f"; did you mean {fault.hint}?" if fault.hint else ""
    place = f"{fault.object} {fault.field}".strip() or fault.template
    return f"{fault.rule}: {place}: {fault.message}{hint}"


def _told(title: str, findings: Sequence[Finding]) -> str:
    return "\n".join([title, *(f"{one.severity}: {_sentence(one)}" for one in findings)])


def _name(key: Key) -> str:
    kind, namespace, name = key
    return f"{kind}/{name}" + (f" in {namespace}" if namespace else "")


def _place(box: Box) -> str:
    return f'x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}"'


def _text(text: str) -> str:
    return escape(NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text))
