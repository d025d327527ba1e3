"""Each alert fires for what it is about, and none of them fires on a release that is well."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from chartproof.release import Release
from tests.chart import metrics
from tests.support.tools import PROMTOOL
from tests.support.words import Words

Render = Callable[..., Release]
Series = Mapping[str, str]

RUNBOOK = Path(__file__).parents[2] / "docs/alerts.md"
VALUES: dict[str, dict[str, Any]] = {
    "broker": {"replicas": 3},
    "monitoring": {
        "prometheusRule": {
            "enabled": True,
            "selectors": {"broker": 'job="broker"', "workers": 'job="workers"'},
        }
    },
}
MINUTES = 120
BROKERS = ("b-0", "b-1", "b-2")


def everywhere(metric: str, values: str, **labels: str) -> Series:
    """Series of every broker."""
    return {series(metric, job="broker", pod=pod, **labels): values for pod in BROKERS}


def series(metric: str, **labels: str) -> str:
    """Write a series as Prometheus does."""
    pairs = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{metric}{{{pairs}}}"


def on_one(metric: str, values: str, **labels: str) -> Series:
    """A series of one broker."""
    return {series(metric, job="broker", pod="b-0", **labels): values}


def queue(metric: str, values: str, name: str = "test") -> Series:
    """A series about one queue."""
    return on_one(f"rabbitmq_detailed_queue_{metric}", values, vhost="/", queue=name)


def worker(metric: str, values: str, name: str = "producer", **labels: str) -> Series:
    """A series of a worker's pod."""
    return {series(f"workers_{metric}", job="workers", worker=name, pod=name, **labels): values}


def constant(value: float) -> str:
    """A value that stays."""
    return f"{value}x{MINUTES}"


def growing(by: float) -> str:
    """A counter, and by how much it grows in a minute."""
    return f"0+{by}x{MINUTES}"


