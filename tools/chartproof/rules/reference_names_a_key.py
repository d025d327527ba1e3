"""Every key that is asked for is in the ConfigMap or Secret that the release renders.

Looked at are env entries, the items that volumes and projected volumes pick, the logins of KEDA
and of monitors, and `tls.crt` and `tls.key` in the TLS Secrets of Ingresses and Gateways. Objects
that are not rendered are another rule's: of them nobody knows the keys.
"""

from __future__ import annotations

from collections.abc import Iterator

from chartproof.errors import nearest
from chartproof.findings import Finding
from chartproof.release import Release
from chartproof.wiring.keys import keys_of
from chartproof.wiring.references import find, references


def check(release: Release) -> Iterator[Finding]:
    """Find keys that the object asked for does not have."""
    for reference in references(release):
        target = None if reference.key is None else find(release, reference)
        if reference.key is None or reference.optional or target is None:
            continue
        keys = keys_of(target)
        if reference.key not in keys:
            yield Finding.at(
                reference.manifest,
                reference.key_path,
                f"{target.kind} {target.name} has no key {reference.key!r}, "
                f"it has {', '.join(keys) or 'none'}",
                hint=nearest(reference.key, keys),
            )
