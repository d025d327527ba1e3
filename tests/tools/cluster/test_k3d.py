"""k3d through its command: an own cluster, an own kubeconfig, images by archive.

No Docker engine runs here, so k3d itself is not run: stand-ins hold the contract that its
documentation gives, the words of each call and the shape of each answer.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chartproof.cluster.engine import Image
from chartproof.cluster.k3d import K3dEngine
from chartproof.cluster.progress import Progress
from chartproof.errors import ChartproofError
from tests.tools.cluster.standins import StandIns

LIST = "k3d cluster list --output json"


def listed(*, running: int = 1) -> str:
    """What k3d lists: our cluster of two nodes and its load balancer, and someone else's."""
    nodes = [
        {"name": "k3d-demo-server-0", "role": "server"},
        {"name": "k3d-demo-agent-0", "role": "agent"},
        {"name": "k3d-demo-serverlb", "role": "loadbalancer"},
    ]
    ours = {"name": "demo", "serversRunning": running, "serversCount": 1, "nodes": nodes}
    other = {"name": "other", "serversRunning": 1, "serversCount": 1, "nodes": []}
    return json.dumps([other, ours])


@pytest.fixture
def k3d(stand_ins: StandIns) -> StandIns:
    stand_ins.install("docker", "k3d")
    stand_ins.answer({LIST: (0, listed()), "k3d kubeconfig get": (0, "apiVersion: v1\n")})
    return stand_ins


def test_it_is_usable_where_docker_answers_and_k3d_is_there(k3d: StandIns) -> None:
    assert K3dEngine("demo").check().usable
    assert k3d.calls() == ["docker info --format {{.ServerVersion}}"]


def test_without_an_engine_behind_docker_it_says_so(k3d: StandIns) -> None:
    k3d.answer({"docker info": (1, "Cannot connect to the Docker daemon\n")})
    check = K3dEngine("demo").check()
    assert not check.usable
    assert check.reason == "no Docker engine answers: Cannot connect to the Docker daemon"
    assert check.remedy == "install or start Docker"


def test_without_either_both_are_named(stand_ins: StandIns) -> None:
    stand_ins.install()
    check = K3dEngine("demo").check()
    assert check.reason == "docker is not installed, k3d is not installed"
    assert check.remedy == "install or start Docker and install k3d: https://k3d.io"


@pytest.mark.usefixtures("cache")
def test_start_creates_a_cluster_and_leaves_the_kubeconfig_of_the_user_alone(
    k3d: StandIns, progress: Progress
) -> None:
    k3d.answer({LIST: (0, "[]"), "k3d kubeconfig get demo": (0, "apiVersion: v1\n")})
    cluster = K3dEngine("demo", nodes=3).start(progress)
    assert (
        "k3d cluster create demo --wait --agents 2 --kubeconfig-update-default=false "
        "--kubeconfig-switch-context=false"
    ) in k3d.calls()
    assert cluster.context == "k3d-demo"
    assert cluster.kubeconfig.read_text() == "apiVersion: v1\n"


@pytest.mark.usefixtures("k3d")
def test_the_kubeconfig_is_in_the_cache_and_private(cache: Path, progress: Progress) -> None:
    kubeconfig = K3dEngine("demo").start(progress).kubeconfig
    assert cache in kubeconfig.parents
    assert kubeconfig.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("cache")
def test_start_uses_the_cluster_that_runs(k3d: StandIns, progress: Progress) -> None:
    cluster = K3dEngine("demo").start(progress)
    assert cluster.nodes == ["k3d-demo-server-0", "k3d-demo-agent-0"]
    assert not [call for call in k3d.calls() if "create" in call or "start" in call]


@pytest.mark.usefixtures("cache")
def test_start_wakes_a_cluster_that_was_stopped(k3d: StandIns, progress: Progress) -> None:
    k3d.answer({LIST: (0, listed(running=0))})
    K3dEngine("demo").start(progress)
    assert "k3d cluster start demo --wait" in k3d.calls()


@pytest.mark.usefixtures("cache")
def test_an_image_is_imported_when_a_node_lacks_it(k3d: StandIns, progress: Progress) -> None:
    k3d.answer(
        {LIST: (0, listed()), "docker exec k3d-demo-agent-0 crictl inspecti": (1, "no such image")}
    )
    cluster = K3dEngine("demo").start(progress)
    cluster.load([Image("localhost/workers", "1a2b", Path("/cache/workers.tar"))])
    assert k3d.calls()[-2:] == [
        "docker exec k3d-demo-agent-0 crictl inspecti --quiet localhost/workers:1a2b",
        "k3d image import /cache/workers.tar --cluster demo",
    ]


@pytest.mark.usefixtures("cache")
def test_an_image_that_all_nodes_hold_is_not_imported_again(
    k3d: StandIns, progress: Progress
) -> None:
    cluster = K3dEngine("demo").start(progress)
    cluster.load([Image("localhost/workers", "1a2b", Path("/cache/workers.tar"))])
    assert not [call for call in k3d.calls() if call.startswith("k3d image")]


def test_stop_deletes_our_cluster_only(k3d: StandIns) -> None:
    K3dEngine("demo").stop()
    assert k3d.calls()[-1] == "k3d cluster delete demo"


def test_stop_is_no_error_where_there_is_nothing(k3d: StandIns) -> None:
    K3dEngine("missing").stop()
    assert k3d.calls() == [LIST]


def test_stop_is_no_error_without_k3d(stand_ins: StandIns) -> None:
    stand_ins.install()
    K3dEngine("demo").stop()
    assert stand_ins.calls() == []


@pytest.mark.usefixtures("cache")
def test_a_failure_of_k3d_is_told_in_its_own_words(k3d: StandIns, progress: Progress) -> None:
    k3d.answer({LIST: (0, "[]"), "k3d cluster create": (1, "port 6443 is in use\n")})
    with pytest.raises(ChartproofError, match="port 6443 is in use"):
        K3dEngine("demo").start(progress)
