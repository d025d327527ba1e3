"""What a pod needs exists before Helm starts it, hooks included.

A pre-install hook runs before the release's own objects are made: a Job that reads a ConfigMap,
or runs as a ServiceAccount, that is no hook itself hangs until Helm gives up. What a hook needs
has to be a hook of the same event with a lower weight (or the same and an earlier name), or one
of an earlier event that is not deleted. With a ServiceAccount come the bindings that name it and
their roles. A post-delete hook finds nothing of the release any more. And a workload that is no
hook must not need what only later hooks make.
"""

from __future__ import annotations

from collections.abc import Iterator

from chartproof.findings import Finding
from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.wiring.hooks import absence, events
from chartproof.wiring.pods import pods
from chartproof.wiring.references import Reference, find, references
from chartproof.yamlio import Path


def check(release: Release) -> Iterator[Finding]:
    """Find pods that need what is not there yet, or no more."""
    if not release.hooks:
        return
    owners = {id(pod.owner) for pod in pods(release)}
    everything = list(references(release))
    told = set()
    for reference in everything:
        manifest = reference.manifest
        if id(manifest) not in owners or reference.optional:
            continue
        for needed in _needs(release, everything, reference):
            for event in sorted(events(manifest)):
                key = (id(manifest), id(needed), event)
                if key not in told and (reason := absence(needed, manifest, event)):
                    told.add(key)
                    yield _missing(manifest, reference.path, needed, event, reason)


def _needs(
    release: Release, everything: list[Reference], reference: Reference
) -> Iterator[Manifest]:
    """Give what a reference names; of a ServiceAccount also what gives it rights."""
    if needed := find(release, reference):
        yield needed
    if reference.kind != "ServiceAccount":
        return
    for binding in everything:
        if binding.target == reference.target and "subjects" in binding.path:
            yield binding.manifest
            for role in everything:
                if role.manifest is binding.manifest and "roleRef" in role.path:
                    yield from filter(None, [find(release, role)])


def _missing(manifest: Manifest, path: Path, needed: Manifest, event: str, reason: str) -> Finding:
    return Finding.at(
        manifest,
        path,
        f"it needs {needed.kind} {needed.name} at {event}, but {reason}",
    )
