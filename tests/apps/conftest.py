"""A queue of its own for each test, and workers that end with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pika
import pytest

from tests.apps.running import Running

if TYPE_CHECKING:
    from tests.support.broker import Broker

DELIVERY_LIMIT = 3


@dataclass
class Bench:
    """A broker, a queue with a dead-letter queue behind it, and the workers of one test."""

    broker: Broker
    queue: str = field(default_factory=lambda: f"test-{uuid4().hex[:8]}")
    _started: list[Running] = field(default_factory=list)

    @property
    def dead(self) -> str:
        """The dead-letter queue."""
        return f"{self.queue}.dead"

    def declare(self) -> None:
        """Make both queues."""
        self.broker.declare(self.dead, **{"x-queue-type": "quorum"})
        self.broker.declare(
            self.queue,
            **{
                "x-queue-type": "quorum",
                "x-delivery-limit": DELIVERY_LIMIT,
                "x-dead-letter-exchange": "",
                "x-dead-letter-routing-key": self.dead,
            },
        )

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
        running = Running(command, settings, TRIAL_SECONDS=str(seconds))
        self._started.append(running)
        return running

    def produce(self, count: int) -> set[str]:
        """Publish so many messages, and return their ids."""
        producer = self.start("produce", count=count)
        assert producer.exit_code() == 0
        return producer.confirmed

    def depth(self, queue: str | None = None) -> int:
        """Return how many messages wait in a queue."""
        return self.broker.depth(queue or self.queue)

    def channel(self) -> Any:
        """Open a channel of the test's own."""
        return pika.BlockingConnection(pika.URLParameters(self.broker.url())).channel()

    def fetch(self, queue: str) -> list[tuple[Any, bytes]]:
        """Take all messages out of a queue: properties and bodies."""
        channel = self.channel()
        fetched = []
        while (got := channel.basic_get(queue, auto_ack=True))[0]:
            fetched.append(got[1:])
        channel.connection.close()
        return fetched

    def delete_queue(self) -> None:
        """Delete the queue under the workers' feet."""
        channel = self.channel()
        channel.queue_delete(self.queue)
        channel.connection.close()

    def end(self) -> None:
        """End every worker."""
        for running in self._started:
            running.end()


@pytest.fixture
def bench(broker: Broker) -> Iterator[Bench]:
    """Give a fresh queue on the real broker."""
    bench = Bench(broker)
    bench.declare()
    yield bench
    bench.end()
