"""A container that is named is one of the pod that is meant.

A HorizontalPodAutoscaler measures one container of its target by name, a VerticalPodAutoscaler has
a policy for each (`*` for the others), and a variable may be filled with the limits of a container
beside its own. Of a name that no container has there is nothing to measure, or the pod is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartproof.errors import nearest
from chartproof.findings import Finding
from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.walk import fields
from chartproof.wiring.places import spread
from chartproof.wiring.pods import Pod, pods
from chartproof.wiring.references import find, references
from chartproof.yamlio import Path

_OF_TARGETS = {
    "HorizontalPodAutoscaler": ("spec.metrics.*.containerResource", "container"),
    "VerticalPodAutoscaler": ("spec.resourcePolicy.containerPolicies.*", "containerName"),
}
_VARIABLES = "env.*.valueFrom.resourceFieldRef"
_ALL = "*"


def check(release: Release) -> Iterator[Finding]:
    """Find names of containers that the pods do not have."""
    by_owner = {id(pod.owner): pod for pod in pods(release)}
    for reference in references(release):
        target = find(release, reference)
        if reference.manifest.kind in _OF_TARGETS and id(target) in by_owner:
            within, field = _OF_TARGETS[reference.manifest.kind]
            asked = spread(reference.manifest.body, within.split("."))
            yield from _missing(reference.manifest, asked, field, by_owner[id(target)])
    for pod in by_owner.values():
        for container, body in pod.containers():
            asked = spread(body, _VARIABLES.split("."), ())
            below = (((*container, *at), source) for at, source in asked)
            yield from _missing(pod.owner, below, "containerName", pod)


def _missing(
    manifest: Manifest, asked: Iterator[tuple[Path, dict[str, Any]]], field: str, pod: Pod
) -> Iterator[Finding]:
    names = [str(fields(body).get("name")) for _, body in pod.containers()]
    for at, source in asked:
        name = source.get(field)
        if name not in (None, _ALL, *names):
            yield Finding.at(
                manifest,
                (*at, field),
                f"the pods of {pod.owner.kind}/{pod.owner.name} have no container {name!r}, "
                f"they have {', '.join(names)}",
                hint=nearest(str(name), names),
            )
