"""The graph holds every object, how it is wired, and what is wrong with that."""

from __future__ import annotations

from pathlib import Path

import pytest

from chartproof.chart import Chart
from chartproof.findings import Severity
from chartproof.graph.build import graph_of
from chartproof.graph.model import Edge, Node
from chartproof.render import render
from tests.support.graphs import config_map, deployment, drawn, edge, graph, node, service

BROKEN = "broken-wiring"
OWN = Path(__file__).parents[3] / "chart"


def names(part: Node | Edge) -> list[str]:
    return [finding.rule for finding in part.findings]


def test_a_selector_that_fits_no_pod_leads_to_pods_that_are_not_there_in_red() -> None:
    broken = graph(BROKEN)
    missing = node(broken, "Pod/component=wbe")
    leads = edge(broken, "Service/web", "Pod/component=wbe")
    assert not missing.is_rendered
    assert (missing.severity, leads.severity) == (Severity.ERROR, Severity.ERROR)
    assert names(leads) == names(missing) == ["service-selects-pods"]
    assert leads.labels == ("selects none",)


def test_a_reference_to_what_is_not_rendered_is_red_with_its_target() -> None:
    broken = graph(BROKEN)
    assert names(edge(broken, "Deployment/web", "ConfigMap/web-setings")) == [
        "reference-names-an-object"
    ]
    assert node(broken, "ConfigMap/web-setings").severity is Severity.ERROR
    assert node(broken, "Deployment/web").severity is None


def test_an_optional_reference_is_there_without_a_fault() -> None:
    broken = graph(BROKEN)
    shared = node(broken, "Secret/shared-login")
    assert (shared.is_rendered, shared.severity) == (False, None)


def test_a_missing_key_and_a_wrong_port_are_faults_of_the_edge_alone() -> None:
    broken = graph(BROKEN)
    key = edge(broken, "StatefulSet/database", "Secret/database")
    url = edge(broken, "Deployment/web", "Service/database")
    assert (names(key), key.labels) == (["reference-names-a-key"], ("env",))
    assert (names(url), url.labels) == (["url-names-a-service"], ("postgresql:// 5433",))
    assert node(broken, "Secret/database").severity is None
    assert node(broken, "Service/database").severity is None


def test_faults_that_no_edge_shows_are_faults_of_the_object() -> None:
    overlapping = graph("rules/selectors-do-not-overlap/bad")
    faulty = {part.kind for part in overlapping.nodes if part.severity}
    assert faulty == {"Deployment", "DaemonSet"}
    assert not any(part.severity for part in overlapping.edges)


def test_a_note_colours_nothing() -> None:
    release = render(Chart.load(OWN), Chart.load(OWN).case("existing-secrets").values)
    given = graph_of(release)
    told = [finding for part in given.edges for finding in part.findings]
    assert {finding.severity for finding in told} == {Severity.NOTE}
    assert not any(node.severity for node in given.nodes)
    assert not any(edge.severity for edge in given.edges)
    assert given.faults == ()


def test_the_faults_are_those_of_lint_and_are_numbered_in_its_order() -> None:
    broken = graph(BROKEN)
    assert [fault.rule for fault in broken.faults] == [
        "reference-names-a-key",
        "reference-names-an-object",
        "url-names-a-service",
        "service-selects-pods",
    ]
    assert broken.numbers(edge(broken, "Deployment/web", "Service/database")) == [3]


def test_ports_are_shown_by_name_and_number_and_the_number_inside() -> None:
    broken = graph(BROKEN)
    both = edge(broken, "Service/database", "StatefulSet/database")
    assert both.labels == ("sql 5432", "serviceName")
    assert both.is_mutual


def test_the_number_inside_a_pod_is_shown_where_it_is_another(tmp_path: Path) -> None:
    moved = service("web")
    moved["spec"]["ports"] = [{"port": 8000, "targetPort": "http"}, {"name": "tls", "port": 80}]
    labels = edge(drawn(tmp_path, moved, deployment("web")), "Service/web", "Deployment/web").labels
    assert labels == ("8000 → 80", "tls 80")


