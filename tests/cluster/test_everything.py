"""The case everything-on for real: every value that can differ from its default does, at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from kr8s.objects import Pod

from chartproof.cluster.helm import Target
from chartproof.cluster.proof import Proof
from chartproof.cluster.watch import Watch
from tests.cluster import everything
from tests.cluster.conftest import Brought
from tests.cluster.everything import CHART, PATIENT, SIZES
from tests.cluster.releases import helm, sizes, wait_for
from tests.support.tools import HELM4
from tests.support.words import Words

pytestmark = pytest.mark.needs("cluster", "helm4")

FRESH = "everything"


@pytest.fixture(scope="module")
def fresh(cluster: Brought) -> Iterator[Target]:
    """Install the case with Helm 4."""
    words: Words = [word for file in everything.lay_out(cluster, FRESH) for word in ("-f", file)]
    helm(HELM4, cluster, FRESH, "install", FRESH, CHART, *words, *PATIENT)
    yield Target(cluster, FRESH, FRESH)
    helm(HELM4, cluster, FRESH, "uninstall", FRESH, "--wait")


def test_every_pod_runs_in_a_namespace_that_enforces_restricted(fresh: Target) -> None:
    watch = Watch(fresh)
    (namespace,) = watch.api.get("namespaces", FRESH)
    assert namespace.labels["pod-security.kubernetes.io/enforce"] == "restricted"
    wait_for(lambda: sizes(watch) == SIZES, seconds=60)


def test_helm_test_passes(fresh: Target, cluster: Brought) -> None:
    said = helm(HELM4, cluster, fresh.namespace, "test", fresh.release, "--logs")
    assert "worker@orders may declare nothing" in said
    assert "all brokers have joined the cluster" in said


def test_the_brokers_have_the_plugins_and_settings_of_the_values(fresh: Target) -> None:
    watch = Watch(fresh)
    said = rabbitmqctl(watch, "eval", "application:get_env(rabbit, tcp_listen_options).")
    assert "{backlog,4096}" in said
    plugins = rabbitmqctl(watch, "eval", "rabbit_plugins:active().")
    assert "rabbitmq_shovel" in plugins
    assert "rabbitmq_mqtt" in plugins
    assert "archive" in rabbitmqctl(watch, "list_vhosts")
    assert rabbitmqctl(watch, "eval", "erlang:system_info(schedulers).").strip() == "2"


def test_messages_flow_and_none_is_lost(fresh: Target) -> None:
    with Proof.watching(fresh.cluster, fresh.namespace, fresh.release) as proof:
        wait_for(lambda: proof.confirmed() > 300, seconds=60)
        result = proof.settle(60)
    assert result.lost_lines() == []
    assert result.handled == result.confirmed


def rabbitmqctl(watch: Watch, *words: str) -> str:
    """Run rabbitmqctl in a broker's pod and return what it printed."""
    (pod, *_) = watch.pods("app.kubernetes.io/component=broker")
    shell = Pod(dict(pod), api=watch.api)
    done = shell.exec(["rabbitmqctl", "--quiet", *words], container="broker")
    return str(done.stdout.decode())
