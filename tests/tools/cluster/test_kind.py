"""kind through its command: an own cluster, an own kubeconfig, images by archive.

No Docker engine runs here, so kind itself is not run: stand-ins hold the contract that its
documentation gives, the words of each call and the shape of each answer.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chartproof.cluster.engine import Image
from chartproof.cluster.kind import KindEngine
from chartproof.cluster.progress import Progress
from tests.tools.cluster.standins import StandIns


@pytest.fixture
def kind(stand_ins: StandIns) -> StandIns:
    stand_ins.install("docker", "kind")
    stand_ins.answer(
        {
            "kind get clusters": (0, "other\ndemo\n"),
            "kind get nodes --name demo": (0, "demo-control-plane\ndemo-worker\n"),
        }
    )
    return stand_ins


@pytest.mark.usefixtures("kind")
def test_it_is_usable_where_docker_answers_and_kind_is_there() -> None:
    assert KindEngine("demo").check().usable


def test_without_kind_it_says_where_to_get_it(stand_ins: StandIns) -> None:
    stand_ins.install("docker")
    check = KindEngine("demo").check()
    assert not check.usable
    assert check.reason == "kind is not installed"
    assert check.remedy == "install kind: https://kind.sigs.k8s.io"


@pytest.mark.usefixtures("kind")
def test_it_runs_only_if_its_own_cluster_is_listed() -> None:
    assert KindEngine("demo").running()
    assert not KindEngine("dem").running()


def test_start_creates_a_cluster_with_an_own_kubeconfig(
    kind: StandIns, cache: Path, progress: Progress
) -> None:
    kind.answer({"kind get clusters": (0, "")})
    cluster = KindEngine("demo", nodes=3).start(progress)
    kubeconfig = cache / "clusters" / "demo" / "kind.kubeconfig"
    create = "kind create cluster --name demo --wait 180s --config -"
    assert f"{create} --kubeconfig {kubeconfig}" in kind.calls()
    assert [node["role"] for node in json.loads(kind.stdin_of(create))["nodes"]] == [
        "control-plane",
        "worker",
        "worker",
    ]
    assert (cluster.kubeconfig, cluster.context) == (kubeconfig, "kind-demo")


@pytest.mark.usefixtures("cache")
def test_start_uses_the_cluster_that_is_there(kind: StandIns, progress: Progress) -> None:
    cluster = KindEngine("demo").start(progress)
    assert cluster.nodes == ["demo-control-plane", "demo-worker"]
    assert not [call for call in kind.calls() if call.startswith("kind create")]
    assert any(call.startswith("kind export kubeconfig --name demo") for call in kind.calls())


@pytest.mark.usefixtures("cache")
def test_an_image_is_loaded_when_a_node_lacks_it(kind: StandIns, progress: Progress) -> None:
    cluster = KindEngine("demo").start(progress)
    kind.answer({"docker exec demo-control-plane": (1, "no such image")})
    cluster.load([Image("localhost/workers", "1a2b", Path("/cache/workers.tar"))])
    assert kind.calls()[-1] == "kind load image-archive /cache/workers.tar --name demo"


@pytest.mark.usefixtures("cache")
def test_stop_deletes_our_cluster_only(kind: StandIns) -> None:
    KindEngine("demo").stop()
    assert kind.calls()[-1].startswith("kind delete cluster --name demo --kubeconfig")


def test_stop_is_no_error_where_there_is_nothing(kind: StandIns) -> None:
    KindEngine("missing").stop()
    assert kind.calls() == ["kind get clusters"]
