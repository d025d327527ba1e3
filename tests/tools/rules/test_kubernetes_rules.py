"""What Kubernetes itself asks of objects, by version."""

from __future__ import annotations

import pytest

from chartproof.findings import Severity
from chartproof.kubernetes.schemas import versions
from chartproof.options import RenderOptions
from tests.support.findings import found, told

SCHEMA, API = "object-fits-its-schema", "api-is-served"
NAME, LEVEL = "name-fits-its-limits", "pod-reaches-its-security-level"


def kubernetes(version: str) -> RenderOptions:
    return RenderOptions(kube_version=version)


def test_fields_that_are_unknown_missing_or_of_another_type_are_found() -> None:
    pod = "spec.template.spec.containers[0]"
    findings = found(SCHEMA, f"{SCHEMA}/bad")
    assert [(*told(finding), finding.message.rpartition(".")[2]) for finding in findings] == [
        (6, "Deployment/web", "spec.replica", "unknown field 'replica'"),
        (
            14,
            "Deployment/web",
            "spec.template.metadata.labels.cached",
            "cached is a boolean where string is expected: quote it",
        ),
        (17, "Deployment/web", pod, "containers[0] lacks name"),
        (
            20,
            "Deployment/web",
            f"{pod}.env[PORT].value",
            "value is a number where string is expected: quote it",
        ),
        (
            22,
            "Deployment/web",
            f"{pod}.ports[0].containerPort",
            "containerPort is a string where integer is expected",
        ),
        (
            25,
            "Deployment/web",
            f"{pod}.resources.limits.memory",
            "memory is a list where string or number is expected",
        ),
        (
            32,
            "Secret/login",
            "stringData.pin",
            "pin is a number where string is expected: quote it",
        ),
    ]
    assert findings[0].hint == "replicas"
    assert "4711" not in str(findings)


def test_a_field_that_a_version_does_not_have_yet_is_unknown_there() -> None:
    options = kubernetes("1.27")
    (finding,) = found(SCHEMA, f"{SCHEMA}/good", {"sidecar": True}, options)
    assert finding.message == "unknown field 'restartPolicy'"
    assert found(SCHEMA, f"{SCHEMA}/good", {"sidecar": True}, kubernetes("1.28")) == []


@pytest.mark.parametrize(("asked", "taken"), [("1.24", versions()[0]), ("1.99", versions()[-1])])
def test_a_version_without_schemas_is_told_of(asked: str, taken: tuple[int, int]) -> None:
    (note,) = found(SCHEMA, f"{SCHEMA}/good", options=kubernetes(asked))
    assert note.severity is Severity.NOTE
    assert note.message == (
        f"there are no schemas for Kubernetes {asked}: "
        f"objects were held against those of 1.{taken[1]}"
    )


def test_apis_that_are_gone_or_never_were_are_found_with_those_that_are() -> None:
    findings = found(API, f"{API}/bad")
    assert [(*told(finding), finding.severity) for finding in findings] == [
        (1, "CronJob/gone", "apiVersion", Severity.ERROR),
        (6, "Ingress/group-gone", "apiVersion", Severity.ERROR),
        (11, "PodSecurityPolicy/kind-gone", "apiVersion", Severity.ERROR),
        (16, "Deploymnet/typo", "apiVersion", Severity.ERROR),
        (21, "Deployment/other-group", "apiVersion", Severity.ERROR),
        (27, "/no-kind", "metadata", Severity.ERROR),
        (30, "Deployment/typo-in-group", "apiVersion", Severity.ERROR),
    ]
    assert [finding.message for finding in findings[:3]] == [
        "Kubernetes 1.36 has no batch/v1beta1 CronJob, it has batch/v1",
        "Kubernetes 1.36 has no extensions/v1beta1 Ingress, it has networking.k8s.io/v1",
        "Kubernetes 1.36 has no policy/v1beta1 PodSecurityPolicy, and no other API of that kind",
    ]
    assert findings[3].hint == "Deployment"


