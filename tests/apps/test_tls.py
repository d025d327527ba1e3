"""Over TLS a worker talks to the broker that it was told to trust, and to no other."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.apps.conftest import Bench
from tests.apps.management import serving
from tests.apps.running import WORKERS, Running
from tests.support.certificates import Authority
from tests.support.encrypted import EncryptedBroker
from tests.support.words import Words
from workers.exits import Exit

pytestmark = pytest.mark.needs("broker")

NAME = "broker.example"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("trusted"))


@pytest.fixture(scope="module")
def encrypted(authority: Authority) -> Iterator[EncryptedBroker]:
    """Give a broker whose certificate is for another name than its address."""
    with EncryptedBroker(authority, NAME) as broker:
        yield broker


@pytest.fixture
def bench(encrypted: EncryptedBroker) -> Iterator[Bench]:
    bench = Bench(encrypted)
    bench.declare()
    yield bench
    bench.end()


def start(bench: Bench, command: str, authority: Authority, **variables: object) -> Running:
    """Start a worker that trusts an authority and has a certificate of it."""
    assert isinstance(bench.broker, EncryptedBroker)
    certificate, key = authority.issue("worker")
    settings = {
        "url": f"amqps://guest:guest@127.0.0.1:{bench.broker.amqps_port}",
        "tls_ca": authority.ca,
        "tls_cert": certificate,
        "tls_key": key,
        "tls_server_name": NAME,
        "refusal_grace": 1,
        **variables,
    }
    given: dict[str, Any] = {name: value for name, value in settings.items() if value is not None}
    return bench.start(command, **given)


def test_messages_flow_when_each_side_shows_a_certificate(
    bench: Bench, authority: Authority
) -> None:
    producer = start(bench, "produce", authority, count=500)
    assert producer.exit_code() == 0
    consumer = start(bench, "consume", authority, count=500)
    assert consumer.exit_code() == 0
    assert consumer.handled == dict.fromkeys(producer.confirmed, 1)
    assert len(producer.confirmed) == 500


def test_a_broker_whose_certificate_is_for_another_name_gets_no_login(
    bench: Bench, authority: Authority
) -> None:
    producer = start(bench, "produce", authority, tls_server_name=None)
    assert producer.exit_code() == 3
    [line] = producer.find("refused", reason="untrusted")
    assert "127.0.0.1" in line["detail"]


def test_a_broker_that_another_authority_vouches_for_gets_no_login(
    bench: Bench, authority: Authority, tmp_path: Path
) -> None:
    other = Authority(tmp_path / "other")
    producer = start(bench, "produce", authority, tls_ca=other.ca)
    assert producer.exit_code() == 3
    assert producer.find("refused", reason="untrusted")


def test_a_worker_without_a_certificate_is_let_in_as_soon_as_it_has_one(
    bench: Bench, authority: Authority, tmp_path: Path
) -> None:
    stranger = Authority(tmp_path / "stranger")
    certificate, key = stranger.issue("worker")
    producer = start(bench, "produce", authority, count=1, tls_cert=certificate, tls_key=key)
    producer.wait_for("disconnected")
    for old, new in zip((key, certificate), reversed(authority.issue("worker")), strict=True):
        old.write_bytes(new.read_bytes())
    assert producer.exit_code() == 0
    assert len(producer.confirmed) == 1


def test_a_management_api_is_verified_by_the_name_that_workers_expect(
    encrypted: EncryptedBroker, authority: Authority
) -> None:
    certificate, key = authority.issue("worker")
    told = {
        "MQ_URL": f"amqps://guest:guest@127.0.0.1:{encrypted.amqps_port}",
        "MQ_CH": "checked",
        "MQ_TLS_CA": str(authority.ca),
        "MQ_TLS_CERT": str(certificate),
        "MQ_TLS_KEY": str(key),
        "MQ_TLS_SERVER_NAME": NAME,
    }
    joined: dict[str, tuple[int, Any]] = {
        "/api/health/checks/reached-target-cluster-size": (200, {})
    }
    with serving(joined, authority.issue("management", NAME)) as url:
        command: Words = [WORKERS, "verify", "--management", url]
        done = subprocess.run(command, env={**os.environ, **told}, capture_output=True, text=True)
    assert done.returncode == Exit.DRAINED, done.stdout + done.stderr
    assert "all brokers have joined" in done.stdout
