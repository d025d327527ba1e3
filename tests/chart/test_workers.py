"""What producers and consumers are told, and what `helm test` sends through them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chartproof.chart import Chart
from chartproof.release import Release
from chartproof.render import render as render_chart
from tests.chart.pods import container
from tests.chart.workers import pod, settings
from tests.support.charts import rendering_cases
from workers import config
from workers.config import variables

Render = Callable[..., Release]

CASES = rendering_cases(Path(__file__).parents[2] / "chart")
LEFT_OUT = {
    "MQ_COUNT": "the pods of a Deployment are to run on; `helm test` sets it",
    "MQ_HEALTH_PORT": "probes, monitors and policies name the port 8080",
    "MQ_WAIT_TIMEOUT": "a container that gives up waiting is started again by the kubelet",
}
"""Variables that the chart leaves to `env`, each with the reason why no value is for it."""


def told(release: Release) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the workers of a release, each with the variables that it finds.

    One that Kubernetes fills in, or that is a file of the login, has no text.
    """
    for deployment in release.of_kind("Deployment"):
        spec = deployment.body["spec"]["template"]["spec"]
        name = spec["containers"][0]["name"]
        (login,) = (volume for volume in spec["volumes"] if volume["name"] == "login")
        sources = login["projected"]["sources"]
        yield (
            name,
            {
                **{item["path"]: None for each in sources for item in each["secret"]["items"]},
                **settings(release, name),
                **{each["name"]: each.get("value") for each in container(spec, name)["env"]},
            },
        )


def test_every_variable_of_the_workers_is_set_by_a_value_or_left_out_for_a_reason(
    render: Render,
) -> None:
    found = {
        variable
        for case in CASES
        for _, variables in told(render(case.values))
        for variable in variables
    }
    assert variables().keys() - found == LEFT_OUT.keys()
    assert all(LEFT_OUT.values())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_worker_of_every_case_can_use_what_it_is_told(
    case: Any, render: Render, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The files of a pod are not there.
    in_files = ("MQ_SECRETS_DIR", "MQ_TLS_")
    for _, given in told(render(case.values)):
        environ = {
            name: text
            for name, text in given.items()
            if name.startswith("MQ_") and not name.startswith(in_files) and text is not None
        }
        environ["MQ_URL"] = "amqp://user:password@host/"
        with monkeypatch.context() as patch:
            for name, text in environ.items():
                patch.setenv(name, text)
            config.load(environ)


@pytest.mark.parametrize(
    ("worker", "values", "expected"),
    [
        ("producer", {"source": "orders:read"}, {"MQ_SOURCE": "orders:read"}),
        ("producer", {"window": 50000000}, {"MQ_WINDOW": "50000000"}),
        ("producer", {"confirmTimeoutSeconds": 2.5}, {"MQ_CONFIRM_TIMEOUT": "2.5"}),
        ("producer", {"maxBody": "2Mi"}, {"MQ_MAX_BODY": "2097152"}),
        ("producer", {"maxBody": 12800000}, {"MQ_MAX_BODY": "12800000"}),
        ("consumer", {"pool": "processes"}, {"MQ_POOL": "processes"}),
        ("consumer", {"batch": 10}, {"MQ_BATCH": "10"}),
        ("consumer", {"batchWaitSeconds": 2}, {"MQ_BATCH_WAIT": "2"}),
        ("consumer", {"handlerTimeoutSeconds": 0.5}, {"MQ_HANDLER_TIMEOUT": "0.5"}),
        ("consumer", {"dedup": "mine:Ids"}, {"MQ_DEDUP": "mine:Ids"}),
        (
            "consumer",
            {"retryQueue": "rest", "retryLimit": 0},
            {"MQ_RETRY_QUEUE": "rest", "MQ_RETRY_LIMIT": "0"},
        ),
    ],
    ids=str,
)
def test_a_value_becomes_the_variable_of_its_worker(
    render: Render, worker: str, values: dict[str, Any], expected: dict[str, str]
) -> None:
    rest = {"messageTtl": 1000, "deadLetter": {"queue": "test"}}
    found = settings(render({worker: values, "queues": {"rest": rest}}), worker)
    assert {name: found[name] for name in expected} == expected


def test_how_all_workers_log_and_connect_is_said_once(render: Render) -> None:
    shared = {
        "logLevel": "warning",
        "logFormat": "human",
        "heartbeatSeconds": 25,
        "connectTimeoutSeconds": 2.5,
        "reconnectWaitSeconds": 60,
    }
    release = render({"worker": shared})
    for worker in ("producer", "consumer"):
        found = settings(release, worker)
        assert (found["MQ_LOG_LEVEL"], found["MQ_LOG_FORMAT"]) == ("warning", "human")
        assert found["MQ_HEARTBEAT"] == "25"
        assert (found["MQ_CONNECT_TIMEOUT"], found["MQ_RECONNECT_WAIT"]) == ("2.5", "60")


def test_limits_that_nobody_asked_for_are_left_to_the_worker(release: Release) -> None:
    unset = {"MQ_BATCH", "MQ_HANDLER_TIMEOUT", "MQ_DEDUP", "MQ_RETRY_QUEUE", "MQ_RESUME"}
    assert not unset & {name for _, given in told(release) for name in given}


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


def test_a_version_with_a_plus_sign_makes_a_tag_without_one(chart: Chart, tmp_path: Path) -> None:
    copy = shutil.copytree(chart.path, tmp_path / "chart")
    about = copy / "Chart.yaml"
    own = f"version: {chart.version}"
    about.write_text(about.read_text().replace(own, "version: 99.0.0+build.7"))
    release = render_chart(Chart.load(copy))
    image = container(pod(release, "producer"), "producer")["image"]
    assert image == "rabbitmq-workers:99.0.0_build.7"


@pytest.mark.parametrize("registry", ["registry.example.com:5000", "mirror.example.com/hub/proxy"])
def test_one_registry_can_stand_in_for_all(render: Render, registry: str) -> None:
    release = render({"global": {"imageRegistry": registry}})
    for manifest in (*release.of_kind("Deployment"), *release.of_kind("StatefulSet")):
        for each in manifest.body["spec"]["template"]["spec"]["containers"]:
            assert each["image"].startswith(f"{registry}/")


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
