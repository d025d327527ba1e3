"""Where brokers run, what they keep their data on, and what else is put into their pods."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from chartproof.options import RenderOptions
from chartproof.release import Release
from tests.chart.pods import container
from tests.chart.refusals import faults

Render = Callable[..., Release]
Values = dict[str, Any]


def broker(**values: Any) -> Values:
    """Return values of the broker."""
    return {"broker": values}


def spec(release: Release) -> dict[str, Any]:
    """Return the StatefulSet's spec."""
    found: dict[str, Any] = release.get("StatefulSet", "broker").body["spec"]
    return found


def pod(release: Release) -> dict[str, Any]:
    """Return the spec of the broker's pods."""
    found: dict[str, Any] = spec(release)["template"]["spec"]
    return found


@pytest.mark.parametrize(
    ("preset", "rule"),
    [
        ("soft", "preferredDuringSchedulingIgnoredDuringExecution"),
        ("hard", "requiredDuringSchedulingIgnoredDuringExecution"),
    ],
)
def test_brokers_keep_apart_as_strictly_as_they_are_told(
    render: Render, preset: str, rule: str
) -> None:
    apart = {"preset": preset, "topologyKey": "topology.kubernetes.io/zone"}
    found = pod(render(broker(replicas=3, podAntiAffinity=apart)))["affinity"]["podAntiAffinity"]
    assert list(found) == [rule]
    assert '"topologyKey": "topology.kubernetes.io/zone"' in json.dumps(found)


def test_brokers_that_may_share_a_node_have_no_affinity(render: Render) -> None:
    assert "affinity" not in pod(render(broker(replicas=3, podAntiAffinity={"preset": "none"})))


def test_a_spread_counts_the_brokers_unless_it_says_whom(render: Render) -> None:
    rule = {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}
    own = {**rule, "labelSelector": {"matchLabels": {"a": "b"}}}
    release = render(broker(topologySpreadConstraints=[rule, own]))
    first, second = pod(release)["topologySpreadConstraints"]
    assert first == {**rule, "labelSelector": spec(release)["selector"]}
    assert second == own


def test_what_a_pod_may_say_about_its_place_reaches_it(render: Render) -> None:
    said = {
        "priorityClassName": "messaging",
        "hostAliases": [{"ip": "10.0.0.1", "hostnames": ["ldap"]}],
        "dnsConfig": {"options": [{"name": "ndots", "value": "2"}]},
    }
    assert said.items() <= pod(render(broker(**said))).items()


def test_a_budget_leaves_a_majority_and_can_be_left_out(render: Render) -> None:
    budget = render(broker(replicas=5, podDisruptionBudget={"maxUnavailable": 2}))
    assert budget.get("PodDisruptionBudget", "broker").body["spec"]["maxUnavailable"] == 2
    none = render(broker(replicas=5, podDisruptionBudget={"enabled": False}))
    assert none.of_kind("PodDisruptionBudget") == []
    (fault,) = faults(render, broker(replicas=5, podDisruptionBudget={"maxUnavailable": 3}))
    assert "maxUnavailable is 3, and of broker.replicas 5 only 2 can be spared" in fault


def test_a_claim_that_is_there_serves_one_broker(render: Render) -> None:
    release = render(broker(persistence={"existingClaim": "mine"}))
    assert "volumeClaimTemplates" not in spec(release)
    (volume,) = (each for each in pod(release)["volumes"] if each["name"] == "data")
    assert volume["persistentVolumeClaim"] == {"claimName": "mine"}
    (fault,) = faults(render, broker(replicas=3, persistence={"existingClaim": "mine"}))
    assert "broker.persistence.existingClaim is one volume, and broker.replicas is 3" in fault
    (fault,) = faults(render, broker(persistence={"existingClaim": "mine", "enabled": False}))
    assert "broker.persistence.enabled is false" in fault


