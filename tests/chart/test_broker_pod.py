"""What the broker's pods can be given beside the chart's own: probes, ports, definitions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from chartproof.chart import Chart
from chartproof.release import Release
from chartproof.render import render as render_chart
from tests.chart.pods import container
from tests.chart.running import ChartBroker

Render = Callable[..., Release]

MQTT = {"name": "mqtt", "port": 1883}


def broker_container(release: Release) -> dict[str, Any]:
    """Return the container that the broker runs in."""
    pod = release.get("StatefulSet", "broker").body["spec"]["template"]["spec"]
    return container(pod, "broker")


@pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe"])
def test_a_probe_of_the_broker_can_be_tuned_replaced_or_left_out(
    render: Render, probe: str
) -> None:
    own = broker_container(render())[probe]
    tuned = broker_container(render({"broker": {probe: {"failureThreshold": 999}}}))[probe]
    assert tuned == {**own, "failureThreshold": 999}
    asks = {"exec": {"command": ["rabbitmq-diagnostics", "ping"]}}
    replaced = broker_container(render({"broker": {probe: asks}}))[probe]
    assert replaced == {**asks, **{key: own[key] for key in own if key != "httpGet"}}
    assert probe not in broker_container(render({"broker": {probe: None}}))


@pytest.mark.parametrize(("tls", "port"), [(False, "amqp"), (True, "amqps")])
def test_who_wants_a_liveness_probe_gets_one_that_no_load_fails(
    render: Render, tls: bool, port: str
) -> None:
    values = {"tls": {"enabled": tls}, "livenessProbe": {"periodSeconds": 60}}
    found = broker_container(render({"broker": values}))
    assert found["livenessProbe"] == {"periodSeconds": 60, "tcpSocket": {"port": port}}
    assert port in [each["name"] for each in found["ports"]]


def test_a_plugins_port_is_open_in_pods_and_service(render: Render) -> None:
    service = {"type": "NodePort", "nodePorts": {"mqtt": 31883}}
    release = render({"broker": {"extraPorts": [MQTT], "service": service}})
    assert {"name": "mqtt", "containerPort": 1883} in broker_container(release)["ports"]
    ports = release.get("Service", "broker").body["spec"]["ports"]
    assert {"name": "mqtt", "port": 1883, "targetPort": "mqtt", "nodePort": 31883} in ports


@pytest.mark.needs("broker")
def test_definitions_from_elsewhere_join_the_charts_and_take_nothing_from_them(
    chart: Chart,
) -> None:
    exported = {
        "vhosts": [{"name": "/"}, {"name": "theirs"}],
        "users": [
            {"name": "old", "password": "old-password", "tags": ["monitoring"]},
            {"name": "admin", "password": "taken-over", "tags": []},
        ],
        "permissions": [
            {"user": "old", "vhost": "theirs", "configure": "", "write": "", "read": ".*"}
        ],
        "queues": [
            {
                "name": "letters",
                "vhost": "theirs",
                "durable": True,
                "auto_delete": False,
                "arguments": {"x-queue-type": "quorum"},
            }
        ],
    }
    auth = {"password": "admin-password", "workerPassword": "w", "erlangCookie": "c"}
    own = {"existingSecret": "theirs", "secretKey": "exported.json"}
    release = render_chart(chart, {"broker": {"auth": auth, "definitions": own}})
    with ChartBroker(release, {"theirs": {"exported.json": json.dumps(exported)}}) as broker:
        found = json.loads(broker.ctl("--formatter=json", "list_queues", "--vhost=theirs", "name"))
        assert [queue["name"] for queue in found] == ["letters"]
        assert broker.answer_to("old", "old-password", "overview")[0] == 200
        # The chart's own administrator keeps its password and every right.
        assert broker.answer_to("admin", "admin-password", "users")[0] == 200
        assert not broker.accepts("admin", "taken-over")
        assert "test.dead" in broker.ctl("list_queues", "name")
