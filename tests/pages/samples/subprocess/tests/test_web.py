"""What the chart renders, by the Helm CLI."""

import subprocess

import pytest

from rendering import render_chart


def test_one_pod_by_default():
    docs = render_chart(show_only=["templates/web.yaml"])
    deployment = docs[2]
    assert deployment["spec"]["replicas"] == 1
    assert deployment["spec"]["template"]["spec"]["containers"][0]["image"] == "shop/web:2.1"


@pytest.mark.parametrize("replicas", [1, 3, 9])
def test_as_many_pods_as_asked_for(replicas):
    docs = render_chart({"replicas": replicas})
    (deployment,) = [doc for doc in docs if doc["kind"] == "Deployment"]
    assert deployment["spec"]["replicas"] == replicas


def test_too_many_pods_are_refused():
    with pytest.raises(subprocess.CalledProcessError) as failed:
        render_chart({"replicas": 10})
    assert "replicas: at most 9" in failed.value.stderr


def test_the_ingress_leads_to_the_service():
    docs = render_chart({"ingress": {"enabled": True, "host": "shop.example.com"}})
    (ingress,) = [doc for doc in docs if doc["kind"] == "Ingress"]
    backend = ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    (service,) = [doc for doc in docs if doc["kind"] == "Service"]
    assert backend["name"] == service["metadata"]["name"]
    assert backend["port"]["number"] == service["spec"]["ports"][0]["port"]


def test_it_is_monitored_where_prometheus_is():
    monitored = {"monitor": {"enabled": True}}
    apis = ["monitoring.coreos.com/v1"]
    kinds = {doc["kind"] for doc in render_chart(monitored, api_versions=apis)}
    assert "ServiceMonitor" in kinds
    assert "ServiceMonitor" not in {doc["kind"] for doc in render_chart(monitored)}
