"""Every ConfigMap and Secret that a pod asks for is there.

A pod that asks for a missing one hangs in CreateContainerConfigError or ContainerCreating.
Looked at are env, envFrom, volumes and projected volumes of every workload. A name that the
chart makes has to be rendered. A name that comes from the values, such as an existing Secret,
is only noted: it must be there before the release is. What is marked `optional: true`, and
kube-root-ca.crt, which every namespace has, may be missing.
"""

from __future__ import annotations

from collections.abc import Iterator

from chartproof.errors import nearest
from chartproof.findings import Finding, Severity
from chartproof.release import Release
from chartproof.wiring.given import given_by
from chartproof.wiring.references import CONFIG_MAP, Reference, find, references

_EVERYWHERE = {(CONFIG_MAP, "kube-root-ca.crt")}


def check(release: Release) -> Iterator[Finding]:
    """Find references to objects that are not rendered; each object is told of once."""
    missing: dict[tuple[str, str, str], Reference] = {}
    for reference in references(release):
        known = (reference.kind, reference.name) in _EVERYWHERE
        if not (known or reference.optional or find(release, reference)):
            key = (reference.kind, reference.manifest.namespace, reference.name)
            missing.setdefault(key, reference)
    for reference in missing.values():
        yield _missing(release, reference)


def _missing(release: Release, reference: Reference) -> Finding:
    kind, name = reference.kind, reference.name
    if value := given_by(release, reference.manifest, reference.path, name):
        return Finding.at(
            reference.manifest,
            reference.path,
            f"{kind} {name} is named by the values ({value}): it must exist before the release",
            severity=Severity.NOTE,
        )
    namespace = reference.manifest.namespace
    known = [there.name for there in release.of_kind(kind) if there.namespace == namespace]
    where = f" in namespace {namespace}" if namespace != release.options.namespace else ""
    return Finding.at(
        reference.manifest,
        reference.path,
        f"the chart renders no {kind} {name!r}{where}",
        hint=nearest(name, known),
    )
