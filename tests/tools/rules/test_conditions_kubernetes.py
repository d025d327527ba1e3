"""Conditions of the rules about Kubernetes' own limits that no fixture chart shows."""

from __future__ import annotations

import pytest

from chartproof.options import RenderOptions
from tests.support.inline import found_in, messages

API, SCHEMA = "api-is-served", "object-fits-its-schema"


def test_a_field_that_the_object_itself_lacks_is_told_by_its_kind() -> None:
    storage_class = "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: fast}\n"
    assert messages(found_in(SCHEMA, storage_class)) == ["StorageClass lacks provisioner"]


@pytest.mark.parametrize("missing", ["apiVersion", "kind"])
def test_an_object_without_kind_or_api_says_which(missing: str) -> None:
    fields = {"apiVersion": "v1", "kind": "ConfigMap"}
    del fields[missing]
    text = "".join(f"{name}: {value}\n" for name, value in fields.items())
    (finding,) = found_in(API, f"{text}metadata: {{name: a}}\n")
    assert finding.message == f"the object has no {missing}"


def test_a_kind_that_a_group_of_kubernetes_never_had_is_found() -> None:
    typo = "apiVersion: networking.k8s.io/v1\nkind: Ingres\nmetadata: {name: a}\n"
    (finding,) = found_in(API, typo)
    assert finding.hint == "Ingress"


def test_a_kind_of_other_groups_is_left_alone() -> None:
    assert found_in(API, "apiVersion: example.com/v1\nkind: Ingres\nmetadata: {name: a}\n") == []


def test_a_kind_is_suggested_from_its_own_api_alone() -> None:
    (finding,) = found_in(API, "apiVersion: apps/v1\nkind: Ingres\nmetadata: {name: a}\n")
    assert finding.hint is None


def test_an_api_that_comes_and_goes_is_told_by_the_version_that_drops_it() -> None:
    flow = "apiVersion: flowcontrol.apiserver.k8s.io/v1beta3\nkind: FlowSchema\n"
    options = RenderOptions(kube_version="1.28")
    (finding,) = found_in(API, f"{flow}metadata: {{name: a}}\n", options)
    assert finding.message.startswith("Kubernetes 1.32 no longer has flowcontrol")


def test_a_pod_below_baseline_is_told_what_is_in_the_way_of_baseline_alone() -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
    spec = "spec: {hostNetwork: true, containers: [{name: main, image: main:1}]}\n"
    assert messages(found_in("pod-reaches-its-security-level", pod + spec)) == [
        "the pod reaches PodSecurity privileged, not baseline: hostNetwork is true"
    ]
