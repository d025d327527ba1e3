"""What the broker is told: its memory, its cluster, its queues."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chartproof.release import Release

Render = Callable[..., Release]


def configuration(release: Release) -> dict[str, str]:
    """Return the lines of the broker's conf.d, later files over earlier ones."""
    files = release.get("ConfigMap", "broker").body["data"]
    text = "\n".join(files[name] for name in sorted(files) if name.endswith(".conf"))
    return dict(re.findall(r"^([\w.]+) = (.*)$", text, re.MULTILINE))


def topology(release: Release) -> dict[str, Any]:
    """Return the definitions that the broker imports."""
    text = release.get("Secret", "broker-definitions").body["stringData"]["topology.json"]
    definitions: dict[str, Any] = json.loads(text)
    return definitions


@pytest.mark.parametrize(
    ("limit", "watermark", "absolute"),
    [
        ("1Gi", "60%", 644245094),
        ("1Gi", "50%", 536870912),
        ("1.5Gi", "50%", 805306368),
        ("2000M", "40%", 800000000),
        ("2G", "60%", 1200000000),
        ("1048576Ki", "25%", 268435456),
        ("4294967296", "75%", 3221225472),
        ("2Gi", "512Mi", 536870912),
        ("2Gi", "1000000000", 1000000000),
    ],
)
def test_the_watermark_is_absolute_and_exact(
    render: Render, limit: str, watermark: str, absolute: int
) -> None:
    resources = {"limits": {"memory": limit}}
    release = render({"broker": {"memoryWatermark": watermark, "resources": resources}})
    conf = configuration(release)
    assert conf["vm_memory_high_watermark.absolute"] == str(absolute)
    assert conf["disk_free_limit.absolute"] == str(absolute)


UNITS = {"M": 1000**2, "G": 1000**3, "Mi": 1024**2, "Gi": 1024**3}


@given(
    number=st.decimals("1", "9999", places=3).map(Decimal.normalize),
    unit=st.sampled_from(sorted(UNITS)),
    share=st.integers(1, 99),
)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_share_of_any_limit_is_exact(
    render: Render, number: Decimal, unit: str, share: int
) -> None:
    resources = {"limits": {"memory": f"{number:f}{unit}"}}
    values = {"persistence": {"enabled": False}, "memoryWatermark": f"{share}%"}
    conf = configuration(render({"broker": {**values, "resources": resources}}))
    # Kubernetes rounds the bytes of a quantity up.
    limit = math.ceil(number * UNITS[unit])
    assert int(conf["vm_memory_high_watermark.absolute"]) == limit * share // 100


def test_a_limit_given_as_a_number_counts_as_bytes(render: Render) -> None:
    resources = {"limits": {"memory": 4294967296}}
    conf = configuration(render({"broker": {"resources": resources}}))
    assert conf["vm_memory_high_watermark.absolute"] == "2576980377"


@pytest.mark.parametrize(("replicas", "group"), [(1, "1"), (3, "3"), (5, "3")])
def test_brokers_know_how_many_they_are(render: Render, replicas: int, group: str) -> None:
    release = render({"broker": {"replicas": replicas}})
    conf = configuration(release)
    assert conf["cluster_formation.target_cluster_size_hint"] == str(replicas)
    size = "quorum_queue.continuous_membership_reconciliation.target_group_size"
    assert conf[size] == group
    assert release.get("StatefulSet", "broker").body["spec"]["replicas"] == replicas


def test_a_brokers_name_is_the_one_its_headless_service_gives_it(release: Release) -> None:
    spec = release.get("StatefulSet", "broker").body["spec"]
    headless = release.get("Service", spec["serviceName"])
    assert headless.body["spec"]["clusterIP"] == "None"
    assert headless.body["spec"]["publishNotReadyAddresses"] is True
    (broker,) = spec["template"]["spec"]["containers"]
    names = [variable["name"] for variable in broker["env"]]
    node = next(v["value"] for v in broker["env"] if v["name"] == "RABBITMQ_NODENAME")
    assert node == f"rabbit@$(POD_NAME).{headless.name}.$(POD_NAMESPACE).svc.cluster.local"
    # Kubernetes fills in only what stands further up.
    assert max(names.index("POD_NAME"), names.index("POD_NAMESPACE")) < names.index(
        "RABBITMQ_NODENAME"
    )


