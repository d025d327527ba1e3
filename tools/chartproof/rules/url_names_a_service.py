"""The host of an address is a Service of the release, and the port is one of the Service's.

Looked at are URLs, `host:port` and hosts under names such as DB_HOST (with DB_PORT beside it), in
environment variables, arguments, the values of ConfigMaps and Secrets (those decoded), and the
triggers of KEDA. A host without a dot, or with the cluster's own suffixes (`name.namespace`,
`name.namespace.svc...`), can only be a Service; other hosts are left alone, as are the names of
others in other namespaces. What looks like an address but may be something else, such as
`web:8080` in a file, counts where a Service has that name, or where the name is the release's.
What a file itself names so, an `upstream` of nginx, is no host.
A host that the values give is only noted when the release does not render it, and so is one with
the name of a rendered custom resource, whose operator may make the Service.
"""

from __future__ import annotations

from collections.abc import Iterator

from chartproof.errors import nearest
from chartproof.findings import Finding, Severity
from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.wiring.addresses import Address, addresses
from chartproof.wiring.given import Givers
from chartproof.wiring.hosts import is_own, service_of
from chartproof.wiring.operators import maker_of
from chartproof.wiring.scope import is_everywhere
from chartproof.wiring.services import described, is_alias, reachable

SEVERITIES = (Severity.ERROR, Severity.NOTE)

_Services = dict[tuple[str, str], Manifest]


def check(release: Release) -> Iterator[Finding]:
    """Find addresses that lead nowhere in the release."""
    services: _Services = {
        (service.namespace, service.name): service for service in release.of_kind("Service")
    }
    givers = Givers(release)
    for address in addresses(release):
        target = service_of(release, address)
        if target is None or is_everywhere("Service", *target):
            continue
        service = services.get(target)
        if service:
            yield from _check_port(release, address, service)
        elif address.is_certain or is_own(release, target[1]) or ".svc" in address.host:
            yield _missing(givers, address, nearest(target[1], [name for _, name in services]))


def _missing(givers: Givers, address: Address, near: str | None) -> Finding:
    if value := givers.of(address.manifest, address.path, address.host):
        return Finding.at(
            address.manifest,
            address.path,
            f"host {address.host} is given by the values ({value}) and no Service of the release",
            severity=Severity.NOTE,
        )
    if source := maker_of(givers.release, address.host.partition(".")[0]):
        return Finding.at(
            address.manifest,
            address.path,
            f"Service {address.host} is left to the operator of {source.kind} {source.name}",
            severity=Severity.NOTE,
        )
    return Finding.at(
        address.manifest,
        address.path,
        f"{address.called} leads to {address.host}, but the release renders no such Service",
        hint=near,
    )


def _check_port(release: Release, address: Address, service: Manifest) -> Iterator[Finding]:
    """Find a port that does not answer behind the Service."""
    known = is_alias(service) or address.port is None
    if not known and address.port not in reachable(release, service):
        yield Finding.at(
            address.manifest,
            address.path,
            f"{address.called} leads to port {address.port} of Service {service.name}, "
            f"which has {described(service)}",
        )
