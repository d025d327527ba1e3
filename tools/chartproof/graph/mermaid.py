"""A graph in the language of Mermaid, for Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chartproof.findings import Severity
from chartproof.graph.model import Edge, Graph, Node, faults_of
from chartproof.graph.text import elided

_STROKES = {Severity.ERROR: "#d1242f", Severity.WARNING: "#bf8700"}
"""Seen well on white and on black: Mermaid's own themes give the rest."""

_SPECIAL = re.compile(r"[^\w .,/=→()·-]|^[-\d]")


def mermaid(graph: Graph) -> str:
    """Write a flowchart, a subgraph for each component; faults by colour and rule."""
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: Graph) -> Iterator[str]:
    ids = {node.key: f"n{number}" for number, node in enumerate(graph.nodes)}
    yield "flowchart LR"
    for number, (name, nodes) in enumerate(graph.components().items()):
        yield f'  subgraph c{number}["{_text(name)}"]'
        for node in nodes:
            yield f'    {ids[node.key]}["{_label(node)}"]{_class(node)}'
        yield "  end"
    for edge in graph.edges:
        arrow = "<-->" if edge.is_mutual else "-->"
        yield f'  {ids[edge.source]} {arrow}|"{_edge_label(edge)}"| {ids[edge.target]}'
    yield "  classDef absent stroke-dasharray:4"
    for severity, colour in _STROKES.items():
        yield f"  classDef {severity} stroke:{colour},stroke-width:3px"
        yield f"  classDef absent-{severity} stroke:{colour},stroke-width:3px,stroke-dasharray:4"
        faulty = [str(at) for at, edge in enumerate(graph.edges) if edge.severity is severity]
        if faulty:
            style = f"stroke:{colour},stroke-width:3px,color:{colour}"
            yield f"  linkStyle {','.join(faulty)} {style}"


def _label(node: Node) -> str:
    kind = f"{node.kind} · {node.note}" if node.note else node.kind
    # The edge that leads to what is not there has told the rule.
    rules = _rules(node) if node.is_rendered else []
    return "<br/>".join([_text(kind), f"<b>{_text(elided(node.label))}</b>", *map(_text, rules)])


def _edge_label(edge: Edge) -> str:
    return "<br/>".join(_text(elided(label)) for label in (*edge.labels, *_rules(edge)))


def _rules(part: Node | Edge) -> list[str]:
    return list(dict.fromkeys(fault.rule for fault in faults_of(part)))


def _class(node: Node) -> str:
    classes = ([] if node.is_rendered else ["absent"]) + [str(node.severity)] * bool(node.severity)
    return f":::{'-'.join(classes)}" if classes else ""


def _text(text: str) -> str:
    """Escape what Mermaid, or its Markdown, would take for more than text."""
    return _SPECIAL.sub(lambda found: f"#{ord(found[0])};", text)
