"""Releases on the cluster of the tests, made by the real Helm CLI."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import yaml
from kr8s.objects import Pod

from chartproof.cluster.engine import Cluster
from chartproof.cluster.helm import Target
from chartproof.cluster.install import ensure_namespace
from chartproof.cluster.watch import Watch, connect
from tests.support.tools import HELM4, GoTool

BROKERS = "app.kubernetes.io/component=broker"


def helm(tool: GoTool, cluster: Cluster, namespace: str, *words: str | Path) -> str:
    """Run a real Helm CLI on the cluster and return what it printed."""
    command = [tool.path(), *words, "--kubeconfig", cluster.kubeconfig, "--namespace", namespace]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def worker_image(cluster: Cluster) -> Path:
    """Return a values file that names the worker image which the cluster has."""
    shown = helm(HELM4, cluster, "rabbitmq-workers", "get", "values", "demo", "-o", "yaml")
    values = cluster.kubeconfig.with_name("image-values.yaml")
    values.write_text(
        yaml.safe_dump({"worker": {"image": yaml.safe_load(shown)["worker"]["image"]}})
    )
    return values


def image_of_workers(cluster: Cluster) -> str:
    """Return the name under which the nodes have the worker image."""
    image = yaml.safe_load(worker_image(cluster).read_text())["worker"]["image"]
    return f"{image['registry']}/{image['repository']}:{image['tag']}"


def sizes(watch: Watch) -> Counter[str]:
    """Count the ready pods of each component."""
    return Counter(member.component for member in watch.members() if member.ready)


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    """Wait until a condition holds; fail after that many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds:g} s"
        time.sleep(0.5)


def namespace_of(cluster: Cluster, namespace: str) -> Target:
    """Make a namespace that enforces `restricted`, and name the release in it like it."""
    ensure_namespace(connect(cluster.kubeconfig, None), namespace)
    return Target(cluster, namespace, namespace)


def rabbitmqctl(watch: Watch, *words: str) -> str:
    """Run rabbitmqctl in the newest broker pod; "" when it fails."""
    pod = Pod(dict(watch.pods(BROKERS)[-1]), api=watch.api)
    done = pod.exec(["rabbitmqctl", "--quiet", *words], container="broker", check=False)
    return str(done.stdout.decode()) if done.returncode == 0 else ""
