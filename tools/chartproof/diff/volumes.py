"""Volumes that pods lose without an object being deleted by Helm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chartproof.diff.change import Change
from chartproof.diff.level import Level
from chartproof.diff.loss import claim_names
from chartproof.diff.pairing import Pair, Thing
from chartproof.diff.restarts import TEMPLATE
from chartproof.diff.upgrade import Upgrade
from chartproof.walk import dig, each


def volumes(upgrade: Upgrade) -> Iterator[Change]:
    """Give the volumes that pods of the old release have and those of the new one do not."""
    for pair in upgrade.objects.same:
        if pair.old.kind in TEMPLATE:
            yield from _exchanged(pair)
        if pair.old.kind == "StatefulSet":
            yield from _scaled_down(pair)


def _exchanged(pair: Pair) -> Iterator[Change]:
    """Give the claims that a workload's pods no longer use."""
    before, after = (_claims(side) for side in pair)
    for name, claim in before.items():
        if claim not in after.values():
            instead = after.get(name)
            then = f"use {instead} instead" if instead else "no longer use it"
            yield Change(
                "volume-exchanged",
                Level.MAJOR,
                pair.old.label,
                f"its data is in the claim {claim}, and its new pods {then}",
                field=f"volumes[{name}]",
            )


def _claims(workload: Thing) -> dict[str, str]:
    """Return the names of the claims that a workload's pods use, by those of the volumes."""
    path = TEMPLATE[workload.kind]
    if workload.kind == "CronJob":
        path = (*path, "spec", "template")
    found = {}
    for _, volume in each(workload.body, *path, "spec", "volumes"):
        claim = dig(volume, "persistentVolumeClaim", "claimName")
        if claim:
            found[str(volume.get("name"))] = str(claim)
    return found


def _scaled_down(pair: Pair) -> Iterator[Change]:
    """Tell where fewer pods mean fewer volumes."""
    old, new = (_replicas(side.body) for side in pair)
    policy = dig(pair.new.body, "spec", "persistentVolumeClaimRetentionPolicy", "whenScaled")
    claims = ", ".join(claim_names(pair.new.body, pair.new.manifest.name))
    if new < old and claims and policy == "Delete":
        yield Change(
            "volumes-deleted",
            Level.MAJOR,
            pair.old.label,
            f"it goes from {old} pods to {new}, and the claims {claims} of the others are deleted"
            " with their data (whenScaled: Delete)",
            field="spec.replicas",
        )


def _replicas(body: Any) -> int:
    count = dig(body, "spec", "replicas")
    return count if isinstance(count, int) else 1