IDENTITY = {"rabbitmq_endpoint": "aggregated"}
OLD_VERSION = series("rabbitmq_build_info", job="broker", pod="b-0", rabbitmq_version="4.3.6")
WELL: Series = {
    **everywhere("rabbitmq_identity_info", constant(1), **IDENTITY),
    **everywhere("rabbitmq_build_info", constant(1), rabbitmq_version="4.3.6"),
    **everywhere("rabbitmq_unreachable_cluster_peers_count", constant(0)),
    **everywhere("rabbitmq_alarms_memory_used_watermark", constant(0)),
    **everywhere("rabbitmq_alarms_free_disk_space_watermark", constant(0)),
    **everywhere("rabbitmq_process_resident_memory_bytes", constant(80)),
    **everywhere("rabbitmq_resident_memory_limit_bytes", constant(100)),
    **everywhere("rabbitmq_disk_space_available_bytes", constant(5000)),
    **everywhere("rabbitmq_disk_space_available_limit_bytes", constant(1000)),
    **everywhere("rabbitmq_process_open_fds", constant(79)),
    **everywhere("rabbitmq_process_max_fds", constant(100)),
    **everywhere("rabbitmq_erlang_processes_used", constant(79)),
    **everywhere("rabbitmq_erlang_processes_limit", constant(100)),
    **everywhere("rabbitmq_global_messages_unroutable_dropped_total", constant(7)),
    **everywhere("rabbitmq_auth_attempts_failed_total", constant(70), protocol="amqp091"),
    **everywhere("rabbitmq_connections_opened_total", growing(60)),
    **queue("messages_ready", constant(10000)),
    **queue("messages", constant(10000)),
    **queue("consumers", constant(1)),
    **queue("messages", constant(0), "test.dead"),
    **queue("messages_ready", constant(0), "test.dead"),
    **queue("consumers", constant(0), "test.dead"),
    **worker("ready", constant(1)),
    **worker("ready", constant(1), "consumer"),
    **worker("blocked", constant(0)),
    **worker("published_total", growing(600)),
    **worker("confirmed_total", growing(600)),
    **worker("returned_total", constant(3)),
    **worker("nacked_total", constant(3)),
    **worker("sessions_ended_total", constant(9), reason="closed_by_broker"),
    **worker("consumed_total", growing(96), "consumer", result="handled"),
    **worker("consumed_total", growing(4), "consumer", result="failed"),
    **worker("handler_seconds_bucket", growing(100), "consumer", le="10"),
    **worker("handler_seconds_bucket", growing(100), "consumer", le="+Inf"),
}
GONE = f"_x{MINUTES}"
FAULTS: dict[str, tuple[Series, set[str]]] = {
    "one of three brokers is away": (
        on_one("rabbitmq_identity_info", GONE, **IDENTITY),
        {"RabbitMQBrokerMissing"},
    ),
    "all brokers are away": (
        everywhere("rabbitmq_identity_info", GONE, **IDENTITY),
        {"RabbitMQBrokerMissing", "RabbitMQQuorumLost"},
    ),
    "a cable is pulled": (
        on_one("rabbitmq_unreachable_cluster_peers_count", constant(2)),
        {"RabbitMQPeerUnreachable"},
    ),
    "memory is used up": (
        on_one("rabbitmq_alarms_memory_used_watermark", constant(1)),
        {"RabbitMQMemoryAlarm"},
    ),
    "the disk is full": (
        on_one("rabbitmq_alarms_free_disk_space_watermark", constant(1)),
        {"RabbitMQDiskAlarm"},
    ),
    "memory is nearly used up": (
        on_one("rabbitmq_process_resident_memory_bytes", constant(86)),
        {"RabbitMQMemoryHigh"},
    ),
    "the disk will be full tomorrow": (
        on_one("rabbitmq_disk_space_available_bytes", f"5000-3x{MINUTES}"),
        {"RabbitMQDiskFillsUp"},
    ),
    "file descriptors run out": (
        on_one("rabbitmq_process_open_fds", constant(81)),
        {"RabbitMQFileDescriptorsHigh"},
    ),
    "Erlang processes run out": (
        on_one("rabbitmq_erlang_processes_used", constant(81)),
        {"RabbitMQErlangProcessesHigh"},
    ),
    "messages find no queue": (
        on_one("rabbitmq_global_messages_unroutable_dropped_total", growing(1)),
        {"RabbitMQMessagesUnroutable"},
    ),
    "someone guesses passwords": (
        on_one("rabbitmq_auth_attempts_failed_total", growing(2), protocol="amqp091"),
        {"RabbitMQLoginsFail"},
    ),
    "a client connects for each message": (
        on_one("rabbitmq_connections_opened_total", growing(360)),
        {"RabbitMQConnectionChurn"},
    ),
    "an upgrade has stopped half-way": (
        {
            OLD_VERSION: GONE,
            **on_one("rabbitmq_build_info", constant(1), rabbitmq_version="4.4.0"),
        },
        {"RabbitMQVersionsDiffer"},
    ),
    "messages pile up": (queue("messages_ready", constant(10001)), {"RabbitMQQueueBacklog"}),
    "nobody consumes": (queue("consumers", constant(0)), {"RabbitMQQueueUnconsumed"}),
    "a message was given up": (
        queue("messages", constant(1), "test.dead"),
        {"RabbitMQDeadLetters"},
    ),
    "the consumer is gone": (worker("ready", GONE, "consumer"), {"WorkersMissing"}),
    "the consumer cannot connect": (
        worker("ready", constant(0), "consumer"),
        {"WorkersNotReady", "WorkerNotReady"},
    ),
    "one of two consumers cannot connect": (
        {series("workers_ready", job="workers", worker="consumer", pod="other"): constant(0)},
        {"WorkerNotReady"},
    ),
    "the producer is held back": (worker("blocked", constant(1)), {"WorkerBlocked"}),
    "connections end": (
        worker("sessions_ended_total", growing(1), reason="closed_by_broker"),
        {"WorkerSessionsEnd"},
    ),
    "nothing is confirmed": (worker("confirmed_total", constant(5)), {"ProducerUnconfirmed"}),
    "messages come back": (worker("returned_total", growing(1)), {"ProducerReturned"}),
    "messages are refused": (worker("nacked_total", growing(1)), {"ProducerRefused"}),
    "handlers fail": (
        worker("consumed_total", growing(6), "consumer", result="failed"),
        {"ConsumerFails"},
    ),
    "handlers are slow": (
        {
            **worker("handler_seconds_bucket", growing(98), "consumer", le="10"),
            **worker("handler_seconds_bucket", growing(100), "consumer", le="30"),
        },
        {"ConsumerSlow"},
    ),
}


