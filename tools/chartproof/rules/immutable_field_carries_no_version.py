"""What Kubernetes never lets change does not depend on the chart's version.

The selector of a workload, the claim templates and the service name of a StatefulSet, the pods
of a Job, the role of a binding and the class of a claim cannot be changed once they exist: with
the chart's version, or its appVersion, in there, each `helm upgrade` to a new version fails. Most
often it is `helm.sh/chart` among the selector's labels. The release is rendered once more with
other versions to see what follows them. A Job that deletes itself, by `ttlSecondsAfterFinished`,
and a hook are no trouble.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from chartproof.errors import ChartproofError
from chartproof.excerpt import Sources
from chartproof.findings import Finding
from chartproof.manifest import Manifest
from chartproof.release import Release
from chartproof.walk import dig
from chartproof.wiring.next_version import in_next_version, of_next_version
from chartproof.wiring.scope import place_of
from chartproof.yamlio import Path

_SELECTOR, _TEMPLATE = ("spec", "selector"), ("spec", "template")
_CLAIMS, _SERVICE = ("spec", "volumeClaimTemplates"), ("spec", "serviceName")
IMMUTABLE: dict[str, tuple[Path, ...]] = {
    "Deployment": (_SELECTOR,),
    "DaemonSet": (_SELECTOR,),
    "ReplicaSet": (_SELECTOR,),
    "StatefulSet": (_SELECTOR, _CLAIMS, _SERVICE),
    "Job": (_SELECTOR, _TEMPLATE),
    "RoleBinding": (("roleRef",),),
    "ClusterRoleBinding": (("roleRef",),),
    "PersistentVolumeClaim": (("spec", "storageClassName"), ("spec", "accessModes")),
}


def check(release: Release) -> Iterator[Finding]:
    """Find immutable fields that change with the chart's version."""
    fixed = [one for one in release.of_kind(*IMMUTABLE) if not _is_renewed(one)]
    if not fixed or _stay_the_same(release, fixed):
        return
    try:
        again = of_next_version(release)
    except ChartproofError:
        return  # a chart that refuses other versions cannot be asked
    later = _by_key(again)
    for manifest in fixed:
        for path in _changes_of(manifest, later.get(_key(manifest), manifest)):
            yield Finding.at(
                manifest,
                path,
                "it changes with the chart's version, and Kubernetes refuses to change it",
            )


def _stay_the_same(release: Release, fixed: Sequence[Manifest]) -> bool:
    """Tell whether their templates alone write them with the same fields in another version."""
    again = in_next_version(release, Sources({manifest.source for manifest in fixed}))
    try:
        later = _by_key(again) if again else {}
        return all(
            _key(manifest) in later and not any(_changes_of(manifest, later[_key(manifest)]))
            for manifest in fixed
        )
    except ChartproofError:
        return False  # what is no YAML may be none but for the other templates


def _by_key(release: Release) -> dict[tuple[str, str, str], Manifest]:
    return {_key(manifest): manifest for manifest in release.of_kind(*IMMUTABLE)}


def _changes_of(manifest: Manifest, later: Manifest) -> Iterator[Path]:
    """Give the path of every immutable field, and of what is in it, that is another later."""
    for field in IMMUTABLE[manifest.kind]:
        yield from _changes(dig(manifest.body, *field), dig(later.body, *field), field)


def _key(manifest: Manifest) -> tuple[str, str, str]:
    return manifest.kind, place_of(manifest), manifest.name


def _is_renewed(manifest: Manifest) -> bool:
    is_fleeting = dig(manifest.body, "spec", "ttlSecondsAfterFinished") is not None
    return manifest.is_hook or is_fleeting


def _changes(old: Any, new: Any, path: Path) -> Iterator[Path]:
    """Give the path of every difference, as deep as it goes."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from _changes(old.get(key), new.get(key), (*path, key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _changes(before, after, (*path, index))
    elif old != new:
        yield path
