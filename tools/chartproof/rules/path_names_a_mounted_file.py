"""A path below a mounted ConfigMap or Secret is a file that is in there.

The container gets `--config=/etc/app/app.yaml`, the ConfigMap at /etc/app has `app.yml`: nothing
but the program's own start-up complains. Looked at are the paths in commands, arguments, probes and
variables that lie below a mount whose files the release tells, and those are read-only: a file that
is not there never comes. Paths with wildcards or variables are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from chartproof.errors import nearest
from chartproof.findings import Finding
from chartproof.release import Release
from chartproof.walk import dig, each
from chartproof.wiring.pods import Pod, pods
from chartproof.wiring.texts import text_at, texts_of
from chartproof.wiring.volumes import files, volumes
from chartproof.yamlio import Path

_PATH = re.compile(r"(?<![\w./~$}*-])(?P<path>/[\w.@/-]*[\w@-])(?![\w./]*[$*{?\[<(%])")


def check(release: Release) -> Iterator[Finding]:
    """Find paths of files that are not mounted."""
    for pod in pods(release):
        there = volumes(pod)
        for container, body in pod.containers():
            mounted = _mounted(release, pod, body, there)
            if any(mounted.values()):
                yield from _check(pod, container, mounted)


def _mounted(
    release: Release, pod: Pod, container: dict[str, Any], there: dict[str, dict[str, Any]]
) -> dict[str, set[str] | None]:
    """Return the files below each mount point of a container, None where nobody knows them."""
    mounted: dict[str, set[str] | None] = {}
    for _, mount in each(container, "volumeMounts"):
        volume = there.get(str(mount.get("name")))
        is_whole = not (mount.get("subPath") or mount.get("subPathExpr"))
        known = files(release, pod, volume) if volume and is_whole else None
        mounted[str(mount.get("mountPath")).rstrip("/")] = known
    return mounted


def _check(pod: Pod, container: Path, mounted: dict[str, set[str] | None]) -> Iterator[Finding]:
    for manifest, path in texts_of(pod, container):
        for match in _PATH.finditer(text_at(manifest, path)):
            point = _mount_point(match["path"], mounted)
            known = mounted.get(point)
            wanted = match["path"][len(point) + 1 :]
            if not known or _is_there(wanted, known):
                continue
            name = dig(pod.owner.body, *container, "name")
            yield Finding.at(
                manifest,
                path,
                f"container {name} has no file {match['path']}: "
                f"mounted at {point} are {', '.join(sorted(known))}",
                hint=nearest(wanted, known),
            )


def _mount_point(path: str, mounted: dict[str, set[str] | None]) -> str:
    """Return the innermost mount point that a path lies below, or ""."""
    return max((it for it in mounted if path.startswith(f"{it}/")), key=len, default="")


def _is_there(wanted: str, known: set[str]) -> bool:
    return any(file == wanted or file.startswith(f"{wanted}/") for file in known)
