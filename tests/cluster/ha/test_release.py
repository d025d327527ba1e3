"""Three brokers on a real Kubernetes: one cluster, and faults that it outlives behind policies."""

from __future__ import annotations

import json

import pytest
from kr8s.objects import Pod

from chartproof.cluster.helm import Target
from chartproof.cluster.proof import Proof
from chartproof.cluster.watch import Watch
from tests.cluster.ha.conftest import SIZES
from tests.cluster.releases import BROKERS, sizes, wait_for

pytestmark = pytest.mark.needs("cluster", "helm4")


def test_every_pod_is_ready_in_a_namespace_that_enforces_restricted(target: Target) -> None:
    watch = Watch(target)
    (namespace,) = watch.api.get("namespaces", target.namespace)
    assert namespace.labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert sizes(watch) == SIZES


def test_the_brokers_are_one_cluster_and_share_the_queue(target: Target) -> None:
    brokers = Watch(target).pods(BROKERS)
    shell = Pod(dict(brokers[0]), api=Watch(target).api)
    said = shell.exec(
        ["rabbitmqctl", "--formatter=json", "list_queues", "name", "type", "members"],
        container="broker",
    )
    queues = {queue["name"]: queue for queue in json.loads(said.stdout)}
    assert queues["test"]["type"] == "quorum"
    assert len(queues["test"]["members"]) == SIZES["broker"]


def test_pods_deleted_by_force_come_back_behind_policies_and_lose_no_message(
    closed: Target,
) -> None:
    watch = Watch(closed)
    with Proof.watching(closed.cluster, closed.namespace, closed.release) as proof:
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
