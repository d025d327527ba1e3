"""Who watches the release finds what it shows, and is told what to make of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chartproof.options import RenderOptions
from chartproof.release import Release
from chartproof.render import ValuesError
from chartproof.wiring.selectors import matches
from tests.chart import metrics

Render = Callable[..., Release]

ON = {"enabled": True}


def monitored(render: Render, **changes: Any) -> Release:
    """Render with everything of monitoring on."""
    kinds = ("serviceMonitor", "podMonitor", "prometheusRule", "dashboards")
    return render({"monitoring": dict.fromkeys(kinds, ON), **changes})


def spec(release: Release, kind: str) -> dict[str, Any]:
    """Return the spec of the one object of a kind."""
    (manifest,) = release.of_kind(kind)
    found: dict[str, Any] = manifest.body["spec"]
    return found


def named(release: Release) -> dict[str, dict[str, Any]]:
    """Return the alerts by name."""
    return {alert["alert"]: alert for alert in metrics.alerts(release)}


def test_nothing_of_it_is_there_until_it_is_asked_for(release: Release) -> None:
    assert not release.of_kind("ServiceMonitor", "PodMonitor", "PrometheusRule")
    assert metrics.dashboards(release) == {}


def test_the_two_endpoints_of_a_broker_give_series_of_different_labels(render: Render) -> None:
    aggregated, detailed = spec(monitored(render), "ServiceMonitor")["endpoints"]
    assert (aggregated["path"], detailed["path"]) == ("/metrics", "/metrics/detailed")
    assert "relabelings" not in aggregated
    assert {"targetLabel": "endpoint", "replacement": "detailed"} in detailed["relabelings"]
    assert detailed["params"] == {"family": ["queue_coarse_metrics", "queue_consumer_count"]}


def test_figures_of_single_queues_can_be_left_out_with_their_alerts(render: Render) -> None:
    watched = {"serviceMonitor": {**ON, "detailed": {"enabled": False}}, "prometheusRule": ON}
    release = render({"monitoring": watched})
    (endpoint,) = spec(release, "ServiceMonitor")["endpoints"]
    assert endpoint["path"] == "/metrics"
    assert "rabbitmq_detailed" not in str(release)
    assert "RabbitMQMemoryAlarm" in named(release)


def test_over_tls_the_broker_is_verified_by_the_name_in_its_certificate(render: Render) -> None:
    release = monitored(render, broker={"tls": ON})
    for endpoint in spec(release, "ServiceMonitor")["endpoints"]:
        assert (endpoint["port"], endpoint["scheme"]) == ("metrics-tls", "https")
        authority = endpoint["tlsConfig"]["ca"]["secret"]
        assert authority["key"] in release.get("Secret", "broker-tls").body["stringData"]
        assert endpoint["tlsConfig"]["serverName"] == release.get("Service", "broker").name


def test_the_pod_monitor_finds_every_worker_and_no_broker(render: Render) -> None:
    release = monitored(render, workers={"mails": {"role": "consumer"}})
    selector = spec(release, "PodMonitor")["selector"]
    found = {
        manifest.body["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/component"]
        for manifest in release.of_kind("Deployment", "StatefulSet")
        if matches(selector, manifest.body["spec"]["template"]["metadata"]["labels"])
    }
    assert found == {"producer", "consumer", "mails"}


def test_alerts_ask_for_the_labels_that_the_monitors_bring(render: Render) -> None:
    release = monitored(render)
    service, monitor = release.get("Service", "broker"), release.get("PodMonitor", "workers")
    broker = f'namespace="default",service="{service.name}"'
    # https://prometheus-operator.dev: a PodMonitor's job is <namespace>/<name>.
    workers = f'job="default/{monitor.name}"'
    for alert in metrics.alerts(release):
        is_about_workers = "workers_" in alert["expr"]
        assert (workers if is_about_workers else broker) in alert["expr"]


def test_alerts_may_ask_for_labels_that_other_monitors_bring(render: Render) -> None:
    selectors = {"broker": 'job="rabbitmq", cluster=~"a|\\"b"', "workers": 'job!="",team="x"'}
    watched = {"prometheusRule": {"enabled": True, "selectors": selectors}}
    for alert in metrics.alerts(render({"monitoring": watched})):
        assert any(matchers in alert["expr"] for matchers in selectors.values())


def test_no_word_of_an_alert_is_left_to_be_filled_in(render: Render) -> None:
    for alert in metrics.alerts(monitored(render)):
        texts = (alert["expr"], *alert["annotations"].values())
        left = [text for text in texts if "$" in text.replace("$labels", "").replace("$value", "")]
        assert left == []


@pytest.mark.parametrize(("replicas", "majority"), [(1, 1), (3, 2), (5, 3)])
def test_a_quorum_is_lost_with_most_of_the_brokers(
    render: Render, replicas: int, majority: int
) -> None:
    alerts = named(monitored(render, broker={"replicas": replicas}))
    assert alerts["RabbitMQBrokerMissing"]["expr"].endswith(f"< {replicas}")
    assert alerts["RabbitMQQuorumLost"]["expr"].endswith(f"< {majority}")


def test_an_alert_can_be_changed_or_left_out(render: Render) -> None:
    changes = {
        "RabbitMQQueueBacklog": {"threshold": 2500000, "for": "1h", "severity": "critical"},
        "ConsumerSlow": {"threshold": 0.5},
        "RabbitMQConnectionChurn": {"enabled": False},
    }
    rule = {**ON, "alerts": changes, "alertLabels": {"team": "orders"}}
    changed = named(render({"monitoring": {"prometheusRule": rule}}))
    backlog = changed["RabbitMQQueueBacklog"]
    assert backlog["expr"].endswith("> 2500000")
    assert (backlog["for"], backlog["labels"]) == ("1h", {"severity": "critical", "team": "orders"})
    assert changed["ConsumerSlow"]["expr"].endswith("> 0.5")
    assert changed.keys() == named(monitored(render)).keys() - {"RabbitMQConnectionChurn"}


def test_a_worker_that_may_be_scaled_to_none_is_not_missed(render: Render) -> None:
    scaled = {"autoscaling": {"type": "keda", "minReplicas": 0}}
    missed = named(monitored(render, consumer=scaled))["WorkersMissing"]["expr"]
    assert 'worker="producer"' in missed
    assert 'worker="consumer"' not in missed
    none = monitored(render, consumer=scaled, producer={"enabled": False})
    assert "WorkersMissing" not in named(none)


def test_without_a_broker_there_is_nothing_to_say_about_it(render: Render) -> None:
    external = {"broker": {"enabled": False}, "externalBroker": {"url": "amqps://u:p@h/"}}
    release = monitored(render, **external)
    assert not release.of_kind("ServiceMonitor")
    assert not [name for name in named(release) if name.startswith("RabbitMQ")]


def test_the_sidecar_finds_the_dashboards_by_the_label_of_the_values(render: Render) -> None:
    labels = {"grafana_dashboard": None, "dashboards": "main"}
    release = render({"monitoring": {"dashboards": {**ON, "labels": labels}}})
    found = [
        manifest
        for manifest in release.of_kind("ConfigMap")
        if manifest.metadata["labels"].get("dashboards") == "main"
    ]
    assert len(found) == len(metrics.dashboards(release)) == 2


def test_every_panel_of_a_dashboard_says_what_it_shows_and_has_room(render: Render) -> None:
    for dashboard in metrics.dashboards(monitored(render)).values():
        shown = metrics.panels(dashboard)
        assert all(panel["title"] and panel["description"] for panel in shown)
        assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
        places = [set(_squares(panel["gridPos"])) for panel in dashboard["panels"]]
        assert sum(map(len, places)) == len(set().union(*places))
        variables = {variable["name"] for variable in dashboard["templating"]["list"]}
        assert {"datasource"} <= variables


@pytest.mark.parametrize(
    ("monitoring", "named_parts"),
    [
        (
            {"serviceMonitor": {**ON, "interval": "30s", "scrapeTimeout": "1m"}},
            ["monitoring.serviceMonitor.scrapeTimeout is 1m", "interval, 30s"],
        ),
        (
            {"prometheusRule": {"alerts": {"QueueBacklog": {"enabled": False}}}},
            ["alerts.QueueBacklog is no alert", "RabbitMQQueueBacklog"],
        ),
        (
            {"prometheusRule": {"alerts": {"WorkersMissing": {"threshold": 3}}}},
            ["alerts.WorkersMissing.threshold is 3", "has no threshold"],
        ),
        (
            {"requireOperator": True, "podMonitor": ON},
            ["monitoring.requireOperator is true", "monitoring.podMonitor.enabled"],
        ),
    ],
    ids=["timeout", "unknown alert", "no threshold", "no operator"],
)
def test_what_could_not_work_is_refused(
    render: Render, monitoring: dict[str, Any], named_parts: list[str]
) -> None:
    with pytest.raises(ValuesError) as fault:
        render({"monitoring": monitoring})
    (line,) = (line for line in str(fault.value).splitlines() if line.startswith("- "))
    assert all(part in line for part in named_parts), line


def test_where_the_operator_is_there_it_may_be_required(render: Render) -> None:
    options = RenderOptions(api_versions=("monitoring.coreos.com/v1",))
    release = render({"monitoring": {"requireOperator": True, "podMonitor": ON}}, options=options)
    assert release.of_kind("PodMonitor")


def _squares(place: dict[str, int]) -> list[tuple[int, int]]:
    xs, ys = (range(place[at], place[at] + place[size]) for at, size in (("x", "w"), ("y", "h")))
    return [(x, y) for x in xs for y in ys]
