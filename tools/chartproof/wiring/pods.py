"""The pods of a release: those its workloads make, and its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.walk import each, fields
from chartproof.yamlio import Path

_TEMPLATE: dict[str, Path] = {
    "Pod": (),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    **dict.fromkeys(
        ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job"),
        ("spec", "template"),
    ),
}


@dataclass(frozen=True)
class Pod:
    """A pod as an object describes it; `path` leads to its metadata and spec."""

    owner: Manifest
    path: Path

    @property
    def labels(self) -> dict[str, Any]:
        """The pod's labels."""
        return fields(self.owner.body, *self.path, "metadata", "labels")

    @property
    def spec(self) -> Path:
        """The path of the pod's spec."""
        return (*self.path, "spec")

    def containers(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Give path and body of every container, init containers first."""
        for kind in ("initContainers", "containers"):
            yield from each(self.owner.body, *self.spec, kind)

    def ports(self) -> Iterator[dict[str, Any]]:
        """Give every port that a container declares."""
        for path, _ in self.containers():
            for _, port in each(self.owner.body, *path, "ports"):
                yield port


def pods(release: Release) -> list[Pod]:
    """Return every pod that the release describes."""
    return [Pod(manifest, _TEMPLATE[manifest.kind]) for manifest in release.of_kind(*_TEMPLATE)]


def unmatched(selector: Mapping[str, Any], labels: Mapping[str, Any]) -> list[str]:
    """Return the labels that `selector` asks for and `labels` do not carry with that value."""
    return [label for label, wanted in selector.items() if labels.get(label) != wanted]


def selected(release: Release, service: Manifest) -> list[Pod]:
    """Return the pods that a Service sends traffic to."""
    wanted = fields(service.body, "spec", "selector")
    return [
        pod
        for pod in pods(release)
        if wanted and pod.owner.namespace == service.namespace and not unmatched(wanted, pod.labels)
    ]
