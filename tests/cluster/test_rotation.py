"""Passwords that change under a running release, and a release that comes again."""

from __future__ import annotations

import subprocess
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kr8s.objects import PersistentVolumeClaim, Pod, Secret

from chartproof.cluster.helm import Target
from chartproof.cluster.proof import Proof
from chartproof.cluster.watch import Watch, connect, name
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
from tests.support.words import Words

pytestmark = pytest.mark.needs("cluster", "helm4")

CHART = REPOSITORY / "chart"
SECRET = "credentials"  # a name
# Kubernetes renews mounted Secrets within a minute or so, and the broker looks every ten seconds.
FOLLOWED_S = 150
NODES = "app.kubernetes.io/component=broker"
FLOWING = ["--set", "audit=true,producer.rate=50,tests.enabled=false"]


def worker_pods(watch: Watch) -> list[tuple[str, int]]:
    """Return the names of the workers' pods, with how often each was restarted."""
    found = [member for member in watch.members() if member.component != "broker"]
    return sorted((member.name, member.restarts) for member in found)


def rotates_without_loss(target: Target, change: Any, password: str) -> None:
    """Change the workers' password, have every worker log in anew, and hold the books."""
    watch = Watch(target)
    before = worker_pods(watch)
    with Proof.watching(target.cluster, target.namespace, target.release) as proof:
        wait_for(lambda: proof.confirmed() > 100, seconds=60)
        change()
        wait_for(
            lambda: "Success" in rabbitmqctl(watch, "authenticate_user", "worker", password),
            FOLLOWED_S,
        )
        assert rabbitmqctl(watch, "close_all_user_connections", "worker", "rotation") is not None
        confirmed = proof.confirmed()
        wait_for(lambda: proof.confirmed() > confirmed + 200, FOLLOWED_S)
        result = proof.settle(60)
    assert result.lost_lines() == []
    assert result.handled == result.confirmed > 300
    assert worker_pods(watch) == before, "a worker was restarted or replaced"


@pytest.fixture(scope="module")
def of_values(cluster: Brought) -> Iterator[Target]:
    """Install three brokers."""
    target = namespace_of(cluster, "rotation")
    words: Words = ["-f", CHART / "ci/ha-values.yaml", "-f", worker_image(cluster), *FLOWING]
    helm(HELM4, cluster, "rotation", "install", "rotation", CHART, *words, "--wait")
    yield target
    helm(HELM4, cluster, "rotation", "uninstall", "rotation", "--wait")


def test_an_upgrade_rotates_them_and_restarts_nothing(of_values: Target) -> None:
    watch = Watch(of_values)
    brokers = [(name(pod), pod["metadata"]["uid"]) for pod in watch.pods(NODES)]
    changed = "broker.auth.workerPassword=second,broker.auth.password=second-too"
    words = ("upgrade", "rotation", CHART, "--reuse-values", "--set", changed, "--wait")

    rotates_without_loss(
        of_values, lambda: helm(HELM4, of_values.cluster, "rotation", *words), "second"
    )

    assert [(name(pod), pod["metadata"]["uid"]) for pod in watch.pods(NODES)] == brokers
    assert "Success" in rabbitmqctl(watch, "authenticate_user", "admin", "second-too")
    assert not rabbitmqctl(watch, "authenticate_user", "worker", "worker-password")


def test_a_broker_that_restarts_after_it_meets_workers_that_know_the_new_one(
    of_values: Target,
) -> None:
    watch = Watch(of_values)
    with Proof.watching(of_values.cluster, of_values.namespace, of_values.release) as proof:
        wait_for(lambda: proof.confirmed() > 100, seconds=60)
        Pod(dict(watch.pods(NODES)[0]), api=watch.api).delete(grace_period=0)
        wait_for(lambda: sizes(watch)["broker"] == 2, seconds=30)
        wait_for(lambda: sizes(watch) == {"broker": 3, "producer": 2, "consumer": 3}, 180)
        confirmed = proof.confirmed()
        wait_for(lambda: proof.confirmed() > confirmed + 100, seconds=60)
        result = proof.settle(60)
    assert result.lost_lines() == []


@pytest.fixture
def of_existing(cluster: Brought) -> Iterator[Target]:
    """Install one broker with a Secret that was there before."""
    target = namespace_of(cluster, "existing")
    passwords = {
        "username": "admin",
        "password": "first-of-all",
        "worker-username": "worker",
        "worker-password": "first",
        "erlang-cookie": "COOKIE",
    }
    api = connect(cluster.kubeconfig, None)
    metadata = {"name": SECRET, "namespace": "existing"}
    Secret({"metadata": metadata, "stringData": passwords}, api=api).create()
    words = ("--set", f"broker.auth.existingSecret={SECRET}", "-f", worker_image(cluster))
    helm(HELM4, cluster, "existing", "install", "existing", CHART, *words, *FLOWING, "--wait")
    yield target
    helm(HELM4, cluster, "existing", "uninstall", "existing", "--wait")


def test_a_changed_content_is_followed_without_a_restart(of_existing: Target) -> None:
    api = connect(of_existing.cluster.kubeconfig, None)
    secret = Secret.get(SECRET, namespace="existing", api=api)
    changed = {"data": {"worker-password": b64encode(b"second").decode()}}
    rotates_without_loss(of_existing, lambda: secret.patch(changed), "second")


@pytest.fixture
def again(cluster: Brought) -> Iterator[Target]:
    """Name the release, and take its volumes away at the end."""
    target = namespace_of(cluster, "again")
    yield target
    helm(HELM4, cluster, "again", "uninstall", "again", "--wait")
    for claim in PersistentVolumeClaim.list(namespace="again", api=Watch(target).api):
        claim.delete()


def install(cluster: Brought, values: Path, *words: str) -> None:
    """Install the chart, its passwords made up anew."""
    all_words: Words = ["-f", values, *FLOWING, *words, "--wait", "--timeout", "4m"]
    helm(HELM4, cluster, "again", "install", "again", CHART, *all_words)


def test_the_messages_of_the_first_reach_the_consumers_of_the_second(
    cluster: Brought, again: Target
) -> None:
    values = worker_image(cluster)
    with Proof.watching(again.cluster, "again", "again") as proof:
        install(cluster, values, "--set", "consumer.enabled=false")
        wait_for(lambda: proof.confirmed() > 200, seconds=60)
        helm(HELM4, cluster, "again", "uninstall", "again", "--wait")
        waiting = proof.confirmed()
        install(cluster, values)
        wait_for(lambda: proof.confirmed() > waiting + 100, seconds=60)
        result = proof.settle(60)
    assert result.lost_lines() == []
    assert result.handled == result.confirmed > 300


def test_volumes_of_more_brokers_than_asked_for_are_refused_before_anything_is_installed(
    cluster: Brought,
) -> None:
    target = namespace_of(cluster, "twice")
    claim = {
        "metadata": {"name": "data-twice-rabbitmq-workers-broker-1", "namespace": "twice"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    PersistentVolumeClaim(claim, api=Watch(target).api).create()
    command: Words = [HELM4.path(), "install", "twice", CHART, "--namespace", "twice"]
    refused = subprocess.run(
        [*command, "--kubeconfig", cluster.kubeconfig],
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode != 0
    assert "has left the claim data-twice-rabbitmq-workers-broker-1" in refused.stderr
    assert Watch(target).pods() == []
