"""A HorizontalPodAutoscaler on a real Kubernetes, by what metrics-server sees of the processor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from kr8s.objects import HorizontalPodAutoscaler

from chartproof.cluster.helm import Target
from chartproof.cluster.watch import Watch
from tests.cluster import addons
from tests.cluster.conftest import REPOSITORY, Brought
from tests.cluster.releases import helm, namespace_of, sizes, wait_for, worker_image
from tests.support.tools import HELM4

pytestmark = [pytest.mark.needs("cluster", "helm4"), pytest.mark.timeout(1800)]

CHART = REPOSITORY / "chart"
MOST = 2
KEPT = 80  # percent of what a pod asks for, by default
SCALED_S = 240
# A quarter of a processor, where a pod asks for a twentieth.
HANDLER = """\
import hashlib
import time


def handle(message):
    end = time.thread_time() + 0.01
    while time.thread_time() < end:
        hashlib.sha256(message.body).digest()
"""
VALUES = {
    "tests": {"enabled": False},
    "producer": {"enabled": False, "rate": 25},
    "consumer": {
        "handler": "busy:handle",
        "handlerCode": HANDLER,
        "autoscaling": {
            "type": "hpa",
            "maxReplicas": MOST,
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": 0}},
        },
    },
}


@pytest.fixture(scope="module")
def target(cluster: Brought, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """Install metrics-server, and a release whose consumer has nothing to do yet."""
    target = namespace_of(cluster, "busy")
    values = tmp_path_factory.mktemp("busy") / "values.yaml"
    values.write_text(yaml.safe_dump(VALUES))
    with addons.metrics_server(cluster):
        words = ("-f", worker_image(cluster), "-f", values, "--wait")
        helm(HELM4, cluster, "busy", "install", "busy", CHART, *words)
        yield target
        helm(HELM4, cluster, "busy", "uninstall", "busy", "--wait")


def set_producer(target: Target, enabled: str) -> None:
    """Start or end what keeps the consumer busy."""
    setting = f"producer.enabled={enabled}"
    words = ("upgrade", "busy", CHART, "--reuse-values", "--set", setting, "--wait")
    helm(HELM4, target.cluster, "busy", *words)


def utilization(watch: Watch) -> int | None:
    """Return the percentage that the HorizontalPodAutoscaler knows of, None while it knows none."""
    found: Any
    (found,) = watch.api.get(HorizontalPodAutoscaler, namespace="busy", raw=True)
    # Before the first figure there may be none, or an empty one.
    (metric,) = found["status"].get("currentMetrics") or [{}]
    used: int | None = metric.get("resource", {}).get("current", {}).get("averageUtilization")
    return used


def has_rest(watch: Watch) -> bool:
    """Tell whether one consumer is enough, and known to be far from its limit."""
    used = utilization(watch)
    return used is not None and used < KEPT and sizes(watch)["consumer"] == 1


def test_a_busy_consumer_gets_help_for_as_long_as_it_is_busy(target: Target) -> None:
    watch = Watch(target)
    # What it takes to start a consumer looks like work at first.
    wait_for(lambda: has_rest(watch), SCALED_S)

    set_producer(target, "true")
    wait_for(lambda: sizes(watch)["consumer"] == MOST, SCALED_S)

    set_producer(target, "false")
    wait_for(lambda: has_rest(watch), SCALED_S)
