"""Holds rendered manifests against Kubernetes' schemas, as lint does and nothing else of it."""

from __future__ import annotations

import sys
from pathlib import Path

from chartproof import yamlio
from chartproof.kubernetes.schemas import parse_version, schemas_for


def main(folder: Path, version: str) -> None:
    """Say how many objects in the files of `folder` fit; end with 1 if one does not."""
    known = schemas_for(parse_version(version))
    bodies = [
        body for file in folder.iterdir() for body in yamlio.load_all(file.read_text()) if body
    ]
    faults = [
        fault for body in bodies for fault in known.faults(body["apiVersion"], body["kind"], body)
    ]
    print(f"{len(bodies)} objects, {len(faults)} faults")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
