"""The host of a URL is a Service of the release, and the port is one of the Service's.

Looked at are URLs in environment variables and in the values of ConfigMaps and Secrets, those
of Secrets decoded. A host without a dot, or with the cluster's own suffixes (`name.namespace`,
`name.namespace.svc...`), can only be a Service; other hosts are left alone, as are other
namespaces. A host that the values give is only noted when the release does not render it.
"""

from __future__ import annotations

from collections.abc import Iterator

from chartproof.errors import nearest
from chartproof.findings import Finding, Severity
from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.walk import dig, each
from chartproof.wiring.given import given_by
from chartproof.wiring.pods import selected
from chartproof.wiring.urls import Url, urls

_EVERYWHERE = {("default", "kubernetes")}


def check(release: Release) -> Iterator[Finding]:
    """Find URLs that lead nowhere in the release."""
    services = {
        (service.namespace, service.name): service for service in release.of_kind("Service")
    }
    for url in urls(release):
        target = _target(url, {namespace for namespace, _ in services})
        if target is None or target in _EVERYWHERE:
            continue
        service = services.get(target)
        if service is None:
            known = [name for _, name in services]
            yield _missing(release, url, nearest(target[1], known))
        elif url.port is not None:
            yield from _check_port(release, url, url.port, service)


def _target(url: Url, namespaces: set[str]) -> tuple[str, str] | None:
    """Return namespace and name of the Service that the host stands for, None for other hosts."""
    parts = url.host.split(".")
    if len(parts) == 1:
        is_other = url.host == "localhost" or url.host.isdigit()
        return None if is_other else (url.manifest.namespace, url.host)
    if len(parts) > 3 and parts[3] == "svc":
        parts = parts[1:]  # a pod of a headless Service: pod.service.namespace.svc
    own = namespaces | {url.manifest.namespace}
    if parts[1] in own and (len(parts) == 2 or parts[2] == "svc"):
        return parts[1], parts[0]
    return None


def _missing(release: Release, url: Url, near: str | None) -> Finding:
    if value := given_by(release, url.manifest, url.path, url.host):
        return Finding.at(
            url.manifest,
            url.path,
            f"host {url.host} is given by the values ({value}) and no Service of the release",
            severity=Severity.NOTE,
        )
    return Finding.at(
        url.manifest,
        url.path,
        f"{url.scheme}:// leads to {url.host}, but the release renders no such Service",
        hint=near,
    )


def _check_port(release: Release, url: Url, port: int, service: Manifest) -> Iterator[Finding]:
    """Find a port that the Service does not have; a headless one has those of its pods."""
    if dig(service.body, "spec", "type") == "ExternalName":
        return
    ports = [entry for _, entry in each(service.body, "spec", "ports")]
    numbers = [entry.get("port") for entry in ports]
    if dig(service.body, "spec", "clusterIP") == "None":
        pods = selected(release, service)
        numbers += [entry.get("containerPort") for pod in pods for entry in pod.ports()]
    if port not in numbers:
        listed = ", ".join(f"{entry.get('name', 'port')} {entry.get('port')}" for entry in ports)
        yield Finding.at(
            url.manifest,
            url.path,
            f"{url.scheme}:// leads to port {port} of Service {service.name}, "
            f"which has {listed or 'none'}",
        )