def test_an_api_that_a_later_version_drops_is_a_warning() -> None:
    (finding,) = found(API, f"{API}/good", options=kubernetes("1.25.3"))
    assert finding.severity is Severity.WARNING
    assert finding.message == (
        "Kubernetes 1.26 no longer has autoscaling/v2beta2 HorizontalPodAutoscaler, "
        "it has autoscaling/v1 and autoscaling/v2"
    )


def test_names_labels_and_keys_that_kubernetes_refuses_are_found() -> None:
    findings = [finding for finding in found(NAME, f"{NAME}/bad") if not finding.cases]
    assert [
        (finding.line, finding.field, finding.message.split()[-3:]) for finding in findings
    ] == [
        (4, "metadata.name", ["no", "'-'", "last"]),
        (6, "metadata.labels.app", ["at", "both", "ends"]),
        (7, "metadata.labels.example.com/a/b", ["at", "both", "ends"]),
        (8, "metadata.labels.version", ["63", "are", "allowed"]),
        (13, "metadata.name", ["at", "both", "ends"]),
        (15, "metadata.annotations.-note", ["at", "both", "ends"]),
        (17, "data.a b", ["'_'", "and", "'.'"]),
        (27, "spec.template.metadata.labels.app", ["at", "both", "ends"]),
        (30, "spec.template.spec.containers[Broker].name", ["at", "both", "ends"]),
        (
            32,
            "spec.template.spec.containers[Broker].ports[management-metrics].name",
            ["15", "are", "allowed"],
        ),
        (35, "spec.template.spec.volumes[data_1].name", ["at", "both", "ends"]),
    ]
    assert {finding.severity for finding in findings} == {Severity.ERROR}


def test_what_only_a_long_release_name_breaks_is_a_warning() -> None:
    stateful_set, clash = (finding for finding in found(NAME, f"{NAME}/bad") if finding.cases)
    long = "long-long-long-long-long-long-long-long-long-long-one"
    assert stateful_set.message == (
        f"with a release name of 53 characters, the name '{long}-broker' has 60 characters, "
        "52 are allowed"
    )
    assert clash.message == (
        f"with a release name of 53 characters, another Service is named '{long}-b' too"
    )
    assert {stateful_set.severity, clash.severity} == {Severity.WARNING}


def test_what_keeps_a_pod_from_the_level_of_its_namespace_is_an_error() -> None:
    errors = [it for it in found(LEVEL, f"{LEVEL}/bad") if it.severity is Severity.ERROR]
    problems = [(finding.line, finding.message.partition(", but ")[2]) for finding in errors]
    assert problems == [
        (21, "hostNetwork is true"),
        (24, "sysctl kernel.msgmax is set"),
        (27, "seccompProfile is Unconfined"),
        (30, "a volume is a hostPath"),
        (37, "a hostPort is taken"),
        (39, "privileged is true"),
        (40, "procMount is not Default"),
        (41, "seLinuxOptions are its own"),
        (43, "hostProcess is true"),
        (46, "capability SYS_ADMIN is added"),
        (57, "runAsUser is 0"),
        (60, "a volume is of type nfs"),
        (65, "runAsNonRoot is not true"),
        (65, "allowPrivilegeEscalation is not false"),
        (65, "capabilities.drop has no ALL"),
        (65, "capability CHOWN is added"),
        (65, "seccompProfile is not set"),
    ]


def test_where_no_level_is_enforced_the_level_reached_is_a_note() -> None:
    (note,) = (it for it in found(LEVEL, f"{LEVEL}/bad") if it.severity is Severity.NOTE)
    assert (note.object, note.message) == (
        "Pod/release-name-anywhere",
        "the pod reaches PodSecurity baseline, not restricted: "
        "capabilities.drop has no ALL, seccompProfile is not set",
    )
    assert found(LEVEL, f"{LEVEL}/good") == []
