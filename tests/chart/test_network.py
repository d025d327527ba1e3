"""With policies on, only who is named gets through, and those whom the release needs are named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chartproof.release import Release
from chartproof.render import ValuesError
from chartproof.wiring.selectors import matches

Render = Callable[..., Release]
Labels = dict[str, str]

CLOSED = {"networkPolicy": {"enabled": True}}
NAMESPACE = "kubernetes.io/metadata.name"
BETWEEN_BROKERS = {4369, 25672, *range(6000, 6501), *range(35672, 35683)}


def peer(namespace: str) -> dict[str, Any]:
    """Return a peer: all pods of a namespace."""
    return {"namespaceSelector": {"matchLabels": {NAMESPACE: namespace}}}


def pods(release: Release) -> dict[str, Labels]:
    """Return the labels of the release's pods by component."""
    found: dict[str, Labels] = {}
    for manifest in release.of_kind("Deployment", "StatefulSet", "Job", "Pod"):
        made = manifest.body if manifest.kind == "Pod" else manifest.body["spec"]["template"]
        labels = made["metadata"]["labels"]
        found[labels["app.kubernetes.io/component"]] = labels
    return found


def ports_open(release: Release, way: str, pod: Labels, other: Labels | str) -> set[int]:
    """Return the ports that policies open for a pod, `way` ingress or egress, and another.

    The other is the labels of a pod of the release, or the name of another's namespace.
    """
    found: set[int] = set()
    for policy in release.of_kind("NetworkPolicy"):
        spec = policy.body["spec"]
        if not matches(spec["podSelector"], pod):
            continue
        for rule in spec.get(way, []):
            peers = rule.get("from" if way == "ingress" else "to")
            if peers is None or any(_is_meant(peer, other) for peer in peers):
                for port in rule["ports"]:
                    found |= set(range(port["port"], port.get("endPort", port["port"]) + 1))
    return found


def reachable(release: Release, source: str, target: str) -> set[int]:
    """Return the ports on which one component reaches another: both sides must let it."""
    here, there = pods(release)[source], pods(release)[target]
    out, into = (
        ports_open(release, "egress", here, there),
        ports_open(release, "ingress", there, here),
    )
    return out & into


def _is_meant(peer: dict[str, Any], other: Labels | str) -> bool:
    if isinstance(other, str):
        selector = peer.get("namespaceSelector")
        return selector is not None and matches(selector, {NAMESPACE: other})
    return "namespaceSelector" not in peer and matches(peer.get("podSelector", {}), other)


def test_there_are_no_policies_until_they_are_asked_for(release: Release) -> None:
    assert release.of_kind("NetworkPolicy") == []


def test_every_pod_is_closed_both_ways(render: Render) -> None:
    release = render(CLOSED)
    for labels in pods(release).values():
        assert any(
            matches(policy.body["spec"]["podSelector"], labels)
            and policy.body["spec"]["policyTypes"] == ["Ingress", "Egress"]
            and not {"ingress", "egress"} & policy.body["spec"].keys()
            for policy in release.of_kind("NetworkPolicy")
        )


@pytest.mark.parametrize(("tls", "port"), [(False, 5672), (True, 5671)])
def test_workers_and_tests_reach_the_broker_on_the_port_they_are_given(
    render: Render, tls: bool, port: int
) -> None:
    workers = {"mails": {"role": "consumer"}}
    release = render({**CLOSED, "broker": {"tls": {"enabled": tls}}, "workers": workers})
    for name in ("producer", "consumer", "mails"):
        assert reachable(release, name, "broker") == {port}
    assert port in reachable(release, "test", "broker")


@pytest.mark.parametrize(("tls", "port"), [(False, 15672), (True, 15671)])
def test_those_who_look_at_the_release_reach_the_management_api(
    render: Render, tls: bool, port: int
) -> None:
    release = render({**CLOSED, "broker": {"tls": {"enabled": tls}}})
    for name in ("test", "upgrade-guard"):
        assert port in reachable(release, name, "broker")
    assert port not in reachable(release, "producer", "broker")


def test_both_ports_are_open_where_the_broker_listens_on_both(render: Render) -> None:
    tls = {"enabled": True, "plainListeners": True}
    release = render({**CLOSED, "broker": {"tls": tls}})
    assert reachable(release, "producer", "broker") == {5671, 5672}


def test_brokers_reach_each_other_and_no_worker(render: Render) -> None:
    release = render({**CLOSED, "broker": {"replicas": 3}})
    assert reachable(release, "broker", "broker") == BETWEEN_BROKERS
    assert reachable(release, "broker", "producer") == set()
    assert reachable(release, "consumer", "producer") == set()


def test_everyone_may_ask_for_names_and_nothing_else_outside(render: Render) -> None:
    release = render(CLOSED)
    for labels in pods(release).values():
        assert ports_open(release, "egress", labels, "kube-system") == {53}
        assert ports_open(release, "egress", labels, "elsewhere") == set()
        assert ports_open(release, "ingress", labels, "elsewhere") == set()


