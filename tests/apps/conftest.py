"""A queue of its own for each test, and workers that end with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.apps.running import Running

if TYPE_CHECKING:
    from pika import BasicProperties

    from tests.support.broker import Broker

DELIVERY_LIMIT = 3


@dataclass
class Bench:
    """A broker, a queue with a dead-letter queue behind it, and the workers of one test."""

    broker: Broker
    queue: str = field(default_factory=lambda: f"test-{uuid4().hex[:8]}")
    network: Path | None = None
    """The network namespace of the workers, by its file, if it is not the test's own."""
    delivery_limit: int = DELIVERY_LIMIT
    _started: list[Running] = field(default_factory=list)

    @property
    def dead(self) -> str:
        """The dead-letter queue."""
        return f"{self.queue}.dead"

    @property
    def dead_letters(self) -> int:
        """How many messages are in the dead-letter queue."""
        return self.broker.depth(self.dead)

    def declare(self) -> None:
        """Make both queues."""
        # As in the chart: a dead letter has all its failures counted, and may fail further.
        self.broker.declare(self.dead, x_queue_type="quorum", x_delivery_limit=-1)
        self.broker.declare(
            self.queue,
            x_queue_type="quorum",
            x_delivery_limit=self.delivery_limit,
            x_dead_letter_exchange="",
            x_dead_letter_routing_key=self.dead,
        )

    def redeclare(self, delivery_limit: int) -> None:
        """Make the queues anew, with another limit."""
        self.delivery_limit = delivery_limit
        for queue in (self.queue, self.dead):
            self.broker.delete(queue)
        self.declare()

    def start(self, command: str, seconds: float = 0.0, **variables: Any) -> Running:
        """Start a worker; `seconds` is for the handler `trial:slow`."""
        settings = {
            "url": self.broker.url(),
            "ch": self.queue,
            "health_port": 0,
            "audit": True,
            "rate": 0,
            "handler": "trial:nothing",
            **variables,
        }
        running = Running(command, settings, self.network, TRIAL_SECONDS=str(seconds))
        self._started.append(running)
        return running

    def produce(self, count: int) -> set[str]:
        """Publish so many messages, and return their ids."""
        producer = self.start("produce", count=count)
        assert producer.exit_code() == 0
        return producer.confirmed

    def fetch(self, queue: str) -> list[tuple[BasicProperties, bytes]]:
        """Take all messages out of a queue: properties and bodies."""
        fetched: list[tuple[BasicProperties, bytes]] = []
        with self.broker.channel() as channel:
            while True:
                _, properties, body = channel.basic_get(queue, auto_ack=True)
                if properties is None or body is None:
                    return fetched
                fetched.append((properties, body))

    def end(self) -> None:
        """End every worker and take the queues away."""
        for running in self._started:
            running.end()
        for queue in (self.queue, self.dead):
            self.broker.delete(queue)


@pytest.fixture
def bench(broker: Broker) -> Iterator[Bench]:
    """Give a fresh queue on the real broker."""
    bench = Bench(broker)
    bench.declare()
    yield bench
    bench.end()


def failed_deliveries(properties: BasicProperties) -> int:
    """Return how often the broker counted a delivery of the message as failed."""
    return int((properties.headers or {}).get("x-delivery-count", 0))
