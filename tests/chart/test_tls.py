"""With TLS on nothing of the broker is left in the clear, and whoever talks to it verifies it."""

from __future__ import annotations

import json
import re
import ssl
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from chartproof.options import RenderOptions
from chartproof.release import Release
from chartproof.render import ValuesError
from chartproof.values import merge
from tests.chart.pods import container, pod_specs
from tests.chart.refusals import faults
from workers.config import variables

Render = Callable[..., Release]
Values = dict[str, Any]

PLAIN, ENCRYPTED = {5672, 15672, 15692}, {5671, 15671, 15691}
FILES = "/run/secrets/rabbitmq-tls/"


def tls(**values: Any) -> Values:
    """Return values with TLS on."""
    return {"broker": {"tls": {"enabled": True, **values}}}


def conf(release: Release) -> dict[str, str]:
    """Return the lines of the broker's conf.d."""
    data = release.get("ConfigMap", "broker").body["data"]
    text = "\n".join(data[name] for name in sorted(data) if name.endswith(".conf"))
    return dict(re.findall(r"^([\w.]+) = (.*)$", text, re.MULTILINE))


def broker(release: Release) -> dict[str, Any]:
    """Return the broker's container."""
    return container(
        release.get("StatefulSet", "broker").body["spec"]["template"]["spec"], "broker"
    )


def environment(release: Release) -> dict[str, Any]:
    """Return the variables of the broker."""
    return {each["name"]: each.get("value") for each in broker(release)["env"]}


def service_ports(release: Release) -> set[int]:
    return {port["port"] for port in release.get("Service", "broker").body["spec"]["ports"]}


def secret(release: Release, name: str) -> dict[str, str]:
    """Return what a Secret of the release holds."""
    data: dict[str, str] = release.get("Secret", name).body["stringData"]
    return data


def handshake(folder: Path, server: dict[str, str], client: dict[str, str], host: str) -> None:
    """Have a client that expects `host` talk to a server; raise ssl.SSLError if either refuses."""
    sides = {"server": server, "client": client}
    for side, files in sides.items():
        for name, text in files.items():
            (folder / f"{side}-{name}").write_text(text)
    contexts = [
        ssl.create_default_context(purpose, cafile=folder / f"{side}-ca.crt")
        for side, purpose in (
            ("server", ssl.Purpose.CLIENT_AUTH),
            ("client", ssl.Purpose.SERVER_AUTH),
        )
    ]
    for side, context in zip(sides, contexts, strict=True):
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(folder / f"{side}-tls.crt", folder / f"{side}-tls.key")
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    accepting = contexts[0].wrap_bio(to_server, to_client, server_side=True)
    calling = contexts[1].wrap_bio(to_client, to_server, server_hostname=host)
    for end in (calling, accepting, calling, accepting):
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            continue


def kept(release: Release, *names: str) -> tuple[str, ...]:
    """Return Secrets of a release as the cluster would give them back."""
    found = []
    for name in names:
        body = json.loads(json.dumps(release.get("Secret", name).body))
        held = body.pop("stringData")
        body["data"] = {key: b64encode(text.encode()).decode() for key, text in held.items()}
        found.append(json.dumps(body))
    return tuple(found)


def test_without_tls_nothing_of_it_is_there(release: Release) -> None:
    assert service_ports(release) == PLAIN
    assert "ssl" not in str(conf(release))
    assert "tls" not in json.dumps(release.get("StatefulSet", "broker").body)


def test_every_listener_is_encrypted_and_the_plain_ones_are_gone(render: Render) -> None:
    release = render(tls())
    assert service_ports(release) == ENCRYPTED
    ports = {port["containerPort"] for port in broker(release)["ports"]}
    assert ports == ENCRYPTED | {4369, 25672}
    lines = conf(release)
    assert lines["listeners.tcp"] == "none"
    # Unlike management's, this one does not go by itself.
    assert lines["prometheus.tcp.listener"] == "none"
    assert not [key for key in lines if key.startswith(("listeners.tcp.", "management.tcp"))]
    for prefix in ("ssl_options", "management.ssl", "prometheus.ssl"):
        assert lines[f"{prefix}.certfile"] == f"{FILES}tls.crt"
        assert lines[f"{prefix}.keyfile"] == f"{FILES}tls.key"
        assert lines[f"{prefix}.cacertfile"] == f"{FILES}ca.crt"


@pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe"])
def test_probes_ask_the_listener_that_is_there(render: Render, probe: str) -> None:
    release = render(tls())
    get = broker(release)[probe]["httpGet"]
    assert (get["port"], get["scheme"]) == ("management-tls", "HTTPS")
    assert get["port"] in [port["name"] for port in broker(release)["ports"]]


def test_the_plain_listeners_may_stay(render: Render) -> None:
    release = render(tls(plainListeners=True))
    assert service_ports(release) == PLAIN | ENCRYPTED
    lines = conf(release)
    assert lines["listeners.tcp.default"] == "5672"
    assert "listeners.tcp" not in lines
    assert "prometheus.tcp.listener" not in lines


def test_brokers_and_their_command_line_talk_over_tls(render: Render) -> None:
    release = render(tls(versions=["tlsv1.3"]))
    written = release.get("ConfigMap", "broker").body["data"]["inter_node_tls.config"]
    assert written.count("{verify, verify_peer}") == 2
    assert written.count("{versions, ['tlsv1.3']}") == 2
    assert "{fail_if_no_peer_cert, true}" in written
    for name in ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "RABBITMQ_CTL_ERL_ARGS"):
        assert environment(release)[name] == (
            "-proto_dist inet_tls -ssl_dist_optfile /etc/rabbitmq/conf.d/inter_node_tls.config"
        )


def running(release: Release, replicas: int) -> RenderOptions:
    """Return an upgrade of a release with so many brokers."""
    stateful = json.loads(json.dumps(release.get("StatefulSet", "broker").body))
    stateful["spec"]["replicas"] = replicas
    objects = (stateful, release.get("ConfigMap", "broker").body)
    return RenderOptions(is_upgrade=True, objects=tuple(map(json.dumps, objects)))


@pytest.mark.parametrize(("before", "after"), [({}, tls()), (tls(), {})], ids=["on", "off"])
def test_brokers_that_run_are_not_made_to_misunderstand_each_other(
    render: Render, before: Values, after: Values
) -> None:
    three = {"broker": {"replicas": 3}}
    release = render(merge(before, three))
    with pytest.raises(ValuesError, match=r"scale statefulset .* --replicas=0"):
        render(merge(after, three), options=running(release, 3))
    assert render(merge(after, three), options=running(release, 0)).manifests
    assert render(merge(after, three), options=running(release, 1)).manifests
    assert render(merge(before, three), options=running(release, 3)).manifests


