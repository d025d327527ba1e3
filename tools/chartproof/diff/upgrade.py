"""One case as a running release of the old chart that is upgraded to the new one."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.diff.pairing import Pairing, Thing, pair
from chartproof.manifest import Manifest
from chartproof.masks import Mask
from chartproof.release import Release
from chartproof.render import render
from chartproof.snapshot.repeat import random_values


@dataclass(frozen=True)
class Upgrade:
    """Both releases of a case; `masks` cover what is another value in every render."""

    case: Case
    old: Release
    new: Release
    masks: tuple[Mask, ...] = ()

    @cached_property
    def objects(self) -> Pairing:
        """What Helm installs and upgrades, hooks aside."""
        old, new = (self._things(side, are_hooks=False) for side in (self.old, self.new))
        return pair(old, new, may_be_renamed=True)

    @cached_property
    def hooks(self) -> Pairing:
        """What Helm runs at events."""
        old, new = (self._things(side, are_hooks=True) for side in (self.old, self.new))
        return pair(old, new, may_be_renamed=False)

    def _things(self, release: Release, *, are_hooks: bool) -> list[Thing]:
        return [
            Thing(manifest, self.masks)
            for manifest in release.manifests
            if manifest.is_hook is are_hooks
        ]


def upgrade(before: Release, new: Chart, case: Case) -> Upgrade:
    """Render a case as an upgrade of a release to the new chart.

    What the old release has made is there for `lookup` to find. Where the releases differ, each is
    rendered once more to see what is random in it. Raises what `render` raises.
    """
    objects = (*case.options.objects, *_in_cluster(before)) if _looks_up(new) else ()
    options = replace(case.options, is_upgrade=True, objects=objects or case.options.objects)
    after = render(new, case.values, options)
    after.parse()
    masks = list(case.masks)
    if _differ(before, after):
        masks += random_values(before, installed(before.chart, case), masks)
        masks += random_values(after, render(new, case.values, options), masks)
    return Upgrade(case, before, after, tuple(masks))


def installed(old: Chart, case: Case) -> Release:
    """Render a case as an install. Raises what `render` raises."""
    release = render(old, case.values, replace(case.options, is_upgrade=False))
    release.parse()
    return release


def _differ(before: Release, after: Release) -> bool:
    texts = [[manifest.text for manifest in side.documents] for side in (before, after)]
    return texts[0] != texts[1]


def _looks_up(chart: Chart) -> bool:
    return any("lookup" in text for name, text in chart.files.items() if "/templates/" in name)


def _in_cluster(release: Release) -> Sequence[str]:
    """Give the objects as a cluster holds them, each as JSON."""
    kept = [_as_held(manifest) for manifest in release.manifests if not manifest.is_hook]
    return [json.dumps(body) for body in kept if body.get("apiVersion") and body.get("metadata")]


def _as_held(manifest: Manifest) -> dict[str, Any]:
    """Give an object as the API server answers with it: without `stringData`, which is written."""
    body = {key: value for key, value in manifest.body.items() if key != "stringData"}
    written = manifest.body.get("stringData")
    if manifest.kind == "Secret" and isinstance(written, dict):
        encoded = {key: base64.b64encode(str(it).encode()).decode() for key, it in written.items()}
        body["data"] = {**(body.get("data") or {}), **encoded}
    metadata = {"namespace": manifest.namespace, **manifest.metadata}
    return {**body, "metadata": metadata}
