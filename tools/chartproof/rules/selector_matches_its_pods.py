"""A workload's selector matches the labels of the pods that the workload itself makes.

Kubernetes refuses a Deployment, StatefulSet, DaemonSet or ReplicaSet whose selector asks for
labels its own pod template does not carry. Write the labels once, in a named template, and
include it in both places.
"""

from __future__ import annotations

from collections.abc import Iterator

from chartproof.errors import nearest
from chartproof.findings import Finding
from chartproof.release import Release
from chartproof.walk import fields
from chartproof.wiring.pods import pods, unmatched
from chartproof.wiring.selectors import broken

_SELECTOR = ("spec", "selector")
_LABELS = (*_SELECTOR, "matchLabels")


def check(release: Release) -> Iterator[Finding]:
    """Find selectors that ask for labels the pods do not carry."""
    for pod in pods(release):
        if not pod.path:
            continue
        selector = fields(pod.owner.body, *_LABELS)
        for label in unmatched(selector, pod.labels):
            is_other = label in pod.labels
            carried = f"{label}={pod.labels[label]}" if is_other else "no such label"
            yield Finding.at(
                pod.owner,
                (*_LABELS, label),
                f"the selector asks for {label}={selector[label]}, but the pods carry {carried}",
                hint=None if is_other else nearest(label, pod.labels),
            )
        for at, expression in broken(fields(pod.owner.body, *_SELECTOR), pod.labels):
            yield Finding.at(
                pod.owner,
                (*_SELECTOR, *at),
                f"the selector asks for {expression}, which the pods' labels do not fit",
            )