def test_policies_scalers_monitors_and_claims_lead_to_what_they_are_about() -> None:
    shop = graph("../rules/planted/shop")
    labels = {(part.source[0], part.target[0]): part.labels for part in shop.edges}
    assert labels["PodDisruptionBudget", "Deployment"] == ("selects",)
    assert labels["NetworkPolicy", "StatefulSet"] == ("selects",)
    assert labels["HorizontalPodAutoscaler", "Deployment"] == ("scaleTargetRef",)
    assert labels["ScaledObject", "TriggerAuthentication"] == ("trigger",)
    assert labels["ServiceMonitor", "Service"] == ("scrapes telemetry",)
    assert labels["PodMonitor", "StatefulSet"] == ("scrapes sql",)
    assert labels["StatefulSet", "PersistentVolumeClaim"] == ("per pod",)
    assert labels["RoleBinding", "Role"] == ("roleRef",)
    assert labels["Ingress", "Service"] == ("port http",)


def test_a_gateway_leads_to_its_route_whichever_way_it_is_written(tmp_path: Path) -> None:
    gateway = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "edge"},
    }
    route = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "web"},
        "spec": {"parentRefs": [{"name": "edge"}, {"name": "shared", "namespace": "gateways"}]},
    }
    routed = drawn(tmp_path, gateway, route)
    assert edge(routed, "Gateway/edge", "HTTPRoute/web").labels == ("parentRefs",)
    assert edge(routed, "HTTPRoute/web", "Gateway/shared").labels == ("parentRefs",)
    assert node(routed, "Gateway/shared").note == "in gateways"


def test_a_host_elsewhere_is_shown_and_this_machine_is_not(tmp_path: Path) -> None:
    urls = ["amqp://mq.example.com:5671", "http://127.0.0.1:80", "http://[::1]", "http://localhost"]
    container = {
        "name": "main",
        "image": "main:1",
        "env": [{"name": f"URL_{at}", "value": url} for at, url in enumerate(urls)],
    }
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "main"},
        "spec": {"containers": [container]},
    }
    hosts = [part for part in drawn(tmp_path, pod).nodes if part.kind == "Host"]
    assert [host.label for host in hosts] == ["mq.example.com"]


def test_objects_are_grouped_by_their_component() -> None:
    broken = graph(BROKEN)
    assert list(broken.components()) == ["database", "web"]
    budget = node(broken, "PodDisruptionBudget/database")
    assert budget.component == "database"  # it has no label, but selects the database
    assert node(broken, "PersistentVolumeClaim/data").component == "database"


def test_a_service_belongs_to_its_pods_whoever_else_calls_it(tmp_path: Path) -> None:
    callers = [deployment(name, URL="http://api:80") for name in ("one", "two")]
    shared = drawn(tmp_path, service("api"), deployment("api"), *callers)
    assert node(shared, "Service/api").component == "api"


def test_a_label_that_every_object_carries_tells_no_component(tmp_path: Path) -> None:
    web = deployment("web", LOG_LEVEL="info")
    settings = config_map("settings", **{"app.kubernetes.io/name": "written"})
    source = {"configMapRef": {"name": "settings"}}
    web["spec"]["template"]["spec"]["containers"][0]["envFrom"] = [source]
    assert set(drawn(tmp_path, web, settings).components()) == {"web"}


def test_subcharts_are_components_of_their_own() -> None:
    assert {"cache"} <= set(graph("subcharts-by-condition", cache={"enabled": True}).components())


def test_hooks_tell_when_they_run() -> None:
    notes = {part.note for part in graph("hooks").nodes}
    assert "test" in notes
    assert "" in notes


@pytest.mark.parametrize(("count", "shown"), [(3, 3), (4, 1)])
def test_many_objects_that_are_wired_the_same_are_shown_as_one(
    tmp_path: Path, count: int, shown: int
) -> None:
    many = drawn(tmp_path, *(config_map(f"dashboard-{at}") for at in range(count)))
    assert len(many.nodes) == shown
    if shown == 1:
        assert many.nodes[0].label == "4 objects"
        assert many.nodes[0].members == ("dashboard-0", "dashboard-1", "dashboard-2", "dashboard-3")


def test_objects_of_other_components_or_with_faults_stay_apart(tmp_path: Path) -> None:
    named = [config_map(f"file-{at}", component=f"part-{at % 2}") for at in range(6)]
    assert len(drawn(tmp_path / "components", *named).nodes) == 6
    faulty = config_map("file-9") | {"data": {"password": "open-to-all-4711"}}
    mixed = drawn(tmp_path / "faults", faulty, *(config_map(f"file-{at}") for at in range(4)))
    assert sorted(part.label for part in mixed.nodes) == ["4 objects", "file-9"]


def test_an_empty_release_is_an_empty_graph(tmp_path: Path) -> None:
    empty = drawn(tmp_path)
    assert (empty.nodes, empty.edges, empty.faults) == ((), (), ())
