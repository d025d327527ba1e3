"""The embedded nodes, for real: three of them, and what becomes of them when they are ended."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kr8s
import pytest
import yaml
from kr8s.objects import Node, PersistentVolumeClaim, Pod, Service

from chartproof.cluster.cache import cache_dir
from chartproof.cluster.node import NodeEngine
from chartproof.cluster.node.cluster import NodeCluster
from chartproof.cluster.node.images import PYTHON_BASE, python_image
from chartproof.cluster.node.layout import cluster_layout
from chartproof.cluster.node.machine import boot_process
from chartproof.cluster.progress import Progress
from chartproof.cluster.watch import connect

pytestmark = pytest.mark.needs("cluster")


@pytest.fixture(scope="module")
def cluster() -> Iterator[NodeCluster]:
    """Give three nodes with a Python image."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHARTPROOF_CLUSTER", "node-test")
        engine = NodeEngine(nodes=3)
        engine.stop()
        started = engine.start(Progress())
        started.load([python_image()])
        yield started
        engine.stop()


@pytest.fixture(scope="module")
def api(cluster: NodeCluster) -> kr8s.Api:
    """Give a client of the cluster, which trusts only the cluster's own authority."""
    config = yaml.safe_load(cluster.kubeconfig.read_text())
    assert list(config["clusters"][0]["cluster"]) == ["server", "certificate-authority-data"]
    return connect(cluster.kubeconfig, cluster.context)


def start_pod(api: kr8s.Api, name: str, *command: str, **spec: Any) -> Pod:
    """Start a pod of the Python image and wait until it is Ready."""
    pod = Pod(
        {
            "metadata": {"name": name, "namespace": "default", "labels": {"app": name}},
            "spec": {
                "containers": [{"name": name, "image": PYTHON_BASE, "command": command}],
                "terminationGracePeriodSeconds": 0,
            }
            | spec,
        },
        api=api,
    )
    pod.create()
    pod.wait("condition=Ready", timeout=60)
    return pod


def ready_nodes(api: kr8s.Api) -> set[str]:
    """Return the names of the nodes that are Ready."""
    ready = {"type": "Ready", "status": "True"}.items()
    nodes = [node for node in Node.list(api=api) if isinstance(node, Node)]
    return {
        node.name
        for node in nodes
        if any(ready <= condition.items() for condition in node.raw["status"]["conditions"])
    }


def python(pod: Pod, program: str) -> str:
    """Run a Python program in a pod and return what it prints, faults included."""
    done = pod.exec(["python", "-c", program], check=False)
    return str((done.stdout + done.stderr).decode())


def eventually(check: Any, seconds: float = 30) -> None:
    """Wait until a check holds."""
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.5)


def fetch(url: str) -> str:
    """Return a program that fetches an address and prints the answer's status."""
    return f"import urllib.request as r; print(r.urlopen('{url}', timeout=2).status)"


@pytest.fixture(scope="module")
def web(api: kr8s.Api) -> Pod:
    """Give a web server on node2, behind the Service `site`."""
    Service(
        {
            "metadata": {"name": "site", "namespace": "default"},
            "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8000}]},
        },
        api=api,
    ).create()
    return start_pod(api, "web", "python", "-u", "-m", "http.server", "8000", nodeName="node2")


@pytest.fixture(scope="module")
def client(api: kr8s.Api) -> Pod:
    """Give a pod on node3."""
    return start_pod(api, "client", "sleep", "infinity", nodeName="node3")


def test_three_nodes_are_ready(api: kr8s.Api) -> None:
    assert ready_nodes(api) == {"node1", "node2", "node3"}


def test_the_version_is_the_one_that_was_built(api: kr8s.Api) -> None:
    assert api.version()["gitVersion"].startswith("v1.")


def test_a_pod_reaches_a_service_on_another_node_by_its_name(web: Pod, client: Pod) -> None:
    eventually(lambda: python(client, fetch("http://site")) == "200\n")
    eventually(lambda: "GET / HTTP" in "\n".join(web.logs()))


