"""NetworkPolicies on a network that obeys them: the release works, and nobody else comes in."""

from __future__ import annotations

import re
import subprocess
import time

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
from tests.cluster.releases import BROKERS, helm, sizes
from tests.cluster.visitors import reached, visitor
from tests.support.go_modules import kubectl
from tests.support.tools import HELM3, HELM4
from tests.support.words import Words

pytestmark = pytest.mark.needs("cluster", "helm4", "helm3")

WORKER_METRICS = 8080
# Where the others cannot answer it, a tool waits for a minute at each broker.
LISTED_S = 45


@pytest.fixture(scope="module")
def scraper(cluster: Brought) -> Pod:
    """Give a pod of the namespace that may read metrics."""
    return visitor(cluster, SCRAPERS, "scraper")


def test_a_release_that_closes_itself_loses_no_message(closed: Target) -> None:
    assert sizes(Watch(closed)) == SIZES


def test_helm_test_passes_behind_policies(closed: Target) -> None:
    said = helm(HELM4, closed.cluster, closed.namespace, "test", closed.release, "--logs")
    assert "all brokers have joined the cluster" in said


def test_helm_3_passes_it_too_and_kubectl_has_the_lines_that_it_does_not_show(
    closed: Target,
) -> None:
    said = helm(HELM3, closed.cluster, closed.namespace, "test", closed.release, "--logs")
    (pod,) = re.findall(r"^POD LOGS: (\S+)$", said, re.M)
    command: Words = [kubectl(), "logs", "--all-containers", pod, "--namespace", closed.namespace]
    command += ["--kubeconfig", closed.cluster.kubeconfig]
    lines = subprocess.check_output(command, text=True)
    assert "all brokers have joined the cluster" in lines


def test_a_command_line_tool_lists_what_all_brokers_have(closed: Target) -> None:
    watch = Watch(closed)
    started = time.monotonic()
    for broker in watch.pods(BROKERS):
        words = ["rabbitmqctl", "--quiet", "list_queues", "name", "state"]
        listed = Pod(dict(broker), api=watch.api).exec(words, container="broker")
        assert "test\trunning" in listed.stdout.decode()
    assert time.monotonic() - started < LISTED_S


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
