"""What keeps a release from harm: the guard of upgrades, the refusal to shrink, the test."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from chartproof.options import RenderOptions
from chartproof.release import Release
from chartproof.render import ValuesError
from tests.chart.pods import container

Render = Callable[..., Release]
Running = Callable[..., RenderOptions]

IMAGE = "docker.io/library/rabbitmq:4.3.6-management"
EXTERNAL = {
    "broker": {"enabled": False},
    "externalBroker": {"url": "amqps://u:p@broker.example.com/"},
}
TLS = {"broker": {"tls": {"enabled": True}}}


@pytest.fixture
def running(render: Render) -> Callable[..., RenderOptions]:
    """Give an upgrade of so many brokers that are there, by the image they have."""
    (there,) = render().of_kind("StatefulSet")

    def upgrade(replicas: int, image: str = IMAGE) -> RenderOptions:
        statefulset = deepcopy(there.body)
        statefulset["metadata"]["namespace"] = "default"
        statefulset["spec"]["replicas"] = replicas
        container(statefulset["spec"]["template"]["spec"], "broker")["image"] = image
        return RenderOptions(is_upgrade=True, objects=(json.dumps(statefulset),))

    return upgrade


def guard(release: Release) -> list[dict[str, Any]]:
    """Return the guard's pod, or nothing."""
    return [job.body["spec"]["template"]["spec"] for job in release.of_kind("Job")]


def command(pod: dict[str, Any], name: str) -> list[str]:
    words: list[str] = container(pod, name)["command"]
    return words


def test_the_guard_asks_the_running_brokers_as_their_administrator(release: Release) -> None:
    (job,) = release.of_kind("Job")
    assert job.body["metadata"]["annotations"]["helm.sh/hook"] == "pre-upgrade"
    (pod,) = guard(release)
    words = command(pod, "guard")
    assert words[:2] == ["workers", "guard"]
    service = release.get("Service", "broker").name
    assert words[words.index("--management") + 1] == f"http://{service}:15672"
    assert words[words.index("--version") + 1] == release.chart.metadata["appVersion"]
    (login,) = pod["volumes"]
    assert login["secret"]["secretName"] == release.get("Secret", "broker").name
    assert login["secret"]["optional"] is True


def test_the_guard_has_the_account_that_every_namespace_has(release: Release) -> None:
    (pod,) = guard(release)
    assert pod["serviceAccountName"] == "default"


@pytest.mark.parametrize(
    ("image", "upgrade_guard", "version"),
    [
        ({"tag": "4.4.0-management-alpine"}, {}, "4.4.0"),
        ({"tag": "v4.3"}, {}, "v4.3"),
        ({"tag": "nightly"}, {"version": "4.4.1"}, "4.4.1"),
    ],
)
def test_the_guard_knows_the_version_that_is_to_be(
    render: Render, image: dict[str, Any], upgrade_guard: dict[str, Any], version: str
) -> None:
    (pod,) = guard(render({"broker": {"image": image, "upgradeGuard": upgrade_guard}}))
    words = command(pod, "guard")
    assert words[words.index("--version") + 1] == version


def test_the_guard_verifies_brokers_that_speak_tls(render: Render) -> None:
    (pod,) = guard(render(TLS))
    words = command(pod, "guard")
    assert words[words.index("--management") + 1].startswith("https://")
    assert words[words.index("--management") + 1].endswith(":15671")
    (mount,) = (each for each in container(pod, "guard")["volumeMounts"] if "tls" in each["name"])
    assert words[words.index("--ca") + 1] == f"{mount['mountPath']}/ca.crt"
    assert mount["name"] in [volume["name"] for volume in pod["volumes"]]


def test_the_guard_asks_brokers_that_an_upgrade_brings_tls_to_as_they_are(render: Render) -> None:
    service = json.dumps(render().get("Service", "broker").body)
    (pod,) = guard(render(TLS, options=RenderOptions(is_upgrade=True, objects=(service,))))
    words = command(pod, "guard")
    assert words[words.index("--management") + 1].startswith("http://")
    assert "--ca" not in words


def test_the_guard_logs_in_with_the_existing_secrets_keys(render: Render) -> None:
    auth = {"existingSecret": "mine", "secretKeys": {"username": "admin", "password": "word"}}
    (pod,) = guard(render({"broker": {"auth": auth}}))
    (login,) = pod["volumes"]
    assert login["secret"]["secretName"] == "mine"
    assert {item["path"]: item["key"] for item in login["secret"]["items"]} == {
        "username": "admin",
        "password": "word",
    }


def test_brokers_that_keep_their_image_need_no_guard(render: Render, running: Running) -> None:
    assert guard(render(options=running(1))) == []
    assert guard(render(options=running(1, image=IMAGE.replace("4.3.6", "4.2.10"))))


