"""Upgrades on a real Kubernetes: from the chart before this one, and those that are refused."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from kr8s.objects import Pod

from chartproof.cluster.helm import Target
from chartproof.cluster.proof import Proof
from chartproof.cluster.watch import Watch, name
from tests.cluster.conftest import REPOSITORY, Brought
from tests.cluster.releases import helm, namespace_of, sizes, wait_for, worker_image
from tests.support.go_modules import kubectl
from tests.support.tools import HELM4
from tests.support.words import Words

pytestmark = pytest.mark.needs("cluster", "helm4")

CHART = REPOSITORY / "chart"
(PREVIOUS,) = (Path(__file__).parent / "previous").glob("*.tgz")
NODES = "app.kubernetes.io/component=broker"
FLOWING = ("--set", "audit=true,producer.rate=50")
# As docs/chart.md has it for brokers that run without TLS.
TLS_BESIDE = ("broker.tls.enabled=true", "broker.tls.betweenBrokers=false")
BOTH_PORTS = "broker.tls.plainListeners=true"
TLS_ALONE = "broker.tls.plainListeners=false"
# 0.1.0 knows nothing of the new values: what it was given is kept, the rest is the new chart's.
UPGRADE = ("--reset-then-reuse-values", "--wait", "--timeout", "8m")


def install(target: Target, chart: Path, *words: str | Path) -> None:
    """Install a chart with the image that the cluster has, and messages flowing."""
    image = worker_image(target.cluster)
    all_words = ("install", target.release, chart, "-f", image, *FLOWING, *words, "--wait")
    helm(HELM4, target.cluster, target.namespace, *all_words)


def upgrade(target: Target, *words: str | Path) -> None:
    """Upgrade a release to the chart as it is."""
    all_words = ("upgrade", target.release, CHART, *UPGRADE, *words)
    helm(HELM4, target.cluster, target.namespace, *all_words)


def refused(target: Target, *sets: str) -> str:
    """Try an upgrade that must fail, and return what Helm said."""
    words: Words = ["upgrade", target.release, CHART, "--reuse-values", "--set", ",".join(sets)]
    where: Words = ["--kubeconfig", target.cluster.kubeconfig, "--namespace", target.namespace]
    run = subprocess.run(
        [HELM4.path(), *words, *where], capture_output=True, text=True, check=False
    )
    assert run.returncode != 0, run.stdout
    return run.stdout + run.stderr


def loses_nothing(target: Target, *words: str | Path) -> None:
    """Upgrade a release while messages flow in it, and hold the books."""
    with Proof.watching(target.cluster, target.namespace, target.release) as proof:
        wait_for(lambda: proof.confirmed() > 100, seconds=120)
        upgrade(target, *words)
        confirmed = proof.confirmed()
        wait_for(lambda: proof.confirmed() > confirmed + 100, seconds=120)
        result = proof.settle(120)
    assert result.lost_lines() == []
    assert result.handled == result.confirmed > 200


def logs_of_the_guard(target: Target) -> str:
    """Return what kubectl shows of the upgrade guard, as docs/chart.md says."""
    page = (REPOSITORY / "docs/chart.md").read_text("utf-8")
    (typed,) = re.findall(r"`kubectl (logs job/.*?)`", page)
    words = typed.replace("<fullname>", f"{target.release}-rabbitmq-workers").split()
    where: Words = ["--kubeconfig", target.cluster.kubeconfig, "--namespace", target.namespace]
    return str(subprocess.check_output([kubectl(), *words, *where], text=True))


def helm_test(target: Target) -> str:
    """Run `helm test` with its logs."""
    words = ("test", target.release, "--logs", "--timeout", "3m")
    return helm(HELM4, target.cluster, target.namespace, *words)


@pytest.fixture(scope="module")
def default(cluster: Brought) -> Iterator[Target]:
    """Install the chart before this one as it comes."""
    target = namespace_of(cluster, "upgrade")
    install(target, PREVIOUS, "--set", "broker.auth.workerPassword=worker-password")
    yield target
    helm(HELM4, cluster, "upgrade", "uninstall", "upgrade", "--wait")


@pytest.fixture(scope="module")
def external(cluster: Brought, default: Target) -> Iterator[Target]:
    """Install its workers alone, with the broker of the default release as an external one.

    That one's own workers go: both would consume from the one queue, and each has half the books.
    """
    upgrade(default, "--set", "producer.enabled=false,consumer.enabled=false")
    target = namespace_of(cluster, "external")
    host = f"upgrade-rabbitmq-workers-broker.{default.namespace}.svc.cluster.local"
    url = f"externalBroker.url=amqp://worker:worker-password@{host}:5672/"
    install(target, PREVIOUS, "--set", f"broker.enabled=false,{url}")
    yield target
    helm(HELM4, cluster, "external", "uninstall", "external", "--wait")


@pytest.fixture(scope="module")
def production(cluster: Brought) -> Iterator[Target]:
    """Install the chart before this one with three brokers."""
    target = namespace_of(cluster, "production")
    install(target, PREVIOUS, "--set", "broker.replicas=3,producer.replicas=2,consumer.replicas=3")
    yield target
    helm(HELM4, cluster, "production", "uninstall", "production", "--wait")


def test_an_upgrade_of_three_brokers_to_tls_loses_nothing(production: Target) -> None:
    loses_nothing(production, "--set", ",".join((*TLS_BESIDE, BOTH_PORTS)))
    assert sizes(Watch(production)) == {"broker": 3, "producer": 2, "consumer": 3}
    assert "over TLS, and its certificate holds" in helm_test(production)


def test_the_ports_without_tls_are_closed_and_nothing_is_lost(production: Target) -> None:
    loses_nothing(production, "--set", TLS_ALONE)
    assert "5672 is closed" in helm_test(production)


def test_fewer_brokers_are_refused_and_can_be_had_as_the_refusal_says(production: Target) -> None:
    said = refused(production, "broker.replicas=1")
    assert "broker.replicas is 1, and there are 3 brokers" in said
    watch = Watch(production)
    with Proof.watching(production.cluster, production.namespace, production.release) as proof:
        wait_for(lambda: proof.confirmed() > 100, seconds=120)
        for broker in re.findall(r"[\w-]+-broker-\d", said.partition(" would go")[0]):
            take_out(watch, said, broker)
        upgrade(production, "--set", "broker.replicas=1,broker.allowScaleDown=true")
        confirmed = proof.confirmed()
        wait_for(lambda: proof.confirmed() > confirmed + 100, seconds=120)
        result = proof.settle(120)
    assert result.lost_lines() == []
    assert "all brokers have joined the cluster" in helm_test(production)


def test_an_upgrade_of_one_broker_loses_nothing(default: Target) -> None:
    loses_nothing(default)
    said = helm_test(default)
    assert "worker may declare nothing" in said
    assert "all brokers have joined the cluster" in said


def test_an_older_rabbitmq_is_refused_before_a_broker_is_touched(default: Target) -> None:
    watch = Watch(default)
    before = [(name(pod), pod["metadata"]["uid"]) for pod in watch.pods(NODES)]
    said = refused(default, "broker.image.tag=4.2.10-management")
    assert "4.3.6 runs, and 4.2.10 is older: RabbitMQ has no way back" in said
    assert [(name(pod), pod["metadata"]["uid"]) for pod in watch.pods(NODES)] == before
    assert "RabbitMQ has no way back" in logs_of_the_guard(default)


def test_an_upgrade_of_the_workers_of_an_external_broker_loses_nothing(external: Target) -> None:
    loses_nothing(external)
    assert "worker logs in at" in helm_test(external)


def take_out(watch: Watch, said: str, broker: str) -> None:
    """Follow what the refusal says about one broker, to the letter."""
    api = watch.api
    for command in re.findall(r"`kubectl exec ([^`]+)`", said):
        pod, _, words = command.replace("BROKER", broker).partition(" -- ")
        (body,) = (each for each in watch.pods(NODES) if name(each) == pod)
        done = Pod(dict(body), api=api).exec(words.split(), container="broker", check=False)
        assert done.returncode == 0, f"{words}: {done.stdout!r} {done.stderr!r}"
