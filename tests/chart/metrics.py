"""What a real broker and real workers show of themselves, and what the chart asks of that."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from chartproof.release import Release
from tests.apps.running import Running, ask
from tests.support import promql
from tests.support.broker import Broker, free_ports

QUEUE = "watched"
PLUGINS = "[rabbitmq_management, rabbitmq_prometheus].\n"

Shown = dict[str, set[str]]


class WatchedBroker(Broker):
    """A broker that shows metrics."""

    def __init__(self) -> None:
        (self.metrics_port,) = free_ports(1)
        super().__init__()

    def _prepare(self) -> None:
        (self._path / "settings/enabled_plugins").write_text(PLUGINS)

    def _configuration(self) -> str:
        port = f"prometheus.tcp.ip = 127.0.0.1\nprometheus.tcp.port = {self.metrics_port}\n"
        return super()._configuration() + port


def shown(paths: list[str]) -> Shown:
    """Return the labels of each metric that a broker and its workers show while they work.

    `paths` are those that the broker is asked for.
    """
    with WatchedBroker() as broker, ExitStack() as workers:
        broker.declare(QUEUE, x_queue_type="quorum")
        running = [_worker(broker, workers, command) for command in ("produce", "consume")]
        producer, consumer = running
        consumer.until(lambda: _handled(consumer) > 0, "a handled message")
        broker.ctl("close_all_connections", "to see what is shown of it")
        for worker in running:
            worker.wait_for("disconnected")
        producer.until(lambda: producer.metric("connected") == 1, "a new session")
        texts = [worker.ask("/metrics")[1] for worker in running]
        texts += [ask(broker.metrics_port, path)[1] for path in paths]
    found: Shown = {}
    for text in texts:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                found.setdefault(sample.name, set()).update(sample.labels)
    return found


def scraped_paths(release: Release) -> list[str]:
    """Return what the ServiceMonitor has Prometheus ask the broker for."""
    (monitor,) = release.of_kind("ServiceMonitor")
    return [
        "?".join(filter(None, [endpoint["path"], _parameters(endpoint.get("params", {}))]))
        for endpoint in monitor.body["spec"]["endpoints"]
    ]


def alerts(release: Release) -> list[dict[str, Any]]:
    """Return the alerts of a release."""
    (rule,) = release.of_kind("PrometheusRule")
    return [alert for group in rule.body["spec"]["groups"] for alert in group["rules"]]


def dashboards(release: Release) -> dict[str, Any]:
    """Return the dashboards of a release by file."""
    return {
        name: json.loads(text)
        for manifest in release.of_kind("ConfigMap")
        for name, text in manifest.body["data"].items()
        if name.endswith(".json")
    }


def panels(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the panels that show something."""
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def expressions(release: Release) -> Iterator[tuple[str, str]]:
    """Give each expression of the alerts and the dashboards, and where it stands."""
    for alert in alerts(release):
        yield alert["alert"], alert["expr"]
    for file, dashboard in dashboards(release).items():
        for panel in panels(dashboard):
            for target in panel["targets"]:
                yield f"{file}: {panel['title']}", promql.filled(target["expr"])
        for variable in dashboard["templating"]["list"]:
            for query in promql.variable_queries(variable.get("definition", "")):
                yield f"{file}: {variable['name']}", promql.filled(query)


def _worker(broker: Broker, workers: ExitStack, command: str) -> Running:
    settings = {"url": broker.url(), "ch": QUEUE, "health_port": 0, "rate": 20}
    worker = Running(command, {**settings, "handler": "trial:nothing"})
    workers.callback(worker.end)
    return worker


def _handled(consumer: Running) -> float:
    families = text_string_to_metric_families(consumer.ask("/metrics")[1])
    samples = [sample for family in families for sample in family.samples]
    return sum(s.value for s in samples if s.name == "workers_consumed_total")


def _parameters(params: dict[str, list[str]]) -> str:
    return "&".join(f"{name}={value}" for name, values in params.items() for value in values)
