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
        (69, "Pod/bare", "spec.containers[main].volumeMounts[data].name"),
        (83, "Pod/empty", "spec.containers[main].volumeMounts[login].subPath"),
    ]
    assert findings[0].message.endswith("'scrtch', it has scratch, settings, renamed, all")
    assert findings[4].message == "the pod has no volume 'data', it has none"
    assert findings[5].message == "volume login has no file 'password', it has none"
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
        (54, "spec.containers[main].livenessProbe.httpGet.port", error),
    ]
    assert findings[1].hint == "http"
    assert [finding.message.partition("declared are ")[2] for finding in findings[2:]] == [
        "http",
        "8080, 9102",
        "none by name",
    ]


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


def test_policies_about_no_pod_are_found_with_what_is_in_the_way() -> None:
    findings = found("policy-selects-pods", "policy-selects-pods/bad")
    assert [told(finding) for finding in findings] == [
        (25, "PodDisruptionBudget/other-value", "spec.selector"),
        (34, "NetworkPolicy/by-expression", "spec.podSelector"),
        (48, "NetworkPolicy/elsewhere", "spec.podSelector"),
    ]
    assert [finding.message.partition(": ")[2] for finding in findings] == [
        "it wants app=wbe, the pods of Deployment/release-name-web carry app=web",
        "the pods of Deployment/release-name-web miss its matchExpressions",
        "it has none in namespace elsewhere",
    ]


def test_monitors_that_find_nothing_are_found() -> None:
    findings = found("monitor-finds-its-targets", "monitor-finds-its-targets/bad")
    assert [told(finding) for finding in findings] == [
        (34, "ServiceMonitor/labels-of-the-pods", "spec.selector"),
        (49, "ServiceMonitor/port-of-the-pods", "spec.endpoints[0].port"),
        (50, "ServiceMonitor/port-of-the-pods", "spec.endpoints[1].targetPort"),
        (61, "PodMonitor/port-of-the-service", "spec.podMetricsEndpoints[0].port"),
        (69, "PodMonitor/elsewhere", "spec.selector"),
        (87, "PodMonitor/anywhere", "spec.podMetricsEndpoints[0].port"),
        (97, "ServiceMonitor/back-home", "spec.selector"),
    ]
    behind, above = findings[2].message, findings[3].message
    assert behind == "none of what it selects has port 9090, there is http, 8080, 9000"
    assert above == "none of what it selects has port 'web', there is http"


def test_selectors_that_take_the_pods_of_others_are_found_once_a_pair() -> None:
    findings = found("selectors-do-not-overlap", "selectors-do-not-overlap/bad")
    assert [told(finding) for finding in findings] == [
        (8, "Deployment/web", "spec.selector"),
        (27, "DaemonSet/wide", "spec.selector"),
    ]
    victim = "the selector takes the pods of StatefulSet/release-name-worker as well"
    assert {finding.message for finding in findings} == {victim}


def test_objects_that_are_rendered_twice_are_found_whatever_their_namespace_is_called() -> None:
    findings = found("object-is-rendered-once", "object-is-rendered-once/bad")
    assert [finding.object for finding in findings] == [
        "ConfigMap/release-name-looped",
        "Service/release-name",
        "ClusterRole/release-name",
        "ServiceAccount/release-name",
    ]


def test_pods_that_need_what_is_not_there_at_their_time_are_found() -> None:
    findings = found("hook-finds-what-it-needs", "hook-finds-what-it-needs/bad")
    later = "Helm makes it later at pre-install: hooks go by weight, then by name"
    assert [(told(finding)[1], finding.message) for finding in findings] == [
        (who, f"it needs {what}, but {why}".replace("NAME", "release-name"))
        for who, what, why in (
            ("Job/migrate", "RoleBinding NAME-migrate at pre-install", "Helm makes it at install"),
            ("Job/migrate", "Role NAME-migrate at pre-install", later),
            ("Job/migrate", "ConfigMap NAME-settings at pre-install", "Helm makes it at install"),
            ("Job/migrate", "Secret NAME-later at pre-install", later),
            (
                "Job/migrate",
                "Secret NAME-later at pre-upgrade",
                "Helm deletes it after pre-install: hook-succeeded",
            ),
            ("Job/clean", "ConfigMap NAME-settings at post-delete", "Helm has deleted it by then"),
            (
                "Pod/web",
                "Secret NAME-later at install",
                "Helm deletes it after pre-install: hook-succeeded",
            ),
        )
    ]


def test_secret_data_that_is_not_encoded_or_too_often_is_found() -> None:
    findings = found("secret-data-is-base64", "secret-data-is-base64/bad")
    assert [(finding.field, finding.severity) for finding in findings] == [
        ("data.plain", Severity.ERROR),
        ("data.number", Severity.ERROR),
        ("data.unpadded", Severity.ERROR),
        ("data.twice", Severity.WARNING),
    ]


def test_secrets_in_the_open_are_found_and_never_shown() -> None:
    findings = found("config-map-holds-no-secret", "config-map-holds-no-secret/bad")
    assert [(finding.field, finding.message.partition(" holds")[0]) for finding in findings] == [
        ("data.DB_PASSWORD", "DB_PASSWORD"),
        ("data.apiKey", "apiKey"),
        ("data.url", "URL"),
        ("data.app.yaml", "client_secret in line 4"),
        ("spec.containers[main].env[GITHUB_TOKEN].value", "GITHUB_TOKEN"),
    ]
    assert not any("hidden" in str(finding) for finding in findings)


