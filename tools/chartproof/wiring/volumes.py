"""The volumes of a pod, and the files in those that are made of ConfigMaps and Secrets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartproof.release import Release
from chartproof.walk import dig, each, fields
from chartproof.wiring.keys import keys_of
from chartproof.wiring.places import CONFIG_MAP, SECRET
from chartproof.wiring.pods import Pod
from chartproof.yamlio import Path


def volumes(pod: Pod) -> dict[str, dict[str, Any]]:
    """Return the pod's volumes by name; a StatefulSet's claims are volumes too."""
    body = pod.owner.body
    claims = (dig(body, *at, "metadata") for at, _ in each(body, "spec", "volumeClaimTemplates"))
    there: dict[str, dict[str, Any]] = {str(dig(claim, "name")): {} for claim in claims}
    there.update(
        (str(volume.get("name")), volume) for _, volume in each(body, *pod.spec, "volumes")
    )
    return there


def mounts(pod: Pod) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Give path and body of every volume mount of the pod's containers."""
    for container, _ in pod.containers():
        yield from each(pod.owner.body, *container, "volumeMounts")


def files(release: Release, pod: Pod, volume: dict[str, Any]) -> set[str] | None:
    """Return the paths of the files in a volume, or None where the release does not tell them."""
    sources = [source for _, source in each(volume, "projected", "sources")]
    found = [_files(release, pod, source) for source in sources or [volume]]
    return None if None in found else {path for paths in found for path in paths or ()}


def _files(release: Release, pod: Pod, source: dict[str, Any]) -> set[str] | None:
    for kind, field in ((CONFIG_MAP, "configMap"), (SECRET, "secret")):
        if picked := fields(source, field):
            items = [str(item.get("path")) for _, item in each(picked, "items")]
            if items:
                return set(items)
            name = picked.get("name") or picked.get("secretName")
            for manifest in release.of_kind(kind):
                if (manifest.name, manifest.namespace) == (name, pod.owner.namespace):
                    return set(keys_of(manifest))
    for field in ("serviceAccountToken", "clusterTrustBundle"):
        if field in source:
            return {str(dig(source, field, "path"))}
    if "downwardAPI" in source:
        return {str(item.get("path")) for _, item in each(source, "downwardAPI", "items")}
    return None
