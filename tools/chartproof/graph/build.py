"""From a release to its graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from chartproof.findings import Finding, Severity, sort_key
from chartproof.graph.collapse import collapse
from chartproof.graph.components import components
from chartproof.graph.model import Edge, Graph, Key, Node, key_of
from chartproof.graph.wires import CLAIM, Wire, wires
from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.rules import RULES
from chartproof.walk import dig, fields
from chartproof.wiring.selectors import POLICIES, is_empty

_SCALED = {"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"}


def graph_of(release: Release) -> Graph:
    """Return the graph of a release with what the rules find in it.

    Raises ManifestError for a document that is no YAML object.
    """
    found = sorted(
        (finding for rule in RULES.values() for finding in rule.findings(release)), key=sort_key
    )
    findings = list(dict.fromkeys(found))
    wired = list(wires(release))
    edges, on_wires = _edges(wired, findings)
    shown = {edge_end for edge in edges for edge_end in (edge.source, edge.target)}
    nodes = list(_nodes(release, wired, [one for one in findings if one not in on_wires]))
    nodes = [node for node in nodes if node.is_rendered or node.key in shown]
    faults = tuple(finding for finding in findings if finding.severity is not Severity.NOTE)
    return Graph(release.chart.name, *collapse(_blamed(nodes, edges), edges), faults)


def _edges(wired: Sequence[Wire], findings: Sequence[Finding]) -> tuple[list[Edge], set[Finding]]:
    """Join the wires between two objects to one edge; return the findings that are about edges."""
    bundles: dict[tuple[Key, Key], list[Wire]] = defaultdict(list)
    for wire in wired:
        ends = (wire.source, wire.target)
        bundles[ends if ends[::-1] not in bundles else ends[::-1]].append(wire)
    by_place = defaultdict(list)
    for finding in findings:
        by_place[finding.object, finding.field].append(finding)
    edges = []
    for (source, target), bundle in bundles.items():
        found = [one for wire in bundle for place in _places(wire) for one in by_place[place]]
        edges.append(
            Edge(
                source,
                target,
                tuple(dict.fromkeys(wire.how for wire in bundle)),
                is_mutual=len({wire.source for wire in bundle}) > 1,
                findings=tuple(dict.fromkeys(found)),
            )
        )
    return edges, {finding for edge in edges for finding in edge.findings}


def _places(wire: Wire) -> Iterator[tuple[str, str]]:
    """Give what findings about a wire call its place: object and field."""
    manifest = wire.manifest
    for path in wire.paths:
        yield f"{manifest.kind}/{manifest.name}", manifest.field_name(path)


def _nodes(release: Release, wired: Sequence[Wire], findings: Sequence[Finding]) -> Iterator[Node]:
    """Give a node for every object, and for what the wires lead to that is none."""
    component = components(release, wired)
    by_object = defaultdict(list)
    for finding in findings:
        by_object[finding.object].append(finding)
    own = ("", release.options.namespace)

    def where(key: Key) -> str:
        return "" if key[1] in own else f"in {key[1]}"

    rendered = {key_of(manifest): manifest for manifest in release.manifests}
    for key, manifest in rendered.items():
        found = tuple(by_object[f"{manifest.kind}/{manifest.name}"])
        label, note = manifest.shortened(key[2]) or "(no name)", _note(manifest)
        yield Node(key, label, note or where(key), component[key], findings=found)
    for key, manifest in {wire.target: wire.manifest for wire in wired}.items():
        if key not in rendered:
            name = key[2].removesuffix(f"-{manifest.name}") if key[0] == CLAIM else key[2]
            label = manifest.shortened(name)
            yield Node(key, label, where(key), component[key], is_rendered=False)


def _note(manifest: Manifest) -> str:
    """Say what else there is to know of an object: when it runs, how many pods it has."""
    if manifest.is_hook:
        first, *others = manifest.hook_events
        return f"{first} …" if others else first
    if manifest.kind in _SCALED:
        replicas = dig(manifest.body, "spec", "replicas")
        count = replicas if isinstance(replicas, int) else 1
        return f"{count} pod{'' if count == 1 else 's'}"
    if manifest.kind in POLICIES:
        is_of_all = is_empty(fields(manifest.body, "spec", POLICIES[manifest.kind]))
        return "every pod" if is_of_all else ""
    return "headless" if dig(manifest.body, "spec", "clusterIP") == "None" else ""


def _blamed(nodes: Sequence[Node], edges: Sequence[Edge]) -> list[Node]:
    """Let what is not there carry the faults of the edges that lead to it."""
    blame: Mapping[Key, dict[Finding, None]] = defaultdict(dict)
    for edge in edges:
        blame[edge.target].update(dict.fromkeys(edge.findings))
    return [
        node if node.is_rendered else replace(node, findings=tuple(blame[node.key]))
        for node in nodes
    ]
