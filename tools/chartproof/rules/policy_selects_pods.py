"""A PodDisruptionBudget or NetworkPolicy selects at least one pod of the release.

One that selects none is accepted and does nothing: a drain takes every pod at once, or the pods
stay open to all. An empty selector means every pod of the namespace and is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from chartproof.findings import Finding
from chartproof.release import Release
from chartproof.walk import fields
from chartproof.wiring.pods import pods
from chartproof.wiring.selectors import is_empty, matches, nearest_miss

_SELECTORS = {"PodDisruptionBudget": "selector", "NetworkPolicy": "podSelector"}


def check(release: Release) -> Iterator[Finding]:
    """Find policies that are about no pod."""
    for policy in release.of_kind(*_SELECTORS):
        path = ("spec", _SELECTORS[policy.kind])
        selector = fields(policy.body, *path)
        near = [pod for pod in pods(release) if pod.owner.namespace == policy.namespace]
        if not is_empty(selector) and not any(matches(selector, pod.labels) for pod in near):
            reason = nearest_miss(release, policy.namespace, fields(selector, "matchLabels"))
            yield Finding.at(
                policy, path, f"the {policy.kind} selects no pod of the release: {reason}"
            )
