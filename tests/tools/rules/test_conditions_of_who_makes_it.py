"""Conditions about what others make: controllers, operators, programs, and Kubernetes itself."""

from __future__ import annotations

import pytest

from chartproof.findings import Severity
from tests.support.inline import found_in, messages

NAMED = "reference-names-an-object"
POD = """
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: main, image: main:1, envFrom: [ASKED], env: [ENVIRONMENT]}]}
"""


def of_secret(name: str, others: str = "", environment: str = "") -> list[tuple[Severity, str]]:
    """Return severity and message of what is said of a pod that asks for a Secret."""
    pod = POD.replace("ASKED", f"{{secretRef: {{name: {name}}}}}")
    found = found_in(NAMED, pod.replace("ENVIRONMENT", environment) + others)
    return [(finding.severity, finding.message) for finding in found]


INGRESS = """
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, annotations: {ANNOTATION: letsencrypt}}
spec: {tls: [{secretName: web-tls}], rules: []}
"""


@pytest.mark.parametrize(
    ("annotation", "count"),
    [
        ("cert-manager.io/issuer", 0),
        ("cert-manager.io/cluster-issuer", 0),
        ("kubernetes.io/tls-acme", 0),
        ("cert-manager.io/revision-history-limit", 1),
    ],
)
def test_an_issuer_makes_the_certificate_of_an_ingress_that_asks_it(
    annotation: str, count: int
) -> None:
    assert len(found_in(NAMED, INGRESS.replace("ANNOTATION", annotation))) == count


ROLE = """
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: maker}
rules: [{apiGroups: [""], resources: [RESOURCE], verbs: [VERB]}]
"""
TOLD = "{name: CREDENTIALS, value: login}"


@pytest.mark.parametrize(
    ("resource", "verb", "count"),
    [("secrets", "create", 0), ("secrets", "get", 1), ("configmaps", "create", 1)],
)
def test_a_program_that_may_create_secrets_makes_the_one_that_a_variable_names(
    resource: str, verb: str, count: int
) -> None:
    role = ROLE.replace("RESOURCE", resource).replace("VERB", verb)
    assert len(of_secret("login", role, TOLD)) == count
    assert len(of_secret("login", role)) == 1


CUSTOM = """
---
apiVersion: API
kind: KIND
metadata: {METADATA}
"""
LEFT = [("note", "Secret db-app is left to the operator of KIND db")]
ASKED_OF_NOBODY = [("error", "the chart renders no Secret 'db-app'")]


@pytest.mark.parametrize(
    ("api", "kind", "metadata", "said"),
    [
        ("postgresql.cnpg.io/v1", "Cluster", "name: db", LEFT),
        ("postgresql.cnpg.io/v1", "Cluster", "name: dbx", ASKED_OF_NOBODY),
        ("postgresql.cnpg.io/v1", "Cluster", "generateName: db", ASKED_OF_NOBODY),
        ("monitoring.coreos.com/v1", "Prometheus", "name: db", LEFT),
        ("monitoring.coreos.com/v1", "ServiceMonitor", "name: db", ASKED_OF_NOBODY),
        ("apps/v1", "Deployment", "name: db", ASKED_OF_NOBODY),
        ("extensions/v1beta1", "Ingress", "name: db", ASKED_OF_NOBODY),
        ("app/v1", "Deployment", "name: db", ASKED_OF_NOBODY),
    ],
)
def test_an_operator_may_make_what_begins_with_the_name_of_a_custom_resource(
    api: str, kind: str, metadata: str, said: list[tuple[str, str]]
) -> None:
    custom = CUSTOM.replace("API", api).replace("KIND", kind).replace("METADATA", metadata)
    assert of_secret("db-app", custom) == [(how, text.replace("KIND", kind)) for how, text in said]


WORKLOAD = """
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template: {metadata: {labels: {app: db}}, spec: {containers: []}}
---
apiVersion: v1
kind: Service
metadata: {name: first}
spec: {selector: {LABEL: VALUE}}
"""


@pytest.mark.parametrize(
    ("label", "value", "count"),
    [
        ("statefulset.kubernetes.io/pod-name", "db-0", 0),
        ("statefulset.kubernetes.io/pod-name", "db-first", 1),
        ("statefulset.kubernetes.io/pod-name", "other-0", 1),
        ("apps.kubernetes.io/pod-index", '"1"', 0),
        ("job-name", "db", 1),
    ],
)
def test_a_label_that_kubernetes_adds_has_a_value_that_it_gives(
    label: str, value: str, count: int
) -> None:
    template = WORKLOAD.replace("LABEL", label).replace("VALUE", value)
    assert len(found_in("service-selects-pods", template)) == count


PROBED = """
---
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - name: main
      image: main:1
      ports: [{containerPort: 8080}]
      readinessProbe: {tcpSocket: {port: 9090}}
"""


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ("readinessProbe: {tcpSocket: {port: 9090}}", 0),
        ("web: {startup_Probes: {port: '9090'}}", 0),
        ("readinessProbe: {tcpSocket: {port: 9091}}", 1),
        ("web: {port: 9090}", 1),
        ("{readinessProbe: {tcpSocket: {}}, port: 9090}", 1),
    ],
)
def test_a_number_that_the_values_give_for_a_probe_needs_no_declaration(
    values: str, count: int
) -> None:
    found = found_in("probe-port-is-a-container-port", PROBED, values=values)
    assert len(found) == count


@pytest.mark.parametrize(
    ("key", "value", "count"),
    [
        ("ETCD_INITIAL_CLUSTER_TOKEN", "etcd-of-shop", 0),
        ("initial-cluster-token", "etcd-of-shop", 0),
        ("CLUSTER_TOKEN_SECRET", "etcd-of-shop", 1),
        ("login.token", "token", 0),
        ("token", "token", 0),
        ("token", "etcd-of-shop", 1),
    ],
)
def test_what_tells_clusters_apart_and_a_name_for_itself_are_no_secrets(
    key: str, value: str, count: int
) -> None:
    settings = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{{key}: {value}}}\n"
    assert len(found_in("config-map-holds-no-secret", settings)) == count


DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchExpressions: [EXPRESSION]}
  template: {metadata: {labels: {app: other}}, spec: {containers: []}}
"""


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("{key: app, operator: In, values: [web, 7]}", "app In web, 7"),
        ("{key: tier, operator: Exists}", "tier Exists"),
        ("{key: tier, operator: In, values: web}", "tier In"),
    ],
)
def test_an_expression_that_the_pods_do_not_fit_is_told_with_the_values_it_lists(
    expression: str, told: str
) -> None:
    found = found_in("selector-matches-its-pods", DEPLOYMENT.replace("EXPRESSION", expression))
    said = f"the selector asks for {told}, which the pods' labels do not fit"
    assert messages(found) == [said]


POLICY = """
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec: {podSelector: {matchLabels: LABELS}}
"""


@pytest.mark.parametrize(
    ("labels", "severity"),
    [
        ("{app: wbe}", "error"),
        ("{app: wbe, tier: front}", "note"),
        ("{app: other-thing}", "note"),
    ],
)
def test_where_programs_make_pods_only_a_single_misspelt_label_is_an_error(
    labels: str, severity: str
) -> None:
    maker = ROLE.replace("RESOURCE", "pods").replace("VERB", "create")
    pod = POD.replace("ASKED", "").replace("ENVIRONMENT", "")
    (finding,) = found_in("policy-selects-pods", pod + maker + POLICY.replace("LABELS", labels))
    assert finding.severity == severity
