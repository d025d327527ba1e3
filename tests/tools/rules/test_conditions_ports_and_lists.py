"""Conditions of the rules on policies, listeners, spreading and lists that no fixture shows."""

from __future__ import annotations

import pytest

from tests.support.inline import found_in, messages

POD = """
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: default, labels: {app: web}}
spec:
  containers:
    - name: main
      image: main:1
      env: []
      ports: [{name: http, containerPort: 8080}]
"""
IN_ANOTHER_NAMESPACE = POD.replace("namespace: default", "namespace: elsewhere")

POLICY_PORT = "policy-port-is-a-container-port"
POLICY = """
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {matchLabels: {app: web}}
"""
OTHER_PORT = "no container of the pods it is about declares port 9090, they declare http 8080"


def of_ingress(port: str, pod: str = POD) -> list[str]:
    """Return what is said of a policy that opens a port of its pods to all."""
    return messages(found_in(POLICY_PORT, pod + POLICY + f"  ingress: [{{ports: [{port}]}}]\n"))


def of_egress(rule: str) -> list[str]:
    """Return what is said of a policy that lets its pods call others at port 9090."""
    egress = f"  egress: [{{{rule}ports: [{{port: 9090}}]}}]\n"
    return messages(found_in(POLICY_PORT, POD + POLICY + egress))


def test_a_policy_is_about_the_pods_of_its_own_namespace() -> None:
    assert of_ingress("{port: 9090}") == [OTHER_PORT]
    assert of_ingress("{port: 9090}", IN_ANOTHER_NAMESPACE) == []


def test_the_ports_of_a_policy_about_no_pod_are_left_alone() -> None:
    assert of_ingress("{port: 9090}", POD.replace("app: web", "app: other")) == []


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "to: [], ",
        "to: [{ipBlock: {cidr: 10.0.0.0/8}}], ",
        "to: [{namespaceSelector: {}}], ",
        "to: [{podSelector: {matchLabels: {app: web}}, namespaceSelector: {}}], ",
        "to: [{podSelector: {matchLabels: {app: web}}}, {ipBlock: {cidr: 10.0.0.0/8}}], ",
        "to: [{podSelector: {matchLabels: {app: other}}}], ",
    ],
)
def test_calls_to_others_than_pods_of_the_release_may_go_to_any_port(rule: str) -> None:
    assert of_egress(rule) == []


def test_calls_to_pods_of_the_release_go_to_a_port_they_declare() -> None:
    assert of_egress("to: [{podSelector: {matchLabels: {app: web}}}], ") == [OTHER_PORT]


def test_a_port_that_a_variable_gives_by_number_is_open_undeclared() -> None:
    told = POD.replace("env: []", 'env: [{name: METRICS_PORT, value: "9090"}]')
    assert of_ingress("{port: 9090}", told) == []


def test_a_port_by_name_is_declared_by_no_variable() -> None:
    told = POD.replace("env: []", "env: [{name: FEATURE, value: metrics}]")
    (message,) = of_ingress("{port: metrics}", told)
    assert "declares port 'metrics'" in message


def test_container_ports_without_a_name_are_told_by_number() -> None:
    nameless = POD.replace("name: http, ", "")
    (message,) = of_ingress("{port: 9090}", nameless)
    assert message.endswith("they declare 8080")


def test_container_ports_without_a_name_are_told_by_number_to_a_service() -> None:
    service = SERVICE.replace("port: 8080", "port: 80, targetPort: 9090")
    nameless = POD.replace("name: http, ", "")
    told = [
        messages(found_in("target-port-is-a-container-port", pod + service))
        for pod in (POD, nameless)
    ]
    assert [it.rpartition(" they declare ")[2] for (it,) in told] == ["http 8080", "8080"]


def test_container_ports_without_a_number_are_told_by_name() -> None:
    numberless = POD.replace(", containerPort: 8080", "")
    (message,) = of_ingress("{port: 9090, endPort: 9099}", numberless)
    assert message.endswith("they declare http")


