"""Objects of kinds that Kubernetes lacks, held against the definitions of those who bring them.

The definitions come out of the projects' Go modules, which hold them as a cluster gets them.
"""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from chartproof.cluster.node.programs import go
from chartproof.manifest import Manifest

Schema = dict[str, Any]

KEDA = "github.com/kedacore/keda/v2@v2.21.0"
CERT_MANAGER = "github.com/cert-manager/cert-manager@v1.21.2"
# Where each API group's definitions are: the module, and the files in it.
SOURCES = {
    "keda.sh": (KEDA, "config/crd/bases/keda.sh_*.yaml"),
    "cert-manager.io": (CERT_MANAGER, "deploy/crds/cert-manager.io_*.yaml"),
}


def is_custom(manifest: Manifest) -> bool:
    """Tell whether an object is of a kind that a custom resource definition brings."""
    return manifest.body["apiVersion"].partition("/")[0] in SOURCES


def validate(manifest: Manifest) -> None:
    """Hold an object against its definition; fields that are not in it are faults.

    Raises jsonschema.ValidationError, or KeyError for a kind or version that there is not.
    """
    group, _, version = manifest.body["apiVersion"].partition("/")
    schema = _schemas(group)[manifest.kind, version]
    jsonschema.validate(manifest.body, schema)


@cache
def _schemas(group: str) -> dict[tuple[str, str], Schema]:
    module, files = SOURCES[group]
    command = [str(go()), "mod", "download", "-json", module]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True)
    definitions = Path(json.loads(done.stdout)["Dir"]).glob(files)
    found = {}
    for file in definitions:
        spec = yaml.load(file.read_text(), yaml.CSafeLoader)["spec"]
        for version in spec["versions"]:
            schema = _closed(version["schema"]["openAPIV3Schema"])
            # The API server knows all of the metadata, and the definition says only `object`.
            schema["properties"]["metadata"] = {"type": "object"}
            found[spec["names"]["kind"], version["name"]] = schema
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
    return closed
