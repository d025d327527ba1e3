"""Every volumeMount names a volume of its pod, and its subPath a file of that volume.

Kubernetes refuses a pod that mounts a volume it does not have. A `subPath` that is no key of the
ConfigMap or Secret behind the volume is not refused: the program finds an empty folder where it
expects its file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartproof.errors import nearest
from chartproof.findings import Finding
from chartproof.release import Release
from chartproof.wiring.pods import Pod, pods
from chartproof.wiring.volumes import files, mounts, volumes
from chartproof.yamlio import Path


def check(release: Release) -> Iterator[Finding]:
    """Find mounts of volumes that are not there, and subPaths that are no file of theirs."""
    for pod in pods(release):
        there = volumes(pod)
        for at, mount in mounts(pod):
            name = str(mount.get("name"))
            if name in there:
                yield from _check_sub_path(release, pod, at, mount, there[name])
                continue
            yield Finding.at(
                pod.owner,
                (*at, "name"),
                f"the pod has no volume {name!r}, it has {', '.join(there) or 'none'}",
                hint=nearest(name, there),
            )


def _check_sub_path(
    release: Release, pod: Pod, at: Path, mount: dict[str, Any], volume: dict[str, Any]
) -> Iterator[Finding]:
    wanted = str(mount.get("subPath") or "").removeprefix("./").rstrip("/")
    there = files(release, pod, volume)
    if not wanted or there is None:
        return
    if not any(file == wanted or file.startswith(f"{wanted}/") for file in there):
        yield Finding.at(
            pod.owner,
            (*at, "subPath"),
            f"volume {mount['name']} has no file {wanted!r}, "
            f"it has {', '.join(sorted(there)) or 'none'}",
            hint=nearest(wanted, there),
        )
