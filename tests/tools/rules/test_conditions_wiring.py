"""Conditions of the wiring rules that no fixture chart shows."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from chartproof.render import render
from chartproof.rules import RULES
from tests.support.findings import found
from tests.support.inline import found_in, messages, write_chart

POD = """
---
apiVersion: v1
kind: Pod
metadata: {name: release-name-web, labels: {app: web}}
spec:
  containers:
    - name: main
      image: main:1
      ports: [{name: http, containerPort: 8080}]
"""
SERVICE = """
---
apiVersion: v1
kind: Service
metadata: {name: release-name-web, labels: {app: web}}
spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
"""


def test_another_value_of_a_label_brings_no_hint_of_the_label_itself() -> None:
    other_value, *_ = found("selector-matches-its-pods", "selector-matches-its-pods/bad")
    assert other_value.hint is None


MONITOR = "monitor-finds-its-targets"
SERVICE_MONITOR = """
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  namespaceSelector: {matchNames: NAMES}
  endpoints: [{port: PORT}]
"""


@pytest.mark.parametrize("names", ["[]", "web", "7"])
def test_a_monitor_that_names_no_namespace_looks_into_its_own(names: str) -> None:
    monitor = SERVICE_MONITOR.replace("NAMES", names)
    assert found_in(MONITOR, SERVICE + monitor.replace("PORT", "http")) == []
    (finding,) = found_in(MONITOR, SERVICE + monitor.replace("PORT", "web"))
    assert finding.message == "none of what it selects has port 'web', there is http"


def test_a_monitor_is_told_of_ports_without_a_name() -> None:
    service = SERVICE.replace("name: http, ", "")
    monitor = SERVICE_MONITOR.replace("NAMES", "[]").replace("PORT", "http")
    (finding,) = found_in(MONITOR, service + monitor)
    assert finding.message.endswith("there is none by name")


BACKEND = "backend-port-is-a-service-port"
ROUTE = """
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec: {rules: [{backendRefs: [BACKEND]}]}
"""


@pytest.mark.parametrize(
    "backend",
    [
        "{name: release-name-web, port: 80}",
        "{name: release-name-web}",
        "{kind: Bucket, name: assets, port: 80}",
    ],
    ids=["its port", "no port", "no Service"],
)
def test_a_route_is_asked_for_the_port_of_a_service_alone(backend: str) -> None:
    bucket = "\n---\napiVersion: example.com/v1\nkind: Bucket\nmetadata: {name: assets}\n"
    assert found_in(BACKEND, SERVICE + bucket + ROUTE.replace("BACKEND", backend)) == []


def test_a_webhook_that_tells_its_port_does_not_mean_443() -> None:
    webhook = """
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: web}
webhooks:
  - name: web.example.com
    clientConfig: {service: {name: release-name-web, namespace: default, port: PORT}}
"""
    assert found_in(BACKEND, SERVICE + webhook.replace("PORT", "80")) == []
    assert len(found_in(BACKEND, SERVICE + webhook.replace("PORT", "443"))) == 1


def test_a_service_name_counts_for_a_stateful_set_alone() -> None:
    workload = """
---
apiVersion: apps/v1
kind: KIND
metadata: {name: web}
spec:
  serviceName: release-name-web
  template: {metadata: {labels: {app: web}}, spec: {containers: []}}
"""
    rule = "stateful-set-service-is-headless"
    assert found_in(rule, SERVICE + workload.replace("KIND", "Deployment")) == []
    assert len(found_in(rule, SERVICE + workload.replace("KIND", "StatefulSet"))) == 1


NAMED = "reference-names-an-object"
SETTINGS = """
---
apiVersion: v1
kind: ConfigMap
metadata: {name: release-name-settings, namespace: NAMESPACE}
"""
NEEDY = POD + "      envFrom: [{configMapRef: {name: release-name-setings}}]\n"


def test_a_name_is_suggested_from_the_same_namespace_alone() -> None:
    (near,) = found_in(NAMED, NEEDY + SETTINGS.replace("NAMESPACE", "default"))
    (far,) = found_in(NAMED, NEEDY + SETTINGS.replace("NAMESPACE", "elsewhere"))
    assert (near.hint, far.hint) == ("release-name-settings", None)


def test_an_object_without_any_key_is_told_as_such() -> None:
    asking = """
      env:
        - {name: A, valueFrom: {configMapKeyRef: {name: release-name-settings, key: a}}}
