"""No object is rendered twice.

Helm refuses a release in which two documents are the same object, or the second overwrites the
first, depending on its version. It comes from a loop whose name does not change, or from two
templates that make the same name. Hooks for different events are no double, nor is a hook that
Helm deletes, by `hook-succeeded`, before it installs the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from chartproof.findings import Finding
from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.wiring.hooks import events, is_deleted
from chartproof.wiring.scope import place_of


def check(release: Release) -> Iterator[Finding]:
    """Find objects that another document has made already; each is told of once."""
    same: dict[tuple[str, ...], list[Manifest]] = {}
    for manifest in release.manifests:
        group = manifest.api_version.rpartition("/")[0]
        key = (group, manifest.kind, place_of(manifest), manifest.name)
        same.setdefault(key, []).append(manifest)
    for manifests in same.values():
        for first, second in combinations(manifests, 2):
            if first.name and _collide(first, second):
                yield Finding.at(
                    second,
                    ("metadata", "name"),
                    f"{second.kind} {second.name} is rendered by {first.template} already",
                )
                break


def _collide(first: Manifest, second: Manifest) -> bool:
    if first.is_hook != second.is_hook:
        return not is_deleted(second)  # hooks come last
    return bool(events(first) & events(second))
