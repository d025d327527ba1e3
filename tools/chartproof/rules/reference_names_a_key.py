"""Every key that a pod asks for is in the ConfigMap or Secret that the release renders.

Looked at are env entries and the items that volumes and projected volumes pick. Objects that
are not rendered are another rule's: of them nobody knows the keys.
"""

from __future__ import annotations

from collections.abc import Iterator

from chartproof.errors import nearest
from chartproof.findings import Finding
from chartproof.release import Release
from chartproof.walk import fields
from chartproof.wiring.references import find, references

_DATA = ("data", "stringData", "binaryData")


def check(release: Release) -> Iterator[Finding]:
    """Find keys that the object asked for does not have."""
    for reference in references(release):
        target = find(release, reference)
        if reference.key is None or reference.optional or target is None:
            continue
        keys = [str(key) for field in _DATA for key in fields(target.body, field)]
        if reference.key not in keys:
            yield Finding.at(
                reference.manifest,
                reference.key_path,
                f"{target.kind} {target.name} has no key {reference.key!r}, "
                f"it has {', '.join(keys) or 'none'}",
                hint=nearest(reference.key, keys),
            )
