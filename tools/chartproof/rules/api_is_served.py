"""Every object is of an API that its Kubernetes version serves.

An API that is gone makes the whole install fail, or the next upgrade after the cluster's own: the
release that Helm remembers can then not even be read. An API that a later version no longer has
is a warning. The versions known are those of the installed schemas; kinds that come with custom
resource definitions are left alone. Templates that ask `.Capabilities.APIVersions` for a kind see
it here as they do in a cluster, though `helm template` shows them groups and versions alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chartproof.errors import ChartproofError, nearest
from chartproof.findings import Finding, Severity
from chartproof.kubernetes.schemas import Schemas, group_of, schemas_for, versions
from chartproof.kubernetes.served import schemas_of, written
from chartproof.manifest import Manifest
from chartproof.options import RenderOptions
from chartproof.release import Release
from chartproof.render import render

SEVERITIES = (Severity.ERROR, Severity.WARNING)


def check(release: Release) -> Iterator[Finding]:
    """Find APIs that are gone, that are to go, and that never were."""
    found = list(_check(release))
    if not found:
        return
    try:
        on_cluster = render(release.chart, release.values, _with_all_apis(release))
    except ChartproofError:
        yield from found
        return
    there = set(_check(on_cluster))
    yield from (finding for finding in found if finding in there)


def _with_all_apis(release: Release) -> RenderOptions:
    """Let templates see what a cluster of that version has: kinds too, as `helm install` does."""
    now, _ = schemas_of(release)
    served = (api for version, kind in now.kinds for api in (version, f"{version}/{kind}"))
    apis = dict.fromkeys((*release.options.api_versions, *served))
    return replace(release.options, api_versions=tuple(apis))


def _check(release: Release) -> Iterator[Finding]:
    now, _ = schemas_of(release)
    for manifest in release.manifests:
        api = manifest.api_version, manifest.kind
        if not all(api):
            missing = "apiVersion" if manifest.kind else "kind"
            yield Finding.at(manifest, ("metadata",), f"the object has no {missing}")
            continue
        if not _is_built_in(manifest.api_version, now):
            continue
        if api not in now.kinds:
            yield _missing(manifest, now)
        elif gone := _gone_after(api, now):
            yield Finding.at(
                manifest,
                ("apiVersion",),
                f"Kubernetes {written(gone.version)} no longer has {api[0]} {api[1]}, "
                f"{_alternative(manifest.kind, gone)}",
                severity=Severity.WARNING,
            )


def _is_built_in(api_version: str, schemas: Schemas) -> bool:
    """Tell whether Kubernetes itself has, or had, this API: others have a dot in their group."""
    group = group_of(api_version)
    return group in schemas.groups or "." not in group


def _gone_after(api: tuple[str, str], now: Schemas) -> Schemas | None:
    """Return the first later version that does not have an API, if the newest does not."""
    if now.version == versions()[-1] or api in schemas_for(versions()[-1]).kinds:
        return None
    later = (schemas_for(version) for version in versions() if version > now.version)
    return next(schemas for schemas in later if api not in schemas.kinds)


def _missing(manifest: Manifest, now: Schemas) -> Finding:
    kinds = {kind for api_version, kind in now.kinds if api_version == manifest.api_version}
    return Finding.at(
        manifest,
        ("apiVersion",),
        f"Kubernetes {written(now.version)} has no {manifest.api_version} {manifest.kind}, "
        f"{_alternative(manifest.kind, now)}",
        hint=nearest(manifest.kind, kinds),
    )


def _alternative(kind: str, schemas: Schemas) -> str:
    known = schemas.api_versions_of(kind)
    return f"it has {' and '.join(known)}" if known else "and no other API of that kind"
