"""Objects that an upgrade takes away, and what goes with each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from chartproof.diff.change import Change
from chartproof.diff.fields import field_changes
from chartproof.diff.level import Level
from chartproof.diff.pairing import Pair, Thing
from chartproof.diff.redaction import redacted
from chartproof.diff.upgrade import Upgrade
from chartproof.diff.version_labels import without_version_labels
from chartproof.walk import dig, each


class Loss(NamedTuple):
    """How much of a step it is to delete an object of some kind, and what that does."""

    level: Level
    effect: str


_PODS = Loss(Level.MAJOR, "its pods end")
_NAME = Loss(Level.MAJOR, "who asks for its name finds nothing")
_ROUTE = Loss(Level.MAJOR, "what it leads to is no longer reached by its hosts and paths")
_RIGHTS = Loss(Level.MINOR, "what it allowed is no longer allowed by it")
_WATCH = Loss(Level.MINOR, "what it told is no longer told")
LOSSES = {
    "PersistentVolumeClaim": Loss(
        Level.MAJOR, "its data is deleted too, unless the volume's reclaim policy is Retain"
    ),
    "PersistentVolume": Loss(Level.MAJOR, "claims lose the volume"),
    "Namespace": Loss(Level.MAJOR, "everything in it is deleted too"),
    "CustomResourceDefinition": Loss(Level.MAJOR, "every object of it is deleted too"),
    "Service": _NAME,
    "Secret": Loss(Level.MAJOR, "who reads it finds nothing"),
    "ConfigMap": Loss(Level.MINOR, "who reads it finds nothing"),
    "ServiceAccount": Loss(Level.MINOR, "what runs or is bound as it no longer can"),
    **dict.fromkeys(("Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "Pod"), _PODS),
    "CronJob": Loss(Level.MAJOR, "it no longer runs"),
    "Job": Loss(Level.PATCH, "it has run"),
    **dict.fromkeys(("Ingress", "Gateway"), _ROUTE),
    **dict.fromkeys(("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"), _ROUTE),
    **dict.fromkeys(("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"), _RIGHTS),
    **dict.fromkeys(("ServiceMonitor", "PodMonitor", "PrometheusRule", "Probe"), _WATCH),
    "NetworkPolicy": Loss(Level.MINOR, "what it kept apart or let through, it no longer does"),
    "PodDisruptionBudget": Loss(Level.MINOR, "a drain may stop all its pods at once"),
    "HorizontalPodAutoscaler": Loss(Level.MINOR, "the number of pods no longer follows the load"),
    "ScaledObject": Loss(Level.MINOR, "the number of pods no longer follows the load"),
}
_BUILT_IN = Loss(Level.MINOR, "")
_CUSTOM = Loss(Level.MAJOR, "its operator takes away what it stands for")
_WORKLOADS = ("Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "Pod")


def losses(upgrade: Upgrade) -> Iterator[Change]:
    """Give the objects that are deleted, that have another name, or that become another kind."""
    new_kinds = {
        thing.manifest.name: thing.kind
        for thing in upgrade.objects.added
        if thing.kind in _WORKLOADS
    }
    hooks = {thing.label for thing in upgrade.hooks.added}
    for thing in upgrade.objects.removed:
        becomes = new_kinds.get(thing.manifest.name)
        if thing.kind in _WORKLOADS and becomes:
            yield Change(
                "kind-changes",
                Level.MAJOR,
                thing.label,
                f"becomes {becomes}/{thing.manifest.name}: {_effect(thing)}, and others are made",
            )
        elif thing.label in hooks:
            yield Change("object-becomes-hook", Level.MINOR, thing.label, "becomes a hook")
        else:
            yield _deleted(thing)
    for pair in upgrade.objects.renamed:
        yield _renamed(pair)


def is_kept(thing: Thing) -> bool:
    """Tell whether Helm leaves an object behind that it would delete."""
    return str(thing.manifest.annotations.get("helm.sh/resource-policy", "")).lower() == "keep"


def _deleted(thing: Thing) -> Change:
    if is_kept(thing):
        message = "is no longer the release's, and stays in the cluster: resource-policy keep"
        return Change("object-left-behind", Level.MINOR, thing.label, message)
    return Change("object-deleted", _loss(thing).level, thing.label, _told("is deleted", thing))


def _renamed(pair: Pair) -> Change:
    thing, new = pair
    has_same_name = thing.label == new.label
    to = f"moves to namespace {new.key.namespace}" if has_same_name else f"is renamed {new.label}"
    if is_kept(thing):
        message = f"{to}, and the old one stays in the cluster: resource-policy keep"
        return Change("object-left-behind", Level.MAJOR, thing.label, message)
    level, told = _loss(thing).level, _told(to, thing)
    if thing.kind == "Job":
        level, told = Level.PATCH, f"runs again, as {new.label}"
    elif thing.kind in ("ConfigMap", "Secret") and _follows(thing, new):
        level, told = Level.PATCH, f"is {new.label} now, by a name that follows content or version"
    changes = without_version_labels(field_changes(pair.old.body, pair.new.body))
    shown = tuple(redacted(thing.kind, it) for it in changes if it.path != ("metadata", "name"))
    return Change("object-renamed", level, thing.label, told, fields=shown)


def _follows(old: Thing, new: Thing) -> bool:
    """Tell whether two names differ by a checksum or a version at their ends."""
    (stem, _, end), (other, _, other_end) = (it.manifest.name.rpartition("-") for it in (old, new))
    return stem == other != "" and all(any(map(str.isdigit, it)) for it in (end, other_end))


def _told(what: str, thing: Thing) -> str:
    effect = _effect(thing)
    return f"{what}: {effect}" if effect else what


def _loss(thing: Thing) -> Loss:
    if thing.kind in LOSSES:
        return LOSSES[thing.kind]
    is_custom = "." in thing.group and not thing.group.endswith(".k8s.io")
    return _CUSTOM if is_custom else _BUILT_IN


def _effect(thing: Thing) -> str:
    effect = _loss(thing).effect
    if thing.kind != "StatefulSet" or not dig(thing.body, "spec", "volumeClaimTemplates"):
        return effect
    claims = ", ".join(claim_names(thing.body, thing.manifest.name))
    policy = dig(thing.body, "spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted")
    if policy == "Delete":
        return f"{effect}, and its claims {claims} are deleted with their data"
    return f"{effect}, and its claims {claims} stay, with nobody to use them"


def claim_names(body: Any, name: str) -> Iterator[str]:
    """Give the names of a StatefulSet's claims, `*` standing for the number of the pod."""
    for _, claim in each(body, "spec", "volumeClaimTemplates"):
        yield f"{dig(claim, 'metadata', 'name')}-{name}-*"
