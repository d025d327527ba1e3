"""From a chart and values to a release."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from chartproof import engine
from chartproof.chart import Chart
from chartproof.manifest import Manifest
from chartproof.options import RenderOptions
from chartproof.release import Release

INSTALL_ORDER = (
    *("PriorityClass", "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange"),
    *("PodSecurityPolicy", "PodDisruptionBudget", "ServiceAccount", "Secret", "SecretList"),
    *("ConfigMap", "StorageClass", "PersistentVolume", "PersistentVolumeClaim"),
    *("CustomResourceDefinition", "ClusterRole", "ClusterRoleList", "ClusterRoleBinding"),
    *("ClusterRoleBindingList", "Role", "RoleList", "RoleBinding", "RoleBindingList"),
    *("Service", "DaemonSet", "Pod", "ReplicationController", "ReplicaSet", "Deployment"),
    *("HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob", "IngressClass", "Ingress"),
    *("APIService", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"),
)
_RANK = {kind: rank for rank, kind in enumerate(INSTALL_ORDER)}
_SEPARATOR = re.compile(r"^---[ \t]*", re.MULTILINE)
_NOTES = "NOTES.txt"


def render(
    chart: Chart,
    values: Mapping[str, Any] | None = None,
    options: RenderOptions | None = None,
) -> Release:
    """Render `chart` with `values` over its defaults, as `helm template` does."""
    options = options or RenderOptions()
    values = values or {}
    files = engine.render(chart.archive, values, options)
    notes = files.get(f"{chart.name}/templates/{_NOTES}", "")
    prefixes = (options.release, chart.name)
    manifests = [
        Manifest(template, text, options.namespace, prefixes)
        for template, file in sorted(files.items())
        if not template.endswith(_NOTES)
        for text in documents(file)
    ]
    manifests.sort(key=_install_rank)
    return Release(
        manifests=[manifest for manifest in manifests if not manifest.is_hook]
        + [manifest for manifest in manifests if manifest.is_hook],
        notes=notes,
        options=options,
        values=values,
    )


def documents(file: str) -> Iterator[str]:
    """Split a rendered file into its documents, as Helm does."""
    for text in _SEPARATOR.split(file.lstrip()):
        if text.strip():
            yield text.lstrip()


def _install_rank(manifest: Manifest) -> tuple[int, str]:
    """Sort key of Helm's install order: kinds it does not know come last, by name."""
    rank = _RANK.get(manifest.kind)
    return (len(_RANK), manifest.kind) if rank is None else (rank, "")
