"""Names of snapshot files: short, and the same whatever order the templates render in."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from chartproof.manifest import Manifest

_UNSAFE_IN_A_FILE_NAME = re.compile(r"[^a-z0-9._-]+")


def by_file_name(manifests: Iterable[Manifest]) -> Mapping[str, Sequence[Manifest]]:
    """Group manifests by the names of their files, without suffix, such as `broker-statefulset`.

    Manifests that would share a name get what tells them apart: the full name in place of the
    short one, the namespace or the API group in front. Those that nothing tells apart (an object
    rendered twice) share a file, in the order they were rendered.
    """
    by_short_name = defaultdict(list)
    for manifest in manifests:
        by_short_name[manifest.short_name.lower(), manifest.kind].append(manifest)
    files = defaultdict(list)
    for group in by_short_name.values():
        for manifest in group:
            files[_file_name(manifest, among=group)].append(manifest)
    return files


def _file_name(manifest: Manifest, among: Sequence[Manifest]) -> str:
    def differs(part: Callable[[Manifest], str]) -> bool:
        return len({part(other) for other in among}) > 1

    prefixes = [part(manifest) for part in (_namespace, _api_group) if differs(part)]
    name = manifest.name if differs(_name) else manifest.short_name
    stem = "-".join(filter(None, [name, manifest.kind]))
    return _UNSAFE_IN_A_FILE_NAME.sub("-", "_".join([*prefixes, stem]).lower())


def _name(manifest: Manifest) -> str:
    return manifest.name


def _namespace(manifest: Manifest) -> str:
    return manifest.namespace


def _api_group(manifest: Manifest) -> str:
    """Give the API group; the first one of Kubernetes has no name and is `core` here."""
    group, slash, _version = manifest.api_version.partition("/")
    return group if slash else "core"
