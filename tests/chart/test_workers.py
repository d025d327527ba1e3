"""What producers and consumers are told, and what `helm test` sends through them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chartproof.release import Release
from tests.chart.pods import container
from tests.chart.workers import pod, settings
from workers.config import variables

Render = Callable[..., Release]


@pytest.mark.parametrize("worker", ["producer", "consumer"])
def test_every_variable_is_one_that_the_workers_know(release: Release, worker: str) -> None:
    set_by_chart = {
        *settings(release, worker),
        *release.get("Secret", worker).body["stringData"],
        *(variable["name"] for variable in container(pod(release, worker), worker)["env"]),
    }
    assert set_by_chart <= variables().keys()


def test_numbers_reach_the_workers_as_they_were_written(render: Render) -> None:
    release = render({"producer": {"rate": 1000000}, "consumer": {"prefetch": 300, "threads": 8}})
    assert settings(release, "producer")["MQ_RATE"] == "1000000"
    consumer = settings(release, "consumer")
    assert (consumer["MQ_PREFETCH"], consumer["MQ_THREADS"]) == ("300", "8")


def test_a_producer_may_publish_less_than_once_a_second(render: Render) -> None:
    assert settings(render({"producer": {"rate": 0.25}}), "producer")["MQ_RATE"] == "0.25"


def test_the_audit_is_one_switch_for_both(render: Render) -> None:
    release = render({"audit": True})
    assert settings(release, "producer")["MQ_AUDIT"] == "true"
    assert settings(release, "consumer")["MQ_AUDIT"] == "true"


@pytest.mark.parametrize("worker", ["producer", "consumer"])
def test_a_worker_gives_up_draining_before_kubernetes_does(render: Render, worker: str) -> None:
    release = render({worker: {"terminationGracePeriodSeconds": 60}})
    assert pod(release, worker)["terminationGracePeriodSeconds"] == 60
    assert settings(release, worker)["MQ_GRACE"] == "55"


@pytest.mark.parametrize("worker", ["producer", "consumer"])
def test_a_worker_waits_for_the_broker_with_its_own_image_and_login(
    release: Release, worker: str
) -> None:
    spec = pod(release, worker)
    wait, work = container(spec, "wait-for-broker"), container(spec, worker)
    assert wait["command"] == ["workers", "wait"]
    assert (wait["image"], wait["env"], wait["envFrom"]) == (
        work["image"],
        work["env"],
        work["envFrom"],
    )


def test_own_variables_are_values_or_references(render: Render) -> None:
    reference = {"secretKeyRef": {"name": "tokens", "key": "orders"}}
    release = render({"consumer": {"env": {"MQ_HEARTBEAT": 30, "TOKEN": reference}}})
    env = container(pod(release, "consumer"), "consumer")["env"]
    assert {"name": "MQ_HEARTBEAT", "value": "30"} in env
    assert {"name": "TOKEN", "valueFrom": reference} in env


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ({"repository": "mine", "tag": "1"}, "mine:1"),
        ({"registry": "ghcr.io", "repository": "me/mine", "tag": "1"}, "ghcr.io/me/mine:1"),
        (
            {"repository": "mine", "tag": "1", "digest": f"sha256:{'0' * 64}"},
            f"mine:1@sha256:{'0' * 64}",
        ),
    ],
)
def test_an_image_is_named_by_its_parts(
    render: Render, image: dict[str, str], expected: str
) -> None:
    release = render({"worker": {"image": image}})
    assert container(pod(release, "producer"), "producer")["image"] == expected


def test_one_registry_can_stand_in_for_all(render: Render) -> None:
    release = render({"global": {"imageRegistry": "registry.example.com"}})
    for manifest in (*release.of_kind("Deployment"), *release.of_kind("StatefulSet")):
        for each in manifest.body["spec"]["template"]["spec"]["containers"]:
            assert each["image"].startswith("registry.example.com/")


def test_helm_test_uses_a_queue_that_the_releases_consumers_leave_alone(release: Release) -> None:
    test = release.get("Pod", "test").body["spec"]
    publish, consume = container(test, "publish"), container(test, "consume")
    assert (publish["command"], consume["command"]) == (
        ["workers", "produce"],
        ["workers", "consume"],
    )
    assert publish["env"] == consume["env"]
    env = {variable["name"]: variable.get("value") for variable in publish["env"]}
    assert env["MQ_COUNT"] == "1"
    assert env["MQ_CH"] != settings(release, "consumer")["MQ_CH"]
    topology = release.get("Secret", "broker-definitions").body["stringData"]["topology.json"]
    assert f'"{env["MQ_CH"]}"' in topology


@pytest.mark.parametrize("worker", ["producer", "consumer"])
def test_helm_test_needs_only_one_of_the_workers(render: Render, worker: str) -> None:
    release = render({worker: {"enabled": False}})
    assert release.get("Pod", "test").is_hook
    names = {manifest.name for manifest in release.manifests}
    (volume,) = release.get("Pod", "test").body["spec"]["volumes"]
    assert {source["secret"]["name"] for source in volume["projected"]["sources"]} <= names


def test_tests_can_be_left_out(render: Render) -> None:
    release = render({"tests": {"enabled": False}})
    assert release.of_kind("Pod") == []
    assert "helm-test" not in str(release)
    assert "helm test" not in release.notes
