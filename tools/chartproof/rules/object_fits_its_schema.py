"""Every object fits the schema that its Kubernetes version has for its kind.

Found are unknown fields, which the API server drops or refuses, fields of the wrong type, such as
a number for an environment variable, and fields that are missing. The version is the one given
by `--kube-version`, else the one Helm stands for. Kinds that Kubernetes itself does not have
are left alone. No network is needed.
"""

from __future__ import annotations

from collections.abc import Iterator

from chartproof.findings import Finding, Severity
from chartproof.kubernetes.served import faults_of, schemas_of
from chartproof.release import Release

SEVERITIES = (Severity.ERROR, Severity.NOTE)


def check(release: Release) -> Iterator[Finding]:
    """Find what an API server would refuse, drop or misread."""
    schemas, reservation = schemas_of(release)
    if reservation:
        yield Finding(reservation, Severity.NOTE)
    for manifest in release.manifests:
        for fault in faults_of(manifest, schemas.version):
            field = manifest.field_name(fault.path) or manifest.kind
            problem = fault.problem
            message = problem if problem.startswith("unknown") else f"{field} {problem}"
            yield Finding.at(manifest, fault.path, message, hint=fault.hint)
