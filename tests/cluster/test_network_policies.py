"""NetworkPolicies on a network that obeys them: the release works, and nobody else comes in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from kr8s.objects import Pod

from chartproof.cluster.helm import Target
from chartproof.cluster.install import ensure_namespace
from chartproof.cluster.proof import Proof
from chartproof.cluster.watch import Watch, connect
from tests.cluster.conftest import REPOSITORY, Brought
from tests.cluster.releases import helm, sizes, wait_for, worker_image
from tests.cluster.visitors import reached, visitor
from tests.support.tools import HELM4

pytestmark = pytest.mark.needs("cluster", "helm4")

CHART = REPOSITORY / "chart"
RELEASE = NAMESPACE = "closed"
SCRAPERS = "closed-monitoring"
SIZES = {"broker": 3, "producer": 2, "consumer": 3}
AMQP, MANAGEMENT, METRICS = 5672, 15672, 15692
BROKER_PORTS = (AMQP, MANAGEMENT, METRICS, 4369, 25672)
WORKER_METRICS = 8080
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


@pytest.fixture(scope="module")
def target(cluster: Brought) -> Iterator[Target]:
    """Install three brokers on three nodes, without policies."""
    target = Target(cluster, NAMESPACE, RELEASE)
    ensure_namespace(connect(cluster.kubeconfig, None), NAMESPACE)
    words = ("-f", CHART / "ci/ha-values.yaml", "-f", worker_image(cluster))
    flowing = ("--set", "audit=true,producer.rate=50", "--wait")
    helm(HELM4, cluster, NAMESPACE, "install", RELEASE, CHART, *words, *flowing)
    yield target
    helm(HELM4, cluster, NAMESPACE, "uninstall", RELEASE, "--wait")


@pytest.fixture(scope="module")
def neighbour(target: Target, cluster: Brought) -> Pod:
    """Give a pod of the release's namespace that has no label of it."""
    return visitor(cluster, target.namespace, "neighbour")


@pytest.fixture(scope="module")
def scraper(cluster: Brought) -> Pod:
    """Give a pod of the namespace that may read metrics."""
    return visitor(cluster, SCRAPERS, "scraper")


@pytest.fixture(scope="module")
def closed(target: Target, neighbour: Pod, tmp_path_factory: pytest.TempPathFactory) -> Target:
    """Have the release close itself while messages flow and a neighbour looks on."""
    values = tmp_path_factory.mktemp("policies") / "policies.yaml"
    values.write_text(yaml.safe_dump(POLICIES))
    open_ports = addresses(target, "broker", *BROKER_PORTS)
    assert reached(neighbour, *open_ports) == open_ports, "it is to be seen that they are closed"
    loses_nothing_in_an_upgrade(target, values)
    wait_for(lambda: not reached(neighbour, *open_ports), seconds=60)
    return target


def loses_nothing_in_an_upgrade(target: Target, values: Path) -> None:
    """Upgrade with a values file while messages flow, and hold the books."""
    words = ("upgrade", RELEASE, CHART, "--reuse-values", "-f", values, "--wait")
    with Proof.watching(target.cluster, NAMESPACE, RELEASE) as proof:
        wait_for(lambda: proof.confirmed() > 100, seconds=60)
        helm(HELM4, Brought("", target.cluster.kubeconfig), NAMESPACE, *words)
        confirmed = proof.confirmed()
        wait_for(lambda: proof.confirmed() > confirmed + 300, seconds=60)
        result = proof.settle(60)
    assert result.lost_lines() == []


def addresses(target: Target, component: str, *ports: int) -> set[str]:
    """Return HOST:PORT of the first pod of a component for each port."""
    pod = Watch(target).pods(f"app.kubernetes.io/component={component}")[0]
    return {f"{pod['status']['podIP']}:{port}" for port in ports}


def test_a_release_that_closes_itself_loses_no_message(closed: Target) -> None:
    assert sizes(Watch(closed)) == SIZES


@pytest.mark.usefixtures("closed")
def test_helm_test_passes_behind_policies(cluster: Brought) -> None:
    said = helm(HELM4, cluster, NAMESPACE, "test", RELEASE, "--logs")
    assert "all brokers have joined the cluster" in said


def test_a_neighbour_reaches_nothing_of_the_release(closed: Target, neighbour: Pod) -> None:
    service = {f"closed-rabbitmq-workers-broker:{port}" for port in (AMQP, MANAGEMENT, METRICS)}
    brokers = addresses(closed, "broker", *BROKER_PORTS)
    workers = addresses(closed, "consumer", WORKER_METRICS)
    assert reached(neighbour, *service, *brokers, *workers) == set()


def test_who_may_read_metrics_reaches_those_and_nothing_else(closed: Target, scraper: Pod) -> None:
    metrics = addresses(closed, "broker", METRICS) | addresses(closed, "consumer", WORKER_METRICS)
    asked = metrics | addresses(closed, "broker", *BROKER_PORTS)
    assert reached(scraper, *asked) == metrics


def test_a_worker_reaches_the_broker_by_name_and_no_neighbour(
    closed: Target, neighbour: Pod, scraper: Pod
) -> None:
    watch = Watch(closed)
    worker = Pod(dict(watch.pods("app.kubernetes.io/component=consumer")[0]), api=watch.api)
    broker = f"closed-rabbitmq-workers-broker:{AMQP}"
    beside = f"{neighbour.status.podIP}:8000"
    assert reached(scraper, beside) == {beside}
    assert reached(worker, broker, beside, *addresses(closed, "broker", MANAGEMENT)) == {broker}


def test_a_deleted_broker_joins_the_others_again_behind_policies(closed: Target) -> None:
    watch = Watch(closed)
    with Proof.watching(closed.cluster, NAMESPACE, RELEASE) as proof:
        wait_for(lambda: proof.confirmed() > 100, seconds=60)
        victim = watch.pods("app.kubernetes.io/component=broker")[0]
        Pod(dict(victim), api=watch.api).delete(grace_period=0)
        wait_for(lambda: sizes(watch) != SIZES, seconds=30)
        wait_for(lambda: sizes(watch) == SIZES, seconds=180)
        confirmed = proof.confirmed()
        wait_for(lambda: proof.confirmed() > confirmed + 100, seconds=60)
        result = proof.settle(60)
    assert result.lost_lines() == []
    assert result.handled == result.confirmed > 200
