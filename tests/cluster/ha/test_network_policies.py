"""NetworkPolicies on a network that obeys them: the release works, and nobody else comes in."""

from __future__ import annotations

import pytest
from kr8s.objects import Pod

from chartproof.cluster.helm import Target
from chartproof.cluster.watch import Watch
from tests.cluster.conftest import Brought
from tests.cluster.ha.conftest import (
    AMQP,
    BROKER_PORTS,
    FULLNAME,
    MANAGEMENT,
    METRICS,
    SCRAPERS,
    SIZES,
    addresses,
)
from tests.cluster.releases import helm, sizes
from tests.cluster.visitors import reached, visitor
from tests.support.tools import HELM3, HELM4, GoTool

pytestmark = pytest.mark.needs("cluster", "helm4", "helm3")

WORKER_METRICS = 8080


@pytest.fixture(scope="module")
def scraper(cluster: Brought) -> Pod:
    """Give a pod of the namespace that may read metrics."""
    return visitor(cluster, SCRAPERS, "scraper")


def test_a_release_that_closes_itself_loses_no_message(closed: Target) -> None:
    assert sizes(Watch(closed)) == SIZES


@pytest.mark.parametrize("tool", [HELM4, HELM3], ids=["helm4", "helm3"])
def test_helm_test_passes_behind_policies_with_both_helms(closed: Target, tool: GoTool) -> None:
    said = helm(tool, closed.cluster, closed.namespace, "test", closed.release, "--logs")
    assert "all brokers have joined the cluster" in said


def test_a_neighbour_reaches_nothing_of_the_release(closed: Target, neighbour: Pod) -> None:
    service = {f"{FULLNAME}-broker:{port}" for port in (AMQP, MANAGEMENT, METRICS)}
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
    broker = f"{FULLNAME}-broker:{AMQP}"
    beside = f"{neighbour.status.podIP}:8000"
    assert reached(scraper, beside) == {beside}
    assert reached(worker, broker, beside, *addresses(closed, "broker", MANAGEMENT)) == {broker}
