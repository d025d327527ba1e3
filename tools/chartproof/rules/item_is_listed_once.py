"""No list has two items with the same key, where Kubernetes reads the list as a map.

Two containers, volumes, mounts at one path or Service ports of one number are refused by the API
server. Two variables of one name, or two container ports of one number, are refused by a
server-side apply, which is how Helm 4 installs, and the first of them is lost without a word by
any other way: they are a warning. Ports must differ in their names too, and a Service with several
has to name each. The lists and their keys are those of the schemas of Kubernetes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartproof.findings import Finding, Severity
from chartproof.kubernetes.served import schemas_of, twins_of
from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.walk import dig, each, leaves
from chartproof.wiring.pods import pods
from chartproof.yamlio import Path

SEVERITIES = (Severity.ERROR, Severity.WARNING)

_REFUSED = {"containers", "initContainers", "volumes", "volumeMounts", "volumeDevices"}


def check(release: Release) -> Iterator[Finding]:
    """Find items that hide others, and ports without a name of their own."""
    schemas, _ = schemas_of(release)
    for manifest in release.manifests:
        for twin in twins_of(manifest, schemas.version):
            is_refused = twin.list in _REFUSED or manifest.kind == "Service"
            yield Finding.at(
                manifest,
                twin.path,
                f"{twin.list} has an item with {twin.key} already",
                severity=Severity.ERROR if is_refused else Severity.WARNING,
            )
    for service in release.of_kind("Service"):
        yield from _same_names(service, ("spec", "ports"))
        yield from _without_name(service)
    for pod in pods(release):
        for container, _ in pod.containers():
            yield from _same_names(pod.owner, (*container, "ports"))
        for at, volume in each(pod.owner.body, *pod.spec, "volumes"):
            yield from _same_files(pod.owner, at, volume)


def _same_names(manifest: Manifest, path: Path) -> Iterator[Finding]:
    seen = set()
    for at, port in each(manifest.body, *path):
        name = port.get("name")
        if isinstance(name, str) and name in seen:
            yield Finding.at(manifest, (*at, "name"), f"another port is named {name!r} already")
        seen.add(str(name))


def _same_files(manifest: Manifest, at: Path, volume: dict[str, Any]) -> Iterator[Finding]:
    """Find files of a projected volume that two of its sources write."""
    seen = set()
    for source, _ in each(volume, "projected", "sources"):
        for path, value in leaves(dig(volume, *source)):
            if path[-1:] == ("path",) and str(value) in seen:
                message = f"another source of the volume writes {value} already"
                yield Finding.at(manifest, (*at, *source, *path), message)
            elif path[-1:] == ("path",):
                seen.add(str(value))


def _without_name(service: Manifest) -> Iterator[Finding]:
    ports = list(each(service.body, "spec", "ports"))
    for at, port in ports:
        if len(ports) > 1 and not port.get("name"):
            yield Finding.at(service, at, "the port has no name, and the Service has several ports")