def test_a_volume_whose_files_belong_to_the_broker_is_not_walked_through(render: Render) -> None:
    pod = render().get("StatefulSet", "broker").body["spec"]["template"]["spec"]
    context = pod["securityContext"]
    # Kubernetes else makes every file of the volume readable to the group, at each mount.
    assert context["fsGroupChangePolicy"] == "OnRootMismatch"
    assert context["fsGroup"] == context["runAsGroup"]


def test_claims_outlive_the_release_unless_told_otherwise(render: Render) -> None:
    assert spec(render())["persistentVolumeClaimRetentionPolicy"] == {
        "whenDeleted": "Retain",
        "whenScaled": "Retain",
    }
    policy = {"whenDeleted": "Delete", "whenScaled": "Retain"}
    release = render(broker(persistence={"retentionPolicy": policy}))
    assert spec(release)["persistentVolumeClaimRetentionPolicy"] == policy


def present(release: Release) -> RenderOptions:
    """Return an upgrade of a release, as Helm would see the cluster."""
    body = release.get("StatefulSet", "broker").body
    # What the API server adds.
    body["spec"]["volumeClaimTemplates"][0]["spec"]["volumeMode"] = "Filesystem"
    body["spec"]["volumeClaimTemplates"][0]["status"] = {"phase": "Pending"}
    return RenderOptions(is_upgrade=True, objects=(json.dumps(body),))


@pytest.mark.parametrize(
    ("persistence", "said"),
    [
        ({"size": "20Gi"}, 'size asks for "20Gi", and the volumes were made with "8Gi"'),
        ({"storageClass": "fast"}, 'storageClass asks for "fast", and the volumes were made with'),
        ({"labels": {"a": "b"}}, "labels asks for"),
        ({"annotations": {"a": "b"}}, 'annotations asks for {"a":"b"}, and the volumes were made'),
        ({"accessModes": ["ReadWriteOncePod"]}, 'accessModes asks for ["ReadWriteOncePod"]'),
        ({"enabled": False}, "persistence asks for no claims of volumes, and the StatefulSet"),
    ],
    ids=str,
)
def test_an_upgrade_that_kubernetes_would_refuse_says_the_way_out(
    render: Render, persistence: Values, said: str
) -> None:
    upgrade = present(render())
    (fault,) = faults(render, broker(persistence=persistence), options=upgrade)
    assert fault.startswith(f"broker.persistence{'' if said.startswith('pers') else '.'}")
    assert said in fault
    assert "kubectl delete statefulset release-name-rabbitmq-workers-broker --cascade" in fault


@pytest.mark.parametrize(
    "values",
    [
        {},
        broker(replicas=3),
        broker(persistence={"retentionPolicy": {"whenDeleted": "Delete"}}),
        {"commonLabels": {"team": "orders"}},
    ],
    ids=str,
)
def test_any_other_upgrade_goes_through(render: Render, values: Values) -> None:
    assert render(values, options=present(render())).manifests


def test_labels_of_claims_stay_as_they_are_when_they_were_made_with_some(render: Render) -> None:
    labelled = broker(persistence={"labels": {"backup": "nightly"}, "storageClass": "fast"})
    release = render(labelled)
    (claim,) = spec(release)["volumeClaimTemplates"]
    assert claim["metadata"]["labels"]["backup"] == "nightly"
    assert render(labelled, options=present(release)).manifests


def test_more_of_a_pod_is_rendered_as_a_template(render: Render) -> None:
    name = "{{ .Release.Name }}-more"
    release = render(
        broker(
            extraVolumes=[{"name": "more", "configMap": {"name": name}}],
            extraVolumeMounts=[{"name": "more", "mountPath": "/{{ .Release.Namespace }}"}],
            extraContainers=[{"name": "tail", "image": "tail:{{ .Chart.AppVersion }}"}],
            extraInitContainers=[{"name": "first", "image": "first:1"}],
            envFrom=[{"configMapRef": {"name": "proxies"}}],
        )
    )
    spec = pod(release)
    assert {"name": "more", "configMap": {"name": "release-name-more"}} in spec["volumes"]
    own = container(spec, "broker")
    assert {"name": "more", "mountPath": "/default"} in own["volumeMounts"]
    assert own["envFrom"] == [{"configMapRef": {"name": "proxies"}}]
    assert "{{" not in container(spec, "tail")["image"]
    assert [each["name"] for each in spec["initContainers"]] == ["first"]


