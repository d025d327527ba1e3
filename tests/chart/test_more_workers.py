"""Workers beside the two: what they take over, what is their own, and whose handlers they run."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from chartproof.release import Release
from chartproof.render import ValuesError
from chartproof.values import load_values
from tests.chart.pods import container
from tests.chart.workers import pod, settings

Render = Callable[..., Release]

MAILS = {"workers": {"mails": {"role": "consumer"}}}


def test_a_worker_has_objects_of_its_own_under_its_name(render: Render) -> None:
    release = render(MAILS)
    for kind in ("Deployment", "ConfigMap", "Secret", "ServiceAccount"):
        body = release.get(kind, "mails").body
        assert body["metadata"]["labels"]["app.kubernetes.io/component"] == "mails"
    selector = release.get("Deployment", "mails").body["spec"]["selector"]["matchLabels"]
    assert selector["app.kubernetes.io/component"] == "mails"
    assert pod(release, "mails")["serviceAccountName"] == release.get("Secret", "mails").name


def test_a_worker_takes_what_it_does_not_say_from_the_one_of_its_role(render: Render) -> None:
    consumer = {"prefetch": 7, "env": {"TOKEN": "shared"}, "replicas": 3}
    own = {"role": "consumer", "threads": 2, "env": {"LANGUAGE": "de"}}
    release = render({"consumer": consumer, "workers": {"mails": own}})
    told = settings(release, "mails")
    assert (told["MQ_PREFETCH"], told["MQ_THREADS"]) == ("7", "2")
    env = {v["name"]: v.get("value") for v in container(pod(release, "mails"), "mails")["env"]}
    assert (env["TOKEN"], env["LANGUAGE"]) == ("shared", "de")
    assert release.get("Deployment", "mails").body["spec"]["replicas"] == 3
    assert settings(release, "consumer")["MQ_THREADS"] == "1"


@pytest.mark.parametrize(("value", "shown"), [(0, "0"), (0.5, "0.5")])
def test_a_zero_of_its_own_counts(render: Render, value: float, shown: str) -> None:
    own = {"role": "producer", "rate": value}
    release = render({"producer": {"rate": 9}, "workers": {"intake": own}})
    assert settings(release, "intake")["MQ_RATE"] == shown


def test_a_null_takes_away_what_a_worker_would_have_taken_over(render: Render) -> None:
    own = {
        "role": "consumer",
        "livenessProbe": None,
        "resources": {"limits": {"memory": None}, "requests": {"cpu": "1"}},
        "podSecurityContext": {"runAsUser": None, "runAsGroup": None},
    }
    release = render({"workers": {"mails": own}})
    worker = container(pod(release, "mails"), "mails")
    assert "livenessProbe" not in worker
    assert worker["resources"] == {"limits": {}, "requests": {"cpu": "1", "memory": "64Mi"}}
    context = pod(release, "mails")["securityContext"]
    assert context.keys() == {"runAsNonRoot", "seccompProfile"}


def test_a_worker_runs_without_the_one_of_its_role_and_can_be_off_itself(render: Render) -> None:
    alone = render({**MAILS, "consumer": {"enabled": False}})
    deployed = {manifest.short_name for manifest in alone.of_kind("Deployment")}
    assert deployed == {"producer", "mails"}
    off = render({"workers": {"mails": {"role": "consumer", "enabled": False}}})
    assert str(off).count("component: mails") == 0


def test_two_workers_do_not_share_the_service_account_that_one_names(render: Render) -> None:
    release = render({**MAILS, "consumer": {"serviceAccount": {"name": "theirs"}}})
    assert pod(release, "consumer")["serviceAccountName"] == "theirs"
    assert pod(release, "mails")["serviceAccountName"].endswith("-mails")


def test_the_broker_declares_the_queue_of_each_worker_once_with_its_dead_letters(
    render: Render,
) -> None:
    own = {"role": "consumer", "queue": "mails"}
    other = {"role": "producer", "queue": "mails"}
    release = render({"workers": {"mails": own, "more": other}})
    assert settings(release, "mails")["MQ_CH"] == "mails"
    text = release.get("Secret", "broker-definitions").body["stringData"]["topology.json"]
    defined = json.loads(text)
    names = [queue["name"] for queue in defined["queues"]]
    assert sorted(names) == ["mails", "mails.dead", "test", "test.dead", "test.helm-test"]
    policies = {policy["name"]: policy["definition"] for policy in defined["policies"]}
    assert policies["mails"]["dead-letter-exchange"] == "mails.dead"
    assert {b["source"]: b["destination"] for b in defined["bindings"]} == {
        "test.dead": "test.dead",
        "mails.dead": "mails.dead",
    }


def test_notes_follow_every_consumer_and_no_producer(render: Render) -> None:
    intake = {"role": "producer"}
    notes = render({"workers": {"mails": {"role": "consumer"}, "intake": intake}}).notes
    assert "component=consumer\n" in notes
    assert "component=mails\n" in notes
    assert "component=intake" not in notes


def code_files(release: Release, worker: str) -> dict[str, str]:
    """Return the Python modules that a worker looks for its handler or source in first."""
    spec = pod(release, worker)
    main = container(spec, worker)
    (mount,) = (each for each in main["volumeMounts"] if each["name"] == "code")
    (volume,) = (each for each in spec["volumes"] if each["name"] == "code")
    path = next(each["value"] for each in main["env"] if each["name"] == "PYTHONPATH")
    assert path.split(":")[0] == mount["mountPath"]
    (made,) = (
        manifest
        for manifest in release.of_kind("ConfigMap")
        if manifest.name == volume["configMap"]["name"]
    )
    files: dict[str, str] = made.body["data"]
    return files


def test_handler_code_becomes_the_module_that_the_handler_names(render: Render) -> None:
    code = 'def handle(message):\n    print("{{ no template }}", message.id)\n'
    own = {"handler": "orders:handle", "handlerCode": code}
    release = render({"consumer": own, **MAILS})
    assert code_files(release, "consumer") == {"orders.py": code}
    assert settings(release, "consumer")["MQ_HANDLER"] == "orders:handle"
    # Taken over like any other value, and yet in a ConfigMap of its own.
    assert code_files(release, "mails") == {"orders.py": code}
    assert len({m.name for m in release.of_kind("ConfigMap")}) == len(release.of_kind("ConfigMap"))


def test_source_code_becomes_the_module_that_the_source_names(render: Render) -> None:
    code = "def read(start=1):\n    yield b'{{ no template }}'\n"
    release = render({"producer": {"source": "orders:read", "sourceCode": code}})
    assert code_files(release, "producer") == {"orders.py": code}
    assert settings(release, "producer")["MQ_SOURCE"] == "orders:read"
    assert "PYTHONPATH" not in str(pod(release, "consumer"))


@pytest.mark.parametrize(("worker", "key"), [("consumer", "handler"), ("producer", "source")])
def test_code_may_stand_in_a_config_map_that_is_there_already(
    render: Render, worker: str, key: str
) -> None:
    release = render({worker: {f"{key}ConfigMap": "mine", key: "pack.mails:send"}})
    (volume,) = (v for v in pod(release, worker)["volumes"] if v["name"] == "code")
    assert volume["configMap"] == {"name": "mine"}


def test_a_worker_may_have_an_image_of_its_own(render: Render) -> None:
    image = {"registry": "ghcr.io", "repository": "me/mails", "tag": "7", "pullPolicy": "Always"}
    release = render({"workers": {"mails": {"role": "consumer", "image": image}}})
    main, wait = (container(pod(release, "mails"), name) for name in ("mails", "wait-for-broker"))
    assert main["image"] == wait["image"] == "ghcr.io/me/mails:7"
    assert main["imagePullPolicy"] == "Always"
    assert container(pod(release, "consumer"), "consumer")["image"].startswith("rabbitmq-workers:")


def test_a_spread_constraint_counts_the_workers_own_pods_unless_it_says_whose(
    render: Render,
) -> None:
    plain = {"topologyKey": "zone", "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}
    other = {**plain, "labelSelector": {"matchLabels": {"team": "a"}}}
    spread = {"topologySpreadConstraints": [plain, other]}
    release = render({"consumer": spread})
    first, second = pod(release, "consumer")["topologySpreadConstraints"]
    deployment = release.get("Deployment", "consumer").body["spec"]
    assert first["labelSelector"] == deployment["selector"]
    assert second == other


def test_the_pod_of_helm_test_does_not_count_as_one_of_the_workers_to_spread(
    render: Render,
) -> None:
    spread = {"topologyKey": "zone", "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}
    release = render({"producer": {"topologySpreadConstraints": [spread]}})
    assert "topologySpreadConstraints" in pod(release, "producer")
    assert "topologySpreadConstraints" not in release.get("Pod", "test").body["spec"]


@pytest.mark.parametrize(
    ("probe", "given", "expected"),
    [
        (
            "livenessProbe",
            {"periodSeconds": 30},
            {
                "httpGet": {"path": "/livez", "port": "metrics"},
                "periodSeconds": 30,
                "timeoutSeconds": 5,
            },
        ),
        (
            "readinessProbe",
            {"tcpSocket": {"port": 8080}, "timeoutSeconds": None, "periodSeconds": 1},
            {"tcpSocket": {"port": 8080}, "periodSeconds": 1},
        ),
        ("startupProbe", None, None),
    ],
)
def test_a_probe_can_be_tuned_replaced_or_left_out(
    render: Render, probe: str, given: object, expected: object
) -> None:
    release = render({"consumer": {probe: given}})
    assert container(pod(release, "consumer"), "consumer").get(probe) == expected


def test_what_is_extra_joins_what_the_chart_has(render: Render) -> None:
    extra: dict[str, Any] = {
        "extraContainers": [{"name": "side"}],
        "extraInitContainers": [{"name": "first"}],
        "extraVolumes": [{"name": "scratch", "emptyDir": {}}],
        "extraVolumeMounts": [{"name": "scratch", "mountPath": "/scratch"}],
        "envFrom": [{"configMapRef": {"name": "more"}}],
        "priorityClassName": "high",
        "strategy": {"type": "Recreate"},
        "annotations": {"reload": "true"},
    }
    release = render({"consumer": extra})
    spec = pod(release, "consumer")
    assert [each["name"] for each in spec["containers"]] == ["consumer", "side"]
    assert [each["name"] for each in spec["initContainers"]] == ["wait-for-broker", "first"]
    assert {"login", "scratch"} == {each["name"] for each in spec["volumes"]}
    main = container(spec, "consumer")
    assert extra["extraVolumeMounts"][0] in main["volumeMounts"]
    assert extra["envFrom"][0] in main["envFrom"]
    assert spec["priorityClassName"] == "high"
    deployment = release.get("Deployment", "consumer").body
    assert deployment["spec"]["strategy"] == {"type": "Recreate"}
    assert deployment["metadata"]["annotations"] == {"reload": "true"}


def test_what_is_extra_may_name_objects_of_the_release(render: Render) -> None:
    claim = "{{ .Release.Name }}-scratch"
    volume = {"name": "scratch", "persistentVolumeClaim": {"claimName": claim}}
    side = {"name": "side", "image": "side:{{ .Chart.AppVersion }}"}
    release = render({"consumer": {"extraVolumes": [volume], "extraContainers": [side]}})
    spec = pod(release, "consumer")
    (found,) = (each for each in spec["volumes"] if each["name"] == "scratch")
    assert found["persistentVolumeClaim"] == {"claimName": "release-name-scratch"}
    assert "{{" not in container(spec, "side")["image"]


@pytest.mark.parametrize(
    "expression",
    [
        "workers.mails.replicas=2",
        "workers.mails.role=publisher",
        "workers.mails.role=producer,workers.mails.prefetch=5",
        "workers.mails.role=consumer,workers.mails.tpyo=1",
        "workers.mails.role=consumer,workers.mails.autoscaling.type=vpa",
        "workers.mails.role=consumer,workers.mails.threads=0",
        "workers.Mails.role=consumer",
    ],
)
def test_a_wrong_value_of_a_worker_fails_with_its_path(render: Render, expression: str) -> None:
    with pytest.raises(ValuesError, match="workers"):
        render(load_values(sets=[expression]))
