"""Objects of kinds that Kubernetes lacks, held against the definitions of those who bring them.

The definitions come out of the projects' Go modules, which hold them as a cluster gets them.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema
import yaml

from chartproof.manifest import Manifest
from tests.support.go_modules import CERT_MANAGER, GATEWAY_API, KEDA, PROMETHEUS_OPERATOR

Schema = dict[str, Any]

# Where each API group's definitions are: the module, and the folder in it.
SOURCES = {
    "keda.sh": (KEDA, "config/crd/bases"),
    "cert-manager.io": (CERT_MANAGER, "deploy/crds"),
    "gateway.networking.k8s.io": (GATEWAY_API, "config/crd/standard"),
    "monitoring.coreos.com": (PROMETHEUS_OPERATOR, "example/prometheus-operator-crd"),
}


def is_custom(manifest: Manifest) -> bool:
    """Tell whether an object is of a kind that a custom resource definition brings."""
    return manifest.body["apiVersion"].partition("/")[0] in SOURCES


def validate(manifest: Manifest) -> None:
    """Hold an object against its definition; fields that are not in it are faults.

    Raises jsonschema.ValidationError, or LookupError or OSError for a kind or version that there
    is not.
    """
    group, _, version = manifest.body["apiVersion"].partition("/")
    jsonschema.validate(manifest.body, _schemas(group, manifest.kind)[version])


def definition(group: str, kind: str) -> dict[str, Any]:
    """Return the definition of a kind, as a cluster gets it. Raises OSError where there is none."""
    module, folder = SOURCES[group]
    text = (module.folder() / folder / f"{group}_{kind.lower()}s.yaml").read_text()
    found: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)
    return found


@cache
def _schemas(group: str, kind: str) -> dict[str, Schema]:
    found = {}
    for version in definition(group, kind)["spec"]["versions"]:
        schema = _closed(version["schema"]["openAPIV3Schema"])
        # The API server knows all of the metadata, and the definition says only `object`.
        schema["properties"]["metadata"] = {"type": "object"}
        found[version["name"]] = schema
    return found


def _closed(schema: Any) -> Any:
    """Refuse fields that a definition does not have: the API server would drop them silently."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    if isinstance(closed.get("properties"), dict) and "type" in closed:
        closed.setdefault("additionalProperties", False)
    if isinstance(pattern := closed.get("pattern"), str) and "(?i)" in pattern:
        # Go lets flags stand anywhere, Python at the start alone.
        closed["pattern"] = "(?i)" + pattern.replace("(?i)", "")
    return closed
