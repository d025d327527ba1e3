"""The case `ha` in a namespace that enforces `restricted`, open at first, then behind policies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from kr8s.objects import Pod

from chartproof.cluster.helm import Target
from chartproof.cluster.proof import Proof
from chartproof.cluster.watch import Watch
from tests.cluster.conftest import REPOSITORY, Brought
from tests.cluster.releases import helm, namespace_of, wait_for, worker_image
from tests.cluster.visitors import reached, visitor
from tests.support.tools import HELM4

CHART = REPOSITORY / "chart"
NAMESPACE = RELEASE = "ha"
FULLNAME = f"{RELEASE}-rabbitmq-workers"
SCRAPERS = "ha-monitoring"
SIZES = {"broker": 3, "producer": 2, "consumer": 3}
AMQP, MANAGEMENT, METRICS = 5672, 15672, 15692
BROKER_PORTS = (AMQP, MANAGEMENT, METRICS, 4369, 25672)
POLICIES = {
    "networkPolicy": {
        "enabled": True,
        "from": {
            "metrics": [
                {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": SCRAPERS}}}
            ]
        },
    }
}


@pytest.fixture(scope="package")
def target(cluster: Brought) -> Iterator[Target]:
    """Install three brokers on three nodes, without policies."""
    target = namespace_of(cluster, NAMESPACE)
    words = ("-f", CHART / "ci/ha-values.yaml", "-f", worker_image(cluster))
    flowing = ("--set", "audit=true,producer.rate=50", "--wait")
    helm(HELM4, cluster, NAMESPACE, "install", RELEASE, CHART, *words, *flowing)
    yield target
    helm(HELM4, cluster, NAMESPACE, "uninstall", RELEASE, "--wait")


@pytest.fixture(scope="package")
def neighbour(target: Target, cluster: Brought) -> Pod:
    """Give a pod of the release's namespace that has no label of it."""
    return visitor(cluster, target.namespace, "neighbour")


@pytest.fixture(scope="package")
def closed(target: Target, neighbour: Pod, tmp_path_factory: pytest.TempPathFactory) -> Target:
    """Have the release close itself while messages flow and a neighbour looks on."""
    values = tmp_path_factory.mktemp("policies") / "policies.yaml"
    values.write_text(yaml.safe_dump(POLICIES))
    open_ports = addresses(target, "broker", *BROKER_PORTS)
    assert reached(neighbour, *open_ports) == open_ports, "it is to be seen that they are closed"
    _loses_nothing_in_an_upgrade(target, values)
    wait_for(lambda: not reached(neighbour, *open_ports), seconds=60)
    return target


def addresses(target: Target, component: str, *ports: int) -> set[str]:
    """Return HOST:PORT of the first pod of a component for each port."""
    pod = Watch(target).pods(f"app.kubernetes.io/component={component}")[0]
    return {f"{pod['status']['podIP']}:{port}" for port in ports}


def _loses_nothing_in_an_upgrade(target: Target, values: Path) -> None:
    """Upgrade with a values file while messages flow, and hold the books."""
    words = ("upgrade", RELEASE, CHART, "--reuse-values", "-f", values, "--wait")
    with Proof.watching(target.cluster, NAMESPACE, RELEASE) as proof:
        wait_for(lambda: proof.confirmed() > 100, seconds=60)
        helm(HELM4, target.cluster, NAMESPACE, *words)
        confirmed = proof.confirmed()
        wait_for(lambda: proof.confirmed() > confirmed + 300, seconds=60)
        result = proof.settle(60)
    assert result.lost_lines() == []
