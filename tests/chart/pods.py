"""The pods of a release, and what PodSecurity "restricted" asks of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartproof.release import Release

# https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}


def pod_specs(release: Release) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each pod's spec, and the name of the object that makes the pod."""
    for manifest in release.manifests:
        spec = manifest.body.get("spec", {})
        if manifest.kind == "Pod":
            yield manifest.name, spec
        elif "template" in spec:
            yield manifest.name, spec["template"]["spec"]


def containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    """All containers of a pod's spec, those that only prepare it included."""
    return [*pod.get("initContainers", []), *pod["containers"]]


def container(pod: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the container of that name."""
    return next(each for each in containers(pod) if each["name"] == name)


def violations(pod: dict[str, Any]) -> Iterator[str]:
    """Say what PodSecurity "restricted" would refuse about a pod."""
    context = pod.get("securityContext", {})
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(field):
            yield field
    if context.get("sysctls"):
        yield "sysctls"
    for volume in pod.get("volumes", []):
        if not VOLUMES & volume.keys():
            yield f"volume {volume['name']}"
    for each in containers(pod):
        for fault in _container_violations({**context, **each.get("securityContext", {})}):
            yield f"{each['name']}: {fault}"
        if any("hostPort" in port for port in each.get("ports", [])):
            yield f"{each['name']}: hostPort"


def _container_violations(context: dict[str, Any]) -> Iterator[str]:
    if context.get("privileged"):
        yield "privileged"
    if context.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation"
    if context.get("runAsNonRoot") is not True or context.get("runAsUser") == 0:
        yield "runs as root"
    if context.get("seccompProfile", {}).get("type") not in ("RuntimeDefault", "Localhost"):
        yield "seccompProfile"
    capabilities = context.get("capabilities", {})
    if "ALL" not in capabilities.get("drop", []) or set(capabilities.get("add", [])) - {
        "NET_BIND_SERVICE"
    }:
        yield "capabilities"
