"""A PodDisruptionBudget or NetworkPolicy selects at least one pod of the release.

One that selects none is accepted and does nothing: a drain takes every pod at once, or the pods
stay open to all. An empty selector means every pod of the namespace and is left alone. Where a role
of the release lets its programs make pods, such pods may be meant: it is a note then, unless a
label is misspelt.
"""

from __future__ import annotations

from collections.abc import Iterator

from chartproof.findings import Finding, Severity
from chartproof.release import Release
from chartproof.walk import fields
from chartproof.wiring.scope import OF_THE_SYSTEM
from chartproof.wiring.selectors import POLICIES, governed, is_empty, nearest_miss

SEVERITIES = (Severity.ERROR, Severity.NOTE)


def check(release: Release) -> Iterator[Finding]:
    """Find policies that are about no pod."""
    for policy in release.of_kind(*POLICIES):
        path = ("spec", POLICIES[policy.kind])
        selector = fields(policy.body, *path)
        if policy.namespace in OF_THE_SYSTEM or is_empty(selector):
            continue
        if not governed(release, policy):
            miss = nearest_miss(release, policy.namespace, selector)
            yield Finding.at(
                policy,
                path,
                f"the {policy.kind} selects no pod of the release: {miss.reason}",
                severity=miss.severity,
            )
