"""A rule that spreads pods counts the pods it is about.

`topologySpreadConstraints` count the pods that their labelSelector takes: one that misses the pod
itself sees zero everywhere and spreads nothing. `podAntiAffinity` with a selector that takes no
pod of the release keeps nothing apart. Neither is told by any event. They are warnings, as
another release's pods may be meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartproof.findings import Finding, Severity
from chartproof.release import Release
from chartproof.walk import fields
from chartproof.wiring.places import spread
from chartproof.wiring.pods import Pod, pods
from chartproof.wiring.selectors import nearest_miss, selects
from chartproof.yamlio import Path

SEVERITIES = (Severity.WARNING,)

_SPREAD = "topologySpreadConstraints.*"
_APART = (
    "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution.*",
    "affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution.*.podAffinityTerm",
)


def check(release: Release) -> Iterator[Finding]:
    """Find rules that count no pod."""
    everything = pods(release)
    for pod in everything:
        for path, selector in _selectors(pod, _SPREAD):
            if not selects(selector, pod):
                yield _told(release, pod, path, selector, "constraint does not count its own pods")
        near = [other for other in everything if other.owner.namespace == pod.owner.namespace]
        for way in _APART:
            for path, selector in _selectors(pod, way):
                if not any(selects(selector, other) for other in near):
                    yield _told(release, pod, path, selector, "term takes no pod of the release")


def _selectors(pod: Pod, within: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Give path and body of the label selectors below a place, those of other namespaces aside."""
    spec = fields(pod.owner.body, *pod.spec)
    for at, term in spread(spec, within.split(".")):
        selector = fields(term, "labelSelector")
        # An empty selector is for every namespace, none at all for the own one.
        if not term.get("namespaces") and term.get("namespaceSelector") is None:
            yield (*pod.spec, *at, "labelSelector"), selector


def _told(release: Release, pod: Pod, path: Path, selector: dict[str, Any], fault: str) -> Finding:
    reason = nearest_miss(release, pod.owner.namespace, selector).reason
    return Finding.at(pod.owner, path, f"the {fault}: {reason}", severity=Severity.WARNING)
