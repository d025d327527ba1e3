"""A ServiceMonitor selects Services of the release, a PodMonitor pods, with the port it names.

The Prometheus operator looks for labels on the Service itself, not on the pods behind it, and for
the name of the Service's port, not its number. A monitor that finds nothing gives no error and no
metrics. Those that look into other namespaces alone are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chartproof.errors import nearest
from chartproof.findings import Finding
from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.walk import dig, each, fields
from chartproof.wiring.pods import pods, selected
from chartproof.wiring.selectors import matches
from chartproof.wiring.services import ports

_ENDPOINTS = {"ServiceMonitor": "endpoints", "PodMonitor": "podMetricsEndpoints"}


@dataclass(frozen=True)
class _Target:
    """What a monitor may look at, with the ports it has and those of the pods behind it."""

    namespace: str
    labels: dict[str, Any]
    ports: Sequence[Any]
    behind: Sequence[Any]


def check(release: Release) -> Iterator[Finding]:
    """Find monitors that find nothing."""
    for monitor in release.of_kind(*_ENDPOINTS):
        selector = fields(monitor.body, "spec", "selector")
        near = [one for one in _targets(release, monitor.kind) if _looks_into(monitor, one)]
        found = [target for target in near if matches(selector, target.labels)]
        what = monitor.kind.removesuffix("Monitor")
        if found:
            yield from _check_ports(monitor, found)
        elif near or not fields(monitor.body, "spec", "namespaceSelector"):
            yield Finding.at(
                monitor, ("spec", "selector"), f"no {what} of the release has the labels it selects"
            )


def _targets(release: Release, kind: str) -> Iterator[_Target]:
    if kind == "PodMonitor":
        for pod in pods(release):
            names = [port.get("name") for port in pod.ports()]
            yield _Target(pod.owner.namespace, pod.labels, names, names)
        return
    for service in release.of_kind("Service"):
        behind = [port for pod in selected(release, service) for port in pod.ports()]
        yield _Target(
            service.namespace,
            fields(service.metadata, "labels"),
            [port.get("name") for port in ports(service)],
            [port.get(field) for port in behind for field in ("name", "containerPort")],
        )


def _looks_into(monitor: Manifest, target: _Target) -> bool:
    where = fields(monitor.body, "spec", "namespaceSelector")
    names = where.get("matchNames")
    own = target.namespace == monitor.namespace
    is_named = target.namespace in names if isinstance(names, list) and names else own
    return where.get("any") is True or is_named


def _check_ports(monitor: Manifest, found: Sequence[_Target]) -> Iterator[Finding]:
    for at, endpoint in each(monitor.body, "spec", _ENDPOINTS[monitor.kind]):
        field = "port" if "port" in endpoint else "targetPort"
        wanted = dig(endpoint, field)
        there = [
            port
            for target in found
            for port in (target.ports if field == "port" else target.behind)
            if port is not None
        ]
        if wanted is not None and wanted not in there:
            yield Finding.at(
                monitor,
                (*at, field),
                f"none of what it selects has port {wanted!r}, "
                f"there is {', '.join(map(str, there)) or 'none by name'}",
                hint=nearest(str(wanted), map(str, there)),
            )