def firing(folder: Path, release: Release, given: Series) -> set[str]:
    """Return the alerts that fire over these series after two hours, as promtool has it."""
    (rule,) = release.of_kind("PrometheusRule")
    groups = {"groups": rule.body["spec"]["groups"]}
    (folder / "rules.yaml").write_text(yaml.safe_dump(groups))
    names = sorted({alert["alert"] for alert in metrics.alerts(release)})
    expected = [{"labels": f'{{alertname="{name}"}}', "value": 1} for name in names]
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": value} for name, value in given.items()],
        "promql_expr_test": [
            {
                "expr": 'group by (alertname) (ALERTS{alertstate="firing"})',
                "eval_time": f"{MINUTES}m",
                "exp_samples": expected,
            }
        ],
    }
    cases = {"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": [test]}
    (folder / "tests.yaml").write_text(json.dumps(cases))
    done = subprocess.run(
        [PROMTOOL.path(), "test", "rules", "tests.yaml"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    # Not all of them can fire at once, so promtool always says what it got instead.
    got = done.stderr.partition("got:")[2] if done.returncode else ""
    assert got, done.stdout + done.stderr
    return {name for name in names if f'alertname="{name}"' in got}


@pytest.mark.needs("promtool")
def test_a_release_that_is_well_raises_no_alert(render: Render, tmp_path: Path) -> None:
    assert firing(tmp_path, render(VALUES), WELL) == set()


@pytest.mark.needs("promtool")
@pytest.mark.parametrize(("fault", "alerts"), FAULTS.values(), ids=FAULTS)
def test_a_fault_raises_its_alert_and_no_other(
    render: Render, tmp_path: Path, fault: Series, alerts: set[str]
) -> None:
    assert firing(tmp_path, render(VALUES), {**WELL, **fault}) == alerts


def test_every_alert_has_a_fault_that_raises_it(render: Render) -> None:
    raised = set().union(*(alerts for _, alerts in FAULTS.values()))
    assert {alert["alert"] for alert in metrics.alerts(render(VALUES))} == raised


@pytest.mark.needs("promtool")
def test_promtool_accepts_every_rule_and_every_panel(render: Render, tmp_path: Path) -> None:
    release = render({"monitoring": {**VALUES["monitoring"], "dashboards": {"enabled": True}}})
    recorded: list[dict[str, Any]] = [
        {"record": f"place:number{number}", "expr": expression}
        for number, (_, expression) in enumerate(metrics.expressions(release))
    ]
    (rule,) = release.of_kind("PrometheusRule")
    groups = [*rule.body["spec"]["groups"], {"name": "panels", "rules": recorded}]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": groups}))
    command: Words = [PROMTOOL.path(), "check", "rules", "--lint=none", tmp_path / "rules.yaml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_alert_is_in_the_runbook_under_the_name_that_it_links_to(render: Render) -> None:
    headings = [
        line.removeprefix("### ")
        for line in RUNBOOK.read_text().splitlines()
        if line.startswith("### ")
    ]
    alerts = metrics.alerts(render(VALUES))
    assert sorted(headings) == sorted(alert["alert"] for alert in alerts)
    for alert in alerts:
        page, _, anchor = alert["annotations"]["runbook_url"].partition("#")
        assert (page, anchor) == ("docs/alerts.md", alert["alert"].lower())
