"""Names of snapshot files: short, and the same whatever order the templates render in."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from chartproof.manifest import Manifest

_UNSAFE_IN_A_FILE_NAME = re.compile(r"[^a-z0-9._-]+")


class Identity(NamedTuple):
    """What names an object: its own part of the name, and what tells it apart from others."""

    short_name: str
    kind: str
    name: str
    namespace: str
    api_group: str
    """The first group of Kubernetes has no name and is `core` here."""

    @classmethod
    def of(cls, manifest: Manifest) -> Identity:
        """Read it off a manifest."""
        group, slash, _version = manifest.api_version.partition("/")
        return cls(
            manifest.short_name,
            manifest.kind,
            manifest.name,
            manifest.namespace,
            group if slash else "core",
        )


@lru_cache(maxsize=256)
def file_names(identities: tuple[Identity, ...]) -> tuple[str, ...]:
    """Give each object the name of its file, without suffix, such as `broker-statefulset`.

    Objects that would share a name get what tells them apart: the full name in place of the
    short one, the namespace or the API group in front. Those that nothing tells apart (an object
    rendered twice) share a file.
    """
    by_short_name = defaultdict(set)
    for identity in identities:
        by_short_name[identity.short_name.lower(), identity.kind].add(identity)
    return tuple(
        _file_name(identity, among=by_short_name[identity.short_name.lower(), identity.kind])
        for identity in identities
    )


def by_file_name(manifests: Sequence[Manifest]) -> Mapping[str, Sequence[Manifest]]:
    """Group objects by the names of their files, without suffix, in their order."""
    files = defaultdict(list)
    names = file_names(tuple(map(Identity.of, manifests)))
    for name, manifest in zip(names, manifests, strict=True):
        files[name].append(manifest)
    return files


def _file_name(identity: Identity, among: set[Identity]) -> str:
    def differs(field: str) -> bool:
        return len({getattr(other, field) for other in among}) > 1

    prefixes = [getattr(identity, part) for part in ("namespace", "api_group") if differs(part)]
    name = identity.name if differs("name") else identity.short_name
    stem = "-".join(filter(None, [name, identity.kind]))
    return _UNSAFE_IN_A_FILE_NAME.sub("-", "_".join([*prefixes, stem]).lower())