@pytest.mark.parametrize(
    ("values", "noted"),
    [
        ({"broker": {"upgradeGuard": {"enabled": False}}}, "broker.upgradeGuard.enabled is false"),
        ({"broker": {"image": {"tag": "latest"}}}, "set broker.upgradeGuard.version"),
        (
            {"producer": {"enabled": False}, "consumer": {"enabled": False}},
            "no worker runs whose image could do it",
        ),
    ],
    ids=str,
)
def test_an_upgrade_without_a_guard_is_said_in_the_notes(
    render: Render, values: dict[str, Any], noted: str
) -> None:
    release = render(values)
    assert guard(release) == []
    assert noted in release.notes


def test_an_external_broker_is_nobodys_to_guard(render: Render) -> None:
    release = render(EXTERNAL)
    assert guard(release) == []
    assert "upgradeGuard" not in release.notes


@pytest.mark.parametrize(("present", "wanted"), [(3, 1), (5, 3)])
def test_brokers_are_not_taken_away_by_an_upgrade(
    render: Render, running: Running, present: int, wanted: int
) -> None:
    with pytest.raises(ValuesError) as fault:
        render({"broker": {"replicas": wanted}}, options=running(present))
    said = str(fault.value)
    assert f"broker.replicas is {wanted}, and there are {present} brokers" in said
    named = re.findall(r"-broker-(\d)", said.partition(" would go")[0])
    assert named == [str(ordinal) for ordinal in range(present - 1, wanted - 1, -1)]
    for way_out in ("rabbitmq-queues shrink", "forget_cluster_node", "broker.allowScaleDown"):
        assert way_out in said


@pytest.mark.parametrize(
    ("broker", "present"),
    [
        ({"replicas": 1, "allowScaleDown": True}, 3),
        ({"replicas": 3}, 3),
        ({"replicas": 5}, 3),
        ({"replicas": 1}, 0),
    ],
    ids=str,
)
def test_brokers_may_stay_grow_and_go_where_it_is_allowed(
    render: Render, running: Running, broker: dict[str, Any], present: int
) -> None:
    release = render({"broker": broker}, options=running(present))
    assert release.get("StatefulSet", "broker").body["spec"]["replicas"] == broker["replicas"]


def helm_test(release: Release) -> dict[str, Any]:
    pod: dict[str, Any] = release.get("Pod", "test").body["spec"]
    return pod


def test_helm_test_checks_before_it_sends(release: Release) -> None:
    pod = helm_test(release)
    assert [each["name"] for each in pod["initContainers"]] == ["verify", "publish"]
    words = command(pod, "verify")
    service = release.get("Service", "broker").name
    assert "--may-not-declare" in words
    assert words[words.index("--management") + 1] == f"http://{service}:15672"
    assert "--closed" not in words


def test_helm_test_finds_open_what_tls_should_have_closed(render: Render) -> None:
    words = command(helm_test(render(TLS)), "verify")
    assert words[words.index("--closed") + 1 :] == ["5672", "15672", "15692"]
    plain = {"broker": {"tls": {"enabled": True, "plainListeners": True}}}
    assert "--closed" not in command(helm_test(render(plain)), "verify")


@pytest.mark.parametrize(
    "values",
    [
        {"producer": {"existingSecret": "mine"}},
        {
            "broker": {
                "auth": {"existingSecret": "one", "secretKeys": {"workerUsername": "username"}}
            }
        },
        EXTERNAL,
    ],
    ids=["a Secret of the worker's own", "one user for all", "an external broker"],
)
def test_helm_test_expects_no_less_rights_of_a_user_the_chart_does_not_make(
    render: Render, values: dict[str, Any]
) -> None:
    assert "--may-not-declare" not in command(helm_test(render(values)), "verify")


def test_no_probe_kills_a_busy_broker(release: Release) -> None:
    pod = release.get("StatefulSet", "broker").body["spec"]["template"]["spec"]
    broker = container(pod, "broker")
    assert "livenessProbe" not in broker
    assert {"startupProbe", "readinessProbe"} <= broker.keys()


def test_nobody_is_let_in_without_a_name_and_a_password(release: Release) -> None:
    conf = "\n".join(release.get("ConfigMap", "broker").body["data"].values())
    assert "anonymous_login_user = none" in conf
    assert re.findall(r"^auth_mechanisms\.\d = (\w+)$", conf, re.MULTILINE) == ["PLAIN", "AMQPLAIN"]


def test_helm_tests_pod_is_none_of_those_that_spread(render: Render) -> None:
    spread = [{"topologyKey": "zone", "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}]
    release = render({"producer": {"topologySpreadConstraints": spread}})
    assert "topologySpreadConstraints" not in helm_test(release)
