"""Passwords that change under three brokers."""

from __future__ import annotations

import pytest
from kr8s.objects import Pod

from chartproof.cluster.helm import Target
from chartproof.cluster.proof import Proof
from chartproof.cluster.watch import Watch, name
from tests.cluster.ha.conftest import CHART, SIZES
from tests.cluster.releases import BROKERS, helm, rabbitmqctl, sizes, wait_for
from tests.cluster.rotation import rotates_without_loss
from tests.support.tools import HELM4

pytestmark = pytest.mark.needs("cluster", "helm4")


def test_an_upgrade_rotates_them_and_restarts_nothing(target: Target) -> None:
    watch = Watch(target)
    brokers = [(name(pod), pod["metadata"]["uid"]) for pod in watch.pods(BROKERS)]
    changed = "broker.auth.workerPassword=second,broker.auth.password=second-too"
    words = ("upgrade", target.release, CHART, "--reuse-values", "--set", changed, "--wait")

    rotates_without_loss(
        target, lambda: helm(HELM4, target.cluster, target.namespace, *words), "second"
    )

    assert [(name(pod), pod["metadata"]["uid"]) for pod in watch.pods(BROKERS)] == brokers
    assert "Success" in rabbitmqctl(watch, "authenticate_user", "admin", "second-too")
    assert not rabbitmqctl(watch, "authenticate_user", "worker", "worker-password")


def test_a_broker_that_restarts_after_it_meets_workers_that_know_the_new_one(
    target: Target,
) -> None:
    watch = Watch(target)
    with Proof.watching(target.cluster, target.namespace, target.release) as proof:
        wait_for(lambda: proof.confirmed() > 100, seconds=60)
        Pod(dict(watch.pods(BROKERS)[0]), api=watch.api).delete(grace_period=0)
        wait_for(lambda: sizes(watch)["broker"] == SIZES["broker"] - 1, seconds=30)
        wait_for(lambda: sizes(watch) == SIZES, seconds=180)
        confirmed = proof.confirmed()
        wait_for(lambda: proof.confirmed() > confirmed + 100, seconds=60)
        result = proof.settle(60)
    assert result.lost_lines() == []
