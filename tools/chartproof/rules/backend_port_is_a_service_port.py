"""The port that an Ingress, a route or a webhook sends to is a port of the Service it names.

An Ingress names it by `number` or `name`, a route of the Gateway API, a webhook and an APIService
by number; the last two mean 443 where they tell none. A backend whose port the Service does not
have answers 503, or is not taken up at all. A Service that is not rendered is another rule's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartproof.errors import nearest
from chartproof.findings import Finding
from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.wiring.backends import asked_port, is_backend
from chartproof.wiring.references import find, references
from chartproof.wiring.services import described, is_alias, ports
from chartproof.yamlio import Path


def check(release: Release) -> Iterator[Finding]:
    """Find backends that name a port their Service does not have."""
    for reference in references(release):
        if not is_backend(reference):
            continue
        service = find(release, reference)
        path, port = asked_port(reference)
        if service is None or port is None or is_alias(service):
            continue
        names = [str(one.get("name")) for one in ports(service)]
        if port not in [*names, *(one.get("port") for one in ports(service))]:
            yield _missing(reference.manifest, path, port, service, names)


def _missing(
    manifest: Manifest, path: Path, port: Any, service: Manifest, names: list[str]
) -> Finding:
    return Finding.at(
        manifest,
        path,
        f"Service {service.name} has no port {port!r}, it has {described(service)}",
        hint=nearest(str(port), names),
    )
