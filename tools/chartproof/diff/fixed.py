"""Fields that Kubernetes never lets change, as data.

They are those of the API server, as the API reference tells them and the code that checks updates
has them: kubernetes/kubernetes pkg/apis/{apps,batch,core,rbac,scheduling,storage,networking,node}/
validation, `Validate...Update`; for definitions apiextensions-apiserver, the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


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
