"""A Service's selector matches the labels of at least one pod of the release.

A Service that selects nothing exists without a fault and answers nobody: connections to it are
refused, and no event says why. It is the first mistake everyone makes with Services.
"""

from __future__ import annotations

from collections.abc import Iterator

from chartproof.findings import Finding
from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.walk import dig, fields
from chartproof.wiring.pods import pods, selected, unmatched


def check(release: Release) -> Iterator[Finding]:
    """Find Services whose selector fits no pod."""
    for service in release.of_kind("Service"):
        selector = fields(service.body, "spec", "selector")
        if not selector or dig(service.body, "spec", "type") == "ExternalName":
            continue
        if not selected(release, service):
            yield Finding.at(
                service,
                ("spec", "selector"),
                "the Service selects no pod of the release: "
                + _nearest_miss(release, service, selector),
            )


def _nearest_miss(release: Release, service: Manifest, selector: dict[str, object]) -> str:
    """Say what keeps the pods that fit best from being selected."""
    candidates = [pod for pod in pods(release) if pod.owner.namespace == service.namespace]
    if not candidates:
        return f"it has none in namespace {service.namespace}"
    best = min(candidates, key=lambda pod: len(unmatched(selector, pod.labels)))
    label = unmatched(selector, best.labels)[0]
    carried = f"{label}={best.labels[label]}" if label in best.labels else f"no {label}"
    return (
        f"it wants {label}={selector[label]}, the pods of {best.owner.kind}/{best.owner.name} "
        f"carry {carried}"
    )
