"""What Kubernetes refuses to change is told by its field, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from chartproof.diff.immutable import immutable_fields
from chartproof.diff.pairing import Pair, Thing
from chartproof.manifest import Manifest
from tests.support.charts import chart


def refused(kind: str, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return the fields of an object, given as `group/version Kind`, that are refused."""
    api, _, name = kind.rpartition(" ")
    things = []
    for body in (old, new):
        whole = {"apiVersion": api, "kind": name, "metadata": {"name": "it"}, **body}
        things.append(Thing(Manifest("notes/templates/a.yaml", yaml.safe_dump(whole), NOTES)))
    return [change.field for change in immutable_fields(Pair(*things)) if change.is_refused]


NOTES = chart("notes")


def spec(**fields: Any) -> dict[str, Any]:
    return {"spec": fields}


CLAIM = {"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": "1Gi"}}}}


@pytest.mark.parametrize(
    ("kind", "old", "new", "fields"),
    [
        (
            "apps/v1 DaemonSet",
            spec(selector={"matchLabels": {"a": "b"}}),
            spec(selector={"matchLabels": {"a": "c"}}, updateStrategy={"type": "OnDelete"}),
            ["spec.selector.matchLabels.a"],
        ),
        (
            "apps/v1 StatefulSet",
            spec(volumeClaimTemplates=[CLAIM], replicas=1),
            spec(volumeClaimTemplates=[], replicas=3, minReadySeconds=9),
            ["spec.volumeClaimTemplates"],
        ),
        (
            "apps/v1 StatefulSet",
            spec(volumeClaimTemplates=[CLAIM]),
            spec(
                volumeClaimTemplates=[
                    CLAIM | {"metadata": {"name": "data", "labels": {"helm.sh/chart": "a-1"}}}
                ]
            ),
            ["spec.volumeClaimTemplates[data].metadata.labels"],
        ),
        (
            "batch/v1 Job",
            spec(completions=1, parallelism=1, backoffLimit=1),
            spec(parallelism=2, backoffLimit=2, completionMode="NonIndexed"),
            [],
        ),
        ("batch/v1 Job", spec(completions=1), spec(completions=2), ["spec.completions"]),
        (
            "v1 Pod",
            spec(containers=[{"name": "a", "image": "a:1", "env": []}]),
            spec(containers=[{"name": "a", "image": "a:2", "env": [{"name": "B"}]}]),
            ["spec.containers[a].env"],
        ),
        (
            "v1 PersistentVolumeClaim",
            spec(accessModes=["ReadWriteOnce"], storageClassName="slow"),
            spec(accessModes=["ReadWriteMany"], volumeMode="Filesystem"),
            ["spec.accessModes[0]", "spec.storageClassName"],
        ),
        (
            "v1 PersistentVolume",
            spec(nfs={"server": "a"}, capacity={"storage": "1Gi"}),
            spec(nfs={"server": "b"}, capacity={"storage": "2Gi"}),
            ["spec.nfs.server"],
        ),
        ("v1 Secret", {"data": {"a": "YQ=="}}, {"data": {"a": "Yg=="}, "type": "Opaque"}, []),
        (
            "v1 ConfigMap",
            {"immutable": True, "data": {"a": "1"}},
            {"data": {"a": "1", "b": "2"}},
            ["immutable", "data.b"],
        ),
        ("v1 ConfigMap", {"data": {"a": "1"}}, {"data": {"a": "2"}, "immutable": True}, []),
        ("v1 Service", spec(clusterIP="10.0.0.1"), spec(), []),
        ("v1 Service", spec(clusterIP="None"), spec(clusterIP="10.0.0.1"), ["spec.clusterIP"]),
        (
            "v1 Service",
            spec(clusterIP="10.0.0.1"),
            spec(type="ExternalName", externalName="a.example.org"),
            [],
        ),
        (
            "rbac.authorization.k8s.io/v1 ClusterRoleBinding",
            {"roleRef": {"kind": "ClusterRole", "name": "a"}, "subjects": []},
            {
                "roleRef": {
                    "kind": "ClusterRole",
                    "name": "a",
                    "apiGroup": "rbac.authorization.k8s.io",
                },
                "subjects": [{"kind": "User", "name": "b"}],
            },
            [],
        ),
        (
            "storage.k8s.io/v1 StorageClass",
            {"provisioner": "a", "allowVolumeExpansion": False},
            {"provisioner": "b", "allowVolumeExpansion": True, "volumeBindingMode": "Immediate"},
            ["provisioner"],
        ),
        ("scheduling.k8s.io/v1 PriorityClass", {"value": 1}, {"value": 2}, ["value"]),
        (
            "networking.k8s.io/v1 IngressClass",
            spec(controller="a", parameters={"name": "b"}),
            spec(controller="b", parameters={"name": "c"}),
            ["spec.controller"],
        ),
        ("node.k8s.io/v1 RuntimeClass", {"handler": "a"}, {"handler": "b"}, ["handler"]),
        (
            "apiextensions.k8s.io/v1 CustomResourceDefinition",
            spec(scope="Cluster", names={"kind": "A", "shortNames": ["a"]}),
            spec(scope="Namespaced", names={"kind": "A", "shortNames": ["b"]}),
            ["spec.scope"],
        ),
        # The same fields of another group are another kind's.
        ("example.org/v1 StatefulSet", spec(serviceName="a"), spec(serviceName="b"), []),
        (
            "extensions/v1beta1 Deployment",
            spec(selector={"a": 1}),
            spec(selector={}),
            ["spec.selector.a"],
        ),
    ],
)
def test_the_fields_that_are_refused(
    kind: str, old: dict[str, Any], new: dict[str, Any], fields: list[str]
) -> None:
    assert refused(kind, old, new) == fields
    assert refused(kind, old, old) == []