@pytest.mark.parametrize(
    ("way", "component", "port"),
    [
        ("amqp", "broker", 5672),
        ("management", "broker", 15672),
        ("metrics", "broker", 15692),
        ("metrics", "consumer", 8080),
        ("extraPorts", "broker", 1883),
    ],
)
def test_who_is_named_gets_in_where_it_was_named_for(
    render: Render, way: str, component: str, port: int
) -> None:
    mqtt = {"plugins": ["rabbitmq_mqtt"], "extraPorts": [{"name": "mqtt", "port": 1883}]}
    policy = {"enabled": True, "from": {"extraPorts": [peer("devices")], way: [peer("named")]}}
    release = render({"broker": mqtt, "networkPolicy": policy})
    labels = pods(release)[component]
    assert ports_open(release, "ingress", labels, "named") == {port}
    assert ports_open(release, "ingress", labels, "another") == set()


def test_an_external_broker_is_reached_on_its_ports(render: Render) -> None:
    external = {"url": "amqps://u:p@h:5673/"}
    policy = {"enabled": True, "externalBroker": {"to": [peer("brokers")], "ports": [5673]}}
    release = render(
        {"broker": {"enabled": False}, "externalBroker": external, "networkPolicy": policy}
    )
    producer = pods(release)["producer"]
    assert ports_open(release, "egress", producer, "brokers") == {5673}
    assert ports_open(release, "egress", producer, "elsewhere") == set()


def test_more_ways_out_are_for_those_they_are_given_to(render: Render) -> None:
    rule = {"to": [peer("database")], "ports": [{"protocol": "TCP", "port": 5432}]}
    release = render({"networkPolicy": {"enabled": True, "egress": {"workers": [rule]}}})
    of = pods(release)
    assert ports_open(release, "egress", of["consumer"], "database") == {5432}
    assert ports_open(release, "egress", of["broker"], "database") == set()


@pytest.mark.parametrize(
    ("tls", "name", "number"),
    [
        ({"enabled": False}, "management", 15672),
        ({"enabled": True}, "management-tls", 15671),
        ({"enabled": True, "plainListeners": True}, "management", 15672),
    ],
)
def test_the_page_is_shown_from_a_port_that_the_broker_has(
    render: Render, tls: dict[str, bool], name: str, number: int
) -> None:
    shown = {
        "ingress": {"enabled": True, "hosts": ["a.example.com"]},
        "httpRoute": {"enabled": True, "parentRefs": [{"name": "public"}]},
    }
    release = render({"broker": {"tls": tls}, **shown})
    (ingress,) = release.of_kind("Ingress")
    (route,) = release.of_kind("HTTPRoute")
    backend = ingress.body["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    (behind,) = route.body["spec"]["rules"][0]["backendRefs"]
    service = release.get("Service", "broker")
    assert (backend["name"], backend["port"]["name"]) == (service.name, name)
    assert (behind["name"], behind["port"]) == (service.name, number)
    assert (name, number) in [(p["name"], p["port"]) for p in service.body["spec"]["ports"]]


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"ingress": {"enabled": True}}, ["ingress.enabled", "ingress.hosts is empty"]),
        ({"httpRoute": {"enabled": True}}, ["httpRoute.enabled", "parentRefs is empty"]),
        (
            {**CLOSED, "monitoring": {"podMonitor": {"enabled": True}}},
            ["monitoring.podMonitor.enabled", "networkPolicy.from.metrics is empty"],
        ),
        (
            {**CLOSED, "ingress": {"enabled": True, "hosts": ["a.example.com"]}},
            ["ingress.enabled is true", "networkPolicy.from.management is empty"],
        ),
        (
            {**CLOSED, "consumer": {"autoscaling": {"type": "keda"}}},
            ["consumer.autoscaling.type is keda", "networkPolicy.from.management is empty"],
        ),
        (
            {**CLOSED, "broker": {"extraPorts": [{"name": "mqtt", "port": 1883}]}},
            ["broker.extraPorts has mqtt", "networkPolicy.from.extraPorts is empty"],
        ),
        (
            {**CLOSED, "broker": {"service": {"type": "LoadBalancer"}}},
            ["broker.service.type is LoadBalancer", "networkPolicy.from.amqp is empty"],
        ),
        (
            {
                **CLOSED,
                "broker": {"enabled": False},
                "externalBroker": {"url": "amqps://u:p@h:5673/"},
            },
            ["networkPolicy.externalBroker.ports is 5671, 5672", "without 5673"],
        ),
        (
            {
                **CLOSED,
                "broker": {"enabled": False},
                "externalBroker": {"url": "amqps://u:p@one:5672,two:5674,three/v"},
            },
            ["networkPolicy.externalBroker.ports is 5671, 5672", "without 5674", "a port of"],
        ),
        (
            {
                "networkPolicy": {"enabled": True, "externalBroker": {"ports": [5672]}},
                "broker": {"enabled": False},
                "externalBroker": {"url": "amqps://u:p@one:5672,two/v"},
            },
            ["networkPolicy.externalBroker.ports is 5672", "without 5671", "where it names none"],
        ),
    ],
    ids=[
        "ingress",
        "route",
        "scrapers",
        "visitors",
        "keda",
        "extra port",
        "load balancer",
        "port",
        "one port of several",
        "tls",
    ],
)
def test_what_would_be_kept_out_is_refused(
    render: Render, values: dict[str, Any], named: list[str]
) -> None:
    with pytest.raises(ValuesError) as fault:
        render(values)
    (line,) = (line for line in str(fault.value).splitlines() if line.startswith("- "))
    assert all(part in line for part in named), line
