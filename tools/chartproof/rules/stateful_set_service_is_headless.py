"""The Service that a StatefulSet names is headless and selects the StatefulSet's pods.

`serviceName` gives each pod a DNS name of its own, `pod-0.service.namespace.svc`, which members
of a cluster find each other by. With `clusterIP` other than None, or a selector that misses the
pods, these names do not exist, and nothing says so. It is a warning, as a StatefulSet whose pods
are never called by name runs without.
"""

from __future__ import annotations

from collections.abc import Iterator

from chartproof.findings import Finding, Severity
from chartproof.release import Release
from chartproof.walk import dig, fields
from chartproof.wiring.pods import pods
from chartproof.wiring.services import is_headless

SEVERITIES = (Severity.WARNING,)

_FIELD = ("spec", "serviceName")


def check(release: Release) -> Iterator[Finding]:
    """Find Services of StatefulSets that give the pods no names."""
    services = {(one.namespace, one.name): one for one in release.of_kind("Service")}
    for pod in pods(release):
        owner = pod.owner
        service = services.get((owner.namespace, str(dig(owner.body, *_FIELD))))
        if owner.kind != "StatefulSet" or service is None:
            continue
        selector = fields(service.body, "spec", "selector")
        if not is_headless(service):
            fault = "is not headless (clusterIP: None)"
        elif missed := pod.lacks(selector):
            fault = f"asks for {missed[0]}={selector[missed[0]]}, which the pods do not carry"
        else:
            continue
        yield Finding.at(
            owner,
            _FIELD,
            f"Service {service.name} {fault}: the pods get no DNS names",
            severity=Severity.WARNING,
        )
