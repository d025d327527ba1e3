"""The queue, or the virtual host with it, is taken away and comes back."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.apps.conftest import Bench
from tests.apps.faults.flow import Flow
from tests.apps.running import Running
from tests.support.broker import LOGIN

pytestmark = pytest.mark.needs("broker")

BACK_WITHIN = 10.0


@contextmanager
def nothing_on_its_way(flow: Flow, producer: Running, consumer: Running) -> Iterator[None]:
    """Hold the producer while all it has sent is handled: what is deleted then takes nothing along.

    The producer cannot tell: it finds out what happened meanwhile when it goes on.
    """
    producer.signal(signal.SIGSTOP)
    try:
        consumer.until(
            lambda: (
                not flow.bench.broker.depth(flow.bench.queue) and not consumer.metric("in_hand")
            ),
            "an empty queue",
        )
        yield
    finally:
        producer.signal(signal.SIGCONT)


def test_the_queue_is_deleted(flow: Flow) -> None:
    producer, consumer = flow.starts()
    with nothing_on_its_way(flow, producer, consumer):
        flow.bench.broker.delete(flow.bench.queue)
        consumer.wait_for("disconnected", reason="cancelled")
    consumer.wait_for("disconnected", reason="no_queue")
    producer.wait_for("held", reason="messages reach no queue")
    assert producer.ask("/readyz") == (503, "messages reach no queue\n")
    assert producer.metric("returned_total") > 0
    flow.bench.declare()
    flow.recovers(within=BACK_WITHIN)
    producer.wait_for("released")
    flow.ends()


@pytest.fixture
def vhost(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give a virtual host of its own to the flow."""
    broker = flow.bench.broker
    name = f"vhost-{flow.bench.queue}"
    monkeypatch.setattr(broker, "vhost", name)
    make(flow.bench, name)
    yield name
    broker.ctl("delete_vhost", name)


def make(bench: Bench, vhost: str) -> None:
    """Make a virtual host with the queues."""
    bench.broker.ctl("add_vhost", vhost)
    bench.broker.ctl("set_permissions", "-p", vhost, LOGIN, ".*", ".*", ".*")
    bench.declare()


def test_the_virtual_host_is_removed(flow: Flow, vhost: str) -> None:
    producer, consumer = flow.starts()
    with nothing_on_its_way(flow, producer, consumer):
        flow.bench.broker.ctl("delete_vhost", vhost)
    for worker in (producer, consumer):
        worker.wait_for("disconnected", reason="refused")
    make(flow.bench, vhost)
    flow.recovers(within=BACK_WITHIN)
    flow.ends()