"""
    (finding,) = found_in(
        "reference-names-a-key", POD + asking + SETTINGS.replace("NAMESPACE", "default")
    )
    assert finding.message == "ConfigMap release-name-settings has no key 'a', it has none"


HOOK = "hook-finds-what-it-needs"
MIGRATE = """
---
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, annotations: {helm.sh/hook: pre-install}}
spec:
  template:
    spec:
      serviceAccountName: migrate
      containers:
        - name: main
          image: main:1
          envFrom: [ENVIRONMENT]
"""
ACCOUNT = """
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: NAME, annotations: {helm.sh/hook: pre-install, helm.sh/hook-weight: "-3"}}
"""
RIGHTS = """
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: NAME, ANNOTATIONS}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: NAME, ANNOTATIONS}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: NAME}
subjects: [SUBJECTS]
"""
EARLY = 'annotations: {helm.sh/hook: pre-install, helm.sh/hook-weight: "-2"}'
LATE = "labels: {}"


def rights(name: str, when: str, *accounts: str) -> str:
    """Write a Role and a RoleBinding that gives it to ServiceAccounts."""
    subjects = (f"{{kind: ServiceAccount, name: {account}}}" for account in accounts)
    text = RIGHTS.replace("NAME", name).replace("ANNOTATIONS", when)
    return text.replace("SUBJECTS", ", ".join(subjects))


def of_migration(*others: str, environment: str = "") -> list[str]:
    """Return what is missing for a migration whose own account and rights are there in time."""
    own = ACCOUNT.replace("NAME", "migrate") + rights("migrate", EARLY, "migrate")
    return messages(
        found_in(HOOK, MIGRATE.replace("ENVIRONMENT", environment) + own + "".join(others))
    )


def test_rights_that_are_there_in_time_are_enough() -> None:
    assert of_migration() == []


def test_the_rights_of_another_account_may_come_later() -> None:
    other = ACCOUNT.replace("NAME", "web").replace("annotations: {", "labels: {")
    assert of_migration(other, rights("web", LATE, "web")) == []


def test_another_account_of_the_same_binding_may_come_later() -> None:
    other = ACCOUNT.replace("NAME", "web").replace("annotations: {", "labels: {")
    assert of_migration(other, rights("both", EARLY, "migrate", "web")) == []


def test_rights_of_the_own_account_that_come_later_are_found() -> None:
    assert of_migration(rights("more", LATE, "migrate")) == [
        f"it needs {kind} more at pre-install, but Helm makes it at install"
        for kind in ("RoleBinding", "Role")
    ]


def test_what_is_asked_for_twice_is_told_once() -> None:
    settings = SETTINGS.replace("NAMESPACE", "default")
    twice = ", ".join(2 * ["{configMapRef: {name: release-name-settings}}"])
    assert of_migration(settings, environment=twice) == [
        "it needs ConfigMap release-name-settings at pre-install, but Helm makes it at install"
    ]


SECRET = "config-map-holds-no-secret"
OPEN = """
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {ADMIN_SECRET: TEXT}
"""


def test_the_name_of_a_secret_that_others_make_is_no_secret() -> None:
    needy = POD + "      envFrom: [{secretRef: {name: swordfish}}]\n"
    assert found_in(SECRET, needy + OPEN.replace("TEXT", "swordfish")) == []


def test_the_name_of_something_else_can_be_a_secret() -> None:
    needy = POD + "      envFrom: [{configMapRef: {name: swordfish}}]\n"
    (finding,) = found_in(SECRET, needy + OPEN.replace("TEXT", "swordfish"))
    assert finding.field == "data.ADMIN_SECRET"


@pytest.mark.parametrize("inner", ["é" * 9, "\x01" * 9, "short"], ids=ascii)
def test_what_decodes_twice_to_no_plain_text_is_encoded_once(inner: str) -> None:
    once = base64.b64encode(inner.encode("latin-1"))
    twice = base64.b64encode(once).decode()
    secret = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\ndata: {{text: {twice}}}\n"
    assert found_in("secret-data-is-base64", secret) == []


IMMUTABLE = "immutable-field-carries-no-version"
CLAIM = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  {{- if eq .Chart.Version "1.0.0" }}
  accessModes: NOW
  {{- else }}
  accessModes: LATER
  {{- end }}
"""


