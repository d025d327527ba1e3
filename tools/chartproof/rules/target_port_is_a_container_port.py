"""A Service's targetPort is a port that the selected pods declare.

A targetPort given by name has to be the name of a container's port, or the Service has no
endpoints. One given by number works without a declaration, so that a number no container
declares is a warning: it is a typo more often than a port left out on purpose. It is none where an
argument, a variable, a configuration or a value called targetPort has the number.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartproof.errors import nearest
from chartproof.findings import Finding, Severity
from chartproof.release import Release
from chartproof.walk import each
from chartproof.wiring.pods import selected
from chartproof.wiring.ports import is_configured

SEVERITIES = (Severity.ERROR, Severity.WARNING)


def check(release: Release) -> Iterator[Finding]:
    """Find target ports that no selected pod declares."""
    for service in release.of_kind("Service"):
        declared = [port for pod in selected(release, service) for port in pod.ports()]
        if not declared:
            continue
        for at, port in each(service.body, "spec", "ports"):
            field = "targetPort" if "targetPort" in port else "port"
            target = port.get(field)
            reachable = [one for one in declared if _protocol(one) == _protocol(port)]
            names = [str(one["name"]) for one in reachable if "name" in one]
            if target in names or target in [one.get("containerPort") for one in reachable]:
                continue
            if isinstance(target, int) and is_configured(release, target, "targetport"):
                continue
            yield Finding.at(
                service,
                (*at, field),
                f"no container of the selected pods declares port {target!r}, "
                f"they declare {', '.join(map(_described, declared))}",
                hint=nearest(str(target), names),
                severity=Severity.ERROR if isinstance(target, str) else Severity.WARNING,
            )


def _protocol(port: dict[str, Any]) -> str:
    return str(port.get("protocol", "TCP"))


def _described(port: dict[str, Any]) -> str:
    return " ".join(str(port[key]) for key in ("name", "containerPort") if key in port)
