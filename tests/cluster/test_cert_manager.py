"""Certificates by cert-manager on a real Kubernetes: issued, served, verified and renewed."""

from __future__ import annotations

import pytest
from kr8s.objects import new_class

from tests.cluster.conftest import REPOSITORY

pytestmark = [pytest.mark.needs("cluster", "helm4"), pytest.mark.timeout(1800)]

CHART = REPOSITORY / "chart"
NAMESPACE = "certified"
FULLNAME = f"{NAMESPACE}-rabbitmq-workers"
SERVER = f"{FULLNAME}-broker-tls"
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
# Shows the certificate that the broker shows to who trusts the authorities in a file.
ASK = """\
import socket, ssl, sys
host, authorities, folder = sys.argv[1:]
context = ssl.create_default_context(cafile=authorities or None)
with socket.create_connection((host, 5671)) as plain:
    with context.wrap_socket(plain, server_hostname=host) as encrypted:
        print(ssl.DER_cert_to_PEM_cert(encrypted.getpeercert(True)))
"""
