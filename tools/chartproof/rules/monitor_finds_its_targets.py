"""A ServiceMonitor selects Services of the release, a PodMonitor pods, with the port it names.

The Prometheus operator looks for labels on the Service itself, not on the pods behind it, and for
the name of the Service's port, not its number. A monitor that finds nothing gives no error and no
metrics. Those that look into other namespaces alone are left alone, and so are those that look into
kube-system, where the cluster's own Services are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chartproof.errors import nearest
from chartproof.findings import Finding
from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.walk import dig, each, fields, leaves
from chartproof.wiring.monitors import ENDPOINTS, Target, chosen, in_sight
from chartproof.wiring.scope import OF_THE_SYSTEM


def check(release: Release) -> Iterator[Finding]:
    """Find monitors that find nothing."""
    for monitor in release.of_kind(*ENDPOINTS):
        where = fields(monitor.body, "spec", "namespaceSelector")
        if any(str(named) in OF_THE_SYSTEM for _, named in leaves(where)):
            continue
        near = in_sight(release, monitor)
        found = chosen(monitor, near)
        what = monitor.kind.removesuffix("Monitor")
        if found:
            yield from _check_ports(monitor, found)
        elif near or not where:
            yield Finding.at(
                monitor, ("spec", "selector"), f"no {what} of the release has the labels it selects"
            )


def _check_ports(monitor: Manifest, found: Sequence[Target]) -> Iterator[Finding]:
    for at, endpoint in each(monitor.body, "spec", ENDPOINTS[monitor.kind]):
        field = "port" if "port" in endpoint else "targetPort"
        wanted = dig(endpoint, field)
        there = [
            port
            for target in found
            for port in (target.ports if field == "port" else target.behind)
            if port is not None
        ]
        if wanted is not None and wanted not in there:
            yield Finding.at(
                monitor,
                (*at, field),
                f"none of what it selects has port {wanted!r}, "
                f"there is {', '.join(map(str, there)) or 'none by name'}",
                hint=nearest(str(wanted), map(str, there)),
            )
