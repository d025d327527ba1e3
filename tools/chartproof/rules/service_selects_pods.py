"""A Service's selector matches the labels of at least one pod of the release.

A Service that selects nothing exists without a fault and answers nobody: connections to it are
refused, and no event says why. It is the first mistake everyone makes with Services. Where a role
of the release lets its programs make pods, as an operator's does, such pods may be meant: it is a
note then, unless a label is misspelt. Services in kube-system select what the cluster runs there
and are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from chartproof.findings import Finding, Severity
from chartproof.release import Release
from chartproof.walk import dig, fields
from chartproof.wiring.pods import selected
from chartproof.wiring.scope import OF_THE_SYSTEM
from chartproof.wiring.selectors import nearest_miss

SEVERITIES = (Severity.ERROR, Severity.NOTE)


def check(release: Release) -> Iterator[Finding]:
    """Find Services whose selector fits no pod."""
    for service in release.of_kind("Service"):
        selector = fields(service.body, "spec", "selector")
        if not selector or dig(service.body, "spec", "type") == "ExternalName":
            continue
        if not selected(release, service) and service.namespace not in OF_THE_SYSTEM:
            miss = nearest_miss(release, service.namespace, {"matchLabels": selector})
            yield Finding.at(
                service,
                ("spec", "selector"),
                f"the Service selects no pod of the release: {miss.reason}",
                severity=miss.severity,
            )
