"""What the programs of a release may make by themselves, once they run."""

from __future__ import annotations

from chartproof.release import Release
from chartproof.walk import each

_CREATE = {"create", "*"}
_POD_MAKING = (
    *("pods", "replicasets", "replicationcontrollers"),
    *("deployments", "statefulsets", "daemonsets", "jobs", "cronjobs"),
)


def may_make_pods(release: Release) -> bool:
    """Tell whether a role of the release lets its holder make pods, or what makes pods.

    So do operators, and programs that start each user or task in a pod of its own: their Services
    and policies select pods that no template renders.
    """
    return may_make(release, *_POD_MAKING)


def may_make(release: Release, *resources: str) -> bool:
    """Tell whether a role of the release lets its holder create one of these resources."""
    wanted = {"*", *resources}
    return any(
        _CREATE & _words(rule.get("verbs")) and wanted & _words(rule.get("resources"))
        for role in release.of_kind("Role", "ClusterRole")
        for _, rule in each(role.body, "rules")
    )


def _words(listed: object) -> set[str]:
    return set(map(str, listed)) if isinstance(listed, list) else set()
