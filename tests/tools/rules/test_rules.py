"""Each rule finds every fault of its bad chart, where it is, and none in its good one."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chartproof import yamlio
from chartproof.findings import Severity
from chartproof.release import Release
from chartproof.render import render
from chartproof.rules import RULES
from chartproof.walk import dig
from tests.support.charts import CHARTS, chart
from tests.support.findings import found, told

FIXTURES = {folder.name for folder in CHARTS.glob("rules/*")}


def paths(body: object, above: yamlio.Path = ()) -> Iterator[yamlio.Path]:
    """Give the path of everything inside a body."""
    steps: Iterable[tuple[str | int, object]] = body.items() if isinstance(body, dict) else []
    steps = enumerate(body) if isinstance(body, list) else steps
    for step, inner in steps:
        yield (*above, step)
        yield from paths(inner, (*above, step))


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_a_bad_and_a_good_chart_and_a_documentation(rule: str) -> None:
    assert rule in FIXTURES
    assert len(RULES[rule].documentation.splitlines()) > 2
    assert found(rule, f"{rule}/bad")
    assert [finding for finding in found(rule, f"{rule}/good") if finding.severity != "note"] == []


@pytest.mark.parametrize("rule", RULES)
def test_a_finding_names_its_rule_and_file(rule: str) -> None:
    for finding in found(rule, f"{rule}/bad"):
        assert finding.rule == rule
        assert Path(finding.template).is_file()
        assert Path(finding.template).is_relative_to(CHARTS / "rules" / rule / "bad")


def test_selectors_that_miss_their_own_pods_are_found() -> None:
    other_value, other_label, no_labels = found(
        "selector-matches-its-pods", "selector-matches-its-pods/bad"
    )
    app = "spec.selector.matchLabels.app"
    assert told(other_value) == (8, "Deployment/other-value", app)
    assert other_value.message == "the selector asks for app=web, but the pods carry app=wbe"
    assert told(other_label) == (
        26,
        "StatefulSet/other-label",
        "spec.selector.matchLabels.component",
    )
    assert other_label.hint == "componnet"
    assert told(no_labels) == (43, "DaemonSet/no-labels", app)
    assert no_labels.message.endswith("but the pods carry no such label")


def test_services_that_select_nothing_are_found_with_what_is_in_the_way() -> None:
    findings = found("service-selects-pods", "service-selects-pods/bad")
    assert [told(finding) for finding in findings] == [
        (30, "Service/other-value", "spec.selector"),
        (41, "Service/one-label-too-many", "spec.selector"),
        (54, "Service/other-namespace", "spec.selector"),
        (65, "Service/pod-of-no-stateful-set", "spec.selector"),
    ]
    assert [finding.message.partition(": ")[2] for finding in findings] == [
        "it wants app=wbe, the pods of Deployment/release-name-web carry app=web",
        "it wants release=release-name, the pods of Deployment/release-name-web carry no release",
        "it has none in namespace elsewhere",
        "it wants statefulset.kubernetes.io/pod-name=release-name-web-0, "
        "the pods of Deployment/release-name-web carry no statefulset.kubernetes.io/pod-name",
    ]


def test_what_selects_pods_that_the_release_may_make_later_is_noted_unless_it_is_misspelt() -> None:
    release = render(chart("pods-made-at-run-time"))
    (policy,) = RULES["policy-selects-pods"].findings(release)
    (service,) = RULES["service-selects-pods"].findings(release)
    assert (policy.severity, service.severity) == (Severity.NOTE, Severity.ERROR)


def test_target_ports_that_no_container_declares_are_found() -> None:
    findings = found("target-port-is-a-container-port", "target-port-is-a-container-port/bad")
    target, error, warning = "spec.ports[p0].targetPort", Severity.ERROR, Severity.WARNING
    assert [(*told(finding), finding.severity) for finding in findings] == [
        (35, "Service/other-name", target, error),
        (47, "Service/other-number", target, warning),
        (58, "Service/no-target", "spec.ports[p0].port", warning),
        (70, "Service/other-protocol", target, error),
    ]
    assert [finding.hint for finding in findings] == ["http", None, None, None]
    assert "they declare http 8080, dns 5353" in findings[0].message


def test_the_ports_of_a_service_that_selects_no_pod_are_left_to_another_rule() -> None:
    assert found("target-port-is-a-container-port", "service-selects-pods/bad") == []


def test_references_to_objects_that_are_not_rendered_are_found() -> None:
    findings = found("reference-names-an-object", "reference-names-an-object/bad")
    assert [told(finding) for finding in findings] == [
        (29, "Pod/environment", "spec.containers[main].envFrom[0].configMapRef.name"),
        (34, "Pod/environment", "spec.containers[main].env[PASSWORD].valueFrom.secretKeyRef.name"),
        (47, "Pod/volumes", "spec.initContainers[first].envFrom[0].secretRef.name"),
        (54, "Pod/volumes", "spec.volumes[settings].configMap.name"),
        (59, "Pod/volumes", "spec.volumes[all].projected.sources[0].secret.name"),
        (72, "Pod/elsewhere", "spec.containers[main].envFrom[0].configMapRef.name"),
        (79, "Pod/fields", "spec.serviceAccountName"),
        (80, "Pod/fields", "spec.priorityClassName"),
        (82, "Pod/fields", "spec.imagePullSecrets[registry].name"),
        (89, "Pod/fields", "spec.volumes[data].persistentVolumeClaim.claimName"),
        (98, "Ingress/web", "spec.tls[0].secretName"),
        (106, "Ingress/web", "spec.rules[0].http.paths[0].backend.service.name"),
        (117, "ClusterRoleBinding/release-name", "roleRef.name"),
        (120, "ClusterRoleBinding/release-name", "subjects[release-name].name"),
        (132, "HorizontalPodAutoscaler/release-name", "spec.scaleTargetRef.name"),
        (140, "ScaledObject/release-name", "spec.scaleTargetRef.name"),
        (144, "ScaledObject/release-name", "spec.triggers[0].authenticationRef.name"),
        (151, "ServiceAccount/puller", "imagePullSecrets[release-name-typo].name"),
        (153, "ServiceAccount/puller", "secrets[release-name-token].name"),
        (160, "StatefulSet/alone", "spec.serviceName"),
    ]
    assert {finding.severity for finding in findings[:-2]} == {Severity.ERROR}
    assert {finding.severity for finding in findings[-2:]} == {Severity.WARNING}
    assert findings[0].hint == "release-name-settings"
    assert findings[5].message.endswith("in namespace elsewhere")


def test_a_name_that_others_make_is_noted_with_the_value_that_gives_it() -> None:
    notes = found("reference-names-an-object", "reference-names-an-object/good")
    assert {note.severity for note in notes} == {Severity.NOTE}
    assert [note.message.removesuffix(": it must exist before the release") for note in notes] == [
        "Secret made-elsewhere is named by the values (existingSecret)",
        "StorageClass fast belongs to the cluster",
        "ServiceAccount prometheus belongs to monitoring",
        "IngressClass nginx belongs to the cluster",
        "ClusterIssuer letters belongs to the cluster",
        "Secret default-made-elsewhere is named by the values (byTemplate)",
        "Role extension-apiserver-authentication-reader belongs to kube-system",
        "Secret listed-elsewhere is named by the values (listed.0.secret)",
        "ServiceAccount release-name-daemon-collector is left to the operator of Collector "
        "release-name-daemon",
    ]


def test_a_literal_that_happens_to_equal_a_value_is_still_an_error() -> None:
    findings = found("reference-names-an-object", "reference-names-an-object/bad")
    assert "the chart renders no Secret 'literal'" in {finding.message for finding in findings}


def test_a_default_that_makes_a_name_of_the_releases_own_is_the_charts_work() -> None:
    rule, of_release = "reference-names-an-object", "{{ .Release.Name }}-made-elsewhere"
    notes = found(rule, f"{rule}/good", {"byTemplate": of_release})
    assert any(note.message.startswith("Secret release-name-made-elsewhere") for note in notes)
    assert "the chart renders no Secret 'release-name-typo'" in {
        finding.message for finding in found(rule, f"{rule}/bad")
    }


def test_keys_that_the_object_does_not_have_are_found() -> None:
    findings = found("reference-names-a-key", "reference-names-a-key/bad")
    assert [told(finding) for finding in findings] == [
        (32, "Pod/environment", "spec.containers[main].env[COLOUR].valueFrom.configMapKeyRef.key"),
        (37, "Pod/environment", "spec.containers[main].env[PASSWORD].valueFrom.secretKeyRef.key"),
        (58, "Pod/volumes", "spec.volumes[login].secret.items[0].key"),
        (66, "Pod/volumes", "spec.volumes[all].projected.sources[0].configMap.items[0].key"),
        (75, "Ingress/release-name", "spec.tls[0].secretName"),
        (75, "Ingress/release-name", "spec.tls[0].secretName"),
        (85, "TriggerAuthentication/release-name", "spec.secretTargetRef[release-name-login].key"),
        (97, "PodMonitor/release-name", "spec.podMetricsEndpoints[0].basicAuth.username.key"),
    ]
    assert [finding.hint for finding in findings[:4]] == ["colour", None, "username", "logo"]
    assert findings[0].message == (
        "ConfigMap release-name-settings has no key 'color', it has colour, logo"
    )


def test_urls_that_lead_nowhere_are_found() -> None:
    findings = found("url-names-a-service", "url-names-a-service/bad")
    assert [told(finding) for finding in findings] == [
        (52, "Secret/urls", "data.MQ_URL"),
        (59, "ConfigMap/urls", "data.port"),
        (60, "ConfigMap/urls", "data.scheme"),
        (61, "ConfigMap/urls", "data.qualified"),
        (62, "ConfigMap/urls", "data.node"),
        (63, "ConfigMap/urls", "data.config.ini"),
        (76, "Pod/environment", "spec.containers[main].env[MQ_URL].value"),
        (78, "Pod/environment", "spec.containers[main].env[CACHE_HOST].value"),
        (80, "Pod/environment", "spec.containers[main].env[BROKER_HOST].value"),
        (84, "Pod/environment", "spec.containers[main].env[STORE_ADDR].value"),
        (86, "Pod/environment", "spec.containers[main].args[0]"),
        (87, "Pod/environment", "spec.containers[main].args[1]"),
        (94, "ConfigMap/file", "data.BROKER_HOST"),
        (96, "ConfigMap/file", "data.app.yaml"),
        (99, "ConfigMap/file", "data.app.conf"),
        (110, "ScaledObject/release-name", "spec.triggers[0].metadata.host"),
        (118, "Service/alias", "spec.externalName"),
        (125, "ConfigMap/scripts", "data.beside.toml"),
        (128, "ConfigMap/scripts", "data.before.yaml"),
        (131, "ConfigMap/scripts", "data.connect.sh"),
        (133, "ConfigMap/scripts", "data.device.sh"),
        (135, "ConfigMap/scripts", "data.options.sh"),
    ]
    assert findings[0].hint == "release-name-broker"
    assert findings[4].hint == "release-name-broker-nodes"
    assert findings[1].message == (
        "amqp:// leads to port 5671 of Service release-name-broker, which has amqp 5672"
    )
    assert findings[8].message.startswith("BROKER_HOST leads to port 5673 of Service")


def test_a_host_that_values_or_an_operator_give_is_noted() -> None:
    by_values, by_operator = found("url-names-a-service", "url-names-a-service/good")
    assert {by_values.severity, by_operator.severity} == {Severity.NOTE}
    assert by_values.message.startswith("host outside is given by the values (externalBroker.url)")
    assert by_operator.message == (
        "Service release-name-db-rw is left to the operator of Database release-name-db"
    )


def test_what_is_secret_in_a_url_is_never_shown() -> None:
    for name in ("bad", "good"):
        for finding in found("url-names-a-service", f"url-names-a-service/{name}"):
            assert "hidden" not in str(finding)
            assert "user" not in finding.message


def nodes() -> st.SearchStrategy[tuple[Release, int, yamlio.Path]]:
    """Choose anything inside any object of the bad charts."""
    releases = [render(chart(f"rules/{rule}/bad")) for rule in RULES]
    places = [
        (release, position, path)
        for release in releases
        for position, manifest in enumerate(release.manifests)
        for path in paths(manifest.body)
    ]
    return st.integers(0, len(places) - 1).map(lambda at: places[at])


ODDITIES: list[object] = [None, 7, True, "text", "http://a:1", [], [None], {}, {"a": None}, [{}]]


@settings(deadline=None)  # rules render again, which takes long on a busy machine
@given(st.deferred(nodes), st.sampled_from(ODDITIES))
def test_no_oddly_shaped_object_makes_a_rule_fail(
    node: tuple[Release, int, yamlio.Path], oddity: object
) -> None:
    release, position, path = node
    bodies = [copy.deepcopy(manifest.body) for manifest in release.manifests]
    dig(bodies[position], *path[:-1])[path[-1]] = oddity
    documents = tuple(
        replace(manifest, text=yamlio.dump(body))
        for manifest, body in zip(release.manifests, bodies, strict=True)
    )
    for rule in RULES.values():
        for finding in rule.findings(replace(release, documents=documents)):
            assert finding.message
