"""The profile for production, on three nodes: TLS everywhere, one broker a node, one may go."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from kr8s.objects import PersistentVolumeClaim, Pod

from chartproof.cluster.helm import Target
from chartproof.cluster.proof import Proof
from chartproof.cluster.watch import Watch
from tests.cluster.conftest import Brought
from tests.cluster.production.conftest import BROKER, CHART, NAMESPACE, SIZES, install
from tests.cluster.reader import RELEASE, Reader
from tests.cluster.releases import BROKERS, helm, sizes, wait_for
from tests.support.tools import HELM4

pytestmark = pytest.mark.needs("cluster", "helm4")

AUDIT_WARNING = (
    "audit is true: the workers log the id of every message. It is for proofs, not for every day."
)

# Shakes hands with HOST:PORT as the workers do, trusting one authority; prints what came of it.
SHAKE_HANDS = """
import socket, ssl, sys
address, authority = sys.argv[1:]
host, _, port = address.rpartition(":")
context = ssl.create_default_context(cafile=authority or None)
try:
    with socket.create_connection((host, int(port)), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname=host) as encrypted:
            print(encrypted.version())
except ssl.SSLCertVerificationError as error:
    print(error.verify_message)
"""


def shell(watch: Watch, component: str) -> tuple[Pod, str]:
    """Return the newest pod of a component, and its first container."""
    pod = Pod(dict(watch.pods(f"app.kubernetes.io/component={component}")[-1]), api=watch.api)
    return pod, pod.spec.containers[0].name


def said(watch: Watch, component: str, *words: str) -> str:
    """Run a command in a pod of a component and return what it printed."""
    pod, container = shell(watch, component)
    return str(pod.exec(list(words), container=container).stdout.decode())


def authority(watch: Watch) -> str:
    """Return the file of the authority that the consumers trust."""
    (found,) = re.findall("^MQ_TLS_CA=(.+)$", said(watch, "consumer", "env"), re.MULTILINE)
    return str(found)


def online(watch: Watch) -> list[str]:
    """Return the members of the workers' queue that take part."""
    words = ("rabbitmqctl", "--quiet", "--formatter=json", "list_queues", "name", "online")
    queues: list[dict[str, Any]] = json.loads(said(watch, "broker", *words))
    return next(list(queue["online"]) for queue in queues if queue["name"] == "test")


def test_each_broker_is_on_a_node_of_its_own(target: Target) -> None:
    watch = Watch(target)
    assert sizes(watch) == SIZES
    nodes = {pod["spec"]["nodeName"] for pod in watch.pods(BROKERS)}
    assert nodes == {"node1", "node2", "node3"}


def test_helm_warns_of_nothing_and_its_test_goes_through_tls(cluster: Brought) -> None:
    notes = helm(HELM4, cluster, NAMESPACE, "get", "notes", RELEASE)
    assert re.findall("^WARNING: (.+)$", notes, re.MULTILINE) == [AUDIT_WARNING]
    told = helm(HELM4, cluster, NAMESPACE, "test", RELEASE, "--logs")
    assert "all brokers have joined the cluster" in told
    assert "over TLS, and its certificate holds" in told


def test_a_client_verifies_the_broker_and_takes_no_other_authority(target: Target) -> None:
    watch = Watch(target)
    client = ("python", "-c", SHAKE_HANDS, f"{BROKER}.{NAMESPACE}.svc:5671")
    assert said(watch, "consumer", *client, authority(watch)) == "TLSv1.3\n"
    assert "self-signed certificate" in said(watch, "consumer", *client, "")


def test_brokers_speak_tls_to_each_other(target: Target) -> None:
    watch = Watch(target)
    host = f"{BROKER}-0.{BROKER}-nodes.{NAMESPACE}.svc.cluster.local"
    client = ("python", "-c", SHAKE_HANDS, f"{host}:25672", authority(watch))
    assert said(watch, "consumer", *client) == "TLSv1.3\n"


def test_a_deleted_broker_loses_no_message_and_the_quorum_is_whole_again(target: Target) -> None:
    watch = Watch(target)
    assert len(online(watch)) == SIZES["broker"]
    with Proof.watching(target.cluster, NAMESPACE, RELEASE) as proof:
        wait_for(lambda: proof.confirmed() > 100, seconds=60)
        victim = watch.pods(BROKERS)[0]
        Pod(dict(victim), api=watch.api).delete()
        wait_for(lambda: sizes(watch)["broker"] == SIZES["broker"] - 1, seconds=90)
        between = proof.confirmed()
        wait_for(lambda: proof.confirmed() > between + 100, seconds=60)
        wait_for(lambda: sizes(watch) == SIZES, seconds=180)
        wait_for(lambda: len(online(watch)) == SIZES["broker"], seconds=60)
        result = proof.settle(60)
    assert result.lost_lines() == []
    assert result.handled == result.confirmed > 200


def test_a_release_over_the_three_volumes_of_the_last_has_its_messages(
    cluster: Brought, typist: Reader, target: Target
) -> None:
    watch = Watch(target)
    unread = ("--reuse-values", "--set", "consumer.enabled=false", "--wait")
    helm(HELM4, cluster, NAMESPACE, "upgrade", RELEASE, CHART, *unread)
    with Proof.watching(cluster, NAMESPACE, RELEASE) as proof:
        wait_for(lambda: proof.confirmed() > 200, seconds=60)
        helm(HELM4, cluster, NAMESPACE, "uninstall", RELEASE, "--wait")
        waiting = proof.confirmed()
        assert claims(watch) == [f"data-{BROKER}-{ordinal}" for ordinal in range(3)]
        install(typist)
        wait_for(lambda: proof.confirmed() > waiting + 100, seconds=60)
        result = proof.settle(60)
    assert result.lost_lines() == []
    assert result.handled == result.confirmed > 300
    assert len(online(watch)) == SIZES["broker"]


def claims(watch: Watch) -> list[str]:
    """Return the names of the volume claims in the release's namespace."""
    found = PersistentVolumeClaim.list(namespace=NAMESPACE, api=watch.api)
    return sorted(claim.name for claim in found)
