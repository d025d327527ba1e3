"""What the rules of the wiring find in their bad charts, and how they tell it."""

from __future__ import annotations

from chartproof.findings import Severity
from tests.support.findings import found, told


def test_mounts_of_nothing_are_found() -> None:
    findings = found("mount-names-a-volume", "mount-names-a-volume/bad")
    assert [told(finding) for finding in findings] == [
        (17, "Pod/web", "spec.initContainers[first].volumeMounts[scrtch].name"),
        (25, "Pod/web", "spec.containers[main].volumeMounts[settings].subPath"),
        (28, "Pod/web", "spec.containers[main].volumeMounts[renamed].subPath"),
        (31, "Pod/web", "spec.containers[main].volumeMounts[all].subPath"),
    ]
    assert findings[0].hint == "scratch"
    assert findings[2].message == "volume renamed has no file 'nginx.conf', it has conf/main.conf"


def test_probes_of_ports_that_are_not_declared_are_found() -> None:
    findings = found("probe-port-is-a-container-port", "probe-port-is-a-container-port/bad")
    error, warning = Severity.ERROR, Severity.WARNING
    container = "spec.template.spec.containers[main]"
    assert [(finding.line, finding.field, finding.severity) for finding in findings] == [
        (22, f"{container}.startupProbe.grpc.port", warning),
        (26, f"{container}.livenessProbe.httpGet.port", error),
        (29, f"{container}.readinessProbe.tcpSocket.port", error),
        (34, f"{container}.lifecycle.preStop.httpGet.port", warning),
    ]
    assert findings[1].hint == "http"


def test_backends_on_ports_that_the_service_does_not_have_are_found() -> None:
    findings = found("backend-port-is-a-service-port", "backend-port-is-a-service-port/bad")
    assert [told(finding) for finding in findings] == [
        (19, "Ingress/web", "spec.defaultBackend.service.port.number"),
        (29, "Ingress/web", "spec.rules[0].http.paths[0].backend.service.port.name"),
        (39, "HTTPRoute/web", "spec.rules[0].backendRefs[release-name-web].port"),
        (
            49,
            "ValidatingWebhookConfiguration/web",
            "webhooks[web.example.com].clientConfig.service.name",
        ),
    ]
    assert findings[1].message == "Service release-name-web has no port 'htpp', it has http 80"


def test_stateful_sets_whose_pods_get_no_names_are_found() -> None:
    findings = found("stateful-set-service-is-headless", "stateful-set-service-is-headless/bad")
    assert [(finding.object, finding.severity) for finding in findings] == [
        ("StatefulSet/release-name-apart", Severity.WARNING),
        ("StatefulSet/release-name-open", Severity.WARNING),
    ]
    assert "asks for app=open, which the pods do not carry" in findings[0].message
    assert "is not headless" in findings[1].message
