"""The chart on a real Kubernetes: three brokers, two producers, three consumers, and faults."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from kr8s.objects import Pod

from chartproof.cluster.helm import Target
from chartproof.cluster.install import ensure_namespace
from chartproof.cluster.proof import Proof
from chartproof.cluster.watch import Watch, connect
from tests.cluster.conftest import REPOSITORY, Brought
from tests.cluster.releases import helm, sizes, wait_for, worker_image
from tests.support.tools import HELM3, HELM4, GoTool
from tests.support.words import Words

pytestmark = pytest.mark.needs("cluster", "helm4", "helm3")

NAMESPACE = "restricted"
RELEASE = "ha"
SIZES = {"broker": 3, "producer": 2, "consumer": 3}


@pytest.fixture(scope="module")
def target(cluster: Brought) -> Iterator[Target]:
    """Install the ha case with the real Helm CLI into a namespace that enforces `restricted`."""
    target = Target(cluster, NAMESPACE, RELEASE)
    ensure_namespace(connect(cluster.kubeconfig, None), NAMESPACE)
    values = worker_image(cluster)
    case = REPOSITORY / "chart" / "ci" / "ha-values.yaml"
    chosen: Words = ["-f", case, "-f", values, "--set", "audit=true,producer.rate=50"]
    helm(HELM4, cluster, NAMESPACE, "install", RELEASE, REPOSITORY / "chart", *chosen, "--wait")
    yield target
    helm(HELM4, cluster, NAMESPACE, "uninstall", RELEASE, "--wait")


def test_every_pod_is_ready_in_a_namespace_that_enforces_restricted(target: Target) -> None:
    watch = Watch(target)
    (namespace,) = watch.api.get("namespaces", NAMESPACE)
    assert namespace.labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert sizes(watch) == SIZES


@pytest.mark.parametrize("tool", [HELM4, HELM3], ids=["helm4", "helm3"])
def test_helm_test_passes_with_both_helms(cluster: Brought, target: Target, tool: GoTool) -> None:
    assert "Succeeded" in helm(tool, cluster, NAMESPACE, "test", target.release)


def test_the_brokers_are_one_cluster_and_share_the_queue(target: Target) -> None:
    brokers = Watch(target).pods("app.kubernetes.io/component=broker")
    shell = Pod(dict(brokers[0]), api=Watch(target).api)
    said = shell.exec(
        ["rabbitmqctl", "--formatter=json", "list_queues", "name", "type", "members"],
        container="broker",
    )
    queues = {queue["name"]: queue for queue in json.loads(said.stdout)}
    assert queues["test"]["type"] == "quorum"
    assert len(queues["test"]["members"]) == SIZES["broker"]


def test_pods_deleted_by_force_lose_no_message(target: Target) -> None:
    watch = Watch(target)
    with Proof.watching(target.cluster, target.namespace, target.release) as proof:
        wait_for(lambda: proof.confirmed() > 100, seconds=30)
        for component in ("broker", "consumer"):
            victim = watch.pods(f"app.kubernetes.io/component={component}")[0]
            Pod(dict(victim), api=watch.api).delete(grace_period=0)
            wait_for(lambda: sizes(watch) != SIZES, seconds=30)
            before = proof.confirmed()
            wait_for(lambda: sizes(watch) == SIZES, seconds=180)
            wait_for(lambda before=before: proof.confirmed() > before + 100, seconds=60)
        result = proof.settle(60)
    assert result.lost_lines() == []
    assert result.handled == result.confirmed > 300
