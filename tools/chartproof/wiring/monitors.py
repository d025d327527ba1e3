"""What Prometheus monitors look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.walk import fields
from chartproof.wiring.pods import pods, selected
from chartproof.wiring.selectors import matches
from chartproof.wiring.services import ports

ENDPOINTS = {"ServiceMonitor": "endpoints", "PodMonitor": "podMetricsEndpoints"}
"""Kinds of monitors, and the field of their spec that lists what is asked for."""


@dataclass(frozen=True)
class Target:
    """What a monitor may look at, with the ports it has and those of the pods behind it.

    `manifest` is the Service, or what makes the pods.
    """

    manifest: Manifest
    labels: dict[str, Any]
    ports: Sequence[Any]
    behind: Sequence[Any]


def in_sight(release: Release, monitor: Manifest) -> list[Target]:
    """Return what a monitor chooses from: the Services, or pods, of its namespaces."""
    return [one for one in _targets(release, monitor.kind) if _looks_into(monitor, one)]


def chosen(monitor: Manifest, targets: Sequence[Target]) -> list[Target]:
    """Return those that have the labels a monitor selects."""
    selector = fields(monitor.body, "spec", "selector")
    return [target for target in targets if matches(selector, target.labels)]


def _targets(release: Release, kind: str) -> Iterator[Target]:
    if kind == "PodMonitor":
        for pod in pods(release):
            names = [port.get("name") for port in pod.ports()]
            yield Target(pod.owner, pod.labels, names, names)
        return
    for service in release.of_kind("Service"):
        behind = [port for pod in selected(release, service) for port in pod.ports()]
        yield Target(
            service,
            fields(service.metadata, "labels"),
            [port.get("name") for port in ports(service)],
            [port.get(field) for port in behind for field in ("name", "containerPort")],
        )


def _looks_into(monitor: Manifest, target: Target) -> bool:
    where = fields(monitor.body, "spec", "namespaceSelector")
    names = where.get("matchNames")
    own = target.manifest.namespace == monitor.namespace
    is_named = target.manifest.namespace in names if isinstance(names, list) and names else own
    return where.get("any") is True or is_named
