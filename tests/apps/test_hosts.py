"""Several hosts in one address: a worker goes to one that answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.apps.conftest import Bench
from tests.support.broker import Broker, free_ports
from tests.support.certificates import Authority
from tests.support.encrypted import EncryptedBroker

pytestmark = pytest.mark.needs("broker")


@pytest.fixture
def second() -> Iterator[Broker]:
    """Give one more broker, a cluster of its own."""
    with Broker() as broker:
        yield broker


def test_a_host_that_does_not_answer_costs_no_wait(bench: Bench) -> None:
    nobody = ",".join(f"127.0.0.1:{port}" for port in free_ports(4))
    url = f"amqp://guest:guest@{nobody},127.0.0.1:{bench.broker.amqp_port}"
    producer = bench.start("produce", url=url, count=10)
    assert producer.exit_code() == 0
    [line] = producer.find("connected")
    assert line["broker"] == f"127.0.0.1:{bench.broker.amqp_port}/"
    waits = [line["retry_in"] for line in producer.find("disconnected", reason="unreachable")]
    assert len(waits) <= 4
    assert not any(waits)


def test_workers_go_over_to_a_second_broker_when_theirs_ends(bench: Bench, second: Broker) -> None:
    spare = Bench(second, queue=bench.queue)
    spare.declare()
    hosts = f"127.0.0.1:{bench.broker.amqp_port},127.0.0.1:{second.amqp_port}"
    producer = bench.start("produce", url=f"amqp://guest:guest@{hosts}", rate=50)
    [first] = producer.until(lambda: producer.find("connected"), "a connection")
    theirs = bench.broker if str(bench.broker.amqp_port) in first["broker"] else second
    before = len(producer.confirmed)
    theirs.stop()
    try:
        producer.until(lambda: len(producer.find("connected")) == 2, "a second connection")
        producer.until(lambda: len(producer.confirmed) > before + 50, "confirms of the other")
        assert producer.find("connected")[1]["broker"] != first["broker"]
        assert producer.stop() == 0
    finally:
        theirs.start()


def test_over_tls_each_host_has_to_prove_its_own_name(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate, key = authority.issue("worker")
    with EncryptedBroker(authority, "localhost") as broker:
        bench = Bench(broker)
        bench.declare()
        port = broker.amqps_port
        worker = bench.start(
            "produce",
            url=f"amqps://guest:guest@127.0.0.1:{port},127.0.0.2:{port},localhost:{port}",
            tls_ca=authority.ca,
            tls_cert=certificate,
            tls_key=key,
            count=10,
        )
        assert worker.exit_code() == 0
        assert worker.find("connected")[0]["broker"].startswith("localhost:")
        for line in worker.find("disconnected"):
            assert line["broker"].startswith("127.0.0.")
            assert line["reason"] in {"untrusted", "unreachable"}
        bench.end()