def test_the_users_configuration_comes_after_the_charts(render: Render) -> None:
    release = render({"broker": {"extraConfig": "listeners.tcp.default = 5673\n"}})
    assert configuration(release)["listeners.tcp.default"] == "5673"


@pytest.mark.parametrize(
    ("value", "file"), [("extraConfig", "90-user.conf"), ("advancedConfig", "advanced.config")]
)
@pytest.mark.parametrize("text", ["  indented\nnot\n", "\n\n  late\nnot\n", "\ttab\n", "a\n\n\n"])
def test_a_file_of_the_users_arrives_as_it_was_written(
    render: Render, value: str, file: str, text: str
) -> None:
    data = render({"broker": {value: text}}).get("ConfigMap", "broker").body["data"]
    assert data[file] == f"{text.rstrip(chr(10))}\n"


def test_a_message_that_was_given_up_is_kept(release: Release) -> None:
    defined = topology(release)
    (policy,) = (each for each in defined["policies"] if each["name"] == "test")
    (exchange,) = defined["exchanges"]
    (binding,) = defined["bindings"]
    assert policy["definition"] == {
        "delivery-limit": 20,
        "dead-letter-exchange": exchange["name"],
        "dead-letter-strategy": "at-least-once",
        "overflow": "reject-publish",
    }
    assert binding["source"] == exchange["name"]
    assert binding["destination"] in [queue["name"] for queue in defined["queues"]]


def test_the_policy_is_for_its_queue_alone(render: Render) -> None:
    policies = topology(render({"queue": {"name": "orders.new"}}))["policies"]
    (policy,) = (each for each in policies if each["name"] == "orders.new")
    assert re.match(policy["pattern"], "orders.new")
    assert not re.match(policy["pattern"], "orders.new.dead")
    assert not re.match(policy["pattern"], "orders-new")


def test_every_queue_is_a_durable_quorum_queue(release: Release) -> None:
    for queue in topology(release)["queues"]:
        assert queue["durable"] is True
        assert queue["arguments"]["x-queue-type"] == "quorum"


def test_without_dead_letters_nothing_is_left_of_them(render: Render) -> None:
    release = render({"queue": {"deadLetter": {"enabled": False}}})
    assert topology(release).keys() == {"queues", "policies"}
    assert "dead" not in json.dumps(topology(release))
    assert "a message that fails more than 20 times is dropped" in release.notes


def test_stopping_waits_and_hands_over_within_the_grace_period(render: Render) -> None:
    release = render({"broker": {"terminationGracePeriodSeconds": 90}})
    pod = release.get("StatefulSet", "broker").body["spec"]["template"]["spec"]
    script = pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][-1]
    waits = [int(seconds) for seconds in re.findall(r"-t (\d+)", script)]
    assert waits == [45, 22]
    assert sum(waits) < pod["terminationGracePeriodSeconds"]


def test_a_second_broker_brings_a_disruption_budget_and_keeps_off_the_firsts_node(
    render: Render,
) -> None:
    alone, three = render(), render({"broker": {"replicas": 3}})
    assert alone.of_kind("PodDisruptionBudget") == []
    budget = three.get("PodDisruptionBudget", "broker").body["spec"]
    assert budget["maxUnavailable"] == 1
    template = three.get("StatefulSet", "broker").body["spec"]["template"]
    (preferred,) = template["spec"]["affinity"]["podAntiAffinity"][
        "preferredDuringSchedulingIgnoredDuringExecution"
    ]
    selected = preferred["podAffinityTerm"]["labelSelector"]["matchLabels"]
    assert selected.items() <= template["metadata"]["labels"].items()


def test_own_affinity_replaces_the_default(render: Render) -> None:
    affinity: dict[str, Any] = {"nodeAffinity": {}}
    release = render({"broker": {"replicas": 3, "affinity": affinity}})
    pod = release.get("StatefulSet", "broker").body["spec"]["template"]["spec"]
    assert pod["affinity"] == affinity
