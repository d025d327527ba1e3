"""Certificates by cert-manager on a real Kubernetes: issued, served, verified and renewed."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator

import pytest
import yaml
from cryptography import x509
from kr8s.objects import Pod, Secret, new_class

from chartproof.cluster.helm import Target
from chartproof.cluster.proof import Proof
from chartproof.cluster.watch import Watch, connect
from tests.cluster import addons
from tests.cluster.conftest import REPOSITORY, Brought
from tests.cluster.releases import helm, namespace_of, wait_for, worker_image
from tests.support.tools import HELM4

pytestmark = [pytest.mark.needs("cluster", "helm4"), pytest.mark.timeout(1800)]

CHART = REPOSITORY / "chart"
NAMESPACE = "certified"
FULLNAME = f"{NAMESPACE}-rabbitmq-workers"
SERVER = f"{FULLNAME}-broker-tls"
MOUNTED = "/run/secrets/broker-tls"
API = "cert-manager.io/v1"
# Erlang forgets certificates that it has read after two minutes, Kubernetes renews mounted Secrets
# within one or so.
FOLLOWED_S = 240
Certificate = new_class("Certificate", API, namespaced=True)
Issuer = new_class("Issuer", API, namespaced=True)

# An authority of the namespace's own, which itself has signed.
AUTHORITY = [
    (Issuer, "itself", {"selfSigned": {}}),
    (
        Certificate,
        "authority",
        {
            "isCA": True,
            "commonName": "authority",
            "secretName": "authority",
            "privateKey": {"algorithm": "ECDSA", "size": 256},
            "issuerRef": {"name": "itself"},
        },
    ),
    (Issuer, "authority", {"ca": {"secretName": "authority"}}),
]
VALUES = {
    "audit": True,
    "producer": {"rate": 50},
    "broker": {
        "tls": {
            "enabled": True,
            "source": "certManager",
            "certManager": {"issuerRef": {"name": "authority", "kind": "Issuer"}},
            "verifyClients": True,
        }
    },
}
# Shows the certificate of a broker, to a client that trusts one authority and has a certificate.
ASK = f"""\
import socket, ssl
host = "{FULLNAME}-broker"
context = ssl.create_default_context(cafile="{MOUNTED}/ca.crt")
context.load_cert_chain("{MOUNTED}/tls.crt", "{MOUNTED}/tls.key")
with socket.create_connection((host, 5671), 10) as plain:
    with context.wrap_socket(plain, server_hostname=host) as encrypted:
        print(ssl.DER_cert_to_PEM_cert(encrypted.getpeercert(True)))
"""


@pytest.fixture(scope="module")
def target(cluster: Brought, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """Install an authority, and a release that has it sign for brokers and workers."""
    target = namespace_of(cluster, NAMESPACE)
    values = tmp_path_factory.mktemp("certified") / "values.yaml"
    values.write_text(yaml.safe_dump(VALUES))
    api = connect(cluster.kubeconfig, None)
    with addons.cert_manager(cluster):
        for kind, name, spec in AUTHORITY:
            metadata = {"name": name, "namespace": NAMESPACE}
            kind({"metadata": metadata, "spec": spec}, api=api).create()
        words = ("-f", worker_image(cluster), "-f", values, "--wait")
        helm(HELM4, cluster, NAMESPACE, "install", NAMESPACE, CHART, *words)
        yield target
        helm(HELM4, cluster, NAMESPACE, "uninstall", NAMESPACE, "--wait")


def is_ready(watch: Watch, name: str) -> bool:
    """Tell whether cert-manager says that a certificate is there, and up to date."""
    (found,) = watch.api.get(Certificate, name, namespace=NAMESPACE)
    conditions = found.raw.get("status", {}).get("conditions", [])
    ready = {"type": "Ready", "status": "True"}.items()
    return any(ready <= condition.items() for condition in conditions)


def issued(watch: Watch) -> str:
    """Return the brokers' certificate that cert-manager has issued last, as PEM."""
    (found,) = watch.api.get(Secret, SERVER, namespace=NAMESPACE)
    return b64decode(found.raw["data"]["tls.crt"]).decode()


def served(watch: Watch) -> str:
    """Return the certificate that the broker shows to a consumer who verifies it, as PEM."""
    consumer = watch.pods("app.kubernetes.io/component=consumer")[0]
    said = Pod(dict(consumer), api=watch.api).exec(["python", "-c", ASK], container="consumer")
    return str(said.stdout.decode())


def test_the_certificates_are_ready_and_for_the_names_that_clients_use(target: Target) -> None:
    watch = Watch(target)
    assert is_ready(watch, SERVER)
    assert is_ready(watch, f"{FULLNAME}-broker-client-tls")
    certificate = x509.load_pem_x509_certificate(issued(watch).encode())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert f"{FULLNAME}-broker" in names.get_values_for_type(x509.DNSName)


def test_the_broker_serves_what_cert_manager_issued_to_workers_that_verify_it(
    target: Target,
) -> None:
    watch = Watch(target)
    assert served(watch).strip() == issued(watch).strip()
    with Proof.watching(target.cluster, target.namespace, target.release) as proof:
        wait_for(lambda: proof.confirmed() > 100, seconds=60)
        result = proof.settle(60)
    assert result.lost_lines() == []
    assert "Succeeded" in helm(HELM4, target.cluster, NAMESPACE, "test", NAMESPACE)


def test_a_renewed_certificate_is_served_without_a_restart(target: Target) -> None:
    watch = Watch(target)
    before = issued(watch)
    pods = {member.name: member.restarts for member in watch.members()}
    # As cert-manager's own command asks for a renewal.
    renew = {"type": "Issuing", "status": "True", "reason": "Renewal", "message": "by a test"}
    (certificate,) = watch.api.get(Certificate, SERVER, namespace=NAMESPACE)
    conditions = certificate.raw["status"]["conditions"]
    certificate.patch({"status": {"conditions": [*conditions, renew]}}, subresource="status")
    wait_for(lambda: issued(watch) != before and is_ready(watch, SERVER), 30)
    wait_for(lambda: served(watch).strip() == issued(watch).strip(), FOLLOWED_S)
    assert {member.name: member.restarts for member in watch.members()} == pods
