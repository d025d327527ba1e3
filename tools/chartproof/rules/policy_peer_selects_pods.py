"""A peer that a NetworkPolicy picks by labels of the release is a pod of the release.

A `podSelector` under `from` or `to` that takes no pod opens the way for nobody: those it is meant
for are kept out, and no event says why. Without a `namespaceSelector` beside it, it looks into the
policy's own namespace. A peer whose labels carry the release's name can only be of the release: a
warning where no such pod is rendered, as that of a component that is switched off does no harm. All
others may be pods of other releases, such as an Ingress controller or Prometheus: a note. It is a
note as well where a role of the release lets its programs make pods, unless a label is misspelt.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartproof.findings import Finding, Severity
from chartproof.release import Release
from chartproof.walk import each, fields
from chartproof.wiring.pods import pods
from chartproof.wiring.scope import OF_THE_SYSTEM
from chartproof.wiring.selectors import is_empty, nearest_miss, selects
from chartproof.yamlio import Path

SEVERITIES = (Severity.WARNING, Severity.NOTE)


def check(release: Release) -> Iterator[Finding]:
    """Find peers in the policy's own namespace that are no pod of the release."""
    for policy in release.of_kind("NetworkPolicy"):
        if policy.namespace in OF_THE_SYSTEM:
            continue
        near = [pod for pod in pods(release) if pod.owner.namespace == policy.namespace]
        for path, selector in _peers(policy.body):
            if not any(selects(selector, pod) for pod in near):
                miss = nearest_miss(release, policy.namespace, selector)
                is_sure = miss.severity is Severity.ERROR and _names_release(release, selector)
                yield Finding.at(
                    policy,
                    path,
                    f"the peer is no pod of the release: {miss.reason}",
                    severity=Severity.WARNING if is_sure else Severity.NOTE,
                )


def _peers(body: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Give path and selector of each peer that is picked by labels in the own namespace."""
    for rules, peers in (("ingress", "from"), ("egress", "to")):
        for rule, _ in each(body, "spec", rules):
            for at, peer in each(body, *rule, peers):
                selector = fields(peer, "podSelector")
                if "namespaceSelector" not in peer and not is_empty(selector):
                    yield (*at, "podSelector"), selector


def _names_release(release: Release, selector: dict[str, Any]) -> bool:
    labels = fields(selector, "matchLabels").values()
    return any(release.options.release in str(value) for value in labels)
