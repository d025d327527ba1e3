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


POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, labels: LABELS}
spec:
  containers:
    - name: main
      image: main:1
      CONTAINER
"""


def pod(container: str = "env: []", labels: str = "{}") -> str:
    """Write a pod of one container."""
    return POD.replace("CONTAINER", container).replace("LABELS", labels)


LEVEL = "pod-reaches-its-security-level"


@pytest.mark.parametrize(
    ("option", "is_its_own"),
    [("type: container_t", False), ("user: u", True), ("role: r", True), ("type: spc_t", True)],
)
def test_selinux_options_of_a_pod_s_own_keep_it_from_baseline(
    option: str, is_its_own: bool
) -> None:
    found = messages(found_in(LEVEL, pod(f"securityContext: {{seLinuxOptions: {{{option}}}}}")))
    assert any("seLinuxOptions are its own" in message for message in found) is is_its_own


@pytest.mark.parametrize(
    ("port", "is_taken"), [("containerPort: 80", False), ("hostPort: 80", True)]
)
def test_a_port_of_the_host_alone_keeps_a_pod_from_baseline(port: str, is_taken: bool) -> None:
    found = messages(found_in(LEVEL, pod(f"ports: [{{{port}}}]")))
    assert any("a hostPort is taken" in message for message in found) is is_taken


NAMES = "name-fits-its-limits"


def test_a_label_of_a_bare_pod_is_told_once() -> None:
    (finding,) = found_in(NAMES, pod(labels="{app: 'a b'}"))
    assert finding.field == "metadata.labels.app"


@pytest.mark.parametrize(("field", "is_refused"), [("labels", True), ("annotations", False)])
def test_capitals_in_a_prefix_are_for_annotations_alone(field: str, is_refused: bool) -> None:
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, {field}: {{Ex.org/b: c}}}}\n"
    found = messages(found_in(NAMES, text))
    assert any("the prefix 'Ex.org'" in message for message in found) is is_refused


@pytest.mark.parametrize(("kind", "is_refused"), [("ConfigMap", True), ("Gadget", False)])
def test_the_keys_of_data_are_those_of_a_config_map_or_secret(kind: str, is_refused: bool) -> None:
    text = f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: a}}\ndata: {{'b c': d}}\n"
    assert bool(found_in(NAMES, text)) is is_refused


def test_an_object_without_a_name_has_none_that_is_too_long() -> None:
    assert found_in(NAMES, "apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n") == []


def test_items_that_lack_their_key_are_no_twins() -> None:
    assert found_in("item-is-listed-once", pod("env: [{value: a}, {value: b}]")) == []


@pytest.mark.parametrize(
    ("container", "message"),
    [
        ("tty: 1", "is a number where boolean is expected"),
        ("command: [true]", "is a boolean where string is expected: quote it"),
        ("workingDir: [a]", "is a list where string is expected"),
        ("ports: [{containerPort: true}]", "is a boolean where integer is expected"),
    ],
)
def test_what_could_be_quoted_is_told_so_where_a_text_is_expected(
    container: str, message: str
) -> None:
    (told,) = messages(found_in(SCHEMA, pod(container)))
    assert told.endswith(message)


def test_of_what_is_required_only_what_is_missing_is_told() -> None:
    binding = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: a}\n"
    (finding,) = found_in(SCHEMA, binding + "roleRef: {apiGroup: a, kind: Role}\n")
    assert finding.message.endswith("lacks name")


def test_a_null_in_a_list_of_maps_is_not_given() -> None:
    assert found_in(SCHEMA, pod("env: [{name: a, nonsense: null}]")) == []


def test_a_key_that_is_a_number_reaches_kubernetes_as_a_text() -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, 1: b, c: d}\ndata: {1: b}\n"
    assert [it.field for it in found_in(SCHEMA, text)] == ["metadata.1", "metadata.c"]
