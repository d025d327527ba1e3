"""Which schemas a release is held against."""

from __future__ import annotations

from chartproof import kube_version
from chartproof.kubernetes.schemas import Schemas, parse_version, schemas_for, versions
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


def written(version: tuple[int, int]) -> str:
    """Write a version as `1.36`."""
    return "{}.{}".format(*version)
