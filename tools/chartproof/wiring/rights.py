"""What the programs of a release may make by themselves, once they run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chartproof.release import Release
from chartproof.walk import each

_CREATE = {"create", "*"}
_POD_MAKING = (
    *("pods", "replicasets", "replicationcontrollers"),
    *("deployments", "statefulsets", "daemonsets", "jobs", "cronjobs"),
)
_KINDS = {
    ("", "configmaps"): "ConfigMap",
    ("", "persistentvolumeclaims"): "PersistentVolumeClaim",
    ("", "secrets"): "Secret",
    ("", "serviceaccounts"): "ServiceAccount",
    ("", "services"): "Service",
    ("apps", "daemonsets"): "DaemonSet",
    ("apps", "deployments"): "Deployment",
    ("apps", "statefulsets"): "StatefulSet",
    ("batch", "cronjobs"): "CronJob",
    ("batch", "jobs"): "Job",
    ("networking.k8s.io", "ingresses"): "Ingress",
}
"""Kinds that charts render, by API group and resource."""


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


def kinds_of(rule: Mapping[str, Any]) -> dict[str, str]:
    """Return the resources that a Role's rule is about by their kinds, those of Kubernetes alone.

    There are none where it is about others too: what it names may be one of those.
    """
    groups = _words(rule.get("apiGroups"))
    resources = {resource.partition("/")[0] for resource in _words(rule.get("resources"))}
    known = {
        kind: resource
        for (group, resource), kind in _KINDS.items()
        if group in groups and resource in resources
    }
    return known if set(known.values()) == resources else {}