def test_a_name_opens_its_port_even_beside_the_end_of_a_range() -> None:
    assert of_ingress("{port: http, endPort: 9099}") == []


def test_a_policy_of_the_system_s_namespace_is_about_pods_that_others_run() -> None:
    policy = POLICY.replace("name: web", "name: web, namespace: NAMESPACE")
    counts = {
        namespace: len(found_in("policy-selects-pods", policy.replace("NAMESPACE", namespace)))
        for namespace in ("default", "kube-system", "kube-public")
    }
    assert counts == {"default": 1, "kube-system": 0, "kube-public": 0}


LISTENER = "route-finds-its-listener"
GATEWAY = """
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web}
spec: {gatewayClassName: any, listeners: [{name: http, port: 80, protocol: HTTP}]}
"""
SERVICE = """
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 8080}]}
"""
ROUTE = """
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
"""


def of_route(spec: str, others: str = GATEWAY) -> list[str]:
    """Return what is said of the listeners that a route names."""
    return messages(found_in(LISTENER, others + ROUTE + f"spec: {{{spec}}}\n"))


def test_a_service_is_the_parent_of_a_mesh_s_route_without_a_listener() -> None:
    assert of_route("parentRefs: [{kind: Service, name: web, port: 8080}]", SERVICE) == []


def test_a_gateway_that_gets_requests_is_asked_for_no_listener() -> None:
    backend = "rules: [{backendRefs: [{kind: Gateway, name: web, port: 8080}]}]"
    assert of_route(backend) == []
    assert len(of_route("parentRefs: [{name: web, port: 8080}]")) == 1


def test_a_gateway_without_listeners_is_told_as_such() -> None:
    bare = GATEWAY.replace("[{name: http, port: 80, protocol: HTTP}]", "[]")
    assert of_route("parentRefs: [{name: web, sectionName: http}]", bare) == [
        "Gateway web has no listener with name 'http', it has none"
    ]


def test_a_listener_without_a_port_is_not_told_as_one() -> None:
    portless = GATEWAY.replace("port: 80, ", "")
    assert of_route("parentRefs: [{name: web, port: 8080}]", portless) == [
        "Gateway web has no listener with port 8080, it has none"
    ]


PEER = "policy-peer-selects-pods"


def of_peer(peer: str, others: str = "", policy: str = POLICY) -> list[tuple[str, str]]:
    """Return severity and message of what is said of a peer that a policy lets in."""
    found = found_in(PEER, POD + others + policy + f"  ingress: [{{from: [{peer}]}}]\n")
    return [(finding.severity, finding.message) for finding in found]


OF_RELEASE = "{podSelector: {matchLabels: {app: other, instance: release-name}}}"
OF_OTHERS = "{podSelector: {matchLabels: {app: prometheus}}}"


def test_a_peer_that_can_only_be_of_the_release_is_a_warning_and_any_other_a_note() -> None:
    (own,), (other,) = of_peer(OF_RELEASE), of_peer(OF_OTHERS)
    assert (own[0], other[0]) == ("warning", "note")
    assert other[1] == (
        "the peer is no pod of the release: it wants app=prometheus, "
        "the pods of Pod/web carry app=web"
    )


MAKES_PODS = """
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: maker}
rules: [{apiGroups: [""], resources: [pods], verbs: [create]}]
"""


def test_a_peer_that_a_program_of_the_release_may_start_is_a_note() -> None:
    ((severity, _),) = of_peer(OF_RELEASE, MAKES_PODS)
    assert severity == "note"


@pytest.mark.parametrize("right", ["resources: [events]", 'nonResourceURLs: ["/"]'])
def test_a_role_that_creates_no_pods_starts_no_peer(right: str) -> None:
    ((severity, _),) = of_peer(OF_RELEASE, MAKES_PODS.replace("resources: [pods]", right))
    assert severity == "warning"


def test_every_pod_of_a_namespace_without_one_is_no_peer_that_is_missed() -> None:
    assert of_peer("{podSelector: {}}", policy=POLICY.replace("web}", "web, namespace: far}")) == []


