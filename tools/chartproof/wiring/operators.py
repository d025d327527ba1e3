"""What operators make of the custom resources of a release: it bears their names."""

from __future__ import annotations

from chartproof.kubernetes.schemas import group_of
from chartproof.kubernetes.served import schemas_of
from chartproof.manifest import Manifest
from chartproof.release import Release

_MAKE_NOTHING = (
    *("cert-manager.io", "external-secrets.io", "gateway.networking.k8s.io", "keda.sh"),
    *("monitoring.coreos.com", "networking.istio.io", "security.istio.io", "traefik.io"),
    *("autoscaling.k8s.io", "cilium.io", "kyverno.io", "snapshot.storage.k8s.io"),
)
"""API groups whose kinds run no program of their own, or whose products are known one by one.

Of the operators' kinds there, Prometheus and its like are told apart by name.
"""
_PROGRAMS = {"Alertmanager", "Prometheus", "PrometheusAgent", "ThanosRuler"}


def maker_of(release: Release, name: str) -> Manifest | None:
    """Return the custom resource that an operator may make an object of that name for, or None.

    Operators name what they make after the resource: `db-rw` and `db-app` for a Cluster `db`.
    """
    built_in, _ = schemas_of(release)
    for manifest in release.manifests:
        group = group_of(manifest.api_version)
        is_custom = "." in group and group not in built_in.groups
        makes = manifest.kind in _PROGRAMS or not group.endswith(_MAKE_NOTHING)
        if is_custom and makes and manifest.name and name.startswith(manifest.name):
            return manifest
    return None
