"""A flow for each test, whose figures go into the test's report."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.apps.conftest import Bench
from tests.apps.faults.flow import Flow
from tests.apps.relay import Relay
from tests.support.broker import Broker

WAIT = 0.5
"""Seconds; the most that workers wait between attempts, so that a test need not."""

DELIVERY_LIMIT = 20


@pytest.fixture
def bench(broker: Broker) -> Iterator[Bench]:
    """Give a queue with RabbitMQ's own delivery limit: lost connections count towards it, too."""
    bench = Bench(broker, delivery_limit=DELIVERY_LIMIT)
    bench.declare()
    yield bench
    bench.end()


@pytest.fixture
def flow(bench: Bench, request: pytest.FixtureRequest) -> Iterator[Flow]:
    """Give producers and consumers on a queue of their own."""
    flow = Flow(bench, {"reconnect_wait": WAIT, "heartbeat": 1, "connect_timeout": 2})
    yield flow
    request.node.user_properties.append(flow.report())


@pytest.fixture
def relay(flow: Flow) -> Iterator[Relay]:
    """Give a network that can fail, between the broker and all workers of the flow."""
    relay = Relay(flow.bench.broker.amqp_port)
    flow.settings["url"] = relay.url
    yield relay
    relay.close()