@pytest.mark.parametrize(
    "peer",
    [
        "{podSelector: {matchLabels: {app: web}}}",
        "{podSelector: {}}",
        "{ipBlock: {cidr: 10.0.0.0/8}}",
        "{namespaceSelector: {}, podSelector: {matchLabels: {instance: release-name}}}",
    ],
)
def test_a_peer_that_is_rendered_or_may_be_elsewhere_is_left_alone(peer: str) -> None:
    assert of_peer(peer) == []


def test_a_peer_is_looked_for_in_the_namespace_of_its_policy() -> None:
    own = "{podSelector: {matchLabels: {app: db}}}"
    database = POD.replace("web", "db")
    assert of_peer(own, database) == []
    assert len(of_peer(own, IN_ANOTHER_NAMESPACE.replace("web", "db"))) == 1
    system = POLICY.replace("name: web", "name: web, namespace: kube-system")
    assert of_peer(own, policy=system) == []


SPREAD = "spread-counts-its-own-pods"
TERM = """
  affinity:
    podAntiAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        - topologyKey: kubernetes.io/hostname
          labelSelector: SELECTOR
"""
OTHERS = "{matchLabels: {app: db}}"


def of_term(selector: str, *, where: str = "", others: str = "") -> list[str]:
    """Return what is said of a pod that keeps away from those that a selector takes."""
    term = TERM.replace("SELECTOR", selector) + (f"          {where}\n" if where else "")
    return messages(found_in(SPREAD, POD + term + others))


def test_pods_of_another_namespace_are_kept_apart_by_no_term_for_the_own() -> None:
    database = POD.replace("web", "db")
    assert of_term(OTHERS, others=database) == []
    moved = IN_ANOTHER_NAMESPACE.replace("web", "db")
    (message,) = of_term(OTHERS, others=moved)
    assert message.startswith("the term takes no pod of the release: it wants app=db")


@pytest.mark.parametrize(
    "where",
    [
        "namespaces: [elsewhere]",
        "namespaceSelector: {matchLabels: {team: data}}",
        "namespaceSelector: {}",
    ],
)
def test_pods_of_namespaces_that_a_term_names_are_not_the_release_s(where: str) -> None:
    assert len(of_term(OTHERS)) == 1
    assert of_term(OTHERS, where=where) == []


@pytest.mark.parametrize("selector", ["{}", "{matchLabels: {}, matchExpressions: []}", "null"])
def test_a_selector_that_asks_for_nothing_takes_the_pod_itself(selector: str) -> None:
    assert of_term(selector) == []


LISTED = "item-is-listed-once"


def test_names_of_ports_that_are_no_texts_are_left_to_the_schema() -> None:
    ports = "[{name: {a: b}, port: 80}, {name: {a: b}, port: 81}, {name: 7, port: 82}]"
    service = SERVICE.replace("[{name: http, port: 8080}]", ports)
    assert found_in(LISTED, service) == []


PROJECTED = """
  volumes:
    - name: all
      projected:
        sources:
          - configMap: {name: first, items: [{key: ca.crt, path: ca.crt}]}
          - secret: {name: ca.crt, items: [{key: ca.crt, path: PATH}]}
"""


def test_only_the_paths_of_a_projected_volume_have_to_differ() -> None:
    assert found_in(LISTED, POD + PROJECTED.replace("PATH", "tls.crt")) == []


def test_a_path_that_two_sources_of_a_volume_write_is_found() -> None:
    (finding,) = found_in(LISTED, POD + PROJECTED.replace("PATH", "ca.crt"))
    assert finding.field == "spec.volumes[all].projected.sources[1].secret.items[0].path"


def test_containers_without_a_name_are_left_to_the_schema() -> None:
    nameless = POD.replace("- name: main", "- args: []") + "  initContainers: [{image: first:1}]\n"
    assert found_in("container-names-differ", nameless) == []
