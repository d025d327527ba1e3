"""The port of a probe, or of a lifecycle handler, is a port that its container declares.

A port given by name has to be the name of one of the container's own ports: otherwise the probe
fails for ever, and the pod is never ready or is restarted without end. One given by number works
without a declaration, so that a number that no container of the pod declares is a warning, and
nothing where the container declares no ports at all, or where an argument, a variable, a
configuration or the probe's own values have the number. Probes of another host are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartproof.errors import nearest
from chartproof.findings import Finding, Severity
from chartproof.release import Release
from chartproof.walk import each, fields
from chartproof.wiring.pods import Pod, pods
from chartproof.wiring.ports import is_configured
from chartproof.yamlio import Path

SEVERITIES = (Severity.ERROR, Severity.WARNING)

_CALLERS = (
    ("startupProbe",),
    ("livenessProbe",),
    ("readinessProbe",),
    ("lifecycle", "postStart"),
    ("lifecycle", "preStop"),
)


def check(release: Release) -> Iterator[Finding]:
    """Find probes of ports that are not declared."""
    for pod in pods(release):
        numbers = [port.get("containerPort") for port in pod.ports()]
        for container, _ in pod.containers():
            own = [port for _, port in each(pod.owner.body, *container, "ports")]
            names = [str(port["name"]) for port in own if "name" in port]
            for path, port in _probed(pod, container):
                if isinstance(port, str) and not port.isdecimal():
                    is_there, declared = port in names, ", ".join(names) or "none by name"
                else:
                    is_known = not own or int(port) in numbers
                    is_there = is_known or is_configured(release, int(port), "probe")
                    declared = ", ".join(map(str, numbers))
                if not is_there:
                    yield Finding.at(
                        pod.owner,
                        path,
                        f"the probe asks for port {port!r}, but declared are {declared}",
                        hint=nearest(str(port), names),
                        severity=Severity.ERROR if isinstance(port, str) else Severity.WARNING,
                    )


def _probed(pod: Pod, container: Path) -> Iterator[tuple[Path, str | int]]:
    """Give path and port of every probe and handler of a container that calls its own pod."""
    for caller in _CALLERS:
        for way in ("httpGet", "tcpSocket", "grpc"):
            call: dict[str, Any] = fields(pod.owner.body, *container, *caller, way)
            port = call.get("port")
            if isinstance(port, str | int) and not call.get("host"):
                yield (*container, *caller, way, "port"), port
