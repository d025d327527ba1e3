"""What a picture of a release shows: objects, and how one leads to another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chartproof.findings import Finding, Severity
from chartproof.manifest import Manifest
from chartproof.wiring.scope import place_of

Key = tuple[str, str, str]
"""Kind, namespace ("" for those of the whole cluster) and name."""


@dataclass(frozen=True)
class Node:
    """An object, or several of a kind that are wired the same; `members` are their names.

    `label` is the name without the release's, `note` what else there is to say. `is_rendered` is
    False for what is referred to and not in the release.
    """

    key: Key
    label: str
    note: str = ""
    component: str = ""
    is_rendered: bool = True
    members: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def kind(self) -> str:
        """The kind of the object."""
        return self.key[0]

    @property
    def severity(self) -> Severity | None:
        """The worst of what was found in it."""
        return worst(self.findings)


@dataclass(frozen=True)
class Edge:
    """What leads from one object to another; `labels` say how, one a line.

    `is_mutual` tells that the target leads back to the source as well.
    """

    source: Key
    target: Key
    labels: tuple[str, ...]
    is_mutual: bool = False
    findings: tuple[Finding, ...] = ()

    @property
    def severity(self) -> Severity | None:
        """The worst of what was found in it."""
        return worst(self.findings)


@dataclass(frozen=True)
class Graph:
    """The objects of a release and how they are wired.

    `faults` are the errors and warnings that the rules find, in the order of their numbers.
    """

    name: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    faults: tuple[Finding, ...] = ()

    def components(self) -> dict[str, list[Node]]:
        """Return the nodes by component, in the order of their names."""
        names = sorted({node.component for node in self.nodes})
        return {name: [node for node in self.nodes if node.component == name] for name in names}

    def numbers(self, part: Node | Edge) -> list[int]:
        """Return the numbers, from 1, of the faults in a node or edge."""
        return [self.faults.index(fault) + 1 for fault in faults_of(part)]


def key_of(manifest: Manifest) -> Key:
    """Return what tells an object from all others."""
    name = manifest.name or str(manifest.metadata.get("generateName") or "")
    return manifest.kind, place_of(manifest), name


def faults_of(part: Node | Edge) -> list[Finding]:
    """Return the errors and warnings found in a node or edge."""
    return [finding for finding in part.findings if finding.severity is not Severity.NOTE]


def worst(findings: Iterable[Finding]) -> Severity | None:
    """Return the highest severity, None where there are only notes."""
    found = {finding.severity for finding in findings} - {Severity.NOTE}
    return min(found, key=list(Severity).index, default=None)
