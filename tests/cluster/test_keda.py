"""KEDA on a real Kubernetes: consumers that come and go with the queue, and its own password."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from kr8s.objects import HorizontalPodAutoscaler, new_class

from chartproof.cluster.helm import Target
from chartproof.cluster.proof import Proof
from chartproof.cluster.watch import Watch
from tests.cluster import addons
from tests.cluster.conftest import REPOSITORY, Brought
from tests.cluster.releases import (
    helm,
    namespace_of,
    rabbitmqctl,
    sizes,
    wait_for,
    worker_image,
)
from tests.support.tools import HELM4

# The first build of KEDA takes its time.
pytestmark = [pytest.mark.needs("cluster", "helm4"), pytest.mark.timeout(1800)]

CHART = REPOSITORY / "chart"
ScaledObject = new_class("ScaledObject", "keda.sh/v1alpha1", namespaced=True)
MOST = 3
SECOND = "s/e:c@n%d?#"  # no address could hold it as it is
SCALED_S = 120
# Kubernetes renews mounted Secrets within a minute or so, and the broker looks every ten seconds.
FOLLOWED_S = 150
# A consumer handles 14 messages a second, and all of them little more than the producer's 40: the
# backlog stays for as long as the producer does.
HANDLER = "import time\n\n\ndef handle(message):\n    time.sleep(0.07)\n"
VALUES = {
    "audit": True,
    "tests": {"enabled": False},
    "broker": {"auth": {"scalerPassword": "first"}},
    "producer": {"enabled": False, "rate": 40},
    "consumer": {
        "handler": "slow:handle",
        "handlerCode": HANDLER,
        "autoscaling": {
            "type": "keda",
            "minReplicas": 0,
            "maxReplicas": MOST,
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": 0}},
            "keda": {"value": 50, "pollingInterval": 2, "cooldownPeriod": 5},
        },
    },
}


@pytest.fixture(scope="module")
def target(cluster: Brought, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """Install KEDA, and a release whose consumers it scales, with nothing to do for them yet."""
    target = namespace_of(cluster, "scaled")
    values = tmp_path_factory.mktemp("keda") / "values.yaml"
    values.write_text(yaml.safe_dump(VALUES))
    with addons.keda(cluster):
        install(target, values)
        yield target
        helm(HELM4, cluster, "scaled", "uninstall", "scaled", "--wait")


def install(target: Target, values: Path) -> None:
    """Install the chart on the cluster that must serve KEDA's API."""
    words = ("-f", worker_image(target.cluster), "-f", values, "--set", "worker.requireKeda=true")
    helm(HELM4, target.cluster, "scaled", "install", "scaled", CHART, *words, "--wait")


def change(target: Target, setting: str) -> None:
    """Upgrade the release with one value changed."""
    words = ("upgrade", "scaled", CHART, "--reuse-values", "--set", setting, "--wait")
    helm(HELM4, target.cluster, "scaled", *words)


def conditions(watch: Watch, kind: type) -> dict[str, str]:
    """Return the conditions of the one object of a kind, each True, False or Unknown."""
    found: Any
    (found,) = watch.api.get(kind, namespace="scaled", raw=True)
    return {each["type"]: each["status"] for each in found["status"].get("conditions", [])}


def scaled_object(watch: Watch) -> dict[str, str]:
    """Return what KEDA says of its work: whether it can do it, and whether there is any."""
    return conditions(watch, ScaledObject)


def queue_length(watch: Watch) -> int:
    """Return the messages for each consumer that the HorizontalPodAutoscaler was told of."""
    (found,) = watch.api.get(HorizontalPodAutoscaler, namespace="scaled", raw=True)
    (metric,) = found["status"].get("currentMetrics") or [{}]
    value = str(metric.get("external", {}).get("current", {}).get("averageValue", "0"))
    return int(value.removesuffix("m")) // (1000 if value.endswith("m") else 1)


def wait_for_consumers(watch: Watch, count: int) -> None:
    """Wait until there are so many consumers, all of them ready."""
    wait_for(lambda: sizes(watch)["consumer"] == count, SCALED_S)


def test_consumers_come_with_a_backlog_and_go_after_it(target: Target) -> None:
    watch = Watch(target)
    wait_for_consumers(watch, 0)
    idle = {"Ready": "True", "Active": "False"}
    assert scaled_object(watch).items() >= idle.items()
    with Proof.watching(target.cluster, target.namespace, target.release) as proof:
        change(target, "producer.enabled=true")
        wait_for_consumers(watch, MOST)
        assert scaled_object(watch)["Active"] == "True"
        wait_for(lambda: queue_length(watch) > 0, 60)
        change(target, "producer.enabled=false")
        wait_for_consumers(watch, 0)
        result = proof.settle(60)
    assert result.lost_lines() == []
    assert result.handled == result.confirmed > 300


def test_a_password_that_is_rotated_leaves_the_scaler_at_work(target: Target) -> None:
    watch = Watch(target)
    change(target, "producer.enabled=true")
    wait_for_consumers(watch, MOST)

    change(target, f"broker.auth.scalerPassword={SECOND}")
    login = ("authenticate_user", "scaler")
    wait_for(lambda: "Success" in rabbitmqctl(watch, *login, SECOND), FOLLOWED_S)
    assert not rabbitmqctl(watch, *login, "first")

    # Only who may ask knows that the queue is empty, and that it is no longer.
    change(target, "producer.enabled=false")
    wait_for_consumers(watch, 0)
    change(target, "producer.enabled=true")
    wait_for_consumers(watch, MOST)
    working = {"Ready": "True", "Active": "True", "Fallback": "False"}
    wait_for(lambda: scaled_object(watch).items() >= working.items(), 60)
    assert conditions(watch, HorizontalPodAutoscaler)["ScalingActive"] == "True"
    wait_for(lambda: queue_length(watch) > 0, 60)
