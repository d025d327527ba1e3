"""The flowchart is one that Mermaid's own parser takes, whatever the names in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from chartproof.graph.mermaid import mermaid
from tests.support.graphs import config_map, drawn, every_fixture, graph, ring
from tests.support.mermaid import parsed

HOSTILE = (
    *('"quoted"', "`code`", "#35;", "<b>bold</b>", "end", "- item", "1. one", "a|b", "a\nb"),
    *("]", "}", "--> n1", "%% comment", "click", "subgraph", "ö↯", "$$x$$", "::: error", ""),
)


def test_a_flowchart_shows_components_edges_and_faults() -> None:
    lines = [line.strip() for line in mermaid(graph("broken-wiring")).splitlines()]
    assert lines[0] == "flowchart LR"
    assert 'subgraph c1["web"]' in lines
    web = next(line.split("[")[0] for line in lines if "Deployment · 1 pod" in line)
    missing = next(line for line in lines if "web-setings" in line)
    assert missing.endswith(":::absent-error")
    label = '"envFrom<br/>reference-names-an-object"'
    assert f"{web} -->|{label}| {missing.split('[')[0]}" in lines
    edges = [line for line in lines if "-->" in line]
    styled = next(line for line in lines if line.startswith("linkStyle")).split()[1]
    red = {edges[int(at)] for at in styled.split(",")}
    assert red == {line for line in edges if "-names-a" in line or "-selects-" in line}


@pytest.mark.needs("node")
def test_mermaid_takes_every_fixture_and_a_large_chart(tmp_path: Path) -> None:
    diagrams = [mermaid(graph(name)) for name in every_fixture()]
    diagrams.append(mermaid(ring(tmp_path, 60, 7)))
    assert set(parsed(diagrams, tmp_path)) == {"flowchart-v2"}


@pytest.mark.needs("node")
def test_mermaid_takes_names_that_mean_something_to_it(tmp_path: Path) -> None:
    diagrams = [
        mermaid(drawn(tmp_path / str(at), config_map(name, component=name)))
        for at, name in enumerate(HOSTILE)
    ]
    assert set(parsed(diagrams, tmp_path)) == {"flowchart-v2"}


@pytest.mark.needs("node")
def test_mermaid_does_refuse_what_is_no_flowchart(tmp_path: Path) -> None:
    (said,) = parsed(["flowchart LR\n  a -->"], tmp_path)
    assert said != "flowchart-v2"
