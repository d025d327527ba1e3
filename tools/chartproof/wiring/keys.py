"""The keys of ConfigMaps and Secrets."""

from __future__ import annotations

from chartproof.manifest import Manifest
from chartproof.walk import fields

_FILLED_IN = {"kubernetes.io/service-account-token": ["token", "ca.crt", "namespace"]}


def keys_of(manifest: Manifest) -> list[str]:
    """Return the keys of a ConfigMap or Secret, with those that Kubernetes fills in."""
    written = [
        str(key)
        for field in ("data", "stringData", "binaryData")
        for key in fields(manifest.body, field)
    ]
    return written + _FILLED_IN.get(str(manifest.body.get("type")), [])
