"""Who sets the number of pods, and what they are allowed to see of the broker for it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from chartproof.options import RenderOptions
from chartproof.release import Release
from chartproof.render import ValuesError
from tests.chart.test_credentials import secret

Render = Callable[..., Release]

KEDA = {"consumer": {"autoscaling": {"type": "keda", "minReplicas": 0}}}


def spec(release: Release, kind: str, name: str) -> dict[str, Any]:
    """Return the spec of an object."""
    found: dict[str, Any] = release.get(kind, name).body["spec"]
    return found


@pytest.mark.parametrize("scaler", ["hpa", "keda"])
def test_an_upgrade_does_not_set_back_what_a_scaler_decided(render: Render, scaler: str) -> None:
    release = render({"consumer": {"autoscaling": {"type": scaler}, "replicas": 5}})
    assert "replicas" not in spec(release, "Deployment", "consumer")
    assert spec(release, "Deployment", "producer")["replicas"] == 1


def test_large_numbers_stay_whole(render: Render) -> None:
    keda = {"pollingInterval": 1000000, "cooldownPeriod": 2000000}
    scaled, alone = {"type": "keda", "maxReplicas": 3000000, "keda": keda}, {"type": "none"}
    release = render(
        {
            "consumer": {"autoscaling": scaled},
            "producer": {"autoscaling": {"type": "hpa", "maxReplicas": 4000000}},
            "workers": {"mails": {"role": "consumer", "replicas": 5000000, "autoscaling": alone}},
        }
    )
    text = str(release)
    for whole in ("1000000", "2000000", "3000000", "4000000", "5000000"):
        assert f": {whole}\n" in text


def test_without_a_scaler_there_is_none(release: Release) -> None:
    kinds = {manifest.kind for manifest in release.manifests}
    assert not kinds & {"HorizontalPodAutoscaler", "ScaledObject", "TriggerAuthentication"}
    assert "scaler" not in str(release.get("Secret", "broker").body)


def test_hpa_scales_by_the_cpu_or_by_metrics_of_ones_own(render: Render) -> None:
    own = [{"type": "Pods", "pods": {"metric": {"name": "m"}}}]
    hpa = {"type": "hpa", "minReplicas": 2, "maxReplicas": 4, "behavior": {"scaleUp": {}}}
    release = render(
        {
            "producer": {"autoscaling": hpa},
            "consumer": {"autoscaling": {**hpa, "hpa": {"metrics": own}}},
        }
    )
    by_cpu = spec(release, "HorizontalPodAutoscaler", "producer")
    assert by_cpu["scaleTargetRef"]["name"] == release.get("Deployment", "producer").name
    assert (by_cpu["minReplicas"], by_cpu["maxReplicas"]) == (2, 4)
    assert by_cpu["behavior"] == {"scaleUp": {}}
    (metric,) = by_cpu["metrics"]
    assert metric["resource"]["target"]["averageUtilization"] == 80
    assert spec(release, "HorizontalPodAutoscaler", "consumer")["metrics"] == own


def test_keda_asks_the_management_api_about_the_queue_of_the_worker(render: Render) -> None:
    release = render(
        {"workers": {"mails": {"role": "consumer", "queue": "mails", **KEDA["consumer"]}}}
    )
    scaled = spec(release, "ScaledObject", "mails")
    assert scaled["scaleTargetRef"] == {"name": release.get("Deployment", "mails").name}
    assert (scaled["minReplicaCount"], scaled["maxReplicaCount"]) == (0, 10)
    (trigger,) = scaled["triggers"]
    broker = release.get("Service", "broker")
    assert trigger["metadata"] == {
        "protocol": "http",
        "host": f"http://{broker.name}.default.svc.cluster.local:15672/",
        "vhostName": "/",
        "queueName": "mails",
        "mode": "QueueLength",
        "value": "100",
        "activationValue": "0",
    }
    authentication = release.get("TriggerAuthentication", "scaler")
    assert trigger["authenticationRef"] == {"name": authentication.name}


def test_kedas_login_is_a_user_of_its_own_in_the_brokers_secret(render: Render) -> None:
    release = render(KEDA)
    held = secret(release, "broker")
    parameters = {
        each["parameter"]: held[each["key"]]
        for each in spec(release, "TriggerAuthentication", "scaler")["secretTargetRef"]
    }
    assert parameters == {"username": "scaler", "password": held["scaler-password"]}
    assert held["scaler-password"] not in (held["password"], held["worker-password"])


def test_keda_can_be_turned_on_later_and_changes_no_other_password(render: Render) -> None:
    present = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "release-name-rabbitmq-workers-broker", "namespace": "default"},
        "data": {
            key: b64encode(f"present {key}".encode()).decode()
            for key in ("password", "worker-password", "erlang-cookie")
        },
    }
    options = RenderOptions(is_upgrade=True, objects=(json.dumps(present),))
    held = secret(render(KEDA, options), "broker")
    for key in ("password", "worker-password", "erlang-cookie"):
        assert held[key] == f"present {key}"
    assert len(held["scaler-password"]) >= 32


def test_kedas_login_may_stand_in_an_existing_secret(render: Render) -> None:
    keys = {"scalerPassword": "keda-word"}
    auth = {"existingSecret": "mine", "secretKeys": keys}
    release = render({**KEDA, "broker": {"auth": auth}})
    references = spec(release, "TriggerAuthentication", "scaler")["secretTargetRef"]
    assert [(each["name"], each["key"]) for each in references] == [
        ("mine", "scaler-username"),
        ("mine", "keda-word"),
    ]
    pod = spec(release, "StatefulSet", "broker")["template"]["spec"]
    (volume,) = (each for each in pod["volumes"] if each["name"] == "secrets")
    sources = (source["secret"] for source in volume["projected"]["sources"])
    items = [item for source in sources for item in source["items"]]
    assert {"key": "keda-word", "path": "users/scaler/password"} in items
    # Without KEDA a Secret need not have its keys: a missing one keeps the pod from starting.
    plain = render({"broker": {"auth": auth}})
    assert "keda-word" not in str(spec(plain, "StatefulSet", "broker"))


def test_an_external_broker_is_asked_with_a_login_of_its_own(render: Render) -> None:
    keda = {"authentication": "theirs", "managementUrl": "https://rabbit.example.com:15671/orders"}
    release = render(
        {
            "broker": {"enabled": False},
            "externalBroker": {"url": "amqps://u:p@rabbit.example.com/orders"},
            "consumer": {"autoscaling": {"type": "keda", "keda": keda}},
        }
    )
    (trigger,) = spec(release, "ScaledObject", "consumer")["triggers"]
    assert trigger["authenticationRef"] == {"name": "theirs"}
    assert trigger["metadata"]["host"] == keda["managementUrl"]
    assert "vhostName" not in trigger["metadata"]
    assert release.of_kind("TriggerAuthentication") == []


def test_a_cluster_without_keda_is_refused_only_where_that_is_asked(render: Render) -> None:
    asked = {**KEDA, "worker": {"requireKeda": True}}
    assert render(KEDA).of_kind("ScaledObject")
    with pytest.raises(ValuesError, match=r"does not serve keda\.sh/v1alpha1: install KEDA first"):
        render(asked)
    served = RenderOptions(api_versions=("keda.sh/v1alpha1",))
    assert render(asked, options=served).of_kind("ScaledObject")


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        ({}, {"maxUnavailable": 1}),
        ({"maxUnavailable": "25%"}, {"maxUnavailable": "25%"}),
        ({"minAvailable": 2}, {"minAvailable": 2}),
        ({"minAvailable": "50%"}, {"minAvailable": "50%"}),
    ],
)
def test_a_disruption_budget_says_how_many_stay_or_may_go(
    render: Render, budget: dict[str, object], expected: dict[str, object]
) -> None:
    values = {"replicas": 3, "podDisruptionBudget": {"enabled": True, **budget}}
    release = render({"consumer": values})
    found = spec(release, "PodDisruptionBudget", "consumer")
    assert found.pop("selector") == spec(release, "Deployment", "consumer")["selector"]
    assert found == expected
    assert len(release.of_kind("PodDisruptionBudget")) == 1
