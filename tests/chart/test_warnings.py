"""NOTES.txt warns of each risk that the values take, by the value's name, and of no other."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from chartproof.chart import Chart
from chartproof.release import Release
from chartproof.values import load_values

SAFE = ("broker.replicas=3", "broker.auth.existingSecret=mine")
"""Values that take no risk."""
EXTERNAL = "broker.enabled=false"
MQTT = ("broker.extraPorts[0].name=mqtt", "broker.extraPorts[0].port=8883")


def warnings(release: Release) -> list[str]:
    """Return what each warning begins with."""
    return re.findall(r"^WARNING: (.+)$", release.notes, re.MULTILINE)


def test_values_that_take_no_risk_are_not_warned_of(render_with: Callable[..., Release]) -> None:
    notes = render_with(*SAFE).notes
    assert "WARNING" not in notes
    assert "NOTE" not in notes.replace("NOTES", "")


@pytest.mark.parametrize(
    ("sets", "warned"),
    [
        (["broker.persistence.enabled=false"], "broker.persistence.enabled is false"),
        (
            ["broker.persistence.retentionPolicy.whenDeleted=Delete"],
            "broker.persistence.retentionPolicy.whenDeleted is Delete",
        ),
        (["broker.replicas=1"], "broker.replicas is 1"),
        (
            ["broker.resources.limits.memory=null", "broker.memoryWatermark=512Mi"],
            "broker.resources.limits.memory is not set",
        ),
        (["broker.upgradeGuard.enabled=false"], "broker.upgradeGuard.enabled is false"),
        (["broker.image.tag=nightly"], "upgrades are not guarded"),
        (["broker.allowScaleDown=true"], "broker.allowScaleDown is true"),
        (
            ["broker.podDisruptionBudget.enabled=false"],
            "broker.podDisruptionBudget.enabled is false",
        ),
        (["broker.podAntiAffinity.preset=none"], "broker.podAntiAffinity.preset is none"),
        (
            ["broker.service.type=NodePort"],
            "broker.service.type is NodePort without broker.tls.enabled",
        ),
        (
            ["broker.tls.enabled=true", "broker.tls.plainListeners=true"],
            "broker.tls.plainListeners is true",
        ),
        (
            ["broker.tls.enabled=true", *MQTT],
            "broker.extraPorts has mqtt, and broker.tls is for AMQP, management and metrics alone",
        ),
        (
            ["broker.tls.enabled=true", "broker.service.type=LoadBalancer"],
            "broker.service.loadBalancerSourceRanges is empty",
        ),
        (["queue.deadLetter.enabled=false"], "queue.deadLetter.enabled is false"),
        (
            ["queues.letters.maxLength=9", "queues.orders.deadLetter.queue=letters"],
            "queues.letters takes the dead letters of orders, and drops them",
        ),
        (
            [
                "exchanges.returns.type=fanout",
                "queues.letters.deliveryLimit=5",
                "queues.orders.deadLetter.exchange=returns",
                "bindings[0].source=returns",
                "bindings[0].destination=letters",
            ],
            "queues.letters takes the dead letters of orders, and drops them",
        ),
        (["audit=true"], "audit is true"),
        (["producer.resources.limits=null"], "producer.resources.limits.memory is not set"),
        (
            ["workers.mails.role=consumer", "workers.mails.resources.limits.memory=null"],
            "workers.mails.resources.limits.memory is not set",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_each_risk_is_warned_of_alone(
    render_with: Callable[..., Release], sets: list[str], warned: str
) -> None:
    (warning,) = warnings(render_with(*SAFE, *sets))
    assert warned in warning


@pytest.mark.parametrize(
    "letters",
    [
        "queues.letters.deliveryLimit=-1",
        "queues.letters.type=classic",
        "queues.letters.deadLetter.enabled=true",
    ],
)
def test_where_dead_letters_are_kept_there_is_nothing_to_warn_of(
    render_with: Callable[..., Release], letters: str
) -> None:
    release = render_with(*SAFE, letters, "queues.orders.deadLetter.queue=letters")
    assert warnings(release) == []


def test_a_plugin_that_listens_by_tls_is_no_risk(render_with: Callable[..., Release]) -> None:
    encrypted = "broker.extraConfig=mqtt.listeners.ssl.default = 8883"
    assert warnings(render_with(*SAFE, "broker.tls.enabled=true", *MQTT, encrypted)) == []


def test_latest_is_warned_of_twice_since_nothing_guards_it(
    render_with: Callable[..., Release],
) -> None:
    found = warnings(render_with(*SAFE, "broker.image.tag=latest"))
    assert [each.partition(":")[0] for each in found] == [
        "broker.image.tag is latest",
        "broker.upgradeGuard.enabled is true, and upgrades are not guarded",
    ]


def test_passwords_in_the_values_are_named_and_not_shown(
    render_with: Callable[..., Release],
) -> None:
    sets = ("broker.auth.password=s3cret", "broker.auth.erlangCookie=S3CRET")
    release = render_with("broker.replicas=3", *sets)
    (warning,) = warnings(release)
    assert warning.startswith("broker.auth.password, broker.auth.erlangCookie are in the values")
    assert "s3cret" not in release.notes.lower()


@pytest.mark.parametrize(
    ("sets", "noted"),
    [
        ([], True),
        (["broker.auth.password=a", "broker.auth.workerPassword=b"], True),
        (
            [
                "broker.auth.password=a",
                "broker.auth.workerPassword=b",
                "broker.auth.erlangCookie=c",
            ],
            False,
        ),
        ([EXTERNAL, "externalBroker.existingSecret=mine"], False),
    ],
    ids=str,
)
def test_made_up_passwords_are_noted_for_tools_that_only_render(
    render_with: Callable[..., Release], sets: list[str], noted: bool
) -> None:
    assert ("Argo CD" in render_with(*sets).notes) is noted


def test_an_external_broker_in_the_clear_is_warned_of(
    render_with: Callable[..., Release],
) -> None:
    (warning,) = warnings(render_with(EXTERNAL, "externalBroker.url=amqp://u:p@h/"))
    assert warning.startswith("externalBroker.url is amqp://")
    assert warnings(render_with(EXTERNAL, "externalBroker.url=amqps://u:p@h/")) == []


@pytest.mark.parametrize(
    ("profile", "warned"),
    [("ha", []), ("external-broker", []), ("dev", ["broker.replicas is 1"])],
)
def test_a_profile_takes_no_risk_but_the_one_it_is_for(
    render: Callable[..., Release], chart: Chart, profile: str, warned: list[str]
) -> None:
    release = render(load_values(files=[chart.path / "profiles" / f"{profile}.yaml"]))
    assert [each.partition(":")[0] for each in warnings(release)] == warned