def test_extra_objects_are_maps_or_texts_with_templates(render: Render) -> None:
    of_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{ .Release.Name }}"}}
    of_text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ upper `a` | lower }}-text\n"
    release = render({"extraObjects": [of_map, of_text]})
    names = {manifest.name for manifest in release.of_kind("ConfigMap")}
    assert {"release-name", "a-text"} <= names


def test_plugins_and_advanced_settings_are_files_that_the_broker_is_told_of(
    render: Render,
) -> None:
    release = render(broker(plugins=["rabbitmq_shovel"], advancedConfig="[{rabbit, []}]."))
    files = release.get("ConfigMap", "broker").body["data"]
    assert files["enabled_plugins"].strip().endswith("rabbitmq_prometheus, rabbitmq_shovel].")
    assert files["advanced.config"] == "[{rabbit, []}].\n"
    env = {each["name"]: each.get("value") for each in container(pod(release), "broker")["env"]}
    assert env["RABBITMQ_ADVANCED_CONFIG_FILE"] == "/etc/rabbitmq/conf.d/advanced.config"
    assert "RABBITMQ_ADVANCED_CONFIG_FILE" not in str(pod(render()))


@pytest.mark.parametrize(
    "values",
    [
        {"podSecurityContext": {"runAsUser": None, "runAsGroup": None, "fsGroup": None}},
        {"podSecurityContext": {"fsGroupChangePolicy": None, "fsGroup": None}},
    ],
    ids=str,
)
def test_ids_can_be_left_to_openshift(render: Render, values: Values) -> None:
    context = pod(render(broker(**values)))["securityContext"]
    assert not context.keys() & values["podSecurityContext"].keys()
    assert context["runAsNonRoot"] is True


def test_a_service_says_what_its_type_allows(render: Render) -> None:
    service = {
        "type": "LoadBalancer",
        "loadBalancerClass": "example.com/internal",
        "loadBalancerSourceRanges": ["10.0.0.0/8"],
        "externalTrafficPolicy": "Local",
        "nodePorts": {"amqp": 30672},
    }
    found = render(broker(service=service)).get("Service", "broker").body["spec"]
    assert found["loadBalancerClass"] == "example.com/internal"
    assert found["loadBalancerSourceRanges"] == ["10.0.0.0/8"]
    assert found["externalTrafficPolicy"] == "Local"
    node_ports = {port["name"]: port.get("nodePort") for port in found["ports"]}
    assert node_ports == {"amqp": 30672, "management": None, "metrics": None}


@pytest.mark.parametrize(
    ("service", "said"),
    [
        (
            {"nodePorts": {"amqp": 30672}},
            "broker.service.nodePorts is set, and broker.service.type",
        ),
        ({"externalTrafficPolicy": "Local"}, "broker.service.externalTrafficPolicy is set"),
        (
            {"type": "NodePort", "loadBalancerClass": "internal"},
            "broker.service.loadBalancerClass is set, and broker.service.type is NodePort",
        ),
        (
            {"loadBalancerSourceRanges": ["10.0.0.0/8"]},
            "broker.service.loadBalancerSourceRanges is set",
        ),
    ],
    ids=str,
)
def test_a_service_that_kubernetes_would_refuse_fails_at_the_render(
    render: Render, service: Values, said: str
) -> None:
    (fault,) = faults(render, broker(service=service))
    assert fault.startswith(said)
