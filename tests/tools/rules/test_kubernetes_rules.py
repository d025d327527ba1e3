"""What Kubernetes itself asks of objects, by version."""

from __future__ import annotations

import pytest

from chartproof.findings import Severity
from chartproof.kubernetes.schemas import versions
from chartproof.options import RenderOptions
from tests.support.findings import found, told

SCHEMA, API = "object-fits-its-schema", "api-is-served"


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
