"""The Services of a release and their ports."""

from __future__ import annotations

from typing import Any

from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.walk import dig, each
from chartproof.wiring.pods import selected


def ports(service: Manifest) -> list[dict[str, Any]]:
    """Return the ports of a Service as they are written."""
    return [port for _, port in each(service.body, "spec", "ports")]


def is_headless(service: Manifest) -> bool:
    """Tell whether the name of a Service stands for its pods themselves."""
    return bool(dig(service.body, "spec", "clusterIP") == "None")


def is_alias(service: Manifest) -> bool:
    """Tell whether a Service is a mere name for a host elsewhere."""
    return bool(dig(service.body, "spec", "type") == "ExternalName")


def reachable(release: Release, service: Manifest) -> list[Any]:
    """Return the port numbers that answer behind a Service: a headless one has its pods' too."""
    numbers = [port.get("port") for port in ports(service)]
    if is_headless(service):
        pods = selected(release, service)
        numbers += [port.get("containerPort") for pod in pods for port in pod.ports()]
    return numbers


def described(service: Manifest) -> str:
    """List the ports of a Service for a reader: `amqp 5672, metrics 15692`."""
    written = [f"{port.get('name', 'port')} {port.get('port')}" for port in ports(service)]
    return ", ".join(written) or "none"
