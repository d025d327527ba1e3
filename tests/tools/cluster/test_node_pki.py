"""Certificates and kubeconfig files of the embedded nodes."""

from __future__ import annotations

import ssl
import stat
from base64 import b64decode
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store

from chartproof.cluster.node.authority import Authority
from chartproof.cluster.node.layout import ClusterLayout
from chartproof.cluster.node.pki import kubeconfig, make_pki


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the keys and certificates of a cluster."""
    folder = tmp_path_factory.mktemp("cluster") / "pki"
    make_pki(ClusterLayout("testing", folder.parent), folder)
    return folder


def certificate(file: Path) -> x509.Certificate:
    """Read a certificate."""
    return x509.load_pem_x509_certificate(file.read_bytes())


def names(subject: x509.Name, kind: x509.ObjectIdentifier) -> list[str]:
    """Return the values of one kind in a subject."""
    return [str(attribute.value) for attribute in subject.get_attributes_for_oid(kind)]


@pytest.mark.parametrize("host", ["kubernetes.default.svc", "localhost"])
def test_the_api_server_is_trusted_under_each_of_its_names(pki: Path, host: str) -> None:
    authority, server = certificate(pki / "ca.crt"), certificate(pki / "apiserver.crt")
    trusting = PolicyBuilder().store(Store([authority]))

    chain = trusting.build_server_verifier(x509.DNSName(host)).verify(server, [])

    assert chain == [server, authority]


def test_the_api_server_is_trusted_at_each_of_its_addresses(pki: Path) -> None:
    extension = certificate(pki / "apiserver.crt").extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    addresses = [str(address) for address in extension.value.get_values_for_type(x509.IPAddress)]

    assert addresses == ["10.96.0.1", "10.89.0.1", "127.0.0.1"]


def test_a_kubelet_is_the_user_that_the_node_authorizer_expects(pki: Path) -> None:
    found = certificate(pki / "node2-kubelet.crt")

    found.verify_directly_issued_by(certificate(pki / "ca.crt"))
    assert names(found.subject, NameOID.COMMON_NAME) == ["system:node:node2"]
    assert names(found.subject, NameOID.ORGANIZATION_NAME) == ["system:nodes"]


def test_a_client_certificate_cannot_serve(pki: Path) -> None:
    usage = certificate(pki / "admin.crt").extensions.get_extension_for_class(x509.ExtendedKeyUsage)

    assert list(usage.value) == [ExtendedKeyUsageOID.CLIENT_AUTH]


def test_the_front_proxy_has_an_authority_of_its_own(pki: Path) -> None:
    found = certificate(pki / "front-proxy.crt")

    found.verify_directly_issued_by(certificate(pki / "front-proxy-ca.crt"))
    with pytest.raises(ValueError, match="Issuer"):
        found.verify_directly_issued_by(certificate(pki / "ca.crt"))


def test_only_the_owner_can_read_a_key(pki: Path) -> None:
    keys = list(pki.glob("*.key"))

    assert len(keys) > 10
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}


def test_two_authorities_do_not_trust_each_other() -> None:
    ours = x509.load_pem_x509_certificate(Authority("same name").certificate)
    theirs = Authority("same name").client("admin")

    with pytest.raises(InvalidSignature):
        x509.load_pem_x509_certificate(theirs.certificate).verify_directly_issued_by(ours)


def test_a_kubeconfig_holds_all_it_needs_and_skips_no_check(pki: Path, tmp_path: Path) -> None:
    config = yaml.safe_load(kubeconfig(pki, "admin", "127.0.0.1:4242", "testing"))

    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    assert config["current-context"] == "testing"
    assert cluster["server"] == "https://127.0.0.1:4242"
    assert b64decode(cluster["certificate-authority-data"]) == (pki / "ca.crt").read_bytes()
    assert "insecure-skip-tls-verify" not in cluster
    pair = tmp_path / "pair.pem"
    pair.write_bytes(
        b64decode(user["client-certificate-data"]) + b64decode(user["client-key-data"])
    )
    ssl.create_default_context().load_cert_chain(pair)
