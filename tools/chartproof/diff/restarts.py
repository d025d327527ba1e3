"""Pods that an upgrade replaces, and why; and pods that it leaves with an old configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chartproof.diff.change import Change
from chartproof.diff.fields import MISSING, FieldChange, field_changes
from chartproof.diff.level import Level
from chartproof.diff.pairing import Pair, Thing
from chartproof.diff.redaction import redacted
from chartproof.diff.upgrade import Upgrade
from chartproof.release import Release
from chartproof.walk import dig, each
from chartproof.wiring.references import Reference, references

TEMPLATE: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"),
        ("spec", "template"),
    ),
    "CronJob": ("spec", "jobTemplate"),
}
"""Where kinds that make pods over and over describe them."""

_CHECKSUM = re.compile(r"checksum|hash|sha", re.IGNORECASE)
_KEPT = ("ReplicaSet", "ReplicationController")
Target = tuple[str, str, str]


def template_changes(pair: Pair) -> list[FieldChange]:
    """Give what changes in the pods that a workload makes, by paths from the workload's root."""
    path = TEMPLATE.get(pair.old.kind)
    if path is None:
        return []
    return list(field_changes(dig(pair.old.body, *path), dig(pair.new.body, *path), path))


def restarts(upgrade: Upgrade) -> Iterator[Change]:
    """Give the workloads whose pods are replaced."""
    configured = changed_configuration(upgrade)
    for pair in upgrade.objects.same:
        changes = template_changes(pair)
        if changes:
            yield Change(
                "pods-replaced" if _replaces(pair) else "pods-follow-later",
                Level.PATCH,
                pair.old.label,
                _how(pair),
                fields=tuple(redacted(pair.old.kind, change) for change in changes),
                notes=tuple(_traced(upgrade, pair, changes, configured)),
            )


def stale_configuration(upgrade: Upgrade) -> Iterator[Change]:
    """Give the workloads whose pods keep what they read at their start, although it changes.

    Variables are read once, and so is a file that is mounted by `subPath` (kubernetes.io/docs/
    concepts/configuration/configmap, "Mounted ConfigMaps are updated automatically").
    """
    configured = changed_configuration(upgrade)
    reading = _by_owner(upgrade.new)
    for pair in upgrade.objects.same:
        if pair.new.kind not in TEMPLATE or pair.new.kind == "CronJob" or template_changes(pair):
            continue
        for reference in reading.get(pair.new.label, ()):
            if reference.target in configured and _is_read_once(reference):
                yield Change(
                    "configuration-goes-stale",
                    Level.PATCH,
                    pair.new.label,
                    f"{reference.kind}/{reference.name} changes, and its pods, which read it when"
                    " they start, are not replaced: they go on with the old one",
                )


def changed_configuration(upgrade: Upgrade) -> set[Target]:
    """Return the ConfigMaps and Secrets with other content: kind, namespace and name."""
    changed = set()
    for pair in upgrade.objects.same:
        if pair.old.kind in ("ConfigMap", "Secret"):
            old, new = ({**side.body, "metadata": None} for side in pair)
            if any(field_changes(old, new)):
                changed.add((pair.old.kind, pair.old.key.namespace, pair.old.key.name))
    return changed


def _replaces(pair: Pair) -> bool:
    return pair.new.kind not in (*_KEPT, "CronJob") and _strategy(pair.new) != "OnDelete"


def _strategy(workload: Thing) -> str:
    field = "strategy" if workload.kind == "Deployment" else "updateStrategy"
    return str(dig(workload.body, "spec", field, "type") or "RollingUpdate")


def _how(pair: Pair) -> str:
    """Say what becomes of a workload's pods."""
    kind, strategy = pair.new.kind, _strategy(pair.new)
    if kind == "CronJob":
        return "its next run is of the new template"
    if kind in _KEPT:
        return "its pods stay as they are; only those made later are of the new template"
    if strategy == "OnDelete":
        return "its pods stay as they are until someone deletes them (OnDelete)"
    count = dig(pair.new.body, "spec", "replicas")
    pods = "its pods are" if kind == "DaemonSet" or count is None else _counted(count)
    if strategy == "Recreate":
        return f"{pods} stopped before new ones start (Recreate)"
    if kind == "StatefulSet" and count not in (None, 1):
        partition = dig(pair.new.body, "spec", "updateStrategy", "rollingUpdate", "partition")
        below = f", those below {partition} aside" if partition else ""
        return f"{pods} replaced one after the other, the last one first{below}"
    return f"{pods} replaced" if count == 1 else f"{pods} replaced in a rolling update"


def _counted(count: Any) -> str:
    return "its pod is" if count == 1 else f"its {count} pods are"


def _traced(
    upgrade: Upgrade, pair: Pair, changes: list[FieldChange], configured: set[Target]
) -> Iterator[str]:
    """Name what the checksums among the annotations stand for: what the pods read that changed."""
    checksums = [
        change.path[-1]
        for change in changes
        if change.path[-2:-1] == ("annotations",)
        and _CHECKSUM.search(change.path[-1])
        and MISSING not in (change.old, change.new)
    ]
    read = [it.target for it in _by_owner(upgrade.new).get(pair.new.label, ())]
    causes = [target for target in dict.fromkeys(read) if target in configured]
    touched = [target for target in dict.fromkeys(read) if target in _touched(upgrade)]
    for name in checksums:
        if causes:
            yield f"{name}: {_meant(name, causes)}"
        elif touched:
            yield f"{name}: {_meant(name, touched)}, where no more than metadata changes"
        else:
            yield f"{name}: of nothing that its pods read"


def _touched(upgrade: Upgrade) -> set[Target]:
    """Return the ConfigMaps and Secrets in which anything changes, labels too."""
    return {
        (pair.old.kind, pair.old.key.namespace, pair.old.key.name)
        for pair in upgrade.objects.same
        if pair.old.kind in ("ConfigMap", "Secret") and any(field_changes(*_bodies(pair)))
    }


def _bodies(pair: Pair) -> tuple[Any, Any]:
    return pair.old.body, pair.new.body


def _meant(checksum: str, causes: Sequence[Target]) -> str:
    """Say what a checksum is of: what its name speaks of, or else perhaps all that changes."""
    word = re.split(r"[/._-]", checksum)[-1].lower()
    by_name = [it for it in causes if word in re.split(r"[._-]", it[2].lower())]
    by_kind = [it for it in causes if it[0].lower().startswith(word)]
    sure = by_name or by_kind
    told = " and ".join(f"{kind}/{name}" for kind, _, name in sure or causes)
    return f"of {told}" if sure else f"perhaps of {told}"


def _by_owner(release: Release) -> Mapping[str, list[Reference]]:
    """Group what pods ask for by the object that makes them."""
    owners: dict[str, list[Reference]] = {}
    for reference in references(release):
        label = f"{reference.manifest.kind}/{reference.manifest.name}"
        owners.setdefault(label, []).append(reference)
    return owners


def _is_read_once(reference: Reference) -> bool:
    """Tell whether a reference is that of a variable, or of a volume mounted by `subPath`."""
    if "env" in reference.path or "envFrom" in reference.path:
        return True
    path = list(reference.path)
    if "volumes" not in path:
        return False
    at = path.index("volumes")
    body = reference.manifest.body
    volume = dig(body, *path[: at + 2], "name")
    pod = path[:at]
    return any(
        mount.get("name") == volume and mount.get("subPath")
        for containers in ("containers", "initContainers")
        for container, _ in each(body, *pod, containers)
        for _, mount in each(body, *container, "volumeMounts")
    )