@pytest.mark.parametrize(
    ("now", "later", "changed"),
    [
        ('["R"]', "R", "spec.accessModes"),
        ("R", '["R"]', "spec.accessModes"),
        ("[A]", "[A, B]", "spec.accessModes"),
        ("[A, B]", "[A, C]", "spec.accessModes[1]"),
        ("{}", "{a: 1}", "spec.accessModes.a"),
        ("{a: 1}", "{}", "spec.accessModes.a"),
    ],
)
def test_a_change_of_any_shape_is_found_as_deep_as_it_goes(
    now: str, later: str, changed: str
) -> None:
    (finding,) = found_in(IMMUTABLE, CLAIM.replace("NOW", now).replace("LATER", later))
    assert finding.field == changed


@pytest.mark.parametrize(
    ("first", "values"),
    [
        pytest.param(
            '{{ $_ := set .Values "mode" (ternary "R" "W" (eq .Chart.Version "1.0.0")) }}',
            "mode: R",
            id="sets a value, which alone is the one of today",
        ),
        pytest.param(
            "{{ $web := .Values.web }}{{ $_ := set $web `mode` (print .Chart.Version | quote) }}",
            "web: {mode: '['}",
            id="replaces what alone is no YAML",
        ),
    ],
)
def test_a_change_that_another_template_brings_about_is_found(
    first: str, values: str, tmp_path: Path
) -> None:
    mode = ".Values.web.mode" if "web" in values else ".Values.mode"
    claim = CLAIM.replace("NOW", f"{{{{ {mode} }}}}").replace("LATER", f"{{{{ {mode} }}}}")
    files = {"values.yaml": values, "templates/first.yaml": first, "templates/a.yaml": claim}
    release = render(write_chart(tmp_path, files))
    (finding,) = RULES[IMMUTABLE].findings(release)
    assert finding.field == "spec.accessModes"


URL = "url-names-a-service"


def of_address(text: str) -> list[str]:
    """Return what is said of an address beside the Service release-name-web."""
    at = json.dumps(text)
    data = f"\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  at: {at}\n"
    return messages(found_in(URL, SERVICE + data))


@pytest.mark.parametrize(
    "host",
    [
        "http://www.release-name-site.example.com/",
        "http://release-name-web.example.com/",
        "http://localhost:8080/",
        "http://0:8080/",
        "other.default.example:8080",
        "http://pod-0.release-name-web/",
    ],
)
def test_a_host_that_is_no_service_of_the_release_is_left_alone(host: str) -> None:
    assert of_address(host) == []


@pytest.mark.parametrize(
    "host",
    [
        "http://release-name-wbe/",
        "http://release-name-wbe.default.svc.cluster.local/",
        "http://pod-0.release-name-wbe.default.svc/",
        "ask other.default.svc about it",
        "# http://release-name-wbe/",
    ],
)
def test_a_host_that_can_only_be_a_service_is_found(host: str) -> None:
    (message,) = of_address(host)
    assert message.endswith("but the release renders no such Service")


@pytest.mark.timeout(60)
@pytest.mark.parametrize(("between", "after"), [(0, 0), (2, 0), (0, 40_000)])
def test_any_number_of_blank_lines_stands_around_a_host(between: int, after: int) -> None:
    setting = "port: 81\n" + between * "\n" + "host: release-name-web\n"
    (message,) = of_address(setting + "a: 1\n" + after * "\n" + "end\n")
    assert "81" in message