def test_immutable_fields_that_follow_the_version_are_found() -> None:
    findings = found("immutable-field-carries-no-version", "immutable-field-carries-no-version/bad")
    assert [told(finding) for finding in findings] == [
        (6, "StatefulSet/store", "spec.serviceName"),
        (10, "StatefulSet/store", "spec.selector.matchLabels.helm.sh/chart"),
        (
            24,
            "StatefulSet/store",
            "spec.volumeClaimTemplates[0].metadata.labels.app.kubernetes.io/version",
        ),
        (38, "Job/migrate", "spec.template.spec.containers[main].image"),
    ]


def test_init_containers_with_the_name_of_a_container_are_found() -> None:
    findings = found("container-names-differ", "container-names-differ/bad")
    assert [told(finding) for finding in findings] == [
        (15, "Deployment/web", "spec.template.spec.initContainers[web].name"),
        (17, "Deployment/web", "spec.template.spec.initContainers[proxy].name"),
        (38, "CronJob/nightly", "spec.jobTemplate.spec.template.spec.initContainers[clean].name"),
    ]
    assert findings[0].message == "a container of the pod is named 'web' already"


def test_items_that_hide_others_are_found_by_what_refuses_them() -> None:
    findings = found("item-is-listed-once", "item-is-listed-once/bad")
    assert [
        (finding.line, finding.field.rpartition("]")[0].rpartition(".")[2], finding.severity)
        for finding in findings
    ] == [
        (12, "env[COLOUR", Severity.WARNING),
        (15, "ports[http", Severity.ERROR),
        (16, "ports[admin", Severity.WARNING),
        (19, "volumeMounts[cache", Severity.ERROR),
        (20, "containers[web", Severity.ERROR),
        (25, "volumes[data", Severity.ERROR),
        (33, "items[0", Severity.ERROR),
        (42, "ports[http", Severity.ERROR),
        (43, "ports[2", Severity.ERROR),
        (43, "ports[2", Severity.ERROR),
    ]
    assert findings[2].message == (
        "ports has an item with containerPort=8080, protocol=TCP already"
    )
    assert findings[-1].message == "the port has no name, and the Service has several ports"


def test_routes_to_listeners_that_are_not_there_are_found() -> None:
    by_name, by_port = found("route-finds-its-listener", "route-finds-its-listener/bad")
    assert told(by_name) == (17, "HTTPRoute/web", "spec.parentRefs[release-name].sectionName")
    assert by_name.hint == "https"
    assert by_port.message == "Gateway release-name has no listener with port 8443, it has 80, 443"


def test_containers_that_the_pod_does_not_have_are_found() -> None:
    findings = found("container-is-in-the-pod", "container-is-in-the-pod/bad")
    assert [(finding.line, finding.object, finding.hint) for finding in findings] == [
        (14, "Deployment/release-name", "web"),
        (26, "HorizontalPodAutoscaler/release-name", None),
        (36, "VerticalPodAutoscaler/release-name", "proxy"),
    ]
    assert findings[1].message == (
        "the pods of Deployment/release-name have no container 'app', they have web, proxy"
    )


def test_ports_that_a_policy_opens_in_vain_are_found() -> None:
    findings = found("policy-port-is-a-container-port", "policy-port-is-a-container-port/bad")
    assert [(finding.line, finding.field, finding.severity) for finding in findings] == [
        (33, "spec.ingress[0].ports[0].port", Severity.WARNING),
        (34, "spec.ingress[0].ports[1].port", Severity.ERROR),
        (35, "spec.ingress[0].ports[2].port", Severity.WARNING),
        (40, "spec.egress[0].ports[0].port", Severity.WARNING),
        (51, "spec.ingress[0].ports[1].port", Severity.WARNING),
    ]
    assert findings[0].message == (
        "no container of the pods it is about declares port 80, they declare http 8080"
    )


def test_rules_that_spread_no_pods_are_found_with_what_is_in_the_way() -> None:
    findings = found("spread-counts-its-own-pods", "spread-counts-its-own-pods/bad")
    who = "the pods of Deployment/release-name-web"
    assert [finding.message for finding in findings] == [
        f"the constraint does not count its own pods: it wants app=wbe, {who} carry app=web",
        f"the term takes no pod of the release: it wants component=web, {who} carry no component",
        f"the term takes no pod of the release: {who} miss its matchExpressions",
    ]
    assert {finding.severity for finding in findings} == {Severity.WARNING}


def test_paths_of_files_that_are_not_mounted_are_found_wherever_they_are_written() -> None:
    findings = found("path-names-a-mounted-file", "path-names-a-mounted-file/bad")
    container = "spec.containers[web]"
    assert [(finding.line, finding.field) for finding in findings] == [
        (17, f"{container}.command[2]"),
        (18, f"{container}.args[0]"),
        (20, f"{container}.env[KEY_FILE].value"),
        (22, f"{container}.livenessProbe.exec.command[0]"),
    ]
    assert findings[1].message == (
        "container web has no file /etc/app/app.yaml: mounted at /etc/app are app.yml, start.sh"
    )
    assert findings[1].hint == "app.yml"
