"""Every object that another one asks for is there.

A pod that asks for a missing ConfigMap hangs in CreateContainerConfigError, one without its
ServiceAccount is never made, an Ingress without its Service answers 503. Looked at are, in pods:
env, envFrom, volumes, projected volumes, claims, pull Secrets, ServiceAccount, PriorityClass and
RuntimeClass; and elsewhere: the backends and TLS Secrets of Ingresses, routes and Gateways, roles
and subjects of bindings, the targets of HorizontalPodAutoscalers and of KEDA with its logins, the
Secrets of monitors, the Service of a StatefulSet, of a webhook and of an API, the Gateway of a
route. A StatefulSet runs without its Service, a ServiceAccount without its Secrets: these are
warnings.

A name that the chart makes has to be rendered. A name that comes from the values, such as an
existing Secret, is only noted: it must be there before the release is. So is one that belongs
to the cluster (a StorageClass) or to a namespace of others, unless it carries the release's
name. What is marked `optional: true` may be missing, what every cluster has is known
(kube-root-ca.crt, the default ServiceAccount, ClusterRole view), and so is what cert-manager,
external-secrets and sealed-secrets make of rendered objects, and a Secret or ConfigMap whose name
a Job gets as an argument: it makes it. So may a program that a role lets create Secrets, where a
text that it reads has the name. A name that begins with that of a rendered custom resource is
noted: its operator may make the object.
"""

from __future__ import annotations

from collections.abc import Iterator

from chartproof.errors import nearest
from chartproof.findings import Finding, Severity
from chartproof.release import Release
from chartproof.wiring.given import Givers
from chartproof.wiring.made import made
from chartproof.wiring.operators import maker_of
from chartproof.wiring.references import Reference, find, references
from chartproof.wiring.scope import OF_THE_SYSTEM, SHARED, is_everywhere, place_of

SEVERITIES = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


def check(release: Release) -> Iterator[Finding]:
    """Find references to objects that are not rendered; each object is told of once."""
    there = set(made(release))
    missing: dict[tuple[str, str, str], Reference] = {}
    for reference in references(release):
        known = reference.target in there or is_everywhere(*reference.target)
        if not (known or reference.optional or find(release, reference)):
            missing.setdefault(reference.target, reference)
    givers = Givers(release)
    for reference in missing.values():
        yield _missing(givers, reference)


def _missing(givers: Givers, reference: Reference) -> Finding:
    release, kind, name = givers.release, reference.kind, reference.name
    if maker := _maker(givers, reference):
        return Finding.at(
            reference.manifest,
            reference.path,
            f"{kind} {name} {maker}",
            severity=Severity.NOTE,
        )
    known = [one.name for one in release.of_kind(kind) if place_of(one) == reference.namespace]
    is_far = reference.namespace not in ("", release.options.namespace)
    where = f" in namespace {reference.namespace}" if is_far else ""
    return Finding.at(
        reference.manifest,
        reference.path,
        f"the chart renders no {kind} {name!r}{where}",
        hint=nearest(name, known),
        severity=Severity.ERROR if reference.is_vital else Severity.WARNING,
    )


def _maker(givers: Givers, reference: Reference) -> str | None:
    """Say who else is to make the object, or None where it is the chart."""
    release = givers.release
    if value := givers.of(reference.manifest, reference.path, reference.name):
        return f"is named by the values ({value}): it must exist before the release"
    if source := maker_of(release, reference.name):
        return f"is left to the operator of {source.kind} {source.name}"
    if release.options.release in reference.name:
        return None
    own = {manifest.namespace for manifest in release.manifests} - OF_THE_SYSTEM
    near = own | {release.options.namespace, ""}
    if reference.kind in SHARED or reference.namespace not in near:
        owner = reference.namespace or "the cluster"
        return f"belongs to {owner}: it must exist before the release"
    return None
