"""The ports that Ingresses, routes and webhooks ask their Services for."""

from __future__ import annotations

from typing import Any

from chartproof.walk import dig
from chartproof.wiring.places import BACKENDS, SERVICE
from chartproof.wiring.references import Reference
from chartproof.yamlio import Path

_HTTPS = 443


def is_backend(reference: Reference) -> bool:
    """Tell whether a reference names a Service to send requests to."""
    return reference.kind == SERVICE and reference.manifest.kind in BACKENDS


def asked_port(reference: Reference) -> tuple[Path, Any]:
    """Return the path and the port that a backend asks for, None where it asks for none."""
    backend = reference.path[:-1]
    port = dig(reference.manifest.body, *backend, "port")
    if isinstance(port, dict):
        field = "name" if "name" in port else "number"
        return (*backend, "port", field), port.get(field)
    if port is None and reference.manifest.kind.endswith(("WebhookConfiguration", "APIService")):
        return reference.path, _HTTPS
    return (*backend, "port"), port
