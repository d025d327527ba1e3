"""A route of the Gateway API names a listener that its Gateway has.

A `sectionName` that is no listener of the Gateway, or a `port` that none listens on, leaves the
route unattached: the status says `NoMatchingParent`, and requests get a 404. Gateways that are not
rendered are another rule's.
"""

from __future__ import annotations

from collections.abc import Iterator

from chartproof.errors import nearest
from chartproof.findings import Finding
from chartproof.release import Release
from chartproof.walk import dig, each
from chartproof.wiring.references import find, references


def check(release: Release) -> Iterator[Finding]:
    """Find routes to listeners that are not there."""
    for reference in references(release):
        gateway = find(release, reference) if "parentRefs" in reference.path else None
        if reference.kind != "Gateway" or gateway is None:
            continue
        listeners = [listener for _, listener in each(gateway.body, "spec", "listeners")]
        for field, of_listener in (("sectionName", "name"), ("port", "port")):
            path = (*reference.path[:-1], field)
            wanted = dig(reference.manifest.body, *path)
            there = [listener.get(of_listener) for listener in listeners]
            if wanted is not None and wanted not in there:
                known = [str(one) for one in there if one is not None]
                yield Finding.at(
                    reference.manifest,
                    path,
                    f"Gateway {gateway.name} has no listener with {of_listener} {wanted!r}, "
                    f"it has {', '.join(known) or 'none'}",
                    hint=nearest(str(wanted), known),
                )