def test_a_pod_reaches_itself_through_its_service(web: Pod) -> None:
    eventually(lambda: python(web, fetch("http://site")) == "200\n")


def test_nothing_outside_is_in_reach(client: Pod) -> None:
    started = time.monotonic()

    assert "No route to host" in python(client, fetch("http://192.0.2.1"))
    assert time.monotonic() - started < 2


def test_the_kubelet_refuses_whoever_it_does_not_know(client: Pod) -> None:
    program = (
        "import ssl, urllib.request as r\n"
        "r.urlopen('https://10.89.0.1:10250/pods', context=ssl._create_unverified_context())"
    )

    assert "401: Unauthorized" in python(client, program)


def test_a_non_root_pod_writes_to_its_volume_as_its_group(api: kr8s.Api) -> None:
    PersistentVolumeClaim(
        {
            "metadata": {"name": "data", "namespace": "default"},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "1Gi"}},
            },
        },
        api=api,
    ).create()
    container = {
        "name": "writer",
        "image": PYTHON_BASE,
        "command": ["sleep", "infinity"],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    pod = start_pod(
        api,
        "writer",
        containers=[container],
        volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}],
        securityContext={"runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 2000},
    )

    said = pod.exec(["sh", "-c", "echo 1 >/data/message; stat -c %u:%g /data/message"])

    assert said.stdout.decode() == "1000:2000\n"


def test_a_cut_cable_parts_a_node_from_the_others_until_it_is_plugged_in(
    cluster: NodeCluster, web: Pod, client: Pod
) -> None:
    address = f"http://{web.status.podIP}:8000"
    eventually(lambda: python(client, fetch(address)) == "200\n")

    cluster.cut_cable(2)
    try:
        assert "timed out" in python(client, fetch(address))
    finally:
        cluster.plug_cable(2)

    eventually(lambda: python(client, fetch(address)) == "200\n")


@pytest.mark.usefixtures("web")
@pytest.mark.parametrize("number", [2, 1])
def test_a_node_that_was_killed_comes_back_with_what_it_had(
    cluster: NodeCluster, client: Pod, number: int
) -> None:
    node = cluster_layout().node(number)
    killed = boot_process(node)
    assert killed
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: node.name not in cluster.nodes)

    NodeEngine(nodes=3).start(Progress()).load([python_image()])

    assert cluster.nodes == ["node1", "node2", "node3"]
    eventually(lambda: python(client, fetch("http://site")) == "200\n", seconds=60)


@pytest.mark.usefixtures("cluster")
def test_a_second_start_changes_nothing() -> None:
    before = [boot_process(node) for node in cluster_layout().nodes()]

    NodeEngine(nodes=3).start(Progress())

    assert [boot_process(node) for node in cluster_layout().nodes()] == before


class TestTwoClusters:
    """A second cluster beside the first."""

    def test_live_side_by_side_and_one_ends_without_a_trace(
        self, cluster: NodeCluster, api: kr8s.Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CHARTPROOF_CLUSTER", "node-test-b")
        engine = NodeEngine()
        first_start = engine.start(Progress())
        assert first_start.nodes == ["node1"]
        assert first_start.kubeconfig != cluster.kubeconfig
        engine.stop()

        assert not engine.running()
        assert traces("node-test-b") == []
        assert ready_nodes(api) == {"node1", "node2", "node3"}

        try:
            assert engine.start(Progress()).nodes == ["node1"]
        finally:
            engine.stop()
        engine.stop()  # with nothing there: no error


def traces(name: str) -> list[str]:
    """Return what is left of a cluster: processes, mounts, namespaces, cgroups and folders."""
    folder = cache_dir() / "clusters" / name / "node"
    processes = subprocess.check_output(["ps", "-eo", "args"], text=True).splitlines()
    mounts = Path("/proc/mounts").read_text().splitlines()
    found = [line for line in [*processes, *mounts] if str(folder) in line]
    found += [path.name for path in Path("/run/netns").glob(f"chartproof-{name}-*")]
    found += [str(path) for path in Path("/sys/fs/cgroup").glob(f"**/chartproof-{name}-*")]
    return found + ([str(folder)] if folder.exists() else [])
