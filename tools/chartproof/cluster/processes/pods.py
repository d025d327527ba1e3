"""The pods that a release's workloads make, and the names by which they find each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Any

from chartproof.cluster.processes.network import pod_addresses
from chartproof.errors import ChartproofError
from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.walk import each, fields
from chartproof.wiring.pods import unmatched

WORKLOADS = ("StatefulSet", "Deployment")
COMPONENT = "app.kubernetes.io/component"
CLUSTER_DOMAIN = "cluster.local"


@dataclass(frozen=True)
class Pod:
    """One pod of a workload; `template` is the workload's pod template."""

    name: str
    address: IPv4Address
    workload: Manifest

    @property
    def template(self) -> dict[str, Any]:
        """The pod as the workload describes it."""
        return fields(self.workload.body, "spec", "template")

    @property
    def spec(self) -> dict[str, Any]:
        """Its spec."""
        return fields(self.template, "spec")

    @property
    def labels(self) -> dict[str, Any]:
        """Its labels."""
        return fields(self.template, "metadata", "labels")

    @property
    def annotations(self) -> dict[str, Any]:
        """Its annotations."""
        return fields(self.template, "metadata", "annotations")

    @property
    def namespace(self) -> str:
        """Its namespace."""
        return self.workload.namespace

    @property
    def component(self) -> str:
        """What it is in the release: its component label, else its workload's short name."""
        return str(self.labels.get(COMPONENT) or self.workload.short_name)

    @property
    def names(self) -> list[str]:
        """The names of this pod alone: a StatefulSet's has one in its headless Service."""
        service = fields(self.workload.body, "spec").get("serviceName")
        return [*(_names(f"{self.name}.{service}", self.namespace) if service else []), self.name]


def pods(release: Release) -> list[Pod]:
    """Return the pods of every StatefulSet and Deployment; those of a Deployment have numbers too.

    Raises ChartproofError for a Service that would need more than a name.
    """
    addresses = pod_addresses()
    found = [
        Pod(f"{workload.name}-{index}", next(addresses), workload)
        for workload in release.of_kind(*WORKLOADS)
        for index in range(fields(workload.body, "spec").get("replicas", 1))
    ]
    for service in release.of_kind("Service"):
        for pod in selected(service, found):
            _check_ports(service, pod)
    return found


def selected(service: Manifest, candidates: Sequence[Pod]) -> list[Pod]:
    """Return the pods behind a Service."""
    wanted = fields(service.body, "spec", "selector")
    return [
        pod
        for pod in candidates
        if wanted and pod.namespace == service.namespace and not unmatched(wanted, pod.labels)
    ]


def hosts(release: Release, running: Sequence[Pod]) -> str:
    """Return an /etc/hosts that has every pod, and every Service as the pods behind it."""
    lines = ["127.0.0.1 localhost"]
    lines += [_line(pod, pod.names) for pod in running]
    for service in release.of_kind("Service"):
        names = _names(service.name, service.namespace)
        lines += [_line(pod, names) for pod in selected(service, running)]
    return "".join(f"{line}\n" for line in lines)


def _line(pod: Pod, names: Sequence[str]) -> str:
    return f"{pod.address} {' '.join(names)}"


def _names(name: str, namespace: str) -> list[str]:
    short = f"{name}.{namespace}"
    return [f"{short}.svc.{CLUSTER_DOMAIN}", f"{short}.svc", short, name]


def _check_ports(service: Manifest, pod: Pod) -> None:
    """Refuse a port that is not the container's own: there is nothing here to translate it."""
    named = dict(_container_ports(pod))
    for _, port in each(service.body, "spec", "ports"):
        target = port.get("targetPort", port.get("port"))
        if named.get(target, target) != port.get("port"):
            raise ChartproofError(
                f"Service/{service.name}: port {port.get('port')} leads to port {target} of "
                f"{pod.name}: as processes, a Service's port must be the container's own"
            )


def _container_ports(pod: Pod) -> Iterator[tuple[Any, Any]]:
    for path, _ in each(pod.spec, "containers"):
        for _, port in each(pod.spec, *path, "ports"):
            yield port.get("name"), port.get("containerPort")
