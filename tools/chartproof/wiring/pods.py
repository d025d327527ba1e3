"""The pods of a release: those its workloads make, and its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chartproof.manifest import Manifest
from chartproof.release import Release, once
from chartproof.walk import each, fields
from chartproof.yamlio import Path

_TEMPLATE: dict[str, Path] = {
    "Pod": (),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "ScaledJob": ("spec", "jobTargetRef", "template"),
    **dict.fromkeys(
        ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job"),
        ("spec", "template"),
    ),
}
# "Well-Known Labels, Annotations and Taints" of the Kubernetes documentation; `*` is the owner.
_ADDED = {
    "StatefulSet": {
        "apps.kubernetes.io/pod-index": r"\d+",
        "controller-revision-hash": ".+",
        "statefulset.kubernetes.io/pod-name": r"*-\d+",
    },
    "DaemonSet": {"controller-revision-hash": ".+", "pod-template-generation": ".+"},
    "Deployment": {"pod-template-hash": ".+"},
    "Job": {"batch.kubernetes.io/job-name": "*", "job-name": "*"},
    "CronJob": {"batch.kubernetes.io/job-name": "*-.+", "job-name": "*-.+"},
}


@dataclass(frozen=True)
class Pod:
    """A pod as an object describes it; `path` leads to its metadata and spec."""

    owner: Manifest
    path: Path

    @property
    def labels(self) -> dict[str, Any]:
        """The pod's labels, without those that Kubernetes adds."""
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

    def lacks(self, selector: Mapping[str, Any]) -> list[str]:
        """Return the labels that `selector` asks for and no such pod carries.

        Of those that Kubernetes adds, such as the name of a StatefulSet's pod, it is known what
        they can be.
        """
        missed = unmatched(selector, self.labels)
        return [label for label in missed if not self._may_carry(label, str(selector[label]))]

    def _may_carry(self, label: str, value: str) -> bool:
        form = _ADDED.get(self.owner.kind, {}).get(label)
        name = re.escape(self.owner.name)
        return form is not None and bool(re.fullmatch(form.replace("*", name), value))


@once
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
        if wanted and pod.owner.namespace == service.namespace and not pod.lacks(wanted)
    ]