def test_a_host_in_a_secret_is_found_encoded_or_not() -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nFIELD: {url: TEXT}\n"
    plain = "http://release-name-wbe/"
    encoded = base64.b64encode(plain.encode()).decode()
    for field, text in (("stringData", plain), ("data", encoded)):
        assert len(found_in(URL, secret.replace("FIELD", field).replace("TEXT", text))) == 1


def test_a_variable_without_a_value_names_no_host() -> None:
    assert found_in(URL, POD + "      env: [{name: DB_HOST}]\n") == []


def test_a_number_below_the_ports_after_a_name_is_a_version() -> None:
    assert of_address("release-name-web:15") == []
    assert len(of_address("release-name-web:1500")) == 1


def test_a_port_of_the_pods_does_not_answer_at_a_service_with_an_address() -> None:
    asking = POD + "      env: [{name: WEB_URL, value: http://release-name-web:8080/}]\n"
    assert len(found_in(URL, SERVICE + asking)) == 1
    headless = SERVICE.replace("spec: {", "spec: {clusterIP: None, ")
    assert found_in(URL, headless + asking) == []


def test_a_text_of_several_lines_is_no_secret_for_its_key() -> None:
    several = OPEN.replace("TEXT", '"first\\nsecond"')
    assert found_in(SECRET, several) == []


def test_a_service_without_a_selector_has_no_pods_of_its_own() -> None:
    service = SERVICE.replace("selector: {app: web}, ", "")
    assert found_in("target-port-is-a-container-port", POD + service) == []


def test_a_service_without_ports_is_told_as_such() -> None:
    service = SERVICE.replace(", ports: [{name: http, port: 80}]", "")
    route = ROUTE.replace("BACKEND", "{name: release-name-web, port: 80}")
    (finding,) = found_in(BACKEND, service + route)
    assert finding.message.endswith("has no port 80, it has none")


POLICY = """
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec: {podSelector: {matchExpressions: [EXPRESSION]}}
"""


@pytest.mark.parametrize(
    ("expression", "count"),
    [
        ("{key: app, operator: Exists}", 0),
        ("{key: tier, operator: Exists}", 1),
        ("{key: tier, operator: DoesNotExist}", 0),
        ("{key: app, operator: DoesNotExist}", 1),
        ("{key: app, operator: In, values: [web]}", 0),
        ("{key: app, operator: In, values: 7}", 1),
        ("{key: app, operator: NotIn, values: [web]}", 1),
        ("{key: app, operator: NotIn, values: 7}", 0),
        ("{key: app, operator: IsIn, values: [web]}", 1),
    ],
)
def test_an_expression_takes_the_labels_that_kubernetes_says(expression: str, count: int) -> None:
    policy = POLICY.replace("EXPRESSION", expression)
    assert len(found_in("policy-selects-pods", POD + policy)) == count


def test_what_a_later_hook_makes_is_told_by_its_event() -> None:
    settings = SETTINGS.replace("namespace: NAMESPACE", "annotations: ANNOTATIONS").replace(
        "ANNOTATIONS", "{helm.sh/hook: post-install, helm.sh/hook-delete-policy: hook-succeeded}"
    )
    assert of_migration(settings, environment="{configMapRef: {name: release-name-settings}}") == [
        "it needs ConfigMap release-name-settings at pre-install, but Helm makes it at post-install"
    ]


def test_hooks_of_kinds_that_helm_does_not_sort_go_by_name() -> None:
    runtime = """
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: NAME, annotations: {helm.sh/hook: pre-install}}
handler: runc
"""
    job = MIGRATE.replace("serviceAccountName: migrate", "runtimeClassName: NAME")
    job = job.replace("ENVIRONMENT", "")
    early, late = (messages(found_in(HOOK, (job + runtime).replace("NAME", it))) for it in "az")
    assert early == []
    assert late == [
        "it needs RuntimeClass z at pre-install, but Helm makes it later at pre-install: "
        "hooks go by weight, then by name"
    ]


def test_only_the_chart_s_own_version_is_another_one_in_its_next_version() -> None:
    template = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {version: {{ .Values.version }}}}
"""
    assert found_in(IMMUTABLE, template, values="version: one\n") == []
