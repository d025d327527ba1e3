"""Which schemas a release is held against."""

from __future__ import annotations

from functools import lru_cache

from chartproof import kube_version
from chartproof.kubernetes.listed import Twin, twins
from chartproof.kubernetes.schemas import (
    Fault,
    Schemas,
    Version,
    parse_version,
    schemas_for,
    versions,
)
from chartproof.manifest import Manifest
from chartproof.release import Release


def schemas_of(release: Release) -> tuple[Schemas, str | None]:
    """Return the schemas of the Kubernetes version a release is for.

    Where that has none it is the nearest version's, and a sentence that says so.
    """
    asked = parse_version(
        kube_version.judge(kube_version.ANY, release.options.kube_version).version
    )
    there = versions()
    taken = min(max(asked, there[0]), there[-1])
    if taken == asked:
        return schemas_for(taken), None
    reservation = (
        f"there are no schemas for Kubernetes {written(asked)}: "
        f"objects were held against those of {written(taken)}"
    )
    return schemas_for(taken), reservation


@lru_cache(maxsize=1024)
def faults_of(manifest: Manifest, version: Version) -> list[Fault]:
    """Hold the same document, as several cases render it, against its schema once."""
    return schemas_for(version).faults(manifest.api_version, manifest.kind, manifest.body)


@lru_cache(maxsize=1024)
def twins_of(manifest: Manifest, version: Version) -> list[Twin]:
    """Look at the lists of the same document, as several cases render it, once."""
    found = twins(schemas_for(version), manifest.api_version, manifest.kind, manifest.body)
    return list(found)


def written(version: tuple[int, int]) -> str:
    """Write a version as `1.36`."""
    return "{}.{}".format(*version)
