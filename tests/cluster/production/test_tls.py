"""TLS alone, with certificates that the chart has made, and what upgrades do to them."""

from __future__ import annotations

import re
import subprocess

import pytest
from kr8s.objects import Pod, Secret

from chartproof.cluster.helm import Target
from chartproof.cluster.proof import Proof
from chartproof.cluster.watch import Watch
from tests.cluster.production.conftest import BROKER, CHART, NAMESPACE, SIZES
from tests.cluster.reader import RELEASE
from tests.cluster.releases import BROKERS, helm, sizes, wait_for
from tests.support.tools import HELM4
from tests.support.words import Words

pytestmark = pytest.mark.needs("cluster", "helm4")


def upgrade(target: Target, *sets: str) -> None:
    """Upgrade the release with further `--set` expressions."""
    more = [word for expression in sets for word in ("--set", expression)]
    words = ("upgrade", RELEASE, CHART, "--reuse-values", "--wait")
    helm(HELM4, target.cluster, NAMESPACE, *words, *more)


def certificate(watch: Watch, secret: str) -> str:
    """Return the certificate in one of the release's Secrets."""
    (found,) = watch.api.get(Secret, f"{BROKER}-{secret}", namespace=NAMESPACE)
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


def test_an_upgrade_keeps_certificates_and_pods(target: Target) -> None:
    watch = Watch(target)
    before = [certificate(watch, "ca"), certificate(watch, "tls"), pods(watch)]
    upgrade(target)
    assert [certificate(watch, "ca"), certificate(watch, "tls"), pods(watch)] == before


def test_a_new_certificate_and_a_restart_of_all_brokers_lose_no_message(target: Target) -> None:
    watch = Watch(target)
    old, authority, first = certificate(watch, "tls"), certificate(watch, "ca"), pods(watch)
    with Proof.watching(target.cluster, NAMESPACE, RELEASE) as proof:
        wait_for(lambda: proof.confirmed() > 100, seconds=60)
        upgrade(
            target,
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


def test_an_upgrade_that_would_part_the_brokers_is_refused_with_the_way_out(target: Target) -> None:
    words: Words = [HELM4.path(), "upgrade", RELEASE, CHART, "--reuse-values"]
    words += ["--set", "broker.tls.enabled=false"]
    where: Words = ["--kubeconfig", target.cluster.kubeconfig, "--namespace", NAMESPACE]
    run = subprocess.run([*words, *where], capture_output=True, text=True, check=False)
    assert run.returncode != 0
    assert f"kubectl scale statefulset --namespace {NAMESPACE} " in run.stderr
    assert sizes(Watch(target)) == SIZES
