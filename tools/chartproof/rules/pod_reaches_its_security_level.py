"""Every pod reaches the PodSecurity level that its namespace enforces.

A namespace labelled `pod-security.kubernetes.io/enforce` refuses pods below that level: the
workload is there, its pods are not, and only its events say why. Where the chart renders the
namespace with that label, each thing that keeps a pod from the level is an error. Else a pod below
`restricted` is a note that names the level it reaches and what is in the way of the next.
"""

from __future__ import annotations

from collections.abc import Iterator

from chartproof.findings import Finding, Severity
from chartproof.kubernetes.pod_security import LEVELS, Obstacle, level_of, obstacles
from chartproof.release import Release
from chartproof.walk import dig
from chartproof.wiring.pods import Pod, pods

SEVERITIES = (Severity.ERROR, Severity.NOTE)

_ENFORCE = "pod-security.kubernetes.io/enforce"


def check(release: Release) -> Iterator[Finding]:
    """Find what keeps pods from the level they need, or else from the highest."""
    enforced = {
        namespace.name: dig(namespace.body, "metadata", "labels", _ENFORCE)
        for namespace in release.of_kind("Namespace")
    }
    for pod in pods(release):
        found = obstacles(pod)
        asked = enforced.get(pod.owner.namespace)
        if asked in LEVELS:
            yield from _refused(pod, found, str(asked))
        elif found:
            yield _noted(pod, found)


def _refused(pod: Pod, found: list[Obstacle], asked: str) -> Iterator[Finding]:
    for obstacle in found:
        if LEVELS.index(obstacle.level) <= LEVELS.index(asked):
            where = f"namespace {pod.owner.namespace} enforces PodSecurity {asked}"
            yield Finding.at(pod.owner, obstacle.path, f"{where}, but {obstacle.problem}")


def _noted(pod: Pod, found: list[Obstacle]) -> Finding:
    reached = level_of(found)
    wanted = LEVELS[LEVELS.index(reached) + 1]
    first = next(obstacle for obstacle in found if obstacle.level == wanted)
    problems = dict.fromkeys(it.problem for it in found if it.level == wanted)
    return Finding.at(
        pod.owner,
        first.path,
        f"the pod reaches PodSecurity {reached}, not {wanted}: {', '.join(problems)}",
        severity=Severity.NOTE,
    )
