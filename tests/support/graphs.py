"""Graphs of fixture charts, and short words for what is in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from chartproof.chart import Chart
from chartproof.graph.build import graph_of
from chartproof.graph.model import Edge, Graph, Key, Node
from chartproof.render import render
from tests.support.charts import CHARTS, chart

# These show templates that fail, or render only inside another chart.
UNDRAWN = {"unclosed-action", "failing-templates", "cases-give-what-is-required"}


def graph(name: str, **values: object) -> Graph:
    """Draw a fixture chart."""
    return graph_of(render(chart(name), values))


def written(folder: Path, *objects: dict[str, Any]) -> Chart:
    """Write a chart with a template for each of these objects, and load it."""
    (folder / "templates").mkdir(parents=True, exist_ok=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: written\nversion: 0.1.0\n")
    for at, body in enumerate(objects):
        (folder / "templates" / f"{at:03}.yaml").write_text(yaml.safe_dump(body))
    return Chart.load(folder)


def drawn(folder: Path, *objects: dict[str, Any]) -> Graph:
    """Draw a chart that renders these objects."""
    return graph_of(render(written(folder, *objects)))


def config_map(name: str, **labels: str) -> dict[str, Any]:
    """Return a ConfigMap."""
    metadata = {"name": name, "labels": labels}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}


def service(name: str) -> dict[str, Any]:
    """Return a Service that leads to the pods of the component with its name."""
    spec = {"selector": {"component": name}, "ports": [{"name": "http", "port": 80}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


def deployment(name: str, **env: str) -> dict[str, Any]:
    """Return a Deployment of the component with its name, with these variables."""
    labels = {"component": name}
    container = {
        "name": "main",
        "image": "main:1",
        "ports": [{"name": "http", "containerPort": 80}],
        "env": [{"name": key, "value": value} for key, value in env.items()],
    }
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }


def ring(folder: Path, count: int, step: int) -> Graph:
    """Draw `count` components, each of which calls the one `step` further on."""
    objects = []
    for at in range(count):
        url = f"http://app-{(at + step) % count}"
        objects += [service(f"app-{at}"), deployment(f"app-{at}", NEXT=url)]
    return drawn(folder, *objects)


def edge(graph: Graph, source: str, target: str) -> Edge:
    """Return the edge between two nodes, each called `Kind/label`."""
    (found,) = (
        edge
        for edge in graph.edges
        if (called(graph, edge.source), called(graph, edge.target)) == (source, target)
    )
    return found


def node(graph: Graph, name: str) -> Node:
    """Return the node called `Kind/label`."""
    (found,) = (node for node in graph.nodes if f"{node.kind}/{node.label}" == name)
    return found


def called(graph: Graph, key: Key) -> str:
    """Return `Kind/label` of a node."""
    return next(f"{node.kind}/{node.label}" for node in graph.nodes if node.key == key)


def every_fixture() -> list[str]:
    """Return the names of all fixture charts that render by themselves."""
    folders = {file.parent for file in CHARTS.rglob("Chart.yaml")}
    names = {
        str(folder.relative_to(CHARTS))
        for folder in folders
        if not any(other in folder.parents for other in folders)
    }
    return sorted(names - UNDRAWN)
