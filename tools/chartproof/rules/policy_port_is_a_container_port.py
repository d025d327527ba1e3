"""A port that a NetworkPolicy opens is a port of the pods that it is about.

A policy works on the pods' own ports, after the Service has sent the connection to its targetPort:
one that opens the Service's port, 80 in front of 8080, keeps everybody out. A port by name has to
be the name of a container's port: it is an error if none beside it is, else a warning. One by
number works without a declaration, so that a number that no pod declares is a warning, unless an
argument, a variable or a configuration has it. Ports of the pods that may be called, under
`egress`, are looked at where the policy picks these pods out of the release.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartproof.errors import nearest
from chartproof.findings import Finding, Severity
from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.walk import each, fields
from chartproof.wiring.pods import Pod, pods
from chartproof.wiring.ports import is_configured
from chartproof.wiring.selectors import selects
from chartproof.yamlio import Path

SEVERITIES = (Severity.ERROR, Severity.WARNING)


def check(release: Release) -> Iterator[Finding]:
    """Find ports that the pods behind a policy do not declare."""
    for policy in release.of_kind("NetworkPolicy"):
        near = [pod for pod in pods(release) if pod.owner.namespace == policy.namespace]
        selector = fields(policy.body, "spec", "podSelector")
        about = [pod for pod in near if selects(selector, pod)]
        for at, _ in each(policy.body, "spec", "ingress"):
            yield from _check_rule(release, policy, at, about)
        for at, rule in each(policy.body, "spec", "egress"):
            peers = [peer for _, peer in each(rule, "to")]
            if all("podSelector" in peer and len(peer) == 1 for peer in peers):
                selectors = [fields(peer, "podSelector") for peer in peers]
                called = [pod for pod in near if any(selects(it, pod) for it in selectors)]
                yield from _check_rule(release, policy, at, called)


def _check_rule(
    release: Release, policy: Manifest, rule: Path, about: list[Pod]
) -> Iterator[Finding]:
    declared = [port for pod in about for port in pod.ports()]
    if not about or not all(list(pod.ports()) for pod in about):
        return
    names = [str(port["name"]) for port in declared if "name" in port]
    numbers = [port.get("containerPort") for port in declared]
    ports = list(each(policy.body, *rule, "ports"))
    missed = [(at, opened) for at, opened in ports if not _is_there(opened, names, numbers)]
    for at, opened in missed:
        port = opened["port"]
        is_closed = isinstance(port, str) and len(missed) == len(ports)
        if not (isinstance(port, int) and is_configured(release, port, "containerport")):
            yield Finding.at(
                policy,
                (*at, "port"),
                f"no container of the pods it is about declares port {port!r}, "
                f"they declare {', '.join(map(_described, declared))}",
                hint=nearest(str(port), names),
                severity=Severity.ERROR if is_closed else Severity.WARNING,
            )


def _is_there(opened: dict[str, Any], names: list[str], numbers: list[Any]) -> bool:
    port, last = opened.get("port"), opened.get("endPort")
    if isinstance(port, int) and isinstance(last, int):
        return any(isinstance(it, int) and port <= it <= last for it in numbers)
    return port is None or port in names or port in numbers


def _described(port: dict[str, Any]) -> str:
    return " ".join(str(port[key]) for key in ("name", "containerPort") if key in port)
