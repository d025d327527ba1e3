"""Workloads that an upgrade scales although nobody asked for it."""

from __future__ import annotations

from collections.abc import Iterator

from chartproof.diff.change import Change
from chartproof.diff.level import Level
from chartproof.diff.upgrade import Upgrade
from chartproof.walk import dig

_SCALED = ("Deployment", "StatefulSet", "ReplicaSet")


def scale(upgrade: Upgrade) -> Iterator[Change]:
    """Give the workloads whose number of pods is no longer given, as where an autoscaler comes.

    What Helm no longer gives it takes away, and the API server writes 1 (apps/v1, `replicas`).
    """
    for pair in upgrade.objects.same:
        old, new = (dig(side.body, "spec", "replicas") for side in pair)
        if pair.old.kind in _SCALED and isinstance(old, int) and old > 1 and new is None:
            yield Change(
                "replicas-reset",
                Level.MINOR,
                pair.old.label,
                f"its number of pods is no longer given: of {old} pods 1 is left until"
                " an autoscaler asks for more",
                field="spec.replicas",
            )
