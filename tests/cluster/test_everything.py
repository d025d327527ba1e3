"""The case everything-on for real: every value that can differ from its default does, at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from kr8s.objects import Pod

from chartproof.chart import Chart
from chartproof.cluster.helm import Target
from chartproof.cluster.proof import Proof
from chartproof.cluster.watch import Watch
from tests.cluster import everything
from tests.cluster.conftest import Brought
from tests.cluster.everything import CASE, CHART, HERE
from tests.cluster.releases import helm, sizes, wait_for
from tests.support.tools import HELM3, HELM4

pytestmark = pytest.mark.needs("cluster", "helm3", "helm4")

(PREVIOUS,) = (Path(__file__).parent / "previous").glob("*.tgz")
FRESH, UPGRADED = "everything", "everything-upgraded"
SIZES = {"broker": 3, "producer": 3, "consumer": 4}
# The load of three brokers that start is too much for two cores to be quick.
PATIENT = ("--wait", "--timeout", "8m")
# Neither can be changed under messages: nobody would read the old queue, and Kubernetes keeps
# the claims of a StatefulSet as they were.
KEPT = {
    "broker": {"persistence": {"labels": None, "annotations": None}},
    "producer": {"queue": ""},
    "consumer": {"queue": ""},
}


@pytest.fixture(scope="module")
def here(cluster: Brought) -> Path:
    """Prepare the cluster, and return the values file with the digests that its images have."""
    everything.lay_out(cluster)
    digests = cluster.kubeconfig.with_name("digests.yaml")
    digests.write_text(yaml.safe_dump(everything.tag_images(cluster)))
    return digests


@pytest.fixture(scope="module")
def fresh(cluster: Brought, here: Path) -> Iterator[Target]:
    """Install the case with Helm 4, with the books open from the first message on."""
    everything.furnish(cluster, FRESH)
    words = ("-f", CASE, "-f", HERE, "-f", here)
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
    assert "rabbitmq_shovel" in rabbitmqctl(watch, "eval", "rabbit_plugins:active().")
    assert rabbitmqctl(watch, "eval", "erlang:system_info(schedulers).").strip() == "2"


def test_messages_flow_and_none_is_lost(fresh: Target) -> None:
    with Proof.watching(fresh.cluster, fresh.namespace, fresh.release) as proof:
        wait_for(lambda: proof.confirmed() > 300, seconds=60)
        result = proof.settle(60)
    assert result.lost_lines() == []
    assert result.handled == result.confirmed


@pytest.fixture
def before(cluster: Brought, here: Path, tmp_path: Path) -> Iterator[Target]:
    """Install the chart before this one with Helm 3, and as much of the case as it knows."""
    everything.furnish(cluster, UPGRADED)
    defaults = Chart.load(PREVIOUS).values
    files = (CASE, HERE, here)
    layers = [known(yaml.safe_load(file.read_text()), defaults) for file in files]
    # It can take a handler from an image alone.
    layers += [known(KEPT, defaults), {"consumer": {"handler": "workers.handlers:log_message"}}]
    words = []
    for number, layer in enumerate(layers):
        chosen = tmp_path / f"{number}.yaml"
        chosen.write_text(yaml.safe_dump(layer))
        words += ["-f", chosen]
    helm(HELM3, cluster, UPGRADED, "install", UPGRADED, PREVIOUS, *words, *PATIENT)
    yield Target(cluster, UPGRADED, UPGRADED)
    helm(HELM3, cluster, UPGRADED, "uninstall", UPGRADED, "--wait")


def known(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the values that a chart with these defaults has; an empty map is free."""
    return {
        key: known(value, defaults[key]) if isinstance(value, Mapping) and defaults[key] else value
        for key, value in values.items()
        if key in defaults
    }


def test_an_upgrade_to_everything_at_once_loses_no_message(
    cluster: Brought, here: Path, before: Target, tmp_path: Path
) -> None:
    watch = Watch(before)
    kept = tmp_path / "kept.yaml"
    kept.write_text(yaml.safe_dump(KEPT))
    words = ("-f", CASE, "-f", HERE, "-f", here, "-f", kept)
    with Proof.watching(cluster, UPGRADED, UPGRADED) as proof:
        wait_for(lambda: proof.confirmed() > 100, seconds=120)
        helm(HELM3, cluster, UPGRADED, "upgrade", UPGRADED, CHART, *words, *PATIENT)
        wait_for(lambda: sizes(watch) == SIZES, seconds=180)
        confirmed = proof.confirmed()
        wait_for(lambda: proof.confirmed() > confirmed + 100, seconds=120)
        result = proof.settle(120)
    assert result.lost_lines() == []
    assert result.handled == result.confirmed > 200
    said = helm(HELM3, cluster, UPGRADED, "test", UPGRADED, "--logs")
    assert "all brokers have joined the cluster" in said


def rabbitmqctl(watch: Watch, *words: str) -> str:
    """Run rabbitmqctl in a broker's pod and return what it printed."""
    (pod, *_) = watch.pods("app.kubernetes.io/component=broker")
    shell = Pod(dict(pod), api=watch.api)
    done = shell.exec(["rabbitmqctl", "--quiet", *words], container="broker")
    return str(done.stdout.decode())
