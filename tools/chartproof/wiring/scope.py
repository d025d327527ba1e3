"""Which kinds live in a namespace, which in the cluster, and what every cluster has of them."""

from __future__ import annotations

from chartproof.manifest import Manifest

SHARED = {
    "ClusterIssuer",
    "ClusterTriggerAuthentication",
    "GatewayClass",
    "IngressClass",
    "PriorityClass",
    "RuntimeClass",
    "StorageClass",
}
"""Kinds that the people who run a cluster make once for all: charts name them, few bring them."""

OF_THE_SYSTEM = {"kube-system", "kube-public"}
"""Namespaces of the cluster itself: what stands there is no release's, even if it adds to them."""

_OF_CLUSTER = SHARED | {
    "APIService",
    "ClusterRole",
    "ClusterRoleBinding",
    "CSIDriver",
    "CustomResourceDefinition",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
}
_IN_EVERY_NAMESPACE = {("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")}
_IN_EVERY_CLUSTER = {
    *(("ClusterRole", name) for name in ("admin", "cluster-admin", "edit", "view")),
    ("PriorityClass", "system-cluster-critical"),
    ("PriorityClass", "system-node-critical"),
}


def place_of(manifest: Manifest) -> str:
    """Return the namespace an object lives in, or "" where it is the cluster's."""
    return place_of_named(manifest.kind, manifest.namespace)


def place_of_named(kind: str, namespace: str) -> str:
    """Return `namespace`, or "" for the kinds that have none."""
    return "" if kind in _OF_CLUSTER else namespace


def is_everywhere(kind: str, namespace: str, name: str) -> bool:
    """Tell whether every cluster has that object."""
    if (kind, namespace, name) == ("Service", "default", "kubernetes"):
        return True
    if kind in ("Role", "ClusterRole") and name.startswith("system:"):
        return True
    return (kind, name) in (_IN_EVERY_NAMESPACE | _IN_EVERY_CLUSTER)
