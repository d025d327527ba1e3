"""Which Service a host stands for."""

from __future__ import annotations

from chartproof.release import Release
from chartproof.wiring.addresses import Address


def is_own(release: Release, name: str) -> bool:
    """Tell whether the release has its name in that name."""
    return f"{name}-".startswith(f"{release.options.release}-")


def service_of(release: Release, address: Address) -> tuple[str, str] | None:
    """Return namespace and name of the Service that the host stands for, None for other hosts."""
    here, parts = address.manifest.namespace, address.host.split(".")
    if len(parts) == 1:
        is_other = address.host == "localhost" or address.host.isdecimal()
        return None if is_other else (here, address.host)
    if len(parts) == 2 and is_own(release, parts[1]):
        return here, parts[1]  # a pod of a headless Service: pod.service
    if len(parts) > 3 and parts[3] == "svc":
        parts = parts[1:]  # the same: pod.service.namespace.svc
    namespaces = {service.namespace for service in release.of_kind("Service")} | {here}
    is_near = parts[1] in namespaces or is_own(release, parts[0])
    if is_near and (len(parts) == 2 or parts[2] == "svc"):
        return parts[1], parts[0]
    return None
