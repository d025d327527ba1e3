"""Objects that no template renders: something in the cluster makes them of rendered ones."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chartproof.release import Release
from chartproof.walk import dig, each
from chartproof.wiring.places import CONFIG_MAP, SECRET
from chartproof.wiring.pods import pods
from chartproof.wiring.rights import may_make
from chartproof.wiring.texts import text_at, texts

Target = tuple[str, str, str]
"""Kind, namespace and name."""

_WORD = re.compile(r"[a-z0-9][a-z0-9.-]*")
_RESOURCES = (("secrets", SECRET), ("configmaps", CONFIG_MAP))
_ISSUED = ("cert-manager.io/issuer", "cert-manager.io/cluster-issuer", "kubernetes.io/tls-acme")


def made(release: Release) -> Iterator[Target]:
    """Give what controllers make: cert-manager, external-secrets, sealed-secrets, StatefulSets.

    And what Jobs may make: a Secret and a ConfigMap for each argument they get, what a Role that
    may create them names, and, where a role lets a program create them at all, what the texts of
    the release name.
    """
    yield from _by_roles(release)
    for resource, kind in _RESOURCES:
        if may_make(release, resource):
            yield from _by_programs(release, kind)
    for pod in pods(release):
        if pod.owner.kind == "Job":
            for _, container in pod.containers():
                words = f"{container.get('command', '')} {container.get('args', '')}"
                for word in _WORD.findall(words):
                    yield SECRET, pod.owner.namespace, word
                    yield CONFIG_MAP, pod.owner.namespace, word
    for certificate in release.of_kind("Certificate"):
        name = dig(certificate.body, "spec", "secretName")
        yield SECRET, certificate.namespace, str(name)
    for external in release.of_kind("ExternalSecret"):
        name = dig(external.body, "spec", "target", "name") or external.name
        yield SECRET, external.namespace, str(name)
    for sealed in release.of_kind("SealedSecret"):
        yield SECRET, sealed.namespace, sealed.name
    for ingress in release.of_kind("Ingress"):
        if any(key in ingress.annotations for key in _ISSUED):
            for _, tls in each(ingress.body, "spec", "tls"):
                yield SECRET, ingress.namespace, str(tls.get("secretName"))
    for workload in release.of_kind("StatefulSet"):
        for at, _ in each(workload.body, "spec", "volumeClaimTemplates"):
            claim = dig(workload.body, *at, "metadata", "name")
            replicas = dig(workload.body, "spec", "replicas")
            for ordinal in range(replicas if isinstance(replicas, int) else 1):
                name = f"{claim}-{workload.name}-{ordinal}"
                yield "PersistentVolumeClaim", workload.namespace, name


def _by_programs(release: Release, kind: str) -> Iterator[Target]:
    """Give an object of a kind for each word that a program of the release gets to read."""
    for manifest, path in texts(release):
        for word in _WORD.findall(text_at(manifest, path)):
            yield kind, manifest.namespace, word


def _by_roles(release: Release) -> Iterator[Target]:
    """Give the Secrets and ConfigMaps that rendered Roles name, where they may be created too."""
    for role in release.of_kind("Role"):
        rules = [rule for _, rule in each(role.body, "rules")]
        for resource, kind in _RESOURCES:
            about = [rule for rule in rules if resource in str(rule.get("resources"))]
            if any("create" in str(rule.get("verbs")) for rule in about):
                for rule in about:
                    for name in _WORD.findall(str(rule.get("resourceNames", ""))):
                        yield kind, role.namespace, name