def test_the_users_own_arguments_for_erlang_are_kept(render: Render) -> None:
    own = {"broker": {"env": {"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2"}}}
    arguments = environment(render(merge(tls(), own)))["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"]
    assert arguments.startswith("-proto_dist inet_tls ")
    assert arguments.endswith(" +S 2:2")
    plain = environment(render(merge(tls(betweenBrokers=False), own)))
    assert plain["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] == "+S 2:2"


@pytest.mark.parametrize("worker", ["producer", "consumer"])
def test_workers_verify_the_broker(render: Render, worker: str) -> None:
    release = render(tls())
    assert secret(release, worker)["MQ_URL"].endswith(
        f"@{release.get('Service', 'broker').name}:5671/"
    )
    assert secret(release, worker)["MQ_URL"].startswith("amqps://")
    pods = dict(pod_specs(release))
    for name in (release.get("Deployment", worker).name, release.get("Pod", "test").name):
        for each in (*pods[name]["initContainers"], *pods[name]["containers"]):
            env = {variable["name"]: variable.get("value") for variable in each["env"]}
            assert env["MQ_TLS_CA"] == "/run/secrets/broker-tls/ca.crt"
            assert {name for name in env if "TLS" in name} == {"MQ_TLS_CA"}
            (mount,) = (each for each in each["volumeMounts"] if each["name"] == "broker-tls")
            assert env["MQ_TLS_CA"].startswith(mount["mountPath"])
        (volume,) = (each for each in pods[name]["volumes"] if each["name"] == "broker-tls")
        (source,) = volume["projected"]["sources"]
        # The authority alone: no worker has the broker's key.
        assert source["secret"]["items"] == [{"key": "ca.crt", "path": "ca.crt"}]


def test_workers_show_a_certificate_where_one_is_asked_for(render: Render) -> None:
    release = render(tls(verifyClients=True))
    assert conf(release)["ssl_options.verify"] == "verify_peer"
    assert conf(release)["ssl_options.fail_if_no_peer_cert"] == "true"
    pod = release.get("Deployment", "consumer").body["spec"]["template"]["spec"]
    env = {each["name"]: each.get("value") for each in container(pod, "consumer")["env"]}
    assert {name for name in env if "TLS" in name} <= variables().keys()
    assert env["MQ_TLS_KEY"] == "/run/secrets/broker-tls/tls.key"
    (volume,) = (each for each in pod["volumes"] if each["name"] == "broker-tls")
    items = {
        item["path"]: (source["secret"]["name"], item["key"])
        for source in volume["projected"]["sources"]
        for item in source["secret"]["items"]
    }
    server, client = (
        release.get("Secret", f"broker-{name}").name for name in ("tls", "client-tls")
    )
    assert items == {
        "ca.crt": (server, "ca.crt"),
        "tls.crt": (client, "tls.crt"),
        "tls.key": (client, "tls.key"),
    }


def test_what_is_asked_of_clients_is_not_asked_of_the_kubelet_and_of_browsers(
    render: Render,
) -> None:
    lines = conf(render(tls(verifyClients=True)))
    assert not [key for key in lines if "verify" in key and not key.startswith("ssl_options")]


@pytest.mark.parametrize(
    "host",
    [
        "release-name-rabbitmq-workers-broker",
        "release-name-rabbitmq-workers-broker.default.svc",
        "release-name-rabbitmq-workers-broker.default.svc.cluster.local",
        "release-name-rabbitmq-workers-broker-0.release-name-rabbitmq-workers-broker-nodes"
        ".default.svc.cluster.local",
        "rabbit.example.com",
        "10.0.0.1",
        "fd00::1",
    ],
)
def test_a_generated_certificate_holds_under_every_name_and_for_both_sides(
    render: Render, tmp_path: Path, host: str
) -> None:
    extra = ["rabbit.example.com", "10.0.0.1", "fd00::1"]
    release = render(tls(verifyClients=True, extraNames=extra))
    handshake(tmp_path, secret(release, "broker-tls"), secret(release, "broker-client-tls"), host)
    # Brokers are clients of each other.
    handshake(tmp_path, secret(release, "broker-tls"), secret(release, "broker-tls"), host)


def test_a_generated_certificate_holds_under_no_other_name(render: Render, tmp_path: Path) -> None:
    made = secret(render(tls()), "broker-tls")
    with pytest.raises(ssl.SSLCertVerificationError, match="not valid for"):
        handshake(tmp_path, made, made, "release-name-rabbitmq-workers-broker.other.svc")


def test_an_upgrade_keeps_the_certificates(render: Render) -> None:
    first = render(tls(verifyClients=True))
    names = ("broker-ca", "broker-tls", "broker-client-tls")
    options = RenderOptions(is_upgrade=True, objects=kept(first, *names))
    second = render(tls(verifyClients=True), options=options)
    assert [secret(second, name) for name in names] == [secret(first, name) for name in names]


def test_a_new_name_brings_a_new_certificate_of_the_old_authority(
    render: Render, tmp_path: Path
) -> None:
    first = render(tls())
    options = RenderOptions(is_upgrade=True, objects=kept(first, "broker-ca", "broker-tls"))
    second = render(tls(extraNames=["rabbit.example.com"]), options=options)
    old, new = secret(first, "broker-tls"), secret(second, "broker-tls")
    assert new["tls.crt"] != old["tls.crt"]
    assert new["ca.crt"] == old["ca.crt"]
    # While they restart one by one, brokers with the old and with the new one have to agree.
    host = release_host(second)
    handshake(tmp_path, new, old, host)
    handshake(tmp_path, old, new, host)


def release_host(release: Release) -> str:
    return release.get("Service", "broker").name


def test_a_generated_certificate_holds_for_as_long_as_it_was_asked_to(render: Render) -> None:
    made = secret(render(tls(validityDays=30)), "broker-tls")
    certificate = x509.load_pem_x509_certificate(made["tls.crt"].encode())
    lasts = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert lasts.days == 30


def test_the_authoritys_key_is_in_no_pod(render: Render) -> None:
    release = render(tls(verifyClients=True))
    authority = release.get("Secret", "broker-ca").name
    assert not [name for name, pod in pod_specs(release) if authority in json.dumps(pod)]
    for name in ("broker-tls", "broker-client-tls"):
        assert secret(release, "broker-ca")["tls.key"] not in str(secret(release, name))


def test_cert_manager_is_asked_for_the_headless_names_and_for_both_uses(render: Render) -> None:
    issuer = {"name": "messaging", "kind": "ClusterIssuer"}
    extra = ["rabbit.example.com", "10.0.0.1"]
    asked = tls(source="certManager", certManager={"issuerRef": issuer}, extraNames=extra)
    release = render(asked)
    spec = release.get("Certificate", "broker-tls").body["spec"]
    assert spec["dnsNames"][-1] == "rabbit.example.com"
    assert spec["ipAddresses"] == ["10.0.0.1"]
    nodes = release.get("StatefulSet", "broker").body["spec"]["serviceName"]
    assert f"*.{nodes}.default.svc.cluster.local" in spec["dnsNames"]
    assert {"server auth", "client auth"} <= set(spec["usages"])
    assert spec["issuerRef"] == {**issuer, "group": "cert-manager.io"}
    pod = release.get("StatefulSet", "broker").body["spec"]["template"]["spec"]
    (volume,) = (each for each in pod["volumes"] if each["name"] == "tls")
    assert volume["secret"]["secretName"] == spec["secretName"]
    assert "PRIVATE KEY" not in str(release)


def test_a_certificate_may_come_from_a_secret_with_keys_of_its_own(render: Render) -> None:
    keys = {"certificate": "cert.pem", "key": "key.pem", "ca": ""}
    values = tls(
        source="existingSecret", existingSecret="mine", secretKeys=keys, betweenBrokers=False
    )
    release = render(values)
    pod = release.get("StatefulSet", "broker").body["spec"]["template"]["spec"]
    (volume,) = (each for each in pod["volumes"] if each["name"] == "tls")
    items = {item["path"]: item["key"] for item in volume["secret"]["items"]}
    assert items == {"tls.crt": "cert.pem", "tls.key": "key.pem"}
    assert not [key for key in conf(release) if "cacertfile" in key]
    # The system's authorities vouch for it.
    assert "MQ_TLS_CA" not in json.dumps(release.get("Deployment", "producer").body)


def test_whoever_verifies_the_broker_expects_the_name_of_its_certificate(render: Render) -> None:
    mine = tls(source="existingSecret", existingSecret="mine", serverName="rabbit.example.com")
    values = merge(mine, {"monitoring": {"serviceMonitor": {"enabled": True}}})
    release = render(values, options=RenderOptions(is_upgrade=True))
    for worker in ("producer", "consumer"):
        pod = release.get("Deployment", worker).body["spec"]["template"]["spec"]
        for each in (container(pod, worker), pod["initContainers"][0]):
            env = {variable["name"]: variable.get("value") for variable in each["env"]}
            assert env["MQ_TLS_SERVER_NAME"] == "rabbit.example.com"
    guard = release.get("Job", "upgrade-guard").body["spec"]["template"]["spec"]["containers"][0]
    assert guard["command"][-2:] == ["--server-name", "rabbit.example.com"]
    endpoints = release.get("ServiceMonitor", "broker").body["spec"]["endpoints"]
    assert {each["tlsConfig"]["serverName"] for each in endpoints} == {"rabbit.example.com"}


def test_a_name_for_the_certificate_is_for_tls_alone(render: Render) -> None:
    release = render({"broker": {"tls": {"serverName": "rabbit.example.com"}}})
    assert "rabbit.example.com" not in str(release)


def test_applications_are_told_the_encrypted_address(render: Render) -> None:
    release = render(merge(tls(), {"users": {"shop": {"password": "p"}}}))
    bound = secret(release, "broker-user-shop")
    assert bound["port"] == "5671"
    assert bound["connection_string"].startswith("amqps://shop:p@")


def test_keda_asks_over_tls_and_knows_whom_to_trust(render: Render) -> None:
    keda = {"consumer": {"autoscaling": {"type": "keda"}}}
    release = render(merge(tls(), keda))
    trigger = release.get("ScaledObject", "consumer").body["spec"]["triggers"][0]["metadata"]
    assert re.fullmatch(r"https://.*:15671/", trigger["host"])
    spec = release.get("TriggerAuthentication", "scaler").body["spec"]
    assert {
        "parameter": "ca",
        "name": release.get("Secret", "broker-tls").name,
        "key": "ca.crt",
    } in spec["secretTargetRef"]
    (told,) = spec["configMapTargetRef"]
    assert release.get("ConfigMap", "scaler").body["data"][told["key"]] == "enable"
    assert "configMapTargetRef" not in str(render(keda))


def test_workers_may_be_told_whom_to_trust_for_an_external_broker(render: Render) -> None:
    external = {
        "url": "amqps://u:p@10.0.0.1/",
        "tls": {"existingSecret": "theirs", "serverName": "rabbit.example.com"},
    }
    release = render({"broker": {"enabled": False}, "externalBroker": external})
    pod = release.get("Deployment", "consumer").body["spec"]["template"]["spec"]
    env = {each["name"]: each.get("value") for each in container(pod, "consumer")["env"]}
    assert env["MQ_TLS_SERVER_NAME"] == "rabbit.example.com"
    assert env["MQ_TLS_CA"] == "/run/secrets/broker-tls/ca.crt"
    assert "MQ_TLS_CERT" not in env


def test_notes_lead_to_the_encrypted_page(render: Render) -> None:
    assert "https://localhost:15671" in render(tls()).notes
    assert "15672" not in render(tls()).notes


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        (tls(source="existingSecret"), "broker.tls.existingSecret does not say which"),
        (tls(existingSecret="mine"), "broker.tls.existingSecret is set, and broker.tls.source is"),
        (tls(source="certManager"), "broker.tls.certManager.issuerRef.name does not say"),
        (
            tls(source="existingSecret", existingSecret="mine", secretKeys={"ca": ""}),
            "broker.tls.betweenBrokers is true, and broker.tls.secretKeys.ca names no authority",
        ),
        (
            tls(source="existingSecret", existingSecret="mine", verifyClients=True),
            "broker.tls.existingClientSecret does not say which certificate the workers have",
        ),
        (
            merge(
                tls(source="existingSecret", existingSecret="mine", verifyClients=True),
                {
                    "producer": {"enabled": False},
                    "consumer": {"enabled": False},
                    "workers": {"mails": {"role": "consumer"}},
                },
            ),
            "broker.tls.existingClientSecret does not say which certificate the workers have",
        ),
        (
            merge(tls(serverName="h"), {"consumer": {"autoscaling": {"type": "keda"}}}),
            "consumer.autoscaling.type is keda, and broker.tls.serverName is h, which KEDA cannot",
        ),
        (
            merge(tls(), {"broker": {"env": {"RABBITMQ_CTL_ERL_ARGS": {"secretKeyRef": {}}}}}),
            "broker.env.RABBITMQ_CTL_ERL_ARGS is a reference",
        ),
        (
            {
                "broker": {"enabled": False},
                "externalBroker": {"url": "amqp://u:p@h/", "tls": {"serverName": "h"}},
            },
            "externalBroker.tls is set, and externalBroker.url is not amqps://",
        ),
        (
            {
                "broker": {"enabled": False},
                "externalBroker": {
                    "url": "amqps://u:p@h/",
                    "tls": {"existingSecret": "a", "secretKeys": {"key": "tls.key"}},
                },
            },
            "externalBroker.tls.secretKeys.key is set, and the other of certificate and key is not",
        ),
    ],
    ids=str,
)
def test_certificates_that_nobody_has_fail_at_the_render(
    render: Render, values: Values, fault: str
) -> None:
    (told,) = faults(render, values)
    assert fault in told
