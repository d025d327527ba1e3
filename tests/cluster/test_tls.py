"""Three brokers on a real Kubernetes that speak TLS alone, and what upgrades do to certificates."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from kr8s.objects import Pod, Secret

from chartproof.cluster.helm import Target
from chartproof.cluster.install import ensure_namespace
from chartproof.cluster.proof import Proof
from chartproof.cluster.watch import Watch, connect
from tests.cluster.conftest import REPOSITORY, Brought
from tests.cluster.releases import helm, sizes, wait_for, worker_image
from tests.support.tools import HELM4
from tests.support.words import Words

pytestmark = pytest.mark.needs("cluster", "helm4")

CHART = REPOSITORY / "chart"
RELEASE = NAMESPACE = "encrypted"
SIZES = {"broker": 3, "producer": 2, "consumer": 3}
BROKERS = "app.kubernetes.io/component=broker"
SETTINGS = "audit=true,producer.rate=50,broker.tls.enabled=true,broker.tls.verifyClients=true"


@pytest.fixture(scope="module")
def chosen(cluster: Brought) -> list[Any]:
    """Return the options for Helm that say what the release is like."""
    case = CHART / "ci" / "ha-values.yaml"
    return [CHART, "-f", case, "-f", worker_image(cluster), "--set", SETTINGS, "--wait"]


@pytest.fixture(scope="module")
def target(cluster: Brought, chosen: list[Any]) -> Iterator[Target]:
    """Install three brokers with generated certificates that ask their clients for one."""
    target = Target(cluster, NAMESPACE, RELEASE)
    ensure_namespace(connect(cluster.kubeconfig, None), NAMESPACE)
    helm(HELM4, cluster, NAMESPACE, "install", RELEASE, *chosen)
    yield target
    helm(HELM4, cluster, NAMESPACE, "uninstall", RELEASE, "--wait")


def upgrade(target: Target, chosen: list[Any], *sets: str) -> None:
    """Upgrade the release with further `--set` expressions."""
    more = [word for expression in sets for word in ("--set", expression)]
    helm(HELM4, target.cluster, NAMESPACE, "upgrade", RELEASE, *chosen, *more)


def certificate(watch: Watch, secret: str) -> str:
    """Return the certificate in one of the release's Secrets."""
    (found,) = watch.api.get(
        Secret, f"{RELEASE}-rabbitmq-workers-broker-{secret}", namespace=NAMESPACE
    )
    return str(found.raw["data"]["tls.crt"])


def pods(watch: Watch) -> dict[str, str]:
    """Return the uid of each pod of the brokers by its name."""
    return {pod["metadata"]["name"]: pod["metadata"]["uid"] for pod in watch.pods(BROKERS)}


def test_no_broker_listens_in_the_clear(target: Target) -> None:
    watch = Watch(target)
    assert sizes(watch) == SIZES
    for pod in watch.pods(BROKERS):
        shell = Pod(dict(pod), api=watch.api)
        # That this works at all shows that the command line speaks TLS to its broker.
        said = shell.exec(["rabbitmq-diagnostics", "-q", "listeners"], container="broker")
        listening = re.findall(r"port: (\d+), protocol: (\S+),", said.stdout.decode())
        assert dict(listening) == {
            "5671": "amqp/ssl",
            "15671": "https",
            "15691": "https/prometheus",
            "25672": "clustering/ssl",
        }


def test_helm_test_goes_through_tls(target: Target) -> None:
    assert "Succeeded" in helm(HELM4, target.cluster, NAMESPACE, "test", RELEASE)


def test_an_upgrade_keeps_certificates_and_pods(target: Target, chosen: list[Any]) -> None:
    watch = Watch(target)
    before = [certificate(watch, "ca"), certificate(watch, "tls"), pods(watch)]
    upgrade(target, chosen)
    assert [certificate(watch, "ca"), certificate(watch, "tls"), pods(watch)] == before


def test_a_new_certificate_and_a_restart_of_all_brokers_lose_no_message(
    target: Target, chosen: list[Any]
) -> None:
    watch = Watch(target)
    old, authority, first = certificate(watch, "tls"), certificate(watch, "ca"), pods(watch)
    with Proof.watching(target.cluster, NAMESPACE, RELEASE) as proof:
        wait_for(lambda: proof.confirmed() > 100, seconds=60)
        upgrade(
            target,
            chosen,
            "broker.tls.extraNames[0]=rabbit.example.com",
            "broker.extraConfig=heartbeat = 30",
        )
        assert certificate(watch, "tls") != old
        assert certificate(watch, "ca") == authority
        wait_for(lambda: not set(pods(watch).values()) & set(first.values()), seconds=240)
        wait_for(lambda: sizes(watch) == SIZES, seconds=120)
        before = proof.confirmed()
        wait_for(lambda: proof.confirmed() > before + 100, seconds=60)
        result = proof.settle(60)
    assert result.lost_lines() == []
    assert result.handled == result.confirmed


def test_an_upgrade_that_would_part_the_brokers_is_refused_with_the_way_out(
    target: Target, chosen: list[Any]
) -> None:
    words: Words = [HELM4.path(), "upgrade", RELEASE, *chosen, "--set", "broker.tls.enabled=false"]
    where: Words = ["--kubeconfig", target.cluster.kubeconfig, "--namespace", NAMESPACE]
    run = subprocess.run([*words, *where], capture_output=True, text=True, check=False)
    assert run.returncode != 0
    assert f"kubectl scale statefulset --namespace {NAMESPACE} " in run.stderr
    assert sizes(Watch(target)) == SIZES
