"""No workload's selector takes the pods of another workload.

Kubernetes does not check this. Two controllers that claim the same pods scale and delete each
other's, a HorizontalPodAutoscaler counts both, and `kubectl rollout` shows the wrong ones. Give
each workload a label of its own, such as `app.kubernetes.io/component`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from chartproof.findings import Finding
from chartproof.release import Release
from chartproof.walk import fields
from chartproof.wiring.pods import pods
from chartproof.wiring.selectors import matches

_CONTROLLERS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")


def check(release: Release) -> Iterator[Finding]:
    """Find selectors that take other workloads' pods; two that take each other's are told once."""
    told = set()
    workloads = [pod for pod in pods(release) if pod.owner.kind in _CONTROLLERS]
    for one, other in permutations(workloads, 2):
        owner, victim = one.owner, other.owner
        pair = frozenset((owner, victim))
        if owner.namespace != victim.namespace or pair in told:
            continue
        if matches(fields(owner.body, "spec", "selector"), other.labels):
            told.add(pair)
            yield Finding.at(
                owner,
                ("spec", "selector"),
                f"the selector takes the pods of {victim.kind}/{victim.name} as well",
            )
