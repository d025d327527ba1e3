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
from chartproof.wiring.pods import pods

_SELECTOR = ("spec", "selector", "matchLabels")


def check(release: Release) -> Iterator[Finding]:
    """Find selectors that ask for labels the pods do not carry."""
    for pod in pods(release):
        if not pod.path:
            continue
        for label, wanted in fields(pod.owner.body, *_SELECTOR).items():
            carried = pod.labels.get(label)
            if carried == wanted:
                continue
            where = pod.owner.field_name((*pod.path, "metadata", "labels"))
            yield Finding.at(
                pod.owner,
                (*_SELECTOR, label),
                f"asks for {label}={wanted}, but the pods carry "
                + (f"{label}={carried}" if label in pod.labels else f"no such label ({where})"),
                hint=nearest(label, pod.labels) or "" if label not in pod.labels else "",
            )
