"""The Pod Security Standards: what keeps a pod from the levels `baseline` and `restricted`.

Source: "Pod Security Standards" of the Kubernetes documentation, for pods of Linux.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from chartproof.walk import dig, each, fields
from chartproof.wiring.pods import Pod
from chartproof.yamlio import Path

PRIVILEGED, BASELINE, RESTRICTED = LEVELS = ("privileged", "baseline", "restricted")

_BIND = "NET_BIND_SERVICE"
_ADDED = {
    *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD"),
    *(_BIND, "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
}
_SYSCTLS = {
    *(
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_unprivileged_port_start",
    ),
    *("net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports"),
    *("net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl"),
    *("net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"),
}
_SELINUX = {"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
_VOLUMES = {
    *("name", "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image"),
    *("persistentVolumeClaim", "projected", "secret"),
}


class Obstacle(NamedTuple):
    """What keeps a pod from a level, and where."""

    level: str
    path: Path
    problem: str


def level_of(obstacles: list[Obstacle]) -> str:
    """Return the highest level that a pod with these obstacles reaches."""
    missed = [LEVELS.index(obstacle.level) for obstacle in obstacles]
    return LEVELS[min(missed, default=len(LEVELS)) - 1]


def obstacles(pod: Pod) -> list[Obstacle]:
    """List what keeps a pod from `baseline`, and what else keeps it from `restricted`."""
    return [*_to_baseline(pod), *_to_restricted(pod)]


def _to_baseline(pod: Pod) -> Iterator[Obstacle]:
    spec = fields(pod.owner.body, *pod.spec)
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(field) is True:
            yield Obstacle(BASELINE, (*pod.spec, field), f"{field} is true")
    for at, volume in each(pod.owner.body, *pod.spec, "volumes"):
        if "hostPath" in volume:
            yield Obstacle(BASELINE, (*at, "hostPath"), "a volume is a hostPath")
    for at, sysctl in each(spec, "securityContext", "sysctls"):
        if str(sysctl.get("name")) not in _SYSCTLS:
            yield Obstacle(BASELINE, (*pod.spec, *at), f"sysctl {sysctl.get('name')} is set")
    for path, container in pod.containers():
        for at, port in each(container, "ports"):
            if port.get("hostPort"):
                yield Obstacle(BASELINE, (*path, *at, "hostPort"), "a hostPort is taken")
    for path, context in _contexts(pod):
        yield from _to_baseline_in(path, context)


def _to_baseline_in(path: Path, context: dict[str, Any]) -> Iterator[Obstacle]:
    """Give what a security context, of a pod or of a container, asks for too much."""
    if context.get("privileged") is True:
        yield Obstacle(BASELINE, (*path, "privileged"), "privileged is true")
    if dig(context, "windowsOptions", "hostProcess") is True:
        yield Obstacle(BASELINE, (*path, "windowsOptions"), "hostProcess is true")
    if context.get("procMount") not in (None, "Default"):
        yield Obstacle(BASELINE, (*path, "procMount"), "procMount is not Default")
    for field in ("seccompProfile", "appArmorProfile"):
        if dig(context, field, "type") == "Unconfined":
            yield Obstacle(BASELINE, (*path, field, "type"), f"{field} is Unconfined")
    selinux = fields(context, "seLinuxOptions")
    if str(selinux.get("type", "")) not in _SELINUX or selinux.get("user") or selinux.get("role"):
        yield Obstacle(BASELINE, (*path, "seLinuxOptions"), "seLinuxOptions are its own")
    if added := [name for name in _capabilities(context, "add") if name not in _ADDED]:
        problem = f"capability {', '.join(added)} is added"
        yield Obstacle(BASELINE, (*path, "capabilities", "add"), problem)


def _to_restricted(pod: Pod) -> Iterator[Obstacle]:
    body = pod.owner.body
    for at, volume in each(body, *pod.spec, "volumes"):
        for kind in sorted(volume.keys() - _VOLUMES - {"hostPath"}, key=str):
            yield Obstacle(RESTRICTED, (*at, kind), f"a volume is of type {kind}")
    of_pod = fields(body, *pod.spec, "securityContext")
    for path, context in _contexts(pod):
        if context.get("runAsUser") == 0:
            yield Obstacle(RESTRICTED, (*path, "runAsUser"), "runAsUser is 0")
    for path, container in pod.containers():
        context = fields(container, "securityContext")
        at = (*path, "securityContext")
        if {**of_pod, **context}.get("runAsNonRoot") is not True:
            yield Obstacle(RESTRICTED, at, "runAsNonRoot is not true")
        if context.get("allowPrivilegeEscalation") is not False:
            yield Obstacle(RESTRICTED, at, "allowPrivilegeEscalation is not false")
        if "ALL" not in _capabilities(context, "drop"):
            yield Obstacle(RESTRICTED, at, "capabilities.drop has no ALL")
        if added := [it for it in _capabilities(context, "add") if it in _ADDED - {_BIND}]:
            yield Obstacle(RESTRICTED, at, f"capability {', '.join(added)} is added")
        if dig({**of_pod, **context}, "seccompProfile", "type") is None:
            yield Obstacle(RESTRICTED, at, "seccompProfile is not set")


def _contexts(pod: Pod) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Give path and body of the security context of the pod and of each container."""
    for path in (pod.spec, *(path for path, _ in pod.containers())):
        at = (*path, "securityContext")
        yield at, fields(pod.owner.body, *at)


def _capabilities(context: dict[str, Any], what: str) -> list[str]:
    names = dig(context, "capabilities", what)
    return [str(name) for name in names] if isinstance(names, list) else []
