"""Fields that Kubernetes refuses to change: an upgrade that tries fails.

The rules are those of the API server, as the API reference and the code that checks updates
have them: kubernetes/kubernetes pkg/apis/{apps,batch,core,rbac,scheduling,storage,networking}/
validation, `Validate...Update`; for definitions apiextensions-apiserver, the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chartproof.diff.change import Change
from chartproof.diff.fields import MISSING, FieldChange, Item, Path, field_changes, written
from chartproof.diff.level import Level
from chartproof.diff.pairing import Pair, Thing
from chartproof.diff.quantity import quantity
from chartproof.diff.redaction import redacted
from chartproof.walk import dig

RULE = "immutable-field"
REFUSED = "Kubernetes refuses to change it, so that the upgrade fails"


@dataclass(frozen=True)
class Fixed:
    """A part of an object that cannot be changed.

    `but` are the fields in it that can, `filled_in` what the API server writes where nothing is
    given; both as paths below `within` in which `*` is an item of a list.
    """

    within: tuple[str, ...]
    but: tuple[str, ...] = ()
    filled_in: Mapping[str, Any] = field(default_factory=dict, hash=False)


_SELECTOR = Fixed(("spec", "selector"))
_ROLE = Fixed(("roleRef",), filled_in={"apiGroup": "rbac.authorization.k8s.io"})
_VOLUME_MODE = "Filesystem"
FIXED: Mapping[tuple[str, str], tuple[Fixed, ...]] = {
    **dict.fromkeys(
        (("apps", kind) for kind in ("Deployment", "DaemonSet", "ReplicaSet")), (_SELECTOR,)
    ),
    ("apps", "StatefulSet"): (
        Fixed(
            ("spec",),
            but=(
                *("replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit"),
                *("persistentVolumeClaimRetentionPolicy", "minReadySeconds"),
            ),
            filled_in={
                "podManagementPolicy": "OrderedReady",
                "serviceName": "",
                "volumeClaimTemplates.*.apiVersion": "v1",
                "volumeClaimTemplates.*.kind": "PersistentVolumeClaim",
                "volumeClaimTemplates.*.spec.volumeMode": _VOLUME_MODE,
            },
        ),
    ),
    ("batch", "Job"): (
        _SELECTOR,
        Fixed(("spec", "template"), filled_in={"spec.restartPolicy": "Always"}),
        Fixed(("spec", "completions"), filled_in={"": 1}),
        Fixed(("spec", "completionMode"), filled_in={"": "NonIndexed"}),
        Fixed(("spec", "podFailurePolicy")),
        Fixed(("spec", "successPolicy")),
        Fixed(("spec", "backoffLimitPerIndex")),
        Fixed(("spec", "managedBy")),
    ),
    ("", "Pod"): (
        Fixed(
            ("spec",),
            but=(
                *("containers.*.image", "initContainers.*.image", "activeDeadlineSeconds"),
                *("tolerations", "terminationGracePeriodSeconds"),
            ),
        ),
    ),
    ("", "PersistentVolumeClaim"): (
        Fixed(
            ("spec",),
            but=("resources", "volumeAttributesClassName"),
            filled_in={"volumeMode": _VOLUME_MODE},
        ),
    ),
    ("", "PersistentVolume"): (
        Fixed(
            ("spec",),
            but=(
                *("accessModes", "capacity", "claimRef", "mountOptions", "nodeAffinity"),
                *("persistentVolumeReclaimPolicy", "storageClassName", "volumeAttributesClassName"),
            ),
            filled_in={"volumeMode": _VOLUME_MODE},
        ),
    ),
    ("", "Secret"): (Fixed(("type",), filled_in={"": "Opaque"}),),
    ("rbac.authorization.k8s.io", "RoleBinding"): (_ROLE,),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): (_ROLE,),
    ("storage.k8s.io", "StorageClass"): (
        Fixed(("provisioner",)),
        Fixed(("parameters",)),
        Fixed(("reclaimPolicy",), filled_in={"": "Delete"}),
        Fixed(("volumeBindingMode",), filled_in={"": "Immediate"}),
    ),
    ("scheduling.k8s.io", "PriorityClass"): (
        Fixed(("value",)),
        Fixed(("preemptionPolicy",), filled_in={"": "PreemptLowerPriority"}),
    ),
    ("networking.k8s.io", "IngressClass"): (Fixed(("spec", "controller")),),
    ("node.k8s.io", "RuntimeClass"): (Fixed(("handler",)),),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): (
        Fixed(("spec", "scope")),
        Fixed(("spec", "group")),
        Fixed(("spec", "names", "kind")),
        Fixed(("spec", "names", "plural")),
    ),
}
"""Parts by API group and kind."""


def immutable_fields(pair: Pair) -> Iterator[Change]:
    """Give what Kubernetes refuses to change in one object."""
    if deletes_itself(pair.old):
        return
    for fixed in FIXED.get((pair.old.group, pair.old.kind), ()):
        yield from _changed(pair, fixed)
    yield from _sealed(pair)
    yield from _cluster_ip(pair)
    yield from _shrunk(pair)


def deletes_itself(thing: Thing) -> bool:
    """Tell whether an object is gone some time after it has run, as most Jobs are at an upgrade."""
    return dig(thing.body, "spec", "ttlSecondsAfterFinished") is not None


def _changed(pair: Pair, fixed: Fixed) -> Iterator[Change]:
    old, new = (_at(side.body, fixed.within) for side in pair)
    for change in field_changes(old, new):
        below = _pattern(change.path)
        may_change = any(f"{below}.".startswith(f"{path}.") for path in fixed.but)
        whole = FieldChange((*fixed.within, *change.path), change.old, change.new)
        if not (may_change or is_filled_in(pair, whole)):
            yield _refused(pair, fixed.within, change)


def is_filled_in(pair: Pair, change: FieldChange) -> bool:
    """Tell whether what only one side gives is what the API server would have written."""
    if MISSING not in (change.old, change.new):
        return False
    given = change.new if change.old is MISSING else change.old
    for fixed in FIXED.get((pair.old.group, pair.old.kind), ()):
        if change.path[: len(fixed.within)] == fixed.within:
            below = _pattern(change.path[len(fixed.within) :])
            if below in fixed.filled_in:
                return bool(given == fixed.filled_in[below])
    return False


def _pattern(path: Path) -> str:
    return ".".join("*" if isinstance(step, Item) else step for step in path)


def _sealed(pair: Pair) -> Iterator[Change]:
    """Hold a Secret or ConfigMap to what it said of itself, that it is immutable."""
    if pair.old.kind not in ("Secret", "ConfigMap") or pair.old.body.get("immutable") is not True:
        return
    for name in ("immutable", "data", "binaryData", "stringData"):
        for change in field_changes(_at(pair.old.body, (name,)), _at(pair.new.body, (name,))):
            yield _refused(pair, (name,), change)


def _cluster_ip(pair: Pair) -> Iterator[Change]:
    """A Service keeps its address; one that is no longer given stays as well."""
    if pair.old.kind != "Service" or dig(pair.new.body, "spec", "type") == "ExternalName":
        return
    path = ("spec", "clusterIP")
    old, new = _at(pair.old.body, path), _at(pair.new.body, path)
    if dig(pair.old.body, "spec", "type") != "ExternalName" and new not in (MISSING, "", old):
        yield _refused(pair, path, FieldChange((), old, new))


def _shrunk(pair: Pair) -> Iterator[Change]:
    """A claim grows, where its class lets it, and never shrinks."""
    if pair.old.kind != "PersistentVolumeClaim":
        return
    path = ("spec", "resources", "requests", "storage")
    old, new = (_at(side.body, path) for side in pair)
    before, after = quantity(old), quantity(new)
    if before is None or after is None or before == after:
        return
    change = FieldChange(path, old, new)
    if before > after:
        message = "a claim never shrinks, so that the upgrade fails"
        yield Change(
            RULE, Level.MAJOR, pair.old.label, message, change.name, (change,), is_refused=True
        )
    else:
        message = "the claim grows, if its class has allowVolumeExpansion; else the upgrade fails"
        yield Change("claim-grows", Level.MINOR, pair.old.label, message, change.name, (change,))


def _refused(pair: Pair, within: Path, change: FieldChange) -> Change:
    whole = FieldChange((*within, *change.path), change.old, change.new)
    shown = (redacted(pair.old.kind, whole),)
    label = pair.old.label
    return Change(RULE, Level.MAJOR, label, REFUSED, written(whole.path), shown, is_refused=True)


def _at(body: Any, path: Path) -> Any:
    """Return what stands at a path of keys, MISSING where nothing does."""
    for step in path:
        if not isinstance(body, Mapping) or body.get(step) is None:
            return MISSING
        body = body[step]
    return body
