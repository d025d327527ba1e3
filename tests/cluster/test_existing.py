"""What a release finds in its namespace: a Secret to follow, volumes that another one left."""

from __future__ import annotations

import subprocess
from base64 import b64encode
from collections.abc import Iterator

import pytest
from kr8s.objects import PersistentVolumeClaim, Secret

from chartproof.cluster.helm import Target
from chartproof.cluster.watch import Watch, connect
from tests.cluster.conftest import REPOSITORY, Brought
from tests.cluster.releases import helm, namespace_of, worker_image
from tests.cluster.rotation import rotates_without_loss
from tests.support.tools import HELM4
from tests.support.words import Words

pytestmark = pytest.mark.needs("cluster", "helm4")

CHART = REPOSITORY / "chart"
SECRET = "credentials"  # a name
FLOWING = ["--set", "audit=true,producer.rate=50,tests.enabled=false"]


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
